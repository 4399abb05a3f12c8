// SPDX-License-Identifier: GPL-2.0-only
/* Variables that make a program run other code than its words say. */
#include <linux/string.h>

#include "environ.h"

/* Only make obeys these, and it hands them to all that it starts. */
static const char *const for_make[] = {
	"MAKEFLAGS=",
	"GNUMAKEFLAGS=",
	"MFLAGS=",
};

/*
 * By the first letter, for each exec asks for each of its variables.  With "=" the
 * whole name, without it the beginning of one.  ENV is not here: shells obey it only
 * when they talk to a person, and "ENV=test" is common.  PS4 is: it is expanded,
 * commands in it too, once SHELLOPTS says xtrace.  The loader's are, though it does
 * not need to be asked.
 */
static const char *const turning[][18] = {
	['A' - 'A'] = { "ANT_OPTS=", "AWKPATH=", "AWKLIBPATH=" },
	['B' - 'A'] = { "BASH_ENV=", "BASH_FUNC_", "BASHOPTS=", "BUNDLE_GEMFILE=" },
	['C' - 'A'] = { "CLASSPATH=" },
	['D' - 'A'] = { "DOTNET_STARTUP_HOOKS=" },
	['E' - 'A'] = { "ERL_AFLAGS=", "ERL_FLAGS=", "ERL_ZFLAGS=", "ERL_LIBS=",
			"ELIXIR_ERL_OPTIONS=", "EMACSLOADPATH=", "EXINIT=" },
	['G' - 'A'] = { "GEM_HOME=", "GEM_PATH=", "GRADLE_OPTS=", "GUILE_LOAD_PATH=",
			"GUILE_LOAD_COMPILED_PATH=", "GVIMINIT=", "GCONV_PATH=" },
	['J' - 'A'] = { "JAVA_TOOL_OPTIONS=", "JDK_JAVA_OPTIONS=", "JULIA_LOAD_PATH=",
			"JULIA_DEPOT_PATH=" },
	['L' - 'A'] = { "LUA_INIT", "LUA_PATH", "LUA_CPATH",
			"LD_PRELOAD=", "LD_AUDIT=", "LD_LIBRARY_PATH=" },
	['M' - 'A'] = { "MAVEN_OPTS=", "MAKEFILES=" },
	['N' - 'A'] = { "NODE_OPTIONS=", "NODE_PATH=", "NODE_COMPILE_CACHE=",
			"NODE_REPL_EXTERNAL_MODULE=" },
	['P' - 'A'] = { "PS4=", "PYTHONPATH=", "PYTHONHOME=", "PYTHONSTARTUP=", "PYTHONINSPECT=",
			"PYTHONUSERBASE=", "PYTHONBREAKPOINT=", "PYTHONPLATLIBDIR=",
			"PYTHONPYCACHEPREFIX=", "PYTHONWARNINGS=", "PYTHONEXECUTABLE=", "PERL5LIB=",
			"PERLLIB=", "PERL5OPT=", "PERL5DB=", "PHPRC=", "PHP_INI_SCAN_DIR=" },
	['R' - 'A'] = { "RUBYLIB=", "RUBYOPT=", "R_PROFILE", "R_ENVIRON", "R_LIBS" },
	['S' - 'A'] = { "SHELLOPTS=" },
	['T' - 'A'] = { "TCLLIBPATH=", "TAR_OPTIONS=" },
	['V' - 'A'] = { "VIMINIT=" },
	['_' - 'A'] = { "_JAVA_OPTIONS=" },
};

static bool begins_with(const char *text, size_t len, const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i >= len || text[i] != name[i])
			return false;
	return true;
}

static bool is_among(const char *text, size_t len, const char *const *names, size_t most)
{
	size_t i;

	for (i = 0; i < most && names[i]; i++)
		if (begins_with(text, len, names[i]))
			return true;
	return false;
}

enum rvm_environ rvm_environ_turns(const char *text, size_t len)
{
	size_t letter;

	if (!len || text[0] < 'A')
		return RVM_ENVIRON_NONE;
	letter = text[0] - 'A';
	if (letter >= ARRAY_SIZE(turning))
		return RVM_ENVIRON_NONE;
	if (is_among(text, len, turning[letter], ARRAY_SIZE(turning[0])))
		return RVM_ENVIRON_ANY;
	if (is_among(text, len, for_make, ARRAY_SIZE(for_make)))
		return RVM_ENVIRON_MAKE;
	return RVM_ENVIRON_NONE;
}

bool rvm_environ_turns_program(enum rvm_environ environ, const char *name, size_t len)
{
	static const char make[] = "make";
	size_t size = sizeof(make) - 1;

	if (environ == RVM_ENVIRON_MAKE)
		return len >= size && !memcmp(name + len - size, make, size);
	return environ == RVM_ENVIRON_ANY;
}
