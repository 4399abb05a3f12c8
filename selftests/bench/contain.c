// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work for contain.sh to count: is one scope within another, over and over.
 *
 *	contain path OUTER INNER TIMES
 *	contain exec|net|tool TIMES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token/contain.h"
#include "lib/token/scope.h"

static int anchor;

/* Called as it stands, so that callgrind knows where it begins. */
static __attribute__((noipa)) bool measure_contain(const struct rvm_token_core *source,
						   struct rvm_scope *inner)
{
	return rvm_scope_narrow(source, inner);
}

static void set_path(struct rvm_scope *scope, struct rvm_glob *glob, const char *text)
{
	if (rvm_glob_parse(glob, text, strlen(text), NULL)) {
		fprintf(stderr, "contain: bad pattern %s\n", text);
		exit(2);
	}
	*scope = (struct rvm_scope){ .class = RVM_CLASS_PATH, .anchor = &anchor, .glob = glob };
}

/* "git push ..." in "git ...". */
static void set_exec(struct rvm_scope *scope, const char *text, size_t len)
{
	*scope = (struct rvm_scope){ .class = RVM_CLASS_EXEC,
				     .flags = RVM_SCOPE_FLAG_PREFIX,
				     .anchor = &anchor,
				     .text = text,
				     .len = len };
}

/* An IPv4 network. */
static void set_net(struct rvm_scope *scope, u8 second, u8 prefix_len)
{
	*scope = (struct rvm_scope){ .class = RVM_CLASS_NET,
				     .range = { .prefix_len = prefix_len, .port_last = 65535 } };
	scope->range.bytes[10] = 0xff;
	scope->range.bytes[11] = 0xff;
	scope->range.bytes[12] = 10;
	scope->range.bytes[13] = second;
}

static void set_tool(struct rvm_scope *scope, const char *text)
{
	*scope = (struct rvm_scope){ .class = RVM_CLASS_TOOL, .text = text, .len = strlen(text) };
}

int main(int argc, char **argv)
{
	struct rvm_glob outer_glob, inner_glob;
	struct rvm_scope outer, inner, again;
	struct rvm_token_core source = { .scope = &outer, .rights = RVM_RIGHT_READ };
	unsigned long times, yes = 0, i;

	if (argc == 5 && !strcmp(argv[1], "path")) {
		set_path(&outer, &outer_glob, argv[2]);
		set_path(&inner, &inner_glob, argv[3]);
	} else if (argc == 3 && !strcmp(argv[1], "exec")) {
		set_exec(&outer, "git", sizeof("git"));
		set_exec(&inner, "git\0push", sizeof("git\0push"));
	} else if (argc == 3 && !strcmp(argv[1], "net")) {
		set_net(&outer, 0, 104);
		set_net(&inner, 1, 112);
	} else if (argc == 3 && !strcmp(argv[1], "tool")) {
		set_tool(&outer, "mcp__github");
		set_tool(&inner, "mcp__github__get_issue");
	} else {
		return 2;
	}
	times = strtoul(argv[argc - 1], NULL, 10);
	for (i = 0; i < times; i++) {
		again = inner;
		yes += measure_contain(&source, &again);
	}
	printf("%s\n", yes ? "yes" : "no");
	return 0;
}
