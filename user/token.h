/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TOKEN_H
#define RVMCTL_TOKEN_H

#include "nl.h"
#include "out.h"

/* Fields of a scope, into the row or object that is open. */
void print_scope(struct out *o, struct nlattr *nest);

#endif
