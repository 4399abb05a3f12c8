/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_VIEW_H
#define _RVM_VIEW_H

#include <linux/types.h>

#include "lib/pattern/glob.h"

/** RVM_PATH_DEPTH_MAX - most names of a path that are judged; deeper ones are denied */
#define RVM_PATH_DEPTH_MAX 64
/** RVM_PATH_BYTES_MAX - most bytes of all its names together, with one more for each */
#define RVM_PATH_BYTES_MAX 4096
/** enum rvm_name_part - what of a name is hashed */
enum rvm_name_part {
	/** @RVM_NAME_ALL: All of it. */
	RVM_NAME_ALL,
	/** @RVM_NAME_HEAD: Its first RVM_NAME_END_BYTES. */
	RVM_NAME_HEAD,
	/** @RVM_NAME_TAIL: Its last ones. */
	RVM_NAME_TAIL,
	/** @RVM_NAME_PARTS: How many there are. */
	RVM_NAME_PARTS,
};

/** RVM_NAME_END_BYTES - length of such a beginning or end */
#define RVM_NAME_END_BYTES 3

/**
 * struct rvm_name_hashes - one part of each name of a path
 */
struct rvm_name_hashes {
	/** @fresh: Bit n is set if no name before the n-th has the same hash. */
	u64 fresh;
	/** @hash: Of each name, the same for both cases of a letter; 0 for none. */
	u32 hash[RVM_PATH_DEPTH_MAX];
};

/**
 * struct rvm_path_view - a file system object and what lies above it
 */
struct rvm_path_view {
	/** @name: Names, leaf first. */
	struct rvm_name name[RVM_PATH_DEPTH_MAX];
	/** @id: Identity of the object of the same place; @id[@depth] is the root. */
	const void *id[RVM_PATH_DEPTH_MAX + 1];
	/** @depth: How many names. */
	u16 depth;
	/** @folds: A directory on the way compares names without regard to case. */
	bool folds;
	/**
	 * @aliases: 0, or how many levels up a name may be another spelling of one, such
	 * as "ENV~1" where short names are made; exclusions from there on up cover it.
	 */
	u16 aliases;
	/** @noted: The rest is filled.  Without it everything on the way up is searched. */
	bool noted;
	/** @repeats: Two names have the same hash. */
	bool repeats;
	/** @part: What patterns can be found by: all of a name, its beginning, its end. */
	struct rvm_name_hashes part[RVM_NAME_PARTS];
};

/**
 * rvm_view_note_names() - make what may match a place be found fast
 * @view: its names are filled; to be called again after one is changed
 */
void rvm_view_note_names(struct rvm_path_view *view);

/**
 * rvm_view_forget_leaf() - put the empty name, of nothing, in place of the object
 * @view: has one name at least
 *
 * The empty name is matched only by what matches every name.
 */
void rvm_view_forget_leaf(struct rvm_path_view *view);

/**
 * rvm_name_hash() - hash of a part of a name
 * @name: the name
 * @part: of each kind a name has another hash
 *
 * Return: the hash; 0 for a name that is too short.
 */
u32 rvm_name_hash(const struct rvm_name *name, enum rvm_name_part part);

/** rvm_name_is_same() - are two names the same; @nocase: but for the case of letters */
bool rvm_name_is_same(const struct rvm_name *a, const struct rvm_name *b, bool nocase);

#endif /* _RVM_VIEW_H */
