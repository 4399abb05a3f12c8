// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many tokens.
 *
 *   scale clock COMMAND...       nanoseconds of the processor that it takes
 *   scale table N DIR            bytes of the kernel's memory that each of N tokens of a table
 *                                takes
 *   scale granted N DIR          likewise of tokens that were granted one by one
 *   scale crowd N TOKENS DIR     make partitions until there are N, with TOKENS tokens on the
 *                                host together, 65,536 of them in one; delete them when the
 *                                standard input ends
 *   scale grant ID N DIR         grant N tokens to a partition that is there
 *
 * Tokens are to read files of DIR/0 to DIR/99; of DIR itself if there is no DIR/0.  In a
 * guest that counts instructions one nanosecond is one.
 */

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"

#define DIRS 100
/* Tokens of one request. */
#define BATCH 100
#define MOST 65536

extern char **environ;

static struct request r;
static struct reply reply;

/* Where tokens begin. */
struct dirs {
	const char *path;
	int n;
	int fd[DIRS];
};

static void name_dir(const struct dirs *dirs, int i, char *name, size_t size)
{
	if (dirs->n == 1)
		snprintf(name, size, "%s", dirs->path);
	else
		snprintf(name, size, "%s/%d", dirs->path, i);
}

static bool open_dirs(struct dirs *dirs, const char *path)
{
	char name[200];

	*dirs = (struct dirs){ .path = path, .n = DIRS };
	name_dir(dirs, 0, name, sizeof(name));
	if (access(name, F_OK))
		dirs->n = 1;
	for (int i = 0; i < dirs->n; i++) {
		name_dir(dirs, i, name, sizeof(name));
		dirs->fd[i] = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (dirs->fd[i] < 0)
			return false;
	}
	return true;
}

/* As rvmctl sends it. */
static void put_token(uint16_t type, const struct dirs *dirs, int i)
{
	size_t token = nest_begin(&r, type), scope;
	char dir[200], file[32], resource[300];

	name_dir(dirs, i % dirs->n, dir, sizeof(dir));
	snprintf(file, sizeof(file), "module-%d.c", i);
	snprintf(resource, sizeof(resource), "Read(/%s/%s)", dir, file);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, RVM_RIGHT_READ);
	put_u32(&r, RVM_A_TOKEN_TIER, 1);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_PATH);
	put_str(&r, RVM_A_SCOPE_RESOURCE, resource);
	put_u32(&r, RVM_A_SCOPE_FD, dirs->fd[i % dirs->n]);
	put_str(&r, RVM_A_SCOPE_ANCHOR, dir);
	put(&r, RVM_A_SCOPE_PATTERN, file, strlen(file));
	nest_end(&r, scope);
	nest_end(&r, token);
}

static bool ask(int nl)
{
	if (!nl_call(nl, &r, &reply))
		return true;
	fprintf(stderr, "scale: %s: %s\n", strerror(reply.error), reply.text);
	return false;
}

static bool load(int nl, uint32_t partition, const struct dirs *dirs, int count)
{
	request_begin(&r, RVM_CMD_TABLE_BEGIN);
	put_u32(&r, RVM_A_TABLE_PARTITION, partition);
	if (!ask(nl))
		return false;
	for (int i = 0; i < count;) {
		request_begin(&r, RVM_CMD_TABLE_ADD);
		do
			put_token(RVM_A_TABLE_TOKEN, dirs, i);
		while (++i < count && i % BATCH);
		if (!ask(nl))
			return false;
	}
	request_begin(&r, RVM_CMD_TABLE_COMMIT);
	return ask(nl);
}

static bool grant(int nl, uint32_t partition, const struct dirs *dirs, int count)
{
	for (int i = 0; i < count; i++) {
		request_begin(&r, RVM_CMD_TOKEN_GRANT);
		put_u32(&r, RVM_A_GRANT_PARTITION, partition);
		put_token(RVM_A_GRANT_TOKEN, dirs, i);
		if (!ask(nl))
			return false;
	}
	return true;
}

