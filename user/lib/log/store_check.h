/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_STORE_CHECK_H
#define _RVM_STORE_CHECK_H

#include "log/follow.h"
#include "log/list.h"
#include "log/store_verify.h"

/* What store_verify() and segment_verify.c share. */

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
	bool has_before;
	struct seal before;
	uint8_t before_sum[RVM_SHA256_DIGEST_BYTES];
	/* Head and length of the log before. */
	uint8_t previous[RVM_SHA256_DIGEST_BYTES];
	uint64_t previous_length;
	bool has_previous;
	/* Of this log: recorders that named the log before, and others. */
	bool linked, unlinked, gap;
	bool anchor_met;
	/* Bytes of records in all segments, and in those that are done. */
	uint64_t bytes, done;
	/* Of all seals; and of the one that was read. */
	struct tree seals;
	uint8_t leaf[RVM_SHA256_DIGEST_BYTES];
	/* The first of them are not there. */
	bool headless;
};

static inline bool check_is_bad(const struct check *c)
{
	return c->v->reason;
}

/* The first thing that is wrong stays. */
void check_mark(struct check *c, const struct segment_name *name, enum segment_part part,
		const char *reason);
void check_note(struct check *c, const struct segment_name *name, const char *what);
int check_fail(const struct check *c, int errnum, struct err *err);
/* A file that cannot be opened because of what it is makes the log bad.  -1: it is not there. */
int check_open(struct check *c, const struct segment_name *name, enum segment_part part);

/* Fields of .open or .seal; @sum: of the text. */
void check_fields(struct check *c, const struct segment_name *name, enum segment_part part,
		  struct seal *seal, uint8_t sum[RVM_SHA256_DIGEST_BYTES]);
/* The digests in a seal put it behind the one before. */
void check_order(struct check *c, const struct seal *seal);
/* The fields of the first segment of a log; and of one that comes after another. */
void check_first(struct check *c, const struct seal *seal, enum segment_part part);
void check_next(struct check *c, const struct seal *seal, enum segment_part part);
/* The records and lines, and what their seal says of them.  Return: 0, or -1 with @err. */
int check_files(struct check *c, const struct seal *seal, int records, int lines, struct err *err);

#endif
