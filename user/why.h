/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_WHY_H
#define RVMCTL_WHY_H

#include "event.h"

/* Refusals in words, and what would have to change. */

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
	/** @addr: "10.0.0.1:443". */
	const char *addr;
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

/* A denial in one or two sentences, and the line that was offered in them or NULL; free() both. */
char *why_text(struct nlc *nlc, const struct event *event, char **grant);

/**
 * why_last() - the newest denial that matters
 * @partition: id, or 0 for any
 * @event: filled
 *
 * A look at a program that was refused before matters less than that; and what was
 * only to be created if it was missing, and was there, does not matter.
 *
 * Return: 1 if there is one, 0 if not, -1.
 */
int why_last(struct nlc *nlc, struct names *names, uint32_t partition, struct event *event,
	     struct err *err);

#endif
