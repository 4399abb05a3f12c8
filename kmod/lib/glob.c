// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs on names below an anchor: a set of states, one for each segment, goes
 * down the names once.
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

static bool is_deep(const char *seg, size_t len)
{
	return len == 2 && seg[0] == '*' && seg[1] == '*';
}

/* Bytes of the set that begins at seg[0] == '[', both brackets included; 0 if it is open. */
static size_t set_len(const char *seg, size_t len)
{
	size_t i = 1;

	if (i < len && (seg[i] == '!' || seg[i] == '^'))
		i++;
	/* The first member may be a "]". */
	for (i++; i < len; i++)
		if (seg[i] == ']')
			return i + 1;
	return 0;
}

/* "[:" would be a named class, which there is not; reading it as bytes would surprise. */
static bool names_class(const char *set, size_t len)
{
	size_t i;

	for (i = 1; i + 1 < len; i++)
		if (set[i] == '[' && set[i + 1] == ':')
			return true;
	return false;
}

/* Check one segment from @begin to @end; counts its stars, tells if it is a plain name. */
static int check_segment(const char *text, size_t begin, size_t end, bool *literal, size_t *at)
{
	const char *seg = text + begin;
	size_t len = end - begin, i, n;
	unsigned int stars = 0;

	if (!len || (len == 1 && seg[0] == '.') || (len == 2 && seg[0] == '.' && seg[1] == '.'))
		return fail(at, begin, -EINVAL);
	for (i = 0; i < len; i++) {
		switch (seg[i]) {
		case '\0':
			return fail(at, begin + i, -EINVAL);
		case '\\':
			if (++i == len || !seg[i])
				return fail(at, begin + i - 1, -EINVAL);
			continue;
		case '[':
			n = set_len(seg + i, len - i);
			if (!n || names_class(seg + i, n) || memchr(seg + i, '\0', n))
				return fail(at, begin + i, -EINVAL);
			i += n - 1;
			break;
		case '*':
			if (++stars > RVM_GLOB_STARS_MAX)
				return fail(at, begin + i, -E2BIG);
			break;
		case '?':
			break;
		default:
			continue;
		}
		*literal = false;
	}
	return 0;
}

int rvm_glob_parse(struct rvm_glob *glob, const char *text, size_t len, size_t *at)
{
	size_t begin, end;
	int err;

	if (len > RVM_GLOB_BYTES_MAX)
		return fail(at, RVM_GLOB_BYTES_MAX, -E2BIG);
	memset(glob, 0, sizeof(*glob));
	glob->text = text;
	glob->len = len;
	glob->literal = true;
	for (begin = 0; len && begin <= len; begin = end + 1) {
		const char *slash = memchr(text + begin, '/', len - begin);

		end = slash ? (size_t)(slash - text) : len;
		if (glob->segments == RVM_GLOB_SEGMENTS_MAX)
			return fail(at, begin, -E2BIG);
		err = check_segment(text, begin, end, &glob->literal, at);
		if (err)
			return err;
		if (is_deep(text + begin, end - begin))
			glob->deep |= BIT_ULL(glob->segments);
		glob->start[glob->segments++] = begin;
	}
	return 0;
}

