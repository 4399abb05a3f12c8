// SPDX-License-Identifier: GPL-2.0-only
/* One print path: fields go to a frame, and the frame knows whether it is text or JSON. */
#include <errno.h>
#include <libsmartcols.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/format.h"
#include "base/out.h"

#define DEPTH_MAX 12
#define LABEL_WIDTH 14

enum kind { NONE, OBJECT, EVENT, TABLE, ROW, LIST };

struct tree_line {
	uint64_t id;
	struct libscols_line *line;
};

struct frame {
	enum kind kind;
	/* Where it goes in the frame below. */
	char *key;
	/* JSON only. */
	json_t *json;
	/* TABLE, ROW; text only. */
	struct libscols_table *table;
	struct libscols_line *line;
	const struct out_col *cols;
	struct tree_line *lines;
	size_t n_lines;
	/* Of the row before: what it is below. */
	struct tree_line above;
	/* LIST, EVENT; text only: what was put in so far. */
	char *text;
};

struct out {
	FILE *file;
	enum out_format format;
	bool failed;
	/* Nobody reads any more: what is left to print is of no use. */
	bool closed;
	enum out_tone tone;
	int depth;
	struct frame stack[DEPTH_MAX];
};

bool out_has_colour(FILE *file)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") && isatty(fileno(file));
}

const char *out_sgr(FILE *file, enum out_tone tone)
{
	static const char *const codes[] = { "\033[0m", "\033[31m", "\033[33m" };

	return out_has_colour(file) ? codes[tone] : "";
}

void out_tone(struct out *o, enum out_tone tone)
{
	o->tone = tone;
}

/* A line that is safe to print. */
static int put_line(struct out *o, const char *text)
{
	enum out_tone tone = o->tone;

	o->tone = OUT_PLAIN;
	if (!tone)
		return fprintf(o->file, "%s\n", text);
	return fprintf(o->file, "%s%s%s\n", out_sgr(o->file, tone), text,
		       out_sgr(o->file, OUT_PLAIN));
}

struct out *out_create(FILE *file, enum out_format format)
{
	struct out *o = calloc(1, sizeof(*o));

	if (o) {
		o->file = file;
		o->format = format;
	}
	return o;
}

static void clear_frame(struct frame *f)
{
	free(f->key);
	json_decref(f->json);
	/* A row's table belongs to the frame below it. */
	if (f->kind == TABLE && f->table)
		scols_unref_table(f->table);
	free(f->lines);
	free(f->text);
	*f = (struct frame){ 0 };
}

void out_set_format(struct out *o, enum out_format format)
{
	if (format > o->format)
		o->format = format;
}

bool out_is_closed(struct out *o)
{
	struct pollfd to = { .fd = fileno(o->file) };

	if (fflush(o->file) && errno == EPIPE)
		o->closed = true;
	/* A reader that is gone is seen before the next line comes. */
	if (poll(&to, 1, 0) > 0 && to.revents & POLLERR)
		o->closed = true;
	return o->closed;
}

int out_destroy(struct out *o)
{
	int ret;

	while (o->depth)
		clear_frame(&o->stack[o->depth--]);
	ret = !out_is_closed(o) && (o->failed || ferror(o->file)) ? -1 : 0;
	free(o);
	return ret;
}

static bool text_mode(const struct out *o)
{
	return o->format == OUT_TEXT;
}

static struct frame *top(struct out *o)
{
	return &o->stack[o->depth];
}

static json_t *json_text(const char *value, size_t len)
{
	auto_free char *safe = NULL;

	if (is_utf8(value, len))
		return json_stringn_nocheck(value, len);
	safe = escape_text(value, len);
	return safe ? json_string_nocheck(safe) : NULL;
}

/* Give @value to the frame on top, JSON only. */
static void put_json(struct out *o, const char *key, json_t *value)
{
	struct frame *f = top(o);
	int ret = -1;

	if (!value)
		o->failed = true;
	else if (f->kind == LIST || f->kind == TABLE)
		ret = json_array_append_new(f->json, value);
	else if (f->kind != NONE && key)
		ret = json_object_set_new_nocheck(f->json, key, value);
	else
		json_decref(value);
	if (ret)
		o->failed = true;
}

static void append(struct out *o, struct frame *f, const char *sep, const char *text)
{
	char *joined;

	joined = format("%s%s%s", f->text ? f->text : "", f->text ? sep : "", text);
	if (!joined) {
		o->failed = true;
		return;
	}
	free(f->text);
	f->text = joined;
}

static void put_cell(struct out *o, const char *key, const char *text)
{
	struct frame *f = top(o);

	for (size_t i = 0; f->cols[i].key; i++) {
		if (!strcmp(f->cols[i].key, key) && scols_line_set_data(f->line, i, text))
			o->failed = true;
	}
}

