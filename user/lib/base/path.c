// SPDX-License-Identifier: GPL-2.0-only
/* Paths as text. */
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/path.h"

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir), more = strlen(name);
	char *path = malloc(len + 1 + more + 1);

	if (!path)
		return NULL;
	memcpy(path, dir, len);
	if (more && !(len && dir[len - 1] == '/'))
		path[len++] = '/';
	memcpy(path + len, name, more + 1);
	return path;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *path_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	if (len && above[len - 1] == '/')
		len--;
	if (strncmp(path, above, len) != 0 || (path[len] != '/' && path[len]))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

bool path_is_below(const char *path, const char *dir)
{
	return path_below(path, dir);
}

char *path_escape(const char *path)
{
	char *out = malloc(2 * strlen(path) + 1), *p = out;

	if (!out)
		return NULL;
	for (; *path; path++) {
		if (strchr("\\*?[", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	*p = '\0';
	return out;
}

int path_normalise(const char *text, size_t len, bool anywhere, char **out)
{
	size_t used = 0;
	char *p = malloc(len + 4);

	*out = p;
	if (!p)
		return -1;
	if (anywhere) {
		memcpy(p, "**/", 3);
		used = 3;
	}
	for (size_t i = 0, end; i < len; i = end + 1) {
		for (end = i; end < len && text[end] != '/'; end++)
			;
		if (end == i || (end - i == 1 && text[i] == '.'))
			continue;
		if (used && p[used - 1] != '/')
			p[used++] = '/';
		memcpy(p + used, text + i, end - i);
		used += end - i;
	}
	p[used] = '\0';
	return 0;
}
