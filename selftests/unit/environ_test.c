// SPDX-License-Identifier: GPL-2.0-only
/* For the names, to make variables that nearly match. */
#include "lib/pattern/environ.c"
#include "unit.h"

static bool turns(const char *text)
{
	return rvm_environ_turns(text, strlen(text)) == RVM_ENVIRON_ANY;
}

static void variables_that_carry_code_turn(void)
{
	static const char *const text[] = {
		"BASH_ENV=/x",
		"BASH_FUNC_ls%%=() { x; }",
		"PYTHONPATH=",
		"PERL5OPT=-Mx",
		"NODE_OPTIONS=-r x",
		"LD_PRELOAD=x.so",
		"MAKEFILES=x",
		"LUA_INIT_5_4=x",
		"PS4=$(x)",
		"TAR_OPTIONS=-I x",
		"VIMINIT=x",
		"ERL_AFLAGS=-eval x",
		"GEM_HOME=",
		"R_LIBS_USER=x",
		"EXINIT=x",
		"DOTNET_STARTUP_HOOKS=x",
		"AWKLIBPATH=/x",
		"CLASSPATH=/x",
		"JULIA_LOAD_PATH=",
		"SHELLOPTS=xtrace",
		"_JAVA_OPTIONS=-x",
		"GCONV_PATH=/x",
		"TCL_LIBRARY=/x",
		"TCL8.6_TM_PATH=/x",
		"VIM=x",
		"ZDOTDIR=/x",
		"R_HOME=/x",
		"JULIA_PROJECT=/x",
		"GUILE_SYSTEM_PATH",
		"npm_config_node_options=-r x",
		"NPM_CONFIG_NODE_OPTIONS=-r x",
		"CMAKE_TOOLCHAIN_FILE=/x",
		"PYTEST_ADDOPTS=/x",
		"PYTEST_PLUGINS=x",
		"RUBYGEMS_GEMDEPS=/x",
		"GRADLE_USER_HOME=/x",
		"ANSIBLE_LIBRARY=/x",
		"PYTHONNEXT=x",
		"PYTHON_PRESITE=x",
		"PYTHON_NEXT=x",
		"autom4te_perllibdir=/x",
		"CCC_OVERRIDE_OPTIONS=+x",
		"PYTHONHOME=/x",
		"NODE_OPTIONS=",
		"NODE_OPTIONS=--max-old-space-size=",
		"NODE_OPTIONS=--max-old-space-size=1 -r x",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(text); i++)
		if (!EXPECT(turns(text[i])))
			NOTE("%s", text[i]);
}

static void others_do_not(void)
{
	static const char *const text[] = {
		"",
		"=",
		"PATH=/bin",
		"HOME=/root",
		"ENV=test",
		"PAGER=less",
		"BASH_ENV",
		"HOMEBREW=x",
		"@=x",
		"`=x",
		"\xff=x",
		"BASH_ENVIRON=x",
		"bash_env=x",
		"XBASH_ENV=x",
		"PYTHONUTF8=",
		"BASH_FUNC",
		"PYTHONUNBUFFERED=",
		"=BASH_ENV=",
		"X=BASH_ENV=x",
		"NODE_ENV=x",
		"LD_BIND_NOW=",
		"PERL5=",
		"PS1=$ ",
		"NODE_OPTIONS=--max-old-space-size=4096",
		"NODE_OPTIONS=--max_old_space_size=4096",
		"PYTHON_VERSION=3.11",
		"npm_config_cache=/x",
		"PIP_INDEX_URL=x",
		"ERL_CRASH_DUMP=x",
		"NODE_NO_WARNINGS=1",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(text); i++)
		if (!EXPECT(!turns(text[i])))
			NOTE("%s", text[i]);
}

