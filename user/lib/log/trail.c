// SPDX-License-Identifier: GPL-2.0-only
/* The records and lines of a segment, followed in order. */
#include <string.h>
#include <sys/types.h>

#include "lib/log/chain_priv.h"
#include "limits.h"
#include "log/chain_rvm.h"
#include "log/trail.h"

/* Records that are hashed at once, before anything else is known of them. */
#define BATCH 64

#define LEAF_BYTES (TREE_RECORDS * RVM_RECORD_BYTES)

_Static_assert(LEAF_BYTES == TREE_PAIR_BYTES, "a leaf");

static void begin_stretch(struct trail *trail, uint64_t first, bool whole)
{
	SHA256_Init(&trail->stretch);
	trail->stretch_lines = 0;
	trail->stretch_first = first;
	trail->stretch_offset = trail->line_bytes;
	trail->stretch_whole = whole;
	trail->stretch_blank = false;
}

void trail_begin(struct trail *trail, const uint32_t state[RVM_SHA256_WORDS], uint64_t first,
		 const uint8_t aux[8], bool whole)
{
	rvm_chain_verifier_anchor(&trail->chain, state, first, aux, NULL);
	trail->chain.chain.compress = digest_compress;
	trail->records = 0;
	trail->line_bytes = 0;
	trail->first_ns = 0;
	trail->last_ns = 0;
	memcpy(trail->file, rvm_sha256_iv, sizeof(trail->file));
	SHA256_Init(&trail->lines_sum);
	trail->tree = (struct tree){ 0 };
	tree_pair_init(&trail->leaves, LEAF_BYTES);
	index_free(&trail->index);
	trail->at_seal = false;
	trail->blank_offset = 0;
	trail->fault = (struct trail_fault){ 0 };
	begin_stretch(trail, first, whole);
}

static void mark_record(struct trail *trail, const char *reason)
{
	uint64_t offset = trail->records * RVM_RECORD_BYTES;

	trail->fault = (struct trail_fault){ .reason = reason,
					     .sequence = trail->chain.chain.length,
					     .offset = offset,
					     .end = offset };
}

static void mark_lines(struct trail *trail, const char *reason, uint64_t sequence, uint64_t offset,
		       uint64_t end)
{
	trail->fault = (struct trail_fault){ .reason = reason,
					     .sequence = sequence,
					     .in_lines = true,
					     .offset = offset,
					     .end = end };
}

/*
 * The lines of this stretch.  If one was empty before, and nothing says why, that may be
 * where it began: then there is a line too much.
 */
static void mark_stretch(struct trail *trail, const char *reason)
{
	uint64_t first = trail->stretch_first, offset = trail->stretch_offset;

	if (trail->open_blank && trail->open_blank - 1 < first) {
		first = trail->open_blank - 1;
		offset = trail->blank_offset;
	}
	mark_lines(trail, reason, first, offset, trail->line_bytes);
}

/* Its target and detail tell of the lines before it. */
static void check_seal(struct trail *trail, const uint8_t *raw)
{
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];

	trail_sum(&trail->stretch, digest);
	if (trail->stretch_whole && rvm_le32_get(raw + 40) != trail->stretch_lines)
		mark_stretch(trail, "the seal after them counts other lines");
	else if (!trail->stretch_whole || rvm_le64_get(raw + 24) == rvm_le64_get(digest))
		trail->unsealed += trail->stretch_whole ? 0 : trail->stretch_lines;
	else if (trail->stretch_blank)
		trail->unsealed += trail->stretch_lines;
	else
		mark_stretch(trail, "do not fit the seal after them");
}

/* A recorder began with record @first: what it did not see itself may have lost its line. */
static void check_blanks(struct trail *trail, uint64_t first)
{
	if (trail->open_blank && trail->open_blank - 1 < first)
		mark_lines(trail, "the line is missing, though a recorder was there",
			   trail->open_blank - 1, trail->blank_offset, trail->line_bytes);
	trail->open_blank = 0;
}

static void add_line(struct trail *trail, const char *line, size_t len, uint64_t sequence)
{
	SHA256_Update(&trail->stretch, line, len);
	trail->stretch_lines++;
	trail->line_bytes += len;
	if (len > 1)
		return;
	trail->blanks++;
	trail->stretch_blank = true;
	if (trail->open_blank)
		return;
	trail->open_blank = sequence + 1;
	trail->blank_offset = trail->stretch_offset;
}

/* Bytes of the first line with its newline; 0 if it is not all there, SIZE_MAX if it is too long. */
static size_t line_length(const char *lines, size_t len)
{
	size_t most = len < RVM_DETAIL_BYTES ? len : RVM_DETAIL_BYTES;
	const char *end = memchr(lines, '\n', most);

	if (end)
		return end + 1 - lines;
	return most < RVM_DETAIL_BYTES ? 0 : SIZE_MAX;
}

static uint8_t *leaf_at(struct trail *trail, uint64_t record)
{
	uint8_t *message = trail->leaves.message[record / TREE_RECORDS % 2];

	return message + 1 + record % TREE_RECORDS * RVM_RECORD_BYTES;
}

static void add_to_tree(struct trail *trail, const uint8_t *raw)
{
	uint8_t hash[2][RVM_SHA256_DIGEST_BYTES];

	memcpy(leaf_at(trail, trail->records), raw, RVM_RECORD_BYTES);
	if ((trail->records + 1) % (2 * TREE_RECORDS))
		return;
	tree_pair_hash(&trail->leaves, hash);
	tree_add(&trail->tree, hash[0]);
	tree_add(&trail->tree, hash[1]);
}

