/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_LIST_H
#define RVM_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "log/seal.h"

/* What is in a directory of segments, and how its files are opened. */

enum segment_part {
	PART_RECORDS,
	PART_LINES,
	PART_INDEX,
	PART_OPEN,
	PART_SEAL,
	/* What was cut off after a crash, and belongs to no segment any more. */
	PART_CUT,
	PART_CUT_LINES,
	PARTS,
};

#define HAS(part) (1U << (part))

/**
 * struct segment_files - which files of a segment are there
 */
struct segment_files {
	struct segment_name name;
	/** @parts: HAS(). */
	unsigned int parts;
};

/**
 * struct list - a directory
 */
struct list {
	/** @entry: In their order. */
	struct segment_files *entry;
	/** @n: How many. */
	size_t n;
	/** @size: Room for so many. */
	size_t size;
	/** @stranger: A name that is none of these; free() it. */
	char *stranger;
	/** @unfinished: Files that were never given their name. */
	unsigned int unfinished;
};

/**
 * list_read() - read a directory
 * @dir: descriptor
 * @path: how it is called in messages
 */
int list_read(int dir, const char *path, struct list *list, struct err *err);
void list_free(struct list *list);
#define auto_list __attribute__((cleanup(list_free)))

/* "NAME.records" */
void part_name(const struct segment_name *name, enum segment_part part, char text[48]);
/* ".NAME.new": what is written before it gets its name. */
void part_new_name(const struct segment_name *name, char text[48]);

/* Whose files are taken. */
enum part_trust {
	/* Those of a log that is brought from anywhere. */
	PART_ANY,
	/* Those that only the caller could have written. */
	PART_OWN,
};

/**
 * part_open() - open a file of a segment
 * @flags: O_x; no link is followed, and nothing but a file is opened
 * @path: how the directory is called in messages
 *
 * Return: a descriptor, or a negative errno with @err.
 */
int part_open(int dir, const struct segment_name *name, enum segment_part part, int flags,
	      enum part_trust trust, const char *path, struct err *err);

/* The text of a .open or .seal.  Return: its length, or a negative errno with @err. */
int part_text(int dir, const struct segment_name *name, enum segment_part part,
	      enum part_trust trust, const char *path, char text[SEAL_TEXT_MAX], struct err *err);

#endif
