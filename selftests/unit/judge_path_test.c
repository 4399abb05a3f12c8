// SPDX-License-Identifier: GPL-2.0-only
/* The verdict on paths: anchors, names, rights, objects. */
#include "judge_world.h"

static void a_path_token_covers_its_anchor_and_what_is_below(void)
{
	start();
	path_token("/w", "src/**", READ);
	ALLOWED(on_path("/w/src", READ));
	ALLOWED(on_path("/w/src/a/b.c", READ));
	REFUSED(on_path("/w", READ), NO_TOKEN);
	REFUSED(on_path("/w/doc", READ), NO_TOKEN);
	REFUSED(on_path("/x/src/a", READ), NO_TOKEN);
	REFUSED(on_path("/w/src/a", WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	REFUSED(on_path("/w/src/a", READ | WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	EXPECT_EQ(judge().token->id, 1);
	path_token("/w/doc", "", WRITE);
	ALLOWED(on_path("/w/doc", WRITE));
	ALLOWED(on_path("/w/doc/a/b", WRITE));
	REFUSED(on_path("/w/doc/a", READ), RIGHTS);
	/* A directory above a match is not covered: the token does not reach its names. */
	path_token("/w", "a/b/c", READ);
	REFUSED(on_path("/w/a/b", READ), NO_TOKEN);
	ALLOWED(on_path("/w/a/b/c", READ));
}

static void rights_of_two_tokens_do_not_add_up(void)
{
	start();
	path_token("/w", "**", READ);
	path_token("/w", "**", WRITE);
	ALLOWED(on_path("/w/a", READ));
	ALLOWED(on_path("/w/a", WRITE));
	REFUSED(on_path("/w/a", READ | WRITE), RIGHTS);
	path_token("/w", "**", READ | WRITE);
	ALLOWED(on_path("/w/a", READ | WRITE));
}

static void the_first_sufficient_token_in_index_order_decides(void)
{
	start();
	path_token("/", "**", WRITE);
	path_token("/w", "**", READ);
	add(&w.tokens, RVM_CLASS_ANY, READ);
	path_token("/w/a", "", READ);
	EXPECT_EQ(on_path("/w/a", READ).token->id, 2);
	w.tokens.entry[1].core.rights = WRITE;
	EXPECT_EQ(on_path("/w/a", READ).token->id, 3);
	w.tokens.entry[2].core.rights = WRITE;
	EXPECT_EQ(on_path("/w/a", READ).token->id, 4);
	EXPECT_EQ(on_path("/w/a", WRITE).token->id, 1);
	EXPECT_EQ(on_path("/w/a", WRITE).tier, 2);
}

static void what_has_no_anchor_or_no_identity_matches_nothing(void)
{
	struct model_entry *e;

	start();
	e = path_token("/w", "**", READ);
	ALLOWED(on_path("/w/new", READ));
	/* A name that is about to be made. */
	w.view.id[0] = NULL;
	ALLOWED(judge());
	/* The anchor goes away after the index was built, and before. */
	e->scope.anchor = NULL;
	REFUSED(rvm_judge(&w.part, &w.req, NOW), NO_TOKEN);
	REFUSED(judge(), NO_TOKEN);
	e->scope.anchor = place("/w", 2);
	ALLOWED(judge());
	e->scope.flags = RVM_SCOPE_FLAG_LOST;
	REFUSED(judge(), NO_TOKEN);
	e->scope.flags = RVM_SCOPE_FLAG_UNRESOLVED;
	REFUSED(judge(), NO_TOKEN);
}

static void devices_need_a_token_that_names_them(void)
{
	start();
	path_token("/dev", "**", READ);
	add(&w.tokens, RVM_CLASS_ANY, READ);
	ask_path("/dev/null", READ);
	ALLOWED(judge());
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "n*", READ);
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "", READ);
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "null", READ);
	ALLOWED(judge());
	EXPECT_EQ(judge().token->id, 5);
	ask_path("/dev/zero", READ);
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
	path_token("/dev/zero", "", READ);
	ALLOWED(judge());
	/* What is below a name is not the name. */
	ask_path("/dev/zero/x", READ);
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
}

static void a_folder_alone_is_not_what_it_holds(void)
{
	start();
	path_token("/etc", "", READ)->scope.flags = RVM_SCOPE_FLAG_ALONE;
	ALLOWED(on_path("/etc", READ));
	REFUSED(on_path("/etc/passwd", READ), NO_TOKEN);
	REFUSED(on_path("/", READ), NO_TOKEN);
	path_token("/srv", "a*", READ)->scope.flags = RVM_SCOPE_FLAG_ALONE;
	ALLOWED(on_path("/srv/ab", READ));
	REFUSED(on_path("/srv/ab/c", READ), NO_TOKEN);
	REFUSED(on_path("/srv", READ), NO_TOKEN);
	path_token("/srv", "a*", READ);
	ALLOWED(on_path("/srv/ab/c", READ));
}

static void own_proc_entries_are_those_of_the_partitions_tasks(void)
{
	start();
	path_token("/proc", "**", READ)->scope.flags = RVM_SCOPE_FLAG_PROC_OWN;
	path_token("/proc", "status", WRITE)->scope.flags = RVM_SCOPE_FLAG_PROC_OWN;
	ask_path("/proc/12/fd/1", READ);
	REFUSED(judge(), NO_TOKEN);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	ask_path("/proc/12", READ);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	/* The first name is the pid, whatever it is called. */
	ask_path("/proc/12/status", WRITE);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	ask_path("/proc/status", WRITE);
	w.req.path.proc_own = true;
	REFUSED(judge(), RIGHTS);
	ask_path("/proc", READ);
	w.req.path.proc_own = true;
	REFUSED(judge(), NO_TOKEN);
}

static void loading_is_not_starting(void)
{
	struct model_entry *lib, *bin;

	start();
	lib = path_token("/lib", "**", EXECUTE);
	ask_path("/lib/git", EXECUTE);
	ALLOWED(judge());
	w.req.load = false;
	REFUSED(judge(), RIGHTS);
	EXPECT_EQ(judge().missing, EXECUTE);
	REFUSED(on_exec("/lib/git", "git"), RIGHTS);
	lib->scope.flags = RVM_SCOPE_FLAG_RUN;
	ALLOWED(judge());
	ask_path("/lib/git", EXECUTE);
	w.req.load = false;
	ALLOWED(judge());
	/* A token that names the file itself starts it, unless it says load. */
	bin = path_token("/bin", "sh", EXECUTE);
	ALLOWED(on_exec("/bin/sh", "sh|-c|x"));
	bin->scope.flags = RVM_SCOPE_FLAG_LOAD;
	REFUSED(judge(), RIGHTS);
	ask_path("/bin/sh", EXECUTE);
	ALLOWED(judge());
	bin->scope.flags = 0;
	REFUSED(on_exec("/bin/sh/x", "x"), RIGHTS);
	path_token("/bin", "l?", EXECUTE);
	REFUSED(on_exec("/bin/ls", "ls"), RIGHTS);
	path_token("/bin/ls", "", EXECUTE);
	ALLOWED(on_exec("/bin/ls", "ls"));
	/* For READ it does not matter. */
	path_token("/lib", "**", READ);
	ask_path("/lib/x", READ);
	w.req.load = false;
	ALLOWED(judge());
}

static void self_is_no_host_object(void)
{
	start();
	add(&w.tokens, RVM_CLASS_SELF, 0x7e);
	ALLOWED(on_name(RVM_CLASS_TOOL, "Task"));
	ALLOWED(on_name(RVM_CLASS_NAME, "ns/x"));
	REFUSED(on_path("/w", WRITE), NO_TOKEN);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_net("8.8.8.8", 1), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
}

static void a_star_is_not_the_root_token(void)
{
	struct model_entry *star;

	start();
	star = add(&w.tokens, RVM_CLASS_ANY, ALL & ~RVM_RIGHT_PROVE);
	ALLOWED(on_path("/etc/shadow", READ));
	ALLOWED(on_path("/lib/x.so", EXECUTE));
	w.req.load = false;
	REFUSED(judge(), RIGHTS);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
	REFUSED(on_net("127.0.0.1", 1), SPECIAL);
	ALLOWED(on_name(RVM_CLASS_TOOL, "x"));
	star->core.rights = ALL;
	star->core.tier = 3;
	ALLOWED(on_path("/etc/shadow", READ));
	ask_path("/lib/x.so", EXECUTE);
	w.req.load = false;
	ALLOWED(judge());
	ALLOWED(on_exec("/bin/ls", "ls"));
	ALLOWED(on_sys());
	ALLOWED(on_net("127.0.0.1", 1));
	ask_unix("/run/docker.sock");
	ALLOWED(judge());
	ask_path("/dev/sda", WRITE);
	w.req.path.special = true;
	ALLOWED(judge());
	star->core.expires_at = NOW;
	REFUSED(on_sys(), EXPIRED);
}

static void rights_on_a_path_are_those_of_live_tokens(void)
{
	struct rvm_path_object o;

	start();
	path_token("/w", "**", READ);
	path_token("/w", "a/**", WRITE);
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.expires_at = NOW;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.epoch = 0;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.flags = RVM_TOKEN_FLAG_REVOKED;
	path_token("/w", "**", EXECUTE);
	index_tables();
	o = object("/w/a/x");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), READ | WRITE | EXECUTE);
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW - 1),
		  READ | WRITE | EXECUTE | RVM_RIGHT_GRANT);
	o.special = true;
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
	o = object("/w/b");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), READ | EXECUTE);
	o = object("/x");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
	add(&w.tokens, RVM_CLASS_ANY, WRITE);
	index_tables();
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), WRITE);
	w.part.tokens = NULL;
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
}

int main(void)
{
	RUN(a_path_token_covers_its_anchor_and_what_is_below);
	RUN(rights_of_two_tokens_do_not_add_up);
	RUN(the_first_sufficient_token_in_index_order_decides);
	RUN(what_has_no_anchor_or_no_identity_matches_nothing);
	RUN(devices_need_a_token_that_names_them);
	RUN(a_folder_alone_is_not_what_it_holds);
	RUN(own_proc_entries_are_those_of_the_partitions_tasks);
	RUN(loading_is_not_starting);
	RUN(self_is_no_host_object);
	RUN(a_star_is_not_the_root_token);
	RUN(rights_on_a_path_are_those_of_live_tokens);
	return world_done();
}
