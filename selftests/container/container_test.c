// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container that ran before rvmctl adopted it: what its table covers works, what leads
 * out of it is denied.
 */

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "container.h"
#include "kselftest_harness.h"

FIXTURE(container)
{
	struct counters start;
	struct container c;
};

FIXTURE_VARIANT(container)
{
	bool shared, user;
};

/* With its own mounts, processes, network, IPC and names. */
FIXTURE_VARIANT_ADD(container, own) {
	.shared = false,
};

/* Also in a user namespace. */
FIXTURE_VARIANT_ADD(container, user) {
	.user = true,
};

/* With the processes, the network and the IPC of the host. */
FIXTURE_VARIANT_ADD(container, shared) {
	.shared = true,
};

FIXTURE_SETUP(container)
{
	self->c.shared = variant->shared;
	self->c.user = variant->user;
	self->c.box.nl = nl_open();
	ASSERT_LE(0, self->c.box.nl);
	ASSERT_TRUE(attach_hooks(self->c.box.nl));
	self->start = get_counters(self->c.box.nl);
	ASSERT_TRUE(container_start(&self->c));
	EXPECT_EQ(0, container_do(&self->c, read_layer, true));
}

FIXTURE_TEARDOWN(container)
{
	EXPECT_TRUE(container_end(&self->c));
	EXPECT_TRUE(counters_return(self->c.box.nl, &self->start));
}

/* The twin works; then the act is denied, and that is recorded. */
static bool stands(struct container *c, container_act act, const char *name)
{
	int twin = container_do(c, act, false);
	uint64_t before = box_denials(&c->box);
	int err = container_do(c, act, true);
	bool refused = err == EACCES || err == EPERM || err == EXDEV;

	if (twin)
		printf("# %s: the twin got %s\n", name, strerror(twin));
	if (!refused)
		printf("# %s: got %s\n", name, err ? strerror(err) : "through");
	/* The kernel does not ask where its powers count for nothing. */
	if (c->user)
		return !twin && refused;
	if (refused && box_denials(&c->box) == before)
		printf("# %s: no denial was recorded\n", name);
	return !twin && refused && box_denials(&c->box) > before;
}

#define EXPECT_STANDS(act) EXPECT_TRUE(stands(&self->c, act, #act))

static bool load(struct container *c)
{
	int status = container_load(c);

	if (status)
		printf("# load: %d: %s\n", status, container_said());
	return !status;
}

static int register_with(struct container *c, uint32_t flags)
{
	static struct request r;
	static struct reply reply;
	int err;

	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, CONTAINER);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, c->box.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	err = nl_call(c->box.nl, &r, &reply);
	/* It has to be removed even if it should not exist. */
	if (!err)
		c->box.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	return err;
}

/* The errno of the module, when the tool has done its part. */
static int register_frozen(struct container *c, uint32_t flags)
{
	char path[128], text[64] = "";
	int events, err;

	snprintf(path, sizeof(path), "%s/cgroup.events", c->box.cgroup);
	events = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/cgroup.freeze", c->box.cgroup);
	write_file(path, "1");
	wait_until(pread(events, text, sizeof(text) - 1, 0) < 0 || strstr(text, "frozen 1"));
	close(events);
	err = register_with(c, flags);
	write_file(path, "0");
	return err;
}

/* Refused with this message. */
static bool is_refused(struct container *c, const char *why)
{
	int status = container_load(c);

	if (!status || !strstr(container_said(), why))
		printf("# load: %d: %s\n", status, container_said());
	return status == 1 && !c->box.id && strstr(container_said(), why);
}

/* Without ASSERT: what failed would be left behind, and disturb the next test. */
#define LOAD()                              \
	do {                                \
		bool good = load(&self->c); \
                                            \
		EXPECT_TRUE(good);          \
		if (!good)                  \
			return;             \
	} while (0)

