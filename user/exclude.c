// SPDX-License-Identifier: GPL-2.0-only
/* What no token can give: deny rules, objects of the enforcer, files that others obey. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "exclude.h"
#include "lib/rights.h"
#include "path.h"

/* Files that are looked at for other names. */
#define LINK_SCAN_MAX 20000
#define LINK_SCAN_DEPTH 32

static int deny_rule(struct plan *plan, const struct doc *doc, const json_t *value, size_t row,
		     struct err *err)
{
	struct rule rule = {
		.origin = doc->path,
		.row = row,
		.resource = json_string_value(value),
	};
	char at[48];

	snprintf(at, sizeof(at), "permissions/deny/%zu", row);
	if (!rule.resource)
		return doc_want(doc, err, at, "a string", value);
	if (strlen(rule.resource) != json_string_length(value))
		return doc_error(doc, err, at, "a NUL in a deny rule matches nothing");
	return plan_exclude(plan, &rule, err);
}

int exclude_denied(struct plan *plan, const char *path, size_t *rules, struct err *err)
{
	auto_doc struct doc doc = { 0 };
	const json_t *permissions, *deny;

	if (doc_open(&doc, path, err))
		return -1;
	if (!json_is_object(doc.root))
		return doc_want(&doc, err, "", "a spec or settings, an object", doc.root);
	permissions = json_object_get(doc.root, "permissions");
	if (permissions && !json_is_object(permissions))
		return doc_want(&doc, err, "permissions", "an object", permissions);
	deny = json_object_get(permissions, "deny");
	if (deny && !json_is_array(deny))
		return doc_want(&doc, err, "permissions/deny", "an array of strings", deny);
	*rules = json_array_size(deny);
	for (size_t i = 0; i < *rules; i++) {
		if (deny_rule(plan, &doc, json_array_get(deny, i), i, err))
			return -1;
	}
	return 0;
}

/* By inode and by name. */
static int exclude_name(struct plan *plan, const struct anchor *dir, const char *name,
			uint8_t rights, struct err *err)
{
	auto_free char *pattern = path_escape(name);

	if (!pattern)
		return err_errno(err, ENOMEM, "%s", name);
	return plan_exclude_anchor(plan, dir, pattern, rights, err);
}

/*
 * The file itself, its name in its folder, and its name below the workspace: the
 * last also keeps the folders between from being renamed.
 */
static int exclude_file(struct plan *plan, struct resolver *r, const char *path, uint8_t rights,
			struct err *err)
{
	auto_free char *dir = strdup(path);
	const struct anchor *file = resolve_inside(r, path);
	const char *ws = r->workspace ? r->workspace->path : "//";
	char *slash = dir ? strrchr(dir, '/') : NULL;
	size_t len = strlen(ws);

	if (!dir)
		return err_errno(err, ENOMEM, "%s", path);
	if (file && plan_exclude_anchor(plan, file, "", rights, err))
		return -1;
	if (!strncmp(path, ws, len) && path[len] == '/' &&
	    exclude_name(plan, r->workspace, path + len + 1, rights, err))
		return -1;
	if (!slash)
		return 0;
	*slash = '\0';
	return exclude_name(plan, resolve_inside(r, *dir ? dir : "/"), slash + 1, rights, err);
}

/* The table, and what stands beside it or in the workspace and says what to load. */
static int exclude_inputs(struct plan *plan, const char *table, const char *spec, struct err *err)
{
	static const char *const beside[] = { "rvm-partition.toml", "wasm-guest.json",
					      "install-rvm.sh",	    "capability-table.json",
					      "rvm.manifest.toml",  ".harness" };
	struct resolver *host = plan_host(plan);
	auto_free char *real = realpath(table, NULL);
	auto_free char *real_spec = spec ? realpath(spec, NULL) : NULL;
	char *slash = real ? strrchr(real, '/') : NULL;

	if (!slash)
		return err_errno(err, errno, "%s", table);
	if (exclude_file(plan, host, real, RVM_RIGHT_WRITE, err) ||
	    (real_spec && exclude_file(plan, host, real_spec, RVM_RIGHT_WRITE, err)))
		return -1;
	*slash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		auto_free char *path = path_join(*real ? real : "/", beside[i]);
		auto_free char *there = path_join(plan->resolver.workspace->path, beside[i]);

		if (!path || !there)
			return err_errno(err, ENOMEM, "exclusions");
		if (exclude_file(plan, host, path, RVM_RIGHT_WRITE, err) ||
		    exclude_file(plan, &plan->resolver, there, RVM_RIGHT_WRITE, err))
			return -1;
	}
	return 0;
}

