/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ADVICE_H
#define RVMCTL_ADVICE_H

#include <stdbool.h>
#include <stdint.h>

/* A refusal, why it was one, and what would have to change. */

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

/* "a deny rule covers it (Bash(git push*))"; free() it. */
char *refusal_reason(const struct refusal *r);
/**
 * struct advice - what would have to change; end with advice_free()
 */
struct advice {
	/** @text: One or two sentences; NULL if there is nothing to say. */
	char *text;
	/** @grant: The line of a table that would grant it; NULL if none would. */
	char *grant;
};

struct trial;

/* Lines are tried before they are offered. */
void refusal_advise(const struct refusal *r, struct trial *trial, struct advice *advice);
void advice_free(struct advice *advice);
#define auto_advice __attribute__((cleanup(advice_free)))

#endif
