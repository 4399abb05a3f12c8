// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "vectors.h"

#define LOAD_FLAGS (JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_REJECT_DUPLICATES)

static void die(const char *what, const char *which)
{
	printf("Bail out! %s: %s\n", which, what);
	exit(1);
}

static void path_below(char *out, const char *variable, const char *name)
{
	const char *folder = getenv(variable);

	if (!folder)
		die("not set", variable);
	if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		die("path too long", name);
}

static size_t each_line(const char *variable, const char *name, void (*test)(const json_t *line))
{
	char path[PATH_MAX];
	char *line = NULL;
	size_t room = 0;
	size_t count = 0;
	ssize_t len;
	FILE *file;

	path_below(path, variable, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while ((len = getline(&line, &room, file)) > 0) {
		json_error_t error;
		json_t *object = json_loadb(line, (size_t)len, LOAD_FLAGS, &error);

		if (!object)
			die(error.text, path);
		test(object);
		json_decref(object);
		count++;
	}
	free(line);
	fclose(file);
	return count;
}

size_t vectors_each(const char *name, void (*test)(const json_t *line))
{
	return each_line("VECTORS", name, test);
}

size_t corpus_each_line(const char *name, void (*test)(const json_t *line))
{
	return each_line("CORPUS", name, test);
}

static char *read_all(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file)
		die(strerror(errno), path);
	*len = 0;
	do {
		room += 65536;
		text = realloc(text, room + 1);
		if (!text)
			abort();
		*len += fread(text + *len, 1, room - *len, file);
	} while (*len == room);
	text[*len] = '\0';
	fclose(file);
	return text;
}

/* Jansson refuses half a surrogate pair, as it should; no rule depends on one, so put '?' there. */
static void mask_lone_surrogates(char *text)
{
	static const char *const lone[] = { "\\ud800", "\\udfff", "\\udc00" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lone); i++) {
		char *at = text;

		while ((at = strstr(at, lone[i])))
			memcpy(at, "\\u003f", 6);
	}
}

static json_t *load(const char *path)
{
	json_error_t error;
	json_t *value;
	char *text;
	size_t len;

	text = read_all(path, &len);
	if (strstr(path, "lone-surrogate"))
		mask_lone_surrogates(text);
	/* Expiry times beyond 64 bits occur; as integers they would be refused. */
	value = json_loadb(text, len, LOAD_FLAGS | JSON_DECODE_INT_AS_REAL, &error);
	if (!value)
		die(error.text, path);
	free(text);
	return value;
}

size_t corpus_each_pair(const char *folder, const char *in,
			void (*test)(const char *name, const json_t *input, const json_t *table))
{
	char path[PATH_MAX];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	path_below(path, "CORPUS", folder);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		size_t suffix = strlen(in);
		char input_path[PATH_MAX + 512];
		char table_path[PATH_MAX + 512];
		json_t *input, *table;

		if (len <= suffix || strcmp(entry->d_name + len - suffix, in))
			continue;
		snprintf(input_path, sizeof(input_path), "%s/%s", path, entry->d_name);
		snprintf(table_path, sizeof(table_path), "%s/%.*s.table.json", path,
			 (int)(len - suffix), entry->d_name);
		input = load(input_path);
		table = load(table_path);
		test(entry->d_name, input, table);
		json_decref(input);
		json_decref(table);
		count++;
	}
	closedir(dir);
	return count;
}

const json_t *member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		die("no such member", key);
	return value;
}

uint64_t member_u64(const json_t *object, const char *key)
{
	const json_t *value = member(object, key);
	uint64_t number;
	char *end;

	if (json_is_integer(value))
		return (uint64_t)json_integer_value(value);
	if (!json_is_string(value) || strncmp(json_string_value(value), "0x", 2))
		die("not a number", key);
	errno = 0;
	number = strtoull(json_string_value(value), &end, 16);
	if (errno || *end)
		die("not a number", key);
	return number;
}

const char *member_str(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (!json_is_string(value))
		die("not a string", key);
	return json_string_value(value);
}

bool member_bool(const json_t *object, const char *key)
{
	const json_t *value = member(object, key);

	if (!json_is_boolean(value))
		die("not a boolean", key);
	return json_is_true(value);
}

static unsigned int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a' + 10);
	die("not a hex digit", (char[]){ c, '\0' });
	return 0;
}

size_t unhex(const char *hex, uint8_t *out, size_t n)
{
	size_t count = strlen(hex) / 2;
	size_t i;

	if (strlen(hex) % 2 || count > n)
		die("wrong number of hex digits", hex);
	for (i = 0; i < count; i++)
		out[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	return count;
}

void member_hex(const json_t *object, const char *key, uint8_t *out, size_t n)
{
	const char *hex = member_str(object, key);

	if (!hex || unhex(hex, out, n) != n)
		die("not as many hex digits as it should have", key);
}
