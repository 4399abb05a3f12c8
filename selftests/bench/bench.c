// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cost of one operation.
 *
 *   bench OPERATION FILE                  as things are
 *   bench OPERATION FILE landlock RULES   inside one Landlock layer of RULES rules
 *   bench OPERATION FILE empty HOOK...    with an empty BPF program on each hook
 *
 * Prints nanoseconds for each operation: the median of 9 rounds.  `exec` and `load` count
 * the processor time of this process and its children, as it waits for them; the
 * others the time that goes by.  In a guest that counts instructions instead of time (-icount
 * shift=0) one nanosecond is one instruction.
 *
 * `cold` opens FILE.0, FILE.1 ... once each, `first` FILE.d0/x, FILE.d1/x ..., each in
 * a directory of its own; `storm` opens FILE after a rename of FILE.a to FILE.b or back;
 * `rename` is that rename alone, `move` one between the directories FILE.d0 and FILE.d1.
 * `create`, `unlink`, `mkdir` and `rmdir` are of new names beside FILE, `create-new` of
 * one in each of the directories.
 * `exec` starts FILE.exec, which needs no loader, and `load` FILE.load, which has one; with
 * the variables that this program has.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "landlock.h"

#define ROUNDS 9
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *file;
static char names[2][300];
static int fd;

static int open_close(int i)
{
	int opened = open(file, O_RDONLY);

	return opened < 0 ? -1 : close(opened);
}

static int open_new(int i)
{
	char name[300];
	int opened;

	snprintf(name, sizeof(name), "%s.%d", file, i);
	opened = open(name, O_RDONLY);
	return opened < 0 ? -1 : close(opened);
}

static int read_byte(int i)
{
	char c;

	return pread(fd, &c, 1, 0) == 1 ? 0 : -1;
}

static int write_byte(int i)
{
	return pwrite(fd, "t", 1, 0) == 1 ? 0 : -1;
}

static int stat_file(int i)
{
	struct stat st;

	return stat(file, &st);
}

static int ask_parent(int i)
{
	return syscall(SYS_getppid) < 0;
}

/* A datagram socket, which needs no listener. */
static int connect_local(int i)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static int start(int i)
{
	char *argv[] = { names[0], "with", "--some=arguments", NULL };
	int status;
	pid_t pid;

	if (posix_spawn(&pid, names[0], NULL, NULL, argv, environ))
		return -1;
	return waitpid(pid, &status, 0) == pid && !status ? 0 : -1;
}

static int rename_other(int i)
{
	return rename(names[i & 1], names[!(i & 1)]);
}

static int rename_open(int i)
{
	return rename_other(i) ?: open_close(i);
}

static const char *new_name(int i)
{
	static char name[300];

	snprintf(name, sizeof(name), "%s.%d.%d", file, getpid(), i);
	return name;
}

static int make_node(int i)
{
	return mknod(new_name(i), S_IFREG | 0644, 0);
}

static int remove_node(int i)
{
	return unlink(new_name(i));
}

static int make_directory(int i)
{
	return mkdir(new_name(i), 0755);
}

static int remove_directory(int i)
{
	return rmdir(new_name(i));
}

static const char *in_directory(int i, const char *leaf)
{
	static char name[300];

	snprintf(name, sizeof(name), "%s.d%d/%s", file, i, leaf);
	return name;
}

static int open_first(int i)
{
	int opened = open(in_directory(i, "x"), O_RDONLY);

	return opened < 0 ? -1 : close(opened);
}

static int make_first(int i)
{
	char leaf[16];

	snprintf(leaf, sizeof(leaf), "%d", getpid());
	return mknod(in_directory(i, leaf), S_IFREG | 0644, 0);
}

static int prepare_read(void)
{
	return fd = open(file, O_RDONLY);
}

static int prepare_write(void)
{
	return fd = open(file, O_WRONLY);
}

static int prepare_socket(void)
{
	return fd = socket(AF_INET, SOCK_DGRAM, 0);
}

static int prepare_names(void)
{
	snprintf(names[0], sizeof(names[0]), "%s.a", file);
	snprintf(names[1], sizeof(names[1]), "%s.b", file);
	return 0;
}

static int prepare_move(void)
{
	snprintf(names[0], sizeof(names[0]), "%s", in_directory(0, "x"));
	snprintf(names[1], sizeof(names[1]), "%s", in_directory(1, "z"));
	return 0;
}

static int for_each_name(int (*once)(int i))
{
	for (int i = 0; i < ROUNDS * 200; i++)
		if (once(i))
			return -1;
	return 0;
}

static int prepare_unlink(void)
{
	return for_each_name(make_node);
}

static int prepare_rmdir(void)
{
	return for_each_name(make_directory);
}

