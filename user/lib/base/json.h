/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_JSON_H
#define RVMCTL_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

/*
 * JSON files as they come from others.  Refused: more than 16 MiB, more than
 * 64 levels, a key given twice, what is not UTF-8, half of a surrogate pair.
 * NUL inside a string is taken: the adapter takes it, and a reader that
 * stops there would see other rights.
 */

#define JSON_BYTES_MAX (16u << 20)
#define JSON_LEVELS_MAX 64
/* Beyond it JSON readers do not agree on a number: most take it for a double. */
#define JSON_EXACT_MAX ((int64_t)1 << 53)

/**
 * struct doc - a file and what it holds; end with doc_close()
 */
struct doc {
	/* As it was named, for messages. */
	char *path;
	/* Where it is. */
	char *real;
	char *text;
	size_t len;
	json_t *root;
	struct stat st;
};

int doc_open(struct doc *doc, const char *path, struct err *err);
/* The two halves of it: the text alone, and then what it holds. */
int doc_read(struct doc *doc, const char *path, struct err *err);
int doc_parse(struct doc *doc, struct err *err);
void doc_close(struct doc *doc);
#define auto_doc __attribute__((cleanup(doc_close)))

/**
 * doc_error() - say what is wrong in a file: "<file>:<line>:<column>: <reason>"
 * @where: steps to the value, keys and indices, as "claims/3/expires_at"; "" is the whole
 *
 * Return: -1
 */
int doc_error(const struct doc *doc, struct err *err, const char *where, const char *fmt, ...)
	PRINTF(4, 5);

/* doc_error() for a value that is not of the type wanted. */
int doc_want(const struct doc *doc, struct err *err, const char *where, const char *want,
	     const json_t *have);

/* A whole number of unix seconds that all readers agree on. */
int doc_seconds(const struct doc *doc, const json_t *value, const char *where, int64_t *out,
		struct err *err);

/* Write @text as JSON.stringify() does, quotes included. */
void json_write_string(FILE *f, const char *text, size_t len);

#endif
