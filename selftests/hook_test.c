// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only programs on LSM hooks may ask the module's questions, sleepable ones only where
 * exec is judged; and only links of such programs are held.
 */

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

static struct request r;
static struct reply reply;

/* A hook of the kernel, and the program to put there. */
struct program {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	/* Function of the kernel; NULL if the type has none. */
	const char *function;
	bool sleeps;
	/* It calls a function of the module. */
	bool asks;
};

/* Descriptor of the module's BTF; -1 if there is none. */
static int open_module_btf(void)
{
	uint32_t id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
		uint32_t len = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(name, "rvm"))
			return fd;
		close(fd);
	}
	return -1;
}

FIXTURE(hook)
{
	struct btf *kernel, *module;
	int module_fd;
	int nl;
};

FIXTURE_SETUP(hook)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	self->kernel = btf__load_vmlinux_btf();
	ASSERT_NE(NULL, self->kernel);
	self->module = btf__load_module_btf("rvm", self->kernel);
	ASSERT_NE(NULL, self->module);
	self->module_fd = open_module_btf();
	ASSERT_LE(0, self->module_fd);
}

FIXTURE_TEARDOWN(hook)
{
	btf__free(self->module);
	btf__free(self->kernel);
	close(self->module_fd);
}

/* The descriptor, or the negative errno of the verifier. */
static int load(FIXTURE_DATA(hook) * self, const struct program *p)
{
	int question = btf__find_by_name_kind(self->module, "bpf_rvm_sys_ring", BTF_KIND_FUNC);
	const int fds[] = { -1, self->module_fd };
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL,
		  .src_reg = BPF_PSEUDO_KFUNC_CALL,
		  .off = 1,
		  .imm = question },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = p->attach, .fd_array = fds,
		    .prog_flags = p->sleeps ? BPF_F_SLEEPABLE : 0);
	int skip = p->asks ? 0 : 1;

	if (p->function)
		opts.attach_btf_id =
			btf__find_by_name_kind(self->kernel, p->function, BTF_KIND_FUNC);
	return bpf_prog_load(p->type, "rvm_test", "GPL", insns + skip, ARRAY_SIZE(insns) - skip,
			     &opts);
}

/* Does the kernel check which programs may call a module's functions? 6.1 does not. */
static bool asks_who(FIXTURE_DATA(hook) * self)
{
	int id = btf__find_by_name_kind(self->kernel, "btf_kfunc_id_set", BTF_KIND_STRUCT);
	const struct btf_type *type = btf__type_by_id(self->kernel, id);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		uint32_t name = btf_members(type)[i].name_off;

		if (!strcmp(btf__name_by_offset(self->kernel, name), "filter"))
			return true;
	}
	return false;
}

#define LSM(_function) \
	.type = BPF_PROG_TYPE_LSM, .attach = BPF_LSM_MAC, .function = "bpf_lsm_" _function
#define FENTRY(_function) \
	.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_FENTRY, .function = _function

static int close_if(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd;
}

TEST_F(hook, programs_on_hooks_may_ask)
{
	EXPECT_LE(0, close_if(load(self, &(struct program){ LSM("file_open"), .asks = true })));
}

TEST_F(hook, programs_that_sleep_may_not_ask)
{
	struct program p = { LSM("file_open"), .sleeps = true };

	if (!asks_who(self))
		SKIP(return, "this kernel asks no module who may call its functions");
	EXPECT_LE(0, close_if(load(self, &p)));
	p.asks = true;
	EXPECT_EQ(-EACCES, load(self, &p));
}

TEST_F(hook, programs_that_sleep_may_ask_where_exec_is_judged)
{
	struct program p = { LSM("bprm_creds_for_exec"), .sleeps = true, .asks = true };

	EXPECT_LE(0, close_if(load(self, &p)));
}

/* They run in NMI too. */
TEST_F(hook, programs_that_trace_may_not_ask)
{
	struct program p = { FENTRY("security_file_open") };

	if (!asks_who(self))
		SKIP(return, "this kernel asks no module who may call its functions");
	EXPECT_LE(0, close_if(load(self, &p)));
	p.asks = true;
	EXPECT_EQ(-EACCES, load(self, &p));
}

