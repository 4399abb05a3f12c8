/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DIFF_H
#define RVMCTL_DIFF_H

#include "base/out.h"
#include "partition/token_list.h"
#include "plan/plan.h"

/* A plan against the table in force. */

/**
 * struct change - what loading a plan would do; end with change_free()
 */
struct change {
	/* There is a table to compare with. */
	bool known;
	/* What goes, and what comes; rows that stay are counted only. */
	const struct token **removed;
	size_t n_removed;
	const struct entry **added;
	size_t n_added;
	size_t kept;
	/* Rows that stay, whose tokens were taken back; NULL behind the last. */
	const struct token **taken;
	size_t n_taken;
	/* Tokens derived from those that go, which go with them. */
	size_t derived;
	/* Of @tokens, by their places, which go. */
	bool *gone;
	/* What is in force. */
	struct tokens tokens;
	struct tokens exclusions;
};

/* @change refers to @plan.  Return: 0; -1 with @err, also if there is no such partition. */
int change_find(struct nlc *nlc, const char *partition, const struct plan *plan,
		struct change *change, struct err *err);
void change_free(struct change *change);
#define auto_change __attribute__((cleanup(change_free)))

/* Into the object that is open. */
void change_print(struct out *o, const struct change *change);

#endif
