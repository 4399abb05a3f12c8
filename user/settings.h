/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SETTINGS_H
#define RVMCTL_SETTINGS_H

#include "json.h"

/**
 * settings_look() - what a harness spec or a settings file asks for that is not done
 * @doc: the file
 *
 * Rules that nobody takes are told, and keys that are none but look as if they were
 * meant to be.  A file without any key that is read here is refused: it is another
 * one than was meant.
 *
 * Return: 0; -1 with @err.
 */
int settings_look(const struct doc *doc, struct err *err);

#endif
