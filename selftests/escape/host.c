// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attacks that are not tried from inside the partition alone.
 */

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "escape.h"

static int open_something(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static bool partition_new(struct box *box, int nl, const char *name, uint32_t flags)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, box->cgroup_fd);
	if (flags)
		put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	box->nl = nl;
	if (nl_call(nl, &r, &reply))
		return false;
	box->id = reply_u32(&reply, RVM_A_PARTITION_ID);
	return true;
}

/* Nothing is allowed in a pen, nor in a cgroup below it that is not registered. */
static int group_in_a_pen(const struct box *unused, bool evil)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ws"), "" };
	struct box pen = {}, inner = {};
	char path[PATH_MAX];
	int err = BROKEN;

	snprintf(path, sizeof(path), "%s", ws("a"));
	if (!group_make(&pen, "escape-pen"))
		return BROKEN;
	if (!partition_new(&pen, unused->nl, "escape-pen", RVM_PARTITION_FLAG_PEN)) {
		group_remove(&pen);
		return BROKEN;
	}
	if (group_make(&inner, "escape-pen/inner") &&
	    (evil ||
	     (partition_new(&inner, unused->nl, "escape-inner", 0) && !box_load(&inner, &rule, 1))))
		err = box_do(&inner, open_something, path);
	if (evil)
		group_remove(&inner);
	else
		box_remove(&inner);
	box_remove(&pen);
	return err;
}

static int set(const struct box *box, uint16_t what, uint32_t value)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, what, value);
	return nl_call(box->nl, &r, &reply);
}

static int move_above(void *unused)
{
	return result(rename(ws("deep"), ws("shallow")));
}

static int open_raw(void *unused)
{
	return opened(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int open_excluded(void *unused)
{
	return try_open(ws(".env"), O_RDONLY);
}

/* The twin does what the mode relaxes. */
static int while_permissive(const struct box *box, bool evil, int (*act)(void *))
{
	int err;

	if (set(box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE))
		return BROKEN;
	err = evil ? box_do(box, act, NULL) : box_do(box, open_something, (void *)out("file"));
	if (set(box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE))
		return BROKEN;
	return err;
}

static int permissive_move(const struct box *box, bool evil)
{
	return while_permissive(box, evil, move_above);
}

static int permissive_raw(const struct box *box, bool evil)
{
	return while_permissive(box, evil, open_raw);
}

static int permissive_excluded(const struct box *box, bool evil)
{
	return while_permissive(box, evil, open_excluded);
}

/* Whoever resumed the partition later would let it run unjudged. */
static int detach_beside_suspended(const struct box *box, bool evil)
{
	int err;

	if (set(box, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED))
		return BROKEN;
	err = evil && system("rvmctl hook detach >/dev/null 2>&1") ? EBUSY : 0;
	if (evil && !err && !attach_hooks(box->nl))
		err = BROKEN;
	if (set(box, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING))
		return BROKEN;
	return evil ? err : box_do(box, open_something, (void *)ws("a"));
}

/* A table inside its own workspace, two directories down. */
static bool load_from_workspace(struct box *box)
{
	static const char table[] = "[{\"rights\": [\"READ\", \"WRITE\"], "
				    "\"resource\": \"Edit(./**)\", \"proof_tier\": \"P1\", "
				    "\"expires_at\": 0}]";
	char command[3 * PATH_MAX];

	mkdir(in_dir("own"), 0755);
	mkdir(in_dir("own/conf"), 0755);
	mkdir(in_dir("own/conf/rvm"), 0755);
	mkdir(in_dir("own/plain"), 0755);
	if (!write_file(in_dir("own/conf/rvm/rights.json"), table) ||
	    !write_file(in_dir("own/README"), "text\n"))
		return false;
	snprintf(command, sizeof(command),
		 "rvmctl load %s --partition escape-own --workspace %s --base none >/dev/null 2>&1",
		 in_dir("own/conf/rvm/rights.json"), in_dir("own"));
	snprintf(box->cgroup, sizeof(box->cgroup), "/sys/fs/cgroup/rvm/escape-own");
	return !system(command);
}

static int in_loaded(bool evil, int (*act)(void *))
{
	struct box own = {};
	int err = BROKEN;

	if (load_from_workspace(&own))
		err = box_do(&own, act, &evil);
	if (system("rvmctl partition del escape-own >/dev/null 2>&1"))
		err = BROKEN;
	return err;
}

static int move_table_folder(void *evil)
{
	if (*(bool *)evil)
		return result(rename(in_dir("own/conf"), in_dir("own/conf2")));
	return result(rename(in_dir("own/plain"), in_dir("own/plain2")));
}

static int rewrite_table(void *evil)
{
	return try_open(in_dir(*(bool *)evil ? "own/conf/rvm/rights.json" : "own/README"), O_RDWR);
}

static int folder_of_the_table(const struct box *unused, bool evil)
{
	return in_loaded(evil, move_table_folder);
}

static int text_of_the_table(const struct box *unused, bool evil)
{
	return in_loaded(evil, rewrite_table);
}

/* One process tells another that a step is done; false after a while. */
static bool await(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	return poll(&p, 1, 60000) == 1 && read(fd, &c, 1) == 1;
}

static int steps[2][2];

static int truncate_later(void *unused)
{
	int fd = open(ws("mapped"), O_RDWR);

	if (fd < 0 || write(steps[0][1], "x", 1) != 1 || !await(steps[1][0]))
		return BROKEN;
	return result(ftruncate(fd, 5));
}

static int truncate_after_revocation(const struct box *box, bool evil)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("ws"),
				   "" };
	struct box other;
	int err = BROKEN;
	pid_t pid;

	if (pipe(steps[0]) || pipe(steps[1]) || !box_make(&other, box->nl, "escape-later"))
		return BROKEN;
	if (!box_load(&other, &rule, 1)) {
		pid = box_start(&other, truncate_later, NULL);
		if (await(steps[0][0]) && !box_load(&other, &rule, !evil) &&
		    write(steps[1][1], "x", 1) == 1)
			err = wait_for(pid);
	}
	for (int i = 0; i < 4; i++)
		close(steps[i / 2][i % 2]);
	return box_remove(&other) ? err : BROKEN;
}

