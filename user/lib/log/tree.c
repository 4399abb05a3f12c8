// SPDX-License-Identifier: GPL-2.0-only
/* Merkle trees as RFC 9162, section 2.1, with SHA-256. */
#include <endian.h>
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

static void put_words(const uint32_t words[RVM_SHA256_WORDS], uint8_t hash[BYTES])
{
	for (size_t i = 0; i < RVM_SHA256_WORDS; i++) {
		uint32_t word = htobe32(words[i]);

		memcpy(hash + sizeof(word) * i, &word, sizeof(word));
	}
}

void tree_pair_init(struct tree_pair *pair, size_t len)
{
	size_t blocks = tree_blocks(len), end = blocks * RVM_SHA256_BLOCK_BYTES;
	uint64_t bits = htobe64(8 * (1 + len));

	memset(pair, 0, sizeof(*pair));
	for (size_t i = 0; i < 2; i++) {
		pair->message[i][1 + len] = 0x80;
		memcpy(pair->message[i] + end - sizeof(bits), &bits, sizeof(bits));
	}
	pair->blocks = blocks;
}

void tree_pair_hash(const struct tree_pair *pair, uint8_t hash[2][BYTES])
{
	uint32_t state[2][RVM_SHA256_WORDS];

	memcpy(state[0], rvm_sha256_iv, sizeof(state[0]));
	memcpy(state[1], rvm_sha256_iv, sizeof(state[1]));
	digest_compress_two(state[0], pair->message[0], state[1], pair->message[1], pair->blocks);
	put_words(state[0], hash[0]);
	put_words(state[1], hash[1]);
}

/* @to may be one of the others. */
static void join(const uint8_t *left, const uint8_t *right, uint8_t *to)
{
	uint8_t message[2 * RVM_SHA256_BLOCK_BYTES] = { 1 };
	uint32_t state[RVM_SHA256_WORDS];
	uint16_t bits = htobe16(8 * (1 + 2 * BYTES));

	memcpy(message + 1, left, BYTES);
	memcpy(message + 1 + BYTES, right, BYTES);
	message[1 + 2 * BYTES] = 0x80;
	memcpy(message + sizeof(message) - sizeof(bits), &bits, sizeof(bits));
	memcpy(state, rvm_sha256_iv, sizeof(state));
	digest_compress(state, message, 2);
	put_words(state, to);
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
