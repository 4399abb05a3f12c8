/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SEGMENT_H
#define RVM_SEGMENT_H

#include "base/err.h"
#include "log/list.h"
#include "log/trail.h"

/*
 * A segment that is being written.  Lines are written before their records, both are
 * synced before anybody is told that they are safe; so a crash leaves at most lines and
 * bytes at the end that belong to no whole record, which are cut off.
 *
 * Functions return 0 or more, or a negative errno with @err.
 */

/**
 * struct segment - one that is open
 */
struct segment {
	/** @dir: Where it is; the caller's. */
	int dir;
	/** @path: The same in messages. */
	const char *path;
	/** @seal: What is known so far. */
	struct seal seal;
	/** @records: Descriptor. */
	int records;
	/** @lines: Descriptor. */
	int lines;
	/** @trail: Of what was written. */
	struct trail trail;
	/** @synced: Records that are safe. */
	uint64_t synced;
	/** @synced_lines: Bytes of lines that are safe. */
	uint64_t synced_lines;
	/** @remark: Something is wrong that does not keep it from going on; free() it. */
	char *remark;
};

/**
 * struct segment_cut - what segment_open() cut off
 */
struct segment_cut {
	/** @records: Whole records that did not fit; they are kept in NAME.cut. */
	uint64_t records;
	/** @bytes: Of the records, these included. */
	uint64_t bytes;
	/** @line_bytes: Of the lines. */
	uint64_t line_bytes;
	/** @reason: Why the first of the records did not fit, or NULL. */
	const char *reason;
};

/* @begin: the fields that a .open has. */
int segment_create(int dir, const char *path, const struct seal *begin, struct segment *segment,
		   struct err *err);
/* Go on in one, behind the last record that is good; what comes after it is cut off. */
int segment_open(int dir, const char *path, const struct segment_name *name,
		 struct segment *segment, struct segment_cut *cut, struct err *err);

/**
 * segment_append() - write records
 * @lines: the lines of these records, all of them
 * @len: bytes at @lines; changed to those that were written
 *
 * All or nothing is written of what is taken: less than @n behind a seal, if the trail is to
 * stop there.
 *
 * Return: how many were taken; -EBADMSG if they do not continue the chain.
 */
ssize_t segment_append(struct segment *segment, const uint8_t *raw, size_t n, const char *lines,
		       size_t *len, struct err *err);

/* After a failure what was not safe is gone from the files, and the segment is of no use. */
int segment_sync(struct segment *segment, struct err *err);
/* @sum: filled with that of the seal. */
int segment_seal(struct segment *segment, const struct segment_name *before,
		 const uint8_t *before_sum, uint8_t sum[RVM_SHA256_DIGEST_BYTES], struct err *err);
/* One without a record. */
int segment_remove(struct segment *segment, struct err *err);
void segment_close(struct segment *segment);

#endif
