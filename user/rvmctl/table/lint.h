/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_LINT_H
#define RVMCTL_LINT_H

#include "grammar/scope_parse.h"
#include "table/resolve.h"
#include "table/table.h"

/* Rules that are understood, but hardly as whoever wrote them meant. */

/* Words in front of brackets that mean files, programs or addresses; ended by NULL. */
extern const char *const lint_rule_words[];

/**
 * lint_form() - why a string is hardly one rule
 *
 * What it would be read as matches nothing: a deny rule of this form is refused.
 *
 * Return: a sentence, or NULL; free() it.
 */
char *lint_form(const char *resource);

/**
 * lint_rule() - what a rule means that its writer may not expect
 * @resource: as written
 * @exclusion: it is to take away
 *
 * Return: a sentence, or NULL; free() it.
 */
char *lint_rule(const struct rvm_scope_spec *spec, const char *resource, bool exclusion);

/* The same by what is there: places that are not those of the rule.  free() it. */
char *lint_places(const struct resolver *r, const struct rvm_scope_spec *spec,
		  const char *resource);

/* What a row that starts a program with some words does to that one, on this host.  free() it. */
char *lint_program(const struct scope *scope);

/**
 * lint_row() - what load will say of a row, without a look at the host
 * @why: a sentence, or NULL; free() it
 *
 * Return: 0; -1 if the row cannot hold, with @err.
 */
int lint_row(const char *resource, size_t len, uint8_t rights, char **why, struct err *err);

/* Other spellings that a deny rule was written for: braces spelt out, sets as letters. */
#define LINT_SPELLINGS_MAX 64

/*
 * Does it end with a star that is glued to the name of the program?  In a deny rule it
 * stands for all programs whose names begin so.  Return: that beginning, or NULL; free() it.
 */
char *lint_glued_name(const struct rvm_scope_spec *spec);

/* Return: how many are in @out, each to be free()d; -1 if there are more, or no memory. */
int lint_spellings(const struct resolver *r, const struct rvm_scope_spec *spec,
		   const char *resource, char *out[LINT_SPELLINGS_MAX]);

#endif
