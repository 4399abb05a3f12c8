/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DESCRIBE_H
#define RVMCTL_DESCRIBE_H

#include "partition/token_list.h"
#include "table/resolve.h"

/* "/usr/bin/git diff ...", "/home/u/ws/docs/[any depth]": for people.  free() it. */
char *scope_describe(const struct scope *scope);

/* The scope of a token that is in force, on loan from it; @dir is filled for its anchor. */
struct scope token_scope(const struct token *t, struct anchor *dir);
/* As for scopes. */
char *token_describe(const struct token *t);

#endif
