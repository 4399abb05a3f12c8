/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading golden vectors (JSON Lines) and the corpus (JSON). */
#ifndef RVM_UNIT_VECTORS_H
#define RVM_UNIT_VECTORS_H

#include <linux/types.h>
#include <jansson.h>
#include <stdint.h>

/*
 * For each line of $VECTORS/@name call @test; the object is freed afterwards. Returns the
 * number of lines, 0 if the file is not there.  A line that is not JSON ends the program.
 */
size_t vectors_each(const char *name, void (*test)(const json_t *line));

/* The same for $CORPUS/@name. */
size_t corpus_each_line(const char *name, void (*test)(const json_t *line));

/*
 * For each pair $CORPUS/@folder/NAME@in and NAME.table.json call @test with
 * both.  Returns the number of pairs.
 */
size_t corpus_each_pair(const char *folder, const char *in,
			void (*test)(const char *name, const json_t *input, const json_t *table));

/* Members; a missing one, or one of another type, ends the program. */
uint64_t member_u64(const json_t *object, const char *key); /* number or "0x..." */
const char *member_str(const json_t *object, const char *key); /* NULL if null or missing */
bool member_bool(const json_t *object, const char *key);
const json_t *member(const json_t *object, const char *key);

/* Decode hex digits to @out, which has room for @n bytes; returns how many there were. */
size_t unhex(const char *hex, uint8_t *out, size_t n);
/* The same for a member that has to be exactly @n bytes. */
void member_hex(const json_t *object, const char *key, uint8_t *out, size_t n);

#endif
