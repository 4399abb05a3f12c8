/* SPDX-License-Identifier: GPL-2.0-only */
/* Witness records: the 64-byte image, names, payloads. */
#ifndef RVM_LIB_RECORD_H
#define RVM_LIB_RECORD_H

#include <linux/types.h>
#include <linux/rvm_record.h>

/* Integers in images: little-endian on every machine, at any alignment. */

static inline void rvm_le32_put(u8 *p, u32 value)
{
	p[0] = (u8)value;
	p[1] = (u8)(value >> 8);
	p[2] = (u8)(value >> 16);
	p[3] = (u8)(value >> 24);
}

static inline void rvm_le64_put(u8 *p, u64 value)
{
	rvm_le32_put(p, (u32)value);
	rvm_le32_put(p + 4, (u32)(value >> 32));
}

static inline u32 rvm_le32_get(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static inline u64 rvm_le64_get(const u8 *p)
{
	return rvm_le32_get(p) | (u64)rvm_le32_get(p + 4) << 32;
}

/**
 * rvm_record_encode() - image of a record
 * @rec: the record
 * @raw: filled with the 64 bytes, little-endian on every machine
 *
 * Copies all fields as they are, reserved and pad too.
 *
 * Context: Any.
 */
void rvm_record_encode(const struct rvm_record *rec, u8 raw[RVM_RECORD_BYTES]);

/**
 * rvm_record_decode() - record of an image
 * @rec: filled with the record
 * @raw: the 64 bytes, of any alignment
 *
 * Any 64 bytes are an image; nothing is judged here.
 *
 * Context: Any.
 */
void rvm_record_decode(struct rvm_record *rec, const u8 raw[RVM_RECORD_BYTES]);

/**
 * rvm_kind_name() - name of a kind of record
 * @kind: the code
 *
 * Context: Any.
 * Return: The name as RVM spells it ("PartitionCreate"), or NULL if no kind
 * has this code.
 */
const char *rvm_kind_name(u8 kind);

/**
 * rvm_kind_parse() - the kind of record with a given name
 * @s: the name, not terminated, as rvm_kind_name() spells it
 * @len: bytes at @s
 *
 * Context: Any.
 * Return: The code, or -EINVAL if no kind has this name.
 */
int rvm_kind_parse(const char *s, size_t len);

/**
 * rvm_payload_pack() - put a payload into a record
 * @payload: what to put there
 * @out: the record's payload
 *
 * Context: Any.
 */
static inline void rvm_payload_pack(const struct rvm_payload *payload, u8 out[8])
{
	out[0] = payload->reason;
	out[1] = payload->right;
	out[2] = payload->class;
	out[3] = payload->operation;
	rvm_le32_put(out + 4, payload->detail);
}

/**
 * rvm_payload_unpack() - take the payload out of a record
 * @payload: filled with what is there
 * @in: the record's payload
 *
 * Context: Any.
 */
static inline void rvm_payload_unpack(struct rvm_payload *payload, const u8 in[8])
{
	payload->reason = in[0];
	payload->right = in[1];
	payload->class = in[2];
	payload->operation = in[3];
	payload->detail = rvm_le32_get(in + 4);
}

#endif
