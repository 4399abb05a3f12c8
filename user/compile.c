// SPDX-License-Identifier: GPL-2.0-only
/* Claims or a harness spec to a capability table, byte for byte as the adapter writes it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "claims.h"
#include "cmd.h"
#include "lib/derive.h"
#include "lib/rights.h"

struct token {
	uint8_t rights;
	uint8_t tier;
	bool has_resource;
	const char *resource; /* NULL is null */
	size_t len;
	int64_t expires_at;
};

static void write_token(FILE *f, const struct token *t, bool first)
{
	bool more = false;

	fputs(first ? "\n  {\n    \"rights\": [" : ",\n  {\n    \"rights\": [", f);
	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (t->rights & bit) {
			fprintf(f, "%s\n      \"%s\"", more ? "," : "", rvm_right_name(bit));
			more = true;
		}
	}
	fputs("\n    ],\n", f);
	if (t->has_resource) {
		fputs("    \"resource\": ", f);
		if (t->resource)
			json_write_string(f, t->resource, t->len);
		else
			fputs("null", f);
		fputs(",\n", f);
	}
	fprintf(f, "    \"proof_tier\": \"P%u\",\n    \"expires_at\": %lld", t->tier,
		(long long)t->expires_at);
	if (t->rights & RVM_RIGHT_GRANT_ONCE)
		fputs(",\n    \"grant_once\": true", f);
	fputs("\n  }", f);
}

static void write_claims(FILE *f, const struct claims *claims)
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
		write_token(f, &t, !i);
	}
	fputs(claims->n ? "\n]\n" : "]\n", f);
}

static void write_permissions(FILE *f, const json_t *allow)
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
		write_token(f, &t, !i);
	}
	fputs(n ? "\n]\n" : "]\n", f);
}

static void warn_of_zero(const struct doc *doc, const struct claims *claims)
{
	for (size_t i = 0; i < claims->n; i++) {
		if (!claims->claim[i].expires_at)
			warn_line(
				"%s: claim %zu: expires_at is 0, which as a claim has expired and "
				"in a table is never; write the second when it ends",
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

	if (!json_is_object(doc->root))
		return doc_want(doc, err, "", "a spec, an object", doc->root);
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
		warn_line("%s: no table can hold its %zu deny rules; give it to 'load' with --spec",
			  doc->path, json_array_size(deny));
	if (!claims.n) {
		write_permissions(f, json_object_get(permissions, "allow"));
		return 0;
	}
	warn_of_zero(doc, &claims);
	write_claims(f, &claims);
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
	write_claims(f, &claims);
	return 0;
}

static int write_fully(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

/* All of it or nothing; a link is not followed and not replaced. */
static int write_file(const char *path, const char *text, size_t len, struct err *err)
{
	auto_free char *tmp = NULL;
	auto_close int fd = -1;
	struct stat st;

	if (!lstat(path, &st) && !S_ISREG(st.st_mode)) {
		err_make(err, EXIT_REFUSED, "%s: is %s", path,
			 S_ISLNK(st.st_mode) ? "a symbolic link" : "no regular file");
		return err_hint(err, "name a new file, or the file itself");
	}
	if (asprintf(&tmp, "%s.XXXXXX", path) < 0) {
		tmp = NULL;
		return err_errno(err, ENOMEM, "%s", path);
	}
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno, "%s", tmp);
	if (write_fully(fd, text, len) || fchmod(fd, 0644) || fsync(fd) || rename(tmp, path)) {
		err_errno(err, errno, "%s", path);
		unlink(tmp);
		return -1;
	}
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
		err_make(&ctx->err, EXIT_USAGE, "compile: takes either --claims or --spec");
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
		return write_file(path, text, len, &ctx->err);
	out_raw(ctx->out, text, len);
	return 0;
}

static const struct arg compile_args[] = {
	{ "--claims", ARG_FILE, 0, "FILE", "an array of claims, or {\"claims\": [...]}", NULL },
	{ "--spec", ARG_FILE, 0, "FILE", "a harness spec: its claims, else permissions.allow",
	  NULL },
	{ "-o", ARG_FILE, 0, "OUT", "write there instead of standard output", NULL },
	{ 0 },
};

const struct cmd compile_cmds[] = {
	{ NULL, "compile", compile, compile_args, "make a capability table of claims or a spec",
	  0 },
	{ 0 },
};
