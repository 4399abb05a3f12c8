/* SPDX-License-Identifier: GPL-2.0-only */
/* What globs are made of, for those that compare two of them. */
#ifndef _RVM_GLOB_PRIV_H
#define _RVM_GLOB_PRIV_H

#include "lib/pattern/glob.h"

/** rvm_glob_segment() - segment @n of a glob */
struct rvm_name rvm_glob_segment(const struct rvm_glob *glob, unsigned int n);

/** rvm_glob_unit_len() - length of what matches one byte, at @at of a segment; not for a star */
size_t rvm_glob_unit_len(const struct rvm_name *seg, size_t at);

/** rvm_glob_unit_takes() - does what has this length match a byte */
bool rvm_glob_unit_takes(const char *unit, size_t len, u8 c);

/** rvm_glob_pass_deep() - the states, and those after each "**" that comes next */
u64 rvm_glob_pass_deep(const struct rvm_glob *glob, u64 states);

#endif /* _RVM_GLOB_PRIV_H */
