// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log inside a partition: by a token of type WitnessLog, as long as it is there, and in
 * no other way.
 *
 *   host
 *     outer           its table covers the device as a file, like any other file
 *       inner         likewise
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rvm_record.h>
#include <linux/rvm_witness.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/socket.h"
#include "kselftest_harness.h"

#define DEVICE "/dev/rvm_witness"

static struct request r;
static struct reply reply;

FIXTURE(reading)
{
	int nl;
	/* Opened on the host. */
	int fd;
	struct box outer;
	struct box inner;
};

static int load(struct box *box, uint32_t rights)
{
	/* Devices have to be named. */
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, rights, "/dev/null" },
		{ RVM_CLASS_PATH, rights, DEVICE },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

/* A token of the host: its id, or 0. */
static uint64_t grant(const struct box *box, uint32_t type, uint32_t rights, int64_t expires)
{
	int err, device = open(DEVICE, O_PATH | O_CLOEXEC);
	size_t nest, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, box->id);
	nest = nest_begin(&r, RVM_A_GRANT_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, rights);
	put_u32(&r, RVM_A_TOKEN_TYPE, type);
	if (expires)
		put_s64(&r, RVM_A_TOKEN_EXPIRES_AT, expires);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_PATH);
	put_u32(&r, RVM_A_SCOPE_FD, device);
	nest_end(&r, scope);
	nest_end(&r, nest);
	err = nl_call(box->nl, &r, &reply);
	close(device);
	return err ? 0 : reply_u64(&reply, RVM_A_GRANT_ID);
}

static uint64_t grant_log(const struct box *box)
{
	return grant(box, RVM_TOKEN_TYPE_WITNESS_LOG, RVM_RIGHT_READ, 0);
}

static int take_back(const struct box *box, uint64_t id)
{
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_u64(&r, RVM_A_GRANT_ID, id);
	return nl_call(box->nl, &r, &reply);
}

/* What is tried inside: 0 or the errno. */

static int open_log(void *arg)
{
	return try_open(DEVICE, O_RDONLY);
}

static int open_to_write(void *arg)
{
	return try_open(DEVICE, O_RDWR);
}

static int open_other(void *arg)
{
	return try_open("/dev/null", O_RDONLY);
}

/* What was overwritten would be read if it were there. */
static int read_from(void *fd)
{
	struct rvm_record record;
	ssize_t n = pread(*(int *)fd, &record, sizeof(record), 0);

	return n < 0 ? (errno == ENODATA ? 0 : errno) : n != sizeof(record);
}

static int seek_in(void *fd)
{
	return lseek(*(int *)fd, 0, SEEK_END) < 0 ? errno : 0;
}

static int query(void *arg)
{
	int nl = nl_open();

	request_begin(&r, RVM_CMD_WITNESS_GET);
	return nl_call(nl, &r, &reply);
}

static int list(void *arg)
{
	int nl = nl_open();

	request_begin(&r, RVM_CMD_WITNESS_GET);
	return nl_dump(nl, &r, &reply);
}

static int become_recorder(void *arg)
{
	struct rvm_witness_attach attach = {};
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? 250 : ioctl(fd, RVM_WITNESS_ATTACH, &attach) ? errno : 0;
}

static int map_log(void *arg)
{
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 250;
	return mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? errno : 0;
}

static int open_by_proc(void *path)
{
	return try_open(path, O_RDONLY);
}

static int receive(void *from)
{
	int fd = receive_fd(*(int *)from);

	return fd < 0 ? EACCES : read_from(&fd);
}

static int touch(void *map)
{
	return *(volatile uint32_t *)map == RVM_WITNESS_MAP_MAGIC;
}

FIXTURE_SETUP(reading)
{
	self->nl = nl_open();
	self->fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	ASSERT_TRUE(attach_hooks(self->nl));
	ASSERT_TRUE(box_make(&self->outer, self->nl, "reading"));
	ASSERT_TRUE(group_make(&self->inner, "reading/inner"));
	ASSERT_TRUE(box_register(&self->inner, self->nl, "reading-inner"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ | RVM_RIGHT_WRITE));
	ASSERT_EQ(0, load(&self->inner, RVM_RIGHT_READ | RVM_RIGHT_WRITE));
}

