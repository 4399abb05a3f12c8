// SPDX-License-Identifier: GPL-2.0-only
/* Exclusions of a plan. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "base/note.h"
#include "base/path.h"
#include "grammar/scope_parse.h"
#include "lib/judge/view.h"
#include "plan/plan_priv.h"
#include "table/lint.h"
#include "table/program.h"
#include "table/resolve.h"

/*
 * What was found below the workspace may cost a question half of what a table may, in steps
 * of rvm_glob_steps(): the module would refuse more.
 */
#define DERIVED_STEPS_MAX (2 * 1024 * 1024)
/* Directories that are told of one by one. */
#define TOLD_MAX 20
/* What the module keeps of it to show. */
#define RESOURCE_BYTES_MAX 4095

/* Is it about a domain, and was load told to leave such rules out? */
static bool is_left_out(const struct plan *plan, const struct rule *rule)
{
	struct rvm_scope_spec spec;

	return plan->leave_domains &&
	       !rvm_scope_parse(&spec, rule->resource, strlen(rule->resource), RVM_RIGHT_READ, NULL,
				NULL) &&
	       resolve_is_domain(&spec);
}

static int leave_out(struct plan *plan, const struct rule *rule)
{
	warn_line("%s: deny rule %zu (%s): skipped, domain names are not enforced", rule->origin,
		  rule->row, rule->resource);
	plan->left_out++;
	return 0;
}

/* Of what others obey: the list, and what was found. */
static bool is_derived(const struct rule *rule)
{
	return !strcmp(rule->origin, "deputy.list");
}

/* Rights that a deny rule takes away. */
static uint8_t denied_rights(const struct rvm_scope_spec *spec)
{
	uint8_t all = RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE;

	if (spec->class == RVM_CLASS_PATH)
		return spec->verb == RVM_RIGHT_WRITE ? RVM_RIGHT_WRITE : all;
	if (spec->class == RVM_CLASS_NET)
		return RVM_RIGHT_EXECUTE | RVM_RIGHT_WRITE;
	if (spec->class == RVM_CLASS_NAME)
		return all;
	return RVM_RIGHT_EXECUTE;
}

/* Do names differ there that another file system would take for one? */
static bool folds_case(const struct anchor *anchor)
{
	auto_close int fd = -1;
	struct statfs fs;
	int flags = 0;

	if (!anchor || !S_ISDIR(anchor->st.st_mode) || fstatfs(anchor->fd, &fs))
		return false;
	switch (fs.f_type) {
	case MSDOS_SUPER_MAGIC:
	case EXFAT_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case V9FS_MAGIC:
	case FUSE_SUPER_MAGIC:
	case 0x5346544e: /* ntfs */
	case 0x7366746e: /* ntfs3 */
		return true;
	}
	fd = openat(anchor->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && !ioctl(fd, FS_IOC_GETFLAGS, &flags) && flags & FS_CASEFOLD_FL;
}

static void fold_case(struct entry *e)
{
	if (e->scope.class == RVM_CLASS_PATH && folds_case(e->scope.anchor)) {
		e->scope.flags |= RVM_SCOPE_FLAG_NOCASE;
		note(&e->notes, "compared without regard to case");
	}
}

static int exclude_spelling(struct plan *plan, const struct rule *rule, const char *resource,
			    struct err *err)
{
	struct entry model = {
		.exclusion = true,
		.tier = 1,
		.origin = (char *)rule->origin,
		.row = rule->row,
		.resource = (char *)rule->resource,
		.rights = rule->rights,
	};
	struct rvm_scope_spec spec;

	if (resolve_parse(resource, strlen(resource), RVM_RIGHT_READ, &spec, err))
		return -1;
	if (spec.class == RVM_CLASS_ANY || spec.class == RVM_CLASS_SELF) {
		err_make(err, EXIT_USAGE, "would deny everything");
		return err_hint(err, "remove the rule, or load an empty table with --base none");
	}
	if (!model.rights)
		model.rights = denied_rights(&spec);
	/* An exclusion is not about how the file is used. */
	spec.flags &= RVM_SCOPE_FLAG_ANY_PROGRAM | RVM_SCOPE_FLAG_ALONE;
	if (spec.class == RVM_CLASS_EXEC)
		model.notes = "advisory: other arguments, or another program, can do the same";
	return plan_resolve(plan, &spec, &model, rule->flags, err);
}

/* Programs that one rule stands for. */
#define GLUED_MAX 256

/* All of a directory whose names begin so. */
static int exclude_programs_in(struct plan *plan, const struct rule *rule, const struct anchor *dir,
			       const char *name, size_t *n, struct err *err)
{
	int fd = dir ? openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !d)
		close(fd);
	while (d && (e = readdir(d))) {
		auto_free char *resource = NULL;

		if (strncmp(e->d_name, name, strlen(name)) || !strcmp(e->d_name, name) ||
		    word_fault(e->d_name) || strchr(e->d_name, ':'))
			continue;
		if (++*n > GLUED_MAX) {
			err_make(err, EXIT_USAGE, "'%s*' matches more than %d programs", name,
				 GLUED_MAX);
			return err_hint(err, "write more of the name, or * for all programs");
		}
		resource = format("exec:%s *", e->d_name);
		if (!resource || exclude_spelling(plan, rule, resource, err))
			return resource ? -1 : err_errno(err, ENOMEM, "%s", name);
	}
	return 0;
}

