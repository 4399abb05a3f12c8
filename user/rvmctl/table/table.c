// SPDX-License-Identifier: GPL-2.0-only
/* Reading capability tables. */
#include <errno.h>
#include <string.h>

#include "lib/log/sha256.h"
#include "lib/model/rights.h"
#include "table/claims.h"
#include "table/settings.h"
#include "table/table.h"

static int read_rights(struct table *t, struct row *row, const json_t *list, const char *at,
		       struct err *err)
{
	char where[96];

	if (!json_is_array(list))
		return doc_want(&t->doc, err, at, "an array of names", list);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *name = json_array_get(list, i);
		int right;

		snprintf(where, sizeof(where), "%s/%zu", at, i);
		if (!json_is_string(name))
			return doc_want(&t->doc, err, where, "the name of a right", name);
		right = rvm_right_parse(json_string_value(name), json_string_length(name));
		if (right < 0) {
			doc_error(&t->doc, err, where, "unknown right '%s'",
				  json_string_value(name));
			return err_hint(
				err, "use READ, WRITE, GRANT, REVOKE, EXECUTE, PROVE, GRANT_ONCE");
		}
		row->rights |= right;
	}
	if (row->rights)
		return 0;
	doc_error(&t->doc, err, at, "no right is given");
	return err_hint(err, "name one, or remove the row");
}

static int read_tier(struct table *t, struct row *row, const json_t *tier, const char *at,
		     struct err *err)
{
	const char *text = json_string_value(tier);

	row->tier = rvm_rights_tier(row->rights);
	if (!tier)
		return 0;
	if (!text)
		return doc_want(&t->doc, err, at, "\"P1\", \"P2\" or \"P3\"", tier);
	if (strlen(text) != 2 || text[0] != 'P' || text[1] < '1' || text[1] > '3')
		return doc_error(&t->doc, err, at,
				 "proof_tier must be \"P1\", \"P2\" or \"P3\" and is \"%.80s\"",
				 text);
	row->tier = text[1] - '0';
	return 0;
}

static int read_expiry(struct table *t, struct row *row, const json_t *value, const char *at,
		       struct err *err)
{
	if (doc_seconds(&t->doc, value, at, &row->expires_at, err))
		return -1;
	if (row->expires_at >= 0)
		return 0;
	doc_error(&t->doc, err, at, "expires_at is negative");
	return err_hint(err, "write 0 for never, or remove the row");
}

/* Keys that nobody knows could have been meant to limit the token. */
static int check_keys(const struct table *t, json_t *object, size_t row, struct err *err)
{
	static const char *const known[] = { "rights",	   "resource", "proof_tier", "expires_at",
					     "grant_once", "within",   NULL };
	const char *key, *near;
	char at[128];
	json_t *value;

	json_object_foreach(object, key, value) {
		near = key_nearly(key, known);
		if (near) {
			snprintf(at, sizeof(at), "%zu/%s", row, key);
			doc_error(&t->doc, err, at, "unknown key '%.80s'", key);
			return err_hint(err, "write '%s', or remove it", near);
		}
		if (!key_is_one_of(key, known))
			warn_line("%s: row %zu: unknown key '%s' does nothing", t->doc.path, row,
				  key);
	}
	return 0;
}

/* A row that starts programs may do it for the helpers of one only. */
static int read_within(struct table *t, struct row *row, const json_t *value, const char *at,
		       struct err *err)
{
	const char *name = json_string_value(value);

	if (!value)
		return 0;
	if (!name || !*name || strlen(name) != json_string_length(value))
		return doc_want(&t->doc, err, at, "the name of a program", value);
	if (strchr(name, '/') || strlen(name) > 255) {
		doc_error(&t->doc, err, at, "'%.80s' is not the name of a program", name);
		return err_hint(err, "write it as rows do, without directories: \"git\"");
	}
	row->within = name;
	return 0;
}

static int read_row(struct table *t, size_t i, json_t *value, struct err *err)
{
	const json_t *resource = json_object_get(value, "resource");
	const json_t *once = json_object_get(value, "grant_once");
	struct row *row = &t->rows[i];
	char at[48];

	snprintf(at, sizeof(at), "%zu", i);
	if (!json_is_object(value))
		return doc_error(&t->doc, err, at, "row %zu must be an object", i);
	if (check_keys(t, value, i, err))
		return -1;
	snprintf(at, sizeof(at), "%zu/rights", i);
	if (read_rights(t, row, json_object_get(value, "rights"), at, err))
		return -1;
	snprintf(at, sizeof(at), "%zu/resource", i);
	if (resource && !json_is_string(resource) && !json_is_null(resource))
		return doc_want(&t->doc, err, at, "a string or null", resource);
	row->resource = json_string_value(resource);
	row->len = json_string_length(resource);
	snprintf(at, sizeof(at), "%zu/proof_tier", i);
	if (read_tier(t, row, json_object_get(value, "proof_tier"), at, err))
		return -1;
	snprintf(at, sizeof(at), "%zu/expires_at", i);
	if (read_expiry(t, row, json_object_get(value, "expires_at"), at, err))
		return -1;
	snprintf(at, sizeof(at), "%zu/grant_once", i);
	if (once && !json_is_boolean(once))
		return doc_want(&t->doc, err, at, "true or false", once);
	row->grant_once = json_is_true(once);
	snprintf(at, sizeof(at), "%zu/within", i);
	if (read_within(t, row, json_object_get(value, "within"), at, err))
		return -1;
	return 0;
}

int table_open(struct table *t, const char *path, struct err *err)
{
	*t = (struct table){ 0 };
	if (doc_open(&t->doc, path, err))
		return -1;
	if (!json_is_array(t->doc.root)) {
		doc_want(&t->doc, err, "", "a capability table, an array", t->doc.root);
		return err_hint(err, "make one with rvmctl compile");
	}
	rvm_sha256(t->doc.text, t->doc.len, t->digest);
	t->n = json_array_size(t->doc.root);
	t->rows = calloc(t->n + 1, sizeof(*t->rows));
	if (!t->rows)
		return err_errno(err, ENOMEM, "%s", path);
	for (size_t i = 0; i < t->n; i++) {
		if (read_row(t, i, json_array_get(t->doc.root, i), err))
			return -1;
	}
	return 0;
}

void table_close(struct table *t)
{
	doc_close(&t->doc);
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
