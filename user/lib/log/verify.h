/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_VERIFY_H
#define RVMCTL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lib/log/chain.h"
#include "log/anchor.h"
#include "log/chain_verify.h"
#include "log/key.h"
#include "log/reader.h"

/* Do the records of a log hold together? */

/**
 * struct verify_how - what a log is to be checked against
 */
struct verify_how {
	/** @rvm: The log is in RVM's own format. */
	bool rvm;
	/** @keys: Of our own format: first keys, or NULL to check no signatures. */
	struct keys *keys;
	/** @signed_: Of RVM's format: @key counts. */
	bool signed_;
	/** @key: What each record is signed with. */
	struct rvm_hmac_key key;
	/** @anchored: @head counts; compared after @length records, or at the end. */
	bool anchored;
	/** @head_len: Bytes of @head: 32, or 8 for RVM's format. */
	size_t head_len;
	/** @head: As printed. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	/** @anchors: Of our own format: heads that have to be met; NULL for none. */
	struct anchors *anchors;
	/** @length: UINT64_MAX for all that is there. */
	uint64_t length;
	/** @stop: Do not look at records from this one on; UINT64_MAX for all. */
	uint64_t stop;
};

/**
 * struct verify_result - what came out
 */
struct verify_result {
	/** @records: Good ones, from the first. */
	uint64_t records;
	/** @head: Head after them; RVM's chain value takes the first 8 bytes. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	/** @head_len: Bytes of @head. */
	size_t head_len;
	/** @reason: Why the log is bad, NULL if it is good. */
	const char *reason;
	/** @notes: Which anchors are not met, or NULL; free() it. */
	char *notes;
	/** @sequence: Of the first bad record by its place in the log. */
	uint64_t sequence;
	/** @found: What it says itself. */
	uint64_t found;
	/** @offset: Where it begins. */
	uint64_t offset;
	/** @at_record: It is a record that is bad, not the log's end. */
	bool at_record;
};

/**
 * verify_log() - check a log from its first record on
 * @result: filled unless it cannot be read
 *
 * Return: 0 if it could be read, good or bad; -1 with @err.
 */
int verify_log(const char *path, const struct verify_how *how, struct verify_result *result,
	       struct err *err);

/* Read a key for @key: 32 bytes, or 64 hexadecimal digits. */
int verify_read_key(const char *path, struct rvm_hmac_key *key, struct err *err);

#endif