/* /bin is mostly a link to /usr/bin. */
static bool is_folder_before(struct resolver *r, const struct anchor *dir, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (resolve_inside(r, program_folders[i]) == dir)
			return true;
	}
	return false;
}

/* A star that is glued to the name of the program: it holds for those that are there. */
static int exclude_programs(struct plan *plan, const struct rule *rule,
			    const struct rvm_scope_spec *spec, size_t *n, struct err *err)
{
	auto_free char *name = lint_glued_name(spec);

	*n = 0;
	if (!name || (strchr(name, '/') && name[0] != '/'))
		return 0;
	if (name[0] == '/') {
		err_make(err, EXIT_USAGE, "a star in the path of a program is not supported");
		return err_hint(err,
				"write a rule for each program, or Read(/%s*) to deny the "
				"files",
				name);
	}
	for (size_t i = 0; program_folders[i]; i++) {
		const struct anchor *dir = resolve_inside(&plan->resolver, program_folders[i]);

		if (!is_folder_before(&plan->resolver, dir, i) &&
		    exclude_programs_in(plan, rule, dir, name, n, err))
			return -1;
	}
	return 0;
}

/* What it was written for as well: braces spelt out, sets as letters. */
static int exclude_spellings(struct plan *plan, const struct rule *rule, size_t first,
			     struct err *err)
{
	char *spelling[LINT_SPELLINGS_MAX];
	struct rvm_scope_spec spec;
	size_t programs;
	int n, ret = 0;

	if (rule->flags & RVM_SCOPE_FLAG_BUILTIN ||
	    rvm_scope_parse(&spec, rule->resource, strlen(rule->resource), RVM_RIGHT_READ, NULL,
			    NULL))
		return 0;
	if (exclude_programs(plan, rule, &spec, &programs, err))
		return -1;
	n = lint_spellings(&plan->resolver, &spec, rule->resource, spelling);
	if (n < 0) {
		err_make(err, EXIT_USAGE, "its braces stand for more than %d names",
			 LINT_SPELLINGS_MAX);
		return err_hint(err, "write a rule for each");
	}
	for (int i = 0; i < n; i++) {
		if (!ret)
			ret = exclude_spelling(plan, rule, spelling[i], err);
		free(spelling[i]);
	}
	if (!ret && !is_derived(rule)) {
		char *why = lint_rule(&spec, rule->resource, true);

		if (!why)
			why = lint_places(&plan->resolver, &spec, rule->resource);
		if (!why && !programs && plan_is_unresolved(plan, first))
			why = strdup("program not found: load again once there is one");
		plan_warn(rule->origin, rule->row, rule->resource, why);
	}
	return ret;
}

/* Nothing is called so: it would deny nothing. */
static int check_form(const struct rule *rule, struct err *err)
{
	auto_free char *why = rule->flags & RVM_SCOPE_FLAG_BUILTIN || is_derived(rule) ?
				      NULL :
				      lint_form(rule->resource);

	return why ? err_make(err, EXIT_USAGE, "%s", why) : 0;
}

static int exclude_rule(struct plan *plan, const struct rule *rule, struct err *err)
{
	size_t first = plan->n;

	if (check_form(rule, err))
		return plan_blame(err, rule->origin, rule->row, rule->resource);
	if (is_left_out(plan, rule))
		return leave_out(plan, rule);
	if (exclude_spelling(plan, rule, rule->resource, err) ||
	    exclude_spellings(plan, rule, first, err))
		return plan_blame(err, rule->origin, rule->row, rule->resource);
	for (; first < plan->n; first++)
		fold_case(&plan->entries[first]);
	return 0;
}

/*
 * What was found below the workspace.  Who is confined chose its names and its number,
 * and must neither be able to stop a load with them nor to leave a door open.
 */

/* Cut @text, which has room for it, at the last slash before @end; the rest is then all below. */
static bool cut_name(char *text, size_t first, size_t *end, const char *tail)
{
	while (*end > first && text[*end] != '/')
		--*end;
	if (*end <= first)
		return false;
	memcpy(text + *end, tail, strlen(tail) + 1);
	--*end;
	return true;
}

/*
 * A rule for the same that can be said: "?" for bytes that no rule may hold, and the
 * deepest directory that has room for what is too long.  NULL if there is none.
 */
