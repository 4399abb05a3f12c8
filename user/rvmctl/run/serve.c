// SPDX-License-Identifier: GPL-2.0-only
/* One sub-agent, from the request to its end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/admit.h"
#include "run/denial.h"
#include "run/nest.h"
#include "run/network.h"
#include "run/pty.h"
#include "run/request.h"
#include "run/serve.h"
#include "table/program.h"
#include "witness/check.h"

/* Who connects has so long to say what it wants. */
#define REQUEST_MS 5000

/**
 * struct agent - a sub-agent that is served
 */
struct agent {
	const struct serve *serve;
	struct request request;
	struct nlc *nlc;
	struct partition part;
	bool made;
	struct spawn spawn;
	struct pty pty;
	/* It ended, with this wait status. */
	bool ended;
	int status;
	/* Who asked is gone, or the broker: nobody wants to know. */
	bool abandoned;
};

void serve_refuse(int client, struct err *err)
{
	struct notice n = { .kind = NOTICE_FAILED, .value = err->code };

	snprintf(n.text, sizeof(n.text), "%s%s%s", err->text ? err->text : "no memory",
		 err->hint ? "; " : "", err->hint ? err->hint : "");
	notice_send(client, &n);
	err_clear(err);
}

static int receive(struct agent *a, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = a->serve->client, .events = POLLIN },
		{ .fd = a->serve->line, .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), REQUEST_MS) <= 0 || fds[1].revents)
		return err_make(err, EXIT_REFUSED, "request: none came");
	return request_take(a->serve->client, &a->request, a->serve->pid, err);
}

/* Nothing of what is passed may be read or written outside in the place of who passed it. */
static int check_descriptors(const struct request *r, struct err *err)
{
	struct stat st;
	int domain = 0, type = 0;
	socklen_t len = sizeof(int);

	for (int fd = 0; fd < 3; fd++) {
		if (!(r->terminals & 1 << fd) && !pty_is_pipe(r->stdio[fd]) &&
		    !pty_is_null(r->stdio[fd]))
			return err_make(err, EXIT_USAGE,
					"request: descriptor %d is neither a pipe nor /dev/null",
					fd);
	}
	if (fstat(r->program, &st) || !S_ISREG(st.st_mode))
		return err_make(err, EXIT_USAGE, "request: the program is not a file");
	if (r->tty < 0)
		return 0;
	if (getsockopt(r->tty, SOL_SOCKET, SO_DOMAIN, &domain, &len) ||
	    getsockopt(r->tty, SOL_SOCKET, SO_TYPE, &type, &len) || domain != AF_UNIX ||
	    type != SOCK_STREAM)
		return err_make(err, EXIT_USAGE, "request: the terminal is not a pair of sockets");
	return 0;
}

static int make(struct agent *a, struct err *err)
{
	const struct request *r = &a->request;
	const struct nest how = {
		.name = r->name,
		.grants = r->grants,
		.all_but = r->all_but,
		.asker = a->serve->how->agent,
	};
	const char *name = a->part.name;

	if (nlc_open(&a->nlc, err) || nest_make(a->nlc, a->serve->how->outer, &how, &a->part, err))
		return -1;
	a->made = true;
	/* Who cleans up behind us, if need be, knows what. */
	send(a->serve->line, name, strlen(name) + 1, MSG_NOSIGNAL);
	return nest_fill(a->nlc, a->serve->how->outer, &how, &a->part, err);
}

/* As `rvmctl run` does it: a pipe, where the device would be judged at each use. */
static int pipe_null(struct agent *a, int fd, int null, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, errno, "pipe");
	if (fd == STDIN_FILENO) {
		close(ends[1]);
		return ends[0];
	}
	relay_add(&a->pty.relays, ends[0], fcntl(null, F_DUPFD_CLOEXEC, 3), fd);
	return ends[1];
}

/* One that is ours: what was passed may be on a mount of the asker's. */
static int open_null(struct agent *a, int fd, struct err *err)
{
	int mode = fcntl(a->request.stdio[fd], F_GETFL) & O_ACCMODE;
	auto_close int null = open("/dev/null", (fd ? O_WRONLY : mode) | O_CLOEXEC);
	bool may = false;

	if (null < 0 || !pty_is_null(null))
		return err_errno(err, errno, "/dev/null");
	if (check_file(a->nlc, a->part.id, null, RVM_RIGHT_READ | RVM_RIGHT_WRITE, &may, err))
		return -1;
	return may ? fcntl(null, F_DUPFD_CLOEXEC, 3) : pipe_null(a, fd, null, err);
}

static int open_standard(struct agent *a, struct err *err)
{
	const struct request *r = &a->request;
	struct spawn *s = &a->spawn;

	if (r->terminals && pty_serve(&a->pty, s->uid, r->tty, &r->termios, &r->size, &s->tty, err))
		return -1;
	for (int fd = 0; fd < 3; fd++) {
		if (!(r->terminals & 1 << fd) && pty_is_null(r->stdio[fd]))
			s->stdio[fd] = open_null(a, fd, err);
		else
			s->stdio[fd] = fcntl(r->terminals & 1 << fd ? s->tty : r->stdio[fd],
					     F_DUPFD_CLOEXEC, 3);
		if (s->stdio[fd] < 0)
			return err_errno(err, errno, "standard descriptor %d", fd);
	}
	return 0;
}

static int take_user(struct spawn *s, const struct spawn *agent, struct err *err)
{
	s->uid = agent->uid;
	s->gid = agent->gid;
	s->n_groups = agent->n_groups;
	s->filter = agent->filter;
	s->groups = calloc(agent->n_groups + 1, sizeof(*s->groups));
	if (!s->groups)
		return err_errno(err, ENOMEM, "groups");
	memcpy(s->groups, agent->groups, agent->n_groups * sizeof(*s->groups));
	return 0;
}

