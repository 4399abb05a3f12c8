/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PLAIN_H
#define RVMCTL_PLAIN_H

#include "table/table.h"

/**
 * plain_read() - rows in the form that programs write them
 * @t: its text was read; @rows, @n and @strings are set
 *
 * Keys that are known, each once, strings of ASCII without escapes, whole numbers.  Whatever
 * is unusual or wrong is left to a reader of JSON: what this one takes, that one takes for
 * the same.
 *
 * Return: false if it was left.
 */
bool plain_read(struct table *t);

#endif
