/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DENY_H
#define RVMCTL_DENY_H

#include "plan/plan.h"

/* permissions.deny of a harness spec or a settings file.  Every rule, or an error. */
int exclude_denied(struct plan *plan, const char *path, size_t *rules, struct err *err);

#endif
