// SPDX-License-Identifier: GPL-2.0-only
/* Reading capability tables. */
#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

#include "lib/model/rights.h"
#include "table/claims.h"
#include "table/plain.h"
#include "table/settings.h"
#include "table/table.h"

/* Where something is in the document, for messages. */
struct where {
	char text[128];
};

static struct where at_key(const struct table *t, const struct row *row, const char *key)
{
	struct where w;

	snprintf(w.text, sizeof(w.text), "%zu%s%s", (size_t)(row - t->rows), *key ? "/" : "", key);
	return w;
}

static struct where at_right(const struct table *t, const struct row *row, size_t i)
{
	struct where w;

	snprintf(w.text, sizeof(w.text), "%zu/rights/%zu", (size_t)(row - t->rows), i);
	return w;
}

static int read_rights(struct table *t, struct row *row, const json_t *list, struct err *err)
{
	if (!json_is_array(list))
		return doc_want(&t->doc, err, at_key(t, row, "rights").text, "an array of names",
				list);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *name = json_array_get(list, i);
		int right;

		if (!json_is_string(name))
			return doc_want(&t->doc, err, at_right(t, row, i).text,
					"the name of a right", name);
		right = rvm_right_parse(json_string_value(name), json_string_length(name));
		if (right < 0) {
			doc_error(&t->doc, err, at_right(t, row, i).text, "unknown right '%s'",
				  json_string_value(name));
			return err_hint(
				err, "use READ, WRITE, GRANT, REVOKE, EXECUTE, PROVE, GRANT_ONCE");
		}
		row->rights |= right;
	}
	if (row->rights)
		return 0;
	doc_error(&t->doc, err, at_key(t, row, "rights").text, "no right is given");
	return err_hint(err, "name one, or remove the row");
}

static int read_tier(struct table *t, struct row *row, const json_t *tier, struct err *err)
{
	const char *text = json_string_value(tier);

	row->tier = rvm_rights_tier(row->rights);
	if (!tier)
		return 0;
	if (!text)
		return doc_want(&t->doc, err, at_key(t, row, "proof_tier").text,
				"\"P1\", \"P2\" or \"P3\"", tier);
	if (strlen(text) != 2 || text[0] != 'P' || text[1] < '1' || text[1] > '3')
		return doc_error(&t->doc, err, at_key(t, row, "proof_tier").text,
				 "proof_tier must be \"P1\", \"P2\" or \"P3\" and is \"%.80s\"",
				 text);
	row->tier = text[1] - '0';
	return 0;
}

static int read_expiry(struct table *t, struct row *row, const json_t *value, struct err *err)
{
	/* Most never end. */
	if (json_is_integer(value) && !json_integer_value(value))
		return 0;
	if (doc_seconds(&t->doc, value, at_key(t, row, "expires_at").text, &row->expires_at, err))
		return -1;
	if (row->expires_at >= 0)
		return 0;
	doc_error(&t->doc, err, at_key(t, row, "expires_at").text, "expires_at is negative");
	return err_hint(err, "write 0 for never, or remove the row");
}

/* Keys that nobody knows could have been meant to limit the token. */
static int check_keys(const struct table *t, json_t *object, const struct row *row, struct err *err)
{
	static const char *const known[] = { "rights",	   "resource", "proof_tier", "expires_at",
					     "grant_once", "within",   NULL };
	const char *key, *near;
	json_t *value;

	json_object_foreach(object, key, value) {
		near = key_nearly(key, known);
		if (near) {
			doc_error(&t->doc, err, at_key(t, row, key).text, "unknown key '%.80s'",
				  key);
			return err_hint(err, "write '%s', or remove it", near);
		}
		if (!key_is_one_of(key, known))
			warn_line("%s: row %zu: unknown key '%s' does nothing", t->doc.path,
				  (size_t)(row - t->rows), key);
	}
	return 0;
}

