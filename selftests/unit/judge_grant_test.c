// SPDX-License-Identifier: GPL-2.0-only
/* Tokens beside a table: what they add, and what is said of those that are gone. */
#include "judge_world.h"
#include "lib/judge/move.h"

static struct model_table beside, beside_around;

static void index_grants(struct model_table *t)
{
	u32 count = t->index.count, i;

	rvm_index_init(&t->index, RVM_INDEX_GRANTS, MODEL_TOKENS, 2, t->links);
	t->index.core = t->core;
	t->index.count = count;
	for (i = 0; i < count; i++)
		rvm_index_add(&t->index, i);
}

static void start_beside(void)
{
	start();
	memset(&beside, 0, sizeof(beside));
	memset(&beside_around, 0, sizeof(beside_around));
	w.part.grants = &beside.index;
	w.parent.grants = &beside_around.index;
}

static struct rvm_verdict ask_beside(const char *path, u8 need)
{
	index_grants(&beside);
	index_grants(&beside_around);
	return on_path(path, need);
}

static void the_table_comes_first(void)
{
	struct rvm_token_core *table, *grant;

	start_beside();
	grant = &path_in(&beside, "/w", "**", READ | WRITE)->core;
	ALLOWED(ask_beside("/w/a", READ));
	EXPECT(judge().token == grant);
	table = &path_token("/w", "**", READ)->core;
	ALLOWED(ask_beside("/w/a", READ));
	EXPECT(judge().token == table);
	ALLOWED(ask_beside("/w/a", WRITE));
	EXPECT(judge().token == grant);
	w.part.tokens = NULL;
	ALLOWED(ask_beside("/w/a", READ));
	EXPECT(judge().token == grant);
	REFUSED(ask_beside("/v/a", READ), NO_TOKEN);
}

static void the_closest_miss_of_both_is_told(void)
{
	struct rvm_token_core *table, *grant;

	start_beside();
	table = &path_token("/w", "**", READ)->core;
	table->expires_at = 1;
	grant = &path_in(&beside, "/w", "**", WRITE)->core;
	REFUSED(ask_beside("/w/a", READ), RIGHTS);
	EXPECT(judge().token == grant);
	grant->rights = READ;
	grant->epoch = 0;
	REFUSED(ask_beside("/w/a", READ), EXPIRED);
	EXPECT(judge().token == table);
	/* Of two alike that of the table. */
	grant->epoch = 1;
	grant->expires_at = 1;
	REFUSED(ask_beside("/w/a", READ), EXPIRED);
	EXPECT(judge().token == table);
}

static void what_was_taken_back_is_told(void)
{
	struct rvm_token_core *grant;

	start_beside();
	grant = &path_in(&beside, "/w", "**", READ)->core;
	grant->flags = RVM_TOKEN_FLAG_USED;
	REFUSED(ask_beside("/w/a", READ), REVOKED);
	EXPECT(judge().token == grant);
	grant->flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(ask_beside("/w/a", READ), REVOKED);
	REFUSED(ask_beside("/w/a", WRITE), NO_TOKEN);
	/* Something else would have helped more, or less. */
	path_token("/w", "**", READ)->core.epoch = 0;
	REFUSED(ask_beside("/w/a", READ), REVOKED);
	path_token("/w", "**", READ)->core.expires_at = 1;
	REFUSED(ask_beside("/w/a", READ), EXPIRED);
	ask_path("/w/a", READ);
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &w.req.path, NOW), 0);
}

static void one_use_is_kept_for_last(void)
{
	struct rvm_token_core *once, *lasting;
	struct rvm_verdict v;

	start_beside();
	once = &path_in(&beside, "/w", "**", READ)->core;
	once->flags = RVM_TOKEN_FLAG_SINGLE_USE;
	v = ask_beside("/w/a", READ);
	ALLOWED(v);
	EXPECT(v.single_use && v.token == once);
	lasting = &path_in(&beside, "/w", "a", READ)->core;
	v = ask_beside("/w/a", READ);
	EXPECT(!v.single_use && v.token == lasting);
	v = ask_beside("/w/b", READ);
	EXPECT(v.single_use && v.token == once);
	once->flags |= RVM_TOKEN_FLAG_USED;
	REFUSED(ask_beside("/w/b", READ), REVOKED);
}

static void one_use_is_not_for_partitions_inside(void)
{
	struct rvm_token_core *once;

	start_beside();
	w.around.index.count = 0;
	path_in(&beside, "/w", "**", READ);
	once = &path_in(&beside_around, "/w", "**", READ)->core;
	once->epoch = 7;
	ALLOWED(ask_beside("/w/a", READ));
	once->flags = RVM_TOKEN_FLAG_SINGLE_USE;
	REFUSED(ask_beside("/w/a", READ), ABOVE);
}

static void a_grant_binds_its_program(void)
{
	start_beside();
	path_token("/bin", "**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_RUN;
	index_grants(&beside);
	index_grants(&beside_around);
	ALLOWED(on_exec("/bin/git", "git|push"));
	exec_in(&beside, "/bin/git", "git|status", true);
	index_grants(&beside);
	REFUSED(on_exec("/bin/git", "git|push"), ARGV);
	ALLOWED(on_exec("/bin/git", "git|status"));
	beside.entry[0].core.flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(on_exec("/bin/git", "git|push"), NO_TOKEN);
	REFUSED(on_exec("/bin/git", "git|status"), REVOKED);
	/* And no longer when it is in no index. */
	rvm_index_remove(&beside.index, 0);
	ALLOWED(on_exec("/bin/git", "git|push"));
}

static void renames_look_at_grants(void)
{
	struct rvm_path_object from = {}, to = {};
	static struct rvm_path_view here, there;
	struct rvm_token_core *grant;

	start_beside();
	path_token("/w", "**", WRITE);
	grant = &path_in(&beside, "/w/out", "**", READ)->core;
	index_grants(&beside);
	index_grants(&beside_around);
	index_tables();
	fill_view(&here, "/w/a");
	fill_view(&there, "/w/out/a");
	from.visible = &here;
	to.visible = &there;
	EXPECT_EQ(rvm_judge_move(&w.part, &from, &to, false, NOW), RVM_REASON_GAIN);
	EXPECT_EQ(rvm_judge_move(&w.part, &to, &from, false, NOW), RVM_REASON_NONE);
	EXPECT_EQ(rvm_judge_move(&w.part, &to, &from, true, NOW), RVM_REASON_GAIN);
	grant->flags = RVM_TOKEN_FLAG_REVOKED;
	EXPECT_EQ(rvm_judge_move(&w.part, &from, &to, true, NOW), RVM_REASON_NONE);
	/* What may be read once here may be read for good there. */
	grant->flags = RVM_TOKEN_FLAG_SINGLE_USE;
	path_token("/w", "a", READ);
	index_tables();
	EXPECT_EQ(rvm_judge_move(&w.part, &to, &from, false, NOW), RVM_REASON_GAIN);
}

int main(void)
{
	RUN(the_table_comes_first);
	RUN(the_closest_miss_of_both_is_told);
	RUN(what_was_taken_back_is_told);
	RUN(one_use_is_kept_for_last);
	RUN(one_use_is_not_for_partitions_inside);
	RUN(a_grant_binds_its_program);
	RUN(renames_look_at_grants);
	return world_done();
}
