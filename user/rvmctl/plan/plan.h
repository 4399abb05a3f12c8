/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PLAN_H
#define RVMCTL_PLAN_H

#include "table/base.h"
#include "table/resolve.h"
#include "table/table.h"
#include "wire/nl.h"

/*
 * What a load will do: every token and exclusion, resolved.  All that can be
 * refused is refused while the plan is made, before anything changes.
 */

/**
 * struct entry - a token or an exclusion
 */
struct entry {
	bool exclusion;
	uint8_t rights;
	uint8_t tier;
	int64_t expires_at;
	uint64_t badge;
	/* Where it comes from: "capability-table.json", "minimal", "settings.json", "built-in". */
	char *origin;
	/* Row or rule there, from 0. */
	size_t row;
	/* As written; NULL if the row has none. */
	char *resource;
	struct scope scope;
	/* Program that it holds within; NULL for everywhere. */
	char *within;
	/* Paths of links that were followed to it (argz). */
	char *links;
	size_t links_len;
	/* "fixed", ...; NULL if it is no program. */
	const char *program;
	/* Remarks for --dry-run, or NULL. */
	char *notes;
};

struct plan {
	struct resolver resolver;
	/* Of the host's files if the other one is a container's; see plan_host(). */
	struct resolver host;
	struct list programs;
	/* Of it, by base names of programs. */
	struct memo classes;
	/* Of the partition: base tables name directories after it. */
	const char *name;
	struct entry *entries;
	size_t n;
	/* --unenforced-domains: deny rules that cannot be enforced are left out. */
	bool leave_domains;
	/* --strict: so are none. */
	bool strict;
	/* Links that rows to write were left out for (argz): the partition may have made them. */
	char *own_links;
	size_t own_links_len;
	/* Cost of rules for what was found below the workspace, and whether it was too much. */
	uint64_t steps;
	bool full;
	/* Names that no rule can say: the last, and how many. */
	char *coarse;
	size_t n_coarse;
	/* Counted for the summary. */
	size_t left_out;
	size_t unresolved;
};

/* @root: NULL, or as for resolver_open(). */
int plan_open(struct plan *plan, const char *root, const char *workspace, struct err *err);
void plan_close(struct plan *plan);

static inline struct resolver *plan_host(struct plan *plan)
{
	return plan->resolver.contained ? &plan->host : &plan->resolver;
}

/*
 * All rows of a table.  A row that cannot hold is left out with a warning: that
 * takes away, and who is limited must not be able to stop a load.
 */
int plan_add_table(struct plan *plan, const struct table *table, const char *origin, uint64_t badge,
		   struct err *err);

/* Once all tables are in: say of rows within programs that no row starts that they do nothing. */
int plan_check_within(struct plan *plan, struct err *err);

/* Once all tables are in: a link at home that it may write is not followed. */
void plan_check_links(struct plan *plan);

/* Likewise: say of rows whose directory is not there, or may be another one later. */
void plan_check_folders(struct plan *plan);

/* Is a path one that the entry, a token, is about? */
bool plan_covers(const struct entry *e, const char *path);

/* Does some token give the right to it? */
bool plan_grants(const struct plan *plan, uint8_t right, const char *path);

/* Is the entry an exclusion that takes the right to it away? */
bool plan_takes(const struct entry *e, uint8_t right, const char *path);

/* The exclusion that takes the right away, or NULL. */
const struct entry *plan_denies(const struct plan *plan, uint8_t right, const char *path);

/* A name that a scope of files is about: itself, or one below it.  NULL for other patterns; free() it. */
char *plan_sample(const struct scope *s);

/* Is there a row that starts the program, named so? */
bool plan_starts(const struct plan *plan, const char *program);

/**
 * struct rule - something to take away
 */
struct rule {
	const char *origin;
	size_t row;
	/* Parsed as a resource string. */
	const char *resource;
	/* 0: as the form of the resource says. */
	uint8_t rights;
	/* RVM_SCOPE_FLAG_BUILTIN or 0. */
	uint32_t flags;
};

int plan_exclude(struct plan *plan, const struct rule *rule, struct err *err);
/* By anchor and glob, without parsing; absent anchors are left out. */
int plan_exclude_anchor(struct plan *plan, const struct anchor *anchor, const char *pattern,
			uint8_t rights, struct err *err);

size_t plan_count(const struct plan *plan, bool exclusions);

#endif
