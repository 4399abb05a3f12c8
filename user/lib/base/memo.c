// SPDX-License-Identifier: GPL-2.0-only
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/memo.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static void free_found(void *p)
{
	struct found *found = p;

	free(found->name);
	free(found);
}

static struct found *add(struct memo *memo, const char *name)
{
	struct found *found = calloc(1, sizeof(*found));

	if (!found)
		return NULL;
	found->name = strdup(name);
	if (found->name && tsearch(found, &memo->tree, by_name))
		return found;
	free_found(found);
	return NULL;
}

struct found *memo_at(struct memo *memo, const char *name)
{
	const struct found key = { .name = (char *)name };
	struct found **slot = tfind(&key, &memo->tree, by_name);

	return slot ? *slot : add(memo, name);
}

void memo_end(struct memo *memo)
{
	tdestroy(memo->tree, free_found);
	memo->tree = NULL;
}
