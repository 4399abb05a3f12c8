// SPDX-License-Identifier: GPL-2.0-only
/* Variables that make a program run other code than its words say. */
#include <linux/string.h>

#include "environ.h"

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
	"PERL5LIB=",
	"PERLLIB=",
	"PERL5OPT=",
	"PERL5DB=",
	"RUBYLIB=",
	"RUBYOPT=",
	/* Node, Java, PHP, R */
	"NODE_OPTIONS=",
	"NODE_PATH=",
	"JAVA_TOOL_OPTIONS=",
	"_JAVA_OPTIONS=",
	"JDK_JAVA_OPTIONS=",
	"CLASSPATH=",
	"PHPRC=",
	"PHP_INI_SCAN_DIR=",
	"R_PROFILE",
	"R_ENVIRON",
	/* Lua, Tcl, awk */
	"LUA_INIT",
	"LUA_PATH",
	"LUA_CPATH",
	"TCLLIBPATH=",
	"AWKPATH=",
	"AWKLIBPATH=",
	/* make, tar */
	"MAKEFILES=",
	"MAKEFLAGS=",
	"GNUMAKEFLAGS=",
	"MFLAGS=",
	"TAR_OPTIONS=",
	/* The loader, which does not need to be asked. */
	"LD_PRELOAD=",
	"LD_AUDIT=",
	"LD_LIBRARY_PATH=",
	"GCONV_PATH=",
};

bool rvm_environ_turns(const char *text, size_t len)
{
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(turning); i++) {
		size = strlen(turning[i]);
		if (len >= size && !memcmp(text, turning[i], size))
			return true;
	}
	return false;
}
