/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_READER_H
#define RVM_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "lib/log/record.h"

/* Logs as files, read record by record. */

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

/* The kernel's ring.  Return: a descriptor; -1 with @err. */
int log_open_device(struct err *err);

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

#endif
