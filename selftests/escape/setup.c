// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the attacks meet: files, mounts, sockets and descriptors of the host.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "escape.h"
#include "lib/socket.h"

int segment;
int given_fd[2];
int given_socket[2][2];
int given_mail[2];
int given_tcp[2];
int given_udp6[2];
int given_writable[2];
int given_layer[2] = { -1, -1 };
int given_ring = -1;
int given_owned[2];
int given_faults = -1, given_table = -1;
int given_master = -1;

size_t unix_name(struct sockaddr_un *address, const char *name, bool abstract)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path + abstract, sizeof(address->sun_path) - abstract, "%s", name);
	return offsetof(struct sockaddr_un, sun_path) + abstract + strlen(name);
}

/* An overlay on @name: files of layers/lower, changes in its own directories. */
static bool make_overlay(const char *name, int number)
{
	char upper[64], work[64], options[4 * PATH_MAX];

	snprintf(upper, sizeof(upper), "layers/upper%d", number);
	snprintf(work, sizeof(work), "layers/work%d", number);
	mkdir(in_dir(upper), 0755);
	mkdir(in_dir(work), 0755);
	mkdir(in_dir(name), 0755);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s",
		 in_dir("layers/lower"), in_dir(upper), in_dir(work));
	return !mount("overlay", in_dir(name), "overlay", 0, options);
}

static void make_layers(void)
{
	mkdir(in_dir("layers"), 0755);
	mkdir(in_dir("layers/lower"), 0755);
	write_file(in_dir("layers/lower/file"), "text\n");
	write_file(in_dir("layers/lower/copied"), "text\n");
	if (!make_overlay("ws/over", 0) || !make_overlay("ro/over", 1))
		return;
	given_layer[false] = open(in_dir("ws/over/file"), O_RDWR);
	given_layer[true] = open(in_dir("ro/over/file"), O_RDWR);
}

/* A namespace, as `ip netns` and container runtimes keep them. */
static bool bind_space(const char *name)
{
	return !mount("/proc/self/ns/uts", in_dir(name), NULL, MS_BIND, NULL);
}

bool make_files(void)
{
	static const char *const folders[] = {
		"ws",	   "ro",       "out",		"drop",		  "ws/secrets",
		"names",   "ws/plain", "drop/closed",	"drop/closed/in", "drop/free",
		"ws/deep", "ws/deep2", "ws/deep/inner", "ws/deep2/inner",
	};
	static const char *const texts[] = {
		"ws/a",	    "ws/b",	 "ws/c",      "ws/plain/x", "ws/deep2/inner/x",
		"ro/file",  "ro/mapped", "ws/mapped", "ws/keeper",  "ws/mapped-keeper",
		"ws/space", "out/space",
	};
	static const char *const secrets[] = {
		"ws/.env",  "ws/secrets/key", "ws/deep/inner/key",  "ws/.unreadable",
		"out/file", "drop/file",      "drop/closed/in/key", "names/file",
	};
	char command[5 * PATH_MAX];
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		mkdir(in_dir(folders[i]), 0755);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		good &= write_file(in_dir(texts[i]), "text\n");
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++)
		good &= write_file(in_dir(secrets[i]), "secret\n");
	snprintf(command, sizeof(command),
		 "cp /proc/%d/exe %s && chmod 0755 %s && cp %s %s && chmod 04755 %s", getpid(),
		 ws("prog"), ws("prog"), ws("prog"), ws("rooted"), ws("rooted"));
	make_layers();
	good &= !chmod(ws("keeper"), 04755) && !chmod(ws("mapped-keeper"), 04755) &&
		bind_space("ws/space") && bind_space("out/space");
	return good && !system(command) &&
	       copy_with_loader(ws("prog"), ws("patched"), ws("loader"));
}

void drop_files(void)
{
	for (int i = 0; i < 2; i++)
		if (given_layer[i] >= 0)
			close(given_layer[i]);
	umount(in_dir("ws/space"));
	umount(in_dir("out/space"));
	umount(in_dir("ws/over"));
	umount(in_dir("ro/over"));
}

/* A connection to the port; nobody listens there afterwards. */
static int connected(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int door = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(door, (void *)&at, sizeof(at)) || listen(door, 1) ||
	    connect(fd, (void *)&at, sizeof(at)) || accept(door, NULL, NULL) < 0)
		return -1;
	close(door);
	return fd;
}

static bool listen_at(const char *name, bool abstract)
{
	struct sockaddr_un at;
	size_t len = unix_name(&at, name, abstract);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd >= 0 && !bind(fd, (void *)&at, len) && !listen(fd, 100);
}

/* At ::1, where nobody listens. */
static int addressed(uint16_t port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	return fd >= 0 && connect(fd, (void *)&at, sizeof(at)) ? -1 : fd;
}

/* A socket that @fd was sent to, or -1. */
static int mailed(int fd)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	send_fd(pair[0], fd);
	return pair[1];
}

/* There is something to read in it. */
static int owned(void)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[1], "x", 1) != 1)
		return -1;
	return pair[0];
}

/* Objects without a name that do more than carry data. */
static void make_doors(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4096,
				.max_entries = 1,
				.map_flags = BPF_F_MMAPABLE };

	given_faults = syscall(SYS_userfaultfd, 0);
	given_master = posix_openpt(O_RDWR | O_NOCTTY);
	unlockpt(given_master);
	given_table = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (given_table >= 0)
		fcntl(given_table, F_SETFD, 0);
}

bool hand_over(void)
{
	struct io_uring_params params = {};

	segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
	given_fd[true] = open(out("file"), O_RDONLY);
	given_fd[false] = open(ws("a"), O_RDONLY);
	given_writable[true] = open(in_dir("ro/mapped"), O_RDWR);
	given_writable[false] = open(ws("mapped"), O_RDWR);
	given_tcp[true] = connected(PORT_REFUSED);
	given_tcp[false] = connected(PORT_ALLOWED);
	given_udp6[true] = addressed(PORT_REFUSED);
	given_udp6[false] = addressed(PORT_V6);
	given_ring = syscall(SYS_io_uring_setup, 1, &params);
	make_doors();
	for (int evil = 0; evil < 2; evil++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, given_socket[evil]) || given_fd[evil] < 0 ||
		    given_writable[evil] < 0 || given_tcp[evil] < 0)
			return false;
		given_owned[evil] = owned();
		send_fd(given_socket[evil][0], given_fd[evil]);
		given_mail[evil] = mailed(given_writable[evil]);
		if (given_mail[evil] < 0)
			return false;
	}
	return segment >= 0 && listen_at(ABSTRACT_NAME, true) && listen_at(out("socket"), false) &&
	       listen_at(ws("host-socket"), false) && listen_at(ws("allowed-socket"), false);
}
