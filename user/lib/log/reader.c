// SPDX-License-Identifier: GPL-2.0-only
/* Logs as files, read record by record. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "log/reader.h"

int log_open_device(struct err *err)
{
	int fd = open(WITNESS_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT) {
		err_make(err, EXIT_UNAVAILABLE, "%s: module not loaded", WITNESS_DEVICE);
		return err_hint(err,
				"as root: modprobe rvm, or insmod kmod/rvm.ko in the source tree");
	}
	err_errno(err, errno, "%s", WITNESS_DEVICE);
	return err_hint(err, "only root outside all partitions can read the log");
}

int log_open(struct log_reader *log, const char *path, struct err *err)
{
	struct stat st;
	off_t begin;

	memset(log, 0, sizeof(*log));
	log->path = path;
	log->device = !strcmp(path, WITNESS_DEVICE);
	log->fd = log->device ? log_open_device(err) : file_open(path, &st, err);
	if (log->fd < 0)
		return -1;
	if (!log->device)
		return 0;
	begin = lseek(log->fd, 0, SEEK_DATA);
	if (begin < 0)
		/* ENXIO: there is nothing yet. */
		return errno == ENXIO ? 0 : err_errno(err, errno, "%s", path);
	log->first = log->next = begin / RVM_RECORD_BYTES;
	return 0;
}

int log_seek(struct log_reader *log, uint64_t record, struct err *err)
{
	if (lseek(log->fd, record * RVM_RECORD_BYTES, SEEK_SET) < 0)
		return err_errno(err, errno, "%s", log->path);
	log->next = record;
	log->have = log->at = 0;
	return 0;
}

int log_length(struct log_reader *log, uint64_t *length, struct err *err)
{
	off_t here = lseek(log->fd, 0, SEEK_CUR);
	off_t end = here < 0 ? -1 : lseek(log->fd, 0, SEEK_END);

	if (end < 0 || lseek(log->fd, here, SEEK_SET) < 0)
		return err_errno(err, errno, "%s", log->path);
	*length = end / RVM_RECORD_BYTES;
	return 0;
}

static int fill(struct log_reader *log, struct err *err)
{
	size_t left = log->have - log->at;

	memmove(log->buf, log->buf + log->at, left);
	log->at = 0;
	log->have = left;
	while (log->have < RVM_RECORD_BYTES) {
		ssize_t n = read(log->fd, log->buf + log->have, sizeof(log->buf) - log->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENODATA) {
			err_make(err, EXIT_REFUSED,
				 "%s: record %llu was overwritten before it was read", log->path,
				 (unsigned long long)log->next);
			return err_hint(err, "try again, or load the module with a larger ring");
		}
		if (n < 0)
			return err_errno(err, errno, "%s", log->path);
		if (!n)
			break;
		log->have += n;
	}
	return 0;
}

int log_next(struct log_reader *log, const uint8_t **raw, struct err *err)
{
	if (log->have - log->at < RVM_RECORD_BYTES && fill(log, err))
		return -1;
	if (log->have - log->at < RVM_RECORD_BYTES) {
		log->stray = log->have - log->at;
		return 0;
	}
	*raw = log->buf + log->at;
	log->at += RVM_RECORD_BYTES;
	log->next++;
	return 1;
}

void log_close(struct log_reader *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
