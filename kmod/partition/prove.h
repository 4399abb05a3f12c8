/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PARTITION_PROVE_H
#define _RVM_PARTITION_PROVE_H

#include <linux/types.h>

#include "lib/token/token.h"

struct netlink_ext_ack;
struct rvm_partition;

/**
 * struct rvm_proof_request - what is to be proved
 */
struct rvm_proof_request {
	/** @caller: Partition that asks; 0 for the host. */
	u32 caller;
	/** @handle: Of the token. */
	struct rvm_handle handle;
	/** @need: Rights beside PROVE, which is always needed. */
	u8 need;
	/** @tier: At least; the token's own counts if it is higher. */
	u8 tier;
	/** @nonce: From tier 2 on. */
	u64 nonce;
	/** @issued: Likewise: when the request was made, nanoseconds since 1970. */
	u64 issued;
};

/**
 * struct rvm_proof - what was proved
 */
struct rvm_proof {
	/** @tier: At which it was verified. */
	u8 tier;
	/** @sequence: Of the witness record. */
	u64 sequence;
};

/**
 * rvm_token_prove() - verify a token, and record that
 * @req: what is asked
 * @proof: filled on success
 * @extack: says why not
 *
 * A failure is recorded, too.
 *
 * Context: may sleep.
 * Return: 0; an errno of enum rvm_token_error; -ENOSPC if the log is full; -ENOMEM.
 */
int rvm_token_prove(const struct rvm_proof_request *req, struct rvm_proof *proof,
		    struct netlink_ext_ack *extack);

/**
 * rvm_nonce_spend() - use up the nonce of a request
 * @part: that asks, or is asked about
 * @nonce: the nonce
 * @issued: when the request was made, nanoseconds since 1970
 *
 * Context: may sleep.
 * Return: 0; -EKEYREJECTED if it is not good; -ENOMEM.
 */
int rvm_nonce_spend(struct rvm_partition *part, u64 nonce, u64 issued);

#endif /* _RVM_PARTITION_PROVE_H */
