// SPDX-License-Identifier: GPL-2.0-only
/* Does a segment hold together, and does it come after the one before? */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/note.h"
#include "log/store_check.h"

void check_mark(struct check *c, const struct segment_name *name, enum segment_part part,
		const char *reason)
{
	if (c->v->reason)
		return;
	part_name(name, part, c->v->file);
	c->v->reason = reason;
}

static void mark_byte(struct check *c, const struct segment_name *name, enum segment_part part,
		      uint64_t offset, const char *reason)
{
	if (c->v->reason)
		return;
	check_mark(c, name, part, reason);
	c->v->at_byte = true;
	c->v->offset = offset;
}

static void mark_fault(struct check *c, const struct segment_name *name,
		       const struct trail_fault *fault)
{
	if (!fault->reason || c->v->reason)
		return;
	mark_byte(c, name, fault->in_lines ? PART_LINES : PART_RECORDS, fault->offset,
		  fault->reason);
	c->v->end = fault->end;
	c->v->at_record = true;
	c->v->sequence = fault->sequence;
}

void check_note(struct check *c, const struct segment_name *name, const char *what)
{
	char text[SEGMENT_NAME_BYTES];

	segment_name_text(name, text);
	note(&c->v->notes, "%s: %s", text, what);
}

int check_fail(const struct check *c, int errnum, struct err *err)
{
	return err_errno(err, errnum, "%s", c->path);
}

int check_open(struct check *c, const struct segment_name *name, enum segment_part part)
{
	struct err err = { 0 };
	int fd = part_open(c->dir, name, part, O_RDONLY, PART_ANY, c->path, &err);

	err_clear(&err);
	if (fd < 0)
		check_mark(c, name, part,
			   fd == -ENOENT ? "is missing" :
			   fd == -ELOOP	 ? "is a symbolic link" :
					   "cannot be read");
	return fd < 0 ? -1 : fd;
}

void check_fields(struct check *c, const struct segment_name *name, enum segment_part part,
		  struct seal *seal, uint8_t sum[RVM_SHA256_DIGEST_BYTES])
{
	auto_close int fd = check_open(c, name, part);
	char text[SEAL_TEXT_MAX];
	const char *reason;
	size_t offset;
	ssize_t len;

	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text));
	if (len < 0 || len == sizeof(text)) {
		check_mark(c, name, part, len < 0 ? "cannot be read" : "is too long");
		return;
	}
	SHA256((const uint8_t *)text, len, sum);
	tree_leaf(text, len, c->leaf);
	reason = seal_read(seal, text, len, &offset);
	if (reason)
		mark_byte(c, name, part, offset, reason);
	else if (seal->sealed != (part == PART_SEAL) || segment_name_compare(&seal->name, name))
		check_mark(c, name, part, "is of another segment");
}

void check_order(struct check *c, const struct seal *seal)
{
	const struct segment_name *name = &seal->name;

	if (!seal->sealed)
		return;
	if (!c->has_before) {
		if (!seal->has_before)
			return;
		if (!c->how->archived)
			check_mark(c, &seal->before, PART_SEAL, "is missing");
		return;
	}
	if (!seal->has_before)
		check_mark(c, name, PART_SEAL, "names no seal before it, but there is one");
	else if (segment_name_compare(&seal->before, &c->before.name) < 0)
		check_mark(c, &c->before.name, PART_SEAL, "is not named by the seal after it");
	else if (segment_name_compare(&seal->before, &c->before.name))
		check_mark(c, &seal->before, PART_SEAL, "is missing");
	else if (memcmp(seal->before_sum, c->before_sum, sizeof(c->before_sum)))
		check_mark(c, &seal->before, PART_SEAL,
			   "is not the one that the seal after it names");
}

static bool begins_anew(const struct seal *seal)
{
	static const uint8_t none[8];

	return !memcmp(seal->state, rvm_sha256_iv, sizeof(seal->state)) &&
	       !memcmp(seal->aux, none, sizeof(none));
}

