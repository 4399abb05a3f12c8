// SPDX-License-Identifier: GPL-2.0-only
/* PATTERN 0xff WORD NUL WORD NUL ... */
#include "fuzz.h"
#include "grammar/argv_parse.h"
#include "lib/pattern/argv.h"

const char *const fuzz_words[] = { "git", "diff", " ",	   "\t",  "*",	":*", " *", "/",
				   "./x", "-a",	  "a*b*c", "abc", "\n", "**", NULL };

static void check_match(const char *pattern, size_t len, const char *text, size_t text_len)
{
	struct rvm_argv argv = { .text = text, .len = text_len };
	bool exact, prefix;

	exact = rvm_argv_match(pattern, len, false, &argv);
	prefix = rvm_argv_match(pattern, len, true, &argv);
	FUZZ_CHECK(!exact || prefix);
	argv.truncated = true;
	FUZZ_CHECK(!rvm_argv_match(pattern, len, false, &argv));
	FUZZ_CHECK(rvm_argv_match(pattern, len, true, &argv) == prefix);
	FUZZ_CHECK(!prefix || !len || rvm_argv_match_rest(pattern, len, true, &argv, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len, vector_len, out_len = 0, counted = 0, at = 0;
	char *text = fuzz_part(&data, &size, &len);
	char *vector = fuzz_part(&data, &size, &vector_len);
	char *out = malloc(len + 1), *words;
	struct rvm_argv own;
	bool prefix;
	int err;

	FUZZ_CHECK(out);
	if (vector_len > RVM_ARGV_BYTES_MAX)
		vector_len = RVM_ARGV_BYTES_MAX;
	err = rvm_argv_parse_pattern(text, len, out, len + 1, &out_len, &prefix, &at);
	FUZZ_CHECK(err == rvm_argv_parse_pattern(text, len, NULL, 0, &counted, &prefix, NULL));
	if (err) {
		FUZZ_CHECK(at <= len);
	} else {
		FUZZ_CHECK(out_len <= len + 1 && out_len == counted);
		words = fuzz_exact(out, out_len);
		check_match(words, out_len, vector, vector_len);
		/* A pattern matches its own words. */
		own = (struct rvm_argv){ .text = words, .len = out_len };
		FUZZ_CHECK(!out_len || rvm_argv_match(words, out_len, false, &own));
		free(words);
	}
	/* A pattern that was not parsed must not be read past its end either. */
	check_match(text, len, vector, vector_len);
	free(text);
	free(vector);
	free(out);
	return 0;
}
