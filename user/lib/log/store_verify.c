// SPDX-License-Identifier: GPL-2.0-only
/* Does what was recorded in a directory hold together? */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/format.h"
#include "base/note.h"
#include "log/follow.h"
#include "log/list.h"
#include "log/store_verify.h"

/**
 * struct check - under way
 */
struct check {
	int dir;
	const char *path;
	const struct store_how *how;
	struct store_verdict *v;
	struct trail trail;
	/* The files of a segment. */
	struct follow *follow;
	/* A recorder is at work. */
	bool live;
	/* The segment before: its fields, where it ended, and the sum of its seal. */
	bool has_before, before_sealed;
	struct seal before;
	uint8_t before_sum[RVM_SHA256_DIGEST_BYTES];
	/* Head and length of the log before. */
	uint8_t previous[RVM_SHA256_DIGEST_BYTES];
	uint64_t previous_length;
	bool has_previous;
	/* Of this log: recorders that named the log before, and others. */
	bool linked, unlinked, gap;
	bool anchor_met;
};

static bool is_bad(const struct check *c)
{
	return c->v->reason;
}

static void mark(struct check *c, const struct segment_name *name, enum segment_part part,
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
	mark(c, name, part, reason);
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

static void add_note(struct check *c, const struct segment_name *name, const char *what)
{
	char text[SEGMENT_NAME_BYTES];

	segment_name_text(name, text);
	note(&c->v->notes, "%s: %s", text, what);
}

static int fail(const struct check *c, int errnum, struct err *err)
{
	return err_errno(err, errnum, "%s", c->path);
}

/* A file that cannot be opened because of what it is makes the log bad.  -1: as if not there. */
static int open_part(struct check *c, const struct segment_name *name, enum segment_part part)
{
	struct err err = { 0 };
	int fd = part_open(c->dir, name, part, O_RDONLY, PART_ANY, c->path, &err);

	err_clear(&err);
	if (fd < 0)
		mark(c, name, part,
		     fd == -ENOENT ? "is missing" :
		     fd == -ELOOP  ? "is a symbolic link" :
				     "cannot be read");
	return fd < 0 ? -1 : fd;
}

/* Fields of .open or .seal; @sum: of the text. */
static void read_fields(struct check *c, const struct segment_name *name, enum segment_part part,
			struct seal *seal, uint8_t sum[RVM_SHA256_DIGEST_BYTES])
{
	auto_close int fd = open_part(c, name, part);
	char text[SEAL_TEXT_MAX];
	const char *reason;
	size_t offset;
	ssize_t len;

	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text));
	if (len < 0 || len == sizeof(text)) {
		mark(c, name, part, len < 0 ? "cannot be read" : "is too long");
		return;
	}
	SHA256((const uint8_t *)text, len, sum);
	reason = seal_read(seal, text, len, &offset);
	if (reason)
		mark_byte(c, name, part, offset, reason);
	else if (seal->sealed != (part == PART_SEAL) || segment_name_compare(&seal->name, name))
		mark(c, name, part, "is of another segment");
}

/* The digests in a seal put it behind the one before. */
static void check_order(struct check *c, const struct seal *seal)
{
	const struct segment_name *name = &seal->name;

	if (!seal->sealed)
		return;
	if (!c->has_before) {
		if (!seal->has_before)
			return;
		if (!c->how->archived)
			mark(c, &seal->before, PART_SEAL, "is missing");
		return;
	}
	if (!seal->has_before)
		mark(c, name, PART_SEAL, "names no seal before it, but there is one");
	else if (segment_name_compare(&seal->before, &c->before.name) < 0)
		mark(c, &c->before.name, PART_SEAL, "is not named by the seal after it");
	else if (segment_name_compare(&seal->before, &c->before.name))
		mark(c, &seal->before, PART_SEAL, "is missing");
	else if (memcmp(seal->before_sum, c->before_sum, sizeof(c->before_sum)))
		mark(c, &seal->before, PART_SEAL, "is not the one that the seal after it names");
}

