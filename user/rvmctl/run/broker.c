// SPDX-License-Identifier: GPL-2.0-only
/* Who starts sub-agents for an agent that was started with --may-nest. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "run/broker.h"
#include "run/nest.h"
#include "run/request.h"
#include "run/serve.h"

/* Of sockets: only root makes something here. */
#define BROKER_DIR "/run/rvmctl"
/* Connections that wait. */
#define BACKLOG 16
/* Connections that are looked at: at once, and one more after so long. */
#define BURST 20
#define PACE_MS 250
/* How long a task in the partition may take to make a socket, and a sub-agent to end. */
#define MAKE_MS 10000
#define END_MS (1000 * (KILL_SECONDS + 5))

struct child {
	/* 0: none. */
	pid_t pid;
	/* Closed when it ends. */
	int line;
	/* What it made, once it has. */
	char name[RVM_NAME_MAX + 1];
};

struct office {
	const struct broker_how *how;
	int listener;
	int line;
	/* Of the agent's tasks, as /proc says it. */
	char *group;
	struct child child[BROKER_MAX];
	unsigned int n;
	/* Connections that may be looked at now; and since when. */
	unsigned int left;
	int64_t since;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * A socket belongs to the cgroup of the task that made it.  That of the agent may connect to
 * what is its own, and nobody in another partition may.
 */
static _Noreturn void make_socket_inside(int to)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char control[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	_exit(fd < 0 || sendmsg(to, &msg, MSG_NOSIGNAL) != 1);
}

static int receive_socket(int from)
{
	struct pollfd wait = { .fd = from, .events = POLLIN };
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd = -1;

	/* Who is inside may stop it. */
	if (poll(&wait, 1, MAKE_MS) <= 0 || recvmsg(from, &msg, MSG_CMSG_CLOEXEC) != 1)
		return -1;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static int make_socket(int cgroup, struct err *err)
{
	int pair[2], fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return err_errno(err, errno, "--may-nest");
	pid = spawn_into(cgroup);
	if (!pid)
		make_socket_inside(pair[1]);
	close(pair[1]);
	fd = pid < 0 ? -1 : receive_socket(pair[0]);
	close(pair[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return fd < 0 ? err_make(err, EXIT_REFUSED,
				 "--may-nest: no socket could be made in the partition") :
			fd;
}

static int open_door(int fd, const char *path, const struct spawn *agent, struct err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	mode_t before;
	int ret, yes = 1;

	if (snprintf(name.sun_path, sizeof(name.sun_path), "%s", path) >=
	    (int)sizeof(name.sun_path))
		return err_errno(err, ENAMETOOLONG, "%s", path);
	mkdir(BROKER_DIR, 0711);
	unlink(path);
	before = umask(0177);
	ret = bind(fd, (struct sockaddr *)&name, sizeof(name));
	umask(before);
	if (ret || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) ||
	    listen(fd, BACKLOG) || lchown(path, agent->uid, agent->gid))
		return err_errno(err, errno, "%s", path);
	return 0;
}

/* "0::/rvm/NAME" of the partition's tasks. */
static int find_group(const char *name, char **group, struct err *err)
{
	auto_free char *root = NULL;
	auto_free char *path = NULL;

	if (cgroup_root(&root, err) || partition_cgroup_path(name, &path, err))
		return -1;
	*group = format("0::/%s\n", path_below(path, root));
	return *group ? 0 : err_errno(err, ENOMEM, "cgroup");
}

static bool is_in_group(pid_t pid, const char *group)
{
	char path[32], line[4096];
	auto_file FILE *f = NULL;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = !strcmp(line, group);
	return found;
}

/* Without it, who connected is found by its number: that is its own as long as it lives. */
static int open_process(int client, pid_t pid)
{
#ifdef SO_PEERPIDFD
	socklen_t len = sizeof(int);
	int fd;

	if (!getsockopt(client, SOL_SOCKET, SO_PEERPIDFD, &fd, &len))
		return fd;
#endif
	return syscall(SYS_pidfd_open, pid, 0);
}

static bool has_ended(int process)
{
	struct pollfd wait = { .fd = process, .events = POLLIN };

	return poll(&wait, 1, 0) != 0;
}

/* The kernel let it connect; this is for what is not judged, as tasks outside. */
static int check_client(const struct office *o, struct serve *s, struct err *err)
{
	struct ucred from;
	socklen_t len = sizeof(from);

	if (getsockopt(s->client, SOL_SOCKET, SO_PEERCRED, &from, &len))
		return err_errno(err, errno, "request");
	s->pid = from.pid;
	if (from.uid != o->how->agent->uid)
		return err_make(err, EXIT_REFUSED, "request: of another user than the agent's");
	s->process = open_process(s->client, from.pid);
	if (s->process < 0 || !is_in_group(from.pid, o->group) || has_ended(s->process))
		return err_make(err, EXIT_REFUSED, "request: not from the agent's partition");
	return 0;
}

static struct child *free_place(struct office *o, struct err *err)
{
	for (unsigned int i = 0; i < o->how->max; i++) {
		if (!o->child[i].pid)
			return &o->child[i];
	}
	err_make(err, EXIT_REFUSED, "sub-agents: %u run, as many as may", o->n);
	return NULL;
}

static void start_serving(struct office *o, struct serve *s, struct child *c, struct err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		err_errno(err, errno, "request");
		return;
	}
	c->pid = fork();
	if (!c->pid) {
		close(o->listener);
		close(o->line);
		close(pair[0]);
		for (unsigned int i = 0; i < o->how->max; i++) {
			if (o->child[i].pid && &o->child[i] != c)
				close(o->child[i].line);
		}
		s->line = pair[1];
		serve(s);
		_exit(0);
	}
	close(pair[1]);
	if (c->pid < 0) {
		close(pair[0]);
		c->pid = 0;
		err_errno(err, EAGAIN, "request");
		return;
	}
	c->line = pair[0];
	c->name[0] = '\0';
	o->n++;
}

static void take_client(struct office *o)
{
	struct serve s = { .how = o->how, .process = -1 };
	struct err err = { 0 };
	struct child *c;

	s.client = accept4(o->listener, NULL, NULL, SOCK_CLOEXEC);
	if (s.client < 0)
		return;
	o->left--;
	if (!check_client(o, &s, &err)) {
		c = free_place(o, &err);
		if (c)
			start_serving(o, &s, c, &err);
	}
	if (err.code)
		serve_refuse(s.client, &err);
	close(s.client);
	if (s.process >= 0)
		close(s.process);
}

/* It was killed, and what it made is still there. */
static void clean_up(const struct office *o, const struct child *c)
{
	auto_partition struct partition inner = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct err err = { 0 };

	if (c->name[0] && !nlc_open(&nlc, &err) &&
	    partition_lookup(nlc, c->name, &inner, &err) == 1 && inner.parent == o->how->outer->id)
		nest_end(nlc, &inner, &err);
	err_clear(&err);
}

static void take_line(struct office *o, struct child *c)
{
	char name[sizeof(c->name)];
	ssize_t n = recv(c->line, name, sizeof(name) - 1, MSG_DONTWAIT);
	int status = 0;

	if (n > 0) {
		name[n] = '\0';
		memcpy(c->name, name, n + 1);
		return;
	}
	close(c->line);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		clean_up(o, c);
	c->pid = 0;
	o->n--;
}

/* Return: how long to wait for the next connection, -1 for as long as it takes. */
static int pace(struct office *o)
{
	int64_t now = now_ms(), more = (now - o->since) / PACE_MS;

	if (o->left + more >= BURST) {
		o->left = BURST;
		o->since = now;
	} else {
		o->left += more;
		o->since += more * PACE_MS;
	}
	return o->left ? -1 : PACE_MS;
}

/* Until @until, in ms; 0 for as long as the line is open. */
static void work(struct office *o, int64_t until)
{
	while (!until || (o->n && now_ms() < until)) {
		struct pollfd fds[BROKER_MAX + 2] = { 0 };
		int wait = until ? PACE_MS : pace(o);

		fds[0] = (struct pollfd){ .fd = until ? -1 : o->line, .events = POLLIN };
		fds[1] = (struct pollfd){
			.fd = !until && o->left ? o->listener : -1,
			.events = POLLIN,
		};
		for (unsigned int i = 0; i < BROKER_MAX; i++)
			fds[2 + i] = (struct pollfd){
				.fd = o->child[i].pid ? o->child[i].line : -1,
				.events = POLLIN,
			};
		if (poll(fds, ARRAY_SIZE(fds), wait) <= 0)
			continue;
		if (fds[0].revents)
			return;
		for (unsigned int i = 0; i < BROKER_MAX; i++) {
			if (fds[2 + i].revents)
				take_line(o, &o->child[i]);
		}
		if (fds[1].revents)
			take_client(o);
	}
}

/* Of all that rvmctl has open nothing is for sub-agents, nor its terminal's keys. */
static void leave(const struct office *o)
{
	int low = o->listener < o->line ? o->listener : o->line;
	int high = o->listener + o->line - low;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (low > 3)
		syscall(SYS_close_range, 3U, low - 1U, 0);
	if (high > low + 1)
		syscall(SYS_close_range, low + 1U, high - 1U, 0);
	syscall(SYS_close_range, high + 1U, ~0U, 0);
}

static _Noreturn void run_broker(struct office *o)
{
	leave(o);
	o->left = BURST;
	o->since = now_ms();
	work(o, 0);
	close(o->listener);
	for (unsigned int i = 0; i < BROKER_MAX; i++) {
		if (o->child[i].pid)
			shutdown(o->child[i].line, SHUT_WR);
	}
	work(o, now_ms() + END_MS);
	for (unsigned int i = 0; i < BROKER_MAX; i++) {
		if (!o->child[i].pid)
			continue;
		kill(o->child[i].pid, SIGKILL);
		waitpid(o->child[i].pid, NULL, 0);
		clean_up(o, &o->child[i]);
	}
	_exit(0);
}

static int start_process(struct broker *b, struct office *o, struct err *err)
{
	int line[2];

	if (pipe2(line, O_CLOEXEC))
		return err_errno(err, errno, "--may-nest");
	o->line = line[0];
	b->line = line[1];
	b->pid = fork();
	if (!b->pid)
		run_broker(o);
	close(line[0]);
	return b->pid < 0 ? err_errno(err, errno, "--may-nest") : 0;
}

int broker_start(struct broker *b, const struct broker_how *how, struct err *err)
{
	struct office o = { .how = how };
	int ret;

	b->path = format(BROKER_DIR "/%s.%d", how->outer->name, getpid());
	if (!b->path)
		return err_errno(err, ENOMEM, "--may-nest");
	if (find_group(how->outer->name, &o.group, err))
		return -1;
	o.listener = make_socket(how->agent->cgroup, err);
	ret = o.listener < 0 ? -1 : open_door(o.listener, b->path, how->agent, err);
	if (!ret)
		ret = start_process(b, &o, err);
	if (o.listener >= 0)
		close(o.listener);
	free(o.group);
	return ret;
}

void broker_end(struct broker *b)
{
	int saved = errno;

	if (b->line >= 0)
		close(b->line);
	if (b->path)
		unlink(b->path);
	if (b->pid > 0) {
		while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(b->path);
	*b = BROKER_INIT;
	errno = saved;
}
