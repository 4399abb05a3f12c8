// SPDX-License-Identifier: GPL-2.0-only
/* The command's terminal and pipes, and the user's terminal meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "run/pty.h"

#define PIPEFS_MAGIC 0x50495045

static int copy_above(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* A pipe without a name; a fifo would be judged by its path. */
bool pty_is_pipe(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PIPEFS_MAGIC;
}

bool pty_is_null(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* A directory, or one that is open for the other direction. */
static bool is_useless(int fd)
{
	int mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	struct stat st;

	return mode == (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) ||
	       (!fstat(fd, &st) && S_ISDIR(st.st_mode));
}

/* What is written to both arrives in that order; a file, if both have one place in it. */
static bool is_same_output(int fd, int other)
{
	struct stat st, st2;
	pid_t own = getpid();

	if (fstat(fd, &st) || fstat(other, &st2) || st.st_dev != st2.st_dev ||
	    st.st_ino != st2.st_ino || is_useless(fd) || is_useless(other))
		return false;
	if (!S_ISREG(st.st_mode) || (fcntl(fd, F_GETFL) & fcntl(other, F_GETFL) & O_APPEND))
		return true;
	return !syscall(SYS_kcmp, own, own, KCMP_FILE, fd, other);
}

static void set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int add_relay(struct pty *pty, int from, int to, int user, struct relay **relay,
		     struct err *err)
{
	if (from < 0 || to < 0) {
		err_errno(err, errno, "standard descriptor %d", user);
		if (from >= 0)
			close(from);
		if (to >= 0)
			close(to);
		return -1;
	}
	*relay = relay_add(&pty->relays, from, to, user);
	return 0;
}

bool pty_in_foreground(const struct pty *pty)
{
	pid_t group = tcgetpgrp(pty->user);

	/* It need not be our session's. */
	return group < 0 || group == getpgrp();
}

/*
 * Who has the lock restores them; a second one would restore what the first has set.
 * Inside a partition it takes a token that names the terminal.
 */
static bool own_settings(struct pty *pty)
{
	if (!pty->remote && flock(pty->user, LOCK_EX | LOCK_NB))
		return false;
	if (!tcgetattr(pty->user, &pty->saved))
		return true;
	flock(pty->user, LOCK_UN);
	return false;
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

/* As the user's is; what another run has set there meanwhile is not for this one. */
static struct termios first_settings(struct pty *pty)
{
	struct termios termios;

	pty->whole = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && pty_in_foreground(pty) &&
		     own_settings(pty);
	pty->wanted = pty->whole;
	if (pty->whole)
		return pty->saved;
	tcgetattr(pty->user, &termios);
	termios.c_iflag |= ICRNL;
	termios.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
	/* The user's terminal goes on with that. */
	termios.c_oflag &= ~OPOST;
	return termios;
}

static int make_terminal(struct pty *pty, uid_t uid, const struct termios *termios,
			 const struct winsize *size, int *tty, struct err *err)
{
	int slave;

	if (open_pair(&pty->master, &slave))
		return err_errno(err, errno, "pseudo-terminal");
	tcsetattr(slave, TCSANOW, termios);
	ioctl(slave, TIOCSWINSZ, size);
	set_nonblocking(pty->master);
	*tty = copy_above(slave);
	close(slave);
	if (*tty < 0 || fchown(*tty, uid, -1) || fchmod(*tty, 0620))
		return err_errno(err, errno, "pseudo-terminal");
	return 0;
}

static int make_remote(struct pty *pty, int *tty, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, errno, "terminal");
	pty->master = pair[0];
	*tty = copy_above(pair[1]);
	close(pair[1]);
	return *tty < 0 ? err_errno(err, errno, "terminal") : 0;
}

static int open_terminal(struct pty *pty, uid_t uid, int *tty, struct err *err)
{
	int screen = isatty(STDOUT_FILENO) ? STDOUT_FILENO : pty->user;
	struct relay *output;

	if (ioctl(pty->user, TIOCGWINSZ, &pty->size))
		pty->size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	pty->first = first_settings(pty);
	if (pty->remote ? make_remote(pty, tty, err) :
			  make_terminal(pty, uid, &pty->first, &pty->size, tty, err))
		return -1;
	if (add_relay(pty, copy_above(pty->user), copy_above(pty->master), STDIN_FILENO, &pty->keys,
		      err))
		return -1;
	pty->keys->paused = true;
	return add_relay(pty, copy_above(pty->master), relay_open_user(screen), STDOUT_FILENO,
			 &output, err);
}

/* What the command does not read goes back to the file, so its end of the pipe is kept. */
static int open_input(struct pty *pty, int ends[2], struct err *err)
{
	int user = relay_open_user(STDIN_FILENO);
	struct relay *input;

	if (add_relay(pty, user, copy_above(ends[1]), STDIN_FILENO, &input, err))
		return -1;
	if (lseek(user, 0, SEEK_CUR) < 0 || isatty(user))
		return 0;
	pty->input = input;
	pty->unread = copy_above(ends[0]);
	return pty->unread < 0 ? err_errno(err, errno, "pipe") : 0;
}

static int open_output(struct pty *pty, int ends[2], int fd, struct err *err)
{
	struct relay *output;

	return add_relay(pty, copy_above(ends[0]), relay_open_user(fd), fd, &output, err);
}

/* Its user may open it again by name, as /dev/stdin and the like do. */
static int open_pipe(struct pty *pty, uid_t uid, int fd, int *end, struct err *err)
{
	int ends[2], theirs = fd == STDIN_FILENO ? 0 : 1, ret = 0;

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, errno, "pipe");
	/* The wrong end, so that its use fails there, too. */
	if (is_useless(fd))
		theirs = !theirs;
	else
		set_nonblocking(ends[!theirs]);
	*end = copy_above(ends[theirs]);
	if (*end < 0 || (uid != geteuid() && fchown(*end, uid, -1)))
		ret = err_errno(err, errno, "pipe");
	else if (!is_useless(fd))
		ret = fd == STDIN_FILENO ? open_input(pty, ends, err) :
					   open_output(pty, ends, fd, err);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

int pty_fill_gaps(struct err *err)
{
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return err_errno(err, errno, "/dev/null");
	}
	return 0;
}