/* How far a line is indented: once for each object around it but the outermost. */
static int indent(const struct out *o)
{
	int n = 0;

	for (int i = 2; i <= o->depth; i++)
		n += o->stack[i].kind == OBJECT ? 2 : 0;
	return n;
}

/* Give text that is safe to print to the frame on top, text only. */
static void put_safe(struct out *o, const char *key, const char *text)
{
	struct frame *f = top(o);

	if (f->kind == ROW && key)
		put_cell(o, key, text);
	else if (f->kind == LIST)
		append(o, f, ", ", text);
	else if (f->kind == EVENT)
		append(o, f, "  ", text);
	else if (key)
		fprintf(o->file, "%*s%-*s %s\n", indent(o), "", LABEL_WIDTH, key, text);
	else
		fprintf(o->file, "%s\n", text);
}

static void put_text(struct out *o, const char *key, const char *text, size_t len)
{
	auto_free char *safe = escape_text(text, len);

	if (safe)
		put_safe(o, key, safe);
	else
		o->failed = true;
}

static struct frame *push(struct out *o, enum kind kind, const char *key, json_t *json)
{
	struct frame *f;

	if (o->depth + 1 == DEPTH_MAX)
		abort();
	o->depth++;
	f = top(o);
	*f = (struct frame){ .kind = kind, .key = key ? strdup(key) : NULL };
	if (text_mode(o))
		json_decref(json);
	else
		f->json = json;
	return f;
}

/* Close the frame on top: JSON goes to the frame below, or out if there is none. */
static void pop(struct out *o)
{
	struct frame f = *top(o);

	*top(o) = (struct frame){ 0 };
	o->depth--;
	if (!text_mode(o) && o->depth) {
		put_json(o, f.key, json_incref(f.json));
	} else if (!text_mode(o)) {
		size_t flags = o->format == OUT_PRETTY ? JSON_INDENT(2) : JSON_COMPACT;
		auto_free char *text = json_dumps(f.json, flags);
		auto_free char *safe = text ? escape_json(text, strlen(text)) : NULL;

		if (!safe || fprintf(o->file, "%s\n", safe) < 0)
			o->failed = true;
		fflush(o->file);
	}
	clear_frame(&f);
}

void out_object_begin(struct out *o, const char *key)
{
	if (text_mode(o) && key)
		fprintf(o->file, "%*s%s:\n", indent(o), "", key);
	push(o, OBJECT, key, json_object());
}

void out_object_end(struct out *o)
{
	pop(o);
}

void out_event_begin(struct out *o)
{
	push(o, EVENT, NULL, json_object());
}

void out_event_end(struct out *o)
{
	if (text_mode(o)) {
		put_line(o, top(o)->text ? top(o)->text : "");
		fflush(o->file);
	}
	pop(o);
}

