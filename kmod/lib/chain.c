// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/string.h>

#include "chain.h"

static const char *const reasons[] = {
	[RVM_CHAIN_OK] = "good",
	[RVM_CHAIN_EMPTY] = "no records",
	[RVM_CHAIN_RESERVED] = "reserved bytes are not zero",
	[RVM_CHAIN_SEQUENCE] = "sequence number is not the next one",
	[RVM_CHAIN_PREV] = "does not continue the chain",
	[RVM_CHAIN_RECORD] = "contents do not fit the chain",
	[RVM_CHAIN_MAC] = "signature is not by this key",
	[RVM_CHAIN_TRUNCATED] = "ends before the anchored length",
	[RVM_CHAIN_PASSED] = "already beyond the anchored length",
	[RVM_CHAIN_HEAD] = "head is not the anchored one",
};

const char *rvm_chain_reason(enum rvm_chain_error error)
{
	return (size_t)error < ARRAY_SIZE(reasons) ? reasons[error] : "unknown error";
}

static u32 fold_state(const u32 state[RVM_SHA256_WORDS])
{
	u32 fold = 0;
	unsigned int i;

	for (i = 0; i < RVM_SHA256_WORDS; i++)
		fold ^= state[i];
	return fold;
}

/* What the prev_hash of the next record has to be. */
static u32 chain_fold(const struct rvm_chain *chain)
{
	return chain->length ? fold_state(chain->state) : 0;
}

