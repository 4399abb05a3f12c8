/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_STORE_VERIFY_H
#define RVM_STORE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "log/anchor.h"
#include "log/key.h"
#include "log/seal.h"

/* Does what was recorded in a directory hold together? */

/**
 * struct store_how - what it is to be checked against
 */
struct store_how {
	/** @archived: Segments before the first one may have been moved elsewhere. */
	bool archived;
	/** @keys: First keys of logs, or NULL: all have to be of logs that are there. */
	struct keys *keys;
	/** @progress: Told now and then how many bytes of the records are checked; or NULL. */
	void (*progress)(void *data, uint64_t done, uint64_t total);
	/** @progress_data: For it. */
	void *progress_data;
	/** @anchors: All of them have to be met; NULL for none. */
	struct anchors *anchors;
	/** @anchored: @head counts: a log had it after @length records. */
	bool anchored;
	/** @length: UINT64_MAX for the end of the newest log. */
	uint64_t length;
	/** @head: As printed. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
};

/**
 * struct store_verdict - what came out
 */
struct store_verdict {
	/** @logs: That have good records. */
	uint32_t logs;
	/** @signed_logs: Whose signatures were checked too. */
	uint32_t signed_logs;
	/** @anchors: Anchors that it was compared with. */
	uint64_t anchors;
	/** @segments: That are good. */
	uint64_t segments;
	/** @records: That are good, in all logs. */
	uint64_t records;
	/** @length: Records up to which the newest of these logs is good. */
	uint64_t length;
	/** @head: Of that log, there. */
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	/** @lost: Records that are said to be lost. */
	uint64_t lost;
	/** @gone: Lines that were gone before they could be recorded. */
	uint64_t gone;
	/** @unsealed: Lines that no seal of the kernel vouches for. */
	uint64_t unsealed;
	/** @notes: What one should know, or NULL. */
	char *notes;
	/** @reason: Why it is bad; NULL if it is good. */
	const char *reason;
	/** @file: Which file, or segment, is; without the directory. */
	char file[48];
	/** @at_byte: @offset counts. */
	bool at_byte;
	/** @offset: The first byte in question. */
	uint64_t offset;
	/** @end: Behind the last one, if there are several. */
	uint64_t end;
	/** @at_record: @sequence counts. */
	bool at_record;
	/** @sequence: The record, or the first one whose line is in question. */
	uint64_t sequence;
};

/**
 * store_verify() - check a directory
 * @verdict: filled; store_verdict_free() it in any case
 *
 * Also while it is being recorded into.
 *
 * Return: 0 if it could be read, good or bad; -1 with @err.
 */
int store_verify(const char *path, const struct store_how *how, struct store_verdict *verdict,
		 struct err *err);
void store_verdict_free(struct store_verdict *verdict);
#define auto_verdict __attribute__((cleanup(store_verdict_free)))

/* A directory whose files are read; -1 with @err. */
int store_look(const char *path, struct err *err);

#endif
