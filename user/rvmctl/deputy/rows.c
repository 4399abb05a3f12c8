// SPDX-License-Identifier: GPL-2.0-only
/* Repositories of which rows let something be written. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "deputy/deputy_priv.h"
#include "table/resolve.h"

/* A directory that a row lets be written, at least in part. */
static int exclude_repository(struct deputies *d, const struct anchor *folder)
{
	auto_free char *top = strdup(folder->path);
	char *git = top ? strstr(top, "/.git") : NULL;

	if (!top)
		return err_errno(d->err, ENOMEM, "%s", folder->path);
	/* From where its repository is, if it lies in git's own directory. */
	while (git && git[5] && git[5] != '/')
		git = strstr(git + 1, "/.git");
	if (git)
		git[git == top] = '\0';
	if (deputy_git_folder(d, top, false) || deputy_git_configs_above(d, top))
		return -1;
	if (deputy_git_is_layout(folder->fd) && (deputy_git_folder(d, folder->path, true) ||
						 deputy_git_folder_configs(d, folder->path)))
		return -1;
	return deputy_scan(d, folder);
}

int deputy_git_rows(struct deputies *d)
{
	const char *ws = d->plan->resolver.workspace->path;
	size_t n = d->plan->n;

	for (size_t i = 0; i < n; i++) {
		/* The array moves when entries are added. */
		const struct entry e = d->plan->entries[i];
		bool done = false;

		if (!deputy_is_place(&e) || (d->whole && path_below(e.scope.anchor->path, ws)))
			continue;
		for (size_t k = 0; k < i && !done; k++)
			done = d->plan->entries[k].scope.anchor == e.scope.anchor &&
			       deputy_is_place(&d->plan->entries[k]);
		if (!done && exclude_repository(d, e.scope.anchor))
			return -1;
	}
	return 0;
}
