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
#include "log/store_check.h"

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
	if (check_is_bad(c) || !c->has_previous || !c->has_before)
		return;
	if (c->unlinked && !c->linked && !c->gap)
		check_mark(c, &c->before.name, PART_RECORDS,
			   "no recorder of its log names the head of the log before");
	else if (!c->linked)
		check_note(c, &c->before.name, "nothing in its log names the log before");
}

/* A recorder may have been killed before it came to its own record. */
static void say_blank(struct check *c)
{
	if (c->trail.open_blank)
		note(&c->v->notes,
		     "record %" PRIu64 ": its line is missing, and no recorder says why",
		     c->trail.open_blank - 1);
	c->trail.open_blank = 0;
}

/* From the end of one log to the beginning of the next. */
static void begin_log(struct check *c, uint64_t id)
{
	const struct first_key *key = c->how->keys ? keys_use(c->how->keys, id) : NULL;

	end_log(c);
	say_blank(c);
	c->linked = c->unlinked = c->gap = false;
	c->has_previous = c->has_before;
	signer_begin(&c->trail.signer, key);
	c->v->signed_logs += !!key;
	if (!c->has_before)
		return;
	c->previous_length = c->before.name.first + c->before.records;
	seal_head(c->before.end_state, c->previous_length, c->previous);
}

static void count(struct check *c, const struct seal *seal)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;

	c->v->records += c->trail.records;
	c->v->lost += seal->lost;
	c->v->length = chain->length;
	seal_head(chain->state, chain->length, c->v->head);
	if (!check_is_bad(c))
		c->v->segments++;
}

/* More may come until it is done. */
static uint64_t all_bytes(const struct check *c, const struct list *list)
{
	uint64_t bytes = 0;
	struct stat st;
	char text[48];

	for (size_t i = 0; i < list->n; i++) {
		part_name(&list->entry[i].name, PART_RECORDS, text);
		if (!fstatat(c->dir, text, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
			bytes += st.st_size;
	}
	return bytes;
}

static void step_on(struct check *c, const struct seal *seal)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;

	c->has_before = true;
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

static void count_seal(struct check *c, const struct seal *seal)
{
	if (!seal->sealed)
		return;
	c->headless |= !c->has_before && seal->has_before;
	tree_add(&c->seals, c->leaf);
	anchors_see_root(c->how->anchors, &c->seals);
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
		check_mark(c, &files->name, PART_SEAL, "is missing, but segments come after it");
	check_fields(c, &files->name, part, &seal, sum);
	if (check_is_bad(c))
		return 0;
	check_order(c, &seal);
	count_seal(c, &seal);
	if (c->has_before && c->before.name.log == seal.name.log) {
		check_next(c, &seal, part);
		c->gap |= seal.lost;
	} else {
		check_first(c, &seal, part);
		begin_log(c, seal.id);
		c->v->logs++;
	}
	records = check_open(c, &files->name, PART_RECORDS);
	lines = check_open(c, &files->name, PART_LINES);
	if (check_is_bad(c))
		return 0;
	if (check_files(c, &seal, records, lines, err))
		return -1;
	count(c, &seal);
	c->done += c->trail.records * RVM_RECORD_BYTES;
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
	for (size_t i = 0; i < list->n && !check_is_bad(c); i++) {
		const struct segment_files *files = &list->entry[i];

		if (files->parts & (HAS(PART_CUT) | HAS(PART_CUT_LINES)))
			check_note(c, &files->name,
				   "records that did not fit were cut off after a crash");
		if (is_remains(files) || (i + 1 == list->n && is_stillborn(c, files)))
			continue;
		if (check_segment(c, files, i + 1 == list->n, err))
			return -1;
	}
	return 0;
}

static void check_anchors(struct check *c)
{
	const struct anchors *anchors = c->how->anchors;

	if (check_is_bad(c) || !anchors)
		return;
	c->v->reason = anchors_judge(anchors, !c->headless, &c->v->notes);
	c->v->anchors = anchors->n;
	if (c->headless)
		note(&c->v->notes,
		     "roots of anchors were not compared: segments before the first one are not here");
}

static void check_end(struct check *c)
{
	const struct rvm_chain *chain = &c->trail.chain.chain;
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	end_log(c);
	if (check_is_bad(c))
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
	check_anchors(c);
	say_blank(c);
	if (!check_is_bad(c) && c->how->keys && keys_unused(c->how->keys)) {
		note(&c->v->notes, "%s: no log here is the one that it names",
		     keys_unused(c->how->keys));
		c->v->reason = "the log of a key is not there";
	}
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
	if (how->progress)
		c->bytes = all_bytes(c, &list);
	if (list.stranger)
		note(&verdict->notes, "'%s' is no file of a log", list.stranger);
	/* Of none at all. */
	anchors_see_root(how->anchors, &c->seals);
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
