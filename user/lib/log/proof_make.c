// SPDX-License-Identifier: GPL-2.0-only
/* Proofs and anchors of a directory that is recorded into, maybe right now. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "log/follow.h"
#include "log/list.h"
#include "log/proof.h"
#include "log/store_verify.h"

/* A segment may be sealed between two looks at the directory. */
#define LOOKS_MAX 3

/**
 * struct seals - those of a directory, in order
 */
struct seals {
	const char *path;
	int dir;
	struct list list;
	/* Of each, and how many. */
	uint8_t *leaves;
	uint64_t n;
	/* Of the newest one. */
	struct seal last;
	/* The newest segment is not sealed: its place in the list counts. */
	bool open;
	size_t newest;
};

static void seals_close(struct seals *seals)
{
	list_free(&seals->list);
	free(seals->leaves);
	if (seals->dir >= 0)
		close(seals->dir);
}
#define auto_seals __attribute__((cleanup(seals_close)))

static int bad_file(const struct seals *seals, const struct segment_name *name,
		    enum segment_part part, const char *reason, struct err *err)
{
	char file[48];

	part_name(name, part, file);
	err_make(err, EXIT_REFUSED, "%s/%s: %s", seals->path, file, reason);
	return err_hint(err, "rvmctl witness verify %s", seals->path);
}

/* Return: length of the text; -1 with @err. */
static ssize_t read_fields(const struct seals *seals, const struct segment_name *name,
			   enum segment_part part, char *text, struct seal *seal, struct err *err)
{
	ssize_t len = part_text(seals->dir, name, part, PART_ANY, seals->path, text, err);
	bool sealed = part == PART_SEAL;
	const char *reason;
	size_t offset;

	if (len < 0)
		return -1;
	reason = seal_read(seal, text, len, &offset);
	if (!reason && (seal->sealed != sealed || segment_name_compare(&seal->name, name)))
		reason = "is of another segment";
	return reason ? bad_file(seals, name, part, reason, err) : len;
}

static int read_seal(struct seals *seals, const struct segment_name *name, struct err *err)
{
	char text[SEAL_TEXT_MAX];
	ssize_t len = read_fields(seals, name, PART_SEAL, text, &seals->last, err);

	if (len < 0)
		return -1;
	tree_leaf(text, len, seals->leaves + seals->n++ * RVM_SHA256_DIGEST_BYTES);
	return 0;
}

static int seals_read(struct seals *seals, const char *path, struct err *err)
{
	seals->path = path;
	seals->dir = store_look(path, err);
	if (seals->dir < 0 || list_read(seals->dir, path, &seals->list, err))
		return -1;
	seals->leaves = calloc(seals->list.n + 1, RVM_SHA256_DIGEST_BYTES);
	if (!seals->leaves)
		return err_errno(err, ENOMEM, "%s", path);
	for (size_t i = 0; i < seals->list.n; i++) {
		const struct segment_files *files = &seals->list.entry[i];

		if (files->parts & HAS(PART_SEAL)) {
			if (read_seal(seals, &files->name, err))
				return -1;
			seals->open = false;
		} else if (files->parts & HAS(PART_OPEN)) {
			seals->open = true;
			seals->newest = i;
		}
	}
	return 0;
}

static int open_part(const struct seals *seals, const struct segment_name *name,
		     enum segment_part part, struct err *err)
{
	int fd = part_open(seals->dir, name, part, O_RDONLY, PART_ANY, seals->path, err);

	return fd < 0 ? -1 : fd;
}

/* Where the segment that is open stands. */
static int follow_open(const struct seals *seals, struct anchor_line *anchor, struct err *err)
{
	const struct segment_name *name = &seals->list.entry[seals->newest].name;
	auto_free struct trail *trail = calloc(1, sizeof(*trail));
	auto_free struct follow *follow = follow_new(-1, -1);
	auto_close int records = open_part(seals, name, PART_RECORDS, err);
	auto_close int lines = records < 0 ? -1 : open_part(seals, name, PART_LINES, err);
	char text[SEAL_TEXT_MAX];
	struct seal seal;
	int ret;

	if (lines < 0 || read_fields(seals, name, PART_OPEN, text, &seal, err) < 0)
		return -1;
	if (!trail || !follow)
		return err_errno(err, ENOMEM, "%s", seals->path);
	follow_begin(follow, records, lines);
	trail_begin(trail, seal.state, seal.name.first, seal.aux, !seal.lost);
	ret = follow_run(follow, trail, UINT64_MAX);
	anchor->log = name->log;
	anchor->length = trail->chain.chain.length;
	rvm_chain_head(&trail->chain.chain, anchor->head);
	trail_end(trail);
	if (ret)
		return err_errno(err, -ret, "%s", seals->path);
	if (trail->fault.reason)
		return bad_file(seals, name, trail->fault.in_lines ? PART_LINES : PART_RECORDS,
				trail->fault.reason, err);
	return 0;
}