static char *sayable(const char *resource)
{
	size_t end = strlen(resource);
	auto_free char *text = malloc(end + sizeof("/**)"));
	struct rvm_scope_spec spec;
	struct err err = { 0 };
	bool good;

	if (!text)
		return NULL;
	memcpy(text, resource, end + 1);
	for (char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
	do {
		good = !resolve_parse(text, strlen(text), RVM_RIGHT_READ, &spec, &err);
		err_clear(&err);
	} while (!good && cut_name(text, strlen("Edit(/"), &end, "/**)"));
	return good ? take_ptr(text) : NULL;
}

/* Once for each directory, however many lines are about it. */
static void tell_coarse(struct plan *plan, const char *resource, const char *instead)
{
	size_t same = 0;

	while (resource[same] && resource[same] == instead[same])
		same++;
	/* Up to the directory, or to the first byte that cannot be said. */
	same += instead[same] == '?';
	if (plan->coarse && !strncmp(plan->coarse, instead, same) && !plan->coarse[same])
		return;
	free(plan->coarse);
	plan->coarse = strndup(instead, same);
	if (plan->n_coarse++ < TOLD_MAX)
		warn_line("%.400s: no rule can express this name; %.400s is made read-only instead",
			  resource, instead);
	else if (plan->n_coarse == TOLD_MAX + 1)
		warn_line("more such names are not listed");
}

static bool is_below_workspace(const struct plan *plan, const char *resource)
{
	auto_free char *ws = path_escape(plan->resolver.workspace->path);
	size_t head = strlen("Edit(/");

	return ws && strlen(resource) > head && path_is_below(resource + head, ws);
}

/* More than there is room for: nothing in the workspace is to be written then. */
static int exclude_workspace(struct plan *plan, struct err *err)
{
	const struct anchor *ws = plan->resolver.workspace;

	if (plan->full)
		return 0;
	plan->full = true;
	warn_line("%s: made read-only, since tools obey more directories in it than fit into a "
		  "table",
		  ws->path);
	return plan_exclude_anchor(plan, ws, "**", RVM_RIGHT_WRITE, err);
}

static uint64_t steps_from(const struct plan *plan, size_t first)
{
	struct rvm_glob glob;
	uint64_t steps = 0;

	for (; first < plan->n; first++) {
		const struct scope *s = &plan->entries[first].scope;

		if (!rvm_glob_parse(&glob, s->pattern, s->len, NULL))
			steps += rvm_glob_steps(&glob, RVM_PATH_DEPTH_MAX, RVM_PATH_BYTES_MAX);
	}
	return steps;
}

static int exclude_derived(struct plan *plan, const struct rule *rule, struct err *err)
{
	auto_free char *text = sayable(rule->resource);
	struct rule same = *rule;
	size_t first = plan->n;

	if (!text)
		return exclude_rule(plan, rule, err);
	if (is_below_workspace(plan, text) && plan->steps >= DERIVED_STEPS_MAX)
		return exclude_workspace(plan, err);
	if (strcmp(text, rule->resource) != 0)
		tell_coarse(plan, rule->resource, text);
	same.resource = text;
	if (exclude_rule(plan, &same, err))
		return -1;
	if (is_below_workspace(plan, text))
		plan->steps += steps_from(plan, first);
	return 0;
}

int plan_exclude(struct plan *plan, const struct rule *rule, struct err *err)
{
	return is_derived(rule) ? exclude_derived(plan, rule, err) : exclude_rule(plan, rule, err);
}

/* What can be said of it: a directory on the way, with all below, if it is too long. */
static char *sayable_pattern(const struct anchor *anchor, const char *pattern)
{
	size_t end = strlen(pattern);
	char *text = malloc(end + sizeof("/**"));
	struct rvm_glob glob;

	if (!text)
		return NULL;
	memcpy(text, pattern, end + 1);
	if (!rvm_glob_parse(&glob, text, end, NULL))
		return text;
	while (rvm_glob_parse(&glob, text, strlen(text), NULL)) {
		if (!cut_name(text, 0, &end, "/**"))
			memcpy(text, "**", sizeof("**"));
	}
	warn_line("%.400s/%.400s: too long for a rule; %.400s is excluded instead", anchor->path,
		  pattern, text);
	return text;
}

int plan_exclude_anchor(struct plan *plan, const struct anchor *anchor, const char *pattern,
			uint8_t rights, struct err *err)
{
	struct entry model = {
		.exclusion = true,
		.rights = rights,
		.tier = 1,
		.origin = "built-in",
	};
	struct scope scope = { .class = RVM_CLASS_PATH, .flags = RVM_SCOPE_FLAG_BUILTIN };
	auto_free char *path = NULL;
	auto_free char *text = NULL;

	if (!anchor)
		return 0;
	text = sayable_pattern(anchor, pattern);
	if (!text)
		return err_errno(err, ENOMEM, "exclusions");
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (e->exclusion && e->scope.anchor == anchor && e->rights == rights &&
		    e->scope.class == RVM_CLASS_PATH && !strcmp(e->scope.pattern, text))
			return 0;
	}
	scope.anchor = anchor;
	path = path_join(anchor->path, text);
	scope.pattern = take_ptr(text);
	scope.len = strlen(scope.pattern);
	if (path && strlen(path) > RESOURCE_BYTES_MAX)
		path[RESOURCE_BYTES_MAX] = '\0';
	model.resource = path;
	if (!path || plan_add_entry(plan, &model, NULL, &scope)) {
		scope_free(&scope);
		return err_errno(err, ENOMEM, "exclusions");
	}
	fold_case(&plan->entries[plan->n - 1]);
	return 0;
}
