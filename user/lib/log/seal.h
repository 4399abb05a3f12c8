/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SEAL_H
#define RVM_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/log/sha256.h"

/*
 * What is written beside the records of a segment: NAME.open from its beginning, NAME.seal
 * in its place when it is full.  Lines that begin with "#" are fields; the others are those
 * of sha256sum.  There is one way to write each, so that every byte counts.
 */

#define SEGMENT_NAME_BYTES 32
#define SEAL_TEXT_MAX 4096

/**
 * struct segment_name - which segment: they are in this order
 */
struct segment_name {
	/** @log: Which of the logs that were recorded here, from 1. */
	uint32_t log;
	/** @first: Sequence of its first record. */
	uint64_t first;
};

/* "000001-00000000000000000000" */
void segment_name_text(const struct segment_name *name, char text[SEGMENT_NAME_BYTES]);
/* Takes what segment_name_text() gives; @rest is what follows.  Return: is it one? */
bool segment_name_parse(struct segment_name *name, const char *text, const char **rest);
int segment_name_compare(const struct segment_name *a, const struct segment_name *b);

/**
 * struct seal - the fields
 */
struct seal {
	/** @sealed: It is a .seal; without, what comes after @begun does not count. */
	bool sealed;
	/** @name: Of the segment. */
	struct segment_name name;
	/** @id: Of the log: the module chooses it at random when it is loaded. */
	uint64_t id;
	/** @lost: Records before the first one that are in no segment. */
	uint64_t lost;
	/** @state: Of the chain before the first record. */
	uint32_t state[RVM_SHA256_WORDS];
	/** @aux: Of the record before that. */
	uint8_t aux[8];
	/** @begun: Unix seconds, by the clock of the recorder. */
	uint64_t begun;
	/** @records: Number of them. */
	uint64_t records;
	/** @first_ns: Time of the first one. */
	uint64_t first_ns;
	/** @last_ns: Time of the last one. */
	uint64_t last_ns;
	/** @end_state: Of the chain behind the last record. */
	uint32_t end_state[RVM_SHA256_WORDS];
	/** @end_aux: Of the last record. */
	uint8_t end_aux[8];
	/** @root: Of the tree of its records, see TREE_RECORDS. */
	uint8_t root[RVM_SHA256_DIGEST_BYTES];
	/** @sealed_at: Unix seconds. */
	uint64_t sealed_at;
	/** @sum: SHA-256 of .records, .lines and .index. */
	uint8_t sum[3][RVM_SHA256_DIGEST_BYTES];
	/** @has_before: There is a segment before it. */
	bool has_before;
	/** @before: Which. */
	struct segment_name before;
	/** @before_sum: SHA-256 of its seal. */
	uint8_t before_sum[RVM_SHA256_DIGEST_BYTES];
};

/* The names' endings, in the order of the sums. */
extern const char *const segment_parts[3];

/* Return: bytes of the text. */
size_t seal_write(const struct seal *seal, char text[SEAL_TEXT_MAX]);
/*
 * Return: NULL; or why it is none, with @offset of the first byte that is not as it would
 * be written.
 */
const char *seal_read(struct seal *seal, const char *text, size_t len, size_t *offset);

/* The finished SHA-256 of a chain. */
void seal_head(const uint32_t state[RVM_SHA256_WORDS], uint64_t length,
	       uint8_t head[RVM_SHA256_DIGEST_BYTES]);

#endif
