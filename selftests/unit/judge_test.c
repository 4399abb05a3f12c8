// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: paths, tokens, tiers, modes. */
#include "judge_world.h"

static void an_empty_partition_refuses_everything(void)
{
	start();
	REFUSED(on_path("/w/a", READ), NO_TOKEN);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_net("1.2.3.4", 80), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "Task"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "ns/x"), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
	ask(RVM_CLASS_NONE, 0);
	REFUSED(judge(), NO_TOKEN);
	ask(RVM_CLASS_ANY, READ);
	REFUSED(judge(), NO_TOKEN);
	w.part.tokens = NULL;
	w.part.exclusions = NULL;
	w.parent.exclusions = NULL;
	REFUSED(on_path("/w/a", READ), NO_TOKEN);
	EXPECT_EQ(judge().missing, READ);
	EXPECT(!judge().token);
}

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
	/* A directory above a match is not covered: its names are not the token's. */
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
	/* Below a name is not the name. */
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
	/* READ does not need to know. */
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

static void expiry_epoch_and_tier_are_looked_at(void)
{
	struct rvm_token_core *core;

	start();
	core = &path_token("/w", "**", READ)->core;
	ALLOWED(on_path("/w/a", READ));
	core->expires_at = NOW + 1;
	ALLOWED(judge());
	core->expires_at = NOW;
	REFUSED(judge(), EXPIRED);
	EXPECT(judge().token == core);
	core->expires_at = -1;
	REFUSED(judge(), EXPIRED);
	core->expires_at = 0;
	core->flags = RVM_TOKEN_F_EXPIRED;
	REFUSED(judge(), EXPIRED);
	core->flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), NO_TOKEN);
	core->flags = 0;
	core->epoch = 0;
	REFUSED(judge(), STALE);
	core->epoch = 2;
	REFUSED(judge(), STALE);
	core->epoch = 1;
	w.req.tier = 2;
	REFUSED(judge(), TIER);
	core->tier = 2;
	ALLOWED(judge());
	EXPECT_EQ(judge().tier, 2);
}

static void higher_tiers_look_at_ancestors(void)
{
	struct rvm_token_core above[RVM_DEPTH_MAX + 2] = {};
	struct rvm_token_core *core;
	unsigned int i;

	start();
	core = &path_token("/w", "**", WRITE)->core;
	core->depth = 2;
	core->parent = &above[1];
	above[1] = (struct rvm_token_core){ .rights = WRITE, .depth = 1, .parent = &above[0] };
	above[0] = (struct rvm_token_core){ .rights = READ | WRITE };
	ALLOWED(on_path("/w/a", WRITE));
	above[0].expires_at = NOW;
	REFUSED(judge(), EXPIRED);
	above[0].expires_at = 0;
	above[0].flags = RVM_TOKEN_F_EXPIRED;
	REFUSED(judge(), EXPIRED);
	above[0].flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), NO_TOKEN);
	core->tier = 1;
	ALLOWED(judge());
	above[0].flags = 0;
	core->tier = 3;
	ALLOWED(judge());
	/* A link of the chain that has less than it passed on. */
	above[1].rights = READ;
	REFUSED(judge(), TIER);
	core->tier = 2;
	ALLOWED(judge());
	core->tier = 3;
	above[1].rights = WRITE;
	above[0].depth = 1;
	REFUSED(judge(), TIER);
	above[0].depth = 0;
	ALLOWED(judge());
	core->depth = RVM_DEPTH_MAX;
	ALLOWED(judge());
	core->depth = RVM_DEPTH_MAX + 1;
	REFUSED(judge(), TIER);
	core->tier = 1;
	ALLOWED(judge());
	/* A chain that is too long, or a ring, ends. */
	core->tier = 2;
	core->depth = 1;
	for (i = 0; i < RVM_DEPTH_MAX + 2; i++)
		above[i].parent = i ? &above[i - 1] : NULL;
	core->parent = &above[RVM_DEPTH_MAX - 1];
	ALLOWED(judge());
	core->parent = &above[RVM_DEPTH_MAX];
	REFUSED(judge(), TIER);
	above[0].parent = &above[0];
	core->parent = &above[0];
	REFUSED(judge(), TIER);
}

/* The closest of all misses, then the first of its kind, is what one is told. */
static void the_closest_miss_is_told(void)
{
	struct model_entry *e;

	start();
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	ask_net("127.0.0.1", 5);
	w.req.tier = 2;
	REFUSED(judge(), SPECIAL);
	net_in(&w.tokens, "127.0.0.1")->core.tier = 1;
	REFUSED(judge(), TIER);
	net_in(&w.tokens, "127.0.0.1")->core.epoch = 9;
	REFUSED(judge(), STALE);
	net_in(&w.tokens, "127.0.0.1")->core.expires_at = 1;
	REFUSED(judge(), EXPIRED);
	net_in(&w.tokens, "127.0.0.1")->core.rights = READ;
	REFUSED(judge(), RIGHTS);
	EXPECT_EQ(judge().token->id, 5);
	net_in(&w.tokens, "127.0.0.1")->core.rights = READ;
	EXPECT_EQ(judge().token->id, 5);
	e = net_in(&w.tokens, "127.0.0.1");
	ALLOWED(judge());
	e->core.flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), RIGHTS);
	start();
	exec_in(&w.tokens, "/bin/git", "git", true)->core.rights = READ;
	exec_in(&w.tokens, "/bin/git", "git|push", true)->core.expires_at = 1;
	REFUSED(on_exec("/bin/git", "git|diff"), ARGV);
	EXPECT_EQ(judge().token->id, 2);
	REFUSED(on_exec("/bin/git", "git|push"), RIGHTS);
}

