// SPDX-License-Identifier: GPL-2.0-only
/* What a table lacks for the work that it is meant for. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>

#include "base/path.h"
#include "deputy/gitconfig.h"
#include "load/hint.h"
#include "table/resolve.h"

/* Work trees that are looked at. */
#define TREES_MAX 1000

static bool is_listed(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = names; (p = strstr(p, name)); p += len) {
		if ((p == names || p[-1] == ',') && (!p[len] || p[len] == ','))
			return true;
	}
	return false;
}

/* Rows that were learned name the program by its path, and have the rest with them. */
static const struct entry *find_command(const struct plan *plan, const char *program)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (!e->exclusion && !e->badge && e->scope.class == RVM_CLASS_EXEC &&
		    e->scope.anchor && !strcmp(e->scope.pattern, program))
			return e;
	}
	return NULL;
}

static void hint_bases(const struct plan *plan, const char *base)
{
	static const struct {
		const char *program, *table;
	} usual[] = {
		{ "git", "git" },     { "node", "node" },      { "npm", "npm" },
		{ "npx", "npm" },     { "python3", "python" }, { "python", "python" },
		{ "pip", "pip" },     { "pip3", "pip" },       { "make", "make" },
		{ "cargo", "cargo" },
	};
	auto_free char *all = strdup(strcmp(base, "none") ? base : "minimal");
	const struct entry *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(usual) && all; i++) {
		const struct entry *e = find_command(plan, usual[i].program);
		char *more;

		if (!e || is_listed(all, usual[i].table))
			continue;
		first = first ? first : e;
		more = format("%s,%s", all, usual[i].table);
		free(all);
		all = more;
	}
	if (all && first)
		warn_line("%s: row %zu (%.80s) and similar rows only start programs; add --base %s "
			  "for what these read and start",
			  first->origin, first->row, first->resource, all);
}

/* Of a file of git that holds a path: that path, below @dir if it does not begin at the root. */
static char *read_pointer(int dir, const char *folder, const char *name, const char *head)
{
	auto_free char *text = gitconfig_read(dir, name);
	size_t len = strlen(head);

	if (!text || strncmp(text, head, len))
		return NULL;
	text[len + strcspn(text + len, "\r\n")] = '\0';
	return text[len] == '/' ? strdup(text + len) : path_join(folder, text + len);
}

/* The repository of a linked work tree is elsewhere: ".git" is a file that says where. */
static void hint_repository(const struct plan *plan)
{
	const struct anchor *ws = plan->resolver.workspace;
	auto_free char *git = read_pointer(ws->fd, ws->path, ".git", "gitdir: ");
	char *tail = git ? strstr(git, "/worktrees/") : NULL;
	auto_free char *escaped = NULL;
	auto_free char *inside = NULL;
	auto_free char *head = NULL;
	bool writes;

	if (!tail || !plan_starts(plan, "git"))
		return;
	*tail = '\0';
	escaped = path_escape(git);
	inside = path_join(ws->path, "x");
	head = path_join(git, "HEAD");
	if (!escaped || !inside || !head)
		return;
	writes = plan_grants(plan, RVM_RIGHT_WRITE, inside);
	if (plan_grants(plan, RVM_RIGHT_READ, head) &&
	    (!writes || plan_grants(plan, RVM_RIGHT_WRITE, head)))
		return;
	warn_line("%s: a linked work tree, and no row gives git its repository; add "
		  "{\"rights\":[\"READ\"%s],\"resource\":\"path:/%s/"
		  "**\",\"proof_tier\":\"P2\",\"expires_at\":0}",
		  ws->path, writes ? ",\"WRITE\"" : "", escaped);
}

/* @git: the file in it that points to the repository. */
static void hint_tree(const struct plan *plan, char *git)
{
	const struct anchor *ws = plan->resolver.workspace;
	char *slash = strrchr(git, '/');
	auto_free char *file = NULL;
	const struct entry *why;

	if (!slash || strcmp(slash, "/.git") || !path_is_below(git, ws->path))
		return;
	*slash = '\0';
	file = path_join(git, "x");
	if (!file || access(git, F_OK) || !plan_grants(plan, RVM_RIGHT_WRITE, file))
		return;
	why = plan_denies(plan, RVM_RIGHT_WRITE, file);
	if (why)
		warn_line("%s: a work tree in which nothing can be written (%s); load a table for "
			  "it with --workspace %s",
			  git, why->resource, git);
}

/* Agents keep their work trees in a directory of their settings, which is protected. */
static void hint_trees(const struct plan *plan)
{
	const struct anchor *ws = plan->resolver.workspace;
	int fd = openat(ws->fd, ".git/worktrees", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	unsigned int n = 0;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (e = readdir(dir)) && n++ < TREES_MAX) {
		auto_free char *name = path_join(e->d_name, "gitdir");
		auto_free char *git = name ? read_pointer(fd, "", name, "") : NULL;

		if (git)
			hint_tree(plan, git);
	}
}

void hint_table(const struct plan *plan, const char *base)
{
	/* Paths of a container are not those of here. */
	if (plan->resolver.contained)
		return;
	hint_bases(plan, base);
	hint_sockets(plan);
	hint_denied(plan);
	hint_servers(plan);
	hint_repository(plan);
	hint_trees(plan);
}
