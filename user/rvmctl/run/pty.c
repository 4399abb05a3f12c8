// SPDX-License-Identifier: GPL-2.0-only
/* The command's terminal and pipes, and what moves between them and the user's. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "run/pty.h"

#define PIPEFS_MAGIC 0x50495045
/* How long a terminal may be silent at the end before it is taken to be empty. */
#define DRAIN_MS 20
/* What pipes and terminals hold takes fewer; somebody in the background may write for ever. */
#define DRAIN_ROUNDS 512

static int copy_above(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* A pipe without a name; a fifo would be judged by its path. */
static bool is_pipe(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PIPEFS_MAGIC;
}

static struct relay *add_relay(struct pty *pty, int from, int to, bool owned)
{
	struct relay *r = &pty->relay[pty->n++];

	r->from = from;
	r->to = to;
	r->owned = owned;
	r->have = r->at = 0;
	return r;
}

static void set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* The C library's openpty() hides behind our header's name. */
static int open_pair(int *master, int *slave)
{
	char name[64];

	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) || unlockpt(*master) ||
	    ptsname_r(*master, name, sizeof(name)))
		return -1;
	*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return *slave < 0 ? -1 : 0;
}

static int open_terminal(struct pty *pty, uid_t uid, int *tty, struct err *err)
{
	struct winsize size = { 0 };
	struct termios termios;
	int slave;

	if (ioctl(pty->user, TIOCGWINSZ, &size))
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	if (tcgetattr(pty->user, &pty->saved))
		return err_errno(err, errno, "terminal");
	termios = pty->saved;
	/* If its keys are not ours to take, the user's terminal goes on as it is. */
	if (!isatty(STDIN_FILENO))
		termios.c_oflag &= ~OPOST;
	if (open_pair(&pty->master, &slave))
		return err_errno(err, errno, "pseudo-terminal");
	tcsetattr(slave, TCSANOW, &termios);
	ioctl(slave, TIOCSWINSZ, &size);
	set_nonblocking(pty->master);
	*tty = copy_above(slave);
	close(slave);
	if (*tty < 0 || fchown(*tty, uid, -1) || fchmod(*tty, 0620))
		return err_errno(err, errno, "pseudo-terminal");
	if (isatty(STDIN_FILENO))
		add_relay(pty, STDIN_FILENO, pty->master, false);
	add_relay(pty, pty->master, isatty(STDOUT_FILENO) ? STDOUT_FILENO : pty->user, false);
	return 0;
}

/* Its user may open it again by name, as /dev/stdin and the like do. */
static int open_pipe(struct pty *pty, uid_t uid, int fd, int *end, struct err *err)
{
	int ends[2], theirs = fd == STDIN_FILENO ? 0 : 1;

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, errno, "pipe");
	*end = copy_above(ends[theirs]);
	close(ends[theirs]);
	if (*end < 0 || fchown(*end, uid, -1)) {
		close(ends[!theirs]);
		return err_errno(err, errno, "pipe");
	}
	set_nonblocking(ends[!theirs]);
	if (fd == STDIN_FILENO)
		add_relay(pty, fd, ends[1], true);
	else
		add_relay(pty, ends[0], fd, false);
	return 0;
}

int pty_fill_gaps(struct err *err)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return err_errno(err, errno, "/dev/null");
	}
	return 0;
}

int pty_open(struct pty *pty, uid_t uid, int stdio[3], int *tty, struct err *err)
{
	for (int fd = 2; fd >= 0; fd--) {
		if (isatty(fd))
			pty->user = fd;
	}
	if (pty->user >= 0 && open_terminal(pty, uid, tty, err))
		return -1;
	for (int fd = 0; fd < 3; fd++) {
		if (isatty(fd))
			stdio[fd] = copy_above(*tty);
		else if (is_pipe(fd))
			stdio[fd] = copy_above(fd);
		else if (open_pipe(pty, uid, fd, &stdio[fd], err))
			return -1;
		if (stdio[fd] < 0)
			return err_errno(err, errno, "standard descriptor %d", fd);
	}
	return 0;
}

