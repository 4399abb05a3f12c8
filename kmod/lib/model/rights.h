/* SPDX-License-Identifier: GPL-2.0-only */
/* Rights of a token: masks, names, proof tiers; the token's short hash. */
#ifndef RVM_LIB_RIGHTS_H
#define RVM_LIB_RIGHTS_H

#include <linux/types.h>
#include <linux/rvm.h>

/* All seven rights; a mask of rights fits a u8 and bit 0x80 is never set. */
#define RVM_RIGHTS_ALL 0x7f
#define RVM_RIGHTS_COUNT 7

/**
 * rvm_right_name() - name of one right as capability tables write it
 * @right: exactly one of RVM_RIGHT_*
 *
 * Context: Any.
 * Return: "READ" ... "GRANT_ONCE", or NULL if @right is not exactly one known bit.
 */
const char *rvm_right_name(u32 right);

/**
 * rvm_right_parse() - the right that a capability table names
 * @s: the name, not terminated
 * @len: bytes at @s
 *
 * Names are matched byte for byte, in upper case.
 *
 * Context: Any.
 * Return: One of RVM_RIGHT_*, or -EINVAL if no right has this name.
 */
int rvm_right_parse(const char *s, size_t len);

/**
 * rvm_rights_valid() - check that only known bits are set
 * @rights: the mask
 *
 * Context: Any.
 * Return: True if no bit is set except the seven of RVM_RIGHTS_ALL.
 */
static inline bool rvm_rights_valid(u32 rights)
{
	return !(rights & ~(u32)RVM_RIGHTS_ALL);
}

/**
 * rvm_rights_cover() - check that all wanted rights are held
 * @held: rights of the token
 * @wanted: rights asked for; none at all are always covered
 *
 * Context: Any.
 * Return: True if @wanted is a subset of @held.
 */
static inline bool rvm_rights_cover(u32 held, u32 wanted)
{
	return (held & wanted) == wanted;
}

/**
 * rvm_rights_tier() - proof tier that a set of rights gives a token
 * @rights: the mask
 *
 * GRANT, REVOKE or PROVE make tier 3, else WRITE or EXECUTE make tier 2, and all others
 * tier 1, GRANT_ONCE included.
 *
 * Context: Any.
 * Return: 1, 2 or 3.
 */
u8 rvm_rights_tier(u32 rights);

/**
 * rvm_token_hash() - RVM's 32-bit hash of a token
 * @id: the token's id
 * @epoch: the token's epoch
 * @rights: the token's rights
 *
 * lo32(id) ^ hi32(id) ^ epoch ^ (rights << 24).  The type is not part of it.
 *
 * Context: Any.
 * Return: The hash.
 */
static inline u32 rvm_token_hash(u64 id, u32 epoch, u8 rights)
{
	return (u32)id ^ (u32)(id >> 32) ^ epoch ^ ((u32)rights << 24);
}

/**
 * rvm_token_type_name() - name of a token type
 * @type: one of RVM_TOKEN_TYPE_*
 *
 * Context: Any.
 * Return: The name as RVM spells it ("Partition" ... "Coherence"), or NULL.
 */
const char *rvm_token_type_name(u32 type);

#endif
