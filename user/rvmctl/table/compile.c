// SPDX-License-Identifier: GPL-2.0-only
/* Claims or a harness spec to a capability table, byte for byte as the adapter writes it. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cmd.h"
#include "grammar/claim_rights.h"
#include "table/claims.h"
#include "table/lint.h"
#include "table/settings.h"
#include "table/table.h"

struct token {
	uint8_t rights;
	uint8_t tier;
	bool has_resource;
	const char *resource; /* NULL is null */
	size_t len;
	int64_t expires_at;
};

/* The table is as the adapter makes it, with rows that load leaves out: say which. */
static void warn_of_row(const struct token *t, const char *path, size_t row)
{
	struct err err = { 0 };
	auto_free char *why = NULL;

	if (lint_row(t->resource, t->len, t->rights, &why, &err))
		warn_line("%s: row %zu (%.80s): %s; load will skip it", path, row,
			  t->resource ? t->resource : "no resource", err.text ? err.text : "");
	else if (why)
		warn_line("%s: row %zu (%.80s): %s", path, row, t->resource, why);
	err_clear(&err);
}

static void write_token(FILE *f, const struct token *t, const char *path, size_t n)
{
	const struct row row = {
		.rights = t->rights,
		.tier = t->tier,
		.expires_at = t->expires_at,
		.resource = t->resource,
		.len = t->len,
	};

	table_write_row(f, &row, t->has_resource, !n);
	warn_of_row(t, path, n);
}

static void write_claims(FILE *f, const struct claims *claims, const char *path)
{
	fputc('[', f);
	for (size_t i = 0; i < claims->n; i++) {
		const struct rvm_claim *claim = &claims->claim[i];
		struct token t = {
			.has_resource = claim->has_resource || claims->null_resource[i],
			.resource = claim->resource,
			.len = claim->res_len,
			.expires_at = claim->expires_at,
		};

		rvm_derive_capability(claim->capability, claim->cap_len, &t.rights, &t.tier);
		write_token(f, &t, path, i);
	}
	fputs(claims->n ? "\n]\n" : "]\n", f);
}

static void write_permissions(FILE *f, const json_t *allow, const char *path)
{
	size_t n = json_array_size(allow);

	fputc('[', f);
	for (size_t i = 0; i < n; i++) {
		const json_t *pattern = json_array_get(allow, i);
		struct token t = {
			.has_resource = true,
			.resource = json_string_value(pattern),
			.len = json_string_length(pattern),
		};

		rvm_derive_permission(t.resource, t.len, &t.rights, &t.tier);
		write_token(f, &t, path, i);
	}
	fputs(n ? "\n]\n" : "]\n", f);
}

static void warn_of_zero(const struct doc *doc, const struct claims *claims)
{
	for (size_t i = 0; i < claims->n; i++) {
		if (!claims->claim[i].expires_at)
			warn_line("%s: claim %zu: expires_at is 0, which means expired in a claim "
				  "and never in a table; write the second at which it ends",
				  doc->path, i);
	}
}

/* A list of strings, or nothing. */
static int check_list(const struct doc *doc, const json_t *list, const char *where, struct err *err)
{
	char at[64];

	if (!list)
		return 0;
	if (!json_is_array(list))
		return doc_want(doc, err, where, "an array of strings", list);
	for (size_t i = 0; i < json_array_size(list); i++) {
		snprintf(at, sizeof(at), "%s/%zu", where, i);
		if (!json_is_string(json_array_get(list, i)))
			return doc_want(doc, err, at, "a string", json_array_get(list, i));
	}
	return 0;
}

static int compile_spec(const struct doc *doc, FILE *f, struct err *err)
{
	const json_t *permissions = json_object_get(doc->root, "permissions");
	const json_t *list = json_object_get(doc->root, "claims");
	const json_t *name = json_object_get(doc->root, "name");
	auto_claims struct claims claims = { 0 };
	const json_t *deny;

	if (settings_look(doc, err))
		return -1;
	if (name && !json_is_string(name))
		return doc_want(doc, err, "name", "a string", name);
	if (permissions && !json_is_object(permissions))
		return doc_want(doc, err, "permissions", "an object", permissions);
	deny = json_object_get(permissions, "deny");
	if (check_list(doc, json_object_get(permissions, "allow"), "permissions/allow", err) ||
	    check_list(doc, deny, "permissions/deny", err))
		return -1;
	if (list && !json_is_null(list) && claims_read(&claims, doc, list, "claims", err))
		return -1;
	if (json_array_size(deny))
		warn_line("%s: its %zu deny rules do not fit into a table; pass it to load with "
			  "--spec",
			  doc->path, json_array_size(deny));
	if (!claims.n) {
		write_permissions(f, json_object_get(permissions, "allow"), doc->path);
		return 0;
	}
	warn_of_zero(doc, &claims);
	write_claims(f, &claims, doc->path);
	return 0;
}

static int compile_claims(const struct doc *doc, FILE *f, struct err *err)
{
	auto_claims struct claims claims = { 0 };
	bool object = json_is_object(doc->root);
	int ret;

	ret = claims_read(&claims, doc, object ? json_object_get(doc->root, "claims") : doc->root,
			  object ? "claims" : "", err);
	if (ret)
		return -1;
	warn_of_zero(doc, &claims);
	write_claims(f, &claims, doc->path);
	return 0;
}

static int compile(struct ctx *ctx, const struct args *args)
{
	const char *spec = args_str(args, "--spec"), *claims = args_str(args, "--claims");
	const char *path = args_str(args, "-o");
	auto_doc struct doc doc = { 0 };
	auto_free char *text = NULL;
	size_t len = 0;
	FILE *f;
	int ret;

	if (!spec == !claims) {
		err_make(&ctx->err, EXIT_USAGE, "compile: either --claims or --spec is required");
		return err_hint(&ctx->err, "see rvmctl compile --help");
	}
	if (doc_open(&doc, spec ? spec : claims, &ctx->err))
		return -1;
	f = open_memstream(&text, &len);
	if (!f)
		return err_errno(&ctx->err, errno, "%s", doc.path);
	ret = spec ? compile_spec(&doc, f, &ctx->err) : compile_claims(&doc, f, &ctx->err);
	if (fclose(f) && !ret)
		ret = err_errno(&ctx->err, ENOMEM, "%s", doc.path);
	if (ret)
		return -1;
	if (path)
		return file_replace(path, text, len, &ctx->err);
	out_document(ctx->out, text, len);
	return 0;
}

static const struct arg compile_args[] = {
	{ "--claims", ARG_FILE, 0, "FILE", "an array of claims, or {\"claims\": [...]}", NULL },
	{ "--spec", ARG_FILE, 0, "FILE",
	  "a harness spec: its claims or, without any, permissions.allow", NULL },
	{ "-o", ARG_FILE, 0, "OUT", "write to OUT; default: standard output", NULL },
	{},
};

const struct cmd compile_cmds[] = {
	{ NULL, "compile", compile, compile_args, "make a capability table from claims or a spec",
	  0 },
	{},
};
