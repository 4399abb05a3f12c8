// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: nothing, time, tiers, states, modes. */
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
	core->flags = RVM_TOKEN_FLAG_EXPIRED;
	REFUSED(judge(), EXPIRED);
	core->flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(judge(), REVOKED);
	/* It would not have done anyway. */
	REFUSED(on_path("/w/a", WRITE), NO_TOKEN);
	ask_path("/w/a", READ);
	core->epoch = 0;
	REFUSED(judge(), REVOKED);
	core->flags = 0;
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
	above[1] = (struct rvm_token_core){ .born = WRITE, .depth = 1, .parent = &above[0] };
	above[0] = (struct rvm_token_core){ .born = READ | WRITE };
	ALLOWED(on_path("/w/a", WRITE));
	above[0].expires_at = NOW;
	REFUSED(judge(), EXPIRED);
	above[0].expires_at = 0;
	above[0].flags = RVM_TOKEN_FLAG_EXPIRED;
	REFUSED(judge(), EXPIRED);
	above[0].flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(judge(), REVOKED);
	core->tier = 1;
	ALLOWED(judge());
	above[0].flags = 0;
	core->tier = 3;
	ALLOWED(judge());
	/* An ancestor that has less than it passed on. */
	above[1].born = READ;
	REFUSED(judge(), CHAIN);
	core->tier = 2;
	ALLOWED(judge());
	core->tier = 3;
	above[1].born = WRITE;
	above[0].depth = 1;
	REFUSED(judge(), CHAIN);
	above[0].depth = 0;
	ALLOWED(judge());
	/* Or that was changed since. */
	index_tables();
	above[0].type++;
	REFUSED(rvm_judge(&w.part, &w.req, NOW), CHAIN);
	core->tier = 2;
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
	REFUSED(rvm_judge(&w.part, &w.req, NOW), TIER);
}

/* The verdict names the closest of all misses, and the first of its kind. */
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
	e->core.flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(judge(), RIGHTS);
	start();
	exec_in(&w.tokens, "/bin/git", "git", true)->core.rights = READ;
	exec_in(&w.tokens, "/bin/git", "git|push", true)->core.expires_at = 1;
	REFUSED(on_exec("/bin/git", "git|diff"), ARGV);
	EXPECT_EQ(judge().token->id, 2);
	REFUSED(on_exec("/bin/git", "git|push"), RIGHTS);
}

/* Whatever it is about, and whatever covers it. */
/* As if it had come during the question. */
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
	/* What was not searched may be there. */
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

int main(void)
{
	rvm_seal_init(unit_random());
	RUN(an_empty_partition_refuses_everything);
	RUN(expiry_epoch_and_tier_are_looked_at);
	RUN(higher_tiers_look_at_ancestors);
	RUN(the_closest_miss_is_told);
	RUN(state_and_fence_come_first);
	RUN(who_is_stopped_meanwhile_is_refused);
	RUN(what_needs_nothing_needs_a_partition_that_runs);
	RUN(permissive_relaxes_only_what_a_token_could_allow);
	return world_done();
}
