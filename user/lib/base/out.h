/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_OUT_H
#define RVMCTL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"

/*
 * One way to print for text and JSON; no caller asks which one is on.
 *
 * A command opens one top-level thing, an object, an event or a table, puts
 * fields in and closes it; JSON is written when the top level closes, so a
 * stream of events becomes one JSON value a line.  Keys are the attribute
 * names of the netlink spec.
 *
 *   object  text: aligned "key  value" lines       JSON: { "key": value }
 *   event   text: one line of values               JSON: { "key": value }
 *   table   text: columns (smartcols)              JSON: [ {...}, ... ]
 *   list    text: values joined by commas          JSON: [ ... ]
 *
 * Values are escaped (control characters, marks that nobody sees, bytes that are
 * not UTF-8): in text as \\NNN, in JSON as \\uNNNN.  Callers must not escape.
 */

struct out;

enum out_format {
	OUT_TEXT,
	/* -j */
	OUT_JSON,
	/* -p */
	OUT_PRETTY,
};

/**
 * struct out_col - a column of a table; ended by one with a NULL key
 */
struct out_col {
	/** @key: Key of the field that fills it. */
	const char *key;
	/** @title: Heading; NULL for the key in upper case. */
	const char *title;
	/** @flags: OUT_COL_x. */
	unsigned int flags;
};

#define OUT_COL_RIGHT 1
/* Rows are drawn as a tree in this column; see out_tree_row(). */
#define OUT_COL_TREE 2
/* May be cut if the terminal is too narrow. */
#define OUT_COL_TRUNC 4

/* For people at a terminal: not if NO_COLOR is set, nor on one that is dumb. */
bool out_has_colour(FILE *file);

enum out_tone {
	OUT_PLAIN,
	/* Something was refused, or failed. */
	OUT_BAD,
	/* Worth a look. */
	OUT_WARN,
};

/* "\033[..m" or "": what begins a tone; OUT_PLAIN ends it. */
const char *out_sgr(FILE *file, enum out_tone tone);

struct out *out_create(FILE *file, enum out_format format);
/* Of the next line or event, in text. */
void out_tone(struct out *o, enum out_tone tone);
/* From here on, before anything is printed; the richer one stays. */
void out_set_format(struct out *o, enum out_format format);
/* Did its reader go away?  That is no error; whoever goes on for ever should stop. */
bool out_is_closed(struct out *o);
/* Return: 0, or -1 if something could not be written, as on a full disk. */
int out_destroy(struct out *o);

/* Structure.  @key is NULL at the top level and inside lists. */
void out_object_begin(struct out *o, const char *key);
void out_object_end(struct out *o);
/* Top level only: one line each, for streams; flushed when it ends. */
void out_event_begin(struct out *o);
void out_event_end(struct out *o);
void out_table_begin(struct out *o, const char *key, const struct out_col *cols);
void out_row_begin(struct out *o);
/* A row of a tree: @parent is the @id of an earlier row, or 0. */
void out_tree_row_begin(struct out *o, uint64_t id, uint64_t parent);
void out_row_end(struct out *o);
void out_table_end(struct out *o);
void out_list_begin(struct out *o, const char *key);
void out_list_end(struct out *o);

/* Fields.  In a table, fields that have no column show in JSON only. */
void out_str(struct out *o, const char *key, const char *value);
void out_strn(struct out *o, const char *key, const char *value, size_t len);
void out_fmt(struct out *o, const char *key, const char *fmt, ...) PRINTF(3, 4);
void out_u64(struct out *o, const char *key, uint64_t value);
void out_hex(struct out *o, const char *key, const void *bytes, size_t len);
/* JSON: the number (null if @null); text: @text. */
void out_num_as(struct out *o, const char *key, int64_t value, const char *text);
void out_null_as(struct out *o, const char *key, const char *text);
/* Unix seconds: JSON the number; text local time, or "never" for 0. */
void out_time(struct out *o, const char *key, int64_t seconds);
/* JSON only, text only. */
void out_json_str(struct out *o, const char *key, const char *value);
void out_json_u64(struct out *o, const char *key, uint64_t value);
void out_text_str(struct out *o, const char *key, const char *value);

/* Words of a mask: JSON list, text joined by commas ("-" if none).  names[n] is bit n. */
void out_mask(struct out *o, const char *key, uint32_t mask, const char *const *names, size_t n);

/* A line of text for people; nothing in JSON.  The finished line is escaped. */
void out_line(struct out *o, const char *fmt, ...) PRINTF(2, 3);

/* A table as JSON: byte for byte, but on a terminal what could move a cursor is \\uNNNN. */
void out_document(struct out *o, const char *text, size_t len);

#endif
