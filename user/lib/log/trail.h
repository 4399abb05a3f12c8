/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_TRAIL_H
#define RVM_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log/chain_verify.h"
#include "log/digest.h"
#include "log/index.h"
#include "log/key.h"
#include "log/tree.h"

/*
 * The records and lines of a segment, followed in order: whoever writes them, comes back
 * to them after a crash, or verifies them does it here.
 *
 * Lines come in stretches: those of the records after a seal up to the next one, whose
 * record has their number and the beginning of their digest.
 */

/* Records of a segment that are one leaf of its tree; the last leaf may have fewer. */
#define TREE_RECORDS 16

/* First byte of the payload of a record of kind RVM_KIND_RECORDER. */
#define RECORDER_ATTACHED 1

/**
 * struct trail_fault - the first thing that is wrong
 */
struct trail_fault {
	/** @reason: NULL for nothing. */
	const char *reason;
	/** @sequence: The record, or the first one whose line it may be. */
	uint64_t sequence;
	/** @in_lines: It is the lines that are wrong. */
	bool in_lines;
	/** @offset: In the file of the records, or of the lines. */
	uint64_t offset;
	/** @end: Behind the lines in question; @offset for a record. */
	uint64_t end;
};

/**
 * struct trail - how far it was followed
 */
struct trail {
	/** @chain: Of the records; its length is the sequence of the next one. */
	struct rvm_chain_verifier chain;
	/** @signer: Of the log, if signatures are checked; signer_begin() it with the log. */
	struct signer signer;
	/** @records: Of this segment. */
	uint64_t records;
	/** @line_bytes: Likewise. */
	uint64_t line_bytes;
	/** @first_ns: Time of its first record. */
	uint64_t first_ns;
	/** @last_ns: Time of its last record. */
	uint64_t last_ns;
	/** @file: State of SHA-256 behind the records. */
	u32 file[RVM_SHA256_WORDS];
	/** @lines_sum: SHA-256 of the lines. */
	SHA256_CTX lines_sum;
	/** @tree: Of the leaves of this segment that are whole. */
	struct tree tree;
	/** @leaves: Records since, of two leaves. */
	struct tree_pair leaves;
	/** @index: Of the segment. */
	struct log_index index;
	/** @stretch: SHA-256 of the lines since the last seal. */
	SHA256_CTX stretch;
	/** @stretch_lines: Their number. */
	uint32_t stretch_lines;
	/** @stretch_first: The first of their records. */
	uint64_t stretch_first;
	/** @stretch_offset: Where they begin. */
	uint64_t stretch_offset;
	/** @stretch_whole: None is missing at the beginning of the stretch. */
	bool stretch_whole;
	/** @stretch_blank: Some were gone before they were recorded. */
	bool stretch_blank;
	/** @blanks: Lines that were gone, in all segments. */
	uint64_t blanks;
	/** @unsealed: Lines that no seal vouches for, in all segments. */
	uint64_t unsealed;
	/** @open_blank: The first of those that no recorder accounts for yet, plus one. */
	uint64_t open_blank;
	/** @blank_offset: Where its stretch begins, in this segment. */
	uint64_t blank_offset;
	/** @stop_at_seal: Stop behind the next seal. */
	bool stop_at_seal;
	/** @at_seal: The last record was a seal. */
	bool at_seal;
	/** @fault: Once there is one, nothing more is taken. */
	struct trail_fault fault;
};

/**
 * trail_begin() - begin a segment
 * @trail: zero the first time; goes on with what is counted over all segments
 * @state: of the chain
 * @first: sequence of the first record
 * @aux: of the record before that
 * @whole: no record is missing before @first
 */
void trail_begin(struct trail *trail, const uint32_t state[RVM_SHA256_WORDS], uint64_t first,
		 const uint8_t aux[8], bool whole);

/**
 * trail_take() - follow some more records
 * @raw: @n of them
 * @lines: their lines, each with its newline
 * @len: bytes at @lines; changed to those that were taken
 *
 * Return: how many were taken: less than @n if the next line is not all there, behind a seal,
 * or if there is a fault; -1 without memory.
 */
ssize_t trail_take(struct trail *trail, const uint8_t *raw, size_t n, const char *lines,
		   size_t *len);

void trail_end(struct trail *trail);

/* The root of the tree of this segment's records so far. */
void trail_root(const struct trail *trail, uint8_t root[RVM_SHA256_DIGEST_BYTES]);

/* SHA-256 of the records of this segment so far. */
void trail_digest(const struct trail *trail, uint8_t out[RVM_SHA256_DIGEST_BYTES]);

/* Finish a copy. */
void trail_sum(const SHA256_CTX *sum, uint8_t out[RVM_SHA256_DIGEST_BYTES]);

#endif
