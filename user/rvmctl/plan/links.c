// SPDX-License-Identifier: GPL-2.0-only
/* Other names of what exclusions match: hard links and symbolic links. */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/path.h"
#include "lib/judge/view.h"
#include "lib/model/rights.h"
#include "plan/links.h"
#include "table/resolve.h"
#include "table/settings.h"

/*
 * Looking for what an exclusion matches by name and what is reached by other names as
 * well: files with several names, and symbolic links.  One walk for all rules of a
 * directory, however many files it has: one that was left out would be an open door.
 */
struct pattern {
	struct rvm_glob glob;
	uint8_t rights;
	bool nocase;
	const char *origin;
	const char *resource;
	/* Files with several names, and links that it asks for, that were found. */
	size_t found;
	bool gave_up;
	/* Links that lead out of what it matches as a whole. */
	size_t links;
	char *link;
};

/* Found things that are told of one by one, and how many there is room for in a table. */
#define TOLD_MAX 20
#define FOUND_MAX 12288

struct scan {
	struct plan *plan;
	struct pattern *patterns;
	size_t n;
	struct rvm_name names[RVM_PATH_DEPTH_MAX];
	/* Below it all is looked at. */
	const struct anchor *top;
	/* It was all told before. */
	bool quiet;
	struct err *err;
};

static int scan_folder(struct scan *s, const struct anchor *dir, unsigned int depth);

/* Names are stored leaf first. */
static enum rvm_glob_match match(const struct scan *s, const struct pattern *p, unsigned int depth)
{
	return rvm_glob_match(&p->glob, s->names + RVM_PATH_DEPTH_MAX - depth, depth, p->nocase);
}

static bool is_layered(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* There each name is a file of its own: what is known of one says nothing about the others. */
static int refuse_names(struct scan *s, const struct pattern *p, const struct anchor *file)
{
	err_make(s->err, EXIT_REFUSED, "%s: %s has %lu names, which overlayfs tells apart",
		 p->origin, file->path, (unsigned long)file->st.st_nlink);
	return err_hint(s->err, "put a copy in its place, so that it has one name");
}

/* It went meanwhile, or leads nowhere; anything else would leave a door open. */
static bool is_absence(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ESTALE;
}

static int fail_scan(struct scan *s, const char *path)
{
	err_errno(s->err, errno, "%s", path);
	return err_hint(s->err, "what the deny rules match there cannot be checked");
}

/*
 * Who is confined may have put it there, and must not thereby keep a table from being
 * loaded: only what is wrong here fails, not what is wrong there.
 */
static int leave_out(struct scan *s, const char *path, const char *what)
{
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		return fail_scan(s, path);
	if (!is_absence(errno) && !s->quiet)
		warn_line("%s: %s: %s", path, what, strerror(errno));
	return 0;
}

/*
 * More than can be listed: who is confined may have made them, to be denied nothing, or
 * to have no table loaded.  All is denied then.
 */
static int exclude_all(struct scan *s, struct pattern *p)
{
	if (p->gave_up)
		return 0;
	p->gave_up = true;
	warn_line("%s: %s: more other names than can be listed; all of %s is excluded", p->origin,
		  p->resource, s->top->path);
	return plan_exclude_anchor(s->plan, s->top, "**", p->rights, s->err);
}

/* The file itself, by whatever name; told once, and one by one only if there are few. */
static int exclude_found(struct scan *s, struct pattern *p, const struct anchor *file,
			 const char *what)
{
	size_t n = s->plan->n;

	if (n >= FOUND_MAX)
		return exclude_all(s, p);
	if (plan_exclude_anchor(s->plan, file, "", p->rights, s->err))
		return -1;
	if (s->plan->n == n)
		return 0;
	if (++p->found <= TOLD_MAX)
		warn_line("%s: %s", p->origin, what);
	else if (p->found == TOLD_MAX + 1)
		warn_line("%s: %s: more are excluded but not listed", p->origin, p->resource);
	return 0;
}

static int exclude_names(struct scan *s, struct pattern *p, int fd, const struct stat *st)
{
	auto_free char *what = NULL;
	const struct anchor *file;
	char link[48];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	file = resolve_file(&s->plan->resolver, link);
	/* Its path is longer than can be said, or than is judged. */
	if (!file)
		return leave_out(s, p->resource, "other names of a match are not excluded");
	if (is_layered(fd))
		return refuse_names(s, p, file);
	what = format("%s has %lu names; all of them are excluded", file->path,
		      (unsigned long)st->st_nlink);
	return exclude_found(s, p, file, what ? what : file->path);
}

/* Does the pattern ask for the name itself, or for all that lies in a directory? */
static bool is_asked_for(const struct pattern *p)
{
	unsigned int last = p->glob.segments - 1;
	const char *seg = p->glob.text + p->glob.start[last];

	return p->glob.segments && seg[strspn(seg, "*")];
}

/* What contains the workspace cannot be taken away for the sake of a link to it. */
static bool holds_workspace(const struct scan *s, const struct anchor *target)
{
	const char *ws = s->plan->resolver.workspace->path;
	size_t len = strlen(target->path);

	return !strcmp(target->path, "/") ||
	       (!strncmp(ws, target->path, len) && (!ws[len] || ws[len] == '/'));
}

static int exclude_target(struct scan *s, struct pattern *p, const struct anchor *dir,
			  const char *name)
{
	auto_free char *path = path_join(dir->path, name);
	const struct anchor *target = path ? resolve_inside(&s->plan->resolver, path) : NULL;
	auto_free char *what = NULL;

	/* It leads nowhere; what it leads to later, somebody else made. */
	if (!target)
		return leave_out(s, path ? path : name, "what it leads to is not excluded");
	if (!is_asked_for(p)) {
		if (!p->links++)
			p->link = strdup(path);
		return 0;
	}
	if (holds_workspace(s, target)) {
		if (!s->quiet)
			warn_line("%s: %s is a symbolic link to %s, which is not excluded",
				  p->origin, path, target->path);
		return 0;
	}
	what = format("%s is a symbolic link; %s is excluded as well", path, target->path);
	return exclude_found(s, p, target, what ? what : path);
}

static int scan_folder_below(struct scan *s, const struct anchor *dir, const char *name,
			     unsigned int depth)
{
	auto_free char *path = path_join(dir->path, name);
	struct anchor below = { .path = path };
	auto_close int fd = open_below(dir->fd, name);

	below.fd = fd;
	if (fd >= 0 && path)
		return scan_folder(s, &below, depth);
	return leave_out(s, path ? path : name, "cannot be searched");
}

static int scan_match(struct scan *s, struct pattern *p, const struct anchor *dir, const char *name,
		      const struct stat *st)
{
	auto_close int fd = -1;

	if (S_ISLNK(st->st_mode))
		return p->rights & RVM_RIGHT_READ ? exclude_target(s, p, dir, name) : 0;
	if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
		return 0;
	fd = open_below(dir->fd, name);
	if (fd < 0)
		return leave_out(s, name, "its other names are not excluded");
	return exclude_names(s, p, fd, st);
}

static int scan_name(struct scan *s, const struct anchor *dir, const char *name, unsigned int depth)
{
	bool more = false, matched = false;
	struct stat st;

	s->names[RVM_PATH_DEPTH_MAX - depth] =
		(struct rvm_name){ .text = name, .len = strlen(name) };
	for (size_t i = 0; i < s->n; i++) {
		enum rvm_glob_match how = match(s, &s->patterns[i], depth);

		if (how >= RVM_GLOB_BELOW && !matched &&
		    fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW))
			return 0;
		matched |= how >= RVM_GLOB_BELOW;
		more |= how != RVM_GLOB_NONE;
		if (how >= RVM_GLOB_BELOW && scan_match(s, &s->patterns[i], dir, name, &st))
			return -1;
	}
	if (!more || (!matched && fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW)) ||
	    !S_ISDIR(st.st_mode))
		return 0;
	return scan_folder_below(s, dir, name, depth);
}