TEST_F(container, its_layers_are_judged_as_it_sees_them)
{
	LOAD();
	EXPECT_STANDS(read_layer);
	EXPECT_STANDS(write_layer);
	EXPECT_STANDS(make_file);
	EXPECT_STANDS(read_secret);
	EXPECT_STANDS(rename_out);
	EXPECT_STANDS(rename_in);
	EXPECT_STANDS(link_out);
	EXPECT_STANDS(run_program);
}

TEST_F(container, its_volumes_are_judged_where_they_are_mounted)
{
	LOAD();
	EXPECT_STANDS(write_volume);
	EXPECT_STANDS(write_upper);
}

TEST_F(container, what_was_handed_in_does_not_lead_out)
{
	LOAD();
	EXPECT_STANDS(root_of_first);
	EXPECT_STANDS(host_folder);
	EXPECT_STANDS(host_file);
	/* Each lookup asks for the capability that it needs: no record is made of that. */
	EXPECT_EQ(0, container_do(&self->c, by_handle, false));
	EXPECT_EQ(EPERM, container_do(&self->c, by_handle, true));
	EXPECT_STANDS(host_mounts);
}

TEST_F(container, the_kernel_is_not_set_from_inside)
{
	LOAD();
	EXPECT_STANDS(setting);
	EXPECT_STANDS(core_pattern);
	EXPECT_STANDS(helper);
	EXPECT_STANDS(trigger);
	EXPECT_STANDS(new_module);
	EXPECT_STANDS(make_disk);
}

TEST_F(container, its_tree_stays_as_it_is)
{
	LOAD();
	EXPECT_STANDS(make_mount);
	EXPECT_STANDS(drop_mount);
	EXPECT_STANDS(swap_root);
	EXPECT_STANDS(change_root);
	EXPECT_STANDS(new_user);
	EXPECT_STANDS(new_mounts);
}

TEST_F(container, it_stays_in_its_control_group)
{
	LOAD();
	EXPECT_STANDS(join_group);
	EXPECT_STANDS(join_host_group);
	EXPECT_STANDS(make_group);
}

TEST_F(container, processes_of_the_host_are_out_of_reach)
{
	LOAD();
	EXPECT_STANDS(take_descriptor);
	if (!variant->shared)
		return;
	EXPECT_STANDS(end_process);
	EXPECT_EQ(0, waitpid(given.victim, NULL, WNOHANG));
	EXPECT_STANDS(trace);
	EXPECT_STANDS(host_processes);
}

/* There is a route from one network to the other, or there will be. */
TEST_F(container, the_host_needs_naming)
{
	LOAD();
	EXPECT_STANDS(connect_host);
}

TEST_F(container, deputies_are_out_of_reach)
{
	LOAD();
	EXPECT_STANDS(connect_deputy);
	if (variant->shared)
		EXPECT_STANDS(connect_abstract);
}

/* A denied file with a second name that no rule is about. */
TEST_F(container, a_denied_file_with_two_names_is_refused)
{
	EXPECT_EQ(0, link(on_host("lower/job/secret"), on_host("lower/job/sub/alias")));
	EXPECT_TRUE(is_refused(&self->c, "has 2 names"));
	EXPECT_EQ(0, unlink(on_host("lower/job/sub/alias")));
	EXPECT_TRUE(write_file("/proc/sys/vm/drop_caches", "2"));
	LOAD();
}

/* For writing, by the host: then it is copied up. */
static int open_inside(const struct container *c, const char *name)
{
	char root[32];
	int dir, err;

	snprintf(root, sizeof(root), "/proc/%d/root", c->init);
	dir = open(root, O_PATH | O_DIRECTORY);
	err = opened(openat(dir, name, O_RDWR));
	close(dir);
	return err;
}

