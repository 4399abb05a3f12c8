// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server for files, and its client.
 *
 *   serve N PORT FILE
 *
 * N requests over the loopback, each by a connection of its own.  The server opens FILE
 * for each of them.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in address = { .sin_family = AF_INET };
static const char *file;

static int answer(int fd)
{
	char text[4096];
	int opened = open(file, O_RDONLY);
	ssize_t n = -1;

	if (opened >= 0 && recv(fd, text, sizeof(text), 0) > 0)
		n = read(opened, text, sizeof(text));
	if (n > 0)
		n = send(fd, text, n, 0);
	close(opened);
	return n > 0 ? 0 : -1;
}

static int serve(int listener, int requests)
{
	for (int i = 0; i < requests; i++) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0 || answer(fd))
			return -1;
		close(fd);
	}
	return 0;
}

/* How many bytes came, or -1. */
static long ask(void)
{
	/* Nothing waits for late packets when it is over. */
	const struct linger none = { 1, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[4096];
	long all = 0;
	ssize_t n;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, "get\n", 4, 0) != 4)
		return -1;
	while ((n = recv(fd, text, sizeof(text), 0)) > 0)
		all += n;
	close(fd);
	return n ? -1 : all;
}

static int be_client(int requests)
{
	long all = 0;

	for (int i = 0; i < requests; i++) {
		long n = ask();

		if (n <= 0)
			return -1;
		all += n;
	}
	printf("%ld bytes\n", all);
	return 0;
}

static int open_listener(void)
{
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	int requests = argc > 3 ? atoi(argv[1]) : 0, listener, status;
	pid_t server;

	if (requests < 1)
		return 2;
	file = argv[3];
	address.sin_port = htons(atoi(argv[2]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = open_listener();
	server = listener < 0 ? -1 : fork();
	if (!server)
		return serve(listener, requests) ? 1 : 0;
	if (server < 0 || be_client(requests)) {
		perror("serve");
		return 1;
	}
	return waitpid(server, &status, 0) == server && !status ? 0 : 1;
}
