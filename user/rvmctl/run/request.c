// SPDX-License-Identifier: GPL-2.0-only
/* Requests for sub-agents on the wire. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/request.h"

/* Of both sides: they are the same program. */
#define MAGIC 0x72766d31

#define FDS_MAX 5

enum vector { GRANTS, ALL_BUT, ARGV, ENVP, VECTORS };

struct head {
	uint32_t magic;
	/* Strings of each. */
	uint32_t count[VECTORS];
	uint32_t terminals;
	struct winsize size;
	struct termios termios;
};

void request_free(struct request *r)
{
	int *fds[] = { &r->program, &r->stdio[0], &r->stdio[1], &r->stdio[2], &r->tty };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	free(r->text);
	free(r->strings);
	r->text = NULL;
	r->strings = NULL;
}

static uint32_t put_strings(FILE *f, char *const *strings)
{
	uint32_t n = 0;

	for (; strings && strings[n]; n++)
		fwrite(strings[n], strlen(strings[n]) + 1, 1, f);
	return n;
}

/* The head, then all strings, each with its NUL. */
static int pack(const struct request *r, char **bytes, size_t *len, struct err *err)
{
	const char *const single[] = { r->name, r->cwd, r->path };
	char *const *const vectors[VECTORS] = { r->grants, r->all_but, r->argv, r->envp };
	struct head head = {
		.magic = MAGIC,
		.terminals = r->terminals,
		.size = r->size,
		.termios = r->termios,
	};
	FILE *f = open_memstream(bytes, len);

	if (!f)
		return err_errno(err, errno, "request");
	fwrite(&head, sizeof(head), 1, f);
	for (size_t i = 0; i < ARRAY_SIZE(single); i++) {
		const char *text = single[i] ? single[i] : "";

		fwrite(text, strlen(text) + 1, 1, f);
	}
	for (size_t i = 0; i < VECTORS; i++)
		head.count[i] = put_strings(f, vectors[i]);
	if (fclose(f))
		return err_errno(err, errno, "request");
	memcpy(*bytes, &head, sizeof(head));
	if (*len <= REQUEST_BYTES_MAX)
		return 0;
	err_make(err, EXIT_USAGE, "command: its arguments and variables take %zu bytes, %d at most",
		 *len, REQUEST_BYTES_MAX);
	return err_hint(err, "pass fewer variables with env -u, or put text into a file");
}

int request_send(int to, const struct request *r, struct err *err)
{
	int fds[FDS_MAX] = { r->program, r->stdio[0], r->stdio[1], r->stdio[2], r->tty };
	size_t size = (FDS_MAX - (r->tty < 0)) * sizeof(int);
	char control[CMSG_SPACE(sizeof(fds))] = { 0 };
	auto_free char *bytes = NULL;
	struct iovec part = { 0 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control };
	struct cmsghdr *c;

	if (pack(r, &bytes, &part.iov_len, err))
		return -1;
	part.iov_base = bytes;
	msg.msg_controllen = CMSG_SPACE(size);
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), fds, size);
	if (sendmsg(to, &msg, MSG_NOSIGNAL) == (ssize_t)part.iov_len)
		return 0;
	return err_errno(err, errno, "request");
}

static int bad(struct err *err, const char *what)
{
	return err_make(err, EXIT_USAGE, "request: %s", what);
}

/* All descriptors that come are ours, the wanted and the others. */
static size_t take_fds(const struct cmsghdr *c, int fds[FDS_MAX])
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
		if (i < FDS_MAX)
			fds[i] = fd;
		else
			close(fd);
	}
	return n;
}

/* Who sent it may be another than who connected: a descriptor can be passed on. */
static int take_control(struct msghdr *msg, struct request *r, pid_t pid, struct err *err)
{
	int fds[FDS_MAX] = { -1, -1, -1, -1, -1 };
	struct ucred from = { .pid = 0 };
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS)
			n = take_fds(c, fds);
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&from, CMSG_DATA(c), sizeof(from));
	}
	r->program = fds[0];
	memcpy(r->stdio, fds + 1, sizeof(r->stdio));
	r->tty = fds[4];
	if (from.pid != pid)
		return bad(err, "another process sent it than the one that connected");
	if (msg->msg_flags & MSG_CTRUNC || n < FDS_MAX - 1 || n > FDS_MAX)
		return bad(err, "it needs four or five descriptors");
	return 0;
}

