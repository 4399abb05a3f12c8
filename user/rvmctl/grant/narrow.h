/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_NARROW_H
#define RVMCTL_NARROW_H

#include "partition/token_list.h"
#include "table/resolve.h"

/* Scopes that lie within a token, as the module wants them. */

/**
 * pattern_below() - a pattern as one of another directory
 * @dir: directory that @pattern hangs on, a path
 * @pattern: glob
 * @anchor: the other directory, or a file; a path
 *
 * Return: the pattern below @anchor; NULL if it does not lie there, or without memory;
 * free() it.
 */
char *pattern_below(const char *dir, const char *pattern, const char *anchor);

/**
 * narrow() - what a resource string means below a token
 * @source: the token
 * @found: what the string was resolved to: patterns are changed to hang on the token's anchor
 * @anchor: set if what they hang on has to be sent
 *
 * Whether it is covered is the module's to say.
 *
 * Return: 0; -1 with @err if it cannot be.
 */
int narrow(const struct token *source, struct resolved *found, bool *anchor, struct err *err);

/**
 * narrow_fits() - would the module find the scope within the token
 * @source: the token
 * @s: a path or a program that narrow() has moved
 *
 * By the module's own rules, so that it need not be asked about tokens that do not cover it.
 *
 * Return: true also for scopes of other classes, which are not looked at.
 */
bool narrow_fits(const struct token *source, const struct scope *s);

#endif
