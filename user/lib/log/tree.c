// SPDX-License-Identifier: GPL-2.0-only
/* Merkle trees as RFC 9162, section 2.1, with SHA-256. */
#include <string.h>

#include "log/digest.h"
#include "log/tree.h"

#define BYTES RVM_SHA256_DIGEST_BYTES

void tree_leaf(const void *data, size_t len, uint8_t hash[BYTES])
{
	SHA256_CTX sum;

	SHA256_Init(&sum);
	SHA256_Update(&sum, "\0", 1);
	SHA256_Update(&sum, data, len);
	SHA256_Final(hash, &sum);
}

/* @to may be one of the others. */
static void join(const uint8_t *left, const uint8_t *right, uint8_t *to)
{
	SHA256_CTX sum;

	SHA256_Init(&sum);
	SHA256_Update(&sum, "\1", 1);
	SHA256_Update(&sum, left, BYTES);
	SHA256_Update(&sum, right, BYTES);
	SHA256_Final(to, &sum);
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
