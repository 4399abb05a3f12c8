// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "lib/token/nonce.h"

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