static void root_of(const struct seals *seals, uint8_t root[RVM_SHA256_DIGEST_BYTES])
{
	struct tree tree = { 0 };

	for (uint64_t i = 0; i < seals->n; i++)
		tree_add(&tree, seals->leaves + i * RVM_SHA256_DIGEST_BYTES);
	tree_root(&tree, root);
}

static int look(const char *path, struct anchor_line *anchor, struct err *err)
{
	auto_seals struct seals seals = { .dir = -1 };

	if (seals_read(&seals, path, err))
		return -1;
	*anchor = (struct anchor_line){ .time = time(NULL), .segments = seals.n };
	root_of(&seals, anchor->root);
	if (seals.open)
		return follow_open(&seals, anchor, err);
	if (!seals.n)
		return err_make(err, EXIT_REFUSED, "%s: there is no segment", path);
	anchor->log = seals.last.name.log;
	anchor->length = seals.last.name.first + seals.last.records;
	seal_head(seals.last.end_state, anchor->length, anchor->head);
	return 0;
}

int anchor_make(const char *path, struct anchor_line *anchor, struct err *err)
{
	int ret = look(path, anchor, err);

	for (int looks = 1; ret && looks < LOOKS_MAX; looks++) {
		err_clear(err);
		ret = look(path, anchor, err);
	}
	return ret;
}

/* The segment of a record, among those that are sealed; its place, or UINT64_MAX. */
static uint64_t find_seal(const struct seals *seals, uint32_t log, uint64_t sequence,
			  struct segment_name *name)
{
	uint64_t at = 0, found = UINT64_MAX;

	for (size_t i = 0; i < seals->list.n; i++) {
		const struct segment_files *files = &seals->list.entry[i];

		if (!(files->parts & HAS(PART_SEAL)))
			continue;
		if (files->name.log == log && files->name.first <= sequence) {
			found = at;
			*name = files->name;
		}
		at++;
	}
	return found;
}

static int read_leaf(const struct seals *seals, const struct seal *seal, struct proof *proof,
		     struct err *err)
{
	auto_close int fd = open_part(seals, &seal->name, PART_RECORDS, err);
	uint64_t n = (seal->records - 1) / TREE_RECORDS + 1;
	uint64_t index = (proof->sequence - seal->name.first) / TREE_RECORDS;
	auto_free uint8_t *leaves = calloc(n, RVM_SHA256_DIGEST_BYTES);
	uint8_t leaf[sizeof(proof->leaf)];

	if (fd < 0)
		return -1;
	if (!leaves)
		return err_errno(err, ENOMEM, "%s", seals->path);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t left = (seal->records - i * TREE_RECORDS) * RVM_RECORD_BYTES;
		size_t want = left < sizeof(leaf) ? left : sizeof(leaf);

		if (pread(fd, leaf, want, i * sizeof(leaf)) != (ssize_t)want)
			return bad_file(seals, &seal->name, PART_RECORDS,
					"has fewer records than its seal says", err);
		tree_leaf(leaf, want, leaves + i * RVM_SHA256_DIGEST_BYTES);
		if (i != index)
			continue;
		memcpy(proof->leaf, leaf, want);
		proof->leaf_len = want;
	}
	tree_find_path(leaves, n, index, &proof->records);
	return 0;
}

static int not_sealed(const struct seals *seals, uint64_t sequence, struct err *err)
{
	err_make(err, EXIT_REFUSED, "%s: record %" PRIu64 " is in none of its %" PRIu64 " seals",
		 seals->path, sequence, seals->n);
	return err_hint(err,
			"a segment is sealed when it is full or old: witness record --segment-age");
}

int proof_make(const char *path, uint32_t log, uint64_t sequence, uint64_t segments,
	       struct proof *proof, struct err *err)
{
	auto_seals struct seals seals = { .dir = -1 };
	uint8_t root[RVM_SHA256_DIGEST_BYTES];
	struct segment_name name;
	struct seal seal;
	const char *reason;
	ssize_t len;
	uint64_t at;

	if (seals_read(&seals, path, err))
		return -1;
	if (segments && segments < seals.n)
		seals.n = segments;
	if (!log)
		log = seals.open ? seals.list.entry[seals.newest].name.log : seals.last.name.log;
	at = find_seal(&seals, log, sequence, &name);
	if (at >= seals.n)
		return not_sealed(&seals, sequence, err);
	*proof = (struct proof){ .sequence = sequence };
	len = read_fields(&seals, &name, PART_SEAL, proof->seal_text, &seal, err);
	if (len < 0)
		return -1;
	proof->seal_len = len;
	if (sequence - name.first >= seal.records)
		return not_sealed(&seals, sequence, err);
	if (read_leaf(&seals, &seal, proof, err))
		return -1;
	tree_find_path(seals.leaves, seals.n, at, &proof->seals);
	reason = proof_check(proof, &seal, root);
	return reason ? bad_file(&seals, &name, PART_RECORDS, reason, err) : 0;
}
