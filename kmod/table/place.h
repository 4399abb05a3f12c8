/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PLACE_H
#define _RVM_PLACE_H

#include "lib/token/scope.h"
#include "table/anchor.h"

struct path;

/**
 * struct rvm_place_object - names from a directory down to an anchor, with their storage
 */
struct rvm_place_object {
	/** @root: The directory that they begin at; it has a user as long as this lives. */
	struct rvm_anchor *root;
	/** @link: Has the place's root set to NULL when it is lost. */
	struct rvm_anchor_link link;
	/** @bytes: Of all of it. */
	size_t bytes;
	/** @name: The names, then their text. */
	struct rvm_name name[];
};

/**
 * rvm_place_create() - note where something is
 * @place: filled; it stays where it is until rvm_place_destroy()
 * @path: what; held by the caller
 * @own: up to the root of its file system, not to that of its mount tree
 *
 * Names that change meanwhile give a place where nothing is.
 *
 * Context: may sleep.
 * Return: to be given to rvm_place_destroy(); NULL for the root itself; ERR_PTR():
 * -ENAMETOOLONG if it is deeper, or has longer names, than is judged; -ENOMEM; what
 * rvm_anchor_get() says.
 */
struct rvm_place_object *rvm_place_create(struct rvm_place *place, const struct path *path,
					  bool own);

/** rvm_place_destroy() - free it; NULL is fine; may sleep */
void rvm_place_destroy(struct rvm_place_object *object);

#endif /* _RVM_PLACE_H */