/* What was passed has others that hold it open: who reads waits for the end of all. */
static void drop_passed(struct request *r)
{
	for (int fd = 0; fd < 3; fd++) {
		if (r->stdio[fd] >= 0)
			close(r->stdio[fd]);
		r->stdio[fd] = -1;
	}
	if (r->tty >= 0)
		close(r->tty);
	r->tty = -1;
}

static int start(struct agent *a, struct err *err)
{
	const struct broker_how *how = a->serve->how;
	const struct admission in = {
		.part = &a->part,
		.program = a->request.program,
		.judged = true,
	};
	struct spawn *s = &a->spawn;
	bool net;

	if (take_user(s, how->agent, err) || network_has_token(a->part.id, &net, err))
		return -1;
	s->cgroup = partition_cgroup_open(a->part.name, err);
	if (s->cgroup < 0 || open_standard(a, err))
		return -1;
	s->private_net = !net && !how->host_net;
	s->path = a->request.path;
	s->argv = a->request.argv;
	s->envp = a->request.envp;
	s->cwd = a->request.cwd;
	drop_passed(&a->request);
	return admit_started(a->nlc, s, &in, err);
}

static int exec_failed(struct agent *a, int errnum, struct err *err)
{
	auto_free char *why = NULL;
	uint64_t count;

	if (errnum == EACCES || errnum == EPERM)
		why = denial_newest(a->nlc, &a->part, &count);
	if (why)
		err_hint(err, "%s", why);
	if (errnum)
		err->code = errnum == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
	return -1;
}

static int take_start(struct agent *a, struct err *err)
{
	const struct notice n = { .kind = NOTICE_STARTED };
	int errnum;

	if (spawn_result(&a->spawn, &errnum, err))
		return exec_failed(a, errnum, err);
	notice_send(a->serve->client, &n);
	return 0;
}

static void signal_command(const struct agent *a, int number)
{
	bool group = number == SIGINT || number == SIGQUIT || number == SIGHUP;

	if (group)
		spawn_signal_group(&a->spawn, number);
	else
		spawn_signal(&a->spawn, number);
	/* Who is stopped does not hear of it. */
	spawn_signal_group(&a->spawn, SIGCONT);
}

static void take_event(struct agent *a)
{
	int value;

	switch (spawn_event(&a->spawn, &value)) {
	case SPAWN_ENDED:
		a->ended = true;
		a->status = value;
		break;
	case SPAWN_STOPPED:
		/* At a terminal of its own there is no shell that would let it go on. */
		if (a->pty.master >= 0)
			signal_command(a, SIGCONT);
		break;
	case SPAWN_LOST:
		a->abandoned = true;
		break;
	}
}

static void take_notice(struct agent *a)
{
	static const int passed[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };
	struct notice n;

	if (!notice_take(a->serve->client, &n)) {
		a->abandoned = true;
		return;
	}
	if (n.kind == NOTICE_SIZE && a->pty.master >= 0)
		ioctl(a->pty.master, TIOCSWINSZ, &n.size);
	for (size_t i = 0; n.kind == NOTICE_SIGNAL && i < ARRAY_SIZE(passed); i++) {
		if (n.value == passed[i])
			signal_command(a, n.value);
	}
}

/* Until it ends, or who asked for it does. */
static int attend(struct agent *a, struct err *err)
{
	struct pollfd fds[RELAYS_MORE] = {
		{ .fd = a->spawn.failure, .events = POLLIN },
		{ .fd = a->spawn.events, .events = POLLIN },
		{ .fd = a->serve->client, .events = POLLIN },
		{ .fd = a->serve->process, .events = POLLIN },
		{ .fd = a->serve->line, .events = POLLIN },
	};

	if (spawn_release(&a->spawn, err))
		return -1;
	while (!a->ended && !a->abandoned) {
		if (relays_pump(&a->pty.relays, fds, ARRAY_SIZE(fds)))
			return err_errno(err, errno, "%s", a->spawn.path);
		if (fds[0].revents && take_start(a, err))
			return -1;
		if (fds[0].revents)
			fds[0].fd = -1;
		if (fds[1].revents)
			take_event(a);
		if (fds[2].revents)
			take_notice(a);
		if (fds[3].revents || fds[4].revents)
			a->abandoned = true;
	}
	if (a->ended) {
		pty_finish(&a->pty);
		pty_drain(&a->pty, a->serve->line);
	}
	return 0;
}

static int serve_one(struct agent *a, struct err *err)
{
	return receive(a, err) || check_descriptors(&a->request, err) || make(a, err) ||
			       start(a, err) || attend(a, err) ?
		       -1 :
		       0;
}

/* All that is left of it ends with its first program, and the partition with it. */
static void end(struct agent *a, struct err *err)
{
	struct err why = { 0 };

	pty_close(&a->pty);
	spawn_end(&a->spawn);
	if (a->made && nest_end(a->nlc, &a->part, &why) && !err->code)
		*err = why;
	else
		err_clear(&why);
	partition_free(&a->part);
	request_free(&a->request);
	nlc_close(a->nlc);
}

void serve(const struct serve *s)
{
	struct notice done = { .kind = NOTICE_ENDED };
	struct agent a = {
		.serve = s,
		.request = REQUEST_INIT,
		.spawn = SPAWN_INIT,
		.pty = PTY_INIT,
	};
	struct err err = { 0 };

	serve_one(&a, &err);
	end(&a, &err);
	if (err.code) {
		serve_refuse(s->client, &err);
	} else {
		done.value = program_status(a.status);
		notice_send(s->client, &done);
	}
}
