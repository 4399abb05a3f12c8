// SPDX-License-Identifier: GPL-2.0-only
/* FLAGS OUTER 0xff INNER 0xff NAME/NAME/...: the texts are globs, words, tools and names. */
#include "fuzz.h"
#include "lib/pattern/argv.h"
#include "lib/token/contain.h"
#include "lib/token/scope.h"

#define DEPTH 64

const char *const fuzz_words[] = { "a",	   "b",	    "*",    "**",    "/",  "/**/",
				   "?",	   "[ab]",  "[!a]", "[a-z]", "\\", ".",
				   "\xff", "mcp__", "__",   "a/b",   NULL };

struct text {
	char *text;
	size_t len;
};

static int anchor;

static struct rvm_scope scope_of(enum rvm_class class, u32 flags, const struct text *text)
{
	return (struct rvm_scope){
		.class = class,
		.flags = flags,
		.anchor = &anchor,
		.text = text->text,
		.len = text->len,
	};
}

static bool narrow(const struct rvm_scope *outer, struct rvm_scope *inner)
{
	const struct rvm_token_core source = { .scope = outer, .rights = RVM_RIGHT_EXECUTE };

	return rvm_scope_narrow(&source, inner);
}

/* Names between slashes, leaf first; none is empty. */
static unsigned int split(const struct text *path, struct rvm_name *names)
{
	unsigned int n = 0;
	size_t end = path->len, begin;

	for (; end && n < DEPTH; end = begin ? begin - 1 : 0) {
		for (begin = end; begin && path->text[begin - 1] != '/'; begin--)
			;
		if (begin < end && end - begin <= RVM_GLOB_NAME_MAX)
			names[n++] =
				(struct rvm_name){ .text = path->text + begin, .len = end - begin };
	}
	return n;
}

/* 0: not at all; 1: covered; 2: named, too. */
static int covers(const struct rvm_scope *scope, const struct rvm_name *names, unsigned int depth)
{
	enum rvm_glob_match match;

	if (scope->flags & RVM_SCOPE_FLAG_PROC_OWN) {
		if (!depth)
			return 0;
		depth--;
	}
	match = rvm_glob_match(scope->glob, names, depth, false);
	if (match == RVM_GLOB_EXACT && scope->glob->literal &&
	    !(scope->flags & RVM_SCOPE_FLAG_UNNAMED))
		return 2;
	return match == RVM_GLOB_EXACT ||
	       (match == RVM_GLOB_BELOW && !(scope->flags & RVM_SCOPE_FLAG_ALONE));
}

static void check_globs(u8 flags, const struct text *outer, const struct text *inner,
			const struct text *path)
{
	static const u32 kinds[] = { 0, RVM_SCOPE_FLAG_ALONE, RVM_SCOPE_FLAG_PROC_OWN,
				     RVM_SCOPE_FLAG_UNNAMED };
	struct rvm_scope wide = scope_of(RVM_CLASS_PATH, kinds[flags & 3], outer);
	struct rvm_scope thin = scope_of(RVM_CLASS_PATH, kinds[flags >> 2 & 3], inner);
	struct rvm_glob wide_glob, thin_glob;
	struct rvm_name names[DEPTH];
	unsigned int depth = split(path, names), n;

	if (rvm_glob_parse(&wide_glob, outer->text, outer->len, NULL) ||
	    rvm_glob_parse(&thin_glob, inner->text, inner->len, NULL))
		return;
	wide.glob = &wide_glob;
	thin.glob = &thin_glob;
	if (narrow(&wide, &thin))
		for (n = 0; n <= depth; n++)
			FUZZ_CHECK(covers(&thin, names + depth - n, n) <=
				   covers(&wide, names + depth - n, n));
	/* Each lies within itself, but for what is refused because it is too much. */
	thin = scope_of(RVM_CLASS_PATH, wide.flags, outer);
	thin.glob = &wide_glob;
	FUZZ_CHECK(narrow(&wide, &thin) || outer->len > 128);
	FUZZ_CHECK(thin.flags == wide.flags || outer->len > 128);
}

static void check_words(u8 flags, struct text *outer, struct text *inner, struct text *path)
{
	struct text *const all[] = { outer, inner, path };
	struct rvm_scope wide, thin;
	struct rvm_argv argv = {};
	size_t i, k;

	/* Words end with NUL. */
	for (i = 0; i < 3; i++)
		for (k = 0; k < all[i]->len; k++)
			if (all[i]->text[k] == '/')
				all[i]->text[k] = '\0';
	wide = scope_of(RVM_CLASS_EXEC, flags & 1 ? RVM_SCOPE_FLAG_PREFIX : 0, outer);
	thin = scope_of(RVM_CLASS_EXEC, flags & 2 ? RVM_SCOPE_FLAG_PREFIX : 0, inner);
	argv.text = path->text;
	argv.len = path->len;
	argv.truncated = flags & 4;
	if (argv.len && narrow(&wide, &thin) &&
	    rvm_argv_match(thin.text, thin.len, thin.flags & RVM_SCOPE_FLAG_PREFIX, &argv))
		FUZZ_CHECK(rvm_argv_match(wide.text, wide.len, wide.flags & RVM_SCOPE_FLAG_PREFIX,
					  &argv));
}

static void check_names(enum rvm_class class, const struct text *outer, const struct text *inner,
			const struct text *path)
{
	struct rvm_scope wide = scope_of(class, 0, outer), thin = scope_of(class, 0, inner);
	const struct rvm_name name = { .text = path->text, .len = path->len };

	if (outer->len && inner->len && narrow(&wide, &thin) && rvm_scope_covers_name(&thin, &name))
		FUZZ_CHECK(rvm_scope_covers_name(&wide, &name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u8 flags = size ? *data : 0;
	struct text part[3];
	unsigned int i;

	data += !!size;
	size -= !!size;
	for (i = 0; i < 3; i++)
		part[i].text = fuzz_part(&data, &size, &part[i].len);
	if (part[0].len <= RVM_GLOB_BYTES_MAX && part[1].len <= RVM_GLOB_BYTES_MAX) {
		check_globs(flags, &part[0], &part[1], &part[2]);
		check_names(RVM_CLASS_TOOL, &part[0], &part[1], &part[2]);
		check_names(RVM_CLASS_NAME, &part[0], &part[1], &part[2]);
		check_words(flags, &part[0], &part[1], &part[2]);
	}
	for (i = 0; i < 3; i++)
		free(part[i].text);
	return 0;
}
