// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs within globs: compared with what each of them matches in a small world.
 */
#include "lib/pattern/within.h"
#include "unit.h"

#define PATHS 20736
#define DEPTH 4
#define POOL 2048
#define TEXT 40
#define STEPS (256 * 1024)

struct path {
	struct rvm_name name[DEPTH];
	unsigned int depth;
};

struct drawn {
	char text[TEXT];
	struct rvm_glob glob;
	/* A bit for each path that it matches, and that it covers. */
	u64 exact[PATHS / 64];
	u64 below[PATHS / 64];
};

static struct path path[PATHS];
static unsigned int paths;
static struct drawn pool[POOL];
static unsigned int pooled;

static struct {
	unsigned long pairs;
	unsigned long within;
	unsigned long missed;
} seen;

/* All paths of so many names. */
static void add_paths(const char *const *names, unsigned int count, unsigned int depth)
{
	unsigned int all = 1, i, k, code;

	for (k = 0; k < depth; k++)
		all *= count;
	for (i = 0; i < all; i++) {
		struct path *p = &path[paths++];

		if (paths > PATHS)
			abort();
		p->depth = depth;
		for (k = 0, code = i; k < depth; k++, code /= count)
			p->name[k] = (struct rvm_name){ .text = names[code % count],
							.len = strlen(names[code % count]) };
	}
}

static bool add_glob(const char *text)
{
	struct drawn *drawn = &pool[pooled];
	unsigned int i;

	memset(drawn, 0, sizeof(*drawn));
	strcpy(drawn->text, text);
	if (rvm_glob_parse(&drawn->glob, drawn->text, strlen(text), NULL))
		return false;
	for (i = 0; i < paths; i++) {
		enum rvm_glob_match match =
			rvm_glob_match(&drawn->glob, path[i].name, path[i].depth, false);

		if (match >= RVM_GLOB_BELOW)
			drawn->below[i / 64] |= BIT_ULL(i % 64);
		if (match == RVM_GLOB_EXACT)
			drawn->exact[i / 64] |= BIT_ULL(i % 64);
	}
	pooled++;
	return true;
}

static bool has_all(const u64 *outer, const u64 *inner)
{
	unsigned int i;

	for (i = 0; i * 64 < paths; i++)
		if (inner[i] & ~outer[i])
			return false;
	return true;
}

static void check_pair(const struct drawn *outer, const struct drawn *inner, bool outer_below,
		       bool inner_below, bool say)
{
	const struct rvm_glob_reach wide = { .glob = &outer->glob, .below = outer_below };
	const struct rvm_glob_reach narrow = { .glob = &inner->glob, .below = inner_below };
	bool within = has_all(outer_below ? outer->below : outer->exact,
			      inner_below ? inner->below : inner->exact);
	u32 steps = STEPS;
	bool yes = rvm_glob_is_within(&wide, &narrow, &steps);

	seen.pairs++;
	seen.within += yes;
	seen.missed += within && !yes;
	if (!EXPECT(within || !yes) || (say && within && !yes))
		NOTE("\"%s\"%s in \"%s\"%s", inner->text, inner_below ? "" : " alone", outer->text,
		     outer_below ? "" : " alone");
}

static void check_pool(bool say)
{
	unsigned int i, k;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < pooled; i++)
		for (k = 0; k < pooled; k++) {
			check_pair(&pool[i], &pool[k], true, true, say);
			if (!say && unit_random() % 4)
				continue;
			check_pair(&pool[i], &pool[k], false, true, say);
			check_pair(&pool[i], &pool[k], true, false, say);
			check_pair(&pool[i], &pool[k], false, false, say);
		}
	printf("# %lu pairs, %lu within, %lu refused though within\n", seen.pairs, seen.within,
	       seen.missed);
}

static void what_people_write_is_decided(void)
{
	static const char *const names[] = {
		"src",	  "x",	    "lib",  "docs",  "a",     "b",	"c",	 "ab",	   "axb",
		"y",	  "main.c", "n.c",  "..c",   "x.h",   "a.md",	".env",	 ".env.x", ".git",
		"t_a.py", "t_b",    "node", "out-1", "out-x", "out-12", "tests", "d.py",
	};
	static const char *const globs[] = {
		"",
		"**",
		"*",
		"src",
		"src/**",
		"src/*",
		"src/*.c",
		"src/**/*.c",
		"**/*.c",
		"*.c",
		"**/*",
		"**/*.md",
		"docs/**",
		"docs/*.md",
		"**/t_*",
		"**/t_*.py",
		"tests/**/*.py",
		"**/node/**",
		"**/.env",
		"**/.env*",
		".git/**",
		".git",
		"a*",
		"a*b",
		"[ab]",
		"[!.]*",
		"src/*/x",
		"x/**/y",
		"x/**",
		"*.[ch]",
		"**/*.[ch]",
		"src/**/*.[ch]",
		"src/main.c",
		"out-*",
		"out-?",
		"out-[0-9]*",
		"**/src/**",
		"*/src",
		"**/src",
		"src/lib/**",
		"src/*/**",
	};
	unsigned int i, depth;

	paths = 0;
	pooled = 0;
	for (depth = 0; depth < DEPTH; depth++)
		add_paths(names, ARRAY_SIZE(names), depth);
	add_paths(names, 3, DEPTH);
	for (i = 0; i < ARRAY_SIZE(globs); i++)
		EXPECT(add_glob(globs[i]));
	check_pool(true);
	EXPECT(seen.within > 500);
	EXPECT_EQ(seen.missed, 0);
}

