/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_MEANING_H
#define RVMCTL_GRANT_MEANING_H

#include "partition/partition.h"
#include "partition/token_list.h"
#include "table/resolve.h"

/* Which of the tokens that were granted somebody means. */

/**
 * struct meaning - a row by its words and by what they are about; end with meaning_close()
 */
struct meaning {
	/* NULL for whatever was granted. */
	const char *row;
	uint8_t rights;
	char *what[RESOLVE_SCOPES_MAX];
	size_t n;
};

/* A row that is about nothing that can be found is known by its words alone. */
void meaning_open(struct meaning *m, const struct partition *p, const char *row);
void meaning_close(struct meaning *m);
#define auto_meaning __attribute__((cleanup(meaning_close)))

/* Of tokens beside the table: "Read(./src/x)" is "Read(src/x)". */
bool meaning_has(const struct meaning *m, const struct token *t);

#endif