void check_first(struct check *c, const struct seal *seal, enum segment_part part)
{
	bool archived = c->how->archived && !c->has_before;

	if (!archived && seal->name.log != (c->has_before ? c->before.name.log + 1 : 1))
		check_mark(c, &seal->name, part, "the log before it is missing");
	else if (!archived && seal->lost != seal->name.first)
		check_mark(c, &seal->name, part, "the segment before it is missing");
	else if (!seal->name.first && !begins_anew(seal))
		check_mark(c, &seal->name, part, "does not begin where a log does");
	else if (c->has_before && c->before.id == seal->id)
		check_mark(c, &seal->name, part, "has the id of the log before it");
}

void check_next(struct check *c, const struct seal *seal, enum segment_part part)
{
	const struct seal *before = &c->before;
	uint64_t end = before->name.first + before->records;

	if (seal->id != before->id)
		check_mark(c, &seal->name, part, "has another id than its log");
	else if (seal->name.first < end)
		check_mark(c, &seal->name, part,
			   "begins with records that the segment before it has");
	else if (seal->name.first - end != seal->lost)
		check_mark(c, &seal->name, part, "the segment before it is missing");
	else if (!seal->lost && (memcmp(seal->state, before->end_state, sizeof(seal->state)) ||
				 memcmp(seal->aux, before->end_aux, sizeof(seal->aux))))
		check_mark(c, &seal->name, part, "does not go on where the segment before it ends");
}

/* After so many it is told how far it is, if somebody wants to know. */
#define STEP_RECORDS (1 << 16)

static void tell_progress(const struct check *c)
{
	if (c->how->progress)
		c->how->progress(c->how->progress_data,
				 c->done + c->trail.records * RVM_RECORD_BYTES, c->bytes);
}

static void meet_anchors(struct check *c, uint32_t log)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	rvm_chain_head(chain, head);
	if (c->how->anchored && chain->length == c->how->length)
		c->anchor_met |= !memcmp(head, c->how->head, sizeof(head));
	anchors_see_head(c->how->anchors, log, chain->length, head);
}

/* Where the next of them is, or somebody is told how far it is. */
static uint64_t next_stop(const struct check *c, uint32_t log, uint64_t length)
{
	uint64_t next = anchors_next(c->how->anchors, log, length);

	if (c->how->anchored && c->how->length > length && c->how->length < next)
		next = c->how->length;
	if (c->how->progress && next - length > STEP_RECORDS)
		next = length + STEP_RECORDS;
	return next;
}

static int follow_anchors(struct check *c, uint32_t log)
{
	const struct trail *trail = &c->trail;
	uint64_t stop;
	int ret;

	do {
		meet_anchors(c, log);
		tell_progress(c);
		stop = next_stop(c, log, trail->chain.chain.length);
		ret = follow_run(c->follow, &c->trail, stop);
	} while (!ret && !trail->fault.reason && trail->chain.chain.length == stop);
	return ret;
}

static bool has_more(int fd, uint64_t bytes)
{
	struct stat st;

	return fstat(fd, &st) || (uint64_t)st.st_size > bytes;
}

static int follow_files(struct check *c, const struct seal *seal, int records, int lines,
			struct err *err)
{
	struct follow *follow = c->follow;
	struct trail *trail = &c->trail;
	enum segment_part part = seal->sealed ? PART_SEAL : PART_OPEN;
	int ret;

	follow_begin(follow, records, lines);
	trail_begin(trail, seal->state, seal->name.first, seal->aux, !seal->lost);
	ret = follow_anchors(c, seal->name.log);
	if (ret)
		return check_fail(c, -ret, err);
	mark_fault(c, &seal->name, &trail->fault);
	if (follow->wants_line && !check_is_bad(c)) {
		mark_byte(c, &seal->name, PART_LINES, trail->line_bytes, "a line is missing");
		c->v->at_record = true;
		c->v->sequence = trail->chain.chain.length;
	}
	if (follow->stray && part == PART_SEAL)
		mark_byte(c, &seal->name, PART_RECORDS, trail->records * RVM_RECORD_BYTES,
			  "ends within a record");
	else if (!c->live && (follow->stray || has_more(lines, trail->line_bytes)) &&
		 !check_is_bad(c))
		check_note(c, &seal->name, "does not end with a whole record, as after a crash");
	return 0;
}

