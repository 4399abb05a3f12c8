/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_FORM_H
#define RVMCTL_GRANT_FORM_H

#include "base/err.h"

/**
 * grant_check_form() - refuse what reads as a name, and was hardly meant as one
 * @resource: as typed
 *
 * A bare word is the name of something that only a mediator asks for, in a table as well.  To
 * who types it for a file or a command it would look like a right that does not work.
 *
 * Return: 0; -1 with @err, and what was probably meant.
 */
int grant_check_form(const char *resource, struct err *err);

#endif
