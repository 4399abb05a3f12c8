/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_COMMON_H
#define _RVM_SELFTEST_COMMON_H

/*
 * What the C tests share: requests to the module, built byte by byte so that
 * they can be wrong on purpose, and partitions to try things in.
 */

#include <linux/rvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define RIGHTS_ALL 127

/* A request under construction: what is put behind each other, with no check. */
struct request {
	size_t len;
	uint8_t data[160 * 1024];
};

/* What came back. */
struct reply {
	/* 0, or the positive errno of the refusal. */
	int error;
	/* Text of the extended ACK; empty if there was none. */
	char text[256];
	/* Messages with attributes; more than one only from dumps. */
	unsigned int messages;
	/* Attributes of all messages, one behind the other. */
	size_t len;
	uint8_t data[64 * 1024];
};

/* A socket that knows the family; -1 if there is no module. */
int nl_open(void);

void request_begin(struct request *r, uint8_t cmd);
void put(struct request *r, uint16_t type, const void *data, size_t len);
void put_u32(struct request *r, uint16_t type, uint32_t value);
void put_u64(struct request *r, uint16_t type, uint64_t value);
void put_s64(struct request *r, uint16_t type, int64_t value);
void put_str(struct request *r, uint16_t type, const char *text);
void put_flag(struct request *r, uint16_t type);
/* A nest is open between these; the first returns what the second takes. */
size_t nest_begin(struct request *r, uint16_t type);
void nest_end(struct request *r, size_t nest);

/* Send as it stands and wait for the answer: its error. */
int nl_call(int nl, struct request *r, struct reply *reply);
/* The same with the dump flag, to the end of the dump. */
int nl_dump(int nl, struct request *r, struct reply *reply);

/* The halves of these: false if it was not sent; what is received answers @r. */
bool nl_send(int nl, struct request *r);
int nl_receive(int nl, const struct request *r, struct reply *reply);
void nl_want_dump(struct request *r);

/* An attribute of the reply: length, and where; -1 if it has none such. */
ssize_t reply_get(const struct reply *reply, uint16_t type, const void **data);
uint32_t reply_u32(const struct reply *reply, uint16_t type);
uint64_t reply_u64(const struct reply *reply, uint16_t type);
/* Of all messages of a dump; how many. */
unsigned int reply_all_u32(const struct reply *reply, uint16_t type, uint32_t *values,
			   unsigned int max);

/* Number of one of the family's groups; -1 if there is none such. */
int nl_group(const char *name);

/* Objects that the module holds. */
struct counters {
	uint32_t partitions, tokens, exclusions, anchors, tables, entries, hooks;
};

struct counters get_counters(int nl);
bool same_counters(const struct counters *a, const struct counters *b);
/* Anchors and old tables go after a grace period: wait until they did. */
bool counters_return(int nl, const struct counters *expected);

/* A control group and a partition on it. */
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
	/* It takes away. */
	bool excludes;
	/* Of a token: unix seconds, 0 for never. */
	int64_t expires;
	/* NET: IPv4 in host byte order, and ports. */
	uint32_t address;
	/* NET: an IPv6 address instead, as text. */
	const char *address6;
	uint16_t port;
	/* NET: AF_UNIX for a socket; @pattern alone is an abstract name. */
	uint32_t family;
};

/* Make the control group only, without a partition. */
bool group_make(struct box *box, const char *name);
void group_remove(struct box *box);

bool box_make(struct box *box, int nl, const char *name);
/* Replace the table: 0 or the errno. */
int box_load(struct box *box, const struct rule *rules, size_t count);
/* Ends what runs in it; false if it cannot be deleted. */
bool box_remove(struct box *box);
void put_rule(struct request *r, const struct rule *rule);

/* Start a function in the box; its value is the exit status. */
pid_t box_start(const struct box *box, int (*act)(void *), void *arg);
/* The same to the end: the value, or 255 if it died. */
int box_do(const struct box *box, int (*act)(void *), void *arg);
int wait_for(pid_t pid);

/* Denials of the partition so far. */
uint64_t box_denials(const struct box *box);

/* Whole small files. */
bool write_file(const char *path, const char *text);
/* errno of an open, 0 if it works. */
int try_open(const char *path, int flags);
/* Directory for files: $RVM_TEST_DIR, or /tmp. */
const char *test_dir(void);
/* A path in it, PATH_MAX bytes, 16 at a time. */
const char *in_dir(const char *name);

/* Attach the hooks by rvmctl unless they are. */
bool hooks_attached(int nl);

#endif
