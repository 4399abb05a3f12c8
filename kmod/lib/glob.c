// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs on names below an anchor: a state set over the segments, no backtracking.
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "glob.h"

static int fail(size_t *at, size_t where, int err)
{
	if (at)
		*at = where;
	return err;
}

/* Offset behind the "]" of a set that begins at @i, 0 if it never ends. */
static size_t set_end(const char *text, size_t len, size_t i)
{
	i++;
	if (i < len && (text[i] == '!' || text[i] == '^'))
		i++;
	if (i < len && text[i] == ']')
		i++;
	for (; i < len && text[i] != '/'; i++)
		if (text[i] == ']')
			return i + 1;
	return 0;
}

static int check_segment(struct rvm_glob *glob, const char *text, size_t from, size_t to, size_t *at)
{
	unsigned int stars = 0;
	size_t i, end;

	if (from == to)
		return fail(at, from, -EINVAL);
	if ((to - from == 1 && text[from] == '.') ||
	    (to - from == 2 && text[from] == '.' && text[from + 1] == '.'))
		return fail(at, from, -EINVAL);
	for (i = from; i < to; i++) {
		switch (text[i]) {
		case '\0':
			return fail(at, i, -EINVAL);
		case '\\':
			if (++i == to)
				return fail(at, i - 1, -EINVAL);
			break;
		case '[':
			end = set_end(text, to, i);
			if (!end)
				return fail(at, i, -EINVAL);
			glob->literal = false;
			i = end - 1;
			break;
		case '*':
			if (++stars > RVM_GLOB_STARS_MAX)
				return fail(at, i, -E2BIG);
			glob->literal = false;
			break;
		case '?':
			glob->literal = false;
			break;
		}
	}
	return 0;
}

int rvm_glob_parse(struct rvm_glob *glob, const char *text, size_t len, size_t *at)
{
	size_t from = 0, to;
	int err;

	memset(glob, 0, sizeof(*glob));
	glob->text = text;
	glob->literal = true;
	if (len > RVM_GLOB_BYTES_MAX)
		return fail(at, RVM_GLOB_BYTES_MAX, -E2BIG);
	glob->len = len;
	while (len && from <= len) {
		for (to = from; to < len && text[to] != '/'; to++)
			;
		if (glob->segments == RVM_GLOB_SEGMENTS_MAX)
			return fail(at, from, -E2BIG);
		err = check_segment(glob, text, from, to, at);
		if (err)
			return err;
		if (to - from == 2 && text[from] == '*' && text[from + 1] == '*')
			glob->deep |= BIT_ULL(glob->segments);
		glob->start[glob->segments++] = from;
		from = to + 1;
	}
	return 0;
}

static char fold(char c, bool nocase)
{
	return nocase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* One "[...]" at @i against @c; *next is behind it. */
static bool match_set(const char *seg, size_t len, size_t i, char c, bool nocase, size_t *next)
{
	bool negate = false, hit = false, first = true;
	unsigned char lo, hi, folded = fold(c, nocase);

	i++;
	if (i < len && (seg[i] == '!' || seg[i] == '^')) {
		negate = true;
		i++;
	}
	for (; i < len && (first || seg[i] != ']'); first = false) {
		lo = seg[i++];
		hi = lo;
		if (i + 1 < len && seg[i] == '-' && seg[i + 1] != ']') {
			hi = seg[i + 1];
			i += 2;
		}
		if (((unsigned char)c >= lo && (unsigned char)c <= hi) ||
		    (nocase && folded >= fold(lo, true) && folded <= fold(hi, true)))
			hit = true;
	}
	*next = i + 1;
	return hit != negate;
}

/* One element of the segment at @i against @c. */
static bool match_one(const char *seg, size_t len, size_t i, char c, bool nocase, size_t *next)
{
	if (seg[i] == '?') {
		*next = i + 1;
		return true;
	}
	if (seg[i] == '[')
		return match_set(seg, len, i, c, nocase, next);
	if (seg[i] == '\\' && i + 1 < len)
		i++;
	*next = i + 1;
	return fold(seg[i], nocase) == fold(c, nocase);
}

/*
 * The usual two-pointer match: on a mismatch the last star takes one byte
 * more.  Earlier stars never have to be tried again.
 */
bool rvm_glob_match_name(const char *seg, size_t seg_len, const struct rvm_name *name, bool nocase)
{
	size_t i = 0, j = 0, next, star = seg_len, back = 0;
	size_t len = name->len;
	const char *text = name->text;

	while (j < len) {
		if (i < seg_len && seg[i] == '*') {
			star = i++;
			back = j;
			continue;
		}
		if (i < seg_len && match_one(seg, seg_len, i, text[j], nocase, &next)) {
			i = next;
			j++;
			continue;
		}
		if (star == seg_len)
			return false;
		i = star + 1;
		j = ++back;
	}
	while (i < seg_len && seg[i] == '*')
		i++;
	return i >= seg_len;
}

static size_t segment_len(const struct rvm_glob *glob, unsigned int n)
{
	size_t end = n + 1 < glob->segments ? glob->start[n + 1] - 1u : glob->len;

	return end - glob->start[n];
}

/* States reachable without a name: "**" may match none. */
static u64 skip_deep(const struct rvm_glob *glob, u64 set)
{
	unsigned int n;

	for (n = 0; n < glob->segments; n++)
		if (set & glob->deep & BIT_ULL(n))
			set |= BIT_ULL(n + 1);
	return set;
}

static u64 step(const struct rvm_glob *glob, u64 set, const struct rvm_name *name, bool nocase)
{
	unsigned int n;
	u64 after = 0;

	for (n = 0; n < glob->segments; n++) {
		if (!(set & BIT_ULL(n)))
			continue;
		if (glob->deep & BIT_ULL(n))
			after |= BIT_ULL(n);
		else if (rvm_glob_match_name(glob->text + glob->start[n], segment_len(glob, n),
					     name, nocase))
			after |= BIT_ULL(n + 1);
	}
	return skip_deep(glob, after);
}

enum rvm_glob_match rvm_glob_match(const struct rvm_glob *glob, const struct rvm_name *names,
				   unsigned int depth, bool nocase)
{
	u64 done = BIT_ULL(glob->segments);
	u64 set = skip_deep(glob, 1);
	bool below = false;

	while (depth--) {
		below |= set & done;
		set = step(glob, set, &names[depth], nocase);
	}
	if (set & done)
		return RVM_GLOB_EXACT;
	if (below)
		return RVM_GLOB_BELOW;
	return set ? RVM_GLOB_ABOVE : RVM_GLOB_NONE;
}