static u8 fold(u8 c, bool nocase)
{
	return nocase && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static u8 swap_case(u8 c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return c ^ ('a' - 'A');
	return c;
}

static bool set_holds(const char *set, size_t len, u8 c)
{
	size_t i = 1, last = len - 1;
	bool inverted = set[1] == '!' || set[1] == '^';
	bool found = false;

	for (i += inverted; i < last; i++) {
		u8 low = set[i], high = low;

		if (i + 2 < last && set[i + 1] == '-') {
			high = set[i + 2];
			i += 2;
		}
		found |= c >= low && c <= high;
	}
	return found != inverted;
}

static bool set_holds_either(const char *set, size_t len, u8 c, bool nocase)
{
	bool inverted = set[1] == '!' || set[1] == '^';
	bool holds = set_holds(set, len, c);

	if (!nocase)
		return holds;
	/* Of an inverted set both cases must be missing. */
	return inverted ? holds && set_holds(set, len, swap_case(c)) :
			  holds || set_holds(set, len, swap_case(c));
}

/* Does what stands at seg[*pos], a star excepted, take @c?  Moves on if it does. */
static bool take_byte(const char *seg, size_t len, size_t *pos, u8 c, bool nocase)
{
	size_t i = *pos, n = 1;
	bool fits;

	if (i == len)
		return false;
	switch (seg[i]) {
	case '?':
		fits = true;
		break;
	case '[':
		n = set_len(seg + i, len - i);
		fits = n && set_holds_either(seg + i, n, c, nocase);
		break;
	case '\\':
		n = 2;
		fits = i + 1 < len && fold(seg[i + 1], nocase) == fold(c, nocase);
		break;
	default:
		fits = fold(seg[i], nocase) == fold(c, nocase);
	}
	if (fits)
		*pos = i + n;
	return fits;
}

/*
 * Only the last star has to be tried again: what an earlier one could take
 * more, the last can take too.  Each retry begins one byte later in the name,
 * so this ends whatever the bytes of the name do meanwhile.
 */
bool rvm_glob_match_name(const char *seg, size_t seg_len, const struct rvm_name *name, bool nocase)
{
	size_t star = seg_len, retry = 0, pos = 0, i = 0;
	size_t len = name->len;

	while (i < len) {
		if (pos < seg_len && seg[pos] == '*') {
			star = pos++;
			retry = i;
		} else if (take_byte(seg, seg_len, &pos, name->text[i], nocase)) {
			i++;
		} else if (star < seg_len) {
			pos = star + 1;
			i = ++retry;
		} else {
			return false;
		}
	}
	while (pos < seg_len && seg[pos] == '*')
		pos++;
	return pos == seg_len;
}

/* "**" takes no name as well: who stands before it also stands behind it. */
static u64 pass_deep(const struct rvm_glob *glob, u64 states)
{
	u64 more;

	/* A carry through the bits of a run of "**" sets them all and the one behind. */
	while ((more = ((states & glob->deep) << 1) & ~states))
		states |= more;
	return states;
}

static size_t segment_len(const struct rvm_glob *glob, unsigned int n)
{
	size_t end = n + 1U < glob->segments ? glob->start[n + 1] - 1U : glob->len;

	return end - glob->start[n];
}

static u64 step(const struct rvm_glob *glob, u64 states, const struct rvm_name *name, bool nocase)
{
	u64 next = states & glob->deep;
	unsigned int n;

	for (n = 0; n < glob->segments; n++) {
		if (!(states & ~glob->deep & BIT_ULL(n)))
			continue;
		if (rvm_glob_match_name(glob->text + glob->start[n], segment_len(glob, n), name,
					nocase))
			next |= BIT_ULL(n + 1);
	}
	return pass_deep(glob, next);
}

enum rvm_glob_match rvm_glob_match(const struct rvm_glob *glob, const struct rvm_name *names,
				   unsigned int depth, bool nocase)
{
	const u64 end = BIT_ULL(glob->segments);
	u64 states = pass_deep(glob, BIT_ULL(0));
	bool below = false;

	while (depth-- && states) {
		below |= states & end;
		states = step(glob, states, &names[depth], nocase);
	}
	if (states & end)
		return RVM_GLOB_EXACT;
	if (below)
		return RVM_GLOB_BELOW;
	return states ? RVM_GLOB_ABOVE : RVM_GLOB_NONE;
}

u64 rvm_glob_rest(const struct rvm_glob *glob, const struct rvm_name *names, unsigned int depth,
		  bool nocase)
{
	u64 states = pass_deep(glob, BIT_ULL(0)), matched = 0;

	while (depth-- && states) {
		matched |= states & BIT_ULL(glob->segments);
		states = step(glob, states, &names[depth], nocase);
	}
	return states | matched;
}
