// SPDX-License-Identifier: GPL-2.0-only
/* A row of a table, given on the command line. */
#include <string.h>

#include "grammar/scope_rights.h"
#include "grant/row.h"
#include "table/lint.h"

void grant_row_close(struct grant_row *row)
{
	resolved_free(&row->found);
	resolver_close(&row->resolver);
}

static int refuse_form(const char *resource, struct err *err)
{
	auto_free char *why = lint_form(resource);

	return why ? err_make(err, EXIT_USAGE, "%s", why) : 0;
}

static void warn_of(const struct grant_row *row)
{
	auto_free char *rule = lint_rule(&row->spec, row->resource, false);
	auto_free char *places = rule ? NULL :
					lint_places(&row->resolver, &row->spec, row->resource);

	if (rule || places)
		warn_line("%s: %s", row->resource, rule ? rule : places);
}

static int find(struct grant_row *row, struct err *err)
{
	size_t len = strlen(row->resource);
	bool home;

	if (refuse_form(row->resource, err) ||
	    resolve_parse(row->resource, len, row->rights, &row->spec, err))
		return -1;
	if (!row->rights)
		row->rights = rvm_scope_rights(&row->spec);
	if (!row->rights) {
		err_make(err, EXIT_USAGE, "it does not say which rights are meant");
		return err_hint(err, "give --rights");
	}
	home = row->rights == RVM_RIGHT_READ;
	return resolve(&row->resolver, &row->spec, false, home, &row->found, err);
}

int grant_row_open(struct grant_row *row, const struct partition *p, const char *resource,
		   uint8_t rights, struct err *err)
{
	*row = (struct grant_row){ .resource = resource, .rights = rights };
	if (partition_is_container(p)) {
		err_make(err, EXIT_REFUSED, "partition %s: it belongs to a container", p->name);
		return err_hint(err, "paths are as its processes see them: load a table with "
				     "--cgroup instead");
	}
	if (resolver_open(&row->resolver, NULL, p->workspace ? p->workspace : "/", err))
		return -1;
	if (find(row, err))
		return err_wrap(err, "%.80s", resource);
	warn_of(row);
	return 0;
}
