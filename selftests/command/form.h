/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_FORM_H
#define _RVM_SELFTEST_FORM_H

/*
 * The lines of data/commands: rule sets, and commands that are tried under them.
 * Documentation/design/commands.md has the format.
 */

#include <stdbool.h>
#include <stddef.h>

#define FORM_WORDS_MAX 64
#define FORM_ENV_MAX 8

enum form_kind {
	/* It has its effect outside, but not in the partition. */
	FORM_BYPASS,
	/* The rules let it have its effect, as documented. */
	FORM_OPEN,
	/* Work that the rules are there for. */
	FORM_LEGIT,
};

enum form_effect {
	/* Prints what only code that must not run prints. */
	EFFECT_RUNS,
	/* Prints a secret. */
	EFFECT_READS,
	/* Changes what lies outside or is protected. */
	EFFECT_CHANGES,
	/* LEGIT: ends with 0 and prints a text. */
	EFFECT_SAYS,
};

/* How the program is started. */
enum form_via {
	VIA_PATH,
	/* A copy in memory without a name. */
	VIA_MEMFD,
	/* A descriptor of the file and no path. */
	VIA_DESCRIPTOR,
	/* The same by its link in /proc. */
	VIA_PROC,
	/* With no arguments at all. */
	VIA_NO_WORDS,
};

struct form {
	enum form_kind kind;
	enum form_effect effect;
	enum form_via via;
	char *set;
	/* What is executed; NULL: argument 0 as a shell would find it. */
	char *file;
	/* On standard input. */
	char *input;
	/* EFFECT_SAYS. */
	char *says;
	/* Number of extra arguments of one byte, and length of one more argument. */
	unsigned int pad, big;
	/* It loses the effect without a denial. */
	bool quiet;
	/* With a terminal. */
	bool tty;
	/* Takes seconds under emulation: only tried when all are. */
	bool slow;
	/* It had its effect outside. */
	bool real;
	char *env[FORM_ENV_MAX + 1];
	char *words[FORM_WORDS_MAX + 1];
	size_t count;
	const char *list;
	unsigned int line;
};

/* A table under a name. */
struct form_set {
	char *name, *table, *spec, *base;
};

struct forms {
	struct form *form;
	size_t count;
	struct form_set *set;
	size_t sets;
};

/* Add the lines of a file; false, and a message, if one is wrong. */
bool forms_read(struct forms *forms, const char *path);

/* Do both start the same, for the same effect?  The rules may differ. */
bool form_is_same(const struct form *a, const struct form *b);

/* A copy with {ws}, {out}, {bad} and {root} replaced; free() it. */
char *form_expand(const char *text, const char *top, const char *root);

#endif
