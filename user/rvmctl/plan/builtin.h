/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_BUILTIN_H
#define RVMCTL_BUILTIN_H

#include "plan/plan.h"

/*
 * What belongs to the enforcer: table, spec and manifests, base tables, the tool, the module.
 * @table: NULL of one that lies nowhere.
 */
int exclude_builtin(struct plan *plan, const char *table, const char *spec, struct err *err);

/* A file that says what a partition may do: it and its names. */
int exclude_table(struct plan *plan, const char *path, struct err *err);

#endif