/* Where the next string is; NULL behind the last. */
static char *next_string(char **at, const char *end)
{
	char *s = *at, *nul = s < end ? memchr(s, '\0', end - s) : NULL;

	*at = nul ? nul + 1 : (char *)end;
	return nul ? s : NULL;
}

static int take_strings(struct request *r, const struct head *head, char *at, const char *end,
			struct err *err)
{
	const char **const single[] = { &r->name, &r->cwd, &r->path };
	char *const **const vectors[VECTORS] = { &r->grants, &r->all_but, &r->argv, &r->envp };
	size_t total = 0, used = 0;

	for (size_t i = 0; i < VECTORS; i++) {
		if (head->count[i] > REQUEST_STRINGS_MAX)
			return bad(err, "too many strings");
		total += head->count[i];
	}
	if (total > REQUEST_STRINGS_MAX ||
	    head->count[GRANTS] + head->count[ALL_BUT] > REQUEST_GRANTS_MAX)
		return bad(err, "too many strings");
	for (size_t i = 0; i < ARRAY_SIZE(single); i++) {
		*single[i] = next_string(&at, end);
		if (!*single[i])
			return bad(err, "cut short");
		if (!**single[i])
			*single[i] = NULL;
	}
	r->strings = calloc(total + VECTORS, sizeof(*r->strings));
	if (!r->strings)
		return err_errno(err, ENOMEM, "request");
	for (size_t i = 0; i < VECTORS; i++) {
		*vectors[i] = r->strings + used;
		for (uint32_t k = 0; k < head->count[i]; k++) {
			r->strings[used] = next_string(&at, end);
			if (!r->strings[used++])
				return bad(err, "cut short");
		}
		used++;
	}
	return at == end ? 0 : bad(err, "more than it says");
}

static int take_text(struct request *r, size_t len, struct err *err)
{
	struct head head;

	if (len < sizeof(head))
		return bad(err, "cut short");
	memcpy(&head, r->text, sizeof(head));
	if (head.magic != MAGIC)
		return bad(err, "from another version of rvmctl");
	r->terminals = head.terminals & 7;
	r->size = head.size;
	r->termios = head.termios;
	if (take_strings(r, &head, r->text + sizeof(head), r->text + len, err))
		return -1;
	if (!r->cwd || r->cwd[0] != '/' || !r->path || r->path[0] != '/' || !r->argv[0])
		return bad(err, "it needs a directory, a program and its name");
	if (r->grants[0] && r->all_but[0])
		return bad(err, "both grants and all but some");
	if (r->terminals ? r->tty < 0 : r->tty >= 0)
		return bad(err, "a terminal without its socket");
	return 0;
}

int request_take(int from, struct request *r, pid_t pid, struct err *err)
{
	char control[CMSG_SPACE(253 * sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { .iov_len = REQUEST_BYTES_MAX };
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	part.iov_base = r->text = malloc(REQUEST_BYTES_MAX);
	if (!r->text)
		return err_errno(err, ENOMEM, "request");
	n = recvmsg(from, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return err_errno(err, errno, "request");
	if (take_control(&msg, r, pid, err))
		return -1;
	if (msg.msg_flags & MSG_TRUNC)
		return bad(err, "too long");
	return take_text(r, n, err);
}

bool notice_send(int to, const struct notice *n)
{
	return send(to, n, sizeof(*n), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(*n);
}

bool notice_take(int from, struct notice *n)
{
	ssize_t got = recv(from, n, sizeof(*n), MSG_DONTWAIT);

	n->text[sizeof(n->text) - 1] = '\0';
	return got == sizeof(*n);
}