static int refused_for_ever(void *unused)
{
	for (;;)
		try_open(out("file"), O_RDONLY);
	return 0;
}

/* However often one partition is denied, others are still judged, changed and recorded. */
static int beside_a_flood(const struct box *box, bool evil)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ws"), "" };
	uint64_t before = box_denials(box);
	struct box other;
	int err = BROKEN;
	pid_t pid = 0;

	if (!box_make(&other, box->nl, "escape-beside"))
		return BROKEN;
	if (evil)
		pid = box_start(box, refused_for_ever, NULL);
	for (int i = 0; evil && i < 6000 && box_denials(box) < before + 20000; i++)
		poll(NULL, 0, 10);
	if (!box_load(&other, &rule, 1))
		err = box_do(&other, open_something, (void *)ws("a"));
	if (!err && evil && (box_load(&other, NULL, 0) || box_denials(&other)))
		err = BROKEN;
	if (!err && evil)
		err = box_do(&other, open_something, (void *)ws("a"));
	if (evil && (box_denials(&other) != 1 || box_denials(box) < before + 20000))
		err = BROKEN;
	if (pid) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return box_remove(&other) ? err : BROKEN;
}

static int ask_by(int nl)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_INFO);
	return nl_call(nl, &r, &reply);
}

/* The host's socket carries the host's authority too. */
static int by_a_socket_of_the_host(void *arg)
{
	const struct box *box = arg;

	return set(box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE);
}

static int by_an_own_socket(void *unused)
{
	int nl = nl_open();

	return nl < 0 ? BROKEN : ask_by(nl);
}

static int request_by_given_socket(const struct box *box, bool evil)
{
	return box_do(box, evil ? by_a_socket_of_the_host : by_an_own_socket, (void *)box);
}

const struct host_row host_rows[] = {
	{ "group in a pen that nobody registered", group_in_a_pen },
	{ "permissive: folder above excluded files", permissive_move },
	{ "permissive: raw socket", permissive_raw },
	{ "permissive: excluded file", permissive_excluded },
	{ "hook detach beside a suspended partition", detach_beside_suspended },
	{ "folder of the loaded table renamed", folder_of_the_table },
	{ "loaded table rewritten", text_of_the_table },
	{ "ftruncate after a revocation", truncate_after_revocation },
	{ "revocation beside a flood of refusals", beside_a_flood },
	{ "request by a socket of the host", request_by_given_socket },
	{},
};
