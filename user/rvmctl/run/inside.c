// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's side of a sub-agent, inside the partition: it has the rights of the agent,
 * and asks the rvmctl outside for what it cannot do.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/inside.h"
#include "run/pty.h"
#include "run/request.h"
#include "table/program.h"

/* From SIGTERM on a sub-agent has so long for its end; then we go, and it is killed. */
#define GRACE_SECONDS 10

/**
 * struct inside - a sub-agent from here
 */
struct inside {
	struct pty pty;
	/* Connection. */
	int broker;
	int signals;
	/* It ended, or could not be started: status or code. */
	bool ended;
	int status;
	/* The end was asked for, so often. */
	unsigned int asked;
};

static void inside_end(struct inside *in)
{
	pty_close(&in->pty);
	if (in->broker >= 0)
		close(in->broker);
	if (in->signals >= 0)
		close(in->signals);
}
#define auto_inside __attribute__((cleanup(inside_end)))

static int call_broker(struct inside *in, struct err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *path = getenv(REQUEST_VARIABLE);

	if (!path || strlen(path) >= sizeof(name.sun_path)) {
		err_make(err, EXIT_UNAVAILABLE,
			 "run --inside: " REQUEST_VARIABLE " is not set here");
		return err_hint(err, "the agent has to be started with rvmctl run --may-nest N; "
				     "outside of a partition, name one");
	}
	memcpy(name.sun_path, path, strlen(path) + 1);
	in->broker = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (in->broker >= 0 && !connect(in->broker, (struct sockaddr *)&name, sizeof(name)))
		return 0;
	return err_errno(err, errno, "run --inside: %s", path);
}

static int take_signals(struct inside *in, struct err *err)
{
	static const int caught[] = { SIGINT,  SIGTERM, SIGHUP,	  SIGQUIT, SIGUSR1,
				      SIGUSR2, SIGCONT, SIGWINCH, SIGALRM };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(caught); i++)
		sigaddset(&set, caught[i]);
	if (in->pty.master >= 0)
		sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	in->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return in->signals < 0 ? err_errno(err, errno, "signals") : 0;
}

/* Ours, but not the socket: what is inside cannot connect to it. */
static char **variables(void)
{
	size_t n = 0, len = strlen(REQUEST_VARIABLE);
	char **list;

	while (environ[n])
		n++;
	list = calloc(n + 1, sizeof(*list));
	n = 0;
	for (char **e = environ; list && *e; e++) {
		if (strncmp(*e, REQUEST_VARIABLE, len) || (*e)[len] != '=')
			list[n++] = *e;
	}
	return list;
}

static int ask(struct inside *in, const struct nest *how, const char *path, int program,
	       char *const *command, struct err *err)
{
	struct request r = REQUEST_INIT;
	auto_free char *cwd = getcwd(NULL, 0);
	auto_free char **env = variables();
	int ret;

	if (!cwd || !env)
		return err_errno(err, errno, "current directory");
	r.name = how->name;
	r.cwd = cwd;
	r.path = path;
	r.grants = how->grants;
	r.all_but = how->all_but;
	r.argv = command;
	r.envp = env;
	r.program = program;
	for (int fd = 0; fd < 3; fd++)
		r.terminals |= (uint32_t)isatty(fd) << fd;
	ret = pty_open(&in->pty, geteuid(), true, r.stdio, &r.tty, err);
	r.termios = in->pty.first;
	r.size = in->pty.size;
	ret = ret ?: request_send(in->broker, &r, err);
	for (int fd = 0; fd < 3; fd++) {
		if (r.stdio[fd] >= 0)
			close(r.stdio[fd]);
	}
	if (r.tty >= 0)
		close(r.tty);
	return ret;
}

static int failed(const struct notice *n, struct err *err)
{
	int code = n->value > 0 ? n->value : EXIT_REFUSED;

	return err_make(err, code, "%s", n->text);
}

static int take_notice(struct inside *in, struct err *err)
{
	struct notice n;

	/* An error of the connection is told before what came before it. */
	if (!notice_take(in->broker, &n) && (errno != ECONNRESET || !notice_take(in->broker, &n)))
		return err_make(err, EXIT_REFUSED, "run --inside: the rvmctl outside has ended");
	if (n.kind == NOTICE_FAILED)
		return failed(&n, err);
	if (n.kind == NOTICE_STARTED)
		pty_take_keys(&in->pty);
	if (n.kind == NOTICE_ENDED) {
		in->ended = true;
		in->status = n.value;
	}
	return 0;
}

/* Where no shell waits for that, the kernel lets it pass. */
static void stop_self(struct inside *in)
{
	sigset_t set, before;

	pty_restore(&in->pty);
	raise(SIGTSTP);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	pty_take_keys(&in->pty);
}

static bool asks_to_end(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

static int pass_signal(struct inside *in, struct err *err)
{
	struct signalfd_siginfo info;
	struct notice n = { .kind = NOTICE_SIGNAL };

	if (read(in->signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	n.value = (int)info.ssi_signo;
	if (n.value == SIGTSTP)
		stop_self(in);
	if (n.value == SIGCONT)
		pty_take_keys(&in->pty);
	if (n.value == SIGTSTP || n.value == SIGCONT)
		return 0;
	if (n.value == SIGALRM || (asks_to_end(n.value) && ++in->asked > 2))
		return err_make(err, EXIT_REFUSED, "run --inside: killed, as it did not end");
	if (n.value == SIGTERM)
		alarm(GRACE_SECONDS);
	if (n.value == SIGWINCH) {
		pty_resize(&in->pty);
		n.kind = NOTICE_SIZE;
		n.size = in->pty.size;
	}
	notice_send(in->broker, &n);
	return 0;
}

static int stay(struct inside *in, struct err *err)
{
	const int fds[2] = { in->signals, in->broker };
	bool ready[2];

	while (!in->ended) {
		if (pty_pump(&in->pty, fds, ready, err))
			return -1;
		if (ready[0] && pass_signal(in, err))
			return -1;
		if (ready[1] && take_notice(in, err))
			return -1;
	}
	pty_finish(&in->pty);
	while (!pty_drain(&in->pty, in->signals)) {
		if (pass_signal(in, err))
			return -1;
	}
	return relays_check(&in->pty.relays, err) ? -1 : in->status;
}

int inside_run(const struct nest *how, char *const *command, struct err *err)
{
	auto_inside struct inside in = { .pty = PTY_INIT, .broker = -1, .signals = -1 };
	auto_free char *path = NULL;
	auto_close int program = -1;

	in.pty.remote = true;
	if (pty_fill_gaps(err) || call_broker(&in, err))
		return -1;
	if (program_find(command[0], getenv("PATH"), &path, err)) {
		err->code = errno == EACCES ? STATUS_CANNOT_RUN : STATUS_NOT_FOUND;
		return -1;
	}
	program = open(path, O_PATH | O_CLOEXEC);
	if (program < 0)
		return err_errno(err, errno, "%s", path);
	if (ask(&in, how, path, program, command, err)) {
		struct err told = { 0 };

		/* Refused before it was read. */
		if (take_notice(&in, &told) && told.text) {
			err_clear(err);
			*err = told;
		}
		return -1;
	}
	return take_signals(&in, err) ? -1 : stay(&in, err);
}
