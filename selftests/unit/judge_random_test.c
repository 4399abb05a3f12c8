// SPDX-License-Identifier: GPL-2.0-only
/* The judge compared with a naive one, on random partitions and questions. */
#include "grammar/scope_parse.h"
#include "judge_world.h"

#define ROUNDS 60000

static void the_index_has_each_entry_once_in_rising_order(void)
{
	unsigned int seen[MODEL_TOKENS], round, i;
	static struct model_world world;
	u32 at, last;

	for (round = 0; round < 2000; round++) {
		struct rvm_index *index = &world.tokens[0].index;

		model_table(&world, &world.tokens[0], false);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i <= index->mask + RVM_CLASS_SYS + 1; i++) {
			at = i <= index->mask ? index->bucket[i] : index->head[i - index->mask - 1];
			for (last = 0; at != RVM_CHAIN_END; last = at, at = index->next[at]) {
				EXPECT(at >= last && at < index->count);
				seen[at]++;
			}
		}
		for (i = 0; i < index->count; i++)
			EXPECT_EQ(seen[i], 1);
	}
	EXPECT_EQ(rvm_index_buckets(0), 1);
	EXPECT_EQ(rvm_index_buckets(1), 1);
	EXPECT_EQ(rvm_index_buckets(2), 2);
	EXPECT_EQ(rvm_index_buckets(3), 4);
	EXPECT_EQ(rvm_index_buckets(65536), 65536);
	EXPECT_EQ(rvm_index_buckets(0xffffffff), 0x80000000);
}

static void the_index_has_each_rule_of_a_file_in_rising_order(void)
{
	static struct model_world world;
	unsigned int round, i, found, some = 0;
	u32 at, last;

	for (round = 0; round < 2000; round++) {
		struct rvm_index *index = &world.tokens[0].index;
		const void *program = &model_ids[draw(3)];

		model_table(&world, &world.tokens[0], false);
		for (found = last = 0, at = rvm_index_file(index, program); at != RVM_CHAIN_END;
		     last = at, at = index->keyed_next[at]) {
			EXPECT(at >= last && at < index->count);
			found += rvm_scope_names_program(index->core[at]->scope) &&
				 index->core[at]->scope->anchor == program;
		}
		some += found;
		for (i = 0; i < index->count; i++)
			found -= rvm_scope_names_program(index->core[i]->scope) &&
				 index->core[i]->scope->anchor == program;
		EXPECT_EQ(found, 0);
	}
	EXPECT(some > 300);
}

static bool is_beside(const struct model_world *w, const struct rvm_token_core *token)
{
	return token >= &w->grants[0].entry[0].core &&
	       token <= &w->grants[1].entry[MODEL_TOKENS - 1].core;
}

static void random_questions_are_judged_as_the_naive_judge_does(void)
{
	static unsigned int reasons[RVM_REASON_CHAIN + 1], allowed[RVM_CLASS_SYS + 1], relaxed;
	unsigned int single_use = 0, beside = 0;
	static struct model_world world;
	struct rvm_verdict got, want;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		model_draw(&world);
		got = rvm_judge(&world.part[0], &world.req, MODEL_NOW);
		want = model_judge(&world.part[0], &world.req);
		if (!EXPECT(model_agrees(&got, &want)))
			NOTE("round %u, class %s: %s and %s", i, rvm_class_name(world.req.class),
			     rvm_reason_text(got.reason), rvm_reason_text(want.reason));
		EXPECT(!got.allow || got.relaxed || !got.missing);
		reasons[want.reason]++;
		relaxed += want.relaxed;
		single_use += want.allow && want.single_use;
		beside += is_beside(&world, want.token);
		if (want.allow && !want.relaxed)
			allowed[world.req.class]++;
	}
	for (i = 0; i <= RVM_REASON_CHAIN; i++)
		if (reasons[i])
			NOTE("%6u %s", reasons[i], rvm_reason_text(i));
	NOTE("%6u relaxed, %u for one use, %u beside a table", relaxed, single_use, beside);
	EXPECT(beside > 200);
	for (i = RVM_REASON_NO_TOKEN; i <= RVM_REASON_UNREGISTERED; i++)
		EXPECT(reasons[i] > 20);
	EXPECT(reasons[RVM_REASON_REVOKED] > 20 && single_use > 20);
	EXPECT(reasons[RVM_REASON_ARGV] > 20 && reasons[RVM_REASON_ENVIRON] > 20);
	EXPECT(reasons[RVM_REASON_WITHIN] > 20 && reasons[RVM_REASON_STEERED] > 20);
	EXPECT(reasons[RVM_REASON_SPECIAL] > 20 && reasons[RVM_REASON_ABOVE] > 20 && relaxed > 20);
	for (i = RVM_CLASS_PATH; i <= RVM_CLASS_SYS; i++)
		EXPECT(allowed[i] > 20);
}

static void random_paths_have_the_rights_that_the_naive_judge_says(void)
{
	unsigned int i, some = 0, out = 0, rights;
	static struct model_world world;
	struct rvm_path_object o = {};

	for (i = 0; i < ROUNDS / 2; i++) {
		model_draw(&world);
		model_object(&world, &o);
		rights = rvm_judge_path_rights(&world.part[0], &o, MODEL_NOW);
		EXPECT_EQ(rights, model_path_rights(&world.part[0], &o));
		some += !!rights;
		rights = 1 + draw(ALL);
		EXPECT_EQ(rvm_exclusion_touches(&world.part[0], &o, rights),
			  model_excluded(&world.part[0], &o, rights));
		out += model_excluded(&world.part[0], &o, rights);
	}
	EXPECT(some > 1000);
	EXPECT(out > 100);
}

int main(void)
{
	RUN(the_index_has_each_entry_once_in_rising_order);
	RUN(the_index_has_each_rule_of_a_file_in_rising_order);
	RUN(random_questions_are_judged_as_the_naive_judge_does);
	RUN(random_paths_have_the_rights_that_the_naive_judge_says);
	return world_done();
}
