// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "lib/pattern/glob.h"
#include "table/base.h"

#define LIST_BYTES_MAX (1 << 20)

/* Whoever put the tool there put the directory there: nobody else's tables are used. */
static bool is_of_tool(const char *dir)
{
	struct stat tool, st;

	return !stat("/proc/self/exe", &tool) && !stat(dir, &st) && S_ISDIR(st.st_mode) &&
	       (st.st_uid == tool.st_uid || !st.st_uid);
}

char *base_dir(void)
{
	static const char *const places[] = { "../base", "../share/rvm/base" };
	char exe[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[n > 0 ? n : 0] = '\0';
	if (n > 0 && strrchr(exe, '/'))
		*strrchr(exe, '/') = '\0';
	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(places); i++) {
		auto_free char *dir = NULL;
		auto_free char *probe = NULL;

		dir = format("%s/%s", exe, places[i]);
		probe = dir ? format("%s/minimal.json", dir) : NULL;
		path = probe && !access(probe, R_OK) ? realpath(dir, NULL) : NULL;
		if (path && is_of_tool(path))
			return path;
		free(path);
	}
	return strdup(RVM_BASE_DIR);
}

int base_table_path(const char *name, char **path, struct err *err)
{
	auto_free char *dir = base_dir();
	auto_free char *file = NULL;

	file = dir ? format("%s/%s.json", dir, name) : NULL;
	if (!file)
		return err_errno(err, ENOMEM, "base table");
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] ||
	    access(file, R_OK)) {
		err_make(err, EXIT_USAGE, "base table '%s': not found in %s", name, dir);
		return err_hint(err, "give --base the names of files there, or \"none\"");
	}
	*path = take_ptr(file);
	return 0;
}

static int split(struct list *list)
{
	char *save = NULL;

	for (char *line = strtok_r(list->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(line);
		char **more;

		while (len && strchr(" \t\r", line[len - 1]))
			line[--len] = '\0';
		if (!len || line[0] == '#')
			continue;
		more = reallocarray(list->lines, list->n + 1, sizeof(*more));
		if (!more)
			return -1;
		more[list->n++] = line;
		list->lines = more;
	}
	return 0;
}

int list_open(struct list *list, const char *name, struct err *err)
{
	auto_free char *dir = base_dir();
	auto_free char *path = NULL;
	struct stat st;
	size_t len;

	*list = (struct list){ 0 };
	path = dir ? format("%s/%s", dir, name) : NULL;
	if (!path)
		return err_errno(err, ENOMEM, "%s", name);
	if (file_read(path, LIST_BYTES_MAX, &list->text, &len, &st, NULL, err))
		return -1;
	if (split(list))
		return err_errno(err, ENOMEM, "%s", path);
	return 0;
}

void list_close(struct list *list)
{
	free(list->lines);
	free(list->text);
	*list = (struct list){ 0 };
}

/* Lines are "<class> <glob of the base name>". */
const char *program_class(const struct list *programs, const char *name)
{
	static const char *const classes[] = { "interpreter", "launcher" };
	struct rvm_name want = { .text = name, .len = strlen(name) };

	for (size_t i = 0; i < programs->n; i++) {
		const char *line = programs->lines[i];
		size_t word = strcspn(line, " \t");
		const char *glob = line + word + strspn(line + word, " \t");

		for (size_t k = 0; k < ARRAY_SIZE(classes); k++) {
			if (strlen(classes[k]) == word && !strncmp(line, classes[k], word) &&
			    rvm_glob_match_name(glob, strlen(glob), &want, false))
				return classes[k];
		}
	}
	return "fixed";
}
