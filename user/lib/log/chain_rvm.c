// SPDX-License-Identifier: GPL-2.0-only
/* Records, chains and signatures as RVM itself has them. */
#include <linux/string.h>

#include "lib/log/chain_priv.h"
#include "log/chain_rvm.h"

static bool same_aux(const u8 a[8], const u8 b[8])
{
	u8 differ = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

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
		rvm_chain_sign(rvm_sha256_compress, key, raw, aux);
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
