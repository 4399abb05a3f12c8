// SPDX-License-Identifier: GPL-2.0-only
/* The chain of the witness log, for who reads it.  The module does not. */
#include <linux/string.h>

#include "lib/log/chain_priv.h"
#include "log/chain_rvm.h"
#include "log/chain_verify.h"

static const char *const reasons[] = {
	[RVM_CHAIN_OK] = "good",
	[RVM_CHAIN_EMPTY] = "no records",
	[RVM_CHAIN_RESERVED] = "reserved bytes are not zero",
	[RVM_CHAIN_SEQUENCE] = "sequence number is not the next one",
	[RVM_CHAIN_PREV] = "does not continue the chain",
	[RVM_CHAIN_RECORD] = "contents do not fit the chain",
	[RVM_CHAIN_MAC] = "signature is not by this key",
	[RVM_CHAIN_KEY] = "no key names this log",
	[RVM_CHAIN_TRUNCATED] = "ends before the anchored length",
	[RVM_CHAIN_PASSED] = "already beyond the anchored length",
	[RVM_CHAIN_HEAD] = "head is not the anchored one",
};

const char *rvm_chain_reason(enum rvm_chain_error error)
{
	return (size_t)error < ARRAY_SIZE(reasons) ? reasons[error] : "unknown error";
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

enum rvm_chain_error rvm_chain_compare(const u8 raw[RVM_RECORD_BYTES], u64 length, u32 before,
				       u32 after)
{
	struct rvm_record rec;

	rvm_record_decode(&rec, raw);
	if (rec.reserved || rec.pad)
		return RVM_CHAIN_RESERVED;
	if (rec.sequence != length)
		return RVM_CHAIN_SEQUENCE;
	if (rec.prev_hash != before)
		return RVM_CHAIN_PREV;
	return rec.record_hash == after ? RVM_CHAIN_OK : RVM_CHAIN_RECORD;
}

enum rvm_chain_error rvm_chain_verify_next(struct rvm_chain_verifier *v,
					   const u8 raw[RVM_RECORD_BYTES])
{
	struct rvm_chain next = v->chain;
	enum rvm_chain_error error;

	rvm_chain_advance(&next, raw);
	error = rvm_chain_compare(raw, v->chain.length, rvm_chain_fold(&v->chain),
				  rvm_chain_fold(&next));
	if (error)
		return error;
	if (v->key && !rvm_record_signed(raw, RVM_SIGNER_HMAC, v->key))
		return RVM_CHAIN_MAC;
	memcpy(next.last_aux, raw + RVM_RECORD_SIGNED_BYTES, sizeof(next.last_aux));
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
