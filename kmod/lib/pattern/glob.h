/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_GLOB_H
#define _RVM_GLOB_H

#include <linux/types.h>

#include "lib/pattern/ends.h"

/**
 * DOC: globs
 *
 * A glob is a list of segments separated by single slashes, matched on the names below an
 * anchor.  "**" as a whole segment matches any number of names, even none; inside a
 * segment "*" matches any run of bytes, "?" one byte and "[a-z]" or "[!a-z]" one byte of
 * a set; a backslash takes the next byte as it is.  As in gitignore, a glob that matches
 * a directory also covers what lies below it.  Time is linear in the names: nothing
 * backtracks over "**", and of a segment only what stands between two "*" is looked for
 * at more than one place of a name.  rvm_glob_steps() gives the bound.
 */

/** RVM_GLOB_BYTES_MAX - longest glob, in bytes */
#define RVM_GLOB_BYTES_MAX 1024
/** RVM_GLOB_SEGMENTS_MAX - most segments of a glob; the state set is one u64 */
#define RVM_GLOB_SEGMENTS_MAX 60
/** RVM_GLOB_STARS_MAX - most "*" of one segment */
#define RVM_GLOB_STARS_MAX 8
/** RVM_GLOB_NAME_MAX - longest name of a path */
#define RVM_GLOB_NAME_MAX 255
/** RVM_GLOB_STEPS - what it costs to begin a segment or a rule, in compared bytes */
#define RVM_GLOB_STEPS 8

/**
 * struct rvm_name - one name of a path, not terminated
 */
struct rvm_name {
	/** @text: The bytes; may be changed by a rename while they are read. */
	const char *text;
	/** @len: How many. */
	u16 len;
};

/**
 * struct rvm_glob - a parsed glob; refers to the caller's text
 */
struct rvm_glob {
	/** @text: The glob; lives as long as this does. */
	const char *text;
	/** @len: Bytes in @text. */
	u16 len;
	/** @segments: How many; 0 is the anchor itself. */
	u8 segments;
	/** @literal: True if no segment holds an unescaped "*", "?" or "[". */
	bool literal;
	/** @deep: Bit n is set if segment n is "**". */
	u64 deep;
	/**
	 * @ends: Ends of the last segment that is not "**": each match has a name that
	 * fits them.
	 */
	struct rvm_leaf_ends ends;
	/** @start: Offset of each segment in @text. */
	u16 start[RVM_GLOB_SEGMENTS_MAX];
};

/**
 * enum rvm_glob_match - how a glob and a path meet
 * @RVM_GLOB_NONE: Not at all, and nothing below the path can match.
 * @RVM_GLOB_ABOVE: Not the path itself, but something below it can match.
 * @RVM_GLOB_BELOW: A directory above the path matches.
 * @RVM_GLOB_EXACT: The path itself matches.
 */
enum rvm_glob_match {
	RVM_GLOB_NONE,
	RVM_GLOB_ABOVE,
	RVM_GLOB_BELOW,
	RVM_GLOB_EXACT,
};

/**
 * rvm_glob_parse() - check a glob and find its segments
 * @glob: filled on success
 * @text: the glob, without leading or trailing slash
 * @len: bytes in @text, 0 for the anchor itself
 * @at: on failure, the offset of the error; may be NULL
 *
 * Return: 0; -EINVAL for an empty segment, ".", "..", a NUL byte or an open
 * "["; -E2BIG for too many bytes, segments or stars.
 */
int rvm_glob_parse(struct rvm_glob *glob, const char *text, size_t len, size_t *at);

/**
 * rvm_glob_plain_segment() - a name that the glob cannot match without
 * @glob: from rvm_glob_parse()
 * @name: set to the last segment whose bytes all stand for themselves
 *
 * Of what the glob matches, this or a directory above it, below the anchor, has this name,
 * or one that differs by the case of letters if that does not count.
 *
 * Return: false if it has no such segment.
 */
bool rvm_glob_plain_segment(const struct rvm_glob *glob, struct rvm_name *name);

/**
 * rvm_glob_plain_end() - how a name begins or ends that the glob cannot match without
 * @glob: from rvm_glob_parse()
 * @bytes: how many bytes have to stand for themselves
 * @tail: at its end
 * @name: set to the last segment with such bytes
 *
 * Return: as rvm_glob_plain_segment().
 */
