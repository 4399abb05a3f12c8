/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SETTINGS_H
#define RVMCTL_SETTINGS_H

#include <stdbool.h>

#include "base/json.h"

/* @list ends with NULL. */
bool key_is_one_of(const char *key, const char *const *list);
/* The one that @key may have been meant to be: another case, or one letter; or NULL. */
const char *key_nearly(const char *key, const char *const *list);

/**
 * settings_look() - what a harness spec or a settings file asks for that is not done
 * @doc: the file
 *
 * Rules that nobody takes are told.  A key that is nearly one that is read refuses the
 * file, as does the lack of any: it is another one than was meant.
 *
 * Return: 0; -1 with @err.
 */
int settings_look(const struct doc *doc, struct err *err);

#endif
