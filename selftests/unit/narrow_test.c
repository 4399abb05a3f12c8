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

int main(void)
{
	RUN(directories_below_are_put_in_front);
	RUN(their_names_are_no_patterns);
	RUN(names_of_the_anchor_are_spelt_out);
	RUN(what_lies_elsewhere_is_refused);
	return unit_done();
}