/* A row that starts programs may do it for the helpers of one only. */
static int read_within(struct table *t, struct row *row, const json_t *value, struct err *err)
{
	const char *name = json_string_value(value);

	if (!value)
		return 0;
	if (!name || !*name || strlen(name) != json_string_length(value))
		return doc_want(&t->doc, err, at_key(t, row, "within").text,
				"the name of a program", value);
	if (strchr(name, '/') || strlen(name) > 255) {
		doc_error(&t->doc, err, at_key(t, row, "within").text,
			  "'%.80s' is not the name of a program", name);
		return err_hint(err, "write it as rows do, without directories: \"git\"");
	}
	row->within = name;
	return 0;
}

static int read_row(struct table *t, struct row *row, json_t *value, struct err *err)
{
	const json_t *resource = json_object_get(value, "resource");
	const json_t *once = json_object_get(value, "grant_once");

	if (!json_is_object(value))
		return doc_error(&t->doc, err, at_key(t, row, "").text, "row %zu must be an object",
				 (size_t)(row - t->rows));
	if (check_keys(t, value, row, err) ||
	    read_rights(t, row, json_object_get(value, "rights"), err))
		return -1;
	if (resource && !json_is_string(resource) && !json_is_null(resource))
		return doc_want(&t->doc, err, at_key(t, row, "resource").text, "a string or null",
				resource);
	row->resource = json_string_value(resource);
	row->len = json_string_length(resource);
	if (read_tier(t, row, json_object_get(value, "proof_tier"), err) ||
	    read_expiry(t, row, json_object_get(value, "expires_at"), err))
		return -1;
	if (once && !json_is_boolean(once))
		return doc_want(&t->doc, err, at_key(t, row, "grant_once").text, "true or false",
				once);
	row->grant_once = json_is_true(once);
	return read_within(t, row, json_object_get(value, "within"), err);
}

static int read_document(struct table *t, struct err *err)
{
	if (doc_parse(&t->doc, err))
		return -1;
	if (!json_is_array(t->doc.root)) {
		doc_want(&t->doc, err, "", "a capability table, an array", t->doc.root);
		return err_hint(err, "make one with rvmctl compile");
	}
	t->n = json_array_size(t->doc.root);
	t->rows = calloc(t->n + 1, sizeof(*t->rows));
	if (!t->rows)
		return err_errno(err, ENOMEM, "%s", t->doc.path);
	for (size_t i = 0; i < t->n; i++) {
		if (read_row(t, &t->rows[i], json_array_get(t->doc.root, i), err))
			return -1;
	}
	return 0;
}

int table_open(struct table *t, const char *path, struct err *err)
{
	*t = (struct table){ 0 };
	if (doc_read(&t->doc, path, err))
		return -1;
	SHA256((const unsigned char *)t->doc.text, t->doc.len, t->digest);
	return plain_read(t) ? 0 : read_document(t, err);
}

void table_close(struct table *t)
{
	doc_close(&t->doc);
	free(t->strings);
	free(t->rows);
	*t = (struct table){ 0 };
}

void table_write_row(FILE *f, const struct row *row, bool has_resource, bool first)
{
	bool more = false;

	fputs(first ? "\n  {\n    \"rights\": [" : ",\n  {\n    \"rights\": [", f);
	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (row->rights & bit) {
			fprintf(f, "%s\n      \"%s\"", more ? "," : "", rvm_right_name(bit));
			more = true;
		}
	}
	fputs("\n    ],\n", f);
	if (has_resource) {
		fputs("    \"resource\": ", f);
		if (row->resource)
			json_write_string(f, row->resource, row->len);
		else
			fputs("null", f);
		fputs(",\n", f);
	}
	fprintf(f, "    \"proof_tier\": \"P%u\",\n    \"expires_at\": %lld", row->tier,
		(long long)row->expires_at);
	if (row->rights & RVM_RIGHT_GRANT_ONCE)
		fputs(",\n    \"grant_once\": true", f);
	fputs("\n  }", f);
}
