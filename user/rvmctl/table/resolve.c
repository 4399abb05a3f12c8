// SPDX-License-Identifier: GPL-2.0-only
/* From what a resource string says to open files and addresses. */
#include <errno.h>
#include <linux/openat2.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/note.h"
#include "base/path.h"
#include "grammar/addr_parse.h"
#include "grammar/argv_parse.h"
#include "lib/model/text.h"
#include "lib/pattern/argv.h"
#include "table/resolve.h"
#include "table/walk.h"

void scope_free(struct scope *scope)
{
	free(scope->pattern);
	*scope = (struct scope){ 0 };
}

void resolved_free(struct resolved *out)
{
	for (size_t i = 0; i < RESOLVE_SCOPES_MAX; i++)
		scope_free(&out->scope[i]);
	free(out->links);
	free(out->notes);
	free(out->refused_link);
	*out = (struct resolved){ 0 };
}

static struct scope *add_scope(struct resolved *out, const struct rvm_scope_spec *spec)
{
	struct scope *scope = &out->scope[out->n++];

	*scope = (struct scope){ .class = spec->class, .flags = spec->flags };
	return scope;
}

static int set_pattern(struct scope *scope, const char *text, size_t len, struct err *err)
{
	scope->pattern = malloc(len + 1);
	if (!scope->pattern)
		return err_errno(err, ENOMEM, "pattern");
	memcpy(scope->pattern, text, len);
	scope->pattern[len] = '\0';
	scope->len = len;
	return 0;
}

/* A path: where it starts, what exists of it, and the rest as a glob. */

static int check_pattern(const char *pattern, struct err *err)
{
	struct rvm_glob glob;
	size_t at = 0;
	int ret = rvm_glob_parse(&glob, pattern, strlen(pattern), &at);

	if (ret == -E2BIG) {
		err_make(err, EXIT_USAGE, "pattern too long, or with too many parts");
		return err_hint(err, "the limits are 1024 bytes, 60 names, and 8 stars in a name");
	}
	if (ret)
		return err_make(err, EXIT_USAGE, "syntax error at byte %zu of the pattern '%s'", at,
				pattern);
	return 0;
}

static int add_path(struct resolved *out, const struct rvm_scope_spec *spec,
		    const struct anchor *anchor, const char *pattern, struct err *err)
{
	struct scope *scope;

	for (size_t i = 0; i < out->n; i++) {
		if (out->scope[i].anchor == anchor && !strcmp(out->scope[i].pattern, pattern))
			return 0;
	}
	scope = add_scope(out, spec);
	scope->anchor = anchor;
	return set_pattern(scope, pattern, strlen(pattern), err);
}

static bool is_end_of(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return n <= len && !memcmp(text + len - n, end, n);
}

/* A link may lead to a name that is longer than any that is judged: nobody gets there. */
static int add_place(struct resolved *out, const struct rvm_scope_spec *spec,
		     const struct path_place *place, const char *pattern, struct err *err)
{
	struct rvm_glob glob;

	if (!is_end_of(pattern, place->rest) &&
	    rvm_glob_parse(&glob, place->rest, strlen(place->rest), NULL))
		return 0;
	return add_path(out, spec, place->dir, place->rest, err);
}

static int resolve_proc(struct resolver *r, const struct rvm_scope_spec *spec, struct resolved *out,
			struct err *err)
{
	const struct anchor *proc = resolve_below(r, r->root, "proc");
	const char *below = "";
	auto_free char *copy = strndup(spec->text, spec->len);

	if (!copy)
		return err_errno(err, ENOMEM, "pattern");
	if (!proc)
		return err_make(err, EXIT_UNAVAILABLE, "/proc: not mounted");
	if (spec->len > strlen("proc/self/"))
		below = copy + strlen("proc/self/");
	return check_pattern(below, err) ? -1 : add_path(out, spec, proc, below, err);
}

static const struct anchor *base_of(const struct resolver *r, const struct rvm_scope_spec *spec)
{
	switch (spec->base) {
	case RVM_SCOPE_BASE_ROOT:
		return r->root;
	case RVM_SCOPE_BASE_HOME:
		return r->home;
	default:
		return r->workspace;
	}
}

