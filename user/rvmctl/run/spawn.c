// SPDX-License-Identifier: GPL-2.0-only
/* Starting a command inside a cgroup; see spawn.h for the three tasks. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/seccomp.h"
#include "run/spawn.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum step {
	STEP_DONE,
	STEP_SESSION,
	STEP_TERMINAL,
	STEP_IPC,
	STEP_NET,
	STEP_KEYRING,
	STEP_LIMIT,
	STEP_CLONE,
	STEP_STDIO,
	STEP_CLOSE,
	STEP_CAPS,
	STEP_USER,
	STEP_FOLDER,
	STEP_PRIVS,
	STEP_FILTER,
	STEP_EXEC,
};

static const char *const steps[] = {
	[STEP_SESSION] = "cannot start a session",
	[STEP_TERMINAL] = "cannot get its terminal",
	[STEP_IPC] = "cannot make an IPC namespace",
	[STEP_NET] = "cannot make a network namespace",
	[STEP_KEYRING] = "cannot join a session keyring",
	[STEP_LIMIT] = "cannot turn core dumps off",
	[STEP_CLONE] = "cannot be created in the partition's cgroup",
	[STEP_STDIO] = "cannot get its standard descriptors",
	[STEP_CLOSE] = "cannot close other descriptors",
	[STEP_CAPS] = "cannot give up capabilities",
	[STEP_USER] = "cannot become its user",
	[STEP_FOLDER] = "cannot enter its directory",
	[STEP_PRIVS] = "cannot set no_new_privs",
	[STEP_FILTER] = "cannot filter system calls",
	[STEP_EXEC] = "cannot be started",
};

/* What goes from helper to rvmctl, and from the command to rvmctl. */
struct message {
	enum { MESSAGE_STARTED, MESSAGE_FAILED, MESSAGE_ENDED, MESSAGE_STOPPED } what;
	/* pid, wait status, or errno. */
	int value;
	enum step step;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void tell(int fd, const struct message *m)
{
	while (write(fd, m, sizeof(*m)) < 0 && errno == EINTR)
		;
}

static bool hear(int fd, struct message *m)
{
	ssize_t n;

	do {
		n = read(fd, m, sizeof(*m));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*m);
}

/* The command, inside: nothing here may need a right. */

static int empty_caps(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return -1;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capget, &header, data))
		return -1;
	/* An exec by root gives what is inheritable and what the bounding set has. */
	for (size_t i = 0; i < ARRAY_SIZE(data); i++)
		data[i].inheritable = 0;
	return syscall(SYS_capset, &header, data);
}

static int change_user(const struct spawn *s)
{
	if (setgroups(s->n_groups, s->groups) || setresgid(s->gid, s->gid, s->gid))
		return -1;
	return setresuid(s->uid, s->uid, s->uid);
}

static int take_stdio(const struct spawn *s)
{
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(s->stdio[fd], fd) < 0)
			return -1;
	}
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only on failure does it come back. */
static enum step become_command(const struct spawn *s)
{
	if (s->tty >= 0 ? setpgid(0, 0) : setsid() < 0)
		return STEP_SESSION;
	if (take_stdio(s))
		return STEP_STDIO;
	if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC))
		return STEP_CLOSE;
	if (!s->keep_caps && empty_caps())
		return STEP_CAPS;
	if (change_user(s))
		return STEP_USER;
	if (chdir(s->cwd))
		return STEP_FOLDER;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return STEP_PRIVS;
	reset_signals();
	errno = s->filter ? seccomp_install() : 0;
	if (errno)
		return STEP_FILTER;
	execve(s->path, s->argv, s->envp);
	return STEP_EXEC;
}

static _Noreturn void run_command(const struct spawn *s, int go, int failure)
{
	struct message m = { .what = MESSAGE_FAILED };
	char c;

	/* Nobody else may hold it open, or its end would not be seen. */
	close(s->go);
	if (read(go, &c, 1) != 1)
		_exit(126);
	m.step = become_command(s);
	m.value = errno;
	tell(failure, &m);
	_exit(126);
}

/* The helper, outside. */

pid_t spawn_into(int cgroup)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

/* One that has but the loopback, as the command may well start servers for itself. */
static int make_network(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, err;

	if (unshare(CLONE_NEWNET))
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	err = ioctl(fd, SIOCSIFFLAGS, &loopback);
	/* It would be somebody else in there. */
	close(fd);
	return err;
}

