/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NONCE_H
#define _RVM_NONCE_H

#include <linux/types.h>

/** RVM_NONCES - how many nonces of a partition are remembered */
#define RVM_NONCES 4096
/** RVM_NONCE_AGE_NS - how old a request may be */
#define RVM_NONCE_AGE_NS (300ULL * 1000 * 1000 * 1000)

/**
 * DOC: nonces
 *
 * struct rvm_nonces has the last nonces that one partition has used.  A request names a nonce
 * and the time at which it was made, by the clock of this host.  It is refused
 * if the nonce is among those that are remembered, if its time is yet to come, or if it was
 * made before the newest of those that were forgotten was used.  So no request is accepted
 * twice, whatever the numbers are; a large one shuts nobody out; and memory is bounded.
 */
struct rvm_nonces;

/** rvm_nonces_bytes() - memory that one takes */
size_t rvm_nonces_bytes(void);

/**
 * rvm_nonces_init() - none was used yet
 * @nonces: has rvm_nonces_bytes()
 * @key: random, so that nobody can choose nonces that are slow to find
 */
void rvm_nonces_init(struct rvm_nonces *nonces, u64 key);

/**
 * rvm_nonces_may_use() - would a request be new
 * @nonces: of the caller's partition
 * @nonce: any number; 0 is refused
 * @issued: when the request was made, nanoseconds since 1970
 * @now: likewise, the present
 *
 * Return: true if rvm_nonces_use() may be called.
 */
bool rvm_nonces_may_use(const struct rvm_nonces *nonces, u64 nonce, u64 issued, u64 now);

/**
 * rvm_nonces_use() - a request was accepted
 * @nonces: rvm_nonces_may_use() said so
 * @nonce: remembered
 * @now: likewise
 *
 * In constant time; forgets the oldest when there are too many.
 */
void rvm_nonces_use(struct rvm_nonces *nonces, u64 nonce, u64 now);

#endif /* _RVM_NONCE_H */
