// SPDX-License-Identifier: GPL-2.0-only
/* Variables that make a program run other code than its arguments say. */
#include <linux/string.h>

#include "lib/pattern/environ.h"

/* Only make obeys these, and it passes them to all that it starts. */
static const char *const for_make[] = {
	"MAKEFLAGS=",
	"GNUMAKEFLAGS=",
	"MFLAGS=",
};

/* Directories and files with settings and modules, which users have and container images set. */
static const char *const folders[] = {
	"HOME=",
	"XDG_CONFIG_HOME=",
	"XDG_CONFIG_DIRS=",
	"XDG_DATA_HOME=",
	"XDG_DATA_DIRS=",
	"XDG_CACHE_HOME=",
	"BUNDLE_APP_CONFIG=",
	"BUNDLE_PATH=",
	"COREPACK_HOME=",
	"CURL_HOME=",
	"DENO_DIR=",
	"FPATH=",
	"HGRCPATH=",
	"RIPGREP_CONFIG_PATH=",
	"WGETRC=",
};

/*
 * By the first letter, because each exec asks about each of its variables.  With "=" it
 * is a whole name, without it the beginning of one.  ENV is not here: shells obey it only
 * when they talk to a person, and "ENV=test" is common.  PS4 is: it is expanded, commands
 * in it too, once SHELLOPTS says xtrace.  The loader's are too, though it does not need
 * to be asked.  For python it is every variable, whatever the next version adds, except
 * those known to be harmless.
 */
static const char *const turning[][12] = {
	['A' - 'A'] = { "ANT_OPTS=", "ANT_ARGS=", "AWKPATH=", "AWKLIBPATH=", "ANSIBLE_" },
	['B' - 'A'] = { "BASH_ENV=", "BASH_FUNC_",
			"BASHOPTS=", "BUNDLE_GEMFILE=", "BUN_OPTIONS=", "BUN_INSPECT_PRELOAD=" },
	['C' - 'A'] = { "CLASSPATH=", "CORECLR_PROFILER",
			"CAML_LD_LIBRARY_PATH=", "CAMLLIB=", "CMAKE_TOOLCHAIN_FILE=",
			"CMAKE_PREFIX_PATH=", "COMPOSER_HOME=", "CCC_OVERRIDE_OPTIONS=" },
	['D' - 'A'] = { "DOTNET_STARTUP_HOOKS=", "DOTNET_ADDITIONAL_DEPS=", "DOTNET_SHARED_" },
	['E' - 'A'] = { "ERL_AFLAGS=", "ERL_FLAGS=", "ERL_ZFLAGS=", "ERL_LIBS=", "ERL_ROOTDIR=",
			"ELIXIR_ERL_OPTIONS=", "EMACSLOADPATH=", "EMACSDATA=", "EXINIT=" },
	['G' - 'A'] = { "GEM_HOME=", "GEM_PATH=", "GRADLE_OPTS=", "GRADLE_USER_HOME=", "GUILE_",
			"GVIMINIT=", "GCONV_PATH=" },
	['I' - 'A'] = { "IPYTHONDIR=" },
	['J' - 'A'] = { "JAVA_TOOL_OPTIONS=", "JAVA_OPTS=", "JDK_JAVA_OPTIONS=", "JULIA_LOAD_PATH=",
			"JULIA_DEPOT_PATH=", "JULIA_PROJECT=", "JULIA_BINDIR=", "JRUBY_OPTS=",
			"JUPYTER_" },
	['L' - 'A'] = { "LUA_INIT", "LUA_PATH", "LUA_CPATH",
			"LD_PRELOAD=", "LD_AUDIT=", "LD_LIBRARY_PATH=", "LEIN_" },
	['M' - 'A'] = { "MAVEN_OPTS=", "MAVEN_ARGS=", "MAKEFILES=", "MIX_EXS=", "MIX_HOME=" },
	['N' - 'A'] = { "NODE_OPTIONS=", "NODE_PATH=", "NODE_COMPILE_CACHE=",
			"NODE_REPL_EXTERNAL_MODULE=", "NPM_CONFIG_NODE_OPTIONS=" },
	['O' - 'A'] = { "OCAMLLIB=" },
	['P' - 'A'] = { "PS4=", "PYTHON", "PERL5LIB=", "PERLLIB=", "PERL5OPT=", "PERL5DB=",
			"PHPRC=", "PHP_INI_SCAN_DIR=", "PYTEST_ADDOPTS=", "PYTEST_PLUGINS=",
			"PSModulePath=" },
	['R' - 'A'] = { "RUBYLIB=", "RUBYOPT=", "RUBYPATH=", "R_PROFILE", "R_ENVIRON", "R_LIBS",
			"R_HOME=", "R_DEFAULT_PACKAGES=", "RUBYGEMS_GEMDEPS=" },
	['S' - 'A'] = { "SHELLOPTS=", "SBT_OPTS=" },
	['T' - 'A'] = { "TCL", "TK_LIBRARY=", "TAR_OPTIONS=" },
	['V' - 'A'] = { "VIMINIT=", "VIMRUNTIME=", "VIM=" },
	['Y' - 'A'] = { "YARN_PLUGINS=", "YARN_RC_FILENAME=" },
	['Z' - 'A'] = { "ZDOTDIR=" },
	['_' - 'A'] = { "_JAVA_OPTIONS=" },
	['a' - 'A'] = { "autom4te_perllibdir=" },
	['n' - 'A'] = { "npm_config_node_options=" },
};

