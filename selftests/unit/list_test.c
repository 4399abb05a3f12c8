// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists that change while they are read, on a family that every kernel has: what is told of
 * them is one list, whole.
 */
#include <linux/genetlink.h>
#include <netlink/netlink.h>

/* Receptions that are told to have been interrupted, when all has been read. */
static int interrupts;

static int receive_some(struct nl_sock *sk, struct nl_cb *cb)
{
	int ret = nl_recvmsgs(sk, cb);

	if (ret < 0 || !interrupts)
		return ret;
	interrupts--;
	return -NLE_DUMP_INTR;
}

#define nl_recvmsgs receive_some
#include "wire/nl.c"
#include "unit.h"

struct seen {
	int families;
	int controllers;
	int stop;
};

static int see(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct seen *seen = data;

	seen->families++;
	seen->controllers += !strcmp(nlc_str(attrs[CTRL_ATTR_FAMILY_NAME]), "nlctrl");
	return seen->stop;
}

static struct nlc *open_controller(void)
{
	struct nlc *nlc = calloc(1, sizeof(*nlc));

	nlc->sk = nl_socket_alloc();
	nlc->family = GENL_ID_CTRL;
	EXPECT_EQ(genl_connect(nlc->sk), 0);
	return nlc;
}

static int list(struct nlc *nlc, struct seen *seen, struct err *err)
{
	*seen = (struct seen){ .stop = seen->stop };
	return nlc_call(nlc, nlc_request(nlc, CTRL_CMD_GETFAMILY, NLM_F_DUMP), see, seen, err);
}

static int get_controller(struct nlc *nlc, struct seen *seen, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, CTRL_CMD_GETFAMILY, 0);

	*seen = (struct seen){ 0 };
	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	return nlc_call(nlc, msg, see, seen, err);
}

static void what_was_interrupted_is_read_again(void)
{
	struct nlc *nlc = open_controller();
	struct seen whole = { 0 }, again = { 0 };
	struct err err = { 0 };

	EXPECT_EQ(list(nlc, &whole, &err), 0);
	EXPECT_EQ(whole.controllers, 1);
	interrupts = 3;
	EXPECT_EQ(list(nlc, &again, &err), 0);
	EXPECT_EQ(interrupts, 0);
	EXPECT_EQ(again.families, whole.families);
	EXPECT_EQ(again.controllers, 1);
	EXPECT_EQ(err.code, EXIT_DONE);
	err_clear(&err);
	nlc_close(nlc);
}

static void the_next_request_starts_clean(void)
{
	struct nlc *nlc = open_controller();
	struct seen seen = { .stop = 1 };
	struct err err = { 0 };

	interrupts = 1;
	EXPECT_EQ(list(nlc, &seen, &err), 0);
	EXPECT_EQ(seen.families, 1);
	EXPECT_EQ(get_controller(nlc, &seen, &err), 0);
	EXPECT_EQ(seen.families, 1);
	EXPECT_EQ(seen.controllers, 1);
	err_clear(&err);
	nlc_close(nlc);
}

/* What is asked for once is not asked for twice: it may have been done. */
static void other_requests_are_sent_once(void)
{
	struct nlc *nlc = open_controller();
	struct seen seen = { 0 };
	struct err err = { 0 };

	interrupts = 1;
	EXPECT_EQ(get_controller(nlc, &seen, &err), -1);
	EXPECT_EQ(interrupts, 0);
	EXPECT_EQ(nlc_errno(nlc), EINTR);
	EXPECT_EQ(seen.families, 1);
	err_clear(&err);
	nlc_close(nlc);
}

int main(void)
{
	RUN(what_was_interrupted_is_read_again);
	RUN(the_next_request_starts_clean);
	RUN(other_requests_are_sent_once);
	return unit_done();
}
