/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PUT_H
#define RVMCTL_PUT_H

#include "table/resolve.h"
#include "wire/nl.h"

/**
 * scope_put() - a scope into a request
 * @attr: of the nest that it becomes
 * @resource: the string that it was made of; may be NULL
 * @anchor: send what it hangs on; false if the module knows that from the token that the
 *          scope is derived from
 *
 * Return: 0; -1 without room.
 */
int scope_put(struct nl_msg *msg, int attr, const struct scope *s, const char *resource,
	      bool anchor);

#endif
