// SPDX-License-Identifier: GPL-2.0-only
/* What the module is asked about tokens. */
#include <time.h>

#include "grant/request.h"
#include "table/put.h"

const char *const grant_tiers[] = { "1", "2", "3", NULL };

static int put_wish(struct nl_msg *msg, const struct wish *w)
{
	struct nlattr *nest;

	if ((w->source && token_ref_put(msg, w->source)) ||
	    (w->partition && nla_put_u32(msg, RVM_A_GRANT_PARTITION, w->partition)))
		return -1;
	nest = nla_nest_start(msg, RVM_A_GRANT_TOKEN);
	if (!nest || (w->rights && nla_put_u32(msg, RVM_A_TOKEN_RIGHTS, w->rights)) ||
	    (w->tier && nla_put_u32(msg, RVM_A_TOKEN_TIER, w->tier)) ||
	    (w->type && nla_put_u32(msg, RVM_A_TOKEN_TYPE, w->type)) ||
	    (w->has_badge && nla_put_u64(msg, RVM_A_TOKEN_BADGE, w->badge)) ||
	    (w->expires_at && nla_put_s64(msg, RVM_A_TOKEN_EXPIRES_AT, w->expires_at)) ||
	    (w->flags && nla_put_u32(msg, RVM_A_TOKEN_FLAGS, w->flags)) ||
	    (w->scope && scope_put(msg, RVM_A_TOKEN_SCOPE, w->scope, w->resource, w->anchor)))
		return -1;
	nla_nest_end(msg, nest);
	return 0;
}

static int take_granted(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(struct granted *)data = (struct granted){
		.id = nlc_u64(a[RVM_A_GRANT_ID]),
		.index = nlc_u32(a[RVM_A_GRANT_INDEX]),
		.generation = nlc_u32(a[RVM_A_GRANT_GENERATION]),
		.sequence = nlc_u64(a[RVM_A_GRANT_SEQUENCE]),
	};
	return 0;
}

int request_grant(struct nlc *nlc, const struct wish *wish, struct granted *granted,
		  struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TOKEN_GRANT, 0);

	*granted = (struct granted){ 0 };
	if (msg && put_wish(msg, wish))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_granted, granted, err);
}

static int take_taken(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(struct taken *)data = (struct taken){
		.count = nlc_u32(a[RVM_A_GRANT_COUNT]),
		.sequence = nlc_u64(a[RVM_A_GRANT_SEQUENCE]),
	};
	return 0;
}

int request_revoke(struct nlc *nlc, const struct token_ref *token, struct taken *taken,
		   struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TOKEN_REVOKE, 0);

	*taken = (struct taken){ 0 };
	if (msg && token_ref_put(msg, token))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_taken, taken, err);
}

int wish_read_end(const struct args *args, struct wish *wish, struct err *err)
{
	if (args_has(args, "--for") && args_has(args, "--expires"))
		return err_make(err, EXIT_USAGE, "--for: not together with --expires");
	wish->expires_at = args_s64(args, "--expires", 0);
	if (wish->expires_at && wish->expires_at <= time(NULL))
		return err_make(err, EXIT_USAGE, "--expires: that is in the past");
	if (args_has(args, "--for"))
		wish->expires_at = time(NULL) + args_u64(args, "--for", 0);
	if (args_has(args, "--once"))
		wish->flags |= RVM_TOKEN_FLAG_SINGLE_USE;
	if (args_has(args, "--until-exit"))
		wish->flags |= RVM_TOKEN_FLAG_UNTIL_EXIT;
	return 0;
}