static void add_columns(struct out *o, struct frame *f)
{
	for (const struct out_col *col = f->cols; col->key; col++) {
		auto_free char *title = strdup(col->title ? col->title : col->key);
		int flags = (col->flags & OUT_COL_RIGHT ? SCOLS_FL_RIGHT : 0) |
			    (col->flags & OUT_COL_TREE ? SCOLS_FL_TREE : 0) |
			    (col->flags & OUT_COL_TRUNC ? SCOLS_FL_TRUNC : 0);

		for (char *p = title; p && *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p;
		struct libscols_column *made =
			title ? scols_table_new_column(f->table, title, 0, flags) : NULL;

		if (!made)
			o->failed = true;
		else if (out_has_colour(o->file))
			scols_cell_set_color(scols_column_get_header(made), "\033[1m");
	}
}

void out_table_begin(struct out *o, const char *key, const struct out_col *cols)
{
	struct frame *f = push(o, TABLE, key, json_array());

	f->cols = cols;
	if (!text_mode(o))
		return;
	f->table = scols_new_table();
	if (!f->table) {
		o->failed = true;
		return;
	}
	scols_table_set_stream(f->table, o->file);
	scols_table_enable_colors(f->table, out_has_colour(o->file));
	add_columns(o, f);
}

void out_tree_row_begin(struct out *o, uint64_t id, uint64_t parent)
{
	struct frame *table = top(o);
	struct libscols_line *line, *above = NULL;
	struct tree_line *more;
	struct frame *row;

	if (!text_mode(o) || !table->table) {
		push(o, ROW, NULL, json_object());
		return;
	}
	/* Children often come one after the other. */
	if (parent && parent == table->above.id)
		above = table->above.line;
	for (size_t i = table->n_lines; parent && i-- > 0 && !above;)
		above = table->lines[i].id == parent ? table->lines[i].line : NULL;
	table->above = (struct tree_line){ parent, above };
	line = scols_table_new_line(table->table, above);
	more = id ? reallocarray(table->lines, table->n_lines + 1, sizeof(*more)) : NULL;
	if (more) {
		more[table->n_lines++] = (struct tree_line){ id, line };
		table->lines = more;
	}
	if (!line || (id && !more))
		o->failed = true;
	row = push(o, ROW, NULL, NULL);
	row->line = line;
	row->cols = table->cols;
}

void out_row_begin(struct out *o)
{
	out_tree_row_begin(o, 0, 0);
}

void out_row_end(struct out *o)
{
	pop(o);
}

void out_table_end(struct out *o)
{
	struct frame *f = top(o);

	if (text_mode(o) && f->table && !scols_table_is_empty(f->table)) {
		if (o->depth > 1)
			fprintf(o->file, "%*s%s:\n", indent(o), "", f->key ? f->key : "");
		if (scols_print_table(f->table))
			o->failed = true;
	}
	pop(o);
}

void out_list_begin(struct out *o, const char *key)
{
	push(o, LIST, key, json_array());
}

void out_list_end(struct out *o)
{
	auto_free char *key = NULL;
	auto_free char *text = NULL;

	if (!text_mode(o)) {
		pop(o);
		return;
	}
	key = take_ptr(top(o)->key);
	text = take_ptr(top(o)->text);
	pop(o);
	put_safe(o, key, text ? text : "-");
}

void out_strn(struct out *o, const char *key, const char *value, size_t len)
{
	if (text_mode(o))
		put_text(o, key, value, len);
	else
		put_json(o, key, json_text(value, len));
}

void out_str(struct out *o, const char *key, const char *value)
{
	if (value)
		out_strn(o, key, value, strlen(value));
	else
		out_null_as(o, key, "-");
}

void out_fmt(struct out *o, const char *key, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	out_str(o, key, text);
}

void out_u64(struct out *o, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (text_mode(o))
		put_safe(o, key, text);
	else
		put_json(o, key, value > INT64_MAX ? json_string(text) : json_integer(value));
}

void out_hex(struct out *o, const char *key, const void *bytes, size_t len)
{
	auto_free char *text = malloc(len * 2 + 1);

	if (!text) {
		o->failed = true;
		return;
	}
	text[0] = '\0';
	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
	out_strn(o, key, text, len * 2);
}

void out_num_as(struct out *o, const char *key, int64_t value, const char *text)
{
	if (text_mode(o))
		put_text(o, key, text, strlen(text));
	else
		put_json(o, key, json_integer(value));
}

void out_null_as(struct out *o, const char *key, const char *text)
{
	if (text_mode(o))
		put_text(o, key, text, strlen(text));
	else
		put_json(o, key, json_null());
}

void out_time(struct out *o, const char *key, int64_t seconds)
{
	time_t t = seconds;
	char text[64] = "never";
	struct tm tm;

	if (seconds && (!localtime_r(&t, &tm) || !strftime(text, sizeof(text), "%F %T", &tm)))
		snprintf(text, sizeof(text), "%lld", (long long)seconds);
	out_num_as(o, key, seconds, text);
}

void out_json_str(struct out *o, const char *key, const char *value)
{
	if (!text_mode(o))
		out_str(o, key, value);
}

void out_json_u64(struct out *o, const char *key, uint64_t value)
{
	if (!text_mode(o))
		out_u64(o, key, value);
}

void out_text_str(struct out *o, const char *key, const char *value)
{
	if (text_mode(o))
		out_str(o, key, value);
}

void out_mask(struct out *o, const char *key, uint32_t mask, const char *const *names, size_t n)
{
	out_list_begin(o, key);
	for (size_t i = 0; i < 32; i++) {
		if (!(mask & 1u << i))
			continue;
		if (i < n)
			out_str(o, NULL, names[i]);
		else
			out_fmt(o, NULL, "bit-%zu", i);
	}
	out_list_end(o);
}

void out_line(struct out *o, const char *fmt, ...)
{
	auto_free char *text = NULL;
	auto_free char *safe = NULL;
	va_list ap;

	if (!text_mode(o))
		return;
	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	safe = text ? escape_text(text, strlen(text)) : NULL;
	if (!safe || put_line(o, safe) < 0)
		o->failed = true;
}

void out_document(struct out *o, const char *text, size_t len)
{
	auto_free char *safe = isatty(fileno(o->file)) ? escape_json(text, len) : NULL;

	if (safe ? fputs(safe, o->file) < 0 : fwrite(text, 1, len, o->file) != len)
		o->failed = true;
}
