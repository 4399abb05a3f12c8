// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cost of one open and close.
 *
 *   bench plain FILE            as things are
 *   bench empty FILE            with an empty BPF program on file_open
 *   bench landlock FILE RULES   inside one Landlock layer of RULES rules
 *
 * Prints nanoseconds of CLOCK_MONOTONIC for each pair: the median of 9 rounds
 * of 200.  In a guest that counts instructions instead of time (-icount
 * shift=0) one nanosecond is one instruction.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "empty.skel.h"

#define ROUNDS 9
#define PAIRS 200

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* -1 if the file cannot be opened. */
static long long measure(const char *file)
{
	long long round[ROUNDS];

	for (int r = 0; r < ROUNDS; r++) {
		long long start = now_ns();

		for (int i = 0; i < PAIRS; i++) {
			int fd = open(file, O_RDONLY);

			if (fd < 0)
				return -1;
			close(fd);
		}
		round[r] = (now_ns() - start) / PAIRS;
	}
	qsort(round, ROUNDS, sizeof(round[0]), compare);
	return round[ROUNDS / 2];
}

static int add_rule(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
				  LANDLOCK_ACCESS_FS_EXECUTE,
		.parent_fd = open(path, O_PATH),
	};
	int err;

	err = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return err;
}

/* One rule that covers the file, the others elsewhere. */
static int enter_landlock(const char *file, int rules)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = 0x1fff };
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
		if (add_rule(ruleset, elsewhere[i % 6]))
			return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return syscall(SYS_landlock_restrict_self, ruleset, 0);
}

static long long run(const char *kind, const char *file, int rules)
{
	struct empty *skel;
	long long cost;

	if (!strcmp(kind, "plain"))
		return measure(file);
	if (!strcmp(kind, "landlock"))
		return enter_landlock(file, rules) ? -1 : measure(file);
	if (strcmp(kind, "empty"))
		return -1;
	skel = empty__open_and_load();
	if (!skel || empty__attach(skel))
		return -1;
	cost = measure(file);
	empty__destroy(skel);
	return cost;
}

int main(int argc, char **argv)
{
	long long cost;

	if (argc < 3) {
		fprintf(stderr, "usage: bench plain|empty|landlock FILE [RULES]\n");
		return 2;
	}
	cost = run(argv[1], argv[2], argc > 3 ? atoi(argv[3]) : 7);
	if (cost < 0) {
		fprintf(stderr, "bench %s %s: %s\n", argv[1], argv[2], strerror(errno));
		return 1;
	}
	printf("%lld\n", cost);
	return 0;
}
