/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_ROW_H
#define RVMCTL_GRANT_ROW_H

#include "partition/partition.h"
#include "table/resolve.h"

/* A row of a table, given on the command line. */

/**
 * struct grant_row - a resource string and what it is about; end with grant_row_close()
 */
struct grant_row {
	const char *resource;
	uint8_t rights;
	struct resolver resolver;
	struct rvm_scope_spec spec;
	struct resolved found;
};

/**
 * grant_row_open() - look for what a string is about
 * @p: relative paths are of its workspace
 * @rights: 0 for those that whoever writes the string means
 *
 * Return: 0; -1 with @err.
 */
int grant_row_open(struct grant_row *row, const struct partition *p, const char *resource,
		   uint8_t rights, struct err *err);
void grant_row_close(struct grant_row *row);
#define auto_grant_row __attribute__((cleanup(grant_row_close)))

#endif