/* It would be somebody else in there, as long as it is open. */
static int join_network(struct spawn *s)
{
	int err = setns(s->net, CLONE_NEWNET);

	close_fd(&s->net);
	return err;
}

static enum step prepare(struct spawn *s)
{
	/* With 0 the kernel still starts a program that takes dumps, with 1 it does not. */
	static const struct rlimit none = { 1, 1 };

	if (setsid() < 0)
		return STEP_SESSION;
	if (s->tty >= 0 && ioctl(s->tty, TIOCSCTTY, 0))
		return STEP_TERMINAL;
	if (unshare(CLONE_NEWIPC))
		return STEP_IPC;
	if (s->private_net && (s->net < 0 ? make_network() : join_network(s)))
		return STEP_NET;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return STEP_KEYRING;
	if (setrlimit(RLIMIT_CORE, &none))
		return STEP_LIMIT;
	umask(022);
	return STEP_DONE;
}

/* Its keys are the command's from now on.  Where @tty was, there is no open descriptor. */
static void put_in_foreground(pid_t command)
{
	int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (tty < 0)
		return;
	tcsetpgrp(tty, getpgid(command));
	close(tty);
}

static bool is_end(const siginfo_t *info)
{
	return info->si_code != CLD_STOPPED && info->si_code != CLD_TRAPPED;
}

/* As waitpid() says it. */
static int status_of(const siginfo_t *info)
{
	if (!is_end(info))
		return W_STOPCODE(info->si_status);
	if (info->si_code == CLD_EXITED)
		return W_EXITCODE(info->si_status, 0);
	return info->si_status | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

/*
 * Wait for a change of the command.  One that ended is left as it is, so that its number goes to
 * nobody else while rvmctl may still send signals to it: it is buried with the helper.
 */
static bool next_change(pid_t command, siginfo_t *info)
{
	siginfo_t stop;
	int ret;

	do {
		ret = waitid(P_PID, command, info, WEXITED | WSTOPPED | WNOWAIT);
	} while (ret && errno == EINTR);
	if (!ret && !is_end(info))
		waitid(P_PID, command, &stop, WSTOPPED | WNOHANG);
	return !ret;
}

/* Report each change of the command until its end. */
static void watch(pid_t command, int events)
{
	struct message m = { 0 };
	siginfo_t info = { 0 };

	while (next_change(command, &info)) {
		m.value = status_of(&info);
		if (WIFSTOPPED(m.value) &&
		    (WSTOPSIG(m.value) == SIGTTIN || WSTOPSIG(m.value) == SIGTTOU))
			put_in_foreground(command);
		m.what = WIFSTOPPED(m.value) ? MESSAGE_STOPPED : MESSAGE_ENDED;
		tell(events, &m);
		if (!WIFSTOPPED(m.value))
			return;
	}
}

/*
 * Keep nothing but @events: ends of pipes that we held open would never be
 * seen to close, and what rvmctl was given is not for us.
 */
static int keep_only(int events)
{
	dup2(events, 0);
	syscall(SYS_close_range, 1U, ~0U, 0);
	return 0;
}

static _Noreturn void run_helper(struct spawn *s, int events, int go, int failure)
{
	struct message m = { .what = MESSAGE_FAILED };
	pid_t pid = -1;

	/* The other end is rvmctl's alone: when it closes that we go. */
	close(s->events);
	close(s->failure);
	/* The terminal's keys are for the command. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	m.step = prepare(s);
	if (!m.step) {
		pid = spawn_into(s->cgroup);
		if (!pid)
			run_command(s, go, failure);
		if (pid < 0)
			m.step = STEP_CLONE;
	}
	m.value = errno;
	if (pid < 0) {
		tell(events, &m);
		_exit(1);
	}
	if (s->tty >= 0) {
		/* Both do it: whoever comes first. */
		setpgid(pid, pid);
		if (!s->background)
			tcsetpgrp(s->tty, pid);
	}
	events = keep_only(events);
	m = (struct message){ .what = MESSAGE_STARTED, .value = pid };
	tell(events, &m);
	watch(pid, events);
	/* The session ends with us: not before rvmctl has read what is left. */
	hear(events, &m);
	_exit(0);
}

/* rvmctl itself. */

