/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_JOURNAL_H
#define RVM_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Records in the system's journal, by its own protocol: one datagram for each, of fields.
 * It is a page of code, and a library for it would have to be there wherever rvmctl is.
 */

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/**
 * struct journal - where to
 */
struct journal {
	/** @path: Of the socket. */
	const char *path;
	/** @fd: -1 if there is none. */
	int fd;
	/** @sent: Messages that it took. */
	uint64_t sent;
	/** @unsent: Messages that it had no room for, or that it was not there for. */
	uint64_t unsent;
};

/* Return: 0 or an errno; a journal that is not there yet is no error. */
int journal_open(struct journal *journal, const char *path);
void journal_close(struct journal *journal);
#define auto_journal __attribute__((cleanup(journal_close)))

/**
 * journal_tell() - send a record, if it is one that somebody has to look at
 * @journal: open
 * @raw: the record
 * @line: its detail line, NULL if there is none
 * @len: bytes of @line
 *
 * Denials, losses, changes of mode and of hooks, and recorders.  It never waits: what
 * cannot be sent at once is counted.
 */
void journal_tell(struct journal *journal, const uint8_t *raw, const char *line, size_t len);

#endif
