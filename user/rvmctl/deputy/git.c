// SPDX-License-Identifier: GPL-2.0-only
/* Directories of git: the lines of the list that are about one, for others as well. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "deputy/deputy_priv.h"

#define GIT_REFS "**/refs/."

/* Lines about names that git looks for wherever it is, beside those with its directory. */
static bool is_of_git(const char *line)
{
	static const char *const names[] = { "commondir",   "config.worktree", ".gitattributes",
					     ".gitmodules", ".gitconfig",      ".lfsconfig" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strncmp(line, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

/*
 * Of @line, what stands for it below @folder; @layout: that is laid out as git's directory.
 * @prefix: what makes a bare name one of any depth, which it is only below the workspace.
 */
static const char *git_line(const char *line, bool layout, const char **prefix)
{
	size_t len = strlen(GIT_FOLDER);

	*prefix = is_of_git(line) ? "**/" : "";
	if (**prefix)
		return line;
	if (layout)
		return !strncmp(line, GIT_FOLDER, len) && strcmp(line, GIT_FOLDER ".") ?
			       line + len :
			       NULL;
	return strncmp(line, GIT_FOLDER, len) && strcmp(line, GIT_REFS) ? NULL : line;
}

static int exclude_lines(struct deputies *d, const char *folder, bool layout, bool anywhere)
{
	auto_free char *escaped = path_escape(folder);

	for (size_t i = 0; i < d->list.n; i++) {
		const char *prefix;
		const char *line = git_line(d->list.lines[i], layout, &prefix);
		auto_free char *text = NULL;

		if (line && anywhere)
			prefix = strncmp(line, "**/", 3) ? "**/" : "";
		if (!line || deputy_is_lifted(d, i))
			continue;
		text = escaped ? format("/%s/%s%s", strcmp(escaped, "/") ? escaped : "", prefix,
					line) :
				 NULL;
		if (!text)
			return err_errno(d->err, ENOMEM, "deputy.list");
		if (deputy_exclude(d, i, text))
			return -1;
	}
	return 0;
}

int deputy_git_folder(struct deputies *d, const char *folder, bool layout)
{
	return exclude_lines(d, folder, layout, false);
}

int deputy_git_anywhere(struct deputies *d, const char *folder)
{
	return exclude_lines(d, folder, true, true);
}

/* What git takes for a repository whatever its name is. */
bool deputy_git_is_layout(int dir)
{
	return has(dir, "HEAD") && has(dir, "objects") && has(dir, "refs");
}
