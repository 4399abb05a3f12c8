/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_VOID_H
#define RVMCTL_VOID_H

#include "grant/row.h"

/*
 * Say of a right that was just given what keeps it from doing anything, such as a deny rule.
 * Return: true if exclusions take away all of it, which nothing but another table changes.
 */
bool warn_if_void(struct nlc *nlc, const struct partition *p, const struct grant_row *row);

#endif
