// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl token prove: have a token verified, on record. */
#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>
#include <time.h>

#include "cmd.h"
#include "grant/request.h"
#include "wire/words.h"

struct proof {
	uint32_t tier;
	uint32_t reason;
	uint64_t sequence;
};

static int take_proof(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(struct proof *)data = (struct proof){
		.tier = nlc_u32(a[RVM_A_GRANT_TIER]),
		.reason = nlc_u32(a[RVM_A_GRANT_REASON]),
		.sequence = nlc_u64(a[RVM_A_GRANT_SEQUENCE]),
	};
	return 0;
}

/* The module refuses 0, and whatever it has seen. */
static int draw_nonce(uint64_t *nonce, struct err *err)
{
	do {
		if (getrandom(nonce, sizeof(*nonce), 0) != sizeof(*nonce))
			return err_errno(err, errno, "getrandom");
	} while (!*nonce);
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static int ask(struct nlc *nlc, const struct token_ref *token, const struct args *args,
	       struct proof *proof, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TOKEN_PROVE, 0);
	uint32_t rights = args_u64(args, "--rights", 0);
	uint64_t nonce;

	if (draw_nonce(&nonce, err)) {
		nlmsg_free(msg);
		return -1;
	}
	if (msg && (token_ref_put(msg, token) ||
		    nla_put_u32(msg, RVM_A_GRANT_TIER, args_word(args, "--tier", 0) + 1) ||
		    (rights && nla_put_u32(msg, RVM_A_GRANT_RIGHTS, rights)) ||
		    nla_put_u64(msg, RVM_A_GRANT_NONCE, nonce) ||
		    nla_put_u64(msg, RVM_A_GRANT_ISSUED, now_ns())))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_proof, proof, err);
}

static int prove(struct ctx *ctx, const struct args *args)
{
	const char *text = args_str(args, "TOKEN");
	auto_nlc struct nlc *nlc = NULL;
	struct proof proof = { 0 };
	struct token_ref token;
	bool good;

	if (token_ref_parse(text, &token, &ctx->err) || nlc_open(&nlc, &ctx->err))
		return -1;
	if (ask(nlc, &token, args, &proof, &ctx->err))
		return err_wrap(&ctx->err, "token %s", text);
	good = proof.reason == RVM_REASON_NONE;
	if (!good)
		out_tone(ctx->out, OUT_BAD);
	out_line(ctx->out, "token %s: %s at P%u, record %" PRIu64 "%s%s", text,
		 good ? "proved" : "not proved", proof.tier, proof.sequence, good ? "" : ": ",
		 good ? "" : rvm_reason_text(proof.reason));
	out_object_begin(ctx->out, NULL);
	out_json_str(ctx->out, "verdict", good ? "allow" : "deny");
	out_json_u64(ctx->out, "tier", proof.tier);
	out_json_str(ctx->out, "reason", rvm_reason_text(proof.reason));
	out_json_u64(ctx->out, "sequence", proof.sequence);
	out_object_end(ctx->out);
	return good ? EXIT_DONE : EXIT_REFUSED;
}

static const struct arg prove_args[] = {
	{ "TOKEN", ARG_STRING, ARG_REQUIRED, NULL, "an id, or INDEX:GENERATION", NULL },
	{ "--rights", ARG_RIGHTS, 0, "RIGHT,...", "that it has these", NULL },
	{ "--tier", ARG_WORD, 0, "N", "how far to verify it; default: 1", grant_tiers },
	{},
};

const struct cmd token_prove_cmds[] = {
	{ "token", "prove", prove, prove_args, "have a token verified, on record", CMD_READ },
	{},
};
