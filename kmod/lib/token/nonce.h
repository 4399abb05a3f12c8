/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NONCE_H
#define _RVM_NONCE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

/** RVM_NONCES - how many nonces of a partition are remembered */
#define RVM_NONCES 4096
/** RVM_NONCE_AGE_NS - how old a request may be */
#define RVM_NONCE_AGE_NS (300ULL * 1000 * 1000 * 1000)

/* Bits of a bucket's number. */
#define RVM_NONCE_BUCKET_BITS 11
#define RVM_NONCE_BUCKETS BIT(RVM_NONCE_BUCKET_BITS)

/**
 * struct rvm_nonces - the last nonces that one partition has used
 *
 * A request names a nonce and the time at which it was made, by the clock of this host.  It
 * is refused if the nonce is among those that are remembered, if its time is yet to come, or
 * if it was made before the newest of those that were forgotten was used.  So no request is
 * accepted twice, whatever the numbers are; a large one shuts nobody out; and memory is
 * bounded.
 *
 * They are in a ring.  Those of one bucket are chained from the newest to the oldest by how
 * many uses lie between them, so what is forgotten need not be taken out: a chain ends where
 * it leaves the ring.
 */
struct rvm_nonces {
	/** @key: Odd. */
	u64 key;
	/** @forgotten: When the newest that was forgotten was used. */
	u64 forgotten;
	/** @number: Of the next use; never wraps. */
	u64 number;
	/** @newest: Number of the newest of a bucket. */
	u64 newest[RVM_NONCE_BUCKETS];
	/** @nonce: By number. */
	u64 nonce[RVM_NONCES];
	/** @used: When. */
	u64 used[RVM_NONCES];
	/** @back: To the next older one of the same bucket; RVM_NONCES if it is forgotten. */
	u16 back[RVM_NONCES];
};

/** rvm_nonces_bytes() - memory that one takes */
size_t rvm_nonces_bytes(void);

/**
 * rvm_nonces_init() - none was used yet
 * @nonces: has rvm_nonces_bytes()
 * @key: random, so that nobody can choose nonces that are slow to find
 */
void rvm_nonces_init(struct rvm_nonces *nonces, u64 key);

static inline u64 *rvm_nonces_bucket(struct rvm_nonces *nonces, u64 nonce)
{
	return &nonces->newest[nonce * nonces->key >> (64 - RVM_NONCE_BUCKET_BITS)];
}

static inline bool rvm_nonces_has(const struct rvm_nonces *nonces, u64 nonce)
{
	u64 age = nonces->number - *rvm_nonces_bucket((struct rvm_nonces *)nonces, nonce);
	u32 at;

	while (age <= RVM_NONCES) {
		at = (nonces->number - age) % RVM_NONCES;
		if (nonces->nonce[at] == nonce)
			return true;
		age += nonces->back[at];
	}
	return false;
}

/**
 * rvm_nonces_may_use() - would a request be new
 * @nonces: of the caller's partition
 * @nonce: any number; 0 is refused
 * @issued: when the request was made, nanoseconds since 1970
 * @now: likewise, the present
 *
 * Return: true if rvm_nonces_use() may be called.
 */
static inline bool rvm_nonces_may_use(const struct rvm_nonces *nonces, u64 nonce, u64 issued,
				      u64 now)
{
	if (unlikely(!nonce || issued > now || now - issued > RVM_NONCE_AGE_NS))
		return false;
	return issued > nonces->forgotten && !rvm_nonces_has(nonces, nonce);
}

/**
 * rvm_nonces_use() - a request was accepted
 * @nonces: rvm_nonces_may_use() said so
 * @nonce: remembered
 * @now: likewise
 *
 * In constant time; forgets the oldest when there are too many.
 */
static inline void rvm_nonces_use(struct rvm_nonces *nonces, u64 nonce, u64 now)
{
	u64 *newest = rvm_nonces_bucket(nonces, nonce);
	u32 at = nonces->number % RVM_NONCES;
	u64 back = nonces->number - *newest;

	if (nonces->forgotten < nonces->used[at])
		nonces->forgotten = nonces->used[at];
	nonces->nonce[at] = nonce;
	nonces->used[at] = now;
	nonces->back[at] = back < RVM_NONCES ? back : RVM_NONCES;
	*newest = nonces->number++;
}

#endif /* _RVM_NONCE_H */
