/* SPDX-License-Identifier: GPL-2.0-only */
/* Directories that a generated log is recorded into. */
#ifndef RVM_STORE_WORLD_H
#define RVM_STORE_WORLD_H

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/record_world.h"
#include "log/store_verify.h"
#include "unit.h"

/* Faults of the disk: so many syncs and writes work (-1: all); then so many writes do not. */
static int good_syncs = -1, good_writes = -1, full_writes;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);

int __wrap_fdatasync(int fd)
{
	if (good_syncs) {
		good_syncs -= good_syncs > 0;
		return __real_fdatasync(fd);
	}
	errno = EIO;
	return -1;
}

/* Half of it is written before that is found. */
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	if (good_writes || !full_writes) {
		good_writes -= good_writes > 0;
		return __real_write(fd, data, size);
	}
	full_writes--;
	if (full_writes % 2)
		return __real_write(fd, data, size / 2);
	errno = ENOSPC;
	return -1;
}

static char store_dir[64];

/* Syncing costs nothing there. */
__attribute__((unused)) static const char *new_dir(void)
{
	snprintf(store_dir, sizeof(store_dir), "%s/rvm-store-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(store_dir))
		abort();
	return store_dir;
}

__attribute__((unused)) static void in_dir(char path[PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", store_dir, name);
}

__attribute__((unused)) static void drop_dir(void)
{
	DIR *d = opendir(store_dir);
	const struct dirent *found;
	char path[PATH_MAX];

	while (d && (found = readdir(d))) {
		if (found->d_name[0] == '.' && found->d_name[1] != '0')
			continue;
		in_dir(path, found->d_name);
		if (unlink(path))
			rmdir(path);
	}
	if (d)
		closedir(d);
	rmdir(store_dir);
}

__attribute__((unused)) static off_t size_of(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	in_dir(path, name);
	return stat(path, &st) ? -1 : st.st_size;
}

/* The whole file; free() it. */
__attribute__((unused)) static uint8_t *load_file(const char *name, size_t *size)
{
	char path[PATH_MAX];
	uint8_t *data;
	int fd;

	*size = size_of(name);
	in_dir(path, name);
	fd = open(path, O_RDONLY);
	data = malloc(*size + 1);
	if (fd < 0 || !data || read(fd, data, *size) != (ssize_t)*size)
		abort();
	close(fd);
	return data;
}

__attribute__((unused)) static void save_file(const char *name, const void *data, size_t size)
{
	char path[PATH_MAX];
	int fd;

	in_dir(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

__attribute__((unused)) static struct record_policy policy_of(uint64_t segment_bytes)
{
	return (struct record_policy){
		.segment_bytes = segment_bytes,
		.segment_seconds = 86400,
		.sync_records = UINT64_MAX,
		.sync_lines = UINT64_MAX,
		.once = true,
		.stop_fd = -1,
	};
}

static char said[1024];

__attribute__((unused)) static void hear(const char *text)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s\n", text);
}

/* Record all that the world makes; its errors are @err. */
__attribute__((unused)) static int record_with(struct world *w, uint64_t segment_bytes,
					       struct record_count *count, struct err *err)
{
	struct record_policy policy = policy_of(segment_bytes);
	struct world_source source = world_source(w);
	struct store store;
	int ret;

	source.burst = 1000;
	said[0] = '\0';
	ret = store_open(&store, store_dir, hear, err);
	if (!ret)
		ret = record_run(&store, &source.source, &policy, count, err);
	store_close(&store);
	world_detach(w);
	return ret;
}

__attribute__((unused)) static bool record_all(struct world *w, uint64_t segment_bytes)
{
	struct record_count count;
	struct err err = { 0 };
	bool good = EXPECT_EQ(record_with(w, segment_bytes, &count, &err), 0);

	if (!good)
		NOTE("%s", err.text);
	err_clear(&err);
	return good;
}

__attribute__((unused)) static struct store_verdict verify_dir(void)
{
	struct store_how how = { .length = UINT64_MAX };
	struct store_verdict v;
	struct err err = { 0 };

	if (!EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0))
		NOTE("%s", err.text);
	err_clear(&err);
	return v;
}

__attribute__((unused)) static bool expect_good(void)
{
	auto_verdict struct store_verdict v = verify_dir();
	bool good = EXPECT_STR(v.reason, NULL);

	if (!good)
		NOTE("%s at %llu, record %llu", v.file, (unsigned long long)v.offset,
		     (unsigned long long)v.sequence);
	return good;
}

__attribute__((unused)) static bool expect_bad(const char *file, const char *reason)
{
	auto_verdict struct store_verdict v = verify_dir();

	return EXPECT_STR(v.reason, reason) & EXPECT_STR(v.file, file);
}

#endif
