/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ANCHOR_H
#define RVMCTL_ANCHOR_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/memo.h"

/**
 * struct anchor - an open file that patterns hang on; the resolver's
 */
struct anchor {
	/* Without links. */
	char *path;
	/* O_PATH. */
	int fd;
	struct stat st;
};

struct resolver {
	const struct anchor *root;
	/* The root is that of a container: nothing is looked up from the tool's own. */
	bool contained;
	/* No link is followed: where it leads would be told to who may not read it. */
	bool no_links;
	const struct anchor *workspace;
	/* NULL if the user has none. */
	const struct anchor *home;
	/* tsearch tree of struct anchor by path. */
	void *anchors;
	/* Programs that are named without a directory, as anchors. */
	struct memo installed;
};

/* @root: of a container, by a path of the host; then @workspace is one of the container's. */
int resolver_open(struct resolver *r, const char *root, const char *workspace, struct err *err);
void resolver_close(struct resolver *r);

/* An absolute path as anchor, links followed; NULL if it does not open. */
const struct anchor *resolve_file(struct resolver *r, const char *path);
/* Likewise below the resolver's root; links do not lead out of it. */
const struct anchor *resolve_inside(struct resolver *r, const char *path);
/* One that was opened before, by its path without links; NULL if none was. */
const struct anchor *resolve_known(const struct resolver *r, const char *path);
/* An anchor by path without links below a directory; NULL if it does not open. */
const struct anchor *resolve_below(struct resolver *r, const struct anchor *dir, const char *name);

#endif
