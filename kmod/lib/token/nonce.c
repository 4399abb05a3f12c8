// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/token/nonce.h"

#define BUCKET_BITS 11
#define BUCKETS BIT(BUCKET_BITS)

/*
 * A ring of what was used last.  Those of one bucket are chained from the newest to the
 * oldest by how many uses lie between them, so what is forgotten need not be taken out: a
 * chain ends where it leaves the ring.
 */
struct rvm_nonces {
	/* Odd. */
	u64 key;
	/* When the newest that was forgotten was used. */
	u64 forgotten;
	/* Of the next use; wraps, which at most lets a chain begin in another bucket's. */
	u32 number;
	/* Number of the newest of a bucket. */
	u32 newest[BUCKETS];
	u64 nonce[RVM_NONCES];
	u64 used[RVM_NONCES];
	/* To the next older one of the same bucket; RVM_NONCES if it is forgotten. */
	u16 back[RVM_NONCES];
};

size_t rvm_nonces_bytes(void)
{
	return sizeof(struct rvm_nonces);
}

void rvm_nonces_init(struct rvm_nonces *nonces, u64 key)
{
	memset(nonces, 0, sizeof(*nonces));
	nonces->key = key | 1;
	/* So that number 0, of empty buckets, is out of the ring. */
	nonces->number = RVM_NONCES + 1;
}

static u32 bucket_of(const struct rvm_nonces *nonces, u64 nonce)
{
	return nonce * nonces->key >> (64 - BUCKET_BITS);
}

static bool is_remembered(const struct rvm_nonces *nonces, u64 nonce)
{
	u32 age = nonces->number - nonces->newest[bucket_of(nonces, nonce)];
	u32 at;

	while (age <= RVM_NONCES) {
		at = (nonces->number - age) % RVM_NONCES;
		if (nonces->nonce[at] == nonce)
			return true;
		age += nonces->back[at];
	}
	return false;
}

bool rvm_nonces_may_use(const struct rvm_nonces *nonces, u64 nonce, u64 issued, u64 now)
{
	if (!nonce || issued > now || now - issued > RVM_NONCE_AGE_NS)
		return false;
	return issued > nonces->forgotten && !is_remembered(nonces, nonce);
}

void rvm_nonces_use(struct rvm_nonces *nonces, u64 nonce, u64 now)
{
	u32 *newest = &nonces->newest[bucket_of(nonces, nonce)];
	u32 at = nonces->number % RVM_NONCES;
	u32 back = nonces->number - *newest;

	if (nonces->forgotten < nonces->used[at])
		nonces->forgotten = nonces->used[at];
	nonces->nonce[at] = nonce;
	nonces->used[at] = now;
	nonces->back[at] = back < RVM_NONCES ? back : RVM_NONCES;
	*newest = nonces->number++;
}
