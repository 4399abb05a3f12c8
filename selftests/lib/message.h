/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_MESSAGE_H
#define _RVM_SELFTEST_MESSAGE_H

/* Requests to the module, built byte by byte so that they can be wrong on purpose. */

#include <linux/rvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A request under construction: parts are appended without a check. */
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
	/* Attributes of all messages, one after the other. */
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

/* The two halves of these: false if @r was not sent; the answer to @r is received. */
bool nl_send(int nl, struct request *r);
int nl_receive(int nl, const struct request *r, struct reply *reply);
void nl_want_dump(struct request *r);

/* An attribute of the reply: its length and position; -1 if there is none. */
ssize_t reply_get(const struct reply *reply, uint16_t type, const void **data);
uint32_t reply_u32(const struct reply *reply, uint16_t type);
uint64_t reply_u64(const struct reply *reply, uint16_t type);
/* The attributes of this kind in all messages of a dump; how many. */
unsigned int reply_all_u32(const struct reply *reply, uint16_t type, uint32_t *values,
			   unsigned int max);

/* Number of one of the family's groups; -1 if there is no such group. */
int nl_group(const char *name);

#endif