/* Objects of the kernel, which have neither links nor an end. */
static bool is_made_up(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return false;
	return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
	       fs.f_type == CGROUP2_SUPER_MAGIC || fs.f_type == CGROUP_SUPER_MAGIC ||
	       fs.f_type == DEBUGFS_MAGIC || fs.f_type == TRACEFS_MAGIC ||
	       fs.f_type == BPF_FS_MAGIC || fs.f_type == SECURITYFS_MAGIC;
}

static int scan_folder(struct scan *s, const struct anchor *dir, unsigned int depth)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		warn_line("%s: cannot be searched: %s", dir->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return 0;
	}
	/* Deeper nothing is opened: the module refuses it. */
	if (depth == RVM_PATH_DEPTH_MAX || is_made_up(fd))
		return 0;
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (scan_name(s, dir, e->d_name, depth + 1))
			return -1;
	}
	return 0;
}

static bool is_scanned(const struct entry *e)
{
	/* Deputies are about names: git objects and caches are linked by nature. */
	return e->exclusion && e->scope.class == RVM_CLASS_PATH && e->scope.anchor &&
	       !(e->scope.flags & RVM_SCOPE_FLAG_BUILTIN) && e->scope.len &&
	       S_ISDIR(e->scope.anchor->st.st_mode) && strcmp(e->origin, "deputy.list") != 0;
}

/* All rules of one directory, beginning with entry @first; entries move when some are added. */
static void collect_patterns(struct scan *s, const struct plan *plan, size_t first, size_t n)
{
	const struct anchor *dir = plan->entries[first].scope.anchor;

	for (size_t i = first; i < n; i++) {
		const struct entry *e = &plan->entries[i];
		struct pattern *p = &s->patterns[s->n];

		if (!is_scanned(e) || e->scope.anchor != dir ||
		    rvm_glob_parse(&p->glob, e->scope.pattern, e->scope.len, NULL))
			continue;
		p->rights = e->rights;
		p->nocase = e->scope.flags & RVM_SCOPE_FLAG_NOCASE;
		p->origin = e->origin;
		p->resource = e->resource;
		s->n++;
	}
}

static bool is_first_of_folder(const struct plan *plan, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (is_scanned(&plan->entries[i]) &&
		    plan->entries[i].scope.anchor == plan->entries[at].scope.anchor)
			return false;
	}
	return true;
}

static void tell_links(struct scan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct pattern *p = &s->patterns[i];

		if (p->links && !s->quiet)
			warn_line("%s: %s matches %zu symbolic links, such as %s; what they lead "
				  "to is not excluded",
				  p->origin, p->resource, p->links, p->link ? p->link : "one");
		free(p->link);
	}
}

int exclude_links(struct plan *plan, bool again, struct err *err)
{
	size_t n = plan->n;

	for (size_t i = 0; i < n; i++) {
		auto_free struct pattern *patterns = NULL;
		struct scan s = { .plan = plan, .quiet = again, .err = err };
		int ret;

		if (!is_scanned(&plan->entries[i]) || !is_first_of_folder(plan, i))
			continue;
		patterns = calloc(n - i, sizeof(*patterns));
		if (!patterns)
			return err_errno(err, ENOMEM, "exclusions");
		s.patterns = patterns;
		collect_patterns(&s, plan, i, n);
		s.top = plan->entries[i].scope.anchor;
		ret = scan_folder(&s, s.top, 0);
		tell_links(&s);
		if (ret)
			return -1;
	}
	return 0;
}