static bool begins_anew(const struct seal *seal)
{
	static const uint8_t none[8];

	return !memcmp(seal->state, rvm_sha256_iv, sizeof(seal->state)) &&
	       !memcmp(seal->aux, none, sizeof(none));
}

/* The first segment of a log. */
static void check_first(struct check *c, const struct seal *seal, enum segment_part part)
{
	bool archived = c->how->archived && !c->has_before;

	if (!archived && seal->name.log != (c->has_before ? c->before.name.log + 1 : 1))
		mark(c, &seal->name, part, "the log before it is missing");
	else if (!archived && seal->lost != seal->name.first)
		mark(c, &seal->name, part, "the segment before it is missing");
	else if (!seal->name.first && !begins_anew(seal))
		mark(c, &seal->name, part, "does not begin where a log does");
	else if (c->has_before && c->before.id == seal->id)
		mark(c, &seal->name, part, "has the id of the log before it");
}

static void check_next(struct check *c, const struct seal *seal, enum segment_part part)
{
	const struct seal *before = &c->before;
	uint64_t end = before->name.first + before->records;

	if (seal->id != before->id)
		mark(c, &seal->name, part, "has another id than its log");
	else if (seal->name.first < end)
		mark(c, &seal->name, part, "begins with records that the segment before it has");
	else if (seal->name.first - end != seal->lost)
		mark(c, &seal->name, part, "the segment before it is missing");
	else if (!seal->lost && (memcmp(seal->state, before->end_state, sizeof(seal->state)) ||
				 memcmp(seal->aux, before->end_aux, sizeof(seal->aux))))
		mark(c, &seal->name, part, "does not go on where the segment before it ends");
}

/* Does a recorder's record name the log before?  It is in its line. */
static void check_link(struct check *c, const uint8_t *raw, const char *line, size_t len)
{
	char hex[2 * RVM_SHA256_DIGEST_BYTES + 1], want[160];
	auto_free char *text = format("%.*s ", (int)len, line);

	if (raw[16] != RVM_KIND_RECORDER || raw[36] != RECORDER_ATTACHED || !text)
		return;
	for (size_t i = 0; i < RVM_SHA256_DIGEST_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", c->previous[i]);
	snprintf(want, sizeof(want), " previous=%s length=%" PRIu64 " ", hex, c->previous_length);
	if (strstr(text, want))
		c->linked = true;
	else
		c->unlinked = true;
}

/* Recorders say where the log before ended; look at the lines of their records. */
static void follow_links(struct check *c, int records, int lines)
{
	const uint8_t *raw;
	const char *line;
	size_t len;

	if (!c->has_previous || c->linked || lseek(records, 0, SEEK_SET) ||
	    lseek(lines, 0, SEEK_SET))
		return;
	follow_begin(c->follow, records, lines);
	while (!c->linked && follow_next(c->follow, &raw, &line, &len) > 0) {
		if (line)
			check_link(c, raw, line, len);
	}
}

static void end_log(struct check *c)
{
	if (is_bad(c) || !c->has_previous || !c->has_before)
		return;
	if (c->unlinked && !c->linked && !c->gap)
		mark(c, &c->before.name, PART_RECORDS,
		     "no recorder of its log names the head of the log before");
	else if (!c->linked)
		add_note(c, &c->before.name, "nothing in its log names the log before");
}

/* From the end of one log to the beginning of the next. */
static void begin_log(struct check *c)
{
	end_log(c);
	c->linked = c->unlinked = c->gap = false;
	c->has_previous = c->has_before;
	if (!c->has_before)
		return;
	c->previous_length = c->before.name.first + c->before.records;
	seal_head(c->before.end_state, c->previous_length, c->previous);
}

static void meet_anchor(struct check *c)
{
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	if (!c->how->anchored || c->trail.chain.chain.length != c->how->length)
		return;
	rvm_chain_head(&c->trail.chain.chain, head);
	c->anchor_met |= !memcmp(head, c->how->head, sizeof(head));
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
	uint64_t length = c->how->anchored ? c->how->length : UINT64_MAX;
	int ret = 0;

	follow_begin(follow, records, lines);
	trail_begin(trail, seal->state, seal->name.first, seal->aux, !seal->lost);
	if (length > seal->name.first)
		ret = follow_run(follow, trail, length);
	if (!ret) {
		meet_anchor(c);
		ret = follow_run(follow, trail, UINT64_MAX);
	}
	if (ret)
		return fail(c, -ret, err);
	mark_fault(c, &seal->name, &trail->fault);
	if (follow->wants_line && !is_bad(c)) {
		mark_byte(c, &seal->name, PART_LINES, trail->line_bytes, "a line is missing");
		c->v->at_record = true;
		c->v->sequence = trail->chain.chain.length;
	}
	if (follow->stray && part == PART_SEAL)
		mark_byte(c, &seal->name, PART_RECORDS, trail->records * RVM_RECORD_BYTES,
			  "ends within a record");
	else if (!c->live && (follow->stray || has_more(lines, trail->line_bytes)) && !is_bad(c))
		add_note(c, &seal->name, "does not end with a whole record, as after a crash");
	return 0;
}

static void compare_sum(struct check *c, const struct seal *seal, size_t which,
			const SHA256_CTX *sum)
{
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];

	trail_sum(sum, digest);
	if (memcmp(digest, seal->sum[which], sizeof(digest)))
		mark(c, &seal->name, which, "is not the one that its seal has the digest of");
}

