/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_EXCLUDE_H
#define RVMCTL_EXCLUDE_H

#include "plan/plan.h"

/* permissions.deny of a harness spec or a settings file.  Every rule, or an error. */
int exclude_denied(struct plan *plan, const char *path, size_t *rules, struct err *err);

/*
 * What belongs to the enforcer: table, spec and manifests, base tables, the tool, the module.
 * @table: NULL of one that lies nowhere.
 */
int exclude_builtin(struct plan *plan, const char *table, const char *spec, struct err *err);

/* A file that says what a partition may do: it and its names. */
int exclude_table(struct plan *plan, const char *path, struct err *err);

/*
 * Excluded names whose file has other names, or is somewhere else: exclude the file as well.
 * @again: say only what is new.
 */
int exclude_links(struct plan *plan, bool again, struct err *err);

#endif
