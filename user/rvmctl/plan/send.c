// SPDX-License-Identifier: GPL-2.0-only
/* A plan on the wire: begin, additions below 32 KiB each, commit. */
#include <string.h>

#include "plan/send.h"
#include "table/put.h"

/* Fullest that a message may be before another entry, of 10 KiB at most, is put in. */
#define BATCH_BYTES 20000

static int put_text(struct nl_msg *msg, int attr, const char *text)
{
	return text ? nla_put_string(msg, attr, text) : 0;
}

/* What it is without being said is left out: tables have thousands of them. */
static int put_token(struct nl_msg *msg, const struct entry *e)
{
	if (nla_put_u32(msg, RVM_A_TOKEN_RIGHTS, e->rights) ||
	    (e->tier != 1 && nla_put_u32(msg, RVM_A_TOKEN_TIER, e->tier)) ||
	    (e->badge && nla_put_u64(msg, RVM_A_TOKEN_BADGE, e->badge)) ||
	    (e->expires_at && nla_put_s64(msg, RVM_A_TOKEN_EXPIRES_AT, e->expires_at)) ||
	    put_text(msg, RVM_A_TOKEN_WITHIN, e->within))
		return -1;
	return scope_put(msg, RVM_A_TOKEN_SCOPE, &e->scope, e->resource, true);
}

static int put_exclusion(struct nl_msg *msg, const struct entry *e)
{
	if (nla_put_u32(msg, RVM_A_EXCLUSION_RIGHTS, e->rights))
		return -1;
	return scope_put(msg, RVM_A_EXCLUSION_SCOPE, &e->scope, e->resource, true);
}

static int put_entry(struct nl_msg *msg, const struct entry *e)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, e->exclusion ? RVM_A_TABLE_EXCLUSION : RVM_A_TABLE_TOKEN);
	if (!nest || (e->exclusion ? put_exclusion(msg, e) : put_token(msg, e)))
		return -1;
	nla_nest_end(msg, nest);
	return 0;
}

static int begin(struct nlc *nlc, const struct sending *how, const char *workspace, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TABLE_BEGIN, 0);

	if (msg &&
	    (nla_put_u32(msg, RVM_A_TABLE_PARTITION, how->partition) ||
	     nla_put(msg, RVM_A_TABLE_DIGEST, sizeof(how->table->digest), how->table->digest) ||
	     nla_put_string(msg, RVM_A_TABLE_SOURCE, how->source) ||
	     (how->fresh && nla_put_flag(msg, RVM_A_TABLE_FRESH)) ||
	     nla_put_string(msg, RVM_A_TABLE_WORKSPACE, workspace)))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, NULL, NULL, err);
}

/* Entries from @first on, as many as fit; *next is the one after them. */
static int add_batch(const struct plan *plan, struct nlc *nlc, size_t first, size_t *next,
		     struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TABLE_ADD, 0);
	const struct entry *e;
	size_t i = first;
	int item;

	while (msg && i < plan->n && nlmsg_hdr(msg)->nlmsg_len < BATCH_BYTES) {
		if (put_entry(msg, &plan->entries[i]))
			nlc_drop(&msg);
		i++;
	}
	*next = i;
	if (!nlc_call(nlc, msg, NULL, NULL, err))
		return 0;
	item = nlc_error_item(nlc);
	if (item < 0 || first + item >= plan->n)
		return -1;
	e = &plan->entries[first + item];
	return err_wrap(err, "%s: row %zu (%.80s)", e->origin, e->row,
			e->resource ? e->resource : "no resource");
}

static int take_counts(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct sent *sent = data;

	sent->kept = nlc_u32(attrs[RVM_A_TABLE_KEPT]);
	sent->revoked = nlc_u32(attrs[RVM_A_TABLE_REVOKED]);
	return 0;
}

static int commit(struct nlc *nlc, struct sent *sent, struct err *err)
{
	return nlc_call(nlc, nlc_request(nlc, RVM_CMD_TABLE_COMMIT, 0), take_counts, sent, err);
}

int plan_send(const struct plan *plan, struct nlc *nlc, const struct sending *how,
	      struct sent *sent, struct err *err)
{
	size_t next = 0;

	*sent = (struct sent){ 0 };
	if (begin(nlc, how, plan->resolver.workspace->path, err))
		return err_wrap(err, "table");
	/* A transaction that is not committed ends with the socket. */
	while (next < plan->n) {
		if (add_batch(plan, nlc, next, &next, err))
			return -1;
	}
	if (commit(nlc, sent, err))
		return err_wrap(err, "table");
	return 0;
}