int exclude_table(struct plan *plan, const char *path, struct err *err)
{
	return exclude_file(plan, plan_host(plan), path, RVM_RIGHT_WRITE, err);
}

/* The module, where it is installed and where it is built. */
static int exclude_module(struct plan *plan, const char *exe, struct err *err)
{
	static const char *const places[] = { "extra/rvm.ko", "extra/rvm.ko.xz", "updates/rvm.ko",
					      "updates/dkms/rvm.ko", "updates/dkms/rvm.ko.xz" };
	struct utsname host;
	char path[PATH_MAX];
	char *slash;

	if (uname(&host))
		return err_errno(err, errno, "uname");
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", host.release, places[i]);
		if (!access(path, F_OK) &&
		    exclude_file(plan, plan_host(plan), path, RVM_RIGHT_WRITE, err))
			return -1;
	}
	snprintf(path, sizeof(path), "%s", exe);
	for (int up = 0; up < 2; up++) {
		slash = strrchr(path, '/');
		if (!slash || (size_t)(slash - path) + sizeof("/kmod/rvm.ko") > sizeof(path))
			return 0;
		*slash = '\0';
	}
	memcpy(slash, "/kmod/rvm.ko", sizeof("/kmod/rvm.ko"));
	if (!access(path, F_OK))
		return exclude_file(plan, plan_host(plan), path, RVM_RIGHT_WRITE, err);
	return 0;
}

/* The doors to the kernel that lead to the enforcer, by the paths of one root. */
static int exclude_doors(struct plan *plan, struct resolver *r, struct err *err)
{
	static const struct {
		const char *path;
		uint8_t rights;
	} doors[] = {
		{ "/sys/fs/bpf", RVM_RIGHTS_ALL },
		{ "/sys/kernel/security", RVM_RIGHTS_ALL },
		{ "/sys/fs/cgroup", RVM_RIGHT_WRITE },
		{ "/dev/rvm_witness", RVM_RIGHTS_ALL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		if (exclude_file(plan, r, doors[i].path, doors[i].rights, err))
			return -1;
	}
	return 0;
}

int exclude_builtin(struct plan *plan, const char *table, const char *spec, struct err *err)
{
	struct resolver *host = plan_host(plan);
	auto_free char *base = base_dir();
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[n > 0 ? n : 0] = '\0';
	if (exclude_inputs(plan, table, spec, err))
		return -1;
	if (exclude_doors(plan, host, err) ||
	    (plan->resolver.contained && exclude_doors(plan, &plan->resolver, err)))
		return -1;
	if (base && exclude_file(plan, host, base, RVM_RIGHT_WRITE, err))
		return -1;
	if (n > 0 && exclude_file(plan, host, exe, RVM_RIGHT_WRITE, err))
		return -1;
	return exclude_module(plan, exe, err);
}

static bool is_listed(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i], text))
			return true;
	}
	return false;
}