TEST_F(hook, programs_of_probes_may_not_ask)
{
	struct program p = { .type = BPF_PROG_TYPE_KPROBE };

	EXPECT_LE(0, close_if(load(self, &p)));
	p.asks = true;
	EXPECT_EQ(-EACCES, load(self, &p));
}

static int attach(FIXTURE_DATA(hook) * self, const struct program *p)
{
	int link, prog = load(self, p);

	if (prog < 0)
		return prog;
	link = bpf_link_create(prog, 0, p->attach, NULL);
	close(prog);
	return link;
}

/* @type: of the attribute that has the descriptor. */
static int hold_as(int nl, int type, int fd, const char *name)
{
	size_t nest;

	request_begin(&r, RVM_CMD_HOOK_SET);
	nest = nest_begin(&r, RVM_A_HOOK_LINK);
	put_u32(&r, type, fd);
	put_str(&r, RVM_A_LINK_NAME, name);
	nest_end(&r, nest);
	return nl_call(nl, &r, &reply);
}

static int hold(int nl, int link, const char *name)
{
	return hold_as(nl, RVM_A_LINK_FD, link, name);
}

static int hold_program(int nl, int program, const char *name)
{
	return hold_as(nl, RVM_A_LINK_PROGRAM, program, name);
}

static int detach(int nl)
{
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_flag(&r, RVM_A_HOOK_DETACH);
	return nl_call(nl, &r, &reply);
}

TEST_F(hook, one_link_on_a_hook_is_held)
{
	const struct program lsm = { LSM("socket_listen") }, trace = { FENTRY("vfs_open") };
	struct counters start = get_counters(self->nl);
	int first = attach(self, &lsm), second = attach(self, &lsm), other = attach(self, &trace);

	if (start.hooks)
		SKIP(return, "the hooks are attached");
	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	ASSERT_LE(0, other);
	EXPECT_EQ(EINVAL, hold(self->nl, first, "socket_bind"));
	EXPECT_NE('\0', reply.text[0]);
	EXPECT_EQ(EINVAL, hold(self->nl, other, "vfs_open"));
	EXPECT_NE('\0', reply.text[0]);
	EXPECT_EQ(0, hold(self->nl, first, "socket_listen"));
	EXPECT_EQ(start.hooks + 1, get_counters(self->nl).hooks);
	EXPECT_EQ(EEXIST, hold(self->nl, second, "socket_listen"));
	EXPECT_NE('\0', reply.text[0]);
	EXPECT_EQ(start.hooks + 1, get_counters(self->nl).hooks);
	close(first);
	close(second);
	close(other);
	EXPECT_EQ(0, detach(self->nl));
	EXPECT_EQ(start.hooks, get_counters(self->nl).hooks);
}

static int arrived[2];

static int rest(void *unused)
{
	if (write(arrived[1], "x", 1) != 1)
		return 1;
	for (;;)
		pause();
}

/* A task in the box that does nothing. */
static bool start_resting(const struct box *box)
{
	char c;

	return box_start(box, rest, NULL) > 0 && read(arrived[0], &c, 1) == 1;
}

static uint32_t mode_of(const struct box *box)
{
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	return reply_u32(&reply, RVM_A_PARTITION_MODE);
}

static int set_flags(const struct box *box, uint32_t flags)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, flags);
	return nl_call(box->nl, &r, &reply);
}

static uint32_t flags_of(const struct box *box)
{
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	return reply_u32(&reply, RVM_A_PARTITION_FLAGS);
}

