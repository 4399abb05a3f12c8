/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_REFUSAL_H
#define RVM_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "log/event.h"

/**
 * struct refusal - what was refused; strings that are not known are NULL
 */
struct refusal {
	/** @reason: enum rvm_reason. */
	uint8_t reason;
	/** @class: enum rvm_class. */
	uint8_t class;
	/** @right: enum rvm_right, the ones that lacked. */
	uint8_t right;
	/** @asked: enum rvm_right, all that the access takes; these or more. */
	uint8_t asked;
	/** @op: enum rvm_op. */
	uint8_t op;
	/** @partition: Its name. */
	const char *partition;
	/** @path: The file. */
	const char *path;
	/** @argv: Words of a program, joined by blanks, for people. */
	const char *argv;
	/** @words: The same, one by one, ended by NULL; NULL if they do not count. */
	char *const *words;
	/** @cut: There were more. */
	bool cut;
	/** @as: Name that the program was called by, if it is not the file's. */
	const char *as;
	/** @typed: Path by which it was called, or NULL. */
	const char *typed;
	/** @addr: "10.0.0.1:443"; of who came to us, the local one. */
	const char *addr;
	/** @came: It is a message of a connection that the peer made. */
	bool came;
	/** @proto: "tcp", "udp", or a number. */
	const char *proto;
	/** @name: TOOL, NAME. */
	const char *name;
	/** @rule: Resource of the token or exclusion that decided. */
	const char *rule;
	/** @within: Program that the token holds within. */
	const char *within;
	/** @turner: Variable of the environment that turns the program. */
	const char *turner;
	/** @token: Its id, 0 for none. */
	uint64_t token;
};

/* Of a record: strings are those of the event. */
void refusal_fill(struct refusal *r, const struct event *event);
/* It is a message of a connection that the peer made: the row that lacks is one to listen. */
void refusal_take_local(struct refusal *r, const struct event *event);
/* Port behind the last colon of an address; 0 if there is none. */
unsigned long refusal_port(const char *addr);

/* "a deny rule covers it (Bash(git push*))"; free() it. */
char *refusal_reason(const struct refusal *r);

#endif