static void compare_sum(struct check *c, const struct seal *seal, size_t which,
			const uint8_t digest[RVM_SHA256_DIGEST_BYTES])
{
	if (memcmp(digest, seal->sum[which], RVM_SHA256_DIGEST_BYTES))
		check_mark(c, &seal->name, which, "is not the one that its seal has the digest of");
}

static void check_index(struct check *c, const struct seal *seal)
{
	auto_close int fd = check_open(c, &seal->name, PART_INDEX);
	uint8_t found[INDEX_ENTRY_BYTES], sum[RVM_SHA256_DIGEST_BYTES];
	size_t bytes;
	const uint8_t *image = index_image(&c->trail.index, &bytes);

	if (fd < 0 || !image)
		return;
	for (size_t at = 0; at < bytes; at += sizeof(found)) {
		if (pread(fd, found, sizeof(found), at) == sizeof(found) &&
		    !memcmp(found, image + at, sizeof(found)))
			continue;
		mark_byte(c, &seal->name, PART_INDEX, at, "is not what the records say");
		return;
	}
	if (has_more(fd, bytes))
		mark_byte(c, &seal->name, PART_INDEX, bytes, "goes on after its last entry");
	SHA256(image, bytes, sum);
	if (memcmp(sum, seal->sum[2], sizeof(sum)))
		check_mark(c, &seal->name, PART_SEAL, "has another digest of the index");
}

/* What a seal says of the records and lines that were just followed. */
static void check_seal(struct check *c, const struct seal *seal, int lines)
{
	const struct trail *trail = &c->trail;
	uint8_t root[RVM_SHA256_DIGEST_BYTES], digest[RVM_SHA256_DIGEST_BYTES];

	trail_root(trail, root);
	if (trail->records < seal->records)
		mark_byte(c, &seal->name, PART_RECORDS, trail->records * RVM_RECORD_BYTES,
			  "has fewer records than its seal says");
	else if (trail->records > seal->records)
		mark_byte(c, &seal->name, PART_RECORDS, seal->records * RVM_RECORD_BYTES,
			  "has more records than its seal says");
	else if (memcmp(seal->end_aux, trail->chain.chain.last_aux, sizeof(seal->end_aux)))
		mark_byte(c, &seal->name, PART_RECORDS,
			  (trail->records - 1) * RVM_RECORD_BYTES + RVM_RECORD_SIGNED_BYTES,
			  "its last signature is not the one that its seal says");
	else if (memcmp(seal->end_state, trail->chain.chain.state, sizeof(seal->end_state)) ||
		 memcmp(seal->root, root, sizeof(root)) || seal->first_ns != trail->first_ns ||
		 seal->last_ns != trail->last_ns)
		check_mark(c, &seal->name, PART_SEAL, "does not say what its records do");
	if (has_more(lines, trail->line_bytes))
		mark_byte(c, &seal->name, PART_LINES, trail->line_bytes,
			  "goes on after the line of the last record");
	trail_digest(trail, digest);
	compare_sum(c, seal, PART_RECORDS, digest);
	trail_sum(&trail->lines_sum, digest);
	compare_sum(c, seal, PART_LINES, digest);
	if (!check_is_bad(c))
		check_index(c, seal);
}

int check_files(struct check *c, const struct seal *seal, int records, int lines, struct err *err)
{
	if (follow_files(c, seal, records, lines, err))
		return -1;
	if (seal->sealed && !check_is_bad(c))
		check_seal(c, seal, lines);
	return 0;
}