int exclude_deputies(struct plan *plan, const char *const *allow, size_t n, struct err *err)
{
	auto_list struct list list = { 0 };

	if (list_open(&list, "deputy.list", err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (is_listed((const char *const *)list.lines, list.n, allow[i]))
			continue;
		err_make(err, EXIT_USAGE, "--allow-deputy: '%s' is no line of deputy.list",
			 allow[i]);
		return err_hint(err, "write the line as it is there");
	}
	for (size_t i = 0; i < list.n; i++) {
		auto_free char *resource = NULL;
		struct rule rule = {
			.origin = "deputy.list",
			.row = i,
			.rights = RVM_RIGHT_WRITE,
		};

		if (is_listed(allow, n, list.lines[i]))
			continue;
		if (asprintf(&resource, "Edit(%s)", list.lines[i]) < 0) {
			resource = NULL;
			return err_errno(err, ENOMEM, "deputy.list");
		}
		rule.resource = resource;
		if (plan_exclude(plan, &rule, err))
			return -1;
	}
	return 0;
}

/* Looking for files with several names that an exclusion matches. */
struct scan {
	struct plan *plan;
	struct rvm_glob glob;
	uint8_t rights;
	bool nocase;
	const char *origin;
	unsigned int *budget;
	struct rvm_name names[LINK_SCAN_DEPTH];
	struct err *err;
};

static int scan_folder(struct scan *s, const struct anchor *dir, unsigned int depth);

/* Names are stored leaf first. */
static enum rvm_glob_match match(const struct scan *s, unsigned int depth)
{
	return rvm_glob_match(&s->glob, s->names + LINK_SCAN_DEPTH - depth, depth, s->nocase);
}

static bool is_layered(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* There each name is a file of its own: what is known of one says nothing about the others. */
static int refuse_names(struct scan *s, const struct anchor *file)
{
	err_make(s->err, EXIT_REFUSED, "%s: %s has %lu names, and overlayfs tells them apart",
		 s->origin, file->path, (unsigned long)file->st.st_nlink);
	return err_hint(s->err, "put a copy in its place, so that it has one name");
}

static int scan_name(struct scan *s, const struct anchor *dir, const char *name, unsigned int depth)
{
	const struct anchor *file;
	enum rvm_glob_match how;
	auto_close int fd = -1;
	struct stat st;

	s->names[LINK_SCAN_DEPTH - depth] = (struct rvm_name){ .text = name, .len = strlen(name) };
	how = match(s, depth);
	if (how == RVM_GLOB_NONE)
		return 0;
	if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (S_ISDIR(st.st_mode)) {
		struct anchor below = { .path = dir->path, .st = st };

		fd = open_below(dir->fd, name);
		below.fd = fd;
		return fd < 0 ? 0 : scan_folder(s, &below, depth);
	}
	if (!S_ISREG(st.st_mode) || st.st_nlink < 2 || how == RVM_GLOB_ABOVE)
		return 0;
	fd = open_below(dir->fd, name);
	if (fd < 0)
		return 0;
	auto_free char *link = NULL;

	if (asprintf(&link, "/proc/self/fd/%d", fd) < 0)
		link = NULL;
	file = link ? resolve_file(&s->plan->resolver, link) : NULL;
	if (!file)
		return 0;
	if (is_layered(fd))
		return refuse_names(s, file);
	warn_line("%s: %s has %lu names; all of them are excluded", s->origin, file->path,
		  (unsigned long)st.st_nlink);
	return plan_exclude_anchor(s->plan, file, "", s->rights, s->err);
}

static int scan_folder(struct scan *s, const struct anchor *dir, unsigned int depth)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !d)
		close(fd);
	if (depth == LINK_SCAN_DEPTH)
		return 0;
	while (d && (e = readdir(d)) && *s->budget) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (!--*s->budget) {
			warn_line("%s: more than %u files; files with several names were not all "
				  "looked for",
				  s->plan->resolver.workspace->path, LINK_SCAN_MAX);
			return 0;
		}
		if (scan_name(s, dir, e->d_name, depth + 1))
			return -1;
	}
	return 0;
}

int exclude_links(struct plan *plan, struct err *err)
{
	size_t n = plan->n;

	for (size_t i = 0; i < n; i++) {
		/* The array moves when entries are added. */
		const struct entry e = plan->entries[i];
		unsigned int budget = LINK_SCAN_MAX;
		struct scan s = {
			.plan = plan,
			.rights = e.rights,
			.nocase = e.scope.flags & RVM_SCOPE_FLAG_NOCASE,
			.origin = e.origin,
			.budget = &budget,
			.err = err,
		};

		if (!e.exclusion || e.scope.class != RVM_CLASS_PATH || !e.scope.anchor ||
		    e.scope.flags & RVM_SCOPE_FLAG_BUILTIN || !e.scope.len ||
		    !S_ISDIR(e.scope.anchor->st.st_mode) ||
		    rvm_glob_parse(&s.glob, e.scope.pattern, e.scope.len, NULL))
			continue;
		/* Deputies are about names: git objects and caches are linked by nature. */
		if (!strcmp(e.origin, "deputy.list"))
			continue;
		if (scan_folder(&s, e.scope.anchor, 0))
			return -1;
	}
	return 0;
}
