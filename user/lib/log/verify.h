/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_VERIFY_H
#define RVMCTL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lib/log/chain.h"
#include "log/chain_verify.h"

/* Logs as files: reading them record by record, checking that they hold together. */

#define WITNESS_DEVICE "/dev/rvm_witness"
#define LOG_BATCH 1024

/**
 * struct log_reader - a log being read; bounded, whatever its size
 */
struct log_reader {
	/** @path: The caller's. */
	const char *path;
	/** @fd: Open file, or -1. */
	int fd;
	/** @device: It is the kernel's ring, not a file. */
	bool device;
	/** @first: Record at which reading began; more than 0 if the ring lost older ones. */
	uint64_t first;
	/** @next: Number of the record that log_next() gives next: its offset is 64 times that. */
	uint64_t next;
	/** @stray: Bytes after the last whole record. */
	size_t stray;
	/** @have: Bytes in @buf. */
	size_t have;
	/** @at: Of these, used. */
	size_t at;
	/** @buf: What was read ahead. */
	uint8_t buf[LOG_BATCH * RVM_RECORD_BYTES];
};

/**
 * log_open() - open a log at its first record
 * @log: filled; log_close() it in any case
 *
 * Return: 0, or -1 with @err.
 */
int log_open(struct log_reader *log, const char *path, struct err *err);
/* Go to a record; the next one read is that one. */
int log_seek(struct log_reader *log, uint64_t record, struct err *err);
/* Records that are there now. */
int log_length(struct log_reader *log, uint64_t *length, struct err *err);
/* Return: 1 with @raw pointing to a record, valid until the next call; 0 at the end; -1. */
int log_next(struct log_reader *log, const uint8_t **raw, struct err *err);
void log_close(struct log_reader *log);
#define auto_log __attribute__((cleanup(log_close)))

/**
 * struct verify_how - what a log is to be checked against
 */
struct verify_how {
	/** @rvm: The log is in RVM's own format. */
	bool rvm;
	/** @signed_: @key counts. */
	bool signed_;
	/** @key: The first key of the log. */
	struct rvm_hmac_key key;
	/** @anchored: @head counts; compared after @length records, or at the end. */
	bool anchored;
	/** @head_len: Bytes of @head: 32, or 8 for RVM's format. */
	size_t head_len;
	/** @head: As printed. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
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

/* Read a key: 32 bytes, or 64 hexadecimal digits. */
int verify_read_key(const char *path, struct rvm_hmac_key *key, struct err *err);

#endif