/* Whatever the host does with the layers, the same files are meant. */
TEST_F(container, copies_and_forgotten_names_change_nothing)
{
	LOAD();
	EXPECT_STANDS(run_program);
	EXPECT_EQ(0, open_inside(&self->c, "bin/prog"));
	EXPECT_EQ(0, open_inside(&self->c, "job/secret"));
	EXPECT_STANDS(run_program);
	EXPECT_STANDS(read_secret);
	EXPECT_TRUE(write_file("/proc/sys/vm/drop_caches", "2"));
	EXPECT_STANDS(run_program);
	EXPECT_STANDS(read_secret);
	EXPECT_STANDS(read_layer);
	EXPECT_STANDS(write_layer);
	/* A file of a lower layer with two names is another one each time it is looked up. */
	EXPECT_EQ(EACCES, container_do(&self->c, run_second, false));
}

TEST_F(container, what_the_host_moves_gives_no_more)
{
	char from[PATH_MAX], to[PATH_MAX];

	LOAD();
	EXPECT_EQ(0, container_do(&self->c, write_moved, false));
	EXPECT_EQ(0, rename(on_host("upper/job/own"), on_host("upper/ro/own")));
	EXPECT_TRUE(write_file("/proc/sys/vm/drop_caches", "2"));
	EXPECT_EQ(EACCES, container_do(&self->c, write_moved, true));
	EXPECT_EQ(0, container_do(&self->c, read_layer, false));
	snprintf(from, sizeof(from), "%s", on_host("volume/in"));
	snprintf(to, sizeof(to), "%s", on_host("volume/kept"));
	EXPECT_EQ(0, rename(from, to));
	EXPECT_EQ(0, symlink("out", from));
	EXPECT_STANDS(moved_folder);
}

static void rename_for_ever(const struct container *c)
{
	char one[PATH_MAX], two[PATH_MAX];

	snprintf(one, sizeof(one), "%s", on_host("volume/in/one"));
	snprintf(two, sizeof(two), "%s", on_host("volume/in/two"));
	for (;;) {
		rename(one, two);
		rename(two, one);
	}
}

/* In the container's tree, by the host. */
static void mount_for_ever(const struct container *c)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", c->init);
	if (setns(open(path, O_RDONLY), CLONE_NEWNS))
		_exit(1);
	while (!mount("/vol/out", "/job/place", NULL, MS_BIND, NULL) &&
	       !umount2("/job/place", MNT_DETACH))
		;
	_exit(1);
}

static pid_t start_storm(const struct container *c, void (*storm)(const struct container *))
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	storm(c);
	_exit(1);
}

TEST_F(container, walks_hold_in_a_storm_of_renames_and_mounts)
{
	pid_t renames, mounts;

	LOAD();
	renames = start_storm(&self->c, rename_for_ever);
	mounts = start_storm(&self->c, mount_for_ever);
	EXPECT_STANDS(in_a_storm);
	EXPECT_EQ(0, waitpid(renames, NULL, WNOHANG));
	EXPECT_EQ(0, waitpid(mounts, NULL, WNOHANG));
	kill(renames, SIGKILL);
	kill(mounts, SIGKILL);
	waitpid(renames, NULL, 0);
	waitpid(mounts, NULL, 0);
}

/* "what   COUNT" of the list: its count, or -1. */
static int count_of(const char *what)
{
	const char *line = strstr(container_said(), what);

	return line ? atoi(line + strlen(what)) : -1;
}

/* The list says what it had open, and what becomes of that. */
TEST_F(container, what_it_brings_along_is_said)
{
	EXPECT_TRUE(container_leave(&self->c, hold_socket));
	LOAD();
	EXPECT_EQ(2, count_of("\nprocesses "));
	EXPECT_EQ(1, count_of("\nconnected unix sockets "));
	EXPECT_EQ(4, count_of("\nfiles open for writing "));
	EXPECT_EQ(2, count_of("\nprocesses with capabilities of root "));
	EXPECT_NE(NULL, strstr(container_said(), on_host("host")));
	EXPECT_NE(NULL, strstr(container_said(), "/sys/fs/cgroup/cgroup.procs"));
	EXPECT_EQ(NULL, strstr(container_said(), on_host("ro")));
}

