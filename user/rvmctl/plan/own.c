// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "plan/own.h"
#include "table/resolve.h"

#define PLACEHOLDER "{partition}"
#define PREFIX "/rvm-"

const struct own own_variables[OWN_VARIABLES] = {
	{ "npm_config_cache", ".npm", "" },
	/* The user's holds what logs in to registries. */
	{ "npm_config_userconfig", ".npm", "/npmrc" },
	{ "PIP_CACHE_DIR", ".cache/pip", "" },
	{ "CARGO_HOME", ".cargo", "" },
	/* Of /tmp nothing is given: names there can be guessed. */
	{ "TMPDIR", ".cache", "" },
};

char *own_fill(const char *resource, size_t *len, const char *partition)
{
	const char *at = memmem(resource, *len, PLACEHOLDER, strlen(PLACEHOLDER));
	size_t n = strlen(partition), before = at ? (size_t)(at - resource) : *len;
	size_t after = at ? *len - before - strlen(PLACEHOLDER) : 0;
	char *text = malloc(*len + n + 1);

	if (!text)
		return NULL;
	memcpy(text, resource, before);
	if (at) {
		memcpy(text + before, partition, n);
		memcpy(text + before + n, at + strlen(PLACEHOLDER), after);
	}
	*len = before + (at ? n + after : 0);
	text[*len] = '\0';
	return text;
}

/* Name by name, no link followed; what is made is the user's alone. */
static void make_folders(const struct anchor *home, char *path)
{
	auto_close int dir = openat(home->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *save = NULL;

	for (char *name = strtok_r(path, "/", &save); name && dir >= 0;
	     name = strtok_r(NULL, "/", &save)) {
		int next = make_below(dir, name, 0700, home->st.st_uid, home->st.st_gid);

		close(dir);
		dir = next;
	}
}

void own_prepare(const struct table *base, const struct plan *plan)
{
	const struct anchor *home = plan->resolver.home;

	for (size_t i = 0; home && plan->name && i < base->n; i++) {
		size_t len = base->rows[i].len;
		auto_free char *path = NULL;

		if (!base->rows[i].resource ||
		    !memmem(base->rows[i].resource, len, PLACEHOLDER, strlen(PLACEHOLDER)))
			continue;
		path = own_fill(base->rows[i].resource, &len, plan->name);
		if (!path || strncmp(path, "path:~/", 7) != 0 || strcmp(path + len - 3, "/**") != 0)
			continue;
		path[len - 3] = '\0';
		memmove(path, path + 7, len - 9);
		make_folders(home, path);
	}
}

char *own_value(const struct own *own, const char *home, const char *partition)
{
	auto_free char *path = NULL;
	struct stat st;

	path = format("%s/%s" PREFIX "%s", home, own->folder, partition);
	if (!path)
		return NULL;
	if (lstat(path, &st) || !S_ISDIR(st.st_mode))
		return NULL;
	return format("%s%s", path, own->name);
}