static void check_index(struct check *c, const struct seal *seal)
{
	auto_close int fd = open_part(c, &seal->name, PART_INDEX);
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
		mark(c, &seal->name, PART_SEAL, "has another digest of the index");
}

/* What a seal says of the records and lines that were just followed. */
static void check_seal(struct check *c, const struct seal *seal, int lines)
{
	const struct trail *trail = &c->trail;

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
		 seal->first_ns != trail->first_ns || seal->last_ns != trail->last_ns)
		mark(c, &seal->name, PART_SEAL, "does not say what its records do");
	if (has_more(lines, trail->line_bytes))
		mark_byte(c, &seal->name, PART_LINES, trail->line_bytes,
			  "goes on after the line of the last record");
	compare_sum(c, seal, PART_RECORDS, &trail->records_sum);
	compare_sum(c, seal, PART_LINES, &trail->lines_sum);
	if (!is_bad(c))
		check_index(c, seal);
}

static void count(struct check *c, const struct seal *seal)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;

	c->v->records += c->trail.records;
	c->v->lost += seal->lost;
	c->v->length = chain->length;
	seal_head(chain->state, chain->length, c->v->head);
	if (!is_bad(c))
		c->v->segments++;
}

static void step_on(struct check *c, const struct seal *seal)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;

	c->has_before = true;
	c->before_sealed = seal->sealed;
	c->before = *seal;
	c->before.records = c->trail.records;
	memcpy(c->before.end_state, chain->state, sizeof(c->before.end_state));
	memcpy(c->before.end_aux, chain->last_aux, sizeof(c->before.end_aux));
}

static bool is_there(const struct check *c, const struct segment_name *name, enum segment_part part)
{
	char text[48];

	part_name(name, part, text);
	return !faccessat(c->dir, text, F_OK, AT_SYMLINK_NOFOLLOW);
}

/* Nothing is in it yet, or any more: its recorder is making it, or a crash came just then. */
static bool is_stillborn(const struct check *c, const struct segment_files *files)
{
	struct stat st;
	char text[48];

	part_name(&files->name, PART_RECORDS, text);
	return !is_there(c, &files->name, PART_OPEN) && !is_there(c, &files->name, PART_SEAL) &&
	       (fstatat(c->dir, text, &st, AT_SYMLINK_NOFOLLOW) || !st.st_size);
}

static int check_segment(struct check *c, const struct segment_files *files, bool last,
			 struct err *err)
{
	/* It may have been sealed since the directory was read. */
	bool sealed = files->parts & HAS(PART_SEAL) || is_there(c, &files->name, PART_SEAL);
	enum segment_part part = sealed ? PART_SEAL : PART_OPEN;
	auto_close int records = -1, lines = -1;
	uint8_t sum[RVM_SHA256_DIGEST_BYTES];
	struct seal seal;

