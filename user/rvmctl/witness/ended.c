// SPDX-License-Identifier: GPL-2.0-only
/* Rights that were there once, and how to give some. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/duration.h"
#include "grammar/scope_rights.h"
#include "lib/model/rights.h"
#include "log/event.h"
#include "partition/token_list.h"
#include "table/describe.h"
#include "witness/ended.h"
#include "witness/trial.h"

/* In single quotes, as a shell takes it. */
static char *quote(const char *text)
{
	char *out = malloc(4 * strlen(text) + 3), *p = out;

	if (!out)
		return NULL;
	*p++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			p = stpcpy(p, "'\\'");
		*p++ = *text;
	}
	stpcpy(p, "'");
	return out;
}

/* " --rights READ,WRITE", or "" if the resource says so itself; free() it. */
static char *rights_option(const char *resource, uint8_t rights)
{
	struct rvm_scope_spec spec;
	char text[80] = "";
	size_t n = 0;

	/* Who writes to a file reads it as well, and who maps it. */
	if (!rvm_scope_parse(&spec, resource, strlen(resource), rights, NULL, NULL) &&
	    (rvm_scope_rights(&spec) & ~RVM_RIGHT_READ) == (rights & ~RVM_RIGHT_READ) &&
	    (rvm_scope_rights(&spec) & rights) == rights)
		return strdup("");
	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (rights & bit)
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : " --rights ",
				      rvm_right_name(bit));
	}
	return strdup(text);
}

char *grant_command(const char *partition, const char *resource, uint8_t rights)
{
	auto_free char *option = rights_option(resource, rights);
	auto_free char *quoted = quote(resource);

	for (const char *at = resource; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return NULL;
	}
	return option && quoted ?
		       format("rvmctl grant %s %s%s --for 10m", partition, quoted, option) :
		       NULL;
}

/* "The host took token 7 back 3 s ago, in record 90."; free() it. */
static char *taken_text(struct nlc *nlc, const struct token *t)
{
	auto_names struct names names = { .nlc = nlc };
	auto_event struct event event = { 0 };
	auto_free char *age = NULL;
	struct err err = { 0 };
	uint64_t then, now = time(NULL);

	/* Inside, and when it was overwritten, the number is all there is. */
	if (event_get(nlc, t->revoked, &names, &event, &err)) {
		err_clear(&err);
		return format("Token %" PRIu64 " was taken back in record %" PRIu64 ".", t->id,
			      t->revoked);
	}
	then = event.rec.timestamp_ns / 1000000000;
	age = duration_text(now > then ? now - then : 0);
	if (event.detail.why)
		return format("Token %" PRIu64 " ended %s ago (%s), in record %" PRIu64 ".", t->id,
			      age ? age : "?", event.detail.why, t->revoked);
	return format("%s%s took token %" PRIu64 " back %s ago, in record %" PRIu64 ".",
		      event.rec.actor ? "Partition " : "The ", event.partition, t->id,
		      age ? age : "?", t->revoked);
}

char *token_story(struct nlc *nlc, const struct token *t)
{
	if (t->flags & RVM_TOKEN_FLAG_USED)
		return format("Token %" PRIu64 " was good for one use, and was used.", t->id);
	if (t->revoked)
		return taken_text(nlc, t);
	if (t->flags & RVM_TOKEN_FLAG_UNTIL_EXIT && t->flags & RVM_TOKEN_FLAG_REVOKED)
		return format("Token %" PRIu64 " was good until no process of the partition was "
			      "left.",
			      t->id);
	/* Rows of tables that expire are told as such. */
	if (t->flags & RVM_TOKEN_FLAG_GRANTED && token_is_over(t))
		return format("Token %" PRIu64 " was given for a while, which is over.", t->id);
	return NULL;
}

/* It covered what was refused, has ended, and there is something to say of that. */
static bool would_allow(const struct token *t, const struct refusal *r)
{
	struct anchor dir;
	struct scope s = token_scope(t, &dir);

	if (!token_is_over(t) || (t->rights & r->asked) != r->asked || t->within)
		return false;
	/* A program is known by its file. */
	if (dir.path && t->class == RVM_CLASS_EXEC && stat(dir.path, &dir.st))
		return false;
	return trial_scope_covers(&s, r);
}

/*
 * The newest, whatever the reason: where another token covers some of it, the module names
 * that one.
 */
static const struct token *find_ended(const struct trial *trial, const struct tokens *tokens,
				      const struct refusal *r)
{
	const struct token *found = NULL;

	/* Files of a container are not seen from here. */
	for (size_t i = 0; !trial->blind && i < tokens->n; i++) {
		const struct token *t = &tokens->list[i];

		if ((!found || t->id > found->id) && would_allow(t, r))
			found = t;
	}
	if (found || (r->reason != RVM_REASON_REVOKED && r->reason != RVM_REASON_EXPIRED))
		return found;
	return tokens_find(tokens, r->token);
}

/* A row that is taken back stays so, as long as the table has it. */
static bool is_row(const struct token *t)
{
	return !(t->flags & RVM_TOKEN_FLAG_GRANTED);
}

char *ended_text(const struct trial *trial, const struct refusal *r)
{
	auto_tokens struct tokens tokens = { 0 };
	const struct token *t = NULL;
	auto_free char *command = NULL;
	auto_free char *text = NULL;
	struct err err = { 0 };

	if (!trial->nlc || !trial->part)
		return NULL;
	if (!tokens_get(trial->nlc, trial->part->id, &tokens, &err))
		t = find_ended(trial, &tokens, r);
	err_clear(&err);
	text = t ? token_story(trial->nlc, t) : NULL;
	if (text && t->resource)
		command = grant_command(r->partition, t->resource, t->rights);
	if (!text || !command)
		return take_ptr(text);
	if (is_row(t))
		return format("%s  It is a row of the table, and stays taken back when that is "
			      "loaded again: load --fresh gives it again, for a while: %s.",
			      text, command);
	return format("%s  To give it again: %s.", text, command);
}
