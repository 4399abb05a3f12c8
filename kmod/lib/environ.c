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
 * With "=" the whole name, without it the beginning of one.  ENV is not here:
 * shells obey it only when they talk to a person, and "ENV=test" is common.
 */
static const char *const turning[] = {
	/* Shells.  PS4 is expanded, commands in it too, once SHELLOPTS says xtrace. */
	"BASH_ENV=",
	"BASH_FUNC_",
	"SHELLOPTS=",
	"BASHOPTS=",
	"PS4=",
	/* Python, Perl, Ruby */
	"PYTHONPATH=",
	"PYTHONHOME=",
	"PYTHONSTARTUP=",
	"PYTHONINSPECT=",
	"PYTHONUSERBASE=",
	"PYTHONBREAKPOINT=",
	"PYTHONPLATLIBDIR=",
	"PYTHONPYCACHEPREFIX=",
	"PYTHONWARNINGS=",
	"PYTHONEXECUTABLE=",
	"PERL5LIB=",
	"PERLLIB=",
	"PERL5OPT=",
	"PERL5DB=",
	"RUBYLIB=",
	"RUBYOPT=",
	"GEM_HOME=",
	"GEM_PATH=",
	"BUNDLE_GEMFILE=",
	/* Node, Java, .NET, PHP, R */
	"NODE_OPTIONS=",
	"NODE_PATH=",
	"NODE_COMPILE_CACHE=",
	"NODE_REPL_EXTERNAL_MODULE=",
	"JAVA_TOOL_OPTIONS=",
	"_JAVA_OPTIONS=",
	"JDK_JAVA_OPTIONS=",
	"CLASSPATH=",
	"ANT_OPTS=",
	"GRADLE_OPTS=",
	"MAVEN_OPTS=",
	"DOTNET_STARTUP_HOOKS=",
	"PHPRC=",
	"PHP_INI_SCAN_DIR=",
	"R_PROFILE",
	"R_ENVIRON",
	"R_LIBS",
	/* Erlang, Elixir, Julia, Guile, Emacs, vi */
	"ERL_AFLAGS=",
	"ERL_FLAGS=",
	"ERL_ZFLAGS=",
	"ERL_LIBS=",
	"ELIXIR_ERL_OPTIONS=",
	"JULIA_LOAD_PATH=",
	"JULIA_DEPOT_PATH=",
	"GUILE_LOAD_PATH=",
	"GUILE_LOAD_COMPILED_PATH=",
	"EMACSLOADPATH=",
	"VIMINIT=",
	"GVIMINIT=",
	"EXINIT=",
	/* Lua, Tcl, awk */
	"LUA_INIT",
	"LUA_PATH",
	"LUA_CPATH",
	"TCLLIBPATH=",
	"AWKPATH=",
	"AWKLIBPATH=",
	/* make, tar */
	"MAKEFILES=",
	"TAR_OPTIONS=",
	/* The loader, which does not need to be asked. */
	"LD_PRELOAD=",
	"LD_AUDIT=",
	"LD_LIBRARY_PATH=",
	"GCONV_PATH=",
};

/* Each exec asks this for each variable and name; most differ in the first byte. */
static bool begins_with(const char *text, size_t len, const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i >= len || text[i] != name[i])
			return false;
	return true;
}

static bool is_among(const char *text, size_t len, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (begins_with(text, len, names[i]))
			return true;
	return false;
}

enum rvm_environ rvm_environ_turns(const char *text, size_t len)
{
	if (is_among(text, len, turning, ARRAY_SIZE(turning)))
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
