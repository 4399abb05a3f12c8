/* SPDX-License-Identifier: GPL-2.0-only */
/* Forward security of the witness log: its keys follow one from another, one way. */
#ifndef RVM_LIB_RATCHET_H
#define RVM_LIB_RATCHET_H

#include <linux/types.h>
#include "lib/log/sha256.h"

/*
 * The records up to and with the first LogSeal are signed with the first key, those after it
 * up to and with the second one by its successor, and so on.  Who learns a key can compute
 * those that come after it, and none before.
 */

#define RVM_KEY_BYTES 32

/**
 * rvm_key_ratchet() - replace a key by its successor
 * @key: K before, HMAC(K, "rvm-witness-ratchet") afterwards; K is gone
 *
 * Context: Any.
 */
void rvm_key_ratchet(struct rvm_hmac_key *key);

/**
 * rvm_key_name() - what tells first keys apart
 * @bytes: the key
 *
 * Context: Any.
 * Return: the first eight bytes of its SHA-256, as the target of a KeyRatchet record.
 */
u64 rvm_key_name(const u8 bytes[RVM_KEY_BYTES]);

#endif
