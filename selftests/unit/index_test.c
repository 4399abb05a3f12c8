// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a climb that leaves out what cannot match finds, compared with one that goes
 * through everything on the way up; on random tables with places, and random paths.
 */
#include "judge_world.h"

#define ROUNDS 200000
#define ENTRIES MODEL_TOKENS
#define DEEP 6

static const char *const globs[] = {
	"",
	"**",
	"*",
	"key",
	"KEY",
	"**/key",
	"a/key",
	"**/a/**",
	"k?y",
	"**/*.pem",
	"a/*",
	"a/**/b",
	"[k]ey",
	"\\key",
	"**/a/*",
	"?",
	"**/*.pe?",
	"**/lon*",
	"**/*ile",
	"key*/a*",
	"[a]/k*key",
	"*.p*em",
	"*.pe*em",
	"l*ong*ile",
	"a/b",
	"a/?/b",
	"**/*/**",
	"**/.env",
	"long-name-of-a-file",
	"**/key/a",
	"b/**/*",
	"ey",
};
static const char *const names[] = {
	"key",
	"Key",
	"a",
	"A",
	"b",
	".env",
	"x.pem",
	"long-name-of-a-file",
	"LONG-name-of-a-file",
	"long-name-of-b-file",
	"x.PEM",
	"lonfile",
	"ile",
	"keya",
	"ey",
	"keykeyke",
	"kez",
};
static char ids[6];

static struct model_table table;
static struct rvm_path_view here;
static struct rvm_name kept[ENTRIES][RVM_SCOPE_PLACES][DEEP];

static struct rvm_name draw_name(void)
{
	const char *text = MODEL_PICK(names);

	return (struct rvm_name){ .text = text, .len = strlen(text) };
}

static void draw_view(void)
{
	u16 i;

	here.depth = draw(DEEP + 1);
	for (i = 0; i < here.depth; i++) {
		here.name[i] = draw_name();
		here.id[i] = &ids[draw(6)];
	}
	here.id[here.depth] = &ids[draw(2)];
	if (here.depth && !draw(4))
		here.id[0] = NULL;
	here.folds = !draw(3);
	here.aliases = 0;
	rvm_view_note_names(&here);
	if (here.depth && !draw(4))
		rvm_view_forget_leaf(&here);
}

/* Often the names of the path that is asked about, or places would never be met. */
static void draw_place(u32 entry, unsigned int n)
{
	struct rvm_place *place = &table.entry[entry].place[n];
	u16 i;

	table.entry[entry].scope.place = table.entry[entry].place;

	place->root = &ids[draw(2)];
	place->depth = draw(here.depth + 1);
	place->name = kept[entry][n];
	for (i = 0; i < place->depth; i++)
		kept[entry][n][i] = draw(8) ? here.name[here.depth - place->depth + i] :
					      draw_name();
}

static void draw_entry(u32 i, bool exclusions)
{
	struct model_entry *e = path_in(&table, "/", MODEL_PICK(globs), READ);
	struct rvm_scope *scope = &e->scope;
	unsigned int n;

	scope->class = draw(8) ? RVM_CLASS_PATH : RVM_CLASS_NET;
	scope->anchor = draw(8) ? &ids[draw(6)] : NULL;
	scope->flags = draw(3) ? 0 : RVM_SCOPE_FLAG_NOCASE;
	/* Of one anchor and place, so that there are groups. */
	if (i && exclusions && !draw(3)) {
		scope->anchor = table.entry[i - 1].scope.anchor;
		scope->class = table.entry[i - 1].scope.class;
		scope->place = table.entry[i - 1].scope.place;
		return;
	}
	for (n = 0; exclusions && n < RVM_SCOPE_PLACES; n++)
		if (draw(3))
			draw_place(i, n);
}

struct found {
	u32 at;
	unsigned int level;
};

static bool matches(const struct rvm_climb *climb)
{
	const struct rvm_scope *scope = table.core[climb->at]->scope;
	bool nocase = here.folds || scope->flags & RVM_SCOPE_FLAG_NOCASE;

	return rvm_glob_match(scope->glob, here.name, climb->level, nocase) >= RVM_GLOB_BELOW;
}

