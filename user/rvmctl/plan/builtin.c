// SPDX-License-Identifier: GPL-2.0-only
/* What belongs to the enforcer is excluded, whatever the tables say. */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/file.h"
#include "base/path.h"
#include "lib/judge/view.h"
#include "lib/model/rights.h"
#include "log/reader.h"
#include "plan/builtin.h"
#include "base/lock.h"
#include "table/resolve.h"
#include "table/settings.h"

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
 * The file itself, its name in its directory, and its name below the workspace: the
 * last also keeps the directories between from being renamed.
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
	auto_free char *real = table ? realpath(table, NULL) : NULL;
	auto_free char *real_spec = spec ? realpath(spec, NULL) : NULL;
	char *slash = real ? strrchr(real, '/') : NULL;

	if (table && !slash)
		return err_errno(err, errno, "%s", table);
	if ((real && exclude_file(plan, host, real, RVM_RIGHT_WRITE, err)) ||
	    (real_spec && exclude_file(plan, host, real_spec, RVM_RIGHT_WRITE, err)))
		return -1;
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		auto_free char *path = real ? path_join(*real ? real : "/", beside[i]) : NULL;
		auto_free char *there = path_join(plan->resolver.workspace->path, beside[i]);

		if ((real && !path) || !there)
			return err_errno(err, ENOMEM, "exclusions");
		if ((path && exclude_file(plan, host, path, RVM_RIGHT_WRITE, err)) ||
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
	/* From user/bin/rvmctl to the top of the tree that it was built in. */
	snprintf(path, sizeof(path), "%s", exe);
	for (int up = 0; up < 3; up++) {
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
		{ WITNESS_DEVICE, RVM_RIGHTS_ALL },
		/* Who could open the locks could keep all commands from being started. */
		{ LOCK_NAMES, RVM_RIGHTS_ALL },
		{ LOCK_NETWORK, RVM_RIGHTS_ALL },
		{ "/run/rvmctl", RVM_RIGHTS_ALL },
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
