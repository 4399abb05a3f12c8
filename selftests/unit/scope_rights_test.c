// SPDX-License-Identifier: GPL-2.0-only
/* What a resource string means to allow. */
#include "grammar/scope_rights.h"
#include "unit.h"

static void expect(const char *resource, u8 rights)
{
	struct rvm_scope_spec spec;

	EXPECT_EQ(rvm_scope_parse(&spec, resource, strlen(resource), 0, NULL, NULL), 0);
	if (!EXPECT_EQ(rvm_scope_rights(&spec), rights))
		NOTE("%s", resource);
}

static void a_word_says_it(void)
{
	expect("Read(src/**)", RVM_RIGHT_READ);
	expect("Grep(src/**)", RVM_RIGHT_READ);
	expect("LS(src)", RVM_RIGHT_READ);
	expect("Edit(src/**)", RVM_RIGHT_READ | RVM_RIGHT_WRITE);
	expect("Write", RVM_RIGHT_READ | RVM_RIGHT_WRITE);
	expect("./docs/**", RVM_RIGHT_READ);
	expect("path:~/x", RVM_RIGHT_READ);
	expect("load://usr/lib/**", RVM_RIGHT_READ | RVM_RIGHT_EXECUTE);
	expect("run:./out/main", RVM_RIGHT_EXECUTE);
	expect("Bash(git status)", RVM_RIGHT_EXECUTE);
	expect("exec:make *", RVM_RIGHT_EXECUTE);
	expect("tcp:127.0.0.1:80", RVM_RIGHT_EXECUTE);
	expect("unix:/run/x", RVM_RIGHT_EXECUTE);
	expect("mcp__docs__search", RVM_RIGHT_EXECUTE);
	expect("partition/helper", RVM_RIGHT_READ);
}

static void everything_does_not(void)
{
	expect("*", 0);
}

int main(void)
{
	RUN(a_word_says_it);
	RUN(everything_does_not);
	return unit_done();
}
