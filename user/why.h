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
	/** @argv: Words of a program, joined by blanks. */
	const char *argv;
	/** @odd_words: A rule cannot say these words. */
	bool odd_words;
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
	/** @token: Its id, 0 for none. */
	uint64_t token;
};

/* "a deny rule covers it (Bash(git push*))"; free() it. */
char *refusal_reason(const struct refusal *r);
/* What would have to change, one or two sentences; NULL if there is nothing to say.  free() it. */
char *refusal_advice(const struct refusal *r);
/* The line of a table that would grant it; NULL if none would.  free() it. */
char *refusal_grant(const struct refusal *r);

/* A denial in one or two sentences; free() it. */
char *why_text(const struct event *event);

/**
 * why_last() - the newest denial
 * @partition: id, or 0 for any
 * @sequence: filled
 *
 * Return: 1 if there is one, 0 if not, -1.
 */
int why_last(struct nlc *nlc, uint32_t partition, uint64_t *sequence, struct err *err);

#endif
