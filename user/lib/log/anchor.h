/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_ANCHOR_H
#define RVM_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "log/proof.h"

/* Lines of `rvmctl witness anchor`, and whether what is recorded has what they say. */

/* Of a file of them. */
#define ANCHORS_TEXT_MAX (16 << 20)

/**
 * enum anchor_state - what was seen of a head or a root
 * @ANCHOR_UNSEEN: it was not come to
 * @ANCHOR_OTHER: there is another one in its place
 * @ANCHOR_MET: it is there
 */
enum anchor_state { ANCHOR_UNSEEN, ANCHOR_OTHER, ANCHOR_MET };

/**
 * struct anchor_wanted - one of them
 */
struct anchor_wanted {
	/** @line: What it says. */
	struct anchor_line line;
	/** @head: Is its head there? */
	enum anchor_state head;
	/** @root: Is its root? */
	enum anchor_state root;
};

/**
 * struct anchors - some of them, in any order
 */
struct anchors {
	/** @at: Them. */
	struct anchor_wanted *at;
	/** @n: How many. */
	size_t n;
};

/* The line, without its end; free() it. */
char *anchor_write(const struct anchor_line *anchor);
/* It is as anchor_write() writes it. */
bool anchor_read(struct anchor_line *anchor, const char *text);

/* @text: a line, or the path of a file of lines.  Return: 0; -1 with @err. */
int anchors_load(struct anchors *anchors, const char *text, struct err *err);
void anchors_free(struct anchors *anchors);
#define auto_anchors __attribute__((cleanup(anchors_free)))

/*
 * @log: number of a log in its directory; 0 for one that may be any.
 * @anchors: may be NULL.
 */

/* The next length after this one that one of them is for; UINT64_MAX if there is none. */
uint64_t anchors_next(const struct anchors *anchors, uint32_t log, uint64_t length);
/* A log has this head after so many records. */
void anchors_see_head(struct anchors *anchors, uint32_t log, uint64_t length,
		      const uint8_t head[RVM_SHA256_DIGEST_BYTES]);
/* The tree of all seals so far. */
void anchors_see_root(struct anchors *anchors, const struct tree *seals);

/**
 * anchors_judge() - are all of them met?
 * @roots: roots count
 * @notes: each that is not met is added
 *
 * Return: NULL; or why the first one is not.
 */
const char *anchors_judge(const struct anchors *anchors, bool roots, char **notes);

#endif
