// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a witness log as the kernel would: witness_make COUNT KEY >FILE
 *
 * The first key is 32 bytes KEY, which is also the id of the log; a seal comes after each 255
 * records.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log/chain.h"
#include "lib/log/ratchet.h"

#define EPOCH 256

static void fill(struct rvm_record *rec, u64 sequence)
{
	memset(rec, 0, sizeof(*rec));
	rec->sequence = sequence;
	rec->timestamp_ns = 1700000000000000000ull + sequence * 1000003;
	rec->kind = sequence ? RVM_KIND_PROOF_VERIFIED_P1 + sequence % 4 :
			       RVM_KIND_BOOT_ATTESTATION;
	if (sequence % EPOCH == EPOCH - 1)
		rec->kind = RVM_KIND_LOG_SEAL;
	rec->tier = sequence % 4;
	rec->actor = sequence % 7;
	rec->target = sequence * 0x9e3779b97f4a7c15ull;
	rec->capability_hash = (u32)rec->target;
	rec->payload[0] = sequence % 5;
	rec->payload[3] = sequence % 50;
}

int main(int argc, char **argv)
{
	struct rvm_hmac_key key;
	struct rvm_chain chain;
	u8 secret[32];

	if (argc != 3)
		return 2;
	memset(secret, atoi(argv[2]), sizeof(secret));
	rvm_hmac_key_init(&key, secret, sizeof(secret));
	rvm_chain_init(&chain, NULL);
	for (u64 i = 0; i < strtoull(argv[1], NULL, 10); i++) {
		u8 raw[RVM_RECORD_BYTES];
		struct rvm_record rec;

		fill(&rec, i);
		if (!i)
			rec.target = atoi(argv[2]);
		if (rvm_chain_append(&chain, &rec, &key))
			return 1;
		if (rec.kind == RVM_KIND_LOG_SEAL)
			rvm_key_ratchet(&key);
		rvm_record_encode(&rec, raw);
		if (fwrite(raw, sizeof(raw), 1, stdout) != 1)
			return 1;
	}
	return fflush(stdout) ? 1 : 0;
}
