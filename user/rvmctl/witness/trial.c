// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "grammar/scope_parse.h"
#include "lib/pattern/argv.h"
#include "plan/plan.h"
#include "table/resolve.h"
#include "witness/check.h"
#include "witness/trial.h"

void trial_open(struct trial *t, struct nlc *nlc, const struct partition *part)
{
	struct err err = { 0 };

	*t = (struct trial){ .nlc = nlc, .part = part };
	t->blind = !part || !part->workspace || partition_is_container(part) ||
		   resolver_open(&t->resolver, NULL, part->workspace, &err);
	err_clear(&err);
}

void trial_close(struct trial *t)
{
	resolver_close(&t->resolver);
}

static bool is_same_file(const struct anchor *anchor, const char *path)
{
	struct stat st;

	return anchor && path && !stat(path, &st) && st.st_ino == anchor->st.st_ino &&
	       st.st_dev == anchor->st.st_dev;
}

/* The kernel wants all to agree: the file, the name it was called by, and its words. */
static bool covers_words(const struct scope *s, const struct refusal *r)
{
	char text[RVM_ARGV_BYTES_MAX];
	struct rvm_argv argv = { .text = text, .truncated = r->cut };
	const char *as = r->as ? r->as : path_base(r->path ? r->path : "");

	if (s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return true;
	if (!is_same_file(s->anchor, r->path) ||
	    !rvm_argv_match_program(s->pattern, s->len, as, strlen(as)))
		return false;
	/* An interpreter is judged without words. */
	if (!r->words)
		return true;
	for (size_t i = 0; r->words[i]; i++) {
		size_t len = strlen(r->words[i]) + 1;

		if (argv.len + len > sizeof(text)) {
			argv.truncated = true;
			break;
		}
		memcpy(text + argv.len, r->words[i], len);
		argv.len += len;
		argv.words++;
	}
	return rvm_argv_match(s->pattern, s->len, s->flags & RVM_SCOPE_FLAG_PREFIX, &argv);
}

bool trial_scope_covers(const struct scope *s, const struct refusal *r)
{
	bool runs = s->flags & RVM_SCOPE_FLAG_RUN, mapped = r->class == RVM_CLASS_PATH;
	struct entry e = { .scope = *s };

	switch (s->class) {
	case RVM_CLASS_PATH:
		/* What starts by a path is what "run:" is for; what is mapped is not. */
		if (runs == mapped)
			return false;
		if (r->reason == RVM_REASON_SPECIAL && strpbrk(s->pattern, "*?["))
			return false;
		return r->path && plan_covers(&e, r->path);
	case RVM_CLASS_EXEC:
		return r->class == RVM_CLASS_EXEC && covers_words(s, r);
	case RVM_CLASS_NET:
		e.scope.class = RVM_CLASS_PATH;
		return s->family && s->anchor && r->path && plan_covers(&e, r->path);
	default:
		return false;
	}
}

/* Would the row, resolved now, cover it?  No request is made: it runs within one. */
static bool fits(struct trial *t, const struct refusal *r, const char *resource, uint8_t rights,
		 struct rvm_scope_spec *spec, char **why)
{
	struct resolved found = { 0 };
	struct err err = { 0 };
	bool home = rights == RVM_RIGHT_READ, covered = false;

	*why = NULL;
	if (resolve_parse(resource, strlen(resource), rights, spec, &err) ||
	    resolve(&t->resolver, spec, false, home, &found, &err)) {
		*why = err.text ? strdup(err.text) : NULL;
		err_clear(&err);
	}
	for (size_t i = 0; !*why && i < found.n && !covered; i++)
		covered = trial_scope_covers(&found.scope[i], r);
	resolved_free(&found);
	return covered && (rights & r->asked) == r->asked;
}

/* Rows that are loaded. */

struct search {
	struct trial *trial;
	const struct refusal *r;
	/* Look for this one; for one that names the program; or for any that covers it. */
	const char *resource;
	bool binding;
	uint8_t rights;
	/* Of a server that is looked for. */
	unsigned long port;
	char *found;
	/* What was found has expired. */
	bool expired;
};

/* Is the row about the program's file, with whatever words? */
static bool names_program(struct trial *t, const struct refusal *r, const char *resource)
{
	struct rvm_scope_spec spec;
	struct resolved found = { 0 };
	struct err err = { 0 };
	bool names = false;

	if (!resolve_parse(resource, strlen(resource), RVM_RIGHT_EXECUTE, &spec, &err) &&
	    spec.class == RVM_CLASS_EXEC &&
	    !resolve(&t->resolver, &spec, false, false, &found, &err))
		names = found.n && is_same_file(found.scope[0].anchor, r->path);
	resolved_free(&found);
	err_clear(&err);
	return names;
}

static bool is_wanted(struct search *s, const char *resource, uint8_t rights)
{
	struct rvm_scope_spec spec;
	auto_free char *why = NULL;

	if (s->resource)
		return !strcmp(s->resource, resource) && (rights & s->rights) == s->rights;
	if (s->binding)
		return names_program(s->trial, s->r, resource);
	/* What starts by a path goes by the name: no file is another than it was. */
	return fits(s->trial, s->r, resource, rights, &spec, &why) &&
	       !(spec.flags & RVM_SCOPE_FLAG_RUN);
}

/* Was taken back or used, or was given beside the table and is over: no row of it. */
static bool is_over(struct nlattr **token)
{
	uint32_t flags = nlc_u32(token[RVM_A_TOKEN_FLAGS]);
	int64_t expires_at = nlc_s64(token[RVM_A_TOKEN_EXPIRES_AT]);

	return flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_USED) ||
	       (flags & RVM_TOKEN_FLAG_GRANTED && expires_at && expires_at <= time(NULL));
}

