/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_INDEX_H
#define RVM_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "lib/log/record.h"

/*
 * The index of a segment: what each 1024 records are about, so that most of a log need
 * not be read to find some of it.  It follows from the records and is never believed.
 *
 * An entry, little-endian: sequence of the first record u64; where the lines begin u64;
 * earliest and latest time u64 each; kinds, a bit each, 32 bytes; actors, bit n % 128,
 * 16 bytes; reasons, bit n % 64, u64; records u32; lines u32.
 */

#define INDEX_RECORDS 1024
#define INDEX_ENTRY_BYTES 96

/**
 * struct index_entry - 1024 records, or those that are left at the end
 */
struct index_entry {
	uint64_t first, line_offset;
	uint64_t begin_ns, end_ns;
	uint8_t kinds[32], actors[16];
	uint64_t reasons;
	uint32_t records, lines;
};

/**
 * struct log_index - an index being made
 */
struct log_index {
	/** @entry: Images of the entries that are full. */
	uint8_t (*entry)[INDEX_ENTRY_BYTES];
	/** @n: How many. */
	size_t n;
	/** @size: Room for so many. */
	size_t size;
	/** @last: The one that is not full yet. */
	struct index_entry last;
};

/* @line_offset: where the lines from this record on begin.  Return: 0, or -1 without memory. */
int index_add(struct log_index *index, const uint8_t raw[RVM_RECORD_BYTES], uint64_t line_offset);
/* All of it: n entries, and one more if the last one has records; NULL without memory. */
const uint8_t *index_image(struct log_index *index, size_t *bytes);
void index_free(struct log_index *index);
void index_encode(const struct index_entry *entry, uint8_t image[INDEX_ENTRY_BYTES]);
void index_decode(struct index_entry *entry, const uint8_t image[INDEX_ENTRY_BYTES]);

#endif
