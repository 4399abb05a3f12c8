// SPDX-License-Identifier: GPL-2.0-only
/* The chain of the witness log, for the side that writes it. */
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/log/chain.h"
#include "lib/log/chain_priv.h"

/* Byte by byte, compilers make a hundred instructions of eight of them. */
static inline void be32_put(u8 *p, u32 value)
{
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		value = __builtin_bswap32(value);
	memcpy(p, &value, sizeof(value));
}

static inline u32 fold_state(const u32 state[RVM_SHA256_WORDS])
{
	return state[0] ^ state[1] ^ state[2] ^ state[3] ^ state[4] ^ state[5] ^ state[6] ^
	       state[7];
}

u32 rvm_chain_fold(const struct rvm_chain *chain)
{
	return chain->length ? fold_state(chain->state) : 0;
}

void rvm_chain_advance(struct rvm_chain *chain, const u8 raw[RVM_RECORD_BYTES])
{
	u8 block[RVM_SHA256_BLOCK_BYTES];

	memcpy(block, raw, RVM_RECORD_CHAINED_BYTES);
	memcpy(block + RVM_RECORD_CHAINED_BYTES, chain->last_aux, sizeof(chain->last_aux));
	memset(block + RVM_RECORD_CHAINED_BYTES + sizeof(chain->last_aux), 0, 8);
	chain->compress(chain->state, block, 1);
	chain->length++;
}

/* What follows @held bytes in the last block of a message that a block of the key is before. */
static inline void pad(u8 block[RVM_SHA256_BLOCK_BYTES], unsigned int held)
{
	block[held] = 0x80;
	memset(block + held + 1, 0, RVM_SHA256_BLOCK_BYTES - held - 1 - 4);
	be32_put(block + RVM_SHA256_BLOCK_BYTES - 4, 8 * (RVM_SHA256_BLOCK_BYTES + held));
}

/*
 * Two compressions: the signed bytes and their padding fit one block, the
 * inner digest and its padding another.  Byte 19 counts as zero.
 */
void rvm_chain_sign(rvm_sha256_compress_t compress, const struct rvm_hmac_key *key,
		    const u8 raw[RVM_RECORD_BYTES], u8 aux[8])
{
	u8 block[RVM_SHA256_BLOCK_BYTES];
	u32 state[RVM_SHA256_WORDS];
	unsigned int i;

	memcpy(block, raw, RVM_RECORD_SIGNED_BYTES);
	block[19] = 0;
	pad(block, RVM_RECORD_SIGNED_BYTES);
	memcpy(state, key->inner, sizeof(state));
	compress(state, block, 1);

	for (i = 0; i < RVM_SHA256_WORDS; i++)
		be32_put(block + 4 * i, state[i]);
	pad(block, RVM_SHA256_DIGEST_BYTES);
	memcpy(state, key->outer, sizeof(state));
	compress(state, block, 1);

	be32_put(aux, state[0]);
	be32_put(aux + 4, state[1]);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(state, sizeof(state));
}

void rvm_chain_init(struct rvm_chain *chain, rvm_sha256_compress_t compress)
{
	memset(chain, 0, sizeof(*chain));
	memcpy(chain->state, rvm_sha256_iv, sizeof(chain->state));
	chain->compress = compress ? compress : rvm_sha256_compress;
}

int rvm_chain_append_image(struct rvm_chain *chain, u8 raw[RVM_RECORD_BYTES],
			   const struct rvm_hmac_key *key)
{
	u8 *aux = raw + RVM_RECORD_SIGNED_BYTES;

	if (rvm_le64_get(raw) != chain->length)
		return -EINVAL;

	raw[19] = 0;
	rvm_le32_put(raw + 60, 0);
	rvm_le32_put(raw + 44, rvm_chain_fold(chain));
	rvm_chain_advance(chain, raw);
	rvm_le32_put(raw + RVM_RECORD_CHAINED_BYTES, fold_state(chain->state));
	if (key)
		rvm_chain_sign(chain->compress, key, raw, aux);
	else
		memset(aux, 0, sizeof(chain->last_aux));
	memcpy(chain->last_aux, aux, sizeof(chain->last_aux));
	return 0;
}

int rvm_chain_append(struct rvm_chain *chain, struct rvm_record *rec,
		     const struct rvm_hmac_key *key)
{
	u8 raw[RVM_RECORD_BYTES];
	int err;

	rvm_record_encode(rec, raw);
	err = rvm_chain_append_image(chain, raw, key);
	if (!err)
		rvm_record_decode(rec, raw);
	return err;
}

void rvm_chain_head(const struct rvm_chain *chain, u8 out[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 ctx;

	rvm_sha256_resume(&ctx, chain->state, chain->length);
	rvm_sha256_final(&ctx, out);
}