/* While a guest waits for files of the machine, its clock runs on. */
static long long used_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000LL +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
}

static int clock_command(char **argv)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	/* The standard output is for the answer. */
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ))
		return 1;
	if (waitpid(pid, &status, 0) != pid || status)
		return 1;
	printf("%lld\n", used_ns());
	return 0;
}

/* What the kernel keeps, in kB: without files that it may forget. */
static long kernel_memory(void)
{
	static const char *const parts[] = { "Slab:", "VmallocUsed:", "Percpu:" };
	long sum = 0, value;
	char line[200];
	FILE *f;

	/* What was freed after a grace period is free then. */
	sync();
	for (int i = 0; i < 3; i++) {
		write_file("/proc/sys/vm/drop_caches", "3");
		sleep(1);
	}
	f = fopen("/proc/meminfo", "re");
	while (f && fgets(line, sizeof(line), f))
		for (size_t i = 0; i < ARRAY_LEN(parts); i++)
			if (!strncmp(line, parts[i], strlen(parts[i])) &&
			    sscanf(line + strlen(parts[i]), "%ld", &value) == 1)
				sum += value;
	if (f)
		fclose(f);
	return sum;
}

static int measure_memory(int nl, int count, const struct dirs *dirs, bool granted)
{
	struct box box;
	long before, after;
	bool good;

	if (!box_make(&box, nl, "scale"))
		return 1;
	before = kernel_memory();
	good = granted ? grant(nl, box.id, dirs, count) : load(nl, box.id, dirs, count);
	after = kernel_memory();
	box_remove(&box);
	if (!good)
		return 1;
	printf("%ld\n", (after - before) * 1024 / count);
	return 0;
}

static int make_crowd(int nl, int partitions, int tokens, const struct dirs *dirs)
{
	struct counters there = get_counters(nl);
	int made = 0, wanted = partitions - (int)there.partitions;
	int left = tokens - (int)there.tokens;
	struct box *boxes = calloc(wanted > 0 ? wanted : 1, sizeof(*boxes));
	char name[32], c;

	while (boxes && made < wanted) {
		int each = made ? left / (wanted - made) : left < MOST ? left : MOST;

		snprintf(name, sizeof(name), "scale-%d", made);
		if (!box_make(&boxes[made], nl, name))
			break;
		close(boxes[made].cgroup_fd);
		boxes[made].cgroup_fd = -1;
		if (!load(nl, boxes[made++].id, dirs, each))
			break;
		left -= each;
	}
	there = get_counters(nl);
	printf("%s %u %u\n", made == wanted && !left ? "ready" : "failed", there.partitions,
	       there.tokens);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	for (int i = 0; i < made; i++)
		box_remove(&boxes[i]);
	free(boxes);
	return made != wanted || left;
}

static int usage(void)
{
	fprintf(stderr, "usage: scale clock COMMAND... | table N DIR | granted N DIR | "
			"crowd N TOKENS DIR | grant ID N DIR\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct dirs dirs;
	int nl, count;

	if (argc > 2 && !strcmp(what, "clock"))
		return clock_command(argv + 2);
	if (argc < 4)
		return usage();
	count = atoi(argv[argc - 2]);
	nl = nl_open();
	if (nl < 0 || !open_dirs(&dirs, argv[argc - 1])) {
		perror("scale");
		return 1;
	}
	if (!strcmp(what, "table") || !strcmp(what, "granted"))
		return measure_memory(nl, count, &dirs, *what == 'g');
	if (argc == 5 && !strcmp(what, "crowd"))
		return make_crowd(nl, atoi(argv[2]), count, &dirs);
	if (argc == 5 && !strcmp(what, "grant"))
		return !grant(nl, atoi(argv[2]), &dirs, count);
	return usage();
}