static int prepare_exec(void)
{
	snprintf(names[0], sizeof(names[0]), "%s.exec", file);
	return 0;
}

static int prepare_load(void)
{
	snprintf(names[0], sizeof(names[0]), "%s.load", file);
	return 0;
}

static const struct operation {
	const char *name;
	int (*prepare)(void);
	int (*once)(int i);
	/* Operations in a round; even. */
	int times;
	/* Count processor time. */
	bool waits;
} operations[] = {
	{ "open", NULL, open_close, 200 },
	{ "cold", NULL, open_new, 200 },
	{ "read", prepare_read, read_byte, 200 },
	{ "write", prepare_write, write_byte, 200 },
	{ "stat", NULL, stat_file, 200 },
	{ "getppid", NULL, ask_parent, 200 },
	{ "connect", prepare_socket, connect_local, 200 },
	{ "exec", prepare_exec, start, 50, true },
	{ "load", prepare_load, start, 50, true },
	{ "rename", prepare_names, rename_other, 200 },
	{ "storm", prepare_names, rename_open, 200 },
	{ "first", NULL, open_first, 200 },
	{ "create", NULL, make_node, 200 },
	{ "unlink", prepare_unlink, remove_node, 200 },
	{ "mkdir", NULL, make_directory, 200 },
	{ "rmdir", prepare_rmdir, remove_directory, 200 },
	{ "create-new", NULL, make_first, 200 },
	{ "move", prepare_move, rename_other, 200 },
};

static long long used_ns(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000LL +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
}

static long long now_ns(const struct operation *op)
{
	struct timespec t;

	if (op->waits)
		return used_ns(RUSAGE_SELF) + used_ns(RUSAGE_CHILDREN);
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* -1 if it fails. */
static long long measure(const struct operation *op)
{
	long long round[ROUNDS];

	if (op->prepare && op->prepare() < 0)
		return -1;
	for (int r = 0; r < ROUNDS; r++) {
		long long start = now_ns(op);

		for (int i = 0; i < op->times; i++)
			if (op->once(r * op->times + i))
				return -1;
		round[r] = (now_ns(op) - start) / op->times;
	}
	qsort(round, ROUNDS, sizeof(round[0]), compare);
	return round[ROUNDS / 2];
}

static int add_rule(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ALL_FS,
		.parent_fd = open(path, O_PATH),
	};
	int err;

	err = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return err;
}

/* One rule that covers the file, the others elsewhere. */
static int enter_landlock(int rules)
{
	struct landlock_ruleset_attr attr = LANDLOCK_ALL;
	static const char *const elsewhere[] = { "/usr", "/etc", "/dev", "/proc", "/sys", "/run" };
	int ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	char top[256];

	if (ruleset < 0)
		return -1;
	snprintf(top, sizeof(top), "%s", file);
	*strchr(top + 1, '/') = '\0';
	if (add_rule(ruleset, top))
		return -1;
	for (int i = 0; i < rules - 1; i++)
		if (add_rule(ruleset, elsewhere[i % ARRAY_LEN(elsewhere)]))
			return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/* The least that a program on a hook can do; it ends with this process. */
static int attach_empty(const char *hook)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_LSM_MAC);
	int prog;

	opts.attach_btf_id = libbpf_find_vmlinux_btf_id(hook, BPF_LSM_MAC);
	/* This kernel has no such hook. */
	if ((int)opts.attach_btf_id < 0)
		return 0;
	prog = bpf_prog_load(BPF_PROG_TYPE_LSM, "empty", "GPL", code, ARRAY_LEN(code), &opts);
	return prog < 0 ? -1 : bpf_raw_tracepoint_open(NULL, prog);
}

static int enter(int argc, char **argv)
{
	if (!argc)
		return 0;
	if (!strcmp(argv[0], "landlock"))
		return enter_landlock(argc > 1 ? atoi(argv[1]) : 7);
	if (strcmp(argv[0], "empty"))
		return -1;
	for (int i = 1; i < argc; i++) {
		if (attach_empty(argv[i]) < 0) {
			fprintf(stderr, "bench: cannot attach to %s\n", argv[i]);
			return -1;
		}
	}
	return 0;
}

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(operations); i++)
		if (!strcmp(name, operations[i].name))
			return &operations[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct operation *op;
	long long cost;

	op = argc >= 3 ? find(argv[1]) : NULL;
	if (!op) {
		fprintf(stderr, "usage: bench OPERATION FILE [landlock RULES | empty HOOK...]\n");
		return 2;
	}
	file = argv[2];
	cost = enter(argc - 3, argv + 3) ? -1 : measure(op);
	if (cost < 0) {
		fprintf(stderr, "bench %s %s: %s\n", argv[1], argv[2], strerror(errno));
		return 1;
	}
	printf("%lld\n", cost);
	return 0;
}
