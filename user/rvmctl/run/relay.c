// SPDX-License-Identifier: GPL-2.0-only
/* What moves between the user's descriptors and those of the command. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/relay.h"

/* How long a source may be silent at the end before it is taken to be empty. */
#define SILENT_MS 20
/* A terminal does not tell what it holds; it is less. */
#define TERMINAL_MAX 65536

/*
 * To open the master of a pair by name would make another pair, and to read a fifo that
 * nobody writes to any more would not end.
 */
static bool can_reopen(int fd, int mode)
{
	struct stat st;
	int number;

	if (fstat(fd, &st))
		return false;
	return (S_ISFIFO(st.st_mode) && mode != O_RDONLY) ||
	       (isatty(fd) && ioctl(fd, TIOCGPTN, &number));
}

int relay_open_user(int fd)
{
	int mode = fcntl(fd, F_GETFL) & O_ACCMODE, own = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (can_reopen(fd, mode))
		own = open(path, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static bool is_socket(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISSOCK(st.st_mode);
}

struct relay *relay_add(struct relays *rs, int from, int to, int user)
{
	struct relay *r = &rs->relay[rs->n++];

	r->from = from;
	r->to = to;
	r->user = user;
	r->from_socket = is_socket(from);
	r->to_socket = is_socket(to);
	r->terminal = isatty(from) || isatty(to);
	r->paused = false;
	r->left = SIZE_MAX;
	r->have = r->at = r->taken = 0;
	return r;
}

void relay_end(struct relay *r)
{
	if (r->from < 0)
		return;
	close(r->from);
	close(r->to);
	r->from = r->to = -1;
	r->have = r->at = 0;
}

/* A reader that is gone, or a terminal whose other end is closed, is an end like any other. */
static bool is_end(const struct relay *r, int errnum)
{
	return !errnum || errnum == EPIPE || errnum == ECONNRESET || (r->terminal && errnum == EIO);
}

static void give_up(struct relays *rs, struct relay *r, int errnum)
{
	if (!is_end(r, errnum) && !rs->errnum) {
		rs->errnum = errnum;
		rs->failed = r->user;
	}
	relay_end(r);
}

static bool in_vain(int errnum)
{
	return errnum == EAGAIN || errnum == EINTR;
}

static void read_some(struct relays *rs, struct relay *r)
{
	size_t len = r->left < sizeof(r->buf) ? r->left : sizeof(r->buf);
	ssize_t n = r->from_socket ? recv(r->from, r->buf, len, MSG_DONTWAIT) :
				     read(r->from, r->buf, len);

	if (n < 0 && in_vain(errno))
		return;
	if (n <= 0) {
		give_up(rs, r, n ? errno : 0);
		return;
	}
	r->at = 0;
	r->have = n;
	r->taken += n;
	if (r->left != SIZE_MAX)
		r->left -= n;
}

static void write_some(struct relays *rs, struct relay *r)
{
	const char *bytes = r->buf + r->at;
	size_t len = r->have - r->at;
	ssize_t n = r->to_socket ? send(r->to, bytes, len, MSG_DONTWAIT) : write(r->to, bytes, len);

	if (n < 0 && in_vain(errno))
		return;
	if (n < 0) {
		give_up(rs, r, errno);
		return;
	}
	r->at += n;
	if (r->at == r->have)
		r->at = r->have = 0;
}

static struct pollfd wish_of(const struct relay *r)
{
	if (r->have)
		return (struct pollfd){ .fd = r->to, .events = POLLOUT };
	if (r->from < 0 || r->paused || !r->left)
		return (struct pollfd){ .fd = -1 };
	return (struct pollfd){ .fd = r->from, .events = POLLIN };
}

/* Wait, and move what can be moved.  Return: as poll(). */
static int move(struct relays *rs, struct pollfd *more, size_t n_more, int timeout)
{
	struct pollfd fds[RELAYS_MAX + RELAYS_MORE];
	int ready;

	for (size_t i = 0; i < rs->n; i++)
		fds[i] = wish_of(&rs->relay[i]);
	for (size_t i = 0; i < n_more; i++)
		fds[rs->n + i] = more[i];
	ready = poll(fds, rs->n + n_more, timeout);
	for (size_t i = 0; i < n_more; i++)
		more[i].revents = ready > 0 ? fds[rs->n + i].revents : 0;
	for (size_t i = 0; ready > 0 && i < rs->n; i++) {
		if (fds[i].revents && fds[i].events == POLLOUT)
			write_some(rs, &rs->relay[i]);
		else if (fds[i].revents)
			read_some(rs, &rs->relay[i]);
	}
	return ready;
}

static bool has_event(const struct pollfd *more, size_t n_more)
{
	for (size_t i = 0; i < n_more; i++) {
		if (more[i].revents)
			return true;
	}
	return false;
}

int relays_pump(struct relays *rs, struct pollfd *more, size_t n_more)
{
	do {
		if (move(rs, more, n_more, -1) < 0 && errno != EINTR)
			return -1;
	} while (!has_event(more, n_more));
	return 0;
}

/* Who goes on writing in the background is not waited for. */
void relays_finish(struct relays *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct relay *r = &rs->relay[i];
		int bytes;

		if (r->from < 0)
			continue;
		if (isatty(r->from) || ioctl(r->from, FIONREAD, &bytes))
			bytes = TERMINAL_MAX;
		r->left = bytes;
	}
}

bool relays_drain(struct relays *rs, struct pollfd *more)
{
	int ready;

	do {
		bool holds = false, waits = false;

		for (size_t i = 0; i < rs->n; i++) {
			holds |= rs->relay[i].have;
			waits |= wish_of(&rs->relay[i]).fd >= 0;
		}
		if (!waits)
			return true;
		/* A reader may take its time; a source is silent when it is empty. */
		ready = move(rs, more, 1, holds ? -1 : SILENT_MS);
		if (more->revents)
			return false;
	} while (ready > 0 || (ready < 0 && errno == EINTR));
	return true;
}

int relays_check(const struct relays *rs, struct err *err)
{
	static const char *const names[] = { "standard input", "standard output",
					     "standard error" };

	return rs->errnum ? err_errno(err, rs->errnum, "%s", names[rs->failed]) : 0;
}
