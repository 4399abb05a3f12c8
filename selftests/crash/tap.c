// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loaded into a recorder by LD_PRELOAD: says what the kernel took, in the file $CRASH_TOLD.
 * Each line is written when the request has returned, so that what it says has happened.
 *
 *	attach LOG NEXT		it is the recorder, and begins with record NEXT
 *	ack NEXT		the records before NEXT are safe
 *
 * With $CRASH_UNSAFE nothing is synced: that loses records, and the test has to find it.
 */
#include <fcntl.h>
#include <linux/rvm_witness.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const char *text, int length)
{
	const char *path = getenv("CRASH_TOLD");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0 || write(fd, text, length) != length)
		abort();
	close(fd);
}

int ioctl(int fd, unsigned long request, ...)
{
	const struct rvm_witness_attach *attach;
	char text[64];
	va_list list;
	void *arg;
	int ret;

	va_start(list, request);
	arg = va_arg(list, void *);
	va_end(list);
	ret = syscall(SYS_ioctl, fd, request, arg);
	attach = arg;
	if (!ret && request == RVM_WITNESS_ATTACH)
		tell(text,
		     snprintf(text, sizeof(text), "attach %llu %llu\n",
			      (unsigned long long)attach->log, (unsigned long long)attach->next));
	else if (!ret && request == RVM_WITNESS_ACK)
		tell(text,
		     snprintf(text, sizeof(text), "ack %llu\n", *(const unsigned long long *)arg));
	return ret;
}

int fdatasync(int fd)
{
	return getenv("CRASH_UNSAFE") ? 0 : syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	return getenv("CRASH_UNSAFE") ? 0 : syscall(SYS_fsync, fd);
}
