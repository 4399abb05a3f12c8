/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PLAN_PRIV_H
#define RVMCTL_PLAN_PRIV_H

#include "grammar/scope_parse.h"
#include "plan/plan.h"

/* A copy of @model with @scope, which becomes the plan's. */
int plan_add_entry(struct plan *plan, const struct entry *model, const char *notes,
		   struct scope *scope);

/* Those behind it move up. */
void plan_drop_entry(struct plan *plan, size_t i);

/* Look for what @spec names, and add an entry for each place; @flags for their scopes. */
int plan_resolve(struct plan *plan, const struct rvm_scope_spec *spec, struct entry *model,
		 uint32_t flags, struct err *err);

/* Nothing was found that entry @i could be about. */
bool plan_is_unresolved(const struct plan *plan, size_t i);

/* "<origin>: row N (<resource>)" in front of an error. */
int plan_blame(struct err *err, const char *file, size_t row, const char *resource);

/* Warn of row @row of a table or of the deny rules; frees @why, NULL for nothing to say. */
void plan_warn(const char *file, size_t row, const char *resource, char *why);

/* Say of a row what it allows less, or more, than it seems to; its entries begin at @first. */
void plan_warn_of_row(const struct plan *plan, const struct rvm_scope_spec *spec,
		      const struct entry *model, const char *file, size_t first);

#endif
