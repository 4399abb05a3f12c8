/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_FOLLOW_H
#define RVM_FOLLOW_H

#include "log/trail.h"

/* The two files of a segment, read side by side. */

#define FOLLOW_RAW_BYTES (256 << 10)
#define FOLLOW_LINES_BYTES (512 << 10)

/**
 * struct follow - how far they were read
 */
struct follow {
	/** @records: The caller's descriptor. */
	int records;
	/** @lines: Likewise. */
	int lines;
	/** @raw_have: Bytes at @raw. */
	size_t raw_have;
	/** @raw_at: Of these, taken. */
	size_t raw_at;
	/** @lines_have: Bytes at @text. */
	size_t lines_have;
	/** @lines_at: Of these, taken. */
	size_t lines_at;
	/** @few: Read little ahead: the files are left soon. */
	bool few;
	/** @grows: Somebody writes the files; follow_next() goes on where it found an end. */
	bool grows;
	/** @wants_line: The end of the lines was reached before that of the records. */
	bool wants_line;
	/** @stray: Bytes behind the last whole record. */
	size_t stray;
	/** @raw: What was read of the records. */
	uint8_t raw[FOLLOW_RAW_BYTES];
	/** @text: What was read of the lines. */
	char text[FOLLOW_LINES_BYTES];
};

/* free() it. */
struct follow *follow_new(int records, int lines);
/* Begin again, with other files. */
void follow_begin(struct follow *follow, int records, int lines);

/**
 * follow_run() - take what is there
 * @until: stop before this record; UINT64_MAX for all
 *
 * Return: 0 at the end, at @until, or with a fault in @trail; a negative errno.
 */
int follow_run(struct follow *follow, struct trail *trail, uint64_t until);

/**
 * follow_next() - the next record with its line, unchecked
 * @line: filled if it has one, without newline, not terminated; its length in @len
 *
 * Return: 1; 0 at the end; a negative errno.
 */
int follow_next(struct follow *follow, const uint8_t **raw, const char **line, size_t *len);

#endif
