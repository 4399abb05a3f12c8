/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_PROOF_H
#define RVM_PROOF_H

#include "base/err.h"
#include "log/seal.h"
#include "log/trail.h"
#include "log/tree.h"

/*
 * That a record was in a log, shown without the log: its leaf and the path to the root of
 * its segment, the seal that has that root, and the path to the root of all seals.
 */

#define PROOF_TEXT_MAX (32 << 10)

/**
 * struct anchor_line - where what was recorded stands, to be kept elsewhere
 */
struct anchor_line {
	/** @time: Unix seconds. */
	uint64_t time;
	/** @log: Number of the newest log. */
	uint32_t log;
	/** @length: Its records. */
	uint64_t length;
	/** @head: Behind them. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	/** @segments: Sealed ones, in all logs. */
	uint64_t segments;
	/** @root: Of the tree of their seals. */
	uint8_t root[RVM_SHA256_DIGEST_BYTES];
};

/**
 * struct proof - of one record
 */
struct proof {
	/** @leaf: Its neighbours, and it. */
	uint8_t leaf[TREE_RECORDS * RVM_RECORD_BYTES];
	/** @leaf_len: Bytes of it. */
	size_t leaf_len;
	/** @records: From the leaf to the root in the seal. */
	struct tree_path records;
	/** @seal_text: Of its segment. */
	char seal_text[SEAL_TEXT_MAX];
	/** @seal_len: Bytes of it. */
	size_t seal_len;
	/** @seals: From the seal to the root of all. */
	struct tree_path seals;
	/** @sequence: Which record. */
	uint64_t sequence;
};

/* Of a directory; the newest segment is followed, the others are taken from their seals. */
int anchor_make(const char *path, struct anchor_line *anchor, struct err *err);

/**
 * proof_make() - prove a record of a directory
 * @log: number of the log; 0 for the newest
 * @segments: of a tree of so many seals, the oldest ones; 0 for all
 *
 * Return: 0; -1 with @err, also if its segment is not sealed, or not among them.
 */
int proof_make(const char *path, uint32_t log, uint64_t sequence, uint64_t segments,
	       struct proof *proof, struct err *err);

/* @text: of at least PROOF_TEXT_MAX bytes.  Return: its length. */
size_t proof_write(const struct proof *proof, char *text);

/**
 * proof_read() - read what proof_write() wrote
 *
 * Return: NULL; or why it is none, with @offset of the first byte that is not as it would be
 * written.
 */
const char *proof_read(struct proof *proof, const char *text, size_t len, size_t *offset);

/**
 * proof_check() - does the record lead to a root
 * @seal: filled with the seal of its segment
 * @root: filled with the root of all seals
 *
 * Return: NULL; or why not.
 */
const char *proof_check(const struct proof *proof, struct seal *seal,
			uint8_t root[RVM_SHA256_DIGEST_BYTES]);

/* The image of the record, in its leaf. */
const uint8_t *proof_record(const struct proof *proof);

#endif