/* "/x", "~/x", else of the workspace; @text moves behind it. */
static const struct anchor *base_of_text(const struct resolver *r, const char **text)
{
	if (!strncmp(*text, "~/", 2)) {
		*text += 2;
		return r->home;
	}
	if (**text != '/')
		return r->workspace;
	*text += strspn(*text, "/");
	return r->root;
}

static int no_home(struct err *err)
{
	return err_make(err, EXIT_USAGE, "~: the user has no home directory");
}

/* What a link of the user's leads to has to lie at home as well. */
static int check_home(struct resolver *r, struct path_walk *walk, struct err *err)
{
	const struct path_place *end = &walk->place[walk->n - 1];

	if (walk->links != LINKS_HOME || !walk->links_len ||
	    path_is_below(end->dir->path, r->home->path))
		return 0;
	err_make(err, EXIT_REFUSED, "a symbolic link leads to %s/%s, outside the home directory",
		 end->dir->path, end->rest);
	return err_hint(err, "name the target itself, or remove the link");
}

/*
 * An exclusion is about names as well: a directory that is made again under its old
 * name is another inode, and a link may become a directory.
 */
static int exclude_more(const struct path_walk *walk, const struct rvm_scope_spec *spec,
			const char *pattern, struct resolved *out, struct err *err)
{
	if (spec->base != RVM_SCOPE_BASE_ROOT && add_path(out, spec, walk->base, pattern, err))
		return -1;
	return walk->file ? add_path(out, spec, walk->file, "", err) : 0;
}

static void take_links(struct path_walk *walk, struct resolved *out)
{
	out->links = take_ptr(walk->links_followed);
	out->links_len = walk->links_len;
}

static int resolve_path(struct resolver *r, const struct rvm_scope_spec *spec, bool exclusion,
			bool home, struct resolved *out, struct err *err)
{
	struct path_walk walk = {
		.resolver = r,
		.base = base_of(r, spec),
		.links = exclusion				   ? LINKS_ALL :
			 spec->base == RVM_SCOPE_BASE_ROOT	   ? LINKS_ROOT :
			 spec->base == RVM_SCOPE_BASE_HOME && home ? LINKS_HOME :
								     LINKS_NONE,
		.notes = &out->notes,
	};
	auto_free char *pattern = NULL;
	int ret;

	if (spec->flags & RVM_SCOPE_FLAG_PROC_OWN && !exclusion)
		return resolve_proc(r, spec, out, err);
	if (!walk.base)
		return no_home(err);
	if (path_normalise(spec->text, spec->len, spec->anywhere, &pattern))
		return err_errno(err, ENOMEM, "pattern");
	ret = path_walk(&walk, pattern, err);
	if (!ret)
		ret = check_home(r, &walk, err);
	for (size_t i = 0; !ret && i < walk.n; i++)
		ret = add_place(out, spec, &walk.place[i], pattern, err);
	if (!ret && exclusion)
		ret = exclude_more(&walk, spec, pattern, out, err);
	out->refused_link = take_ptr(walk.refused);
	take_links(&walk, out);
	path_walk_end(&walk);
	return ret;
}

/* Programs. */

/*
 * With a slash in it: what it leads to, through whatever links.  The rule is bound
 * to that file, and the links stay as they are: see protect_links().
 */
static int find_file(struct resolver *r, const char *word, struct resolved *out,
		     const struct anchor **file, struct err *err)
{
	struct path_walk walk = {
		.resolver = r,
		.base = base_of_text(r, &word),
		.links = LINKS_ALL,
		.literal = true,
		.notes = &out->notes,
	};
	int ret;

	if (!walk.base)
		return no_home(err);
	ret = path_walk(&walk, word, err);
	*file = walk.file;
	take_links(&walk, out);
	path_walk_end(&walk);
	return ret;
}

const char *const program_folders[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", NULL
};

