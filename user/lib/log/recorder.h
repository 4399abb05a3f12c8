/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_RECORDER_H
#define RVM_RECORDER_H

#include "log/store.h"

/* Recording: from a source into a directory, acknowledging what is safe. */

/* Called for each line that is there, in order; @line has no newline. */
typedef int (*record_line_fn)(void *data, uint64_t sequence, const char *line, size_t len);

/**
 * struct record_source - where records come from
 *
 * Functions return 0 or more, or a negative errno with @err.  -ENODEV: there is no such log
 * any more, and nothing more will come.
 */
struct record_source {
	/**
	 * @attach: Become its recorder.  @place: id and next of what is recorded (zeros for
	 * nothing) come in; where to go on comes out, with the chain's state if that is elsewhere.
	 * If it is another log, @previous and @previous_length are recorded in it.
	 */
	int (*attach)(struct record_source *source, struct store_place *place,
		      const uint8_t previous[RVM_SHA256_DIGEST_BYTES], uint64_t previous_length,
		      struct err *err);
	/** @read: Whole records, in order.  Return: bytes; 0 if there are none now. */
	ssize_t (*read)(struct record_source *source, void *buf, size_t size, struct err *err);
	/** @lines: Those of records from @first, before @end, that are still there. */
	int (*lines)(struct record_source *source, uint64_t first, uint64_t end, record_line_fn fn,
		     void *data, struct err *err);
	/** @ack: Records before @next are safe. */
	int (*ack)(struct record_source *source, uint64_t next, struct err *err);
	/** @wait: Until there are records, @stop_fd (if not -1) can be read, or so many ms (-1: ever). */
	int (*wait)(struct record_source *source, int stop_fd, int timeout_ms, struct err *err);
};

/**
 * struct record_policy - how to
 */
struct record_policy {
	/** @segment_bytes: A segment with so many bytes of records ends with the next seal. */
	uint64_t segment_bytes;
	/** @segment_seconds: Or one that is so old. */
	uint64_t segment_seconds;
	/** @sync_ms: Sync so long after the first record that is not safe; 0: after each batch. */
	unsigned int sync_ms;
	/** @sync_records: And whenever so many are not. */
	uint64_t sync_records;
	/** @sync_lines: And whenever so many of them have lines. */
	uint64_t sync_lines;
	/** @once: End when there are no more, and at once on a full disk. */
	bool once;
	/** @tell: Called for each record that was written, with its line or NULL; may be NULL. */
	void (*tell)(void *data, const uint8_t *raw, const char *line, size_t len);
	/** @tell_data: For @tell. */
	void *tell_data;
	/** @stop_fd: End when it can be read; -1 for none. */
	int stop_fd;
};

#define RECORD_SEGMENT_BYTES (64ULL << 20)
#define RECORD_SEGMENT_SECONDS (24 * 60 * 60)
#define RECORD_SYNC_MS 1000
/* Of a ring of 262144 records and 8192 lines. */
#define RECORD_SYNC_RECORDS 32768
#define RECORD_SYNC_LINES 2048

/**
 * struct record_count - what was done
 */
struct record_count {
	/** @records: Recorded. */
	uint64_t records;
	/** @gone: Lines that were gone before. */
	uint64_t gone;
	/** @syncs: How often. */
	uint64_t syncs;
};

/**
 * record_run() - record until there is nothing left, or somebody says stop
 *
 * Return: 0; -1 with @err.
 */
int record_run(struct store *store, struct record_source *source,
	       const struct record_policy *policy, struct record_count *count, struct err *err);

#endif
