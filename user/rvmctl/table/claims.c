// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "table/claims.h"

static int read_claim(struct claims *claims, const struct doc *doc, const json_t *value,
		      const char *where, struct err *err)
{
	const json_t *cap = json_object_get(value, "capability");
	const json_t *res = json_object_get(value, "resource");
	struct rvm_claim *claim = &claims->claim[claims->n];
	int64_t seconds = 0;
	char at[96];

	if (!json_is_object(value))
		return doc_want(doc, err, where, "an object", value);
	snprintf(at, sizeof(at), "%s/capability", where);
	if (!json_is_string(cap))
		return doc_want(doc, err, at, "a string", cap);
	snprintf(at, sizeof(at), "%s/resource", where);
	if (res && !json_is_string(res) && !json_is_null(res))
		return doc_want(doc, err, at, "a string or null", res);
	claim->capability = json_string_value(cap);
	claim->cap_len = json_string_length(cap);
	claim->has_resource = json_is_string(res);
	if (claim->has_resource) {
		claim->resource = json_string_value(res);
		claim->res_len = json_string_length(res);
	}
	claims->null_resource[claims->n] = json_is_null(res);
	snprintf(at, sizeof(at), "%s/expires_at", where);
	if (doc_seconds(doc, json_object_get(value, "expires_at"), at, &seconds, err))
		return -1;
	claim->expires_at = seconds;
	claims->n++;
	return 0;
}

int claims_read(struct claims *claims, const struct doc *doc, const json_t *array,
		const char *where, struct err *err)
{
	size_t n = json_array_size(array);

	*claims = (struct claims){ 0 };
	if (!json_is_array(array))
		return doc_want(doc, err, where, "an array of claims", array);
	claims->claim = calloc(n + 1, sizeof(*claims->claim));
	claims->null_resource = calloc(n + 1, sizeof(*claims->null_resource));
	if (!claims->claim || !claims->null_resource)
		return err_errno(err, ENOMEM, "%s", doc->path);
	for (size_t i = 0; i < n; i++) {
		char at[64];

		snprintf(at, sizeof(at), "%s%s%zu", where, *where ? "/" : "", i);
		if (read_claim(claims, doc, json_array_get(array, i), at, err))
			return -1;
	}
	return 0;
}

int claims_open(struct claims *claims, struct doc *doc, const char *path, struct err *err)
{
	*claims = (struct claims){ 0 };
	if (doc_open(doc, path, err))
		return -1;
	if (json_is_object(doc->root))
		return claims_read(claims, doc, json_object_get(doc->root, "claims"), "claims",
				   err);
	return claims_read(claims, doc, doc->root, "", err);
}

void claims_free(struct claims *claims)
{
	free(claims->claim);
	free(claims->null_resource);
	*claims = (struct claims){ 0 };
}

static int check(struct ctx *ctx, const struct args *args)
{
	const char *cap = args_str(args, "--capability");
	const char *res = args_str(args, "--resource");
	auto_claims struct claims claims = { 0 };
	auto_doc struct doc doc = { 0 };
	enum rvm_claim_verdict verdict;
	size_t which = 0;

	if (claims_open(&claims, &doc, args_str(args, "--claims"), &ctx->err))
		return -1;
	verdict = rvm_claim_check(claims.claim, claims.n, cap, strlen(cap), res,
				  res ? strlen(res) : 0, args_s64(args, "--now", time(NULL)),
				  &which);
	out_object_begin(ctx->out, NULL);
	out_json_str(ctx->out, "verdict", verdict == RVM_CLAIM_ALLOW ? "allow" : "deny");
	if (verdict == RVM_CLAIM_ALLOW) {
		out_line(ctx->out, "allow");
		out_json_u64(ctx->out, "claim", which);
	} else {
		out_line(ctx->out, "deny: %s", rvm_claim_reason(verdict));
		out_json_str(ctx->out, "reason", rvm_claim_reason(verdict));
	}
	out_object_end(ctx->out);
	return verdict == RVM_CLAIM_ALLOW ? EXIT_DONE : EXIT_REFUSED;
}

static const struct arg check_args[] = {
	{ "--claims", ARG_FILE, ARG_REQUIRED, "FILE", "an array of claims, or {\"claims\": [...]}",
	  NULL },
	{ "--capability", ARG_STRING, ARG_REQUIRED, "NAME", "the capability that is asked for",
	  NULL },
	{ "--resource", ARG_STRING, 0, "NAME", "the resource that is asked for", NULL },
	{ "--now", ARG_S64, 0, "SECONDS", "judge at this unix time; default: now", NULL },
	{},
};

const struct cmd claims_cmds[] = {
	{ "claims", "check", check, check_args, "judge a request against a list of claims",
	  CMD_READ },
	{},
};
