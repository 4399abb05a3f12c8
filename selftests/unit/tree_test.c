// SPDX-License-Identifier: GPL-2.0-only
/* Merkle trees, compared with RFC 9162, section 2.1, word by word. */
#include <string.h>

#include "log/digest.h"
#include "log/tree.h"
#include "unit.h"

#define BYTES RVM_SHA256_DIGEST_BYTES
#define MOST 130

static uint8_t leaves[MOST][BYTES];

/* MTH of @n leaves. */
static void naive_root(const uint8_t (*leaf)[BYTES], size_t n, uint8_t *root)
{
	uint8_t pair[1 + 2 * BYTES] = { 1 };
	size_t half = 1;

	if (n < 2) {
		if (n)
			memcpy(root, leaf, BYTES);
		else
			SHA256(pair, 0, root);
		return;
	}
	while (2 * half < n)
		half *= 2;
	naive_root(leaf, half, pair + 1);
	naive_root(leaf + half, n - half, pair + 1 + BYTES);
	SHA256(pair, sizeof(pair), root);
}

static void make_leaves(void)
{
	for (size_t i = 0; i < MOST; i++)
		tree_leaf(&i, sizeof(i), leaves[i]);
}

static void leaf_is_hashed_behind_a_zero(void)
{
	uint8_t want[BYTES], found[BYTES];

	SHA256((const uint8_t *)"\0text", 5, want);
	tree_leaf("text", 4, found);
	EXPECT(!memcmp(want, found, BYTES));
}

static void root_is_that_of_the_rfc(void)
{
	uint8_t want[BYTES], found[BYTES];
	struct tree tree = { 0 };

	make_leaves();
	for (size_t n = 0; n <= MOST; n++) {
		naive_root(leaves, n, want);
		tree_root(&tree, found);
		EXPECT_EQ(tree.leaves, n);
		EXPECT(!memcmp(want, found, BYTES));
		if (n < MOST)
			tree_add(&tree, leaves[n]);
	}
}

static void each_leaf_has_its_path(void)
{
	uint8_t want[BYTES], found[BYTES];
	struct tree_path path;

	make_leaves();
	for (size_t n = 1; n <= MOST; n++) {
		naive_root(leaves, n, want);
		for (size_t i = 0; i < n; i++) {
			tree_find_path(leaves[0], n, i, &path);
			EXPECT(tree_climb(&path, leaves[i], found));
			EXPECT(!memcmp(want, found, BYTES));
		}
	}
}

/* Is there a way to the same root? */
static bool leads(const struct tree_path *path, const uint8_t *leaf, const uint8_t *root)
{
	uint8_t found[BYTES];

	return tree_climb(path, leaf, found) && !memcmp(root, found, BYTES);
}

static void another_path_leads_elsewhere(void)
{
	struct tree_path path, other;
	uint8_t root[BYTES];

	make_leaves();
	for (size_t n = 2; n <= 40; n++) {
		naive_root(leaves, n, root);
		for (size_t i = 0; i < n; i++) {
			tree_find_path(leaves[0], n, i, &path);
			EXPECT(leads(&path, leaves[i], root));
			EXPECT(!leads(&path, leaves[(i + 1) % n], root));
			for (size_t k = 0; k < n + 3; k++) {
				other = path;
				other.index = k;
				EXPECT(k == i || !leads(&other, leaves[i], root));
			}
			other = path;
			other.n--;
			EXPECT(!leads(&other, leaves[i], root));
			other.n += 2;
			EXPECT(!leads(&other, leaves[i], root));
			other = path;
			other.hash[i % path.n][i % BYTES] ^= 1;
			EXPECT(!leads(&other, leaves[i], root));
		}
	}
	path = (struct tree_path){ 0 };
	EXPECT(!leads(&path, leaves[0], root));
	path = (struct tree_path){ .leaves = 1, .n = TREE_DEPTH_MAX + 1 };
	EXPECT(!leads(&path, leaves[0], root));
}

int main(void)
{
	RUN(leaf_is_hashed_behind_a_zero);
	RUN(root_is_that_of_the_rfc);
	RUN(each_leaf_has_its_path);
	RUN(another_path_leads_elsewhere);
	return unit_done();
}
