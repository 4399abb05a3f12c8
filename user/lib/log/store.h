/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_STORE_H
#define RVM_STORE_H

#include "log/segment.h"

/* A directory that a log is recorded into, by one recorder at a time. */

/**
 * struct store_place - where a log stands
 */
struct store_place {
	/** @log: Number of the log in the directory, 0 if there is none. */
	uint32_t log;
	/** @id: The module's number of it. */
	uint64_t id;
	/** @next: First record that is not here. */
	uint64_t next;
	/** @state: Of the chain before that. */
	uint32_t state[RVM_SHA256_WORDS];
	/** @aux: Of the record before that. */
	uint8_t aux[8];
};

/**
 * struct store - it
 */
struct store {
	/** @path: How it was called. */
	char *path;
	/** @dir: Descriptor. */
	int dir;
	/** @lock: Descriptor; closing it lets others record here. */
	int lock;
	/** @open: @segment is there. */
	bool open;
	/** @segment: The one that is being written. */
	struct segment segment;
	/** @has_sealed: There is a sealed one before it. */
	bool has_sealed;
	/** @sealed: The newest sealed one. */
	struct segment_name sealed;
	/** @sealed_sum: SHA-256 of its seal. */
	uint8_t sealed_sum[RVM_SHA256_DIGEST_BYTES];
	/** @end: Of what is recorded. */
	struct store_place end;
	/** @say: Told what is found and done, in sentences. */
	void (*say)(const char *text);
};

/**
 * store_open() - make it fit for recording
 * @path: made, if only its last name is missing
 * @say: told what was cut off; may be NULL
 *
 * Return: 0; -1 with @err.
 */
int store_open(struct store *store, const char *path, void (*say)(const char *), struct err *err);
void store_close(struct store *store);
#define auto_store __attribute__((cleanup(store_close)))

/*
 * Functions that write return 0 or more, or a negative errno with @err.  After -ENOSPC
 * they can be called again.
 */

/* The next record is the one at @place; of the same log, or of a new one if its @id is new. */
int store_begin(struct store *store, const struct store_place *place, struct err *err);
ssize_t store_append(struct store *store, const uint8_t *raw, size_t n, const char *lines,
		     size_t *len, struct err *err);
int store_sync(struct store *store, struct err *err);
/* End the segment that is open, and begin the next. */
int store_roll(struct store *store, struct err *err);
uint64_t store_synced(const struct store *store);

/* Head and length of what is recorded; zeros for nothing. */
void store_head(const struct store *store, uint8_t head[RVM_SHA256_DIGEST_BYTES], uint64_t *length);

static inline bool store_is_full(int error)
{
	return error == -ENOSPC || error == -EDQUOT;
}

#endif
