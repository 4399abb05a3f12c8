// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

static void count_lines(const char *text, size_t at, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n') {
			(*line)++;
			*column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			(*column)++;
		}
	}
}

static int error_at(const struct doc *doc, struct err *err, size_t at, const char *reason)
{
	size_t line, column;

	count_lines(doc->text, at, &line, &column);
	return err_make(err, EXIT_USAGE, "%s:%zu:%zu: %s", doc->path, line, column, reason);
}

/* The parser's own limit is 2048 levels; a scan needs no stack at all. */
static int check_levels(const struct doc *doc, struct err *err)
{
	bool in_string = false;
	int level = 0;

	for (size_t i = 0; i < doc->len; i++) {
		char c = doc->text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++level > JSON_LEVELS_MAX) {
				error_at(doc, err, i, "nested deeper than 64 levels");
				return err_hint(err, "nest it less deeply");
			}
		} else if ((c == ']' || c == '}') && level) {
			level--;
		}
	}
	return 0;
}

int doc_parse(struct doc *doc, struct err *err)
{
	json_error_t why;

	if (check_levels(doc, err))
		return -1;
	doc->root = json_loadb(doc->text, doc->len,
			       JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (doc->root)
		return 0;
	err_make(err, EXIT_USAGE, "%s:%d:%d: %s", doc->path, why.line > 0 ? why.line : 1,
		 why.column > 0 ? why.column : 1, why.text);
	return err_hint(err, "correct the file: it must be JSON in UTF-8");
}

int doc_read(struct doc *doc, const char *path, struct err *err)
{
	*doc = (struct doc){ .path = strdup(path) };
	if (!doc->path)
		return err_errno(err, ENOMEM, "%s", path);
	return file_read(path, JSON_BYTES_MAX, &doc->text, &doc->len, &doc->st, &doc->real, err);
}

int doc_open(struct doc *doc, const char *path, struct err *err)
{
	return doc_read(doc, path, err) || doc_parse(doc, err) ? -1 : 0;
}

void doc_close(struct doc *doc)
{
	free(doc->path);
	free(doc->real);
	free(doc->text);
	json_decref(doc->root);
	*doc = (struct doc){ 0 };
}

/* Finding values again: the text is known to be JSON. */

static size_t skip_blank(const struct doc *doc, size_t i)
{
	while (i < doc->len && strchr(" \t\r\n", doc->text[i]) && doc->text[i])
		i++;
	return i;
}

static size_t skip_string(const struct doc *doc, size_t i)
{
	for (i++; i < doc->len && doc->text[i] != '"'; i++) {
		if (doc->text[i] == '\\')
			i++;
	}
	return i + 1;
}

static size_t skip_value(const struct doc *doc, size_t i)
{
	int level = 0;

	for (; i < doc->len; i++) {
		switch (doc->text[i]) {
		case '"':
			i = skip_string(doc, i) - 1;
			break;
		case '[':
		case '{':
			level++;
			break;
		case ']':
		case '}':
			if (!level)
				return i;
			level--;
			break;
		case ',':
			if (!level)
				return i;
			break;
		}
	}
	return i;
}

/* Offset of the member or element @step of the value at @i; @i itself if there is none. */
static size_t find_step(const struct doc *doc, size_t i, const char *step, size_t len)
{
	bool object = doc->text[i] == '{';
	size_t wanted = object ? 0 : strtoul(step, NULL, 10);
	size_t at = skip_blank(doc, i + 1);

	if (!object && doc->text[i] != '[')
		return i;
	for (size_t n = 0; at < doc->len && doc->text[at] != ']' && doc->text[at] != '}'; n++) {
		size_t key = at, end = at;

		if (object) {
			end = skip_string(doc, at);
			at = skip_blank(doc, skip_blank(doc, end) + 1);
		}
		if (object ? end - key == len + 2 && !memcmp(doc->text + key + 1, step, len) :
			     n == wanted)
			return at;
		at = skip_value(doc, at);
		if (at < doc->len && doc->text[at] == ',')
			at = skip_blank(doc, at + 1);
	}
	return i;
}

int doc_error(const struct doc *doc, struct err *err, const char *where, const char *fmt, ...)
{
	auto_free char *reason = NULL;
	size_t at = skip_blank(doc, 0);
	va_list ap;

	va_start(ap, fmt);
	reason = vformat(fmt, ap);
	va_end(ap);
	while (*where && at < doc->len) {
		size_t len = strcspn(where, "/");

		at = find_step(doc, at, where, len);
		where += len + (where[len] == '/');
	}
	return error_at(doc, err, at < doc->len ? at : 0, reason ? reason : "out of memory");
}

static const char *type_name(const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number with a fraction or exponent";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	default:
		return value ? "null" : "missing";
	}
}

int doc_want(const struct doc *doc, struct err *err, const char *where, const char *want,
	     const json_t *have)
{
	const char *last = strrchr(where, '/');

	return doc_error(doc, err, where, "%s must be %s and is %s",
			 !*where ? "it" :
			 last	 ? last + 1 :
				   where,
			 want, type_name(have));
}

int doc_seconds(const struct doc *doc, const json_t *value, const char *where, int64_t *out,
		struct err *err)
{
	json_int_t seconds = 0;

	if (!json_is_integer(value)) {
		doc_want(doc, err, where, "an integer", value);
		return err_hint(err, "write unix seconds");
	}
	seconds = json_integer_value(value);
	*out = seconds;
	if (llabs(seconds) < JSON_EXACT_MAX)
		return 0;
	doc_error(doc, err, where, "an integer beyond 2^53 is not exact in JSON");
	return err_hint(err, "write unix seconds");
}

void json_write_string(FILE *f, const char *text, size_t len)
{
	static const char letters[] = "btn\0fr";

	fputc('"', f);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c >= '\b' && c <= '\r' && letters[c - '\b'])
			fprintf(f, "\\%c", letters[c - '\b']);
		else if (c < 0x20)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}
