/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TABLE_H
#define RVMCTL_TABLE_H

#include <stdbool.h>

#include "base/json.h"

/**
 * struct row - a token of a capability table; strings are the table's
 */
struct row {
	uint8_t rights;
	uint8_t tier;
	bool grant_once;
	/* Unix seconds, 0 is never. */
	int64_t expires_at;
	/* NULL if it is missing or null. */
	const char *resource;
	size_t len;
	/* Program that the token holds within; NULL for everywhere. */
	const char *within;
};

/**
 * struct table - a capability table: the adapter's or the command-line tool's form
 */
struct table {
	/* Without a root if plain_read() took it. */
	struct doc doc;
	/* Then these are the strings of rows; else NULL. */
	char *strings;
	struct row *rows;
	size_t n;
	/* SHA-256 of the file. */
	uint8_t digest[32];
};

int table_open(struct table *t, const char *path, struct err *err);
void table_close(struct table *t);
#define auto_table __attribute__((cleanup(table_close)))

/* A row as the adapter writes it, behind "[" or behind another; then "\n]\n" ends the table. */
void table_write_row(FILE *f, const struct row *row, bool has_resource, bool first);

#endif
