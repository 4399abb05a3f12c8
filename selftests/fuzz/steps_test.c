// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many steps matching takes, not how long: the core is built to call a
 * counter in each block of code.  A bound is a number of blocks for each byte
 * of the pattern and each byte of what is matched.
 */
#include "grammar/scope_parse.h"
#include "lib/pattern/argv.h"
#include "lib/pattern/glob.h"
#include "lib/token/scope.h"
#include "unit.h"

/* Blocks for one byte against one byte, including all calls. */
#define BLOCKS 24
#define DEPTH 64

static unsigned long steps;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	steps++;
}

static unsigned long count_glob(const char *text, struct rvm_name *names, unsigned int depth)
{
	struct rvm_glob glob;

	EXPECT_EQ(rvm_glob_parse(&glob, text, strlen(text), NULL), 0);
	steps = 0;
	rvm_glob_match(&glob, names, depth, false);
	return steps;
}

static unsigned long glob_bound(const char *text, const struct rvm_name *names, unsigned int depth)
{
	unsigned long bytes = 0, i;

	for (i = 0; i < depth; i++)
		bytes += names[i].len + 1;
	return BLOCKS * (strlen(text) + 1) * (bytes + 1);
}

static unsigned int fill_names(struct rvm_name *names, char *text, size_t len, unsigned int depth)
{
	unsigned int i;

	memset(text, 'a', len);
	for (i = 0; i < depth; i++)
		names[i] = (struct rvm_name){ .text = text, .len = len };
	return depth;
}

static void the_counter_counts(void)
{
	struct rvm_name names[1];
	char text[8];

	fill_names(names, text, 8, 1);
	EXPECT(count_glob("b", names, 1) > 2);
	EXPECT(count_glob("*b", names, 1) > count_glob("b", names, 1));
}

static void hostile_globs_take_no_more_than_the_product(void)
{
	static const char *const globs[] = {
		"*a*a*a*a*a*a*a*b",
		"**/*a*a*a*a*a*a*a*b",
		"**/a/**/a/**/a/**/a/**/a/**/b",
		"**/*a*b/**/*a*b/**/*a*b/**/c",
		"**/**/**/**/**/**/**/**/b",
		"*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
		"**/[!b][!b][!b]*[!a]",
		"**/*?*?*?*?*?b",
	};
	struct rvm_name names[DEPTH];
	unsigned long took, bound;
	char text[255];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(globs); i++) {
		fill_names(names, text, sizeof(text), DEPTH);
		took = count_glob(globs[i], names, DEPTH);
		bound = glob_bound(globs[i], names, DEPTH);
		if (!EXPECT(took <= bound))
			NOTE("%s: %lu of %lu", globs[i], took, bound);
	}
}

/* Twice the names must not take more than about twice the steps. */
static void steps_grow_with_the_names_only(void)
{
	static const char glob[] = "**/*a*b/**/*a*b/**/*a*b/**/c";
	struct rvm_name names[DEPTH];
	unsigned long before, after;
	unsigned int depth;
	char text[255];

	fill_names(names, text, 100, DEPTH);
	for (depth = 4; depth < DEPTH; depth *= 2) {
		before = count_glob(glob, names, depth);
		after = count_glob(glob, names, 2 * depth);
		EXPECT(after <= 2 * before + before / 4);
		EXPECT(after > before);
	}
}

static void random_globs_take_no_more_than_the_product(void)
{
	static const char *const parts[] = { "a", "*", "**", "/", "/**/", "?", "[ab]", "a*", "*/" };
	struct rvm_name names[DEPTH];
	unsigned int i, n, depth;
	struct rvm_glob glob;
	char text[256], name[255];

	for (i = 0; i < 20000; i++) {
		for (*text = '\0', n = unit_random() % 40; n--;)
			strcat(text, parts[unit_random() % ARRAY_SIZE(parts)]);
		if (rvm_glob_parse(&glob, text, strlen(text), NULL))
			continue;
		depth = fill_names(names, name, 1 + unit_random() % 255, unit_random() % DEPTH);
		EXPECT(count_glob(text, names, depth) <= glob_bound(text, names, depth));
	}
}

static void hostile_vectors_take_no_more_than_the_product(void)
{
	char pattern[RVM_ARGV_GLOB_BYTES_MAX + 8], words[RVM_ARGV_BYTES_MAX];
	struct rvm_argv argv = { .text = words, .len = sizeof(words), .words = 2 };
	unsigned long bound;

	memset(words, 'a', sizeof(words));
	memcpy(words, "x", 2);
	memset(pattern, 'a', sizeof(pattern));
	memcpy(pattern, "x\0*", 3);
	memcpy(pattern + sizeof(pattern) - 2, "b", 2);
	steps = 0;
	EXPECT(!rvm_argv_match(pattern, sizeof(pattern), false, &argv));
	bound = BLOCKS * sizeof(pattern) * sizeof(words);
	EXPECT(steps <= bound);
	EXPECT(steps > sizeof(words));
}

static void parsers_take_steps_for_each_byte(void)
{
	static const char *const starts[] = { "Read(", "Bash(", "net:",	    "/",
					      "x",     "unix:", "WebFetch(" };
	static const char *const fills[] = { "a", "a/", "* ", "[", "1", ":", "(", "**/", "\\" };
	char text[RVM_RESOURCE_BYTES_MAX];
	struct rvm_scope_spec spec;
	struct rvm_glob glob;
	size_t i, j, len;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		for (j = 0; j < ARRAY_SIZE(fills); j++) {
			strcpy(text, starts[i]);
			for (len = strlen(text); len < sizeof(text) - 4; len++)
				text[len] = fills[j][(len - strlen(starts[i])) % strlen(fills[j])];
			text[len++] = ')';
			steps = 0;
			rvm_scope_parse(&spec, text, len, 1, NULL, NULL);
			EXPECT(steps <= 64 * len);
			steps = 0;
			rvm_glob_parse(&glob, text, RVM_GLOB_BYTES_MAX, NULL);
			EXPECT(steps <= 64 * RVM_GLOB_BYTES_MAX);
		}
	}
}

int main(void)
{
	RUN(the_counter_counts);
	RUN(hostile_globs_take_no_more_than_the_product);
	RUN(steps_grow_with_the_names_only);
	RUN(random_globs_take_no_more_than_the_product);
	RUN(hostile_vectors_take_no_more_than_the_product);
	RUN(parsers_take_steps_for_each_byte);
	return unit_done();
}