/* Take in the block of the record @raw, whose prev_hash is in place. */
static void advance(struct rvm_chain *chain, const u8 raw[RVM_RECORD_BYTES])
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
static void hmac_sign(rvm_sha256_compress_t compress, const struct rvm_hmac_key *key,
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

static bool same_aux(const u8 a[8], const u8 b[8])
{
	u8 differ = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		differ |= a[i] ^ b[i];
	return !differ;
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
	rec->prev_hash = chain_fold(chain);
	rvm_record_encode(rec, raw);
	advance(chain, raw);
	rec->record_hash = fold_state(chain->state);
	memset(rec->aux, 0, sizeof(rec->aux));
	if (key) {
		rvm_le32_put(raw + RVM_RECORD_CHAINED_BYTES, rec->record_hash);
		hmac_sign(chain->compress, key, raw, rec->aux);
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

void rvm_chain_ratchet(struct rvm_hmac_key *key)
{
	static const char label[] = "rvm-witness-ratchet";
	u8 next[RVM_SHA256_DIGEST_BYTES];

	rvm_hmac(key, label, sizeof(label) - 1, next);
	rvm_hmac_key_init(key, next, sizeof(next));
	memzero_explicit(next, sizeof(next));
}

void rvm_chain_verifier_init(struct rvm_chain_verifier *v, const struct rvm_hmac_key *key)
{
	rvm_chain_init(&v->chain, NULL);
	v->key = key;
}

void rvm_chain_verifier_anchor(struct rvm_chain_verifier *v, const u32 state[RVM_SHA256_WORDS],
			       u64 length, const u8 last_aux[8], const struct rvm_hmac_key *key)
{
	rvm_chain_verifier_init(v, key);
	if (!length)
		return;
	memcpy(v->chain.state, state, sizeof(v->chain.state));
	memcpy(v->chain.last_aux, last_aux, sizeof(v->chain.last_aux));
	v->chain.length = length;
}

enum rvm_chain_error rvm_chain_verify_next(struct rvm_chain_verifier *v,
					   const u8 raw[RVM_RECORD_BYTES])
{
	struct rvm_chain next = v->chain;
	struct rvm_record rec;
	u8 aux[8];

	rvm_record_decode(&rec, raw);
	if (rec.reserved || rec.pad)
		return RVM_CHAIN_RESERVED;
	if (rec.sequence != next.length)
		return RVM_CHAIN_SEQUENCE;
	if (rec.prev_hash != chain_fold(&next))
		return RVM_CHAIN_PREV;
	advance(&next, raw);
	if (rec.record_hash != fold_state(next.state))
		return RVM_CHAIN_RECORD;
	if (v->key) {
		hmac_sign(next.compress, v->key, raw, aux);
		if (!same_aux(aux, rec.aux))
			return RVM_CHAIN_MAC;
	}
	memcpy(next.last_aux, rec.aux, sizeof(next.last_aux));
	v->chain = next;
	return RVM_CHAIN_OK;
}

enum rvm_chain_error rvm_chain_verify_anchor(const struct rvm_chain_verifier *v,
					     const u8 head[RVM_SHA256_DIGEST_BYTES], u64 length)
{
	u8 own[RVM_SHA256_DIGEST_BYTES];

	if (v->chain.length < length)
		return RVM_CHAIN_TRUNCATED;
	if (v->chain.length > length)
		return RVM_CHAIN_PASSED;
	rvm_chain_head(&v->chain, own);
	return memcmp(own, head, sizeof(own)) ? RVM_CHAIN_HEAD : RVM_CHAIN_OK;
}

/* From here on RVM's own format. */

void rvm_chain_rvm_append(struct rvm_chain_rvm *chain, struct rvm_record *rec,
			  enum rvm_signer signer, const struct rvm_hmac_key *key)
{
	u64 next = rvm_chain_hash(chain->value, chain->length);
	u8 raw[RVM_RECORD_BYTES];

	rec->sequence = chain->length;
	rec->reserved = 0;
	rec->pad = 0;
	rec->prev_hash = rvm_fold32(chain->value);
	rec->record_hash = rvm_fold32(next);
	if (signer != RVM_SIGNER_NONE) {
		rvm_record_encode(rec, raw);
		rvm_record_sign(raw, signer, key, rec->aux);
	}
	chain->value = next;
	chain->length++;
}

enum rvm_chain_error rvm_chain_rvm_verify_next(struct rvm_chain_rvm *chain,
					       const u8 raw[RVM_RECORD_BYTES])
{
	struct rvm_record rec;
	u64 next;

	rvm_record_decode(&rec, raw);
	if (rec.prev_hash != rvm_fold32(chain->value))
		return RVM_CHAIN_PREV;
	/* With the record's own number, as RVM does it: a gap shows in the hash. */
	next = rvm_chain_hash(chain->value, rec.sequence);
	if (rec.record_hash != rvm_fold32(next))
		return RVM_CHAIN_RECORD;
	chain->value = next;
	chain->length++;
	return RVM_CHAIN_OK;
}

enum rvm_chain_error rvm_chain_rvm_verify(const u8 *raw, size_t n, size_t *bad)
{
	struct rvm_chain_rvm chain = {};
	size_t i;

	if (!n)
		return RVM_CHAIN_EMPTY;
	for (i = 0; i < n; i++) {
		enum rvm_chain_error error;

		error = rvm_chain_rvm_verify_next(&chain, raw + i * RVM_RECORD_BYTES);
		if (error) {
			if (bad)
				*bad = i;
			return error;
		}
	}
	return RVM_CHAIN_OK;
}

void rvm_record_sign(const u8 raw[RVM_RECORD_BYTES], enum rvm_signer signer,
		     const struct rvm_hmac_key *key, u8 aux[8])
{
	u8 message[RVM_RECORD_SIGNED_BYTES];

	switch (signer) {
	case RVM_SIGNER_NONE:
		memset(aux, 0, 8);
		break;
	case RVM_SIGNER_HMAC:
		hmac_sign(rvm_sha256_compress, key, raw, aux);
		break;
	case RVM_SIGNER_STRICT:
		memcpy(message, raw, sizeof(message));
		message[19] = 0;
		rvm_le64_put(aux, rvm_fnv1a_64(message, sizeof(message)));
		break;
	}
}

bool rvm_record_signed(const u8 raw[RVM_RECORD_BYTES], enum rvm_signer signer,
		       const struct rvm_hmac_key *key)
{
	u8 aux[8];

	if (signer == RVM_SIGNER_NONE)
		return true;
	rvm_record_sign(raw, signer, key, aux);
	return same_aux(aux, raw + RVM_RECORD_SIGNED_BYTES);
}

void rvm_record_digest(const u8 raw[RVM_RECORD_BYTES], u8 out[RVM_SHA256_DIGEST_BYTES])
{
	rvm_sha256(raw, RVM_RECORD_SIGNED_BYTES, out);
}

void rvm_default_key(u8 out[RVM_SHA256_DIGEST_BYTES])
{
	static const char label[] = "rvm-witness-default-key-v1";

	rvm_sha256(label, sizeof(label) - 1, out);
}

u64 rvm_chain_hash(u64 value, u64 sequence)
{
	u8 data[16];

	rvm_le64_put(data, value);
	rvm_le64_put(data + 8, sequence);
	return rvm_record_hash(data, sizeof(data));
}

u64 rvm_record_hash(const void *data, size_t len)
{
	u8 digest[RVM_SHA256_DIGEST_BYTES];

	rvm_sha256(data, len, digest);
	return rvm_le64_get(digest) ^ rvm_le64_get(digest + 8) ^ rvm_le64_get(digest + 16) ^
	       rvm_le64_get(digest + 24);
}

u64 rvm_fnv1a_64(const void *data, size_t len)
{
	const u8 *p = data;
	u64 hash = 0xcbf29ce484222325ULL;

	for (; len; len--, p++)
		hash = (hash ^ *p) * 0x100000001b3ULL;
	return hash;
}
