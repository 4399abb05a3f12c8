// SPDX-License-Identifier: GPL-2.0-only
/* What probe does on the host: make what the rows need, and count. */

#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/common.h"
#include "probe.h"

static int put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), err;

	if (fd < 0)
		return -1;
	err = write(fd, text, strlen(text)) < 0;
	close(fd);
	return err;
}

static int fill_side(bool ok)
{
	char page[8192];

	memset(page, 'x', sizeof(page) - 1);
	page[sizeof(page) - 1] = '\0';
	mkdir(in(ok, ""), 0755);
	return put_file(in(ok, "file"), page, 0644) | put_file(in(ok, "file2"), page, 0644) |
	       put_file(in(ok, "code"), page, 0644) | put_file(in(ok, "victim"), "x", 0644) |
	       put_file(in(ok, "moving"), "x", 0644) | symlink("file", in(ok, "link")) |
	       (ok ? 0 : mkdir(in(ok, "gone"), 0755)) | mkdir(in(ok, "mnt"), 0755) |
	       mkdir(in(ok, "readonly"), 0755) | put_file(in(ok, "readonly/file"), "x", 0644);
}

/* What is the host's, of each kind of IPC. */
static bool fill_ipc(void)
{
	mqd_t queue = mq_open(HOST_QUEUE, O_CREAT | O_RDWR, 0600, NULL);

	if (queue != (mqd_t)-1)
		mq_close(queue);
	return shmget(HOST_KEY, 4096, IPC_CREAT | 0600) < 0 ||
	       semget(HOST_KEY, 1, IPC_CREAT | 0600) < 0 ||
	       msgget(HOST_KEY, IPC_CREAT | 0600) < 0 || queue == (mqd_t)-1;
}

int fill(void)
{
	return fill_side(true) | fill_side(false) | fill_ipc();
}

static bool listen_at(const char *path, const char *name, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);
	socklen_t len = sizeof(at);

	if (path)
		snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	else
		len = offsetof(struct sockaddr_un, sun_path) + 1 +
		      snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "%s", name);
	return !bind(fd, (void *)&at, len) && (type == SOCK_DGRAM || !listen(fd, 100));
}

/* For streams, and for datagrams at the same abstract names. */
static bool listen_side(bool ok)
{
	const char *name = ok ? "rvm-allowed" : "rvm-refused";

	return listen_at(in(ok, "socket"), NULL, SOCK_STREAM) &&
	       listen_at(in(ok, "datagram"), NULL, SOCK_DGRAM) &&
	       listen_at(NULL, name, SOCK_STREAM) && listen_at(NULL, name, SOCK_DGRAM);
}

int serve(void)
{
	if (!listen_side(true) || !listen_side(false))
		return 1;
	printf("ready\n");
	fflush(stdout);
	pause();
	return 0;
}

int crowd(int count)
{
	struct box *boxes = calloc(count, sizeof(*boxes));
	int nl = nl_open(), made = 0;
	char name[32], c;

	while (boxes && nl >= 0 && made < count) {
		snprintf(name, sizeof(name), "crowd-%d", made);
		if (!box_make(&boxes[made], nl, name))
			break;
		close(boxes[made].cgroup_fd);
		boxes[made++].cgroup_fd = -1;
	}
	printf("%s\n", made == count ? "ready" : "failed");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	for (int i = 0; i < made; i++)
		box_remove(&boxes[i]);
	free(boxes);
	return made != count;
}

int objects(void)
{
	int nl = nl_open();
	struct counters n;

	if (nl < 0)
		return 3;
	n = get_counters(nl);
	printf("%u %u %u %u %u %u %u\n", n.partitions, n.tokens, n.exclusions, n.anchors, n.tables,
	       n.entries, n.hooks);
	return 0;
}
