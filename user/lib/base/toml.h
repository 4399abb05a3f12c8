/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TOML_H
#define RVMCTL_TOML_H

#include "base/err.h"

/**
 * manifest_name() - partition.name of an rvm-partition.toml
 * @path: the file
 * @name: the name, not checked; NULL if it has none or there is no file.  free() it
 *
 * Return: 0; -1 if the file is no TOML as the adapter writes it.
 */
int manifest_name(const char *path, char **name, struct err *err);

#endif
