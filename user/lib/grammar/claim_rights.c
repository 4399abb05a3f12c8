// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/string.h>

#include "grammar/claim_rights.h"
#include "lib/model/rights.h"

/* Bytes with a length: a NUL is a byte like others. */
struct text {
	const char *s;
	size_t len;
};

static bool is(const struct text *t, const char *word)
{
	return t->len == strlen(word) && !memcmp(t->s, word, t->len);
}

static bool starts_with(const struct text *t, const char *word)
{
	size_t n = strlen(word);

	return t->len >= n && !memcmp(t->s, word, n);
}

static bool ends_in(const struct text *t, const char *word)
{
	size_t n = strlen(word);

	return t->len >= n && !memcmp(t->s + t->len - n, word, n);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_word_char(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The first word of @t is @word, which is in lower case; only ASCII is folded. */
static bool first_word_is(const struct text *t, const char *word)
{
	size_t n = strlen(word);
	size_t i;

	if (t->len < n)
		return false;
	for (i = 0; i < n; i++) {
		if (lower(t->s[i]) != word[i])
			return false;
	}
	return t->len == n || !is_word_char(t->s[n]);
}

static u8 capability_rights(const struct text *t)
{
	if (is(t, "*") || is(t, "*.*"))
		return RVM_RIGHTS_ALL;
	if (ends_in(t, ".read"))
		return RVM_RIGHT_READ;
	if (ends_in(t, ".write"))
		return RVM_RIGHT_WRITE;
	if (ends_in(t, ".grant"))
		return RVM_RIGHT_GRANT;
	if (ends_in(t, ".revoke"))
		return RVM_RIGHT_REVOKE;
	/* No dot after "invoke", and before the suffixes below: the adapter has it so. */
	if (ends_in(t, ".execute") || starts_with(t, "tool.invoke"))
		return RVM_RIGHT_EXECUTE;
	if (ends_in(t, ".prove"))
		return RVM_RIGHT_PROVE;
	if (ends_in(t, ".grant_once"))
		return RVM_RIGHT_GRANT_ONCE;
	if (ends_in(t, ".*"))
		return RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE;
	return RVM_RIGHT_READ;
}

static u8 permission_rights(const struct text *t)
{
	if (is(t, "*") || is(t, "*:*") || is(t, "*.*"))
		return RVM_RIGHTS_ALL;
	if (first_word_is(t, "read"))
		return RVM_RIGHT_READ;
	if (first_word_is(t, "write") || first_word_is(t, "edit") || first_word_is(t, "multiedit"))
		return RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	return RVM_RIGHT_EXECUTE;
}

void rvm_derive_capability(const char *cap, size_t len, u8 *rights, u8 *tier)
{
	const struct text t = { cap, len };

	*rights = capability_rights(&t);
	*tier = rvm_rights_tier(*rights);
}

void rvm_derive_permission(const char *pat, size_t len, u8 *rights, u8 *tier)
{
	const struct text t = { pat, len };

	*rights = permission_rights(&t);
	*tier = rvm_rights_tier(*rights);
}
