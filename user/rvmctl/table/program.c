// SPDX-License-Identifier: GPL-2.0-only
/* Where commands are. */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/path.h"
#include "table/program.h"
#include "table/resolve.h"

#define USUAL "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

int program_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static bool is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	errno = EACCES;
	return S_ISREG(st.st_mode) && st.st_mode & 0111 && !access(path, X_OK);
}

static char *absolute(const char *path)
{
	auto_free char *here = NULL;

	if (path[0] == '/')
		return strdup(path);
	here = getcwd(NULL, 0);
	return here ? format("%s/%s", strcmp(here, "/") ? here : "", path) : NULL;
}

static int not_found(const char *word, int errnum, struct err *err)
{
	if (errnum == EACCES)
		err_make(err, EXIT_REFUSED, "%s: not executable", word);
	else if (strchr(word, '/'))
		err_make(err, EXIT_REFUSED, "%s: %s", word, strerror(errnum));
	else
		err_make(err, EXIT_REFUSED, "%s: not found in PATH", word);
	errno = errnum;
	return -1;
}

int program_find(const char *word, const char *search, char **path, struct err *err)
{
	int worst = ENOENT;

	*path = NULL;
	if (strchr(word, '/')) {
		if (!is_program(word))
			return not_found(word, errno, err);
		*path = absolute(word);
		return *path ? 0 : err_errno(err, errno, "%s", word);
	}
	for (const char *p = search && search[0] ? search : USUAL; *p && word[0];) {
		int len = strcspn(p, ":");
		auto_free char *file = NULL;

		/* Never the current directory, which may be the agent's. */
		if (len && p[0] == '/')
			file = format("%.*s/%s", len, p, word);
		if (file && is_program(file)) {
			*path = take_ptr(file);
			return 0;
		}
		if (file && errno == EACCES)
			worst = EACCES;
		p += len;
		p += *p == ':';
	}
	return not_found(word, worst, err);
}

static bool is_file(const char *candidate, const char *path)
{
	auto_free char *real = candidate ? realpath(candidate, NULL) : NULL;

	return real && !strcmp(real, path);
}

static bool leads_to(const char *dir, const char *name, const char *path)
{
	auto_free char *candidate = path_join(dir, name);

	return is_file(candidate, path);
}

/* As it was typed, if that is a path from the root or from the workspace. */
static char *typed_word(const char *workspace, const char *path, const char *as, const char *typed)
{
	auto_free char *below = NULL;

	if (!typed || !strchr(typed, '/') || strcmp(path_base(typed), as))
		return NULL;
	if (typed[0] == '/' && !path_is_below(typed, workspace))
		return is_file(typed, path) ? strdup(typed) : NULL;
	if (typed[0] == '/')
		typed += strlen(workspace) + 1;
	while (!strncmp(typed, "./", 2))
		typed += 2;
	below = path_join(workspace, typed);
	return is_file(below, path) ? format("./%s", typed) : NULL;
}

char *program_word(const char *workspace, const char *path, const char *as, const char *typed)
{
	size_t len = strlen(workspace);
	auto_free char *dir = NULL;

	if (!as || !strcmp(as, path_base(path))) {
		if (!strncmp(path, workspace, len) && path[len] == '/')
			return format(".%s", path + len);
		return strdup(path);
	}
	for (size_t i = 0; program_folders[i]; i++) {
		if (leads_to(program_folders[i], as, path))
			return path_join(program_folders[i], as);
	}
	dir = strndup(path, path_base(path) - path);
	if (dir && leads_to(dir, as, path))
		return path_join(dir, as);
	return typed_word(workspace, path, as, typed);
}

/* sudo takes their directories out of PATH. */
static char *managed_program(const char *word, const char *home)
{
	static const char *const folders[] = {
		".local/bin",
		".nvm/versions/node/*/bin",
		".volta/tools/image/*/*/bin",
		".volta/bin",
		".pyenv/versions/*/bin",
		".rbenv/versions/*/bin",
		".cargo/bin",
		".asdf/installs/*/*/bin",
		".local/share/mise/installs/*/*/bin",
		".bun/bin",
		".local/share/fnm/node-versions/*/installation/bin",
		".deno/bin",
		".local/share/uv/python/*/bin",
		"go/bin",
		".sdkman/candidates/*/current/bin",
	};
	auto_free char *name = path_escape(word);

	for (size_t i = 0; name && i < ARRAY_SIZE(folders); i++) {
		auto_free char *pattern = format("%s/%s/%s", home, folders[i], name);
		char *found = NULL;
		glob_t paths;

		if (!pattern || glob(pattern, 0, NULL, &paths))
			continue;
		/* The newest, mostly. */
		for (size_t k = paths.gl_pathc; k-- && !found;)
			found = is_program(paths.gl_pathv[k]) ? strdup(paths.gl_pathv[k]) : NULL;
		globfree(&paths);
		if (found)
			return found;
	}
	return NULL;
}

char *program_elsewhere(const char *word, const char *home)
{
	const char *search = getenv("PATH");
	size_t len;

	for (const char *p = search ? search : ""; *p; p += len + (p[len] == ':')) {
		auto_free char *path = NULL;

		len = strcspn(p, ":");
		if (*p == '/')
			path = format("%.*s/%s", (int)len, p, word);
		if (path && is_program(path))
			return take_ptr(path);
	}
	return home ? managed_program(word, home) : NULL;
}

char *script_interpreter(const char *path)
{
	struct err err = { 0 };
	struct stat st;
	auto_close int fd = file_open(path, &st, &err);
	char line[256];
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	size_t begin;

	err_clear(&err);
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return NULL;
	line[n] = '\0';
	begin = 2 + strspn(line + 2, " \t");
	line[begin + strcspn(line + begin, " \t\n")] = '\0';
	return line[begin] == '/' ? strdup(line + begin) : NULL;
}

const char *word_fault(const char *word)
{
	if (!*word)
		return "an argument is empty, which a row cannot express";
	if (strpbrk(word, " \t"))
		return "an argument has blanks, which a row cannot express";
	if (strchr(word, '*'))
		return "an argument has a *, which a row would take for a pattern";
	for (const char *p = word; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "an argument has control characters, which a row cannot express";
	}
	return NULL;
}
