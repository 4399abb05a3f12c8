// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs on names below an anchor: a set of states, one for each segment, is taken through
 * the names once.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/pattern/glob_priv.h"

/* For the test of rvm_glob_steps(), which counts the compared bytes. */
#ifndef RVM_GLOB_COMPARES
#define RVM_GLOB_COMPARES(bytes) ((void)(bytes))
#endif

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

/* Length of the set that begins at seg[0] == '[', with both brackets; 0 if it is not closed. */
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

/* "[:" would begin a named class; there are none, and reading it as bytes would surprise. */
static bool names_class(const char *set, size_t len)
{
	size_t i;

	for (i = 1; i + 1 < len; i++)
		if (set[i] == '[' && set[i + 1] == ':')
			return true;
	return false;
}

/* Check one segment from @begin to @end, count its stars, and tell if it is a plain name. */
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

/* A byte that stands for itself, wherever it is in a segment. */
static bool is_plain(char c)
{
	return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

/* All pairs with the byte that is known; all pairs if none is. */
static u64 pairs_with(char first, char last)
{
	u64 pairs = 0;
	unsigned int c;

	if (is_plain(first) && is_plain(last))
		return rvm_leaf_pair(first, last);
	if (!is_plain(first) && !is_plain(last))
		return ~0ULL;
	for (c = 0; c < 256; c++)
		pairs |= is_plain(first) ? rvm_leaf_pair(first, c) : rvm_leaf_pair(c, last);
	return pairs;
}

/* A wildcard, a set or an escaped byte counts as any byte. */
static void find_ends(struct rvm_glob *glob)
{
	unsigned int last = glob->segments, end;
	const char *seg;
	size_t len;

	glob->ends.first = ~0ULL;
	glob->ends.last = ~0ULL;
	while (last && glob->deep & BIT_ULL(last - 1))
		last--;
	if (!last--)
		return;
	seg = glob->text + glob->start[last];
	end = last + 1U < glob->segments ? glob->start[last + 1] - 1U : glob->len;
	len = end - glob->start[last];
	if (is_plain(seg[0]))
		glob->ends.first = pairs_with(seg[0], len > 1 ? seg[1] : '*');
	/* A "]" ends a set, or is escaped. */
	if (is_plain(seg[len - 1]))
		glob->ends.last = pairs_with(len > 1 ? seg[len - 2] : '*', seg[len - 1]);
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
	find_ends(glob);
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
	/* An inverted set must have neither case of a letter. */
	return inverted ? holds && set_holds(set, len, swap_case(c)) :
			  holds || set_holds(set, len, swap_case(c));
}

/* Length of what matches one byte of the name, at @at of the segment; not for a star. */
static size_t unit_len(const char *seg, size_t len, size_t at)
{
	size_t n;

	switch (seg[at]) {
	case '[':
		n = set_len(seg + at, len - at);
		/* rvm_glob_parse() refuses a set that is not closed. */
		return n ? n : len - at;
	case '\\':
		return at + 1 < len ? 2 : 1;
	default:
		return 1;
	}
}

static bool unit_takes(const char *unit, size_t len, u8 c, bool nocase)
{
	RVM_GLOB_COMPARES(len);
	switch (unit[0]) {
	case '?':
		return true;
	case '[':
		/* One that is closed has three bytes at least. */
		return len > 2 && set_holds_either(unit, len, c, nocase);
	case '\\':
		return len == 2 && fold(unit[1], nocase) == fold(c, nocase);
	default:
		return fold(unit[0], nocase) == fold(c, nocase);
	}
}

/* What is between two stars of a segment, or after the last one. */
struct piece {
	const char *seg;
	size_t len;
	/* How many bytes of a name it matches. */
	size_t units;
};

static struct piece piece_at(const char *seg, size_t seg_len, size_t begin)
{
	struct piece piece = { .seg = seg + begin };
	size_t at = begin;

	while (at < seg_len && seg[at] != '*') {
		at += unit_len(seg, seg_len, at);
		piece.units++;
	}
	piece.len = at - begin;
	return piece;
}

/* The caller has checked that there are enough bytes. */
static bool piece_fits(const struct piece *piece, const char *text, bool nocase)
{
	size_t at, n;

	for (at = 0; at < piece->len; at += n) {
		n = unit_len(piece->seg, piece->len, at);
		if (!unit_takes(piece->seg + at, n, *text++, nocase))
			return false;
	}
	return true;
}

/* The next place from @at on where the piece can still fit; a plain first byte is found fast. */
static size_t find_first(const struct piece *piece, const struct rvm_name *name, size_t begin,
			 bool nocase)
{
	u8 first = piece->len ? piece->seg[0] : '?';
	size_t end = name->len - piece->units, at = begin;

	if (first == '?' || first == '[' || first == '\\')
		return at;
	first = fold(first, nocase);
	while (at < end && fold(name->text[at], nocase) != first)
		at++;
	RVM_GLOB_COMPARES(at - begin);
	return at;
}

/* Each of its bytes stands for itself. */
static bool is_plain_piece(const struct piece *piece)
{
	return piece->len == piece->units && piece->len <= RVM_GLOB_NAME_MAX &&
	       !memchr(piece->seg, '?', piece->len);
}

/*
 * Where it goes on after so many bytes were the same and the next is not: how much of
 * its beginning those end with (Knuth, Morris and Pratt).
 */
static void note_returns(const struct piece *piece, u8 returns[RVM_GLOB_NAME_MAX], bool nocase)
{
	size_t same = 0, at;

	memset(returns, 0, piece->len);
	for (at = 1; at < piece->len; at++) {
		while (same && fold(piece->seg[at], nocase) != fold(piece->seg[same], nocase))
			same = returns[same - 1];
		same += fold(piece->seg[at], nocase) == fold(piece->seg[same], nocase);
		returns[at] = same;
		RVM_GLOB_COMPARES(2);
	}
}

/* Each byte of the name is compared twice at most, however similar the two are. */
static size_t find_literal(const struct piece *piece, const struct rvm_name *name, size_t at,
			   bool nocase)
{
	u8 returns[RVM_GLOB_NAME_MAX];
	size_t same = 0;

	note_returns(piece, returns, nocase);
	for (; at < name->len; at++) {
		u8 c = fold(name->text[at], nocase);

		while (same && c != fold(piece->seg[same], nocase)) {
			same = returns[same - 1];
			RVM_GLOB_COMPARES(1);
		}
		same += c == fold(piece->seg[same], nocase);
		RVM_GLOB_COMPARES(1);
		if (same == piece->len)
			return at + 1 - same;
	}
	return name->len + 1;
}

/* Where in the name it first fits, from @at on; past the end of the name if nowhere. */
static size_t find_piece(const struct piece *piece, const struct rvm_name *name, size_t at,
			 bool nocase)
{
	if (piece->len && is_plain_piece(piece))
		return find_literal(piece, name, find_first(piece, name, at, nocase), nocase);
	for (; at + piece->units <= name->len; at++) {
		at = find_first(piece, name, at, nocase);
		if (piece_fits(piece, name->text + at, nocase))
			return at;
	}
	return name->len + 1;
}

/*
 * What is before the first star must be at the beginning of the name, what is after the
 * last at its end.  Each other piece goes where it is first found: what an earlier star
 * could take in addition, the next star can take too.
 */
bool rvm_glob_match_name(const char *seg, size_t seg_len, const struct rvm_name *name, bool nocase)
{
	size_t pos = 0, len = name->len, i = 0, n;

	for (; pos < seg_len && seg[pos] != '*'; pos += n, i++) {
		n = unit_len(seg, seg_len, pos);
		if (i == len || !unit_takes(seg + pos, n, name->text[i], nocase))
			return false;
	}
	if (pos == seg_len)
		return i == len;
	for (;;) {
		struct piece piece = piece_at(seg, seg_len, pos + 1);

		pos += 1 + piece.len;
		if (piece.units > len - i)
			return false;
		if (pos == seg_len)
			return piece_fits(&piece, name->text + len - piece.units, nocase);
		i = find_piece(&piece, name, i, nocase) + piece.units;
		if (i > len)
			return false;
	}
}

/* "**" may also match no name: a state before it is also a state after it. */
static u64 pass_deep(const struct rvm_glob *glob, u64 states)
{
	u64 more;

	/* A carry through the bits of a run of "**" sets them all and the next one. */
	while ((more = ((states & glob->deep) << 1) & ~states))
		states |= more;
	return states;
}

static size_t segment_len(const struct rvm_glob *glob, unsigned int n)
{
	size_t end = n + 1U < glob->segments ? glob->start[n + 1] - 1U : glob->len;

	return end - glob->start[n];
}

static bool are_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && is_plain(text[i]); i++)
		;
	return i == len;
}

