// SPDX-License-Identifier: GPL-2.0-only
/* The verdict on partitions inside others: nobody gets more than those around it have. */
#include "judge_world.h"

/* The parent may do only what a test gives it. */
static void start_inside_nothing(void)
{
	start();
	w.around.index.count = 0;
}

static struct model_entry *around_path(const char *anchor, const char *glob, u8 rights)
{
	struct model_entry *e = path_in(&w.around, anchor, glob, rights);

	e->core.epoch = w.parent.epoch;
	return e;
}

static void all_above_must_allow_it(void)
{
	start_inside_nothing();
	path_token("/w", "**", READ | WRITE);
	REFUSED(on_path("/w/a", READ), ABOVE);
	EXPECT(!judge().token && judge().missing == READ);
	around_path("/w", "a/**", READ);
	ALLOWED(on_path("/w/a/x", READ));
	REFUSED(on_path("/w/a/x", WRITE), ABOVE);
	EXPECT(judge().token == w.around.core[0] && judge().missing == WRITE);
	REFUSED(on_path("/w/b", READ), ABOVE);
	/* It does not get from above what it does not have itself. */
	around_path("/v", "**", READ);
	REFUSED(on_path("/v/x", READ), NO_TOKEN);
	w.parent.tokens = NULL;
	REFUSED(on_path("/w/a/x", READ), ABOVE);
}

static void all_classes_are_held_within(void)
{
	start_inside_nothing();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	exec_in(&w.around, "/bin/git", "git|diff", true)->core.epoch = w.parent.epoch;
	net_in(&w.around, "8.8.8.0/24")->core.epoch = w.parent.epoch;
	text_in(&w.around, RVM_CLASS_TOOL, "mcp__a")->core.epoch = w.parent.epoch;
	ALLOWED(on_exec("/bin/git", "git|diff"));
	REFUSED(on_exec("/bin/git", "git|push"), ABOVE);
	REFUSED(on_exec("/bin/sh", "sh"), ABOVE);
	ALLOWED(on_net("8.8.8.8", 1));
	REFUSED(on_net("8.8.4.4", 1), ABOVE);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__a"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b"), ABOVE);
	REFUSED(on_sys(), ABOVE);
	around(RVM_CLASS_ANY, ALL);
	ALLOWED(on_sys());
}

static void tokens_above_can_end(void)
{
	struct model_entry *e;

	start_inside_nothing();
	path_token("/w", "**", READ)->core.expires_at = NOW + 9;
	e = around_path("/w", "**", READ);
	ALLOWED(on_path("/w/a", READ));
	EXPECT_EQ(judge().until, NOW + 9);
	e->core.expires_at = NOW + 5;
	EXPECT_EQ(judge().until, NOW + 5);
	e->core.expires_at = NOW + 20;
	EXPECT_EQ(judge().until, NOW + 9);
	e->core.expires_at = NOW;
	REFUSED(judge(), ABOVE);
	e->core.expires_at = 0;
	w.parent.epoch++;
	REFUSED(judge(), ABOVE);
	w.parent.epoch--;
	ALLOWED(judge());
	e->core.flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(judge(), ABOVE);
}

static void rights_on_a_path_are_those_that_all_have(void)
{
	struct rvm_path_object o;

	start_inside_nothing();
	path_token("/w", "**", READ | WRITE);
	around_path("/w", "**", READ | EXECUTE);
	index_tables();
	o = object("/w/a");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), READ);
	EXPECT_EQ(rvm_judge_path_rights(&w.parent, &o, NOW), READ | EXECUTE);
	w.parent.tokens = NULL;
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
}

/* A partition above that only records lets through what its tokens do not allow. */
static void one_above_that_records_is_no_hindrance(void)
{
	start_inside_nothing();
	path_token("/w", "**", READ);
	w.parent.mode = RVM_MODE_LEARN;
	RELAXED(on_path("/w/a", READ), ABOVE);
	EXPECT_EQ(judge().missing, READ);
	REFUSED(on_path("/x", READ), NO_TOKEN);
	w.req.floor = true;
	REFUSED(on_path("/x", READ), NO_TOKEN);
	around_path("/w", "**", READ);
	ALLOWED(on_path("/w/a", READ));
	w.part.mode = RVM_MODE_LEARN;
	RELAXED(on_path("/w/a", WRITE), RIGHTS);
}

static void the_stricter_mode_of_all_above_counts(void)
{
	start();
	w.part.mode = RVM_MODE_LEARN;
	w.parent.mode = RVM_MODE_PERMISSIVE;
	RELAXED(on_path("/x", READ), NO_TOKEN);
	w.parent.mode = RVM_MODE_ENFORCE;
	REFUSED(on_path("/x", READ), NO_TOKEN);
	w.parent.mode = RVM_MODE_LEARN;
	w.part.mode = RVM_MODE_ENFORCE;
	REFUSED(on_path("/x", READ), NO_TOKEN);
	w.part.mode = 77;
	REFUSED(on_path("/x", READ), NO_TOKEN);
}

int main(void)
{
	RUN(all_above_must_allow_it);
	RUN(all_classes_are_held_within);
	RUN(tokens_above_can_end);
	RUN(rights_on_a_path_are_those_that_all_have);
	RUN(one_above_that_records_is_no_hindrance);
	RUN(the_stricter_mode_of_all_above_counts);
	return world_done();
}
