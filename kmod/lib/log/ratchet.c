// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "lib/log/ratchet.h"
#include "lib/log/record.h"

void rvm_key_ratchet(struct rvm_hmac_key *key)
{
	static const char label[] = "rvm-witness-ratchet";
	u8 next[RVM_KEY_BYTES];

	rvm_hmac(key, label, sizeof(label) - 1, next);
	rvm_hmac_key_wipe(key);
	rvm_hmac_key_init(key, next, sizeof(next));
	memzero_explicit(next, sizeof(next));
}

u64 rvm_key_name(const u8 bytes[RVM_KEY_BYTES])
{
	u8 digest[RVM_SHA256_DIGEST_BYTES];

	rvm_sha256(bytes, RVM_KEY_BYTES, digest);
	return rvm_le64_get(digest);
}