void pty_raw(struct pty *pty)
{
	struct termios raw = pty->saved;

	if (pty->user < 0 || pty->raw || !isatty(STDIN_FILENO))
		return;
	cfmakeraw(&raw);
	pty->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void pty_restore(struct pty *pty)
{
	if (pty->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &pty->saved);
	pty->raw = false;
}

void pty_resize(struct pty *pty)
{
	struct winsize size;

	if (pty->user >= 0 && !ioctl(pty->user, TIOCGWINSZ, &size))
		ioctl(pty->master, TIOCSWINSZ, &size);
}

/* No more will come through. */
static void end_relay(struct pty *pty, struct relay *r)
{
	if (r->from > 2 && r->from != pty->master)
		close(r->from);
	if (r->owned)
		close(r->to);
	r->from = r->to = -1;
	r->have = r->at = 0;
}

static bool in_vain(int errnum)
{
	return errnum == EAGAIN || errnum == EINTR;
}

static void relay_read(struct pty *pty, struct relay *r)
{
	ssize_t n = read(r->from, r->buf, sizeof(r->buf));

	if (n < 0 && in_vain(errno))
		return;
	r->at = 0;
	r->have = n > 0 ? n : 0;
	/* A terminal whose other end is closed says EIO. */
	if (n <= 0)
		end_relay(pty, r);
}

static void relay_write(struct pty *pty, struct relay *r)
{
	ssize_t n = write(r->to, r->buf + r->at, r->have - r->at);

	if (n < 0 && in_vain(errno))
		return;
	if (n < 0) {
		end_relay(pty, r);
		return;
	}
	r->at += n;
	if (r->at == r->have)
		r->at = r->have = 0;
}

static struct pollfd wish_of(const struct relay *r)
{
	if (r->from < 0)
		return (struct pollfd){ .fd = -1 };
	if (r->have)
		return (struct pollfd){ .fd = r->to, .events = POLLOUT };
	return (struct pollfd){ .fd = r->from, .events = POLLIN };
}

static void move_bytes(struct pty *pty, const struct pollfd *fds)
{
	for (size_t i = 0; i < pty->n; i++) {
		struct relay *r = &pty->relay[i];

		if (!fds[i].revents || r->from < 0)
			continue;
		if (fds[i].events == POLLOUT)
			relay_write(pty, r);
		else
			relay_read(pty, r);
	}
}

int pty_pump(struct pty *pty, const int more[2], bool ready[2], struct err *err)
{
	struct pollfd fds[RELAYS_MAX + 2];

	ready[0] = ready[1] = false;
	while (!ready[0] && !ready[1]) {
		for (size_t i = 0; i < pty->n; i++)
			fds[i] = wish_of(&pty->relay[i]);
		for (size_t i = 0; i < 2; i++)
			fds[pty->n + i] = (struct pollfd){ .fd = more[i], .events = POLLIN };
		if (poll(fds, pty->n + 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_errno(err, errno, "standard descriptors");
		}
		move_bytes(pty, fds);
		for (size_t i = 0; i < 2; i++)
			ready[i] = fds[pty->n + i].revents;
	}
	return 0;
}

void pty_drain(struct pty *pty)
{
	struct pollfd fds[RELAYS_MAX];
	int rounds = 0, n;

	for (size_t i = 0; i < pty->n; i++) {
		/* Towards the command: nobody reads it any more. */
		if (pty->relay[i].from == STDIN_FILENO)
			end_relay(pty, &pty->relay[i]);
	}
	do {
		for (size_t i = 0; i < pty->n; i++)
			fds[i] = wish_of(&pty->relay[i]);
		n = poll(fds, pty->n, DRAIN_MS);
		if (n > 0)
			move_bytes(pty, fds);
	} while (++rounds < DRAIN_ROUNDS && (n > 0 || (n < 0 && errno == EINTR)));
}

void pty_close(struct pty *pty)
{
	int saved = errno;

	pty_restore(pty);
	for (size_t i = 0; i < pty->n; i++) {
		if (pty->relay[i].from >= 0)
			end_relay(pty, &pty->relay[i]);
	}
	if (pty->master >= 0)
		close(pty->master);
	pty->master = -1;
	errno = saved;
}
