// SPDX-License-Identifier: GPL-2.0-only
/* Locks between processes of rvmctl. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"

/* As many as there can be at a time wait for one another, each for a moment. */
#define WAIT_SECONDS 60
#define STEP_US 10000

static int tell_holder(int fd, const char *path, struct err *err)
{
	struct flock holder = { .l_type = F_WRLCK };

	err_make(err, EXIT_REFUSED, "%s: not free within %d seconds", path, WAIT_SECONDS);
	if (!fcntl(fd, F_GETLK, &holder) && holder.l_type != F_UNLCK && holder.l_pid > 0)
		err_hint(err, "process %d holds it: find out what it waits for, or end it",
			 (int)holder.l_pid);
	return -1;
}

static int wait_for(int fd, const char *path, struct err *err)
{
	struct timespec now;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + WAIT_SECONDS;
	while (fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_WRLCK })) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return err_errno(err, errno, "%s", path);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end)
			return tell_holder(fd, path, err);
		usleep(STEP_US);
	}
	return 0;
}

int lock_take(const char *path, struct err *err)
{
	auto_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	return wait_for(fd, path, err) ? -1 : take_fd(&fd);
}
