// SPDX-License-Identifier: GPL-2.0-only
/* Patterns of rows as patterns below what a token hangs on. */
#include "grant/narrow.h"
#include "unit.h"

/* NULL: it does not lie there. */
static void expect(const char *dir, const char *pattern, const char *anchor, const char *below)
{
	char *is = pattern_below(dir, pattern, anchor);

	if (below ? !EXPECT(is && !strcmp(is, below)) : !EXPECT(!is))
		NOTE("%s + %s below %s: %s", dir, pattern, anchor, is ? is : "elsewhere");
	free(is);
}

static void directories_below_are_put_in_front(void)
{
	expect("/ws", "src/**", "/ws", "src/**");
	expect("/ws/src", "**", "/ws", "src/**");
	expect("/ws/src", "*.c", "/", "ws/src/*.c");
	expect("/ws/src", "", "/ws", "src");
	expect("/ws", "", "/ws", "");
	expect("/", "a", "/", "a");
}

static void their_names_are_no_patterns(void)
{
	expect("/ws/[id]", "*", "/ws", "\\[id]/*");
	expect("/ws/a*b\\c", "**", "/ws", "a\\*b\\\\c/**");
}

static void names_of_the_anchor_are_spelt_out(void)
{
	expect("/ws", "out/**", "/ws/out", "**");
	expect("/ws", "\\out/**", "/ws/out", "**");
	expect("/ws", "out/a/b", "/ws/out/a", "b");
	expect("/ws", "f", "/ws/f", "");
	expect("/ws", "a\\*b/x", "/ws/a*b", "x");
	expect("/", "ws/out/x", "/ws/out", "x");
}

static void what_lies_elsewhere_is_refused(void)
{
	expect("/ws2", "**", "/ws", NULL);
	expect("/ws", "**", "/ws/out", NULL);
	expect("/ws", "*/x", "/ws/out", NULL);
	expect("/ws", "o?t/x", "/ws/out", NULL);
	expect("/ws", "ou/x", "/ws/out", NULL);
	expect("/ws", "outer/x", "/ws/out", NULL);
	expect("/ws", "", "/ws/out", NULL);
	expect("/home", "x", "/ws", NULL);
}

/* What the token is for, and a scope with the same anchor. */
static bool fits(uint32_t class, uint8_t rights, const char *outer, uint32_t flags,
		 const char *inner, uint32_t inner_flags)
{
	const struct token source = {
		.class = class,
		.rights = rights,
		.scope_flags = flags,
		.anchor = class == RVM_CLASS_ANY ? NULL : "/ws",
		.pattern = (char *)outer,
		.len = strlen(outer),
	};
	const struct anchor anchor = { .path = "/ws" };
	const struct scope s = {
		.class = class == RVM_CLASS_ANY ? RVM_CLASS_PATH : class,
		.flags = inner_flags,
		.anchor = &anchor,
		.pattern = (char *)inner,
		.len = strlen(inner),
	};

	return narrow_fits(&source, &s);
}

static void paths_fit_as_the_module_says(void)
{
	EXPECT(fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "**", 0, "src/**", 0));
	EXPECT(fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "src/**", 0, "src/a.c", 0));
	EXPECT(fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "", 0, "a/b", 0));
	EXPECT(!fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "src/**", 0, "**", 0));
	EXPECT(!fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "lib/**", 0, "src/a.c", 0));
	EXPECT(!fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "src/*.h", 0, "src/*.c", 0));
	EXPECT(!fits(RVM_CLASS_PATH, RVM_RIGHT_READ, "src", RVM_SCOPE_FLAG_ALONE, "src/a.c", 0));
	EXPECT(fits(RVM_CLASS_ANY, RVM_RIGHT_READ, "", 0, "src/**", 0));
}

static void programs_fit_as_the_module_says(void)
{
	EXPECT(fits(RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, "git", RVM_SCOPE_FLAG_PREFIX, "git",
		    RVM_SCOPE_FLAG_PREFIX));
	EXPECT(fits(RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, "git", RVM_SCOPE_FLAG_PREFIX, "git", 0));
	EXPECT(!fits(RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, "git", 0, "git", RVM_SCOPE_FLAG_PREFIX));
	EXPECT(!fits(RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, "git", 0, "hg", 0));
}

int main(void)
{
	RUN(directories_below_are_put_in_front);
	RUN(their_names_are_no_patterns);
	RUN(names_of_the_anchor_are_spelt_out);
	RUN(what_lies_elsewhere_is_refused);
	RUN(paths_fit_as_the_module_says);
	RUN(programs_fit_as_the_module_says);
	return unit_done();
}