FIXTURE_TEARDOWN(reading)
{
	close(self->fd);
	EXPECT_TRUE(box_remove(&self->inner));
	EXPECT_TRUE(box_remove(&self->outer));
}

TEST_F(reading, a_file_like_others_it_is_not)
{
	EXPECT_EQ(0, read_from(&self->fd));
	EXPECT_EQ(0, box_do(&self->outer, open_other, NULL));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_log, NULL));
	EXPECT_EQ(EPERM, box_do(&self->outer, query, NULL));
	EXPECT_EQ(EPERM, box_do(&self->outer, list, NULL));
	ASSERT_EQ(0, load(&self->outer, RIGHTS_ALL));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_log, NULL));
	EXPECT_NE(0, grant(&self->outer, RVM_TOKEN_TYPE_PARTITION, RVM_RIGHT_READ, 0));
	EXPECT_NE(0, grant(&self->outer, RVM_TOKEN_TYPE_WITNESS_LOG, RVM_RIGHT_WRITE, 0));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_log, NULL));
	EXPECT_EQ(EPERM, box_do(&self->outer, query, NULL));
}

TEST_F(reading, a_token_for_the_log_opens_it)
{
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(0, box_do(&self->outer, open_log, NULL));
	EXPECT_EQ(0, box_do(&self->outer, read_from, &self->fd));
	EXPECT_EQ(0, box_do(&self->outer, seek_in, &self->fd));
	EXPECT_EQ(0, box_do(&self->outer, query, NULL));
	EXPECT_EQ(0, box_do(&self->outer, list, NULL));
}

TEST_F(reading, for_reading_only)
{
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_to_write, NULL));
	EXPECT_EQ(EACCES, box_do(&self->outer, become_recorder, NULL));
	EXPECT_EQ(EACCES, box_do(&self->outer, map_log, NULL));
}

TEST_F(reading, the_inner_one_needs_it_too)
{
	uint64_t id;

	ASSERT_NE(0, grant_log(&self->inner));
	EXPECT_EQ(EACCES, box_do(&self->inner, open_log, NULL));
	id = grant_log(&self->outer);
	ASSERT_NE(0, id);
	EXPECT_EQ(0, box_do(&self->inner, open_log, NULL));
	EXPECT_EQ(0, box_do(&self->inner, query, NULL));
	ASSERT_EQ(0, take_back(&self->outer, id));
	EXPECT_EQ(EACCES, box_do(&self->inner, open_log, NULL));
}

struct turns {
	int go[2];
	int done[2];
	int fd;
};

/* Opens it once, then reads again when it is told to: 1 unless the answers are 0 and EACCES. */
static int read_twice(void *arg)
{
	struct turns *t = arg;
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	int first = fd < 0 ? errno : read_from(&fd), second, query_second;
	char byte = 0;

	if (write(t->done[1], &byte, 1) != 1 || read(t->go[0], &byte, 1) != 1)
		return 250;
	second = read_from(&fd);
	query_second = seek_in(&fd);
	return first || second != EACCES || query_second != EACCES;
}

/* After a token was taken back, or with 0 a fence. */
static int reads_no_more(struct __test_metadata *_metadata, FIXTURE_DATA(reading) * self,
			 uint64_t id)
{
	struct turns t;
	char byte = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe(t.go));
	ASSERT_EQ(0, pipe(t.done));
	pid = box_start(&self->outer, read_twice, &t);
	ASSERT_EQ(1, read(t.done[0], &byte, 1));
	EXPECT_EQ(0, id ? take_back(&self->outer, id) :
			  box_set(&self->outer, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED));
	ASSERT_EQ(1, write(t.go[1], &byte, 1));
	return wait_for(pid);
}

