/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_GUARD_H
#define RVMCTL_GRANT_GUARD_H

#include "grant/row.h"

/**
 * grant_guard() - refuse what load would keep from being written
 * @allow: lines of deputy.list that may be written
 * @n: how many
 *
 * Nothing is excluded for what is beside a table.  So a row that gives files which tools
 * outside execute or obey is refused, unless the table in force has them excluded: one that
 * names them, that has them in it, or that means all of the workspace.
 *
 * Return: 0; -1 with @err.
 */
int grant_guard(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		const char *const *allow, size_t n, struct err *err);

#endif
