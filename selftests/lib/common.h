/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_COMMON_H
#define _RVM_SELFTEST_COMMON_H

/* Shared by the C tests: partitions to try things in. */

#include <linux/rvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "message.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define RIGHTS_ALL 127

/* How many times longer than usual things may take: $RVM_PATIENCE. */
unsigned int patience(void);

/* When a wait ends; 0 before it began. */
struct deadline {
	double end;
};

/* Sleep for 10 ms; false if the wait has taken 20 seconds, times patience(). */
bool pause_before(struct deadline *deadline);

/* Check @condition until it holds; its last value, so false if that took too long. */
#define wait_until(condition)                                               \
	({                                                                  \
		struct deadline deadline_ = {};                             \
		bool holds_;                                                \
                                                                            \
		while (!(holds_ = (condition)) && pause_before(&deadline_)) \
			;                                                   \
		holds_;                                                     \
	})

unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

/* Objects that the module holds. */
struct counters {
	uint32_t partitions, tokens, exclusions, anchors, tables, entries, hooks;
};

struct counters get_counters(int nl);
bool same_counters(const struct counters *a, const struct counters *b);
/* Anchors and old tables are freed after a grace period: wait for that. */
bool counters_return(int nl, const struct counters *expected);

/* A cgroup and a partition on it. */
struct box {
	int nl;
	uint32_t id;
	int cgroup_fd;
	char name[48];
	char cgroup[96];
};

/* What a token or an exclusion of a box says. */
struct rule {
	/* enum rvm_class. */
	uint32_t class;
	/* enum rvm_right. */
	uint32_t rights;
	/* Anchor, opened at load; NULL for none. */
	const char *anchor;
	/* Names below it, or a name; words of EXEC are separated by blanks here. */
	const char *pattern;
	/* enum rvm_scope_flag. */
	uint32_t flags;
	/* An exclusion. */
	bool excludes;
	/* Of a token: unix seconds, 0 for never. */
	int64_t expires;
	/* NET: IPv4 in host byte order, and ports. */
	uint32_t address;
	/* NET: an IPv6 address instead, as text. */
	const char *address6;
	uint16_t port;
	/* NET: bits of the address that count, of 128; 0 is all of them. */
	uint8_t prefix;
	/* NET: AF_UNIX for a socket; @pattern alone is an abstract name. */
	uint32_t family;
	/* EXEC: the program that it holds within; NULL if it always holds. */
	const char *within;
};

/* Make the cgroup only, without a partition. */
bool group_make(struct box *box, const char *name);
void group_remove(struct box *box);

/* A partition on a cgroup that was made; if that fails, the cgroup is removed. */
bool box_register(struct box *box, int nl, const char *name);
/* Both. */
bool box_make(struct box *box, int nl, const char *name);
/* @flags: enum rvm_partition_flag. */
bool box_make_with(struct box *box, int nl, const char *name, uint32_t flags);
/* Replace the table: 0 or the errno. */
int box_load(struct box *box, const struct rule *rules, size_t count);
/*
 * Change one attribute: 0 or the errno.  The flag that is changed is the fence; an epoch
 * is only raised, whatever the value.
 */
int box_set(struct box *box, uint16_t attr, uint32_t value);
/* Ends what runs in it; false if it cannot be deleted. */
bool box_remove(struct box *box);
void put_rule(struct request *r, const struct rule *rule);
/* To ENTER: what is admitted; a descriptor to be closed when that was asked. */
int put_program(struct request *r, const char *path, char *const *words);
/* Admit it for a task: 0 or the errno. */
int box_admit(const struct box *box, pid_t task, const char *path, char *const *words);
/* Likewise, but it takes tokens. */
int box_admit_judged(const struct box *box, pid_t task, const char *path, char *const *words);

/* Start a function in the box; its value is the exit status. */
pid_t box_start(const struct box *box, int (*act)(void *), void *arg);
/* The same to the end: the value, or 255 if it died. */
int box_do(const struct box *box, int (*act)(void *), void *arg);
int wait_for(pid_t pid);

/* Denials of the partition so far. */
uint64_t box_denials(const struct box *box);

/* Whole small files. */
bool write_file(const char *path, const char *text);
/* Equal denials of a second that are records, 0 for all; what is usual is 8. */
bool set_join_after(int count);
/* A copy of a program whose loader is another file, itself a copy of the usual one. */
bool copy_with_loader(const char *from, const char *to, const char *loader);
/* errno of an open, 0 if it works. */
int try_open(const char *path, int flags);
/* More often than the module needs to keep the answer. */
#define WARM 8
/* To be run in a box: open a path to read WARM times; 250 if the results differ. */
int open_often(void *path);
/* Directory for files: $RVM_TEST_DIR, or /tmp. */
const char *test_dir(void);
/* A path in it, PATH_MAX bytes, 16 at a time. */
const char *in_dir(const char *name);

/* Attach the hooks by rvmctl unless they are. */
bool attach_hooks(int nl);

#endif