static void add_record(struct trail *trail, const uint8_t *raw)
{
	add_to_tree(trail, raw);
	trail->last_ns = rvm_le64_get(raw + 8);
	if (!trail->records++)
		trail->first_ns = trail->last_ns;
	trail->at_seal = raw[16] == RVM_KIND_LOG_SEAL;
	if (trail->at_seal) {
		check_seal(trail, raw);
		begin_stretch(trail, trail->chain.chain.length, true);
	}
	if (raw[16] == RVM_KIND_RECORDER && raw[36] == RECORDER_ATTACHED)
		check_blanks(trail, rvm_le64_get(raw + 24));
}

/*
 * @folds: of the chain before it and behind it
 *
 * Return: 1, 0 if the line is not all there, or -1 without memory or for a fault.
 */
static int take_record(struct trail *trail, const uint8_t *raw, const u32 folds[2],
		       const char *lines, size_t len, size_t *used)
{
	uint64_t sequence = trail->chain.chain.length;
	enum rvm_chain_error error;

	signer_come(&trail->signer, sequence, raw);
	error = rvm_chain_compare(raw, sequence, folds[0], folds[1]);
	if (!error && trail->signer.on &&
	    !rvm_record_signed(raw, RVM_SIGNER_HMAC, &trail->signer.key))
		error = RVM_CHAIN_MAC;
	if (error) {
		mark_record(trail, rvm_chain_reason(error));
		return -1;
	}
	*used = 0;
	if (raw[18] & RVM_RECORD_F_DETAIL) {
		*used = line_length(lines, len);
		if (!*used)
			return 0;
	}
	if (*used == SIZE_MAX) {
		mark_lines(trail, "the line is too long", sequence, trail->line_bytes,
			   trail->line_bytes + RVM_DETAIL_BYTES);
		return -1;
	}
	if (index_add(&trail->index, raw, trail->line_bytes))
		return -1;
	trail->chain.chain.length++;
	signer_pass(&trail->signer, sequence, raw);
	if (*used)
		add_line(trail, lines, *used, sequence);
	add_record(trail, raw);
	return 1;
}

static void get_digest(const struct trail *trail, struct digest_records *d)
{
	memcpy(d->chain, trail->chain.chain.state, sizeof(d->chain));
	memcpy(d->aux, trail->chain.chain.last_aux, sizeof(d->aux));
	memcpy(d->file, trail->file, sizeof(d->file));
}

static void set_digest(struct trail *trail, const struct digest_records *d)
{
	memcpy(trail->chain.chain.state, d->chain, sizeof(d->chain));
	memcpy(trail->chain.chain.last_aux, d->aux, sizeof(d->aux));
	memcpy(trail->file, d->file, sizeof(d->file));
}

/* At most BATCH.  Return: how many were taken; @ret: of the last one. */
static size_t take_batch(struct trail *trail, const uint8_t *raw, size_t n, const char *lines,
			 size_t *len, int *ret)
{
	struct digest_records before, after;
	size_t taken = 0, at = 0, used = 0;
	u32 folds[1 + BATCH];

	get_digest(trail, &before);
	after = before;
	folds[0] = rvm_chain_fold(&trail->chain.chain);
	digest_records(&after, raw, n, folds + 1);
	for (*ret = 1; taken < n && !trail->fault.reason; taken++, at += used) {
		if (trail->at_seal && trail->stop_at_seal && taken)
			break;
		*ret = take_record(trail, raw + taken * RVM_RECORD_BYTES, folds + taken, lines + at,
				   *len - at, &used);
		if (*ret <= 0)
			break;
	}
	/* Not all of them count. */
	if (taken < n) {
		after = before;
		digest_records(&after, raw, taken, folds + 1);
	}
	set_digest(trail, &after);
	SHA256_Update(&trail->lines_sum, lines, at);
	*len = at;
	return taken;
}

ssize_t trail_take(struct trail *trail, const uint8_t *raw, size_t n, const char *lines,
		   size_t *len)
{
	size_t taken = 0, at = 0, some, most, used;
	int ret = 1;

	do {
		most = n - taken < BATCH ? n - taken : BATCH;
		used = *len - at;
		some = take_batch(trail, raw + taken * RVM_RECORD_BYTES, most, lines + at, &used,
				  &ret);
		taken += some;
		at += used;
	} while (taken < n && some == most && !trail->fault.reason &&
		 !(trail->at_seal && trail->stop_at_seal));
	*len = at;
	return ret < 0 && !trail->fault.reason ? -1 : (ssize_t)taken;
}

void trail_end(struct trail *trail)
{
	index_free(&trail->index);
	signer_begin(&trail->signer, NULL);
}

void trail_root(const struct trail *trail, uint8_t root[RVM_SHA256_DIGEST_BYTES])
{
	size_t left = trail->records % (2 * TREE_RECORDS) * RVM_RECORD_BYTES;
	uint8_t hash[RVM_SHA256_DIGEST_BYTES];
	struct tree tree = trail->tree;

	for (size_t i = 0; left; i++) {
		size_t len = left < TREE_PAIR_BYTES ? left : TREE_PAIR_BYTES;

		tree_leaf(trail->leaves.message[i] + 1, len, hash);
		tree_add(&tree, hash);
		left -= len;
	}
	tree_root(&tree, root);
}

void trail_digest(const struct trail *trail, uint8_t out[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 sum;

	rvm_sha256_resume(&sum, trail->file, trail->records);
	rvm_sha256_final(&sum, out);
}

void trail_sum(const SHA256_CTX *sum, uint8_t out[RVM_SHA256_DIGEST_BYTES])
{
	SHA256_CTX copy = *sum;

	SHA256_Final(out, &copy);
}
