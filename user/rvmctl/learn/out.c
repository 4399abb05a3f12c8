// SPDX-License-Identifier: GPL-2.0-only
/* A proposal: as a table for load, and with its evidence for who has to decide. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "learn/out.h"
#include "lib/model/rights.h"
#include "wire/words.h"

static bool is_known(const struct table *old, const struct line *line)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct row *row = &old->rows[i];

		if (row->rights == line->rights && row->resource && !row->expires_at &&
		    strlen(line->resource) == row->len &&
		    !memcmp(row->resource, line->resource, row->len))
			return true;
	}
	return false;
}

static size_t write_rows(FILE *f, const struct learn *l, const struct table *old)
{
	size_t n = 0;

	fputc('[', f);
	for (size_t i = 0; i < old->n; i++)
		table_write_row(f, &old->rows[i], old->rows[i].resource, !n++);
	for (size_t i = 0; i < l->n_lines; i++) {
		const struct line *line = &l->lines[i];
		const struct row row = {
			.rights = line->rights,
			.tier = rvm_rights_tier(line->rights) % 10,
			.resource = line->resource,
			.len = strlen(line->resource),
		};

		if (!is_known(old, line))
			table_write_row(f, &row, true, !n++);
	}
	fputs(n ? "\n]\n" : "]\n", f);
	return n;
}

static int write_table(const struct learn *l, const struct learn_report *r, struct err *err)
{
	auto_table struct table old = { 0 };
	auto_free char *text = NULL;
	size_t len;
	FILE *f;

	if (r->add && table_open(&old, r->add, err))
		return -1;
	f = open_memstream(&text, &len);
	if (!f)
		return err_errno(err, errno, "%s", r->table);
	write_rows(f, l, &old);
	if (fclose(f))
		return err_errno(err, ENOMEM, "%s", r->table);
	return file_replace(r->table, text, len, err);
}

static void print_seen(struct out *o, const struct seen *seen)
{
	out_u64(o, "count", seen->count);
	out_u64(o, "first", seen->first);
	out_u64(o, "last", seen->last);
}

static void print_lines(struct out *o, const struct learn *l)
{
	static const struct out_col cols[] = {
		{ "rights", NULL, 0 },
		{ "resource", NULL, 0 },
		{ "count", NULL, OUT_COL_RIGHT },
		{ "first", NULL, OUT_COL_RIGHT },
		{ "last", NULL, OUT_COL_RIGHT },
		{ "example", NULL, OUT_COL_TRUNC },
		{ "note", NULL, OUT_COL_TRUNC },
		{},
	};

	out_table_begin(o, "lines", cols);
	for (size_t i = 0; i < l->n_lines; i++) {
		const struct line *line = &l->lines[i];
		char tier[4];

		snprintf(tier, sizeof(tier), "P%u", rvm_rights_tier(line->rights) % 10);
		out_row_begin(o);
		out_rights(o, "rights", line->rights);
		out_str(o, "resource", line->resource);
		out_json_str(o, "proof_tier", tier);
		out_json_u64(o, "expires_at", 0);
		print_seen(o, &line->seen);
		out_str(o, "example", line->example);
		out_str(o, "note", line->note ? line->note : "");
		out_row_end(o);
	}
	out_table_end(o);
}

static void print_left(struct out *o, const struct learn *l)
{
	static const struct out_col cols[] = {
		{ "object", "NOT PROPOSED", 0 },  { "because", NULL, 0 },
		{ "count", NULL, OUT_COL_RIGHT }, { "first", NULL, OUT_COL_RIGHT },
		{ "last", NULL, OUT_COL_RIGHT },  {},
	};

	out_table_begin(o, "left-out", cols);
	for (size_t i = 0; i < l->n_left; i++) {
		const struct left *left = &l->left[i];

		out_row_begin(o);
		out_str(o, "object", left->object);
		out_str(o, "because", left->why);
		print_seen(o, &left->seen);
		out_row_end(o);
	}
	out_table_end(o);
}

static void print_warnings(struct out *o, const struct learn *l, const struct learn_report *r)
{
	out_list_begin(o, "warnings");
	if (l->blind)
		out_fmt(o, NULL,
			"%" PRIu64
			" records have no detail any more: they are not in the proposal; "
			"learn run reads them while they come",
			l->blind);
	if (l->more_left)
		out_fmt(o, NULL, "%" PRIu64 " more accesses are left out and not listed",
			l->more_left);
	if (r->timed_out)
		out_fmt(o, NULL, "time was up before the command ended: it went on in enforce");
	out_list_end(o);
}

int learn_print(struct out *o, const struct learn *l, const struct learn_report *r, struct err *err)
{
	if (r->table && write_table(l, r, err))
		return -1;
	out_object_begin(o, NULL);
	out_str(o, "partition", r->partition);
	out_str(o, "workspace", l->workspace);
	out_u64(o, "from", r->from);
	out_u64(o, "to", r->to);
	out_u64(o, "would-be-denials", l->records);
	if (r->table)
		out_str(o, "table", r->table);
	print_warnings(o, l, r);
	if (l->n_lines)
		print_lines(o, l);
	if (l->n_left)
		print_left(o, l);
	out_object_end(o);
	if (r->table)
		out_line(o,
			 "nothing is loaded: read %s, load it with rvmctl load, and run in enforce",
			 r->table);
	return 0;
}
