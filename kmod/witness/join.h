/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_JOIN_H
#define _RVM_JOIN_H

#include <linux/types.h>

#include "witness/witness.h"

/**
 * DOC: denials that are equal
 *
 * A denial of the same partition that has the same reason, right, class, operation, target,
 * token and detail line as RVM_JOIN_AFTER others of the same second is not recorded.  It is
 * counted, and a record of kind DenialsJoined tells how many there were when the second is
 * over, or when its place in the table is needed for another.
 */

/** rvm_join_append() - record a denial, or count it; as rvm_witness_append() */
u64 rvm_join_append(const struct rvm_event *event);

/** rvm_join_is_pending() - is there anything to tell, now or later */
bool rvm_join_is_pending(void);

/** rvm_join_tell() - tell of seconds that are over, or of @all; may sleep */
void rvm_join_tell(bool all);

/** rvm_join_end() - tell of those that count in a lane, whose partition is gone */
void rvm_join_end(u16 lane);

/** rvm_join_init() - before anyone denies anything */
void rvm_join_init(void);

#endif /* _RVM_JOIN_H */