TEST_F(reading, what_is_open_goes_with_the_token)
{
	uint64_t id = grant_log(&self->outer);

	ASSERT_NE(0, id);
	EXPECT_EQ(0, reads_no_more(_metadata, self, id));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_log, NULL));
	EXPECT_EQ(EPERM, box_do(&self->outer, query, NULL));
}

TEST_F(reading, and_with_a_fence)
{
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(0, reads_no_more(_metadata, self, 0));
}

TEST_F(reading, and_with_an_epoch)
{
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(0, box_do(&self->outer, open_log, NULL));
	ASSERT_EQ(0, box_set(&self->outer, RVM_A_PARTITION_EPOCH_BUMP, 0));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ));
	EXPECT_EQ(0, box_do(&self->outer, open_other, NULL));
	EXPECT_EQ(EACCES, box_do(&self->outer, open_log, NULL));
}

/* By whatever way a descriptor comes in. */
TEST_F(reading, a_descriptor_is_no_token)
{
	char path[64];
	int sv[2];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), self->fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	EXPECT_EQ(EACCES, box_do(&self->outer, read_from, &self->fd));
	EXPECT_EQ(EACCES, box_do(&self->outer, seek_in, &self->fd));
	ASSERT_EQ(0, send_fd(sv[0], self->fd));
	EXPECT_EQ(EACCES, box_do(&self->outer, receive, &sv[1]));
	EXPECT_NE(0, box_do(&self->outer, open_by_proc, path));
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(0, box_do(&self->outer, read_from, &self->fd));
	ASSERT_EQ(0, send_fd(sv[0], self->fd));
	EXPECT_EQ(0, box_do(&self->outer, receive, &sv[1]));
}

/* A child that comes in does not have what its parent mapped. */
TEST_F(reading, a_map_stays_outside)
{
	void *map = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, self->fd, 0);

	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(1, touch(map));
	ASSERT_NE(0, grant_log(&self->outer));
	EXPECT_EQ(255, box_do(&self->outer, touch, map));
}

struct holder {
	int ready[2];
	bool maps;
};

static int hold(void *arg)
{
	struct holder *h = arg;
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	char byte = 0;

	if (h->maps && mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		return 1;
	close(fd);
	if (write(h->ready[1], &byte, 1) == 1)
		pause();
	return 0;
}

/* Admits a running process, frozen as it has to be: 0 or the errno. */
static int adopt(struct __test_metadata *_metadata, FIXTURE_DATA(reading) * self, bool maps)
{
	struct holder h = { .maps = maps };
	char path[160], text[16], byte;
	pid_t pid;
	int err;

	ASSERT_EQ(0, pipe(h.ready));
	pid = fork();
	if (!pid)
		_exit(hold(&h));
	ASSERT_EQ(1, read(h.ready[0], &byte, 1));
	snprintf(path, sizeof(path), "%s/cgroup.freeze", self->outer.cgroup);
	EXPECT_TRUE(write_file(path, "1"));
	snprintf(path, sizeof(path), "%s/cgroup.procs", self->outer.cgroup);
	snprintf(text, sizeof(text), "%d", pid);
	EXPECT_TRUE(write_file(path, text));
	do {
		usleep(10000);
		request_begin(&r, RVM_CMD_PARTITION_ENTER);
		put_u32(&r, RVM_A_PARTITION_ID, self->outer.id);
		put_u32(&r, RVM_A_PARTITION_PID, pid);
		put_flag(&r, RVM_A_PARTITION_LIVE);
		err = nl_call(self->nl, &r, &reply);
	} while (err == EBUSY);
	kill(pid, SIGKILL);
	snprintf(path, sizeof(path), "%s/cgroup.freeze", self->outer.cgroup);
	EXPECT_TRUE(write_file(path, "0"));
	wait_for(pid);
	return err;
}

TEST_F(reading, who_has_it_mapped_is_not_adopted)
{
	EXPECT_EQ(0, adopt(_metadata, self, false));
	EXPECT_EQ(EOPNOTSUPP, adopt(_metadata, self, true));
	EXPECT_NE(NULL, strstr(reply.text, "witness log mapped"));
}

TEST_HARNESS_MAIN