/* Whatever it is about, and whatever covers it. */
/* As if it had come while the question was under way. */
static void who_is_stopped_meanwhile_is_refused(void)
{
	u32 count = 3;

	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "x", READ);
	w.part.stop = (struct rvm_stop){ &count, 3 };
	w.parent.stop = w.part.stop;
	ALLOWED(on_path("/w/a", READ));
	REFUSED(on_path("/w/x", READ), EXCLUDED);
	count++;
	REFUSED(on_path("/w/a", READ), FENCED);
	/* What was not looked for may be there. */
	REFUSED(on_path("/w/x", READ), FENCED);
	w.part.mode = RVM_MODE_PERMISSIVE;
	w.parent.mode = RVM_MODE_PERMISSIVE;
	REFUSED(on_path("/w/x", READ), FENCED);
	count--;
	ALLOWED(on_path("/w/a", READ));
}

static void what_needs_nothing_needs_a_partition_that_runs(void)
{
	start();
	path_in(&w.exclusions, "/w", "x", ALL);
	EXPECT(on_path("/w/a", 0).allow);
	EXPECT(on_path("/w/x", 0).allow);
	w.part.state = RVM_STATE_SUSPENDED;
	REFUSED(on_path("/w/a", 0), STATE);
	w.part.state = RVM_STATE_RUNNING;
	w.parent.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/a", 0), FENCED);
	w.part.mode = RVM_MODE_PERMISSIVE;
	w.parent.mode = RVM_MODE_PERMISSIVE;
	REFUSED(on_path("/w/a", 0), FENCED);
}

static void state_and_fence_come_first(void)
{
	static const u8 halted[] = { RVM_STATE_CREATED, RVM_STATE_SUSPENDED, RVM_STATE_DESTROYED,
				     RVM_STATE_HIBERNATED };
	size_t i;

	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "x", READ);
	for (i = 0; i < ARRAY_SIZE(halted); i++) {
		w.part.state = halted[i];
		REFUSED(on_path("/w/a", READ), STATE);
		w.part.state = RVM_STATE_RUNNING;
		w.parent.state = halted[i];
		REFUSED(on_path("/w/x", READ), STATE);
		w.parent.state = RVM_STATE_RUNNING;
		ALLOWED(on_path("/w/a", READ));
	}
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/x", READ), FENCED);
	w.part.flags |= RVM_PARTITION_FLAG_PEN;
	REFUSED(on_path("/w/x", READ), UNREGISTERED);
	w.part.flags = 0;
	w.parent.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/a", READ), FENCED);
	w.part.state = RVM_STATE_SUSPENDED;
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/a", READ), FENCED);
	w.part = w.parent;
	w.parent.flags = RVM_PARTITION_FLAG_WITNESS_ALL;
	w.part.flags = 0;
	w.part.tokens = &w.tokens.index;
	w.part.epoch = 1;
	ALLOWED(on_path("/w/a", READ));
}

static void permissive_relaxes_only_what_a_token_could_allow(void)
{
	start();
	w.part.mode = RVM_MODE_PERMISSIVE;
	w.parent.mode = RVM_MODE_LEARN;
	path_token("/w", "**", READ);
	exec_in(&w.tokens, "/bin/git", "git|diff", true);
	ALLOWED(on_path("/w/a", READ));
	RELAXED(on_path("/w/a", WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	RELAXED(on_path("/x", READ), NO_TOKEN);
	RELAXED(on_exec("/bin/git", "git|push"), ARGV);
	RELAXED(on_net("8.8.8.8", 1), NO_TOKEN);
	w.tokens.entry[0].core.expires_at = 1;
	RELAXED(on_path("/w/a", READ), EXPIRED);
	/* The floor. */
	w.req.floor = true;
	REFUSED(judge(), EXPIRED);
	REFUSED(on_sys(), NO_TOKEN);
	REFUSED(on_net("127.0.0.1", 1), NO_TOKEN);
	ask_net("8.8.8.8", 1);
	w.req.net.local = true;
	REFUSED(judge(), NO_TOKEN);
	ask_unix("/run/x");
	REFUSED(judge(), NO_TOKEN);
	ask_path("/dev/sda", READ);
	w.req.path.special = true;
	REFUSED(judge(), NO_TOKEN);
	/* Other tables than the host's. */
	REFUSED(on_name(RVM_CLASS_TOOL, "x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "x"), NO_TOKEN);
	/* Deny rules, built in or not. */
	path_in(&w.exclusions, "/x", "", READ);
	REFUSED(on_path("/x", READ), EXCLUDED);
	w.exclusions.entry[0].scope.flags = RVM_SCOPE_FLAG_BUILTIN;
	REFUSED(on_path("/x", READ), EXCLUDED);
	RELAXED(on_path("/y", READ), NO_TOKEN);
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/y", READ), FENCED);
}

static void rights_on_a_path_are_those_of_live_tokens(void)
{
	struct rvm_path_object o;

	start();
	path_token("/w", "**", READ);
	path_token("/w", "a/**", WRITE);
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.expires_at = NOW;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.epoch = 0;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.flags = RVM_TOKEN_F_REVOKED;
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
	RUN(an_empty_partition_refuses_everything);
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
	RUN(expiry_epoch_and_tier_are_looked_at);
	RUN(higher_tiers_look_at_ancestors);
	RUN(the_closest_miss_is_told);
	RUN(state_and_fence_come_first);
	RUN(who_is_stopped_meanwhile_is_refused);
	RUN(what_needs_nothing_needs_a_partition_that_runs);
	RUN(permissive_relaxes_only_what_a_token_could_allow);
	RUN(rights_on_a_path_are_those_of_live_tokens);
	return world_done();
}
