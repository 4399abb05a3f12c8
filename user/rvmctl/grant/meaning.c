// SPDX-License-Identifier: GPL-2.0-only
/* Which of the tokens that were granted somebody means. */
#include <string.h>

#include "grammar/scope_rights.h"
#include "grant/meaning.h"
#include "table/describe.h"

static void describe_all(struct meaning *m, struct resolver *r)
{
	struct resolved found = { 0 };
	struct rvm_scope_spec spec;
	struct err err = { 0 };
	bool home;

	if (!resolve_parse(m->row, strlen(m->row), 0, &spec, &err)) {
		m->rights = rvm_scope_rights(&spec);
		home = m->rights == RVM_RIGHT_READ;
		if (!resolve(r, &spec, false, home, &found, &err)) {
			for (; m->n < found.n; m->n++)
				m->what[m->n] = scope_describe(&found.scope[m->n]);
		}
		resolved_free(&found);
	}
	err_clear(&err);
}

void meaning_open(struct meaning *m, const struct partition *p, const char *row)
{
	struct resolver r = { 0 };
	struct err err = { 0 };

	*m = (struct meaning){ .row = row };
	/* Files of a container are not seen from here. */
	if (row && !partition_is_container(p)) {
		if (!resolver_open(&r, NULL, p->workspace ? p->workspace : "/", &err))
			describe_all(m, &r);
		resolver_close(&r);
	}
	err_clear(&err);
}

void meaning_close(struct meaning *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->what[i]);
}

bool meaning_has(const struct meaning *m, const struct token *t)
{
	auto_free char *what = NULL;

	if (!(t->flags & RVM_TOKEN_FLAG_GRANTED))
		return false;
	if (!m->row || (t->resource && !strcmp(t->resource, m->row)))
		return true;
	what = m->n && t->rights == m->rights ? token_describe(t) : NULL;
	for (size_t i = 0; what && i < m->n; i++) {
		if (m->what[i] && !strcmp(m->what[i], what))
			return true;
	}
	return false;
}
