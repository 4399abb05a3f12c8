// SPDX-License-Identifier: GPL-2.0-only
/* Merkle trees as RFC 9162, section 2.1, with SHA-256. */
#include <string.h>

#include "log/digest.h"
#include "log/tree.h"

#define BYTES RVM_SHA256_DIGEST_BYTES

/* Whole blocks, then the rest with the padding, which is one block or two. */
static void finish(uint32_t state[RVM_SHA256_WORDS], const uint8_t *rest, size_t n, uint64_t bytes,
		   uint8_t hash[BYTES])
{
	uint8_t last[2 * RVM_SHA256_BLOCK_BYTES] = { 0 };
	size_t blocks = n + 9 > RVM_SHA256_BLOCK_BYTES ? 2 : 1;

	memcpy(last, rest, n);
	last[n] = 0x80;
	for (size_t i = 0; i < 8; i++)
		last[blocks * RVM_SHA256_BLOCK_BYTES - 1 - i] = 8 * bytes >> 8 * i;
	digest_compress(state, last, blocks);
	for (size_t i = 0; i < BYTES; i++)
		hash[i] = state[i / 4] >> (24 - 8 * (i % 4));
}

void tree_leaf(const void *data, size_t len, uint8_t hash[BYTES])
{
	const size_t head = RVM_SHA256_BLOCK_BYTES - 1;
	uint32_t state[RVM_SHA256_WORDS];
	uint8_t first[RVM_SHA256_BLOCK_BYTES] = { 0 };
	const uint8_t *bytes = data;
	uint64_t all = len + 1;
	size_t blocks;

	memcpy(state, rvm_sha256_iv, sizeof(state));
	if (len < head) {
		memcpy(first + 1, bytes, len);
		finish(state, first, len + 1, all, hash);
		return;
	}
	memcpy(first + 1, bytes, head);
	digest_compress(state, first, 1);
	bytes += head;
	len -= head;
	blocks = len / RVM_SHA256_BLOCK_BYTES;
	digest_compress(state, bytes, blocks);
	bytes += blocks * RVM_SHA256_BLOCK_BYTES;
	finish(state, bytes, len % RVM_SHA256_BLOCK_BYTES, all, hash);
}

/* @to may be one of the others. */
static void join(const uint8_t *left, const uint8_t *right, uint8_t *to)
{
	uint32_t state[RVM_SHA256_WORDS];
	uint8_t block[RVM_SHA256_BLOCK_BYTES + 1] = { 1 };

	memcpy(state, rvm_sha256_iv, sizeof(state));
	memcpy(block + 1, left, BYTES);
	memcpy(block + 1 + BYTES, right, BYTES);
	digest_compress(state, block, 1);
	finish(state, block + RVM_SHA256_BLOCK_BYTES, 1, sizeof(block), to);
}

void tree_add(struct tree *tree, const uint8_t leaf[BYTES])
{
	unsigned int top = __builtin_popcountll(tree->leaves);
	uint64_t left;

	memcpy(tree->full[top], leaf, BYTES);
	for (left = tree->leaves++; left & 1; left >>= 1, top--)
		join(tree->full[top - 1], tree->full[top], tree->full[top - 1]);
}

void tree_root(const struct tree *tree, uint8_t root[BYTES])
{
	unsigned int top = __builtin_popcountll(tree->leaves);

	if (!top) {
		SHA256(NULL, 0, root);
		return;
	}
	memcpy(root, tree->full[--top], BYTES);
	while (top--)
		join(tree->full[top], root, root);
}

static void root_of(const uint8_t *leaves, uint64_t n, uint8_t *root)
{
	struct tree tree = { 0 };

	for (; n; n--, leaves += BYTES)
		tree_add(&tree, leaves);
	tree_root(&tree, root);
}

/* The largest power of two below @n, which is at least 2. */
static uint64_t split(uint64_t n)
{
	return 1ULL << (63 - __builtin_clzll(n - 1));
}

void tree_find_path(const uint8_t *leaves, uint64_t n, uint64_t index, struct tree_path *path)
{
	*path = (struct tree_path){ .index = index, .leaves = n };
	/* From the root down: the other halves come in the wrong order. */
	while (n > 1) {
		uint64_t half = split(n);
		bool right = index >= half;

		root_of(leaves + (right ? 0 : half * BYTES), right ? half : n - half,
			path->hash[path->n++]);
		leaves += right ? half * BYTES : 0;
		index -= right ? half : 0;
		n = right ? n - half : half;
	}
	for (size_t i = 0; i < path->n / 2; i++) {
		uint8_t other[BYTES];

		memcpy(other, path->hash[i], BYTES);
		memcpy(path->hash[i], path->hash[path->n - 1 - i], BYTES);
		memcpy(path->hash[path->n - 1 - i], other, BYTES);
	}
}

bool tree_climb(const struct tree_path *path, const uint8_t leaf[BYTES], uint8_t root[BYTES])
{
	uint64_t at = path->index, last = path->leaves - 1;
	size_t i = 0;

	if (path->index >= path->leaves || path->n > TREE_DEPTH_MAX)
		return false;
	memcpy(root, leaf, BYTES);
	for (; last && i < path->n; at >>= 1, last >>= 1) {
		if (at & 1)
			join(path->hash[i++], root, root);
		else if (at < last)
			join(root, path->hash[i++], root);
		/* Alone at its height it goes up as it is. */
	}
	return !last && i == path->n;
}
