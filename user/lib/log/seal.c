// SPDX-License-Identifier: GPL-2.0-only
/* What is written beside the records of a segment. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "log/digest.h"
#include "log/seal.h"

const char *const segment_parts[3] = { ".records", ".lines", ".index" };

void segment_name_text(const struct segment_name *name, char text[SEGMENT_NAME_BYTES])
{
	snprintf(text, SEGMENT_NAME_BYTES, "%06" PRIu32 "-%020" PRIu64, name->log % 1000000,
		 name->first);
}

static bool parse_digits(const char *text, size_t n, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9' || __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(text[i] - '0'), value))
			return false;
	}
	return true;
}

bool segment_name_parse(struct segment_name *name, const char *text, const char **rest)
{
	uint64_t log;

	if (strnlen(text, 27) < 27 || text[6] != '-' || !parse_digits(text, 6, &log) || !log ||
	    !parse_digits(text + 7, 20, &name->first))
		return false;
	name->log = log;
	*rest = text + 27;
	return true;
}

int segment_name_compare(const struct segment_name *a, const struct segment_name *b)
{
	if (a->log != b->log)
		return a->log < b->log ? -1 : 1;
	return a->first == b->first ? 0 : a->first < b->first ? -1 : 1;
}

void seal_head(const uint32_t state[RVM_SHA256_WORDS], uint64_t length,
	       uint8_t head[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 sum;

	rvm_sha256_resume(&sum, state, length);
	rvm_sha256_final(&sum, head);
}

/**
 * struct text - a text being written, or read
 */
struct text {
	char *at;
	size_t len;
};

static PRINTF(2, 3) void add(struct text *text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text->len += vsnprintf(text->at + text->len, SEAL_TEXT_MAX - text->len, fmt, ap);
	va_end(ap);
}

static void add_hex(struct text *text, const uint8_t *bytes, size_t n)
{
	for (; n; n--, bytes++)
		add(text, "%02x", *bytes);
}

static void add_hex_field(struct text *text, const char *key, const uint8_t *bytes, size_t n)
{
	add(text, "# %s ", key);
	add_hex(text, bytes, n);
	add(text, "\n");
}

static void add_state(struct text *text, const char *key, const uint32_t *state)
{
	add(text, "# %s ", key);
	for (size_t i = 0; i < RVM_SHA256_WORDS; i++)
		add(text, "%08" PRIx32, state[i]);
	add(text, "\n");
}

static void add_sum(struct text *text, const uint8_t *sum, const struct segment_name *name,
		    const char *part)
{
	char of[SEGMENT_NAME_BYTES];

	segment_name_text(name, of);
	add_hex(text, sum, RVM_SHA256_DIGEST_BYTES);
	add(text, "  %s%s\n", of, part);
}

static void add_end(struct text *text, const struct seal *seal)
{
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	seal_head(seal->end_state, seal->name.first + seal->records, head);
	add(text, "# records %" PRIu64 "\n", seal->records);
	add(text, "# first-time %" PRIu64 "\n", seal->first_ns);
	add(text, "# last-time %" PRIu64 "\n", seal->last_ns);
	add_state(text, "end-state", seal->end_state);
	add_hex_field(text, "end-aux", seal->end_aux, sizeof(seal->end_aux));
	add_hex_field(text, "head", head, sizeof(head));
	add_hex_field(text, "root", seal->root, sizeof(seal->root));
	add(text, "# sealed %" PRIu64 "\n", seal->sealed_at);
	for (size_t i = 0; i < ARRAY_SIZE(segment_parts); i++)
		add_sum(text, seal->sum[i], &seal->name, segment_parts[i]);
	if (seal->has_before)
		add_sum(text, seal->before_sum, &seal->before, ".seal");
}