/* A bit for each letter; two that are 64 apart have the same one. */
#define LETTER(c) (1ULL << ((c) % 64))

/*
 * Second letters of all names above, by the first.  Each exec asks about each of its
 * variables, and most are ruled out by two letters.
 */
static const u64 second[] = {
	['A' - 'A'] = LETTER('N') | LETTER('W'),
	['B' - 'A'] = LETTER('A') | LETTER('U'),
	['C' - 'A'] = LETTER('A') | LETTER('C') | LETTER('L') | LETTER('M') | LETTER('O') |
		      LETTER('U'),
	['D' - 'A'] = LETTER('E') | LETTER('O'),
	['E' - 'A'] = LETTER('L') | LETTER('M') | LETTER('R') | LETTER('X'),
	['F' - 'A'] = LETTER('P'),
	['G' - 'A'] = LETTER('C') | LETTER('E') | LETTER('N') | LETTER('R') | LETTER('U') |
		      LETTER('V'),
	['H' - 'A'] = LETTER('G') | LETTER('O'),
	['I' - 'A'] = LETTER('P'),
	['J' - 'A'] = LETTER('A') | LETTER('D') | LETTER('R') | LETTER('U'),
	['L' - 'A'] = LETTER('D') | LETTER('E') | LETTER('U'),
	['M' - 'A'] = LETTER('A') | LETTER('F') | LETTER('I'),
	['N' - 'A'] = LETTER('O') | LETTER('P'),
	['O' - 'A'] = LETTER('C'),
	['P' - 'A'] = LETTER('E') | LETTER('H') | LETTER('S') | LETTER('Y'),
	['R' - 'A'] = LETTER('I') | LETTER('U') | LETTER('_'),
	['S' - 'A'] = LETTER('B') | LETTER('H'),
	['T' - 'A'] = LETTER('A') | LETTER('C') | LETTER('K'),
	['V' - 'A'] = LETTER('I'),
	['W' - 'A'] = LETTER('G'),
	['X' - 'A'] = LETTER('D'),
	['Y' - 'A'] = LETTER('A'),
	['Z' - 'A'] = LETTER('D'),
	['_' - 'A'] = LETTER('J'),
	['a' - 'A'] = LETTER('u'),
	['n' - 'A'] = LETTER('p'),
};

/* Python variables for amounts, looks or origin only; container images set some. */
static const char *const harmless[] = {
	"PYTHON_BASIC_REPL=",  "PYTHON_COLORS=",
	"PYTHON_CPU_COUNT=",   "PYTHON_GET_PIP_SHA256=",
	"PYTHON_GET_PIP_URL=", "PYTHON_GIL=",
	"PYTHON_HISTORY=",     "PYTHON_JIT=",
	"PYTHON_PIP_VERSION=", "PYTHON_SETUPTOOLS_VERSION=",
	"PYTHON_SHA256=",      "PYTHON_VERSION=",
	"PYTHONASYNCIODEBUG=", "PYTHONCOERCECLOCALE=",
	"PYTHONDEVMODE=",      "PYTHONDONTWRITEBYTECODE=",
	"PYTHONFAULTHANDLER=", "PYTHONHASHSEED=",
	"PYTHONIOENCODING=",   "PYTHONMALLOC=",
	"PYTHONNOUSERSITE=",   "PYTHONOPTIMIZE=",
	"PYTHONSAFEPATH=",     "PYTHONTRACEMALLOC=",
	"PYTHONUNBUFFERED=",   "PYTHONUTF8=",
	"PYTHONVERBOSE=",
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

bool rvm_environ_matters(const char *text, size_t len)
{
	size_t letter;

	if (len < 2 || text[0] < 'A')
		return false;
	letter = text[0] - 'A';
	return letter < ARRAY_SIZE(second) && second[letter] & LETTER(text[1]);
}

/* The memory limit of node, which many set: one option, which must be seen up to its end. */
static bool is_memory_of_node(const char *text, size_t len)
{
	static const char *const names[] = { "NODE_OPTIONS=--max-old-space-size=",
					     "NODE_OPTIONS=--max_old_space_size=" };
	size_t i, at = strlen(names[0]);

	if (!is_among(text, len, names, ARRAY_SIZE(names)) || len >= RVM_ENVIRON_BYTES)
		return false;
	for (i = at; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > at;
}

const char *rvm_environ_folder(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++)
		if (begins_with(text, len, folders[i]))
			return folders[i];
	return NULL;
}

enum rvm_environ rvm_environ_turns(const char *text, size_t len)
{
	size_t letter;

	if (!len || text[0] < 'A')
		return RVM_ENVIRON_NONE;
	letter = text[0] - 'A';
	if (letter >= ARRAY_SIZE(turning))
		return RVM_ENVIRON_NONE;
	if (is_among(text, len, for_make, ARRAY_SIZE(for_make)))
		return RVM_ENVIRON_MAKE;
	if (!is_among(text, len, turning[letter], ARRAY_SIZE(turning[0])))
		return RVM_ENVIRON_NONE;
	if (is_among(text, len, harmless, ARRAY_SIZE(harmless)) || is_memory_of_node(text, len))
		return RVM_ENVIRON_NONE;
	return RVM_ENVIRON_ANY;
}

bool rvm_environ_turns_program(enum rvm_environ environ, const char *name, size_t len)
{
	static const char make[] = "make";
	size_t size = sizeof(make) - 1;

	if (environ == RVM_ENVIRON_MAKE)
		return len >= size && !memcmp(name + len - size, make, size);
	return environ == RVM_ENVIRON_ANY;
}
