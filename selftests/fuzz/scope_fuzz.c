// SPDX-License-Identifier: GPL-2.0-only
/* A resource; its first byte says the rights as well. */
#include <errno.h>

#include "fuzz.h"
#include "grammar/scope_parse.h"
#include "lib/model/rights.h"
#include "lib/token/scope.h"

const char *const fuzz_words[] = {
	"Read(",     "Bash(",	 "WebFetch(",	"domain:", ")",	    "*",     "**",   "/",
	"./",	     "../",	 "~/",		"net:",	   "unix:", "path:", "run:", "file:",
	"exec:",     "mcp__x__", "git",		" ",	   "a",	    "Edit",  "Glob", "Task",
	"1.2.3.4:5", "@",	 "//proc/self", "name:",   "\n",    "tcp:",  NULL
};

static bool holds(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word), i;

	for (i = 0; i + n <= len; i++)
		if (!memcmp(text + i, word, n))
			return true;
	return false;
}

static bool holds_control(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((u8)text[i] < 0x20 || text[i] == 0x7f)
			return true;
	return false;
}

static void check_path(const struct rvm_scope_spec *spec)
{
	char name[RVM_RESOURCE_BYTES_MAX + 2];

	FUZZ_CHECK(!holds_control(spec->text, spec->len));
	name[0] = '/';
	memcpy(name + 1, spec->text, spec->len);
	name[spec->len + 1] = '/';
	FUZZ_CHECK(!holds(name, spec->len + 2, "/../") && !holds(name, spec->len + 2, "/./"));
	FUZZ_CHECK(!spec->len || !holds(name, spec->len + 2, "//"));
	FUZZ_CHECK(!spec->anywhere ||
		   (spec->base == RVM_SCOPE_BASE_WORKSPACE && !memchr(spec->text, '/', spec->len)));
	if (spec->flags & RVM_SCOPE_FLAG_PROC_OWN)
		FUZZ_CHECK(spec->base == RVM_SCOPE_BASE_ROOT &&
			   !memcmp(spec->text, "proc/self", 9));
}

static void check_spec(const struct rvm_scope_spec *spec, u8 rights)
{
	FUZZ_CHECK(spec->class > RVM_CLASS_NONE && spec->class < RVM_CLASS_SYS);
	FUZZ_CHECK(spec->class != RVM_CLASS_SELF);
	FUZZ_CHECK(spec->text);
	if (spec->class == RVM_CLASS_PATH)
		check_path(spec);
	if (spec->class == RVM_CLASS_EXEC || spec->class == RVM_CLASS_NET)
		FUZZ_CHECK(spec->len && !memchr(spec->text, 0, spec->len));
	if (spec->class == RVM_CLASS_ANY && spec->len > 1)
		FUZZ_CHECK(rights == RVM_RIGHTS_ALL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rvm_scope_spec spec;
	const char *why = NULL;
	size_t at = SIZE_MAX;
	char *text;
	u8 rights;
	int err;

	if (!size)
		return 0;
	rights = data[0] & 1 ? RVM_RIGHTS_ALL : data[0] & RVM_RIGHTS_ALL;
	text = fuzz_exact(data, size);
	err = rvm_scope_parse(&spec, text, size, rights, &at, &why);
	if (err) {
		FUZZ_CHECK(err == -EINVAL || err == -E2BIG);
		FUZZ_CHECK(at <= size && why && *why);
		FUZZ_CHECK(rvm_scope_parse(&spec, text, size, rights, NULL, NULL) == err);
	} else {
		check_spec(&spec, rights);
	}
	free(text);
	return 0;
}
