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
	/* Names of another case are other names, unless the file system folds case. */
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
	/* A token that matches only the file system's own names grants nothing. */
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

static void exclusions_hold_for_what_stands_in_the_place_of_their_anchor(void)
{
	struct model_entry *e;

	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	/* Anchored at what is called /old now, or no longer exists. */
	e = path_in(&w.exclusions, "/old", "key*", READ);
	place_at(e, "/", "/data/priv");
	place_at(path_in(&w.exclusions, "/old", "*.pem", READ), "/", "/data/priv");
	place_at(path_in(&w.exclusions, "/file", "", READ), "/", "/data/file");
	REFUSED(on_path("/old/key", READ), EXCLUDED);
	REFUSED(on_path("/data/priv/key", READ), EXCLUDED);
	REFUSED(on_path("/data/priv/key/below", READ), EXCLUDED);
	REFUSED(on_path("/data/priv/a.pem", READ), EXCLUDED);
	REFUSED(on_path("/data/file", READ), EXCLUDED);
	ALLOWED(on_path("/data/priv/other", READ));
	ALLOWED(on_path("/data/priv/key", WRITE));
	ALLOWED(on_path("/data/prix/key", READ));
	ALLOWED(on_path("/x/data/priv/key", READ));
	ALLOWED(on_path("/priv/key", READ));
	ALLOWED(on_path("/data/files", READ));
	EXPECT_EQ(w.exclusions.index.groups, 2);
	/* The lost anchor still has its place. */
	e->scope.anchor = NULL;
	REFUSED(on_path("/data/priv/key", READ), EXCLUDED);
	ALLOWED(on_path("/old/key", READ));
	/* Nothing is in the place of a directory that no longer exists. */
	e->scope.place[0].root = NULL;
	ALLOWED(on_path("/data/priv/key", READ));
	REFUSED(on_path("/data/priv/a.pem", READ), EXCLUDED);
}

static void places_are_also_those_of_the_file_system(void)
{
	struct model_entry *e;

	start();
	path_token("/mnt", "**", READ);
	e = path_in(&w.exclusions, "/old", "**", READ);
	place_at(e, "/", "/srv/data/priv");
	place_at(e, "/srv", "/data/priv");
	ask_path("/mnt/priv/key", READ);
	w.req.path.own = &w.own;
	fill_view(&w.own, "/data/priv/key");
	ALLOWED(judge());
	w.own.id[w.own.depth] = place("/srv", 4);
	REFUSED(judge(), EXCLUDED);
	fill_view(&w.own, "/data/open/key");
	w.own.id[w.own.depth] = place("/srv", 4);
	ALLOWED(judge());
}

static void places_are_compared_as_the_folder_compares_names(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	place_at(path_in(&w.exclusions, "/old", "key", READ), "/", "/data/priv");
	ask_path("/data/PRIV/key", READ);
	ALLOWED(judge());
	w.view.folds = true;
	REFUSED(judge(), EXCLUDED);
	ask_path("/data/PRIV~1/key", READ);
	ALLOWED(judge());
	w.view.folds = true;
	w.view.aliases = 2;
	REFUSED(judge(), EXCLUDED);
}

static struct rvm_verdict on_symlink(const char *path)
{
	ask_path(path, WRITE);
	w.req.op = RVM_OP_SYMLINK;
	w.view.id[0] = NULL;
	return judge();
}

static void no_symlink_stands_on_the_way_to_what_is_excluded(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "conf/prod.key", READ);
	path_in(&w.exclusions, "/w", "**/.venv/bin", WRITE);
	path_in(&w.exclusions, "/w", "**/.env", READ);
	place_at(path_in(&w.exclusions, "/lost", "key", READ), "/", "/data/a/priv");
	REFUSED(on_symlink("/w/conf"), EXCLUDED);
	REFUSED(on_symlink("/w/.venv"), EXCLUDED);
	REFUSED(on_symlink("/w/a/b/.venv"), EXCLUDED);
	REFUSED(on_symlink("/data"), EXCLUDED);
	REFUSED(on_symlink("/data/a"), EXCLUDED);
	REFUSED(on_symlink("/data/a/priv"), EXCLUDED);
	/* All directories are on the way of "**". */
	ALLOWED(on_symlink("/w/a"));
	ALLOWED(on_symlink("/w/a/conf"));
	ALLOWED(on_symlink("/w/.venv/lib64"));
	ALLOWED(on_symlink("/w/confx"));
	ALLOWED(on_symlink("/data/b"));
	ALLOWED(on_path("/w/conf", WRITE));
}

int main(void)
{
	RUN(exclusions_come_before_tokens);
	RUN(exclusions_of_partitions_above_hold_below);
	RUN(exclusions_are_seen_through_bind_mounts);
	RUN(a_path_can_be_asked_for);
	RUN(exclusions_hold_for_what_stands_in_the_place_of_their_anchor);
	RUN(places_are_also_those_of_the_file_system);
	RUN(places_are_compared_as_the_folder_compares_names);
	RUN(no_symlink_stands_on_the_way_to_what_is_excluded);
	return world_done();
}
