// SPDX-License-Identifier: GPL-2.0-only
/* The chain of the witness log, for the side that writes it. */
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/log/chain.h"
#include "lib/log/chain_priv.h"

static u32 fold_state(const u32 state[RVM_SHA256_WORDS])
{
	u32 fold = 0;
	unsigned int i;

	for (i = 0; i < RVM_SHA256_WORDS; i++)
		fold ^= state[i];
	return fold;
}

u32 rvm_chain_fold(const struct rvm_chain *chain)
{
	return chain->length ? fold_state(chain->state) : 0;
}

void rvm_chain_advance(struct rvm_chain *chain, const u8 raw[RVM_RECORD_BYTES])
{
	u8 block[RVM_SHA256_BLOCK_BYTES] = {};

	memcpy(block, raw, RVM_RECORD_CHAINED_BYTES);
	memcpy(block + RVM_RECORD_CHAINED_BYTES, chain->last_aux, sizeof(chain->last_aux));
	chain->compress(chain->state, block, 1);
	chain->length++;
}

/*
 * Two compressions: the signed bytes and their padding fit one block, the
 * inner digest and its padding another.  Byte 19 counts as zero.
 */
void rvm_chain_sign(rvm_sha256_compress_t compress, const struct rvm_hmac_key *key,
		    const u8 raw[RVM_RECORD_BYTES], u8 aux[8])
{
	u8 block[RVM_SHA256_BLOCK_BYTES] = {};
	u32 state[RVM_SHA256_WORDS];
	unsigned int i;
	unsigned int bits;

	memcpy(block, raw, RVM_RECORD_SIGNED_BYTES);
	block[19] = 0;
	block[RVM_RECORD_SIGNED_BYTES] = 0x80;
	bits = 8 * (RVM_SHA256_BLOCK_BYTES + RVM_RECORD_SIGNED_BYTES);
	block[62] = (u8)(bits >> 8);
	block[63] = (u8)bits;
	memcpy(state, key->inner, sizeof(state));
	compress(state, block, 1);

	memset(block, 0, sizeof(block));
	for (i = 0; i < RVM_SHA256_DIGEST_BYTES; i++)
		block[i] = (u8)(state[i / 4] >> (24 - 8 * (i % 4)));
	block[RVM_SHA256_DIGEST_BYTES] = 0x80;
	bits = 8 * (RVM_SHA256_BLOCK_BYTES + RVM_SHA256_DIGEST_BYTES);
	block[62] = (u8)(bits >> 8);
	block[63] = (u8)bits;
	memcpy(state, key->outer, sizeof(state));
	compress(state, block, 1);

	for (i = 0; i < 8; i++)
		aux[i] = (u8)(state[i / 4] >> (24 - 8 * (i % 4)));
	memzero_explicit(block, sizeof(block));
	memzero_explicit(state, sizeof(state));
}

void rvm_chain_init(struct rvm_chain *chain, rvm_sha256_compress_t compress)
{
	memset(chain, 0, sizeof(*chain));
	memcpy(chain->state, rvm_sha256_iv, sizeof(chain->state));
	chain->compress = compress ? compress : rvm_sha256_compress;
}

int rvm_chain_append(struct rvm_chain *chain, struct rvm_record *rec,
		     const struct rvm_hmac_key *key)
{
	u8 raw[RVM_RECORD_BYTES];

	if (rec->sequence != chain->length)
		return -EINVAL;

	rec->reserved = 0;
	rec->pad = 0;
	rec->prev_hash = rvm_chain_fold(chain);
	rvm_record_encode(rec, raw);
	rvm_chain_advance(chain, raw);
	rec->record_hash = fold_state(chain->state);
	memset(rec->aux, 0, sizeof(rec->aux));
	if (key) {
		rvm_le32_put(raw + RVM_RECORD_CHAINED_BYTES, rec->record_hash);
		rvm_chain_sign(chain->compress, key, raw, rec->aux);
	}
	memcpy(chain->last_aux, rec->aux, sizeof(chain->last_aux));
	return 0;
}

void rvm_chain_head(const struct rvm_chain *chain, u8 out[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 ctx;

	rvm_sha256_resume(&ctx, chain->state, chain->length);
	rvm_sha256_final(&ctx, out);
}
