/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_TREE_H
#define RVM_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/log/sha256.h"

/* Merkle trees as RFC 9162, section 2.1, with SHA-256. */

#define TREE_DEPTH_MAX 64

/**
 * struct tree - one that grows; zero for an empty one
 */
struct tree {
	/** @leaves: Number of them. */
	uint64_t leaves;
	/** @full: Of whole subtrees, the largest first: one for each bit of @leaves. */
	uint8_t full[TREE_DEPTH_MAX][RVM_SHA256_DIGEST_BYTES];
};

/**
 * struct tree_path - what leads from a leaf to the root
 */
struct tree_path {
	/** @index: Of the leaf. */
	uint64_t index;
	/** @leaves: Of the tree. */
	uint64_t leaves;
	/** @n: Length. */
	size_t n;
	/** @hash: The other half, from the leaf upwards. */
	uint8_t hash[TREE_DEPTH_MAX][RVM_SHA256_DIGEST_BYTES];
};

#define TREE_PAIR_BYTES 1024

/* Of a leaf of so many bytes, with what SHA-256 puts before and behind them. */
static inline size_t tree_blocks(size_t len)
{
	return (1 + len + 1 + 8 + RVM_SHA256_BLOCK_BYTES - 1) / RVM_SHA256_BLOCK_BYTES;
}

/**
 * struct tree_pair - two leaves of one length, which are hashed faster together
 */
struct tree_pair {
	/** @message: What is hashed; the data begins at byte 1. */
	uint8_t message[2][TREE_PAIR_BYTES + RVM_SHA256_BLOCK_BYTES];
	/** @blocks: Of each. */
	size_t blocks;
};

/* @len: of each, at most TREE_PAIR_BYTES. */
void tree_pair_init(struct tree_pair *pair, size_t len);
void tree_pair_hash(const struct tree_pair *pair, uint8_t hash[2][RVM_SHA256_DIGEST_BYTES]);

/* The hash of a leaf. */
void tree_leaf(const void *data, size_t len, uint8_t hash[RVM_SHA256_DIGEST_BYTES]);
void tree_add(struct tree *tree, const uint8_t leaf[RVM_SHA256_DIGEST_BYTES]);
void tree_root(const struct tree *tree, uint8_t root[RVM_SHA256_DIGEST_BYTES]);

/**
 * tree_find_path() - the path of a leaf
 * @leaves: hashes of all @n leaves, one behind the other
 * @index: less than @n
 */
void tree_find_path(const uint8_t *leaves, uint64_t n, uint64_t index, struct tree_path *path);

/**
 * tree_climb() - the root to which a path leads
 * @root: filled
 *
 * Return: is it as long as that of such a leaf?
 */
bool tree_climb(const struct tree_path *path, const uint8_t leaf[RVM_SHA256_DIGEST_BYTES],
		uint8_t root[RVM_SHA256_DIGEST_BYTES]);

#endif
