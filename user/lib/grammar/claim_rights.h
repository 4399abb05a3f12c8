/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rights a capability name or a permission pattern stands for. */
#ifndef RVM_LIB_DERIVE_H
#define RVM_LIB_DERIVE_H

#include <linux/types.h>

/*
 * Both functions look at exactly @len bytes, any byte value included, and
 * never refuse: an unknown capability gives READ, an unknown pattern EXECUTE.
 * That is what the harness adapter does and what its tables hold.
 */

/**
 * rvm_derive_capability() - rights of a claim's capability
 * @cap: the capability, not terminated
 * @len: bytes at @cap
 * @rights: filled with the mask of RVM_RIGHT_*
 * @tier: filled with the proof tier, 1 to 3
 *
 * Context: Any.
 */
void rvm_derive_capability(const char *cap, size_t len, u8 *rights, u8 *tier);

/**
 * rvm_derive_permission() - rights of a permission pattern
 * @pat: the pattern, not terminated
 * @len: bytes at @pat
 * @rights: filled with the mask of RVM_RIGHT_*
 * @tier: filled with the proof tier, 1 to 3
 *
 * Context: Any.
 */
void rvm_derive_permission(const char *pat, size_t len, u8 *rights, u8 *tier);

#endif
