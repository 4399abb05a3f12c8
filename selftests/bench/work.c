// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a command costs.
 *
 *   work TIMES COMMAND...
 *   work TIMES landlock RULES COMMAND...
 *
 * Runs COMMAND once and then TIMES times, and prints the processor time, user and
 * kernel, of all its processes: of the first run, and the least and the most of the
 * others.  In a guest that counts instructions (-icount shift=0) a nanosecond is one; the
 * kernel tells microseconds.
 *
 * With `landlock`, inside one Landlock layer that handles all rights of files, ports and
 * scopes.  Each line of the file RULES is a rule: "r", "rx" or "rw", and a path; or
 * "connect" or "listen", and a port.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "landlock.h"

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_RIGHTS                                                   \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE | \
	 LANDLOCK_ACCESS_FS_IOCTL_DEV)
#define MOST_TIMES 100

extern char **environ;

static long long children_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

/* Times of files count in seconds for git: each run begins with one. */
static void wait_for_second(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec++;
	t.tv_nsec = 0;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL);
}

/* -1 if it cannot be run, or fails. */
static long long run(char **command)
{
	long long before = children_us();
	int status, err;
	pid_t pid;

	wait_for_second();
	err = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
	if (err) {
		fprintf(stderr, "work: %s: %s\n", command[0], strerror(err));
		return -1;
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "work: %s: status %#x\n", command[0], status);
		return -1;
	}
	return children_us() - before;
}

static unsigned long long rights_of(const char *word)
{
	if (!strcmp(word, "rw"))
		return LANDLOCK_ALL_FS & ~LANDLOCK_ACCESS_FS_EXECUTE;
	if (!strcmp(word, "rx"))
		return READ_RIGHTS | LANDLOCK_ACCESS_FS_EXECUTE;
	return READ_RIGHTS;
}

static int add_port(int ruleset, unsigned long long rights, const char *port)
{
	struct landlock_net_port_attr rule = { .allowed_access = rights, .port = atoi(port) };

	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_NET_PORT, &rule, 0);
}

static int add_path(int ruleset, const char *rights, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights_of(rights) };
	struct stat st;
	int err;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	/* The table may name what this machine does not have. */
	if (rule.parent_fd < 0)
		return errno == ENOENT ? 0 : -1;
	err = fstat(rule.parent_fd, &st);
	if (!err && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	if (!err)
		err = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return err;
}

static int add_rule(int ruleset, const char *word, const char *object)
{
	if (!strcmp(word, "connect"))
		return add_port(ruleset, LANDLOCK_ACCESS_NET_CONNECT_TCP, object);
	if (!strcmp(word, "listen"))
		return add_port(ruleset, LANDLOCK_ACCESS_NET_BIND_TCP, object);
	return add_path(ruleset, word, object);
}

static int add_rules(int ruleset, const char *name)
{
	char word[8], object[4096];
	FILE *rules = fopen(name, "re");
	int err = 0;

	if (!rules)
		return -1;
	while (!err && fscanf(rules, "%7s %4095[^\n]", word, object) == 2)
		err = add_rule(ruleset, word, object);
	fclose(rules);
	return err;
}

static int enter_landlock(const char *rules)
{
	struct landlock_ruleset_attr attr = LANDLOCK_ALL;
	int ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >
	    LANDLOCK_VERSIONS) {
		fprintf(stderr,
			"work: this kernel's Landlock may have rights that are not handled\n");
		return -1;
	}
	if (ruleset < 0 || add_rules(ruleset, rules) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0)) {
		perror("work: landlock");
		return -1;
	}
	close(ruleset);
	return 0;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	long long cost[MOST_TIMES], first;
	int times = argc > 2 ? atoi(argv[1]) : 0;
	char **command = argv + 2;

	if (times < 1 || times > MOST_TIMES) {
		fprintf(stderr, "usage: work TIMES [landlock RULES] COMMAND...\n");
		return 2;
	}
	if (argc > 4 && !strcmp(command[0], "landlock")) {
		if (enter_landlock(command[1]))
			return 1;
		command += 2;
	}
	first = run(command);
	if (first < 0)
		return 1;
	for (int i = 0; i < times; i++) {
		cost[i] = run(command);
		if (cost[i] < 0)
			return 1;
	}
	qsort(cost, times, sizeof(cost[0]), compare);
	printf("%lld %lld %lld\n", first, cost[0], cost[times - 1]);
	return 0;
}