bool rvm_glob_plain_end(const struct rvm_glob *glob, size_t bytes, bool tail,
			struct rvm_name *name);

/**
 * rvm_glob_match_name() - match one name with one segment
 * @seg: the segment
 * @seg_len: its bytes
 * @name: the name
 * @nocase: compare ASCII letters without regard to case
 *
 * Context: Any.
 * Return: True if the whole name matches.
 */
bool rvm_glob_match_name(const char *seg, size_t seg_len, const struct rvm_name *name, bool nocase);

/**
 * rvm_glob_match() - match a path below the anchor
 * @glob: from rvm_glob_parse()
 * @names: the names, leaf first: names[depth - 1] lies directly below the anchor
 * @depth: how many
 * @nocase: compare ASCII letters without regard to case
 *
 * Context: Any; rvm_glob_steps() bounds it.
 * Return: How they meet; the highest that applies.
 */
enum rvm_glob_match rvm_glob_match(const struct rvm_glob *glob, const struct rvm_name *names,
				   unsigned int depth, bool nocase);

/**
 * rvm_glob_ends() - how the names of a path begin and end
 * @names: as for rvm_glob_match()
 * @depth: how many
 *
 * To compare many globs with one path: see rvm_glob_may_match().
 *
 * Return: the ends of all of them.
 */
struct rvm_leaf_ends rvm_glob_ends(const struct rvm_name *names, unsigned int depth);

/**
 * rvm_glob_may_match() - may a glob match a path, by a cheap look
 * @glob: from rvm_glob_parse()
 * @ends: of the path, or of a longer one that includes it
 *
 * Return: false only if rvm_glob_match() gives less than RVM_GLOB_BELOW.
 */
static inline bool rvm_glob_may_match(const struct rvm_glob *glob, const struct rvm_leaf_ends *ends)
{
	/* A glob with any ends may also match without a name. */
	return (glob->ends.first == ~0ULL || glob->ends.first & ends->first) &&
	       (glob->ends.last == ~0ULL || glob->ends.last & ends->last);
}

/**
 * rvm_glob_rest() - what a glob asks of the names below a directory
 * @glob: from rvm_glob_parse()
 * @names: the names of the directory, leaf first, as for rvm_glob_match()
 * @depth: how many
 * @nocase: compare ASCII letters without regard to case
 *
 * Context: Any; as rvm_glob_match().
 * Return: a set of states: if two directories have the same, the glob matches the same
 * names below both; 0 matches none.  Bit @segments is set if the directory or one above
 * it matches.
 */
u64 rvm_glob_rest(const struct rvm_glob *glob, const struct rvm_name *names, unsigned int depth,
		  bool nocase);

/**
 * rvm_glob_steps() - the most that matching can cost, whatever the names
 * @glob: from rvm_glob_parse()
 * @names: most names of a path
 * @bytes: most bytes of all names together
 *
 * Return: an upper bound, in compared bytes.
 */
u64 rvm_glob_steps(const struct rvm_glob *glob, unsigned int names, unsigned int bytes);

/**
 * rvm_glob_leads_on() - does the glob ask for a name on the way to what it matches
 * @glob: from rvm_glob_parse()
 * @names: the names, leaf first, as for rvm_glob_match()
 * @depth: how many
 * @nocase: compare ASCII letters without regard to case
 *
 * A name that only "**" matches does not count: all directories are on that way.
 *
 * Context: Any; as rvm_glob_match().
 * Return: true if it asks for the leaf.
 */
bool rvm_glob_leads_on(const struct rvm_glob *glob, const struct rvm_name *names,
		       unsigned int depth, bool nocase);

/**
 * rvm_glob_may_match_beside() - could the glob match something else in the same directory
 * @glob: from rvm_glob_parse()
 * @names: the names, leaf first, as for rvm_glob_match(); what the leaf is called does not matter
 * @depth: how many, at least 1
 * @nocase: compare ASCII letters without regard to case
 *
 * Context: Any; as rvm_glob_match().
 * Return: true if there are names that it would match.
 */
bool rvm_glob_may_match_beside(const struct rvm_glob *glob, const struct rvm_name *names,
			       unsigned int depth, bool nocase);

#endif /* _RVM_GLOB_H */