/* They do not turn a program by themselves: that depends on where they lead. */
static void folders_are_known_by_their_names(void)
{
	static const char *const named[] = { "HOME=/root",	   "HOME=",
					     "XDG_CONFIG_HOME=/x", "XDG_CONFIG_DIRS=/x",
					     "XDG_DATA_HOME=/x",   "XDG_DATA_DIRS=/x:/y",
					     "XDG_CACHE_HOME=/x",  "FPATH=/x:/y",
					     "BUNDLE_PATH=/x",	   "BUNDLE_APP_CONFIG=/x",
					     "COREPACK_HOME=/x",   "CURL_HOME=/x",
					     "DENO_DIR=/x",	   "HGRCPATH=/x",
					     "WGETRC=/x",	   "RIPGREP_CONFIG_PATH=/x" };
	static const char *const others[] = {
		"",
		"HOME",
		"HOMEBREW=x",
		"home=/x",
		"XHOME=/x",
		"XDG_CONFIG_HOME",
		"CFPATH=/x",
		"PIP_CACHE_DIR=/x",
		"PIP_CONFIG_FILE=/dev/null",
		"CARGO_HOME=/x",
		"XDG_RUNTIME_DIR=/x",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(named); i++) {
		if (!EXPECT(rvm_environ_folder(named[i], strlen(named[i]))))
			NOTE("%s", named[i]);
		EXPECT_EQ(rvm_environ_turns(named[i], strlen(named[i])), RVM_ENVIRON_NONE);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (!EXPECT(!rvm_environ_folder(others[i], strlen(others[i]))))
			NOTE("%s", others[i]);
}

/* make passes its own to all that it starts, where they have no effect. */
static void those_of_make_turn_make(void)
{
	static const char *const text[] = { "MAKEFLAGS=--eval=x", "GNUMAKEFLAGS=", "MFLAGS=-k" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(text); i++)
		EXPECT_EQ(rvm_environ_turns(text[i], strlen(text[i])), RVM_ENVIRON_MAKE);
	EXPECT(rvm_environ_turns_program(RVM_ENVIRON_MAKE, "make", 4));
	EXPECT(rvm_environ_turns_program(RVM_ENVIRON_MAKE, "gmake", 5));
	EXPECT(!rvm_environ_turns_program(RVM_ENVIRON_MAKE, "gcc", 3));
	EXPECT(!rvm_environ_turns_program(RVM_ENVIRON_MAKE, "", 0));
	EXPECT(rvm_environ_turns_program(RVM_ENVIRON_ANY, "gcc", 3));
	EXPECT(!rvm_environ_turns_program(RVM_ENVIRON_NONE, "make", 4));
}

/* Of a long variable no more than this is kept. */
static void what_is_kept_of_a_variable_is_enough(void)
{
	static const char option[] = "NODE_OPTIONS=--max-old-space-size=";
	char *kept = malloc(RVM_ENVIRON_BYTES);

	/* What comes after the digits is not seen. */
	memset(kept, '0', RVM_ENVIRON_BYTES);
	memcpy(kept, option, strlen(option));
	EXPECT_EQ(rvm_environ_turns(kept, RVM_ENVIRON_BYTES), RVM_ENVIRON_ANY);
	EXPECT(!rvm_environ_turns(kept, RVM_ENVIRON_BYTES - 1));
	EXPECT(!rvm_environ_turns(kept, 5));
	EXPECT(!rvm_environ_turns(kept, 0));
	free(kept);
}

/* A name that means something, mostly, with a letter changed, cut off, or with more behind it. */
static size_t draw_variable(char *text, size_t size)
{
	static const char letters[] = "=_AHMXZ[`az{\xff";
	const char *name = turning[unit_random() % ARRAY_SIZE(turning)][unit_random() % 12];
	size_t len;

	switch (unit_random() % 4) {
	case 0:
		name = for_make[unit_random() % ARRAY_SIZE(for_make)];
		break;
	case 1:
		name = folders[unit_random() % ARRAY_SIZE(folders)];
		break;
	}
	snprintf(text, size, "%s%s", name ? name : "TERM=", unit_random() % 2 ? "x" : "");
	len = strlen(text);
	if (unit_random() % 2)
		text[unit_random() % len] = letters[unit_random() % (sizeof(letters) - 1)];
	return unit_random() % 4 ? len : unit_random() % (len + 1);
}

static void what_matters_is_told_by_two_letters(void)
{
	unsigned int i, matters = 0, not = 0;
	char text[64];

	for (i = 0; i < 100000; i++) {
		size_t len = draw_variable(text, sizeof(text));
		bool says = rvm_environ_turns(text, len) || rvm_environ_folder(text, len);

		if (!EXPECT(rvm_environ_matters(text, len) || !says))
			NOTE("%.*s", (int)len, text);
		matters += says;
		not += !rvm_environ_matters(text, len);
	}
	EXPECT(matters > 10000 && not > 10000);
}

int main(void)
{
	RUN(variables_that_carry_code_turn);
	RUN(others_do_not);
	RUN(folders_are_known_by_their_names);
	RUN(those_of_make_turn_make);
	RUN(what_is_kept_of_a_variable_is_enough);
	RUN(what_matters_is_told_by_two_letters);
	return unit_done();
}