static int look_at_row(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token[RVM_A_TOKEN_MAX + 1] = { 0 };
	struct nlattr *scope[RVM_A_SCOPE_MAX + 1] = { 0 };
	struct search *s = data;
	const char *resource;
	int64_t expires_at;
	uint8_t rights;

	if (s->found || !attrs[RVM_A_TABLE_TOKEN] ||
	    nlc_nest(token, RVM_A_TOKEN_MAX, attrs[RVM_A_TABLE_TOKEN]) ||
	    token[RVM_A_TOKEN_WITHIN] || !token[RVM_A_TOKEN_SCOPE] || is_over(token) ||
	    nlc_nest(scope, RVM_A_SCOPE_MAX, token[RVM_A_TOKEN_SCOPE]) ||
	    !scope[RVM_A_SCOPE_RESOURCE])
		return 0;
	resource = nlc_str(scope[RVM_A_SCOPE_RESOURCE]);
	rights = nlc_u32(token[RVM_A_TOKEN_RIGHTS]);
	if (is_wanted(s, resource, rights)) {
		expires_at = nlc_s64(token[RVM_A_TOKEN_EXPIRES_AT]);
		s->expired = expires_at && expires_at <= time(NULL);
		s->found = strdup(resource);
	}
	return 0;
}

static char *search_by(struct search *s, int cmd, nlc_fn fn)
{
	struct trial *t = s->trial;
	struct nl_msg *msg = t->nlc && t->part ? nlc_request(t->nlc, cmd, NLM_F_DUMP) : NULL;
	struct err err = { 0 };

	if (msg && nla_put_u32(msg, RVM_A_TABLE_PARTITION, t->part->id))
		nlc_drop(&msg);
	if (msg)
		nlc_call(t->nlc, msg, fn, s, &err);
	err_clear(&err);
	return s->found;
}

static char *search(struct search *s)
{
	return search_by(s, RVM_CMD_TOKEN_GET, look_at_row);
}

static int look_for_server(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token[RVM_A_TOKEN_MAX + 1] = { 0 };
	struct nlattr *scope[RVM_A_SCOPE_MAX + 1] = { 0 };
	struct search *s = data;

	if (s->found || !attrs[RVM_A_TABLE_TOKEN] ||
	    nlc_nest(token, RVM_A_TOKEN_MAX, attrs[RVM_A_TABLE_TOKEN]) ||
	    !token[RVM_A_TOKEN_SCOPE] ||
	    nlc_nest(scope, RVM_A_SCOPE_MAX, token[RVM_A_TOKEN_SCOPE]) ||
	    !(nlc_u32(token[RVM_A_TOKEN_RIGHTS]) & RVM_RIGHT_WRITE) ||
	    nlc_u32(scope[RVM_A_SCOPE_CLASS]) != RVM_CLASS_NET || !scope[RVM_A_SCOPE_PORT_FIRST] ||
	    !scope[RVM_A_SCOPE_PORT_LAST] || nlc_u32(scope[RVM_A_SCOPE_PORT_FIRST]) > s->port ||
	    nlc_u32(scope[RVM_A_SCOPE_PORT_LAST]) < s->port)
		return 0;
	s->found = strdup("");
	return 0;
}

