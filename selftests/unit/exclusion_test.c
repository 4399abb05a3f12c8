// SPDX-License-Identifier: GPL-2.0-only
/* Deny rules and built-in exclusions, and what lies above them. */
#include "judge_world.h"

static void exclusions_come_before_tokens(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "**/.env", READ);
	REFUSED(on_path("/w/a/.env", READ), EXCLUDED);
	REFUSED(on_path("/w/.env/below", READ), EXCLUDED);
	REFUSED(on_path("/w/.env", READ | WRITE), EXCLUDED);
	ALLOWED(on_path("/w/.env", WRITE));
	ALLOWED(on_path("/w/env", READ));
	ALLOWED(on_path("/w", READ));
	/* To load or to start it is to read it. */
	REFUSED(on_path("/w/.env", EXECUTE), EXCLUDED);
	REFUSED(on_exec("/w/.env", ".env"), EXCLUDED);
	ALLOWED(on_exec("/w/env", "env"));
	/* Names of other case are other names, unless the file system says no. */
	ALLOWED(on_path("/w/.ENV", READ));
	w.exclusions.entry[0].scope.flags = RVM_SCOPE_FLAG_NOCASE;
	REFUSED(on_path("/w/.ENV", READ), EXCLUDED);
	/* Other classes. */
	net_in(&w.exclusions, "*:25");
	REFUSED(on_net("1.2.3.4", 25), EXCLUDED);
	REFUSED(on_net("127.0.0.1", 25), EXCLUDED);
	ALLOWED(on_net("1.2.3.4", 26));
	text_in(&w.exclusions, RVM_CLASS_TOOL, "mcp__x__delete*");
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__x__delete_all"), EXCLUDED);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__x__read"));
	ALLOWED(on_sys());
	add(&w.exclusions, RVM_CLASS_ANY, WRITE);
	REFUSED(on_path("/w/a", WRITE), EXCLUDED);
	ALLOWED(on_path("/w/a", READ));
	ALLOWED(on_sys());
}

static void exclusions_of_partitions_above_hold_below(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.above, "/w", "secret", READ);
	REFUSED(on_path("/w/secret/x", READ), EXCLUDED);
	ALLOWED(on_path("/w/other", READ));
	w.part.parent = NULL;
	ALLOWED(on_path("/w/secret/x", READ));
}

static void exclusions_are_seen_through_bind_mounts(void)
{
	start();
	path_token("/mnt", "**", READ);
	path_in(&w.exclusions, "/home", "key", READ);
	ask_path("/mnt/key", READ);
	ALLOWED(judge());
	fill_view(&w.own, "/home/key");
	w.req.path.own = &w.own;
	REFUSED(judge(), EXCLUDED);
	fill_view(&w.own, "/home/lock");
	ALLOWED(judge());
	/* A grant on the file system's own chain is none. */
	start();
	path_token("/home", "**", READ);
	ask_path("/mnt/key", READ);
	fill_view(&w.own, "/home/key");
	w.req.path.own = &w.own;
	REFUSED(judge(), NO_TOKEN);
}

static bool excluded(const char *path, u8 rights)
{
	struct rvm_path_object o = object(path);

	index_tables();
	return rvm_exclusion_touches(&w.part, &o, rights);
}

static void a_path_can_be_asked_for(void)
{
	start();
	path_in(&w.exclusions, "/w", "a/b", READ);
	path_in(&w.above, "/v", "", WRITE);
	EXPECT(excluded("/w/a/b", READ));
	EXPECT(excluded("/w/a/b/c", ALL));
	EXPECT(!excluded("/w/a/b", WRITE));
	EXPECT(excluded("/w/a/b", EXECUTE));
	EXPECT(!excluded("/w/a", ALL));
	EXPECT(excluded("/v/x", WRITE));
	w.part.parent = NULL;
	EXPECT(!excluded("/v/x", WRITE));
}

int main(void)
{
	RUN(exclusions_come_before_tokens);
	RUN(exclusions_of_partitions_above_hold_below);
	RUN(exclusions_are_seen_through_bind_mounts);
	RUN(a_path_can_be_asked_for);
	return world_done();
}