bool pty_has_null(void)
{
	return pty_is_null(0) || pty_is_null(1) || pty_is_null(2);
}

/* Programs ask what it is: one searches what a pipe has, not the directory. */
static int open_null(int fd, int *null)
{
	*null = open("/dev/null", (fcntl(fd, F_GETFL) & O_ACCMODE) | O_CLOEXEC);
	if (*null >= 0 && pty_is_null(*null))
		return 0;
	if (*null >= 0)
		close(*null);
	return -1;
}

static int open_standard(struct pty *pty, uid_t uid, bool null, int fd, int stdio[3], int tty,
			 struct err *err)
{
	if (isatty(fd))
		stdio[fd] = copy_above(tty);
	else if (pty_is_pipe(fd))
		stdio[fd] = copy_above(fd);
	else if (null && pty_is_null(fd) && !open_null(fd, &stdio[fd]))
		return 0;
	else if (fd == STDERR_FILENO && is_same_output(STDOUT_FILENO, STDERR_FILENO))
		stdio[fd] = copy_above(stdio[STDOUT_FILENO]);
	else
		return open_pipe(pty, uid, fd, &stdio[fd], err);
	return stdio[fd] < 0 ? err_errno(err, errno, "standard descriptor %d", fd) : 0;
}

int pty_open(struct pty *pty, uid_t uid, bool null, int stdio[3], int *tty, struct err *err)
{
	for (int fd = 0; fd < 3 && pty->user < 0; fd++) {
		if (isatty(fd))
			pty->user = relay_open_user(fd);
	}
	if (pty->user >= 0 && open_terminal(pty, uid, tty, err))
		return -1;
	for (int fd = 0; fd < 3; fd++) {
		if (open_standard(pty, uid, null, fd, stdio, *tty, err))
			return -1;
	}
	return 0;
}