bool trial_listens(struct trial *t, unsigned long port)
{
	struct search s = { .trial = t, .port = port };
	auto_free char *found = search_by(&s, RVM_CMD_TOKEN_GET, look_for_server);

	return found;
}

/* By its path: what was denied by another name is not found. */
static int look_at_exclusion(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *exclusion[RVM_A_EXCLUSION_MAX + 1] = { 0 };
	struct nlattr *scope[RVM_A_SCOPE_MAX + 1] = { 0 };
	struct search *s = data;
	struct anchor dir = { 0 };
	struct entry e = { 0 };
	auto_free char *pattern = NULL;
	const char *resource;

	if (!attrs[RVM_A_TABLE_EXCLUSION] ||
	    nlc_nest(exclusion, RVM_A_EXCLUSION_MAX, attrs[RVM_A_TABLE_EXCLUSION]) ||
	    !exclusion[RVM_A_EXCLUSION_SCOPE] ||
	    !(nlc_u32(exclusion[RVM_A_EXCLUSION_RIGHTS]) & s->r->right) ||
	    nlc_nest(scope, RVM_A_SCOPE_MAX, exclusion[RVM_A_EXCLUSION_SCOPE]) ||
	    !scope[RVM_A_SCOPE_ANCHOR] || !scope[RVM_A_SCOPE_RESOURCE])
		return 0;
	e.scope.class = nlc_u32(scope[RVM_A_SCOPE_CLASS]);
	e.scope.flags = nlc_u32(scope[RVM_A_SCOPE_FLAGS]);
	e.scope.anchor = &dir;
	dir.path = (char *)nlc_str(scope[RVM_A_SCOPE_ANCHOR]);
	e.scope.len = scope[RVM_A_SCOPE_PATTERN] ? nla_len(scope[RVM_A_SCOPE_PATTERN]) : 0;
	pattern = strndup(scope[RVM_A_SCOPE_PATTERN] ? nla_data(scope[RVM_A_SCOPE_PATTERN]) : "",
			  e.scope.len);
	e.scope.pattern = pattern;
	resource = nlc_str(scope[RVM_A_SCOPE_RESOURCE]);
	/* One that nothing lifts counts more than one that something does. */
	if (!pattern || e.scope.class != RVM_CLASS_PATH || (s->found && resource[0] != '/') ||
	    !plan_covers(&e, s->r->path))
		return 0;
	free(s->found);
	s->found = strdup(resource);
	return 0;
}

char *trial_exclusion(struct trial *t, const struct refusal *r)
{
	struct search s = { .trial = t, .r = r };

	if (t->blind || r->class != RVM_CLASS_PATH || !r->path)
		return NULL;
	return search_by(&s, RVM_CMD_EXCLUSION_GET, look_at_exclusion);
}

bool trial_is_program(struct trial *t, const struct refusal *r)
{
	struct search s = { .trial = t, .r = r, .binding = true };
	auto_free char *found = search(&s);

	return found;
}

bool trial_may_write(struct trial *t, const struct refusal *r)
{
	const struct refusal write = { .class = RVM_CLASS_PATH,
				       .right = RVM_RIGHT_WRITE,
				       .asked = RVM_RIGHT_WRITE,
				       .path = r->path };

	return !t->blind && t->nlc && r->path && check_again(t->nlc, t->part->id, &write);
}

/* What is no file here is as it was asked for. */
static bool is_plain(const struct trial *t, const struct refusal *r)
{
	return t->blind || (r->class == RVM_CLASS_NET && r->addr) || r->class == RVM_CLASS_TOOL ||
	       r->class == RVM_CLASS_NAME;
}

bool trial_covers(struct trial *t, const struct refusal *r, const char *resource, uint8_t rights,
		  char **why)
{
	struct rvm_scope_spec spec;

	*why = NULL;
	if (is_plain(t, r))
		return true;
	if (!fits(t, r, resource, rights, &spec, why))
		return false;
	if (!(spec.flags & RVM_SCOPE_FLAG_RUN) || !trial_is_program(t, r))
		return true;
	*why = strdup("a row names this program with its arguments, so that no run: row starts it");
	return false;
}

char *trial_find(struct trial *t, const struct refusal *r, bool *expired)
{
	struct search s = { .trial = t, .r = r };
	char *found = is_plain(t, r) ? NULL : search(&s);

	*expired = s.expired;
	return found;
}

bool trial_has(struct trial *t, const char *resource, uint8_t rights)
{
	struct search s = { .trial = t, .resource = resource, .rights = rights };
	auto_free char *found = search(&s);

	return found;
}
