/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SPEC_H
#define RVMCTL_SPEC_H

/* Names of rvm.yaml: attribute sets and what is nested in them. */

struct spec_set;

/* Highest attribute number of any set. */
#define SPEC_ATTRS_MAX 31

/* Set of a command; NULL if it has none. */
const struct spec_set *spec_set_of(int cmd);
/* Set nested in an attribute, or NULL. */
const struct spec_set *spec_nested(const struct spec_set *set, int type);
/* Name of an attribute; "attribute" if it has none.  @set may be NULL. */
const char *spec_attr_name(const struct spec_set *set, int type);

#endif
