// SPDX-License-Identifier: GPL-2.0-only
/* New names for old objects: what may move where, and what that means below. */
#include "judge_world.h"
#include "lib/judge/move.h"

#define ROUNDS 200000
#define BELOW 2

static enum rvm_reason moved_as(const char *from, const char *to, bool tree)
{
	struct rvm_path_object old = { .visible = &w.view }, new = { .visible = &w.own };

	fill_view(&w.view, from);
	fill_view(&w.own, to);
	/* Nothing is there yet. */
	w.own.id[0] = NULL;
	index_tables();
	return rvm_judge_move(&w.part, &old, &new, tree, NOW);
}

static enum rvm_reason moved(const char *from, const char *to)
{
	return moved_as(from, to, true);
}

static void deny(const char *glob)
{
	path_in(&w.exclusions, "/w", glob, ALL);
}

static void folders_move_where_deny_rules_mean_the_same(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	deny("**/.env");
	deny("**/.git/hooks");
	deny("Makefile");
	EXPECT_EQ(moved("/w/src", "/w/lib"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/a/src", "/w/src"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/.env", "/w/x"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/x", "/w/.env"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/x", "/w/.env/x"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/x", "/w/.git"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/.git", "/w/x"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/.git", "/w/a/.git"), RVM_REASON_NONE);
	/* What they mean below does not matter for a file. */
	EXPECT_EQ(moved_as("/w/.git", "/w/x", false), RVM_REASON_NONE);
}

static void what_is_excluded_by_its_way_stays_there(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	deny("a/b/secret");
	EXPECT_EQ(moved("/w/a", "/w/c"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/a/b", "/w/a/c"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/c", "/w/a/b"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/c", "/w/d"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/a/c", "/w/a/d"), RVM_REASON_NONE);
}

static void out_of_reach_of_a_deny_rule_nothing_moves(void)
{
	start();
	path_token("/", "**", READ | WRITE);
	deny("**/.env");
	EXPECT_EQ(moved("/w/a", "/x/a"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/x/a", "/w/a"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/x/a", "/y"), RVM_REASON_NONE);
	/* The rule goes with its directory. */
	EXPECT_EQ(moved("/w", "/y"), RVM_REASON_NONE);
}

static void what_stands_in_the_place_of_an_anchor_is_no_anchor(void)
{
	start();
	path_token("/", "**", READ | WRITE);
	place_at(path_in(&w.exclusions, "/old", "key", ALL), "/", "/data/priv");
	/* The anchor itself, away and back. */
	EXPECT_EQ(moved("/old", "/data/priv"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/old", "/x"), RVM_REASON_NONE);
	/* Created again it is excluded only by its name, and a move would end that. */
	EXPECT_EQ(moved("/data/priv", "/x"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/x", "/data/priv"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/data", "/x"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/data/other", "/x"), RVM_REASON_NONE);
}

static bool stays_alone(const char *name)
{
	struct rvm_path_object object = { .visible = &w.view };

	fill_view(&w.view, name);
	index_tables();
	return rvm_exclusion_is_beside(&w.part, &object);
}

static void where_deny_rules_have_names_nothing_gets_a_second_one(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	deny("conf/prod.key");
	deny("**/.git/config");
	place_at(path_in(&w.exclusions, "/lost", "", ALL), "/", "/w/one/file");
	EXPECT(stays_alone("/w/conf/x"));
	EXPECT(stays_alone("/w/a/.git/config.lock"));
	EXPECT(stays_alone("/w/one/x"));
	EXPECT(!stays_alone("/w/x"));
	EXPECT(!stays_alone("/w/conf/d/x"));
	EXPECT(!stays_alone("/w/.git/objects/x"));
	deny("**/.env");
	EXPECT(stays_alone("/w/.git/objects/x"));
}

static void symlinks_move_nowhere_on_the_way_to_what_is_excluded(void)
{
	struct rvm_path_object old = { .visible = &w.view, .symlink = true };
	struct rvm_path_object new = { .visible = &w.own };

	start();
	path_token("/w", "**", READ | WRITE);
	deny("conf/prod.key");
	fill_view(&w.view, "/w/x");
	fill_view(&w.own, "/w/conf");
	index_tables();
	EXPECT_EQ(rvm_judge_move(&w.part, &old, &new, false, NOW), RVM_REASON_EXCLUDED);
	fill_view(&w.own, "/w/other");
	EXPECT_EQ(rvm_judge_move(&w.part, &old, &new, false, NOW), RVM_REASON_NONE);
}

static void deny_rules_are_also_compared_without_case(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	deny("Src/x");
	EXPECT_EQ(moved("/w/src", "/w/lib"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/lib", "/w/lib2"), RVM_REASON_NONE);
}

static void deny_rules_of_a_partition_around_hold(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	path_in(&w.above, "/", "w/a/secret", READ);
	EXPECT_EQ(moved("/w/a", "/w/b"), RVM_REASON_EXCLUDED);
	EXPECT_EQ(moved("/w/b", "/w/c"), RVM_REASON_NONE);
}

static void nothing_below_gains_a_token(void)
{
	struct model_entry *e;

	start();
	path_token("/w", "**", WRITE);
	e = path_token("/w", "out/pub/**", READ);
	EXPECT_EQ(moved("/w/in", "/w/out"), RVM_REASON_GAIN);
	EXPECT_EQ(moved("/w/out", "/w/in"), RVM_REASON_GAIN);
	EXPECT_EQ(moved("/w/in/pub", "/w/out/pub"), RVM_REASON_GAIN);
	EXPECT_EQ(moved("/w/in", "/w/other"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/out/pub/a", "/w/out/pub/b"), RVM_REASON_NONE);
	/* A token that no longer gives anything. */
	e->core.expires_at = NOW;
	EXPECT_EQ(moved("/w/in", "/w/out"), RVM_REASON_NONE);
	e->core.expires_at = 0;
	/* Only the directory itself is meant. */
	e->scope.flags = RVM_SCOPE_FLAG_ALONE;
	EXPECT_EQ(rvm_glob_parse(&e->glob, "out", 3, NULL), 0);
	EXPECT_EQ(moved("/w/in/a", "/w/out/a"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/in", "/w/out"), RVM_REASON_GAIN);
}

static void rights_are_what_counts_for_wide_tokens(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	path_token("/w", "target/**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_RUN;
	EXPECT_EQ(moved("/w/targetAbc123", "/w/target"), RVM_REASON_GAIN);
	path_token("/w", "target?*/**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_LOAD;
	EXPECT_EQ(moved("/w/targetAbc123", "/w/target"), RVM_REASON_GAIN);
	path_token("/w", "target?*/**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_RUN;
	path_token("/w", "target/**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_LOAD;
	EXPECT_EQ(moved("/w/targetAbc123", "/w/target"), RVM_REASON_NONE);
	EXPECT_EQ(moved("/w/targetAbc123", "/w/other"), RVM_REASON_GAIN);
}

static void sockets_below_gain_nothing(void)
{
	struct model_entry *e;

	start();
	path_token("/w", "**", READ | WRITE);
	e = path_token("/w", "run/*.sock", EXECUTE);
	e->scope.class = RVM_CLASS_NET;
	e->scope.family = 1;
	EXPECT_EQ(moved("/w/a", "/w/run"), RVM_REASON_GAIN);
	EXPECT_EQ(moved("/w/a", "/w/b"), RVM_REASON_NONE);
	EXPECT_EQ(rvm_glob_parse(&e->glob, "run/**", 6, NULL), 0);
	EXPECT_EQ(moved("/w/a", "/w/run"), RVM_REASON_GAIN);
}

static void view_below(struct rvm_path_view *view, const struct rvm_path_view *folder,
		       const struct rvm_path_view *suffix, const void *id)
{
	unsigned int n = suffix->depth;

	*view = *folder;
	view->depth = n + folder->depth;
	memcpy(view->name, suffix->name, n * sizeof(*view->name));
	memcpy(view->name + n, folder->name, folder->depth * sizeof(*view->name));
	memcpy(view->id, suffix->id, n * sizeof(*view->id));
	memcpy(view->id + n, folder->id, (folder->depth + 1U) * sizeof(*view->id));
	view->id[n] = id;
	rvm_view_note_names(view);
}

/* Another place, with some of the same directories above. */
static void view_beside(struct rvm_path_view *view, const struct rvm_path_view *other)
{
	unsigned int least, same, i;

	model_view(view);
	least = view->depth < other->depth ? view->depth : other->depth;
	same = least ? 1 + draw(least) : 0;
	for (i = 0; i < same; i++)
		view->name[view->depth - 1 - i] = other->name[other->depth - 1 - i];
	for (i = 0; i <= same; i++)
		view->id[view->depth - i] = other->id[other->depth - i];
	view->id[0] = NULL;
	view->folds = other->folds;
	view->aliases = 0;
	rvm_view_note_names(view);
}

static bool same_verdict(const struct model_world *world, const struct rvm_path_object *a,
			 const struct rvm_path_object *b)
{
	struct rvm_request req = { .class = RVM_CLASS_PATH, .tier = 1 };
	bool before;

	req.need = 1 << draw(5);
	req.load = draw(2);
	if (!draw(4)) {
		req.class = RVM_CLASS_NET;
		req.net.family = 1;
		req.net.path = *a;
		before = rvm_judge(&world->part[0], &req, MODEL_NOW).allow;
		req.net.path = *b;
	} else {
		req.path = *a;
		before = rvm_judge(&world->part[0], &req, MODEL_NOW).allow;
		req.path = *b;
	}
	return rvm_judge(&world->part[0], &req, MODEL_NOW).allow == before;
}

static bool same_below(const struct model_world *world, const struct rvm_path_object *from,
		       const struct rvm_path_object *to)
{
	static struct rvm_path_view view[4], suffix;
	struct rvm_path_object a = *from, b = *to;
	u8 right = 1 << draw(7);

	do
		model_view(&suffix);
	while (!suffix.depth || suffix.depth > BELOW);
	view_below(&view[0], from->visible, &suffix, from->visible->id[0]);
	view_below(&view[1], to->visible, &suffix, from->visible->id[0]);
	a.visible = &view[0];
	b.visible = &view[1];
	if (from->own) {
		view_below(&view[2], from->own, &suffix, from->own->id[0]);
		view_below(&view[3], to->own, &suffix, from->own->id[0]);
		a.own = &view[2];
		b.own = &view[3];
	}
	a.special = !draw(4);
	b.special = a.special;
	return model_excluded(&world->part[0], &a, right) ==
		       model_excluded(&world->part[0], &b, right) &&
	       model_path_rights(&world->part[0], &a) == model_path_rights(&world->part[0], &b) &&
	       same_verdict(world, &a, &b);
}

static void whatever_lies_below_a_folder_that_may_move_is_judged_the_same(void)
{
	unsigned int round, i, allowed = 0, bound = 0, wrong = 0;
	static struct rvm_path_view view[2];
	static struct model_world world;
	struct rvm_path_object from = {}, to = {};

	for (round = 0; round < ROUNDS; round++) {
		model_draw(&world);
		model_object(&world, &from);
		world.visible.aliases = 0;
		world.own.aliases = 0;
		from.special = false;
		from.proc_own = false;
		to = from;
		view_beside(&view[0], from.visible);
		to.visible = &view[0];
		if (from.own) {
			view_beside(&view[1], from.own);
			to.own = &view[1];
		}
		if (rvm_judge_move(&world.part[0], &from, &to, true, MODEL_NOW))
			continue;
		allowed++;
		bound += world.part[0].exclusions && world.exclusions[0].index.count &&
			 world.part[0].tokens && world.tokens[0].index.count > 2;
		for (i = 0; i < 8; i++)
			wrong += !same_below(&world, &from, &to);
	}
	EXPECT_EQ(wrong, 0);
	NOTE("%u of %u may move, %u of them past rules", allowed, round, bound);
	EXPECT(allowed > 1000 && bound > 100);
}

/* A name of a plain object without a mark, in the directory of a view. */
static struct rvm_path_object name_in_dir(struct rvm_path_view *view,
					  const struct rvm_path_view *dir, const char *name)
{
	static const char object;

	*view = *dir;
	view->name[0] = (struct rvm_name){ .text = name, .len = strlen(name) };
	view->id[0] = *name ? &object : NULL;
	rvm_view_note_names(view);
	return (struct rvm_path_object){ .visible = view };
}

static bool is_in_set(const struct rvm_leaf_set *set, const char *name)
{
	return rvm_leaf_set_has(set, name, strlen(name));
}

/* What rvm_judge_moves() says of two directories, rvm_judge_move() says of each name there. */
static void names_that_no_rule_tells_apart_move_as_their_directories_say(void)
{
	static const char *const leaves[] = { "7", "ls", "main.c", "git", "a" };
	static unsigned int within, between, trees, refused;
	struct rvm_path_view here, there, views[4];
	static struct model_world world;
	unsigned int i, n;

	for (i = 0; i < 200000; i++) {
		const char *old = MODEL_PICK(leaves), *new = MODEL_PICK(leaves);
		struct rvm_path_object any[2], from, to;
		struct rvm_leaf_set told = {};
		bool tree = draw(2), same = draw(2);
		u16 moves[2];

		model_draw(&world);
		for (n = 0; n < 2; n++) {
			rvm_index_add_told(&world.tokens[n].index, &told);
			rvm_index_add_told(&world.grants[n].index, &told);
			rvm_index_add_told(&world.exclusions[n].index, &told);
		}
		if (is_in_set(&told, old) || is_in_set(&told, new))
			continue;
		do
			model_view(&here);
		while (!here.depth);
		here.aliases = 0;
		if (same)
			there = here;
		else
			do
				view_beside(&there, &here);
			while (!there.depth);
		any[0] = name_in_dir(&views[0], &here, "");
		any[1] = name_in_dir(&views[1], &there, "");
		from = name_in_dir(&views[2], &here, old);
		to = name_in_dir(&views[3], &there, new);
		moves[0] = rvm_judge_moves(&world.part[0], &any[0], MODEL_NOW);
		moves[1] = rvm_judge_moves(&world.part[0], &any[1], MODEL_NOW);
		EXPECT_EQ(rvm_exclusion_is_beside(&world.part[0], &from),
			  rvm_exclusion_is_beside(&world.part[0], &any[0]));
		if (moves[0])
			EXPECT_EQ(rvm_judge_path_rights(&world.part[0], &from, MODEL_NOW),
				  moves[0] & RVM_RIGHTS_ALL);
		if (same ? !(moves[0] & RVM_MOVES_WITHIN) :
			   tree || moves[0] != moves[1] || !(moves[0] & RVM_MOVES_BETWEEN)) {
			refused++;
			continue;
		}
		EXPECT_EQ(rvm_judge_move(&world.part[0], &from, &to, tree, MODEL_NOW),
			  RVM_REASON_NONE);
		within += same;
		between += !same;
		trees += tree;
	}
	NOTE("%u within, %u between, %u trees, %u refused", within, between, trees, refused);
	EXPECT(within > 5000 && between > 5000 && trees > 2000 && refused > 2000);
}

static u16 moves_in(const char *name)
{
	struct rvm_path_object any = object(name);

	w.view.name[0] = (struct rvm_name){ .text = "" };
	w.view.id[0] = NULL;
	index_tables();
	return rvm_judge_moves(&w.part, &any, NOW);
}

static void directories_with_other_rules_have_another_number(void)
{
	start();
	path_token("/w", "**", READ | WRITE);
	path_token("/w/bin", "**", EXECUTE);
	path_in(&w.exclusions, "/w", "key/**", ALL);
	path_in(&w.exclusions, "/w", "lib/*.key", READ);
	EXPECT_EQ(moves_in("/w/src/x"), RVM_MOVES_WITHIN | RVM_MOVES_BETWEEN | READ | WRITE);
	EXPECT_EQ(moves_in("/w/doc/x"), moves_in("/w/src/x"));
	EXPECT_EQ(moves_in("/w/bin/x"), moves_in("/w/src/x") | EXECUTE);
	EXPECT_EQ(moves_in("/w/lib/x"), moves_in("/w/src/x") | RVM_MOVES_BESIDE);
	EXPECT_EQ(moves_in("/w/key/x"), 0);
	/* A token that ends may have ended for one of two names. */
	path_token("/w/tmp", "**", EXECUTE)->core.expires_at = NOW + 1;
	EXPECT_EQ(moves_in("/w/tmp/x"), RVM_MOVES_WITHIN | READ | WRITE | EXECUTE);
	EXPECT_EQ(moves_in("/w/src/x"), RVM_MOVES_WITHIN | RVM_MOVES_BETWEEN | READ | WRITE);
}

static void each_name_of_a_rule_is_told(void)
{
	struct rvm_leaf_set told = {};

	start();
	place_at(path_in(&w.exclusions, "/w", "a/**/b*/c", ALL), "/", "/x/y/z");
	path_token("/w", "d/*/e", READ);
	index_tables();
	rvm_index_add_told(&w.exclusions.index, &told);
	rvm_index_add_told(&w.tokens.index, &told);
	EXPECT(is_in_set(&told, "a") && is_in_set(&told, "b1") && is_in_set(&told, "c"));
	EXPECT(is_in_set(&told, "d") && is_in_set(&told, "e"));
	EXPECT(is_in_set(&told, "x") && is_in_set(&told, "y") && is_in_set(&told, "z"));
	EXPECT(!is_in_set(&told, "main.c") && !is_in_set(&told, "f"));
}

int main(void)
{
	RUN(folders_move_where_deny_rules_mean_the_same);
	RUN(what_is_excluded_by_its_way_stays_there);
	RUN(out_of_reach_of_a_deny_rule_nothing_moves);
	RUN(what_stands_in_the_place_of_an_anchor_is_no_anchor);
	RUN(where_deny_rules_have_names_nothing_gets_a_second_one);
	RUN(symlinks_move_nowhere_on_the_way_to_what_is_excluded);
	RUN(deny_rules_are_also_compared_without_case);
	RUN(deny_rules_of_a_partition_around_hold);
	RUN(nothing_below_gains_a_token);
	RUN(rights_are_what_counts_for_wide_tokens);
	RUN(sockets_below_gain_nothing);
	RUN(whatever_lies_below_a_folder_that_may_move_is_judged_the_same);
	RUN(names_that_no_rule_tells_apart_move_as_their_directories_say);
	RUN(directories_with_other_rules_have_another_number);
	RUN(each_name_of_a_rule_is_told);
	return world_done();
}
