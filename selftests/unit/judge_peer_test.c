// SPDX-License-Identifier: GPL-2.0-only
/* The verdict on addresses, sockets, tools and names. */
#include "judge_world.h"

static void addresses_need_a_range_that_covers_them(void)
{
	start();
	net_in(&w.tokens, "10.0.0.0/8:443");
	ALLOWED(on_net("10.1.1.1", 443));
	REFUSED(on_net("10.1.1.1", 80), NO_TOKEN);
	REFUSED(on_net("11.1.1.1", 443), NO_TOKEN);
	ask_net("10.1.1.1", 443);
	w.req.need = WRITE;
	REFUSED(judge(), RIGHTS);
	/* The host's own address among them. */
	ask_net("10.1.1.1", 443);
	w.req.net.local = true;
	REFUSED(judge(), SPECIAL);
	net_in(&w.tokens, "10.1.1.1:443");
	ALLOWED(judge());
	ask_net("10.1.1.1", 443);
	w.req.net.protocol = 1;
	REFUSED(judge(), NO_TOKEN);
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	ALLOWED(on_net("8.8.8.8", 53));
	REFUSED(on_net("127.0.0.1", 53), SPECIAL);
	REFUSED(on_net("[::1]", 53), SPECIAL);
	REFUSED(on_net("169.254.169.254", 80), SPECIAL);
	ask_net("8.8.8.8", 0);
	w.req.net.protocol = 1;
	REFUSED(judge(), NO_TOKEN);
	net_in(&w.tokens, "127.0.0.1:53");
	ALLOWED(on_net("127.0.0.1", 53));
}

static void its_own_network_takes_no_token(void)
{
	start();
	ask_net("127.0.0.1", 53);
	REFUSED(judge(), NO_TOKEN);
	w.req.net.own = true;
	EXPECT(judge().allow);
	net_in(&w.exclusions, "127.0.0.1:53");
	REFUSED(judge(), EXCLUDED);
	ask_net("127.0.0.1", 54);
	w.req.net.own = true;
	EXPECT(judge().allow);
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(judge(), FENCED);
}

static void an_address_that_holds_another_is_judged_by_both(void)
{
	start();
	net_in(&w.tokens, "*");
	ALLOWED(on_net("[64:ff9b::a01:101]", 443));
	net_in(&w.exclusions, "10.0.0.0/8");
	REFUSED(on_net("10.1.1.1", 443), EXCLUDED);
	REFUSED(on_net("[64:ff9b::a01:101]", 443), EXCLUDED);
	REFUSED(on_net("[2002:a01:101::1]", 443), EXCLUDED);
	ALLOWED(on_net("[64:ff9b::b01:101]", 443));
	REFUSED(on_net("[64:ff9b::7f00:1]", 443), SPECIAL);
}

static void unix_sockets_must_be_named(void)
{
	struct model_entry *e;

	start();
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	path_token("/run", "**", ALL);
	net_in(&w.tokens, "*");
	ask_unix("/run/x.sock");
	REFUSED(judge(), SPECIAL);
	e = path_token("/run", "x.sock", EXECUTE);
	REFUSED(judge(), SPECIAL);
	e->scope.class = RVM_CLASS_NET;
	e->scope.family = 1;
	ALLOWED(judge());
	ask_unix("/run/y.sock");
	REFUSED(judge(), SPECIAL);
	e = path_token("/run", "*.sock", EXECUTE);
	e->scope.class = RVM_CLASS_NET;
	e->scope.family = 1;
	REFUSED(judge(), SPECIAL);
	/* Abstract names are separate: nothing in a directory is one. */
	ask_unix("@x.sock");
	REFUSED(judge(), SPECIAL);
	text_in(&w.tokens, RVM_CLASS_NET, "x.sock")->scope.family = 1;
	ALLOWED(judge());
	ask_unix("@x.sockx");
	REFUSED(judge(), SPECIAL);
	ask_unix("@");
	REFUSED(judge(), SPECIAL);
	ask_unix("/x.sock");
	REFUSED(judge(), SPECIAL);
	/* A lost anchor does not turn a path into an abstract name. */
	ask_unix("@x.sock");
	w.tokens.entry[3].scope.anchor = NULL;
	w.tokens.entry[3].scope.text = "x.sock";
	w.tokens.entry[3].scope.len = 6;
	w.tokens.index.count--;
	REFUSED(judge(), SPECIAL);
	w.tokens.index.count++;
	ALLOWED(judge());
	/* A path exclusion keeps the socket from being used. */
	w.tokens.entry[3].scope.anchor = place("/run", 4);
	ask_unix("/run/x.sock");
	ALLOWED(judge());
	path_in(&w.exclusions, "/run", "x.sock", READ);
	REFUSED(judge(), EXCLUDED);
}

static void tools_and_names_have_their_own_rules(void)
{
	start();
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__a__read*");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__b");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__c__d");
	text_in(&w.tokens, RVM_CLASS_NAME, "ns/*");
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__a__read"));
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__a__read_all"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__a__write"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__b"));
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__b__x__y"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__bb__x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b__"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b_x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b_xx"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__c__d"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__c__d__e"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "ns/x"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_NAME, "ns/x"));
	REFUSED(on_name(RVM_CLASS_NAME, "ns"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "mcp__b__x"), NO_TOKEN);
	/* A server's name may hold "_"; a name that is not a server's has no tools. */
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__code_index");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__");
	text_in(&w.tokens, RVM_CLASS_TOOL, "WebFetch");
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__code_index__find"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__code__find"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp____x"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "WebFetch"));
	REFUSED(on_name(RVM_CLASS_TOOL, "WebFetch__x"), NO_TOKEN);
	ask(RVM_CLASS_NAME, READ);
	w.req.name = (struct rvm_name){ .text = "ns/x", .len = 4 };
	REFUSED(judge(), RIGHTS);
}

int main(void)
{
	RUN(addresses_need_a_range_that_covers_them);
	RUN(its_own_network_takes_no_token);
	RUN(an_address_that_holds_another_is_judged_by_both);
	RUN(unix_sockets_must_be_named);
	RUN(tools_and_names_have_their_own_rules);
	return world_done();
}