	if (!sealed && !last)
		mark(c, &files->name, PART_SEAL, "is missing, but segments come after it");
	read_fields(c, &files->name, part, &seal, sum);
	if (is_bad(c))
		return 0;
	check_order(c, &seal);
	if (c->has_before && c->before.name.log == seal.name.log) {
		check_next(c, &seal, part);
		c->gap |= seal.lost;
	} else {
		check_first(c, &seal, part);
		begin_log(c);
		c->v->logs++;
	}
	records = open_part(c, &files->name, PART_RECORDS);
	lines = open_part(c, &files->name, PART_LINES);
	if (is_bad(c))
		return 0;
	if (follow_files(c, &seal, records, lines, err))
		return -1;
	if (sealed && !is_bad(c))
		check_seal(c, &seal, lines);
	count(c, &seal);
	follow_links(c, records, lines);
	memcpy(c->before_sum, sum, sizeof(sum));
	step_on(c, &seal);
	return 0;
}

/* Files of a segment that is not there. */
static bool is_remains(const struct segment_files *files)
{
	return !(files->parts & ~(HAS(PART_CUT) | HAS(PART_CUT_LINES)));
}

static int check_all(struct check *c, const struct list *list, struct err *err)
{
	for (size_t i = 0; i < list->n && !is_bad(c); i++) {
		const struct segment_files *files = &list->entry[i];

		if (files->parts & (HAS(PART_CUT) | HAS(PART_CUT_LINES)))
			add_note(c, &files->name,
				 "records that did not fit were cut off after a crash");
		if (is_remains(files) || (i + 1 == list->n && is_stillborn(c, files)))
			continue;
		if (check_segment(c, files, i + 1 == list->n, err))
			return -1;
	}
	return 0;
}

static void check_end(struct check *c)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	end_log(c);
	if (is_bad(c))
		return;
	if (!c->has_before) {
		c->v->reason = "there is no segment";
		return;
	}
	rvm_chain_head(chain, head);
	if (c->how->anchored && c->how->length == UINT64_MAX)
		c->anchor_met = !memcmp(head, c->how->head, sizeof(head));
	if (c->how->anchored && !c->anchor_met)
		c->v->reason = c->how->length != UINT64_MAX && c->v->length < c->how->length ?
				       "ends before the anchored length" :
				       "no log has the anchored head there";
	if (c->trail.open_blank)
		note(&c->v->notes,
		     "record %" PRIu64 ": its line is missing, and no recorder says why",
		     c->trail.open_blank - 1);
}

int store_look(const char *path, struct err *err)
{
	auto_close int look = file_look(path, err);
	int fd;

	if (look < 0)
		return -1;
	fd = openat(look, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_errno(err, errno, "%s", path) : fd;
}

static bool is_live(int dir)
{
	auto_close int fd = openat(dir, "lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

int store_verify(const char *path, const struct store_how *how, struct store_verdict *verdict,
		 struct err *err)
{
	auto_free struct check *c = calloc(1, sizeof(*c));
	auto_free struct follow *follow = follow_new(-1, -1);
	auto_close int dir = -1;
	auto_list struct list list = { 0 };
	int ret;

	*verdict = (struct store_verdict){ 0 };
	dir = store_look(path, err);
	if (dir < 0)
		return -1;
	if (!c || !follow)
		return err_errno(err, ENOMEM, "%s", path);
	c->dir = dir;
	c->path = path;
	c->follow = follow;
	c->how = how;
	c->v = verdict;
	c->live = is_live(dir);
	if (list_read(dir, path, &list, err))
		return -1;
	if (list.stranger)
		note(&verdict->notes, "'%s' is no file of a log", list.stranger);
	ret = check_all(c, &list, err);
	if (!ret)
		check_end(c);
	verdict->gone = c->trail.blanks;
	verdict->unsealed = c->trail.unsealed;
	trail_end(&c->trail);
	return ret;
}

void store_verdict_free(struct store_verdict *verdict)
{
	free(verdict->notes);
	verdict->notes = NULL;
}