/* What it matches is in the world: the more names, the shorter they are. */
static void draw_glob(char *text)
{
	static const char *const units[] = { "a", "a", "b", "*", "*", "?", "[ab]", "[!a]", "\\*" };
	const unsigned int segments = unit_random() % 4;
	unsigned int i, n;

	text[0] = '\0';
	for (i = 0; i < segments; i++) {
		if (i)
			strcat(text, "/");
		if (unit_random() % 4 == 0)
			strcat(text, "**");
		else
			for (n = segments == 3 ? 1 : 1 + unit_random() % 3; n; n--)
				strcat(text, units[unit_random() % ARRAY_SIZE(units)]);
	}
}

/* Names of up to three bytes: two that the globs name, a star, and one that they do not. */
static void what_is_drawn_is_within_or_refused(void)
{
	static const char bytes[] = { 'a', 'd', 'b', '*' };
	static char text[100][4];
	const char *names[100];
	unsigned int count = 0, len, all, i, k, code;
	char glob[TEXT];

	for (len = 1, all = 4; len <= 3; len++, all *= 4)
		for (i = 0; i < all; i++, count++) {
			for (k = 0, code = i; k < len; k++, code /= 4)
				text[count][k] = bytes[code % 4];
			names[count] = text[count];
		}
	paths = 0;
	pooled = 0;
	add_paths(names, count, 0);
	add_paths(names, count, 1);
	add_paths(names, count, 2);
	/* Those of one byte, and some of two. */
	add_paths(names, 12, 3);
	while (pooled < POOL) {
		draw_glob(glob);
		add_glob(glob);
	}
	check_pool(false);
	EXPECT(seen.within > 500000);
	EXPECT(seen.missed * 50 < seen.within);
}

static bool is_within(const char *outer_text, const char *inner_text, bool any, u32 *steps)
{
	static struct rvm_glob outer, inner;
	const struct rvm_glob_reach wide = { .glob = &outer, .below = true };
	const struct rvm_glob_reach narrow = { .glob = &inner, .below = true, .after_any = any };

	EXPECT_EQ(rvm_glob_parse(&outer, outer_text, strlen(outer_text), NULL), 0);
	EXPECT_EQ(rvm_glob_parse(&inner, inner_text, strlen(inner_text), NULL), 0);
	return rvm_glob_is_within(&wide, &narrow, steps);
}

static void a_name_may_come_before(void)
{
	u32 steps = STEPS;

	EXPECT(is_within("*/x", "x", true, &steps));
	EXPECT(is_within("**/x", "x", true, &steps));
	EXPECT(!is_within("x", "x", true, &steps));
	EXPECT(!is_within("a*/x", "x", true, &steps));
	EXPECT(!is_within("*/x", "x", false, &steps));
}

static void steps_are_counted(void)
{
	u32 steps = STEPS, used;

	EXPECT(is_within("src/**/*.[ch]", "src/lib/*.[ch]", false, &steps));
	used = STEPS - steps;
	EXPECT(used > 0 && used < 8192);
	/* With one step less it is not known. */
	steps = used;
	EXPECT(!is_within("src/**/*.[ch]", "src/lib/*.[ch]", false, &steps));
	EXPECT_EQ(steps, 0);
	steps = used + 1;
	EXPECT(is_within("src/**/*.[ch]", "src/lib/*.[ch]", false, &steps));
	EXPECT_EQ(steps, 1);
}

/* As dear as it can be made: it ends, and then the answer is no. */
static void the_worst_is_refused(void)
{
	static char outer[RVM_GLOB_BYTES_MAX + 1], inner[RVM_GLOB_BYTES_MAX + 1];
	u32 steps = STEPS;
	size_t n;

	strcpy(outer, "**/*");
	for (n = 4; n + 6 < sizeof(outer); n += 5)
		strcpy(outer + n, "[a-y]");
	strcpy(outer + n, "*");
	inner[0] = '\0';
	for (n = 0; n + 6 < sizeof(inner); n += 5)
		strcpy(inner + n, n % 1000 == 995 ? "[a-z]" : "[a-x]");
	EXPECT(!is_within(outer, inner, false, &steps));
	EXPECT_EQ(steps, 0);
}

int main(void)
{
	RUN(what_people_write_is_decided);
	RUN(what_is_drawn_is_within_or_refused);
	RUN(a_name_may_come_before);
	RUN(steps_are_counted);
	RUN(the_worst_is_refused);
	return unit_done();
}