/* The programs that would judge what is open are missing, and others are there. */
TEST_F(hook, what_cannot_be_judged_is_refused_and_a_stop_says_so)
{
	const struct program lsm = { LSM("socket_listen") };
	struct counters start = get_counters(self->nl);
	int link = attach(self, &lsm);
	struct box box;

	if (start.hooks)
		SKIP(return, "the hooks are attached");
	ASSERT_EQ(0, pipe2(arrived, O_CLOEXEC));
	ASSERT_TRUE(box_make(&box, self->nl, "hook"));
	ASSERT_TRUE(start_resting(&box));
	/* Without any hook nothing is enforced, and nothing is missing. */
	EXPECT_EQ(0, box_set(&box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	EXPECT_EQ(0, box_set(&box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
	EXPECT_EQ(0, box_set(&box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	/* Its tasks were not judged so far. */
	EXPECT_EQ(EUNATCH, hold(self->nl, link, "socket_listen"));
	EXPECT_EQ(0, get_counters(self->nl).hooks);
	ASSERT_TRUE(box_remove(&box));
	ASSERT_EQ(0, hold(self->nl, link, "socket_listen"));
	ASSERT_TRUE(box_make(&box, self->nl, "hook"));
	ASSERT_EQ(0, box_set(&box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	ASSERT_TRUE(start_resting(&box));
	EXPECT_EQ(ENOENT, box_set(&box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
	EXPECT_EQ(RVM_MODE_PERMISSIVE, mode_of(&box));
	EXPECT_EQ(ENOENT, set_flags(&box, RVM_PARTITION_FLAG_HIDE_ATTRIBUTES));
	EXPECT_EQ(0, flags_of(&box) & RVM_PARTITION_FLAG_HIDE_ATTRIBUTES);
	EXPECT_EQ(ENOENT, box_load(&box, NULL, 0));
	EXPECT_EQ(EUNATCH, set_flags(&box, RVM_PARTITION_FLAG_FENCED));
	EXPECT_NE(0, flags_of(&box) & RVM_PARTITION_FLAG_FENCED);
	ASSERT_TRUE(box_remove(&box));
	/* The tool ends what it cannot stop. */
	EXPECT_EQ(
		0,
		system("rvmctl partition new ended >/dev/null; sleep 1000 & task=$!;"
		       "wait_for() { for i in $(seq 100); do \"$@\" && return; sleep 0.1; done; };"
		       "group=/sys/fs/cgroup/rvm/ended;"
		       "echo $task >$group/cgroup.procs;"
		       "! said=$(rvmctl partition set ended --fence 2>&1) &&"
		       "echo \"$said\" | grep -q 'its processes were ended' &&"
		       "wait_for grep -q 'populated 0' $group/cgroup.events &&"
		       "rvmctl partition del ended >/dev/null &&"
		       "rvmctl partition del unregistered >/dev/null"));
	EXPECT_EQ(0, detach(self->nl));
	close(link);
	close(arrived[0]);
	close(arrived[1]);
}

/* A program is for a hook that is attached by need, and is attached by the module. */
TEST_F(hook, programs_are_held_for_some_hooks)
{
	const struct program other = { LSM("socket_listen") }, good = { LSM("file_permission") },
			     wrong = { LSM("file_open") };
	struct counters start = get_counters(self->nl);
	int first = load(self, &other), second = load(self, &good), third = load(self, &wrong);

	if (start.hooks)
		SKIP(return, "the hooks are attached");
	ASSERT_LE(0, first);
	ASSERT_LE(0, second);
	ASSERT_LE(0, third);
	EXPECT_EQ(EINVAL, hold_program(self->nl, first, "socket_listen"));
	EXPECT_EQ(EINVAL, hold_program(self->nl, third, "file_permission"));
	EXPECT_EQ(EBADF, hold_program(self->nl, 1000, "file_permission"));
	EXPECT_EQ(0, hold_program(self->nl, second, "file_permission"));
	EXPECT_EQ(EEXIST, hold_program(self->nl, second, "file_permission"));
	EXPECT_EQ(1, get_counters(self->nl).hooks);
	close(first);
	close(second);
	close(third);
	EXPECT_EQ(0, detach(self->nl));
	EXPECT_EQ(0, get_counters(self->nl).hooks);
}

TEST_HARNESS_MAIN