size_t seal_write(const struct seal *seal, char out[SEAL_TEXT_MAX])
{
	struct text text = { .at = out };
	uint8_t sum[RVM_SHA256_DIGEST_BYTES];

	add(&text, "# rvm segment\n# format 1\n");
	add(&text, "# log %" PRIu32 "\n", seal->name.log);
	add(&text, "# id %016" PRIx64 "\n", seal->id);
	add(&text, "# first %" PRIu64 "\n", seal->name.first);
	add(&text, "# lost-before %" PRIu64 "\n", seal->lost);
	add_state(&text, "state", seal->state);
	add_hex_field(&text, "aux", seal->aux, sizeof(seal->aux));
	add(&text, "# begun %" PRIu64 "\n", seal->begun);
	if (seal->sealed)
		add_end(&text, seal);
	SHA256((const uint8_t *)text.at, text.len, sum);
	add_hex_field(&text, "sum", sum, sizeof(sum));
	return text.len;
}

/* The value of "# KEY value", if that is the next line; what is wrong shows when it is written again. */
static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		if (!strncmp(text, "# ", 2) && !strncmp(text + 2, key, n) && text[n + 2] == ' ')
			return text + n + 3;
	}
	return "";
}

static uint64_t number_of(const char *text, const char *key)
{
	return strtoull(value_of(text, key), NULL, 10);
}

static void read_hex(const char *text, uint8_t *bytes, size_t n)
{
	unsigned int byte;

	for (size_t i = 0; i < n; i++, text += 2) {
		if (sscanf(text, "%2x", &byte) != 1)
			return;
		bytes[i] = byte;
	}
}

static void read_state(const char *text, const char *key, uint32_t *state)
{
	uint8_t bytes[RVM_SHA256_DIGEST_BYTES] = { 0 };

	read_hex(value_of(text, key), bytes, sizeof(bytes));
	for (size_t i = 0; i < RVM_SHA256_WORDS; i++)
		state[i] = (uint32_t)bytes[4 * i] << 24 | bytes[4 * i + 1] << 16 |
			   bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
}

/* Lines of sha256sum, in their order. */
static void read_sums(struct seal *seal, const char *text)
{
	size_t n = 0;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		const char *rest;

		if (*text == '#' || strnlen(text, 66) < 66)
			continue;
		if (n < ARRAY_SIZE(seal->sum)) {
			read_hex(text, seal->sum[n], sizeof(seal->sum[n]));
		} else if (segment_name_parse(&seal->before, text + 66, &rest)) {
			seal->has_before = true;
			read_hex(text, seal->before_sum, sizeof(seal->before_sum));
		}
		n++;
	}
}

static void read_fields(struct seal *seal, const char *text)
{
	seal->name.log = number_of(text, "log");
	seal->name.first = number_of(text, "first");
	seal->id = strtoull(value_of(text, "id"), NULL, 16);
	seal->lost = number_of(text, "lost-before");
	read_state(text, "state", seal->state);
	read_hex(value_of(text, "aux"), seal->aux, sizeof(seal->aux));
	seal->begun = number_of(text, "begun");
	seal->sealed = *value_of(text, "sealed");
	if (!seal->sealed)
		return;
	seal->records = number_of(text, "records");
	seal->first_ns = number_of(text, "first-time");
	seal->last_ns = number_of(text, "last-time");
	read_state(text, "end-state", seal->end_state);
	read_hex(value_of(text, "end-aux"), seal->end_aux, sizeof(seal->end_aux));
	read_hex(value_of(text, "root"), seal->root, sizeof(seal->root));
	seal->sealed_at = number_of(text, "sealed");
	read_sums(seal, text);
}

const char *seal_read(struct seal *seal, const char *text, size_t len, size_t *offset)
{
	auto_free char *copy = strndup(text, len);
	char again[SEAL_TEXT_MAX];
	size_t n;

	*seal = (struct seal){ 0 };
	*offset = 0;
	if (!copy)
		return "no memory to read it";
	read_fields(seal, copy);
	n = seal_write(seal, again);
	while (*offset < n && *offset < len && again[*offset] == text[*offset])
		++*offset;
	if (n == len && *offset == n)
		return NULL;
	return n > 72 && *offset >= n - 72 ? "its own sum is another" :
					     "not what a recorder writes";
}
