/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SPEC_H
#define RVMCTL_SPEC_H

/* Names of rvm.yaml: attribute sets and what is nested in them.  The tables are generated. */

/* Highest attribute number of any set. */
#define SPEC_ATTRS_MAX 31

/**
 * struct spec_set - a set of attributes
 */
struct spec_set {
	/** @names: By number; NULL for one that is not assigned. */
	const char *const *names;
	/** @max: The highest number. */
	int max;
	/** @nest: Attributes that hold other sets, at most two. */
	struct {
		int type;
		const struct spec_set *set;
	} nest[2];
};

/* By RVM_CMD_x; NULL for a command without attributes. */
extern const struct spec_set *const spec_sets[];
/* By bit. */
extern const char *const scope_flag_words[11];
extern const char *const partition_flag_words[8];
extern const char *const token_flag_words[7];

/* Set of a command; NULL if it has none. */
const struct spec_set *spec_set_of(int cmd);
/* Set nested in an attribute, or NULL. */
const struct spec_set *spec_nested(const struct spec_set *set, int type);
/* Name of an attribute; "attribute" if it has none.  @set may be NULL. */
const char *spec_attr_name(const struct spec_set *set, int type);

#endif
