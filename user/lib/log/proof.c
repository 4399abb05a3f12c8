// SPDX-License-Identifier: GPL-2.0-only
/* That a record was in a log, as text, and whether it is so. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "log/proof.h"

struct text {
	char *at;
	size_t len;
};

static PRINTF(2, 3) void add(struct text *text, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text->at + text->len, PROOF_TEXT_MAX - text->len, fmt, ap);
	va_end(ap);
	text->len += (size_t)n < PROOF_TEXT_MAX - text->len ? (size_t)n :
							      PROOF_TEXT_MAX - text->len - 1;
}

static void add_hex(struct text *text, const char *key, const uint8_t *bytes, size_t n)
{
	add(text, "# %s ", key);
	for (; n; n--, bytes++)
		add(text, "%02x", *bytes);
	add(text, "\n");
}

static void add_path(struct text *text, const char *key, const struct tree_path *path)
{
	for (size_t i = 0; i < path->n; i++)
		add_hex(text, key, path->hash[i], sizeof(path->hash[i]));
}

static void add_seal(struct text *text, const char *line, size_t len)
{
	while (len) {
		const char *end = memchr(line, '\n', len);
		size_t n = end ? (size_t)(end - line) : len;

		add(text, "| %.*s\n", (int)n, line);
		line += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

size_t proof_write(const struct proof *proof, char *out)
{
	struct text text = { .at = out };

	add(&text, "# rvm proof\n# format 1\n");
	add(&text, "# sequence %" PRIu64 "\n", proof->sequence);
	add(&text, "# leaf %" PRIu64 "\n", proof->records.index);
	add(&text, "# leaves %" PRIu64 "\n", proof->records.leaves);
	add_hex(&text, "records", proof->leaf, proof->leaf_len);
	add_path(&text, "path", &proof->records);
	add(&text, "# seal %" PRIu64 "\n", proof->seals.index);
	add(&text, "# seals %" PRIu64 "\n", proof->seals.leaves);
	add_path(&text, "seal-path", &proof->seals);
	add_seal(&text, proof->seal_text, proof->seal_len);
	return text.len;
}

/* What is wrong shows when it is written again. */
static size_t read_hex(const char *text, uint8_t *bytes, size_t most)
{
	unsigned int byte;
	size_t n = 0;

	for (; n < most && sscanf(text, "%2x", &byte) == 1; n++, text += 2)
		bytes[n] = byte;
	return n;
}

static bool is_key(const char *line, const char *key, const char **value)
{
	size_t n = strlen(key);

	if (strncmp(line, "# ", 2) || strncmp(line + 2, key, n) || line[n + 2] != ' ')
		return false;
	*value = line + n + 3;
	return true;
}

static void read_hash(const char *text, struct tree_path *path)
{
	if (path->n < TREE_DEPTH_MAX)
		read_hex(text, path->hash[path->n++], RVM_SHA256_DIGEST_BYTES);
}

static void read_seal_line(struct proof *proof, const char *line)
{
	size_t n = strlen(line);

	if (n + 1 > sizeof(proof->seal_text) - proof->seal_len)
		return;
	memcpy(proof->seal_text + proof->seal_len, line, n);
	proof->seal_text[proof->seal_len + n] = '\n';
	proof->seal_len += n + 1;
}

static void read_line(struct proof *proof, const char *line)
{
	const char *value;

	if (!strncmp(line, "| ", 2))
		read_seal_line(proof, line + 2);
	else if (is_key(line, "sequence", &value))
		proof->sequence = strtoull(value, NULL, 10);
	else if (is_key(line, "leaf", &value))
		proof->records.index = strtoull(value, NULL, 10);
	else if (is_key(line, "leaves", &value))
		proof->records.leaves = strtoull(value, NULL, 10);
	else if (is_key(line, "records", &value))
		proof->leaf_len = read_hex(value, proof->leaf, sizeof(proof->leaf));
	else if (is_key(line, "path", &value))
		read_hash(value, &proof->records);
	else if (is_key(line, "seal", &value))
		proof->seals.index = strtoull(value, NULL, 10);
	else if (is_key(line, "seals", &value))
		proof->seals.leaves = strtoull(value, NULL, 10);
	else if (is_key(line, "seal-path", &value))
		read_hash(value, &proof->seals);
}

const char *proof_read(struct proof *proof, const char *text, size_t len, size_t *offset)
{
	auto_free char *copy = strndup(text, len);
	auto_free char *again = malloc(PROOF_TEXT_MAX);
	char *rest = copy;
	size_t n;

	*proof = (struct proof){ 0 };
	*offset = 0;
	if (!copy || !again)
		return "no memory to read it";
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
		read_line(proof, line);
	n = proof_write(proof, again);
	while (*offset < n && *offset < len && again[*offset] == text[*offset])
		++*offset;
	return n == len && *offset == n ? NULL : "not what witness prove writes";
}

const uint8_t *proof_record(const struct proof *proof)
{
	const uint8_t *at = proof->leaf, *end = at + proof->leaf_len;

	for (; at < end; at += RVM_RECORD_BYTES) {
		if (rvm_le64_get(at) == proof->sequence)
			return at;
	}
	return NULL;
}

/* Is the leaf the one in which the record has to be? */
static bool is_leaf_of(const struct proof *proof, const struct seal *seal)
{
	uint64_t at = proof->sequence - seal->name.first;
	uint64_t left = seal->records - at / TREE_RECORDS * TREE_RECORDS;

	if (proof->sequence < seal->name.first || at >= seal->records)
		return false;
	return proof->records.index == at / TREE_RECORDS &&
	       proof->records.leaves == (seal->records - 1) / TREE_RECORDS + 1 &&
	       proof->leaf_len == (left < TREE_RECORDS ? left : TREE_RECORDS) * RVM_RECORD_BYTES &&
	       rvm_le64_get(proof->leaf + at % TREE_RECORDS * RVM_RECORD_BYTES) == proof->sequence;
}

const char *proof_check(const struct proof *proof, struct seal *seal,
			uint8_t root[RVM_SHA256_DIGEST_BYTES])
{
	uint8_t hash[RVM_SHA256_DIGEST_BYTES];
	size_t offset;

	if (seal_read(seal, proof->seal_text, proof->seal_len, &offset) || !seal->sealed)
		return "its seal is none";
	if (!is_leaf_of(proof, seal))
		return "the record is not where its seal says that it is";
	tree_leaf(proof->leaf, proof->leaf_len, hash);
	if (!tree_climb(&proof->records, hash, root) || memcmp(root, seal->root, sizeof(hash)))
		return "the record does not lead to the root in its seal";
	tree_leaf(proof->seal_text, proof->seal_len, hash);
	return tree_climb(&proof->seals, hash, root) ? NULL : "its seal does not lead to a root";
}
