// SPDX-License-Identifier: GPL-2.0-only
/* Anchors: lines that say where what is recorded stood. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/format.h"
#include "base/note.h"
#include "log/anchor.h"

#define HEX_BYTES (2 * RVM_SHA256_DIGEST_BYTES + 1)
#define MAGIC "rvm-anchor "

static void hex_text(const uint8_t bytes[RVM_SHA256_DIGEST_BYTES], char text[HEX_BYTES])
{
	for (size_t i = 0; i < RVM_SHA256_DIGEST_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void hex_bytes(const char *text, uint8_t bytes[RVM_SHA256_DIGEST_BYTES])
{
	for (size_t i = 0; i < RVM_SHA256_DIGEST_BYTES; i++) {
		const char pair[] = { text[2 * i], text[2 * i + 1], '\0' };

		bytes[i] = strtoul(pair, NULL, 16);
	}
}

char *anchor_write(const struct anchor_line *anchor)
{
	char head[HEX_BYTES], root[HEX_BYTES], when[32];
	time_t seconds = anchor->time;
	struct tm tm;

	hex_text(anchor->head, head);
	hex_text(anchor->root, root);
	if (!gmtime_r(&seconds, &tm) || !strftime(when, sizeof(when), "%FT%TZ", &tm))
		return NULL;
	return format(MAGIC "time=%s log=%" PRIu32 " length=%" PRIu64 " head=%s segments=%" PRIu64
			    " root=%s",
		      when, anchor->log, anchor->length, head, anchor->segments, root);
}

bool anchor_read(struct anchor_line *anchor, const char *text)
{
	char head[HEX_BYTES] = "", root[HEX_BYTES] = "", when[32];
	auto_free char *again = NULL;
	struct tm tm = { 0 };

	*anchor = (struct anchor_line){ 0 };
	if (sscanf(text,
		   MAGIC "time=%31s log=%" SCNu32 " length=%" SCNu64 " head=%64s segments=%" SCNu64
			 " root=%64s",
		   when, &anchor->log, &anchor->length, head, &anchor->segments, root) != 6)
		return false;
	if (strlen(head) != HEX_BYTES - 1 || strlen(root) != HEX_BYTES - 1 ||
	    !strptime(when, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return false;
	anchor->time = timegm(&tm);
	hex_bytes(head, anchor->head);
	hex_bytes(root, anchor->root);
	/* There is one way to write it. */
	again = anchor_write(anchor);
	return again && !strcmp(again, text);
}

static int add(struct anchors *anchors, const struct anchor_line *line, struct err *err)
{
	void *more = reallocarray(anchors->at, anchors->n + 1, sizeof(*anchors->at));

	if (!more)
		return err_errno(err, ENOMEM, "anchors");
	anchors->at = more;
	memset(&anchors->at[anchors->n], 0, sizeof(*anchors->at));
	anchors->at[anchors->n++].line = *line;
	return 0;
}

static int bad_line(const char *where, unsigned int number, struct err *err)
{
	if (number)
		err_make(err, EXIT_USAGE, "%s: line %u is not an anchor", where, number);
	else
		err_make(err, EXIT_USAGE, "%s: '%s' is not an anchor", "--anchor", where);
	return err_hint(err, "a line as rvmctl witness anchor prints it");
}

static int load_file(struct anchors *anchors, const char *path, struct err *err)
{
	auto_free char *text = NULL;
	unsigned int number = 0;
	struct anchor_line line;
	struct stat st;
	size_t len, before = anchors->n;

	if (file_read(path, ANCHORS_TEXT_MAX, &text, &len, &st, NULL, err))
		return -1;
	if (strlen(text) != len)
		return err_make(err, EXIT_USAGE, "%s: is not text", path);
	for (char *at = text, *end; *at; at = end) {
		end = at + strcspn(at, "\n");
		end += *end ? (*end = '\0', 1) : 0;
		number++;
		if (!*at)
			continue;
		if (!anchor_read(&line, at))
			return bad_line(path, number, err);
		if (add(anchors, &line, err))
			return -1;
	}
	if (anchors->n == before)
		return err_make(err, EXIT_USAGE, "%s: there is no anchor in it", path);
	return 0;
}

int anchors_load(struct anchors *anchors, const char *text, struct err *err)
{
	struct anchor_line line;

	if (strncmp(text, MAGIC, strlen(MAGIC)))
		return load_file(anchors, text, err);
	return anchor_read(&line, text) ? add(anchors, &line, err) : bad_line(text, 0, err);
}

void anchors_free(struct anchors *anchors)
{
	free(anchors->at);
	*anchors = (struct anchors){ 0 };
}

uint64_t anchors_next(const struct anchors *anchors, uint32_t log, uint64_t length)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; anchors && i < anchors->n; i++) {
		const struct anchor_line *line = &anchors->at[i].line;

		if ((!log || line->log == log) && line->length > length && line->length < next)
			next = line->length;
	}
	return next;
}

void anchors_see_head(struct anchors *anchors, uint32_t log, uint64_t length,
		      const uint8_t head[RVM_SHA256_DIGEST_BYTES])
{
	for (size_t i = 0; anchors && i < anchors->n; i++) {
		const struct anchor_line *line = &anchors->at[i].line;

		if ((log && line->log != log) || line->length != length)
			continue;
		if (!memcmp(line->head, head, sizeof(line->head)))
			anchors->at[i].head = ANCHOR_MET;
		else if (anchors->at[i].head == ANCHOR_UNSEEN)
			anchors->at[i].head = ANCHOR_OTHER;
	}
}

void anchors_see_root(struct anchors *anchors, const struct tree *seals)
{
	uint8_t root[RVM_SHA256_DIGEST_BYTES];

	for (size_t i = 0; anchors && i < anchors->n; i++) {
		const struct anchor_line *line = &anchors->at[i].line;

		if (line->segments != seals->leaves)
			continue;
		tree_root(seals, root);
		anchors->at[i].root = memcmp(line->root, root, sizeof(root)) ? ANCHOR_OTHER :
									       ANCHOR_MET;
	}
}

const char *anchors_judge(const struct anchors *anchors, bool roots, char **notes)
{
	static const char *const heads[] = {
		[ANCHOR_UNSEEN] = "ends before the anchored length",
		[ANCHOR_OTHER] = "no log has the anchored head there",
	};
	static const char *const trees[] = {
		[ANCHOR_UNSEEN] = "has fewer sealed segments than were anchored",
		[ANCHOR_OTHER] = "its seals do not have the anchored root",
	};
	const char *first = NULL;

	for (size_t i = 0; anchors && i < anchors->n; i++) {
		auto_free char *text = anchor_write(&anchors->at[i].line);
		const char *why = NULL;

		if (anchors->at[i].head != ANCHOR_MET)
			why = heads[anchors->at[i].head];
		else if (roots && anchors->at[i].root != ANCHOR_MET)
			why = trees[anchors->at[i].root];
		if (!why)
			continue;
		note(notes, "not met (%s): %s", why, text ? text : "an anchor");
		first = first ?: why;
	}
	return first;
}