bool rvm_glob_plain_segment(const struct rvm_glob *glob, struct rvm_name *name)
{
	unsigned int n = glob->segments;

	while (n--) {
		name->text = glob->text + glob->start[n];
		name->len = segment_len(glob, n);
		if (are_plain(name->text, name->len))
			return true;
	}
	return false;
}

bool rvm_glob_plain_end(const struct rvm_glob *glob, size_t bytes, bool tail, struct rvm_name *name)
{
	unsigned int n = glob->segments;

	while (n--) {
		name->text = glob->text + glob->start[n];
		name->len = segment_len(glob, n);
		if (name->len >= bytes &&
		    are_plain(tail ? name->text + name->len - bytes : name->text, bytes))
			return true;
	}
	return false;
}

static u64 step(const struct rvm_glob *glob, u64 states, const struct rvm_name *name, bool nocase)
{
	u64 next = states & glob->deep, rest = states & ~glob->deep & (BIT_ULL(glob->segments) - 1);
	unsigned int n;

	for (; rest; rest &= rest - 1) {
		n = __ffs64(rest);
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

struct rvm_leaf_ends rvm_glob_ends(const struct rvm_name *names, unsigned int depth)
{
	struct rvm_leaf_ends ends = {};

	for (; depth--; names++) {
		if (!names->len)
			continue;
		ends.first |= rvm_leaf_first(names->text, names->len);
		ends.last |= rvm_leaf_last(names->text, names->len);
	}
	return ends;
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

/* Steps of a piece at each byte of a name: an element of a piece that is not plain costs three. */
static u64 steps_of_piece(const struct piece *piece)
{
	u64 steps = 0;
	size_t at, n;

	if (is_plain_piece(piece))
		return 2;
	for (at = 0; at < piece->len; at += n) {
		n = unit_len(piece->seg, piece->len, at);
		steps += piece->seg[at] == '[' ? 4 * n : 3;
	}
	return steps;
}

/* Steps to search for what is between two stars, at each byte of a name. */
static u64 steps_each_byte(const char *seg, size_t len)
{
	size_t at = piece_at(seg, len, 0).len;
	u64 most = 0, steps;

	while (at < len) {
		struct piece piece = piece_at(seg, len, ++at);

		/* The last piece is not searched for. */
		if (at + piece.len == len)
			break;
		steps = steps_of_piece(&piece);
		at += piece.len;
		if (steps > most)
			most = steps;
	}
	return most;
}

u64 rvm_glob_steps(const struct rvm_glob *glob, unsigned int names, unsigned int bytes)
{
	unsigned int n, longest = bytes < RVM_GLOB_NAME_MAX ? bytes : RVM_GLOB_NAME_MAX;
	u64 steps = RVM_GLOB_STEPS;
	bool deep = false;

	for (n = 0; n < glob->segments; n++) {
		const char *seg = glob->text + glob->start[n];
		size_t len = segment_len(glob, n);
		u64 once = RVM_GLOB_STEPS + len, each;

		if (glob->deep & BIT_ULL(n)) {
			deep = true;
			continue;
		}
		each = steps_each_byte(seg, len);
		/* What is searched for is first compared with itself. */
		once += each ? 2 * len : 0;
		/* Without "**" before it, it meets only one name. */
		steps += deep ? names * once + bytes * each : once + longest * each;
	}
	return steps;
}

bool rvm_glob_leads_on(const struct rvm_glob *glob, const struct rvm_name *names,
		       unsigned int depth, bool nocase)
{
	const u64 end = BIT_ULL(glob->segments);
	u64 states;

	if (!depth)
		return false;
	states = rvm_glob_rest(glob, names + 1, depth - 1, nocase) & ~end & ~glob->deep;
	return step(glob, states, names, nocase) & ~end;
}

bool rvm_glob_may_match_beside(const struct rvm_glob *glob, const struct rvm_name *names,
			       unsigned int depth, bool nocase)
{
	const u64 end = BIT_ULL(glob->segments);
	u64 states = rvm_glob_rest(glob, names + 1, depth - 1, nocase);

	/* As if the name matched every segment. */
	return (states & end) ||
	       pass_deep(glob, (states & glob->deep) | (states & ~glob->deep) << 1) & end;
}

struct rvm_name rvm_glob_segment(const struct rvm_glob *glob, unsigned int n)
{
	return (struct rvm_name){ .text = glob->text + glob->start[n],
				  .len = segment_len(glob, n) };
}

size_t rvm_glob_unit_len(const struct rvm_name *seg, size_t at)
{
	return unit_len(seg->text, seg->len, at);
}

bool rvm_glob_unit_takes(const char *unit, size_t len, u8 c)
{
	return unit_takes(unit, len, c, false);
}

u64 rvm_glob_pass_deep(const struct rvm_glob *glob, u64 states)
{
	return pass_deep(glob, states);
}
