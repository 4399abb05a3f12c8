// SPDX-License-Identifier: GPL-2.0-only
/*
 * An index whose entries come and go, compared after each step with one that is built of
 * what is there; and searches that are under way meanwhile.
 */
#include "judge_world.h"
#include "lib/judge/cover.h"

#define STEPS 60000
#define ENTRIES 48
#define MOST 512

static struct model_world world;
static struct model_entry entry[ENTRIES];
static const struct rvm_token_core *core[ENTRIES], *fresh_core[ENTRIES];
#define LINKS (12 * ENTRIES + RVM_INDEX_PART_BITS_MIN / 32)
static u32 links[LINKS], fresh_links[LINKS];
static struct rvm_index changed, fresh;
static bool there[ENTRIES];

static void start_empty(void)
{
	memset(there, 0, sizeof(there));
	rvm_index_init(&changed, RVM_INDEX_GRANTS, ENTRIES, 1 << draw(6), links);
	changed.core = core;
}

static void put(u32 at)
{
	model_scope(&entry[at], false);
	model_token(&world, &entry[at], false);
	core[at] = &entry[at].core;
	rvm_index_add(&changed, at);
	there[at] = true;
}

static void drop(u32 at)
{
	rvm_index_remove(&changed, at);
	there[at] = false;
}

/* Some anchors are lost, which must not keep their entries in a chain. */
static void change(u32 at)
{
	if (!there[at])
		put(at);
	else if (draw(8))
		drop(at);
	else
		entry[at].scope.anchor = NULL;
}

static void build_fresh(void)
{
	u32 i, count = 0;

	rvm_index_init(&fresh, RVM_INDEX_TOKENS, ENTRIES, 1 << draw(6), fresh_links);
	fresh.core = fresh_core;
	for (i = 0; i < ENTRIES; i++)
		if (there[i])
			fresh_core[count++] = core[i];
	fresh.count = count;
	rvm_index_build(&fresh);
}

/* How often each entry is found. */
struct tally {
	unsigned int times[ENTRIES];
	unsigned int all;
};

static void note(struct tally *tally, const struct rvm_scope *scope)
{
	size_t at = ((const char *)scope - (const char *)entry) / sizeof(entry[0]);

	tally->times[at]++;
	if (++tally->all > MOST)
		abort();
}

static void climb_on(struct tally *tally, struct rvm_climb *climb, unsigned int most)
{
	const struct rvm_scope *scope;

	while (most-- && (scope = rvm_climb_next(climb)))
		note(tally, scope);
}

static void follow(struct tally *tally, const struct rvm_index *index, u32 at, const u32 *next)
{
	for (; at != RVM_CHAIN_END; at = next[at])
		note(tally, index->core[at]->scope);
}

/*
 * Chains hold others too: only what is looked for there counts.  In the chain of its class
 * a scope whose anchor is lost is not looked for.
 */
static bool is_wanted(const struct rvm_scope *scope, const void *program,
		      const struct rvm_name *word)
{
	if (program)
		return rvm_scope_names_program(scope) && scope->anchor == program;
	return word ? rvm_scope_has_word(scope, word) : !scope->glob;
}

static void keep(struct tally *tally, const void *program, const struct rvm_name *word)
{
	u32 i;

	for (i = 0; i < ENTRIES; i++)
		if (!is_wanted(&entry[i].scope, program, word))
			tally->times[i] = 0;
	tally->all = 0;
}

static void find(struct tally *tally, const struct rvm_index *index, u32 what)
{
	struct rvm_name word = { .text = model_programs[what % 4] };
	const void *program = &model_ids[what % 3];
	struct rvm_climb climb = { .index = index, .view = &world.visible, .match = what % 5 };
	u32 class = what % (RVM_CLASS_SYS + 1);

	memset(tally, 0, sizeof(*tally));
	word.len = strlen(word.text);
	switch (what % 7) {
	case 0:
		follow(tally, index, index->head[class], index->next);
		keep(tally, NULL, NULL);
		break;
	case 1:
		follow(tally, index, rvm_index_program(index, &word), index->next);
		keep(tally, NULL, &word);
		break;
	case 2:
		follow(tally, index, rvm_index_file(index, program), index->keyed_next);
		keep(tally, program, NULL);
		break;
	default:
		climb_on(tally, &climb, MOST);
	}
}

static void what_is_there_is_found_as_in_a_new_index(void)
{
	unsigned int step, found = 0;
	struct tally got, want;
	u32 i, what;

	for (step = 0; step < STEPS; step++) {
		if (!(step % 1000))
			start_empty();
		change(draw(ENTRIES));
		build_fresh();
		model_view(&world.visible);
		what = draw(1 << 20);
		find(&got, &changed, what);
		find(&want, &fresh, what);
		EXPECT_MEM(&got, &want, sizeof(got));
		found += want.all;
		for (i = 0; i < ENTRIES && there[i]; i++)
			EXPECT(rvm_index_has(&changed, i));
	}
	NOTE("%u found", found);
	EXPECT(found > STEPS / 2);
}

/* Places that were left are not used again while a search is under way, as the caller sees to. */
static void change_others(bool *touched)
{
	unsigned int n = draw(12);

	while (n--) {
		u32 at = draw(ENTRIES);

		if (touched[at])
			continue;
		touched[at] = true;
		if (there[at])
			drop(at);
		else
			put(at);
	}
}

static void a_search_goes_on_from_what_was_removed(void)
{
	unsigned int step, i, stood = 0, kept = 0;

	for (step = 0; step < STEPS; step++) {
		struct rvm_climb climb = { .index = &changed, .view = &world.visible };
		struct tally before = {}, all = {};
		bool touched[ENTRIES] = {};
		struct rvm_climb whole;

		if (!(step % 100)) {
			start_empty();
			for (i = 0; i < ENTRIES; i++)
				if (draw(3))
					put(i);
		}
		model_view(&world.visible);
		climb.match = draw(2);
		whole = climb;
		climb_on(&before, &whole, MOST);
		climb_on(&all, &climb, 1 + draw(4));
		/* What it stands on, more often than not. */
		if (climb.at < ENTRIES && all.all && there[climb.at] && draw(3)) {
			drop(climb.at);
			touched[climb.at] = true;
			stood++;
		}
		change_others(touched);
		climb_on(&all, &climb, draw(3));
		change_others(touched);
		climb_on(&all, &climb, MOST);
		for (i = 0; i < ENTRIES; i++) {
			if (touched[i])
				EXPECT(all.times[i] <= 1u + world.visible.depth);
			else
				EXPECT_EQ(all.times[i], before.times[i]);
			kept += !touched[i] && all.times[i];
		}
	}
	NOTE("stood on %u, met %u", stood, kept);
	EXPECT(stood > STEPS / 10 && kept > STEPS / 2);
}

int main(void)
{
	RUN(what_is_there_is_found_as_in_a_new_index);
	RUN(a_search_goes_on_from_what_was_removed);
	return world_done();
}
