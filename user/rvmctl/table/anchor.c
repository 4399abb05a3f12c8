// SPDX-License-Identifier: GPL-2.0-only
/* Open files that patterns hang on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <search.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "grammar/addr_parse.h"
#include "grammar/argv_parse.h"
#include "lib/model/text.h"
#include "lib/pattern/argv.h"
#include "table/anchor.h"
#include "table/resolve.h"
#include "table/walk.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct anchor *)a)->path, ((const struct anchor *)b)->path);
}

/* Takes @fd in any case. */
static const struct anchor *keep(struct resolver *r, const char *path, int fd)
{
	struct anchor *a = calloc(1, sizeof(*a));
	struct anchor **slot;

	if (!a || fstat(fd, &a->st)) {
		free(a);
		close(fd);
		return NULL;
	}
	a->fd = fd;
	a->path = strdup(path);
	slot = a->path ? tsearch(a, &r->anchors, by_path) : NULL;
	if (slot && *slot == a)
		return a;
	free(a->path);
	free(a);
	close(fd);
	return slot ? *slot : NULL;
}

const struct anchor *resolve_known(const struct resolver *r, const char *path)
{
	struct anchor key = { .path = (char *)path };
	struct anchor **slot = tfind(&key, &r->anchors, by_path);

	return slot ? *slot : NULL;
}

const struct anchor *resolve_file(struct resolver *r, const char *path)
{
	auto_close int fd = open(path, O_PATH | O_CLOEXEC);
	auto_free char *real = fd < 0 ? NULL : file_path(fd);

	return real ? keep(r, real, take_fd(&fd)) : NULL;
}

const struct anchor *resolve_inside(struct resolver *r, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	auto_close int fd = -1;
	auto_free char *real = NULL;

	if (!r->contained)
		return resolve_file(r, path);
	fd = syscall(SYS_openat2, r->root->fd, path, &how, sizeof(how));
	real = fd < 0 ? NULL : file_path(fd);
	return real ? keep(r, real, take_fd(&fd)) : NULL;
}

const struct anchor *resolve_below(struct resolver *r, const struct anchor *dir, const char *name)
{
	auto_free char *path = path_join(dir->path, name);
	const struct anchor *kept = path ? resolve_known(r, path) : NULL;
	auto_close int fd = -1;

	if (kept || !path)
		return kept;
	fd = open_below(dir->fd, name);
	return fd < 0 ? NULL : keep(r, path, take_fd(&fd));
}

static const char *home_of_user(void)
{
	const char *sudo = geteuid() ? NULL : secure_getenv("SUDO_UID");
	struct passwd *pw = getpwuid(sudo ? (uid_t)strtoul(sudo, NULL, 10) : getuid());

	return pw ? pw->pw_dir : NULL;
}

/* Paths are as the container sees them; who is at home there is not known. */
static void open_container(struct resolver *r, const char *root, const char *workspace)
{
	auto_close int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	r->contained = true;
	r->root = fd < 0 ? NULL : keep(r, "/", take_fd(&fd));
	if (r->root)
		r->workspace = resolve_below(r, r->root, workspace + strspn(workspace, "/"));
}

/* All that the agent may do hangs on it: not where a link of its leads. */
static int open_host(struct resolver *r, const char *workspace, struct err *err)
{
	const char *home = home_of_user();
	auto_close int fd = file_look(workspace, err);
	auto_free char *real = fd < 0 ? NULL : file_path(fd);

	if (fd < 0) {
		err_wrap(err, "workspace");
		return err_hint(err, "name a directory with --workspace");
	}
	r->root = resolve_file(r, "/");
	r->workspace = real ? keep(r, real, take_fd(&fd)) : NULL;
	r->home = home ? resolve_file(r, home) : NULL;
	return 0;
}

int resolver_open(struct resolver *r, const char *root, const char *workspace, struct err *err)
{
	*r = (struct resolver){ 0 };
	if (root)
		open_container(r, root, workspace);
	else if (open_host(r, workspace, err))
		return -1;
	if (!r->root || !r->workspace) {
		err_errno(err, errno, "workspace %s", workspace);
		return err_hint(err, "name a directory with --workspace");
	}
	if (!S_ISDIR(r->workspace->st.st_mode)) {
		err_make(err, EXIT_USAGE, "workspace %s: not a directory", workspace);
		return err_hint(err, "name a directory with --workspace");
	}
	return 0;
}

static void free_anchor(void *p)
{
	struct anchor *a = p;

	close(a->fd);
	free(a->path);
	free(a);
}

void resolver_close(struct resolver *r)
{
	memo_end(&r->installed);
	tdestroy(r->anchors, free_anchor);
	*r = (struct resolver){ 0 };
}
