// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detail lines: what a person needs to know about a record, beside the record.
 */

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "gate/detail.h"
#include "gate/gate.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "limits.h"
#include "table/token.h"
#include "witness/line.h"

/* Longest path that is looked at whole; of longer ones the last names are. */
#define SCRATCH_BYTES (RVM_DETAIL_ROOM - RVM_DETAIL_BYTES)
/* Of the resource of the token that decided. */
#define RULE_BYTES 96
/* Ends a line that does not say all; there is always room for it. */
#define CUT " cut=1"

/* A program goes by the name that it was called by. */
static void add_called(struct rvm_line *line, const struct rvm_question *q)
{
	const struct rvm_name *base = &q->req.exec.base;
	const char *leaf = "";

	if (q->path)
		leaf = READ_ONCE(q->path->dentry->d_name.name);
	if (strnlen(leaf, NAME_MAX) != base->len || memcmp(leaf, base->text, base->len))
		rvm_line_add(line, "as", base->text, base->len);
}

/* No mount is known: the path starts at the root of this file system. */
static void add_device(struct rvm_line *line, const struct dentry *dentry)
{
	dev_t dev = dentry->d_sb->s_dev;

	if (line->len + 32 > line->size)
		return;
	line->len += scnprintf(line->text + line->len, line->size - line->len, " fs=%u:%u",
			       MAJOR(dev), MINOR(dev));
}

/* The last names of a path that is too long to be looked at whole, before @end. */
static char *last_names(const struct dentry *dentry, char *begin, char *end)
{
	*--end = '\0';
	while (!IS_ROOT(dentry)) {
		const char *name = READ_ONCE(dentry->d_name.name);
		size_t len = strnlen(name, NAME_MAX);

		if (end - begin <= len)
			break;
		end -= len;
		memcpy(end, name, len);
		*--end = '/';
		dentry = READ_ONCE(dentry->d_parent);
	}
	return end;
}

/* Where the task has no root any more, as at its end, the file system's counts. */
static char *path_text(const struct rvm_question *q, char *scratch, bool *cut)
{
	const struct dentry *dentry = q->path ? q->path->dentry : q->dentry;
	char *text;

	if (q->path && current->fs)
		text = d_path(q->path, scratch, SCRATCH_BYTES - NAME_MAX - 2);
	else
		text = dentry_path_raw((struct dentry *)dentry, scratch,
				       SCRATCH_BYTES - NAME_MAX - 2);
	*cut = IS_ERR(text);
	return *cut ? last_names(dentry, scratch, scratch + SCRATCH_BYTES - NAME_MAX - 2) : text;
}

static void add_path(struct rvm_line *line, const struct rvm_question *q, char *scratch)
{
	size_t len;
	char *text;
	bool cut;

	if (!q->path && !q->dentry)
		return;
	if (!q->path)
		add_device(line, q->dentry);
	text = path_text(q, scratch, &cut);
	len = strlen(text);
	if (q->path && q->dentry) {
		const char *name = READ_ONCE(q->dentry->d_name.name);
		size_t name_len = strnlen(name, NAME_MAX);

		memmove(scratch, text, len);
		text = scratch;
		if (!len || text[len - 1] != '/')
			text[len++] = '/';
		memcpy(text + len, name, name_len);
		len += name_len;
	}
	/* Arguments need room too. */
	rvm_line_add_path(line, text, len, q->argv ? 2 : 1, !cut);
}

/* Rights by name, joined by commas: nothing in it needs escaping. */
static void add_rights(struct rvm_line *line, const char *before, u8 rights)
{
	u8 right;

	for (right = 1; right <= RVM_RIGHT_GRANT_ONCE; right <<= 1) {
		if (!(rights & right))
			continue;
		rvm_line_add_text(line, before);
		rvm_line_add_text(line, rvm_right_name(right));
		before = ",";
	}
}

static void add_token(struct rvm_line *line, const struct rvm_verdict *v)
{
	const struct rvm_token *token;

	if (!v->token)
		return;
	token = container_of(v->token, struct rvm_token, core);
	if (v->token->id)
		rvm_line_add_number(line, "token", v->token->id);
	if (token->object->resource)
		rvm_line_add(line, "rule", token->object->resource,
			     strnlen(token->object->resource, RULE_BYTES));
}

/* Then no row with arguments would help, whatever the reason was. */
static void add_turner(struct rvm_line *line, const struct rvm_exec_object *exec)
{
	if (rvm_environ_turns_program(exec->turned, exec->base.text, exec->base.len))
		rvm_line_add(line, "turned", exec->turner, strlen(exec->turner));
}

char *rvm_detail_write(char *text, const struct rvm_question *q, const struct rvm_verdict *v)
{
	struct rvm_line line = { .text = text, .size = RVM_DETAIL_BYTES - sizeof(CUT) };
	char *scratch = text + RVM_DETAIL_BYTES;
	u8 missing = v->missing && !v->allow ? v->missing : q->req.need;
	char comm[TASK_COMM_LEN];

	text[0] = '\0';

	rvm_line_add_text(&line, "op=");
	rvm_line_add_text(&line, rvm_op_name(q->req.op));
	add_rights(&line, " right=", missing);
	/* The first right that lacks decides: a row has to give the others too. */
	if (missing != q->req.need)
		add_rights(&line, " asked=", q->req.need);
	rvm_line_add_number(&line, "pid", task_tgid_nr(current));
	rvm_line_add_number(&line, "uid", from_kuid(&init_user_ns, current_uid()));
	/* Not get_task_comm(): some hooks come with the lock it takes. */
	memcpy(comm, current->comm, sizeof(comm));
	rvm_line_add(&line, "comm", comm, strnlen(comm, sizeof(comm)));
	if (q->text) {
		rvm_line_add_text(&line, " ");
		rvm_line_add_text(&line, q->text);
	}
	add_token(&line, v);
	if (v->reason == RVM_REASON_WITHIN)
		rvm_line_add(&line, "within", v->token->within_name, strlen(v->token->within_name));
	add_path(&line, q, scratch);
	if (q->req.class == RVM_CLASS_EXEC)
		add_called(&line, q);
	if (q->req.class == RVM_CLASS_EXEC)
		add_turner(&line, &q->req.exec);
	/* The exec is a secure one: some variables and directories are not obeyed then. */
	if (q->req.class == RVM_CLASS_EXEC && v->allow && v->words)
		rvm_line_add_number(&line, "secure", 1);
	if (q->argv)
		rvm_line_add_words(&line, q->argv);
	if (line.cut)
		memcpy(line.text + line.len, CUT, sizeof(CUT));
	return text;
}