int pty_serve(struct pty *pty, uid_t uid, int user, const struct termios *termios,
	      const struct winsize *size, int *tty, struct err *err)
{
	struct relay *relay;

	if (make_terminal(pty, uid, termios, size, tty, err) ||
	    add_relay(pty, copy_above(user), copy_above(pty->master), STDIN_FILENO, &relay, err))
		return -1;
	return add_relay(pty, copy_above(pty->master), copy_above(user), STDOUT_FILENO, &relay,
			 err);
}

/* Where others write to the terminal, or are to get its signals, it goes on with both. */
static struct termios raw_settings(const struct pty *pty)
{
	struct termios raw = pty->saved;

	if (pty->whole) {
		cfmakeraw(&raw);
		return raw;
	}
	raw.c_iflag &= ~(ICRNL | INLCR | IGNCR);
	raw.c_lflag &= ~(ICANON | ECHO | ECHONL | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return raw;
}

void pty_take_keys(struct pty *pty)
{
	struct termios raw;

	if (!pty->wanted || !pty_in_foreground(pty))
		return;
	pty->keys->paused = false;
	if (pty->raw || !own_settings(pty))
		return;
	raw = raw_settings(pty);
	pty->raw = !tcsetattr(pty->user, TCSADRAIN, &raw);
}

void pty_restore(struct pty *pty)
{
	if (pty->keys)
		pty->keys->paused = true;
	if (pty->raw)
		tcsetattr(pty->user, TCSADRAIN, &pty->saved);
	pty->raw = false;
	if (pty->user >= 0 && !pty->remote)
		flock(pty->user, LOCK_UN);
}

void pty_resize(struct pty *pty)
{
	if (pty->user >= 0 && !ioctl(pty->user, TIOCGWINSZ, &pty->size) && !pty->remote)
		ioctl(pty->master, TIOCSWINSZ, &pty->size);
}

int pty_pump(struct pty *pty, const int fds[2], bool ready[2], struct err *err)
{
	struct pollfd more[] = {
		{ .fd = fds[0], .events = POLLIN },
		{ .fd = fds[1], .events = POLLIN },
	};

	if (relays_pump(&pty->relays, more, 2))
		return err_errno(err, errno, "standard descriptors");
	ready[0] = more[0].revents;
	ready[1] = more[1].revents;
	return 0;
}

/*
 * Who reads the file next goes on where the command stopped.  It may have written to the
 * pipe itself, so that there is more in it than came from the file.
 */
static void give_back(struct pty *pty)
{
	int in_pipe = 0;
	size_t held;

	if (pty->unread < 0)
		return;
	ioctl(pty->unread, FIONREAD, &in_pipe);
	held = pty->input->have - pty->input->at + in_pipe;
	if (held > pty->input->taken)
		held = pty->input->taken;
	if (held)
		lseek(STDIN_FILENO, -(off_t)held, SEEK_CUR);
	close(pty->unread);
	pty->unread = -1;
}

void pty_finish(struct pty *pty)
{
	give_back(pty);
	for (size_t i = 0; i < pty->relays.n; i++) {
		if (pty->relays.relay[i].user == STDIN_FILENO)
			relay_end(&pty->relays.relay[i]);
	}
	relays_finish(&pty->relays);
	/* What is typed asks us to end, if a reader does not read. */
	if (pty->raw) {
		struct termios calm = raw_settings(pty);

		calm.c_lflag |= ISIG;
		tcsetattr(pty->user, TCSANOW, &calm);
	}
}

bool pty_drain(struct pty *pty, int signals)
{
	struct pollfd more = { .fd = signals, .events = POLLIN };

	return relays_drain(&pty->relays, &more);
}

void pty_close(struct pty *pty)
{
	int saved = errno;

	pty_restore(pty);
	give_back(pty);
	for (size_t i = 0; i < pty->relays.n; i++)
		relay_end(&pty->relays.relay[i]);
	if (pty->master >= 0)
		close(pty->master);
	if (pty->user >= 0)
		close(pty->user);
	pty->master = pty->user = -1;
	errno = saved;
}