static uint32_t flags_of(const struct container *c)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, c->box.id);
	return nl_call(c->box.nl, &r, &reply) ? 0 : reply_u32(&reply, RVM_A_PARTITION_FLAGS);
}

TEST_F(container, it_is_taken_in_knowingly)
{
	EXPECT_EQ(EBUSY, register_with(&self->c, 0));
	EXPECT_EQ(EBUSY, register_frozen(&self->c, 0));
	EXPECT_EQ(EBUSY, register_with(&self->c, RVM_PARTITION_FLAG_ADOPTED));
	EXPECT_EQ(0, container_do(&self->c, read_layer, true));
	LOAD();
	EXPECT_EQ(RVM_PARTITION_FLAG_ADOPTED | RVM_PARTITION_FLAG_RECHECKED, flags_of(&self->c));
	EXPECT_EQ(0, system("rvmctl partition list | grep -q \"^" CONTAINER " .* adopted,\""));
	EXPECT_EQ(1, WEXITSTATUS(system("rvmctl partition del " CONTAINER " 2>/dev/null")));
	/* A new table, by the same command. */
	LOAD();
	EXPECT_STANDS(write_layer);
}

/* And it goes on as it was. */
static bool stays_out(struct container *c, const char *why)
{
	return is_refused(c, why) && !container_do(c, read_layer, true);
}

static void stop_tracing(pid_t pid)
{
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

TEST_F(container, one_that_is_traced_from_outside_stays_out)
{
	EXPECT_EQ(0, ptrace(PTRACE_SEIZE, self->c.init, 0, 0));
	EXPECT_TRUE(is_refused(&self->c, "is traced by"));
	EXPECT_EQ(EUSERS, register_frozen(&self->c, RVM_PARTITION_FLAG_ADOPTED));
	stop_tracing(self->c.init);
	EXPECT_EQ(0, container_do(&self->c, read_layer, true));
	LOAD();
}

TEST_F(container, one_that_traces_the_host_stays_out)
{
	if (!variant->shared)
		return;
	EXPECT_TRUE(container_leave(&self->c, trace_host));
	EXPECT_TRUE(stays_out(&self->c, "traces"));
	EXPECT_TRUE(container_end_others(&self->c));
	LOAD();
}

TEST_F(container, one_with_a_ring_stays_out)
{
	EXPECT_TRUE(container_leave(&self->c, hold_ring));
	EXPECT_TRUE(stays_out(&self->c, "io_uring"));
	EXPECT_EQ(EOPNOTSUPP, register_frozen(&self->c, RVM_PARTITION_FLAG_ADOPTED));
	EXPECT_TRUE(container_end_others(&self->c));
	LOAD();
}

TEST_F(container, one_that_shares_memory_with_the_host_stays_out)
{
	pid_t pids[4];
	char number[16];
	size_t n;

	EXPECT_TRUE(container_leave(&self->c, share_memory));
	n = container_others(&self->c, pids, ARRAY_LEN(pids));
	EXPECT_EQ(2, n);
	snprintf(number, sizeof(number), "%d", pids[n - 1]);
	EXPECT_TRUE(write_file("/sys/fs/cgroup/cgroup.procs", number));
	EXPECT_TRUE(stays_out(&self->c, "shares its memory"));
	kill(pids[n - 1], SIGKILL);
	EXPECT_TRUE(container_end_others(&self->c));
	LOAD();
}

TEST_F(container, one_that_sees_other_mounts_stays_out)
{
	EXPECT_TRUE(container_leave(&self->c, hide_mounts));
	EXPECT_TRUE(stays_out(&self->c, "other mounts"));
	EXPECT_TRUE(container_end_others(&self->c));
	LOAD();
}

TEST_F(container, several_processes_come_in)
{
	EXPECT_TRUE(container_leave(&self->c, do_nothing));
	EXPECT_TRUE(container_leave(&self->c, share_memory));
	LOAD();
	EXPECT_STANDS(write_layer);
}

TEST_HARNESS_MAIN