static const struct anchor *look_for_installed(struct resolver *r, const char *word)
{
	for (size_t i = 0; program_folders[i]; i++) {
		auto_free char *path = path_join(program_folders[i], word);
		const struct anchor *a = path ? resolve_inside(r, path) : NULL;

		if (a && S_ISREG(a->st.st_mode) && a->st.st_mode & 0111)
			return a;
	}
	return NULL;
}

static const struct anchor *find_installed(struct resolver *r, const char *word)
{
	struct found *found = memo_at(&r->installed, word);

	if (!found)
		return look_for_installed(r, word);
	if (!found->known)
		found->value = look_for_installed(r, word);
	found->known = true;
	return found->value;
}

/*
 * Environments of python have "python" as a link to python3, made at any time; where
 * nothing else has that name, that is what it means.
 */
static int find_program(struct resolver *r, const char *word, struct resolved *out,
			const struct anchor **file, struct err *err)
{
	*file = NULL;
	if (strchr(word, '/'))
		return find_file(r, word, out, file, err);
	*file = find_installed(r, word);
	if (!*file && !strcmp(word, "python"))
		*file = find_installed(r, "python3");
	return 0;
}

static int resolve_exec(struct resolver *r, const struct rvm_scope_spec *spec, struct resolved *out,
			struct err *err)
{
	struct scope *scope = add_scope(out, spec);
	char words[RVM_GLOB_BYTES_MAX];
	size_t len = 0, at = 0;
	bool prefix = true;
	int ret = 0;

	if (!(spec->flags & RVM_SCOPE_FLAG_ANY_PROGRAM))
		ret = rvm_argv_parse_pattern(spec->text, spec->len, words, sizeof(words), &len,
					     &prefix, &at);
	if (ret == -E2BIG) {
		err_make(err, EXIT_USAGE, "command too long");
		return err_hint(err, "the limits are 1024 bytes and 32 arguments");
	}
	if (ret)
		return err_make(err, EXIT_USAGE, "syntax error at byte %zu of the command", at);
	if (prefix)
		scope->flags |= RVM_SCOPE_FLAG_PREFIX;
	if (!len) {
		scope->flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
		return 0;
	}
	if (set_pattern(scope, words, len, err))
		return -1;
	if (find_program(r, words, out, &scope->anchor, err))
		return -1;
	if (scope->anchor && !S_ISREG(scope->anchor->st.st_mode))
		scope->anchor = NULL;
	if (!scope->anchor) {
		scope->flags |= RVM_SCOPE_FLAG_UNRESOLVED;
		return 0;
	}
	if (strcmp(path_base(scope->anchor->path), path_base(words)))
		note(&out->notes, "%s is %s", words, scope->anchor->path);
	return 0;
}

/* Addresses and sockets. */

static int resolve_unix(struct resolver *r, const struct rvm_scope_spec *spec, bool exclusion,
			struct resolved *out, struct err *err)
{
	struct path_walk walk = { .resolver = r, .notes = &out->notes };
	const char *text = spec->text;
	auto_free char *path = NULL;
	struct scope *scope;
	int ret;

	if (spec->text[0] == '@') {
		scope = add_scope(out, spec);
		scope->family = spec->family;
		return set_pattern(scope, spec->text + 1, spec->len - 1, err);
	}
	walk.base = base_of_text(r, &text);
	if (!walk.base)
		return no_home(err);
	walk.links = exclusion ? LINKS_ALL : walk.base == r->root ? LINKS_ROOT : LINKS_NONE;
	if (path_normalise(text, spec->len - (text - spec->text), false, &path))
		return err_errno(err, ENOMEM, "socket");
	ret = check_pattern(path, err);
	if (!ret)
		ret = path_walk(&walk, path, err);
	/* Who connects to a link connects to what it leads to. */
	if (!ret)
		ret = add_place(out, spec, &walk.place[walk.n - 1], path, err);
	if (!ret && exclusion)
		ret = add_path(out, spec, walk.base, path, err);
	for (size_t i = 0; i < out->n; i++)
		out->scope[i].family = spec->family;
	out->refused_link = take_ptr(walk.refused);
	path_walk_end(&walk);
	return ret;
}