static const char *advice(enum step step, int errnum)
{
	switch (step) {
	case STEP_CLONE:
		return errnum == EAGAIN ?
			       "the partition has as many tasks as its pids.max allows" :
		       errnum == EBUSY ?
			       "a cgroup whose children have controllers cannot have tasks" :
			       "look at the partition's cgroup below /sys/fs/cgroup/rvm";
	case STEP_FOLDER:
		return "use --chdir DIR with a directory that its user may enter";
	case STEP_NET:
		return "use --host-net to leave it in the host's network";
	case STEP_EXEC:
		return errnum == ENOEXEC ? "neither a program nor a script with #!" : NULL;
	default:
		return NULL;
	}
}

static int step_failed(const struct spawn *s, const struct message *m, struct err *err)
{
	const char *hint = advice(m->step, m->value);

	if (m->step == STEP_FOLDER)
		err_errno(err, m->value, "%s: %s %s", s->path, steps[m->step], s->cwd);
	else
		err_errno(err, m->value, "%s: %s", s->path, steps[m->step]);
	if (hint)
		err_hint(err, "%s", hint);
	return -1;
}

/* Others have them now: an end of file shall be seen when the command closes them. */
static void drop_stdio(struct spawn *s)
{
	for (int fd = 0; fd < 3; fd++)
		close_fd(&s->stdio[fd]);
	close_fd(&s->tty);
	close_fd(&s->net);
}

int spawn_start(struct spawn *s, struct err *err)
{
	int pair[2], go[2], failure[2];
	struct message m;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, errno, "%s", s->path);
	s->events = pair[0];
	if (pipe2(go, O_CLOEXEC)) {
		close(pair[1]);
		return err_errno(err, errno, "%s", s->path);
	}
	s->go = go[1];
	if (pipe2(failure, O_CLOEXEC)) {
		close(pair[1]);
		close(go[0]);
		return err_errno(err, errno, "%s", s->path);
	}
	s->failure = failure[0];
	s->helper = fork();
	if (!s->helper)
		run_helper(s, pair[1], go[0], failure[1]);
	close(pair[1]);
	close(go[0]);
	close(failure[1]);
	if (s->helper < 0)
		return err_errno(err, errno, "%s", s->path);
	if (!hear(s->events, &m))
		return err_make(err, EXIT_REFUSED, "%s: the helper process was killed", s->path);
	if (m.what != MESSAGE_STARTED)
		return step_failed(s, &m, err);
	s->command = m.value;
	s->process = syscall(SYS_pidfd_open, s->command, 0);
	if (s->process < 0)
		return err_errno(err, errno, "%s: its process", s->path);
	drop_stdio(s);
	return 0;
}

void spawn_signal(const struct spawn *s, int number)
{
	if (s->command > 0 && s->process >= 0)
		syscall(SYS_pidfd_send_signal, s->process, number, NULL, 0);
}

void spawn_signal_group(const struct spawn *s, int number)
{
	/* As long as it is there, whoever is in its group was started by it. */
	if (s->command <= 0 || s->process < 0 ||
	    syscall(SYS_pidfd_send_signal, s->process, 0, NULL, 0))
		return;
	if (kill(-s->command, number))
		spawn_signal(s, number);
}

int spawn_release(struct spawn *s, struct err *err)
{
	return write(s->go, "", 1) == 1 ? 0 : err_errno(err, errno, "%s", s->path);
}

int spawn_result(struct spawn *s, int *errnum, struct err *err)
{
	struct message m;

	*errnum = 0;
	if (!hear(s->failure, &m))
		return 0;
	if (m.step == STEP_EXEC)
		*errnum = m.value;
	return step_failed(s, &m, err);
}

enum spawn_event_kind spawn_event(struct spawn *s, int *value)
{
	struct message m;

	if (!hear(s->events, &m))
		return SPAWN_LOST;
	*value = m.value;
	if (m.what == MESSAGE_ENDED)
		s->command = -1;
	return m.what == MESSAGE_ENDED ? SPAWN_ENDED : SPAWN_STOPPED;
}

void spawn_end(struct spawn *s)
{
	int saved = errno;

	spawn_signal(s, SIGKILL);
	close_fd(&s->process);
	close_fd(&s->go);
	close_fd(&s->failure);
	close_fd(&s->events);
	if (s->helper > 0) {
		while (waitpid(s->helper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	s->helper = -1;
	close_fd(&s->cgroup);
	drop_stdio(s);
	free(s->groups);
	s->groups = NULL;
	errno = saved;
}