/* All that is found, or what of it matches. */
static unsigned int climb_all(struct found *found, struct rvm_climb climb, bool matching)
{
	unsigned int n = 0;

	while (rvm_climb_next(&climb))
		if (!matching || matches(&climb))
			found[n++] = (struct found){ climb.at, climb.level };
	return n;
}

static unsigned int times(const struct found *in, unsigned int n, const struct found *it)
{
	unsigned int i, times = 0;

	for (i = 0; i < n; i++)
		times += in[i].at == it->at && in[i].level == it->level;
	return times;
}

static void a_climb_leaves_out_only_what_cannot_match(void)
{
	unsigned int round, i, left_out = 0, matched = 0, by_name = 0;
	static struct found every[512], want[512], got[512];

	for (round = 0; round < ROUNDS; round++) {
		struct rvm_climb climb = { .index = &table.index, .view = &here };
		unsigned int n_every, n_want, n_got, count = 1 + draw(ENTRIES - 1);
		bool exclusions = draw(3);

		memset(&table, 0, sizeof(table));
		draw_view();
		for (i = 0; i < count; i++)
			draw_entry(i, exclusions);
		index_table(&table);
		if (!draw(3))
			table.index.mask = 0;
		if (!exclusions)
			table.index.group = NULL;
		rvm_index_build(&table.index);
		climb.from = draw(2);
		n_every = climb_all(every, climb, false);
		n_want = climb_all(want, climb, true);
		climb.match = true;
		n_got = climb_all(got, climb, false);
		for (i = 0; i < n_want; i++)
			EXPECT(times(got, n_got, &want[i]) >= 1);
		for (i = 0; i < n_got; i++) {
			EXPECT_EQ(times(got, n_got, &got[i]), times(every, n_every, &got[i]));
			by_name += table.core[got[i].at]->scope->anchor != here.id[got[i].level];
		}
		left_out += n_every - n_got;
		matched += n_want;
	}
	EXPECT(left_out > ROUNDS && matched > ROUNDS / 2 && by_name > ROUNDS / 4);
	NOTE("%u left out, %u matched, %u by name", left_out, matched, by_name);
}

/* What is not noted, or may be spelled otherwise, is found without its names. */
static void without_sure_names_nothing_is_left_out(void)
{
	struct rvm_climb climb = { .index = &table.index, .view = &here, .match = true };
	static struct found got[512];

	memset(&table, 0, sizeof(table));
	fill_view(&here, "/home/KEY~1");
	path_in(&table, "/home", "key-of-mine", READ);
	index_table(&table);
	EXPECT_EQ(climb_all(got, climb, false), 0);
	here.aliases = 1;
	EXPECT_EQ(climb_all(got, climb, false), 1);
	here.aliases = 0;
	here.noted = false;
	EXPECT_EQ(climb_all(got, climb, false), 1);
}

/* Each of many rules costs only where its name is met. */
static void of_many_names_one_is_looked_at(void)
{
	struct rvm_climb climb = { .index = &table.index, .view = &here, .match = true };
	static char text[ENTRIES][8];
	static struct found got[512];
	unsigned int i;

	memset(&table, 0, sizeof(table));
	fill_view(&here, "/home/n3/x");
	for (i = 0; i < ENTRIES; i++) {
		snprintf(text[i], sizeof(text[i]), "**/n%u", i);
		path_in(&table, i % 2 ? "/home" : "/", text[i], READ);
	}
	index_table(&table);
	EXPECT_EQ(climb_all(got, climb, false), 1);
	EXPECT_EQ(got[0].at, 3);
	EXPECT_EQ(got[0].level, 2);
}

int main(void)
{
	RUN(a_climb_leaves_out_only_what_cannot_match);
	RUN(without_sure_names_nothing_is_left_out);
	RUN(of_many_names_one_is_looked_at);
	return world_done();
}