/* Return: 0; -ENOENT for a domain; another number for what is wrong at byte @at. */
static int parse_range(const struct rvm_scope_spec *spec, struct rvm_addr_range *range, size_t *at)
{
	return spec->domain ? -ENOENT : rvm_addr_parse_range(spec->text, spec->len, range, at);
}

bool resolve_is_domain(const struct rvm_scope_spec *spec)
{
	struct rvm_addr_range range;
	size_t at;

	return spec->class == RVM_CLASS_NET && !spec->family &&
	       parse_range(spec, &range, &at) == -ENOENT;
}

static int resolve_net(const struct rvm_scope_spec *spec, bool exclusion, struct resolved *out,
		       struct err *err)
{
	struct scope *scope = add_scope(out, spec);
	size_t at = 0;
	int ret = parse_range(spec, &scope->range, &at);

	if (ret == -ENOENT) {
		err_make(err, EXIT_REFUSED,
			 "domain names are not supported: the kernel sees addresses only");
		return err_hint(err, exclusion ? "write net:ADDRESS:PORT, or load with "
						 "--unenforced-domains to skip the deny rule" :
						 "write net:ADDRESS:PORT");
	}
	if (ret) {
		err_make(err, EXIT_USAGE, "syntax error at byte %zu of the address", at);
		return err_hint(err, "write ADDRESS[/BITS]:PORT, [ADDRESS]:PORT or *:PORT");
	}
	scope->range.protocol = spec->protocol;
	scope->protocol = spec->protocol;
	return 0;
}

static int resolve_name(const struct rvm_scope_spec *spec, struct resolved *out, struct err *err)
{
	struct scope *scope = add_scope(out, spec);

	if (!spec->len)
		return err_make(err, EXIT_USAGE, "empty name");
	if (spec->len > RVM_GLOB_BYTES_MAX)
		return err_make(err, EXIT_USAGE, "name longer than 1024 bytes");
	if (memchr(spec->text, '\0', spec->len))
		return err_make(err, EXIT_USAGE, "name with a NUL");
	return set_pattern(scope, spec->text, spec->len, err);
}

static int check_path(const struct rvm_scope_spec *spec, struct err *err)
{
	auto_free char *pattern = NULL;

	if (path_normalise(spec->text, spec->len, spec->anywhere, &pattern))
		return err_errno(err, ENOMEM, "pattern");
	return check_pattern(pattern, err);
}

int resolve_parse(const char *text, size_t len, uint8_t rights, struct rvm_scope_spec *spec,
		  struct err *err)
{
	struct resolved unused = { 0 };
	const char *why = "it is not understood";
	size_t at = 0;
	int ret = 0;

	if (rvm_scope_parse(spec, text, len, rights, &at, &why))
		return err_make(err, EXIT_USAGE, "byte %zu: %s", at, why);
	if (spec->class == RVM_CLASS_PATH)
		return check_path(spec, err);
	if (spec->class == RVM_CLASS_NET && !spec->family)
		ret = resolve_net(spec, false, &unused, err);
	else if (spec->class == RVM_CLASS_TOOL || spec->class == RVM_CLASS_NAME)
		ret = resolve_name(spec, &unused, err);
	resolved_free(&unused);
	return ret;
}

int resolve(struct resolver *r, const struct rvm_scope_spec *spec, bool exclusion, bool home,
	    struct resolved *out, struct err *err)
{
	*out = (struct resolved){ 0 };
	switch (spec->class) {
	case RVM_CLASS_PATH:
		return resolve_path(r, spec, exclusion, home, out, err);
	case RVM_CLASS_EXEC:
		return resolve_exec(r, spec, out, err);
	case RVM_CLASS_NET:
		if (spec->family)
			return resolve_unix(r, spec, exclusion, out, err);
		return resolve_net(spec, exclusion, out, err);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return resolve_name(spec, out, err);
	default:
		add_scope(out, spec);
		return 0;
	}
}
