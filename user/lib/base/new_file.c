// SPDX-License-Identifier: GPL-2.0-only
/* Files that are all there or not there at all. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"

/* The directory, not by O_PATH: it is synced. */
static int open_folder(struct new_file *file, struct err *err)
{
	const char *slash = strrchr(file->path, '/');
	auto_free char *folder = slash ? strndup(file->path, slash - file->path + 1) : strdup(".");
	auto_close int look = -1;

	file->name = slash ? slash + 1 : file->path;
	if (!folder || !*file->name)
		return err_errno(err, folder ? EISDIR : ENOMEM, "%s", file->path);
	look = file_look(folder, err);
	if (look < 0)
		return -1;
	file->dir = openat(look, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return file->dir < 0 ? err_errno(err, errno, "%s", file->path) : 0;
}

static int write_at_begin(int fd, const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t n = pwrite(fd, text + at, len - at, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
	}
	return fsync(fd);
}

int file_new(struct new_file *file, const char *path, size_t len, struct err *err)
{
	auto_free char *blank = calloc(1, len + 1);
	uint64_t random;

	*file = (struct new_file){ .path = path, .dir = -1, .fd = -1 };
	if (open_folder(file, err))
		return -1;
	if (!faccessat(file->dir, file->name, F_OK, AT_SYMLINK_NOFOLLOW)) {
		err_make(err, EXIT_USAGE, "%s: is there already", path);
		return err_hint(err, "name a new file");
	}
	if (!blank || getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, blank ? errno : ENOMEM, "%s", path);
	snprintf(file->tmp, sizeof(file->tmp), ".%.200s.%016" PRIx64, file->name, random);
	file->fd = openat(file->dir, file->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file->fd < 0 || fchmod(file->fd, 0600) || write_at_begin(file->fd, blank, len))
		return err_errno(err, errno, "%s", path);
	return 0;
}

/* Some file systems have no second names, and others cannot keep a name from being replaced. */
static int give_name(const struct new_file *file)
{
	if (!renameat2(file->dir, file->tmp, file->dir, file->name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL)
		return -1;
	return linkat(file->dir, file->tmp, file->dir, file->name, 0) ||
	       unlinkat(file->dir, file->tmp, 0);
}

int file_new_finish(struct new_file *file, const char *text, size_t len, struct err *err)
{
	if (write_at_begin(file->fd, text, len) || ftruncate(file->fd, len) || fsync(file->fd))
		return err_errno(err, errno, "%s", file->path);
	if (give_name(file)) {
		err_errno(err, errno, "%s", file->path);
		err_hint(err, "it is in %.*s%s", (int)(file->name - file->path), file->path,
			 file->tmp);
		file->tmp[0] = '\0';
		return -1;
	}
	file->tmp[0] = '\0';
	return fsync(file->dir) ? err_errno(err, errno, "%s", file->path) : 0;
}

void file_new_end(struct new_file *file)
{
	if (file->fd >= 0 && file->tmp[0])
		unlinkat(file->dir, file->tmp, 0);
	if (file->fd >= 0)
		close(file->fd);
	if (file->dir >= 0)
		close(file->dir);
	file->fd = file->dir = -1;
}
