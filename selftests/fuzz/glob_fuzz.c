// SPDX-License-Identifier: GPL-2.0-only
/* GLOB 0xff NAME/NAME/... */
#include "fuzz.h"
#include "lib/pattern/glob.h"

#define DEPTH 64

const char *const fuzz_words[] = { "a", "b", "*",  "**", "/",  "/**/", "?",	"[ab]", "[!a-z]",
				   "[", "]", "\\", ".",	 "..", "A",    "a/b/c", NULL };

/* Names between slashes, leaf first; empty ones as they are. */
static unsigned int split(const char *text, size_t len, struct rvm_name *names)
{
	unsigned int n = 0;
	size_t end = len, begin;

	while (len && n < DEPTH) {
		for (begin = end; begin && text[begin - 1] != '/'; begin--)
			;
		names[n].text = text + begin;
		names[n++].len = end - begin;
		if (!begin)
			break;
		end = begin - 1;
	}
	return n;
}

/* What a match above says about the names below. */
static void check_order(const struct rvm_glob *glob, const struct rvm_name *names,
			unsigned int depth, bool nocase)
{
	enum rvm_glob_match above, match = RVM_GLOB_ABOVE;
	struct rvm_leaf_ends ends;
	unsigned int n;

	for (n = 0; n <= depth; n++) {
		above = match;
		match = rvm_glob_match(glob, names + depth - n, n, nocase);
		ends = rvm_glob_ends(names + depth - n, n);
		if (match >= RVM_GLOB_BELOW)
			FUZZ_CHECK(rvm_glob_may_match(glob, &ends));
		if (above == RVM_GLOB_NONE)
			FUZZ_CHECK(match == RVM_GLOB_NONE);
		if (above >= RVM_GLOB_BELOW)
			FUZZ_CHECK(match >= RVM_GLOB_BELOW);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rvm_name names[DEPTH];
	size_t len, names_len, at = 0;
	char *text = fuzz_part(&data, &size, &len);
	char *path = fuzz_part(&data, &size, &names_len);
	struct rvm_glob glob;
	unsigned int depth;

	if (rvm_glob_parse(&glob, text, len, &at)) {
		FUZZ_CHECK(at <= len);
	} else {
		depth = split(path, names_len, names);
		FUZZ_CHECK(glob.segments <= RVM_GLOB_SEGMENTS_MAX);
		check_order(&glob, names, depth, false);
		check_order(&glob, names, depth, true);
	}
	/* A segment that was not parsed must not be read past its end either. */
	if (split(path, names_len, names))
		rvm_glob_match_name(text, len, &names[0], size & 1);
	free(text);
	free(path);
	return 0;
}
