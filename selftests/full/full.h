/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_FULL_H
#define _RVM_SELFTEST_FULL_H

/* Changes while the log is full, and what is recorded of them. */

#include <errno.h>
#include <linux/rvm_record.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/common.h"

/* Of row.op. */
#define ANY 255

/* The log: its recorder, and what it said to be safe. */
extern int recorder;
extern uint64_t safe;

/* One that fills the log, and one that is changed. */
extern struct box filler, box, other;
extern uint64_t filler_token, box_token;
extern pid_t task;

extern uint64_t granted;
extern struct request r;
extern struct reply reply;

/* What a row changes, and how. */
struct row {
	const char *name;
	uint8_t cmd;
	/* enum rvm_kind: what the record says, and what its fields are. */
	uint8_t kind;
	/* enum rvm_op in the payload, or ANY. */
	uint8_t op;
	/* The partition is the actor, and not the host. */
	bool inside;
	/* It has the hash of a token. */
	bool token;
	/* What is in target; NULL for anything but 0. */
	uint64_t (*target)(void);
	/* Made even if there is no room. */
	bool takes_away;
	/* Return: 0 or the errno. */
	int (*act)(const struct row *row);
	/* What it changes, as it can be read. */
	uint64_t (*look)(void);
	/* Before, and what is to be set: of partition-set. */
	uint16_t attr;
	uint32_t before, value, mask;
	int (*prepare)(void);
};

/* What is given; what is 0 is as in the source. */
struct gift {
	uint64_t source;
	const struct box *target;
	uint32_t rights, tier;
};

extern const struct row rows[];
extern const size_t row_count;
extern const struct rule rules[2];

/* log.c */
void report(bool good, const char *row, const char *what);
bool has_failed(void);
uint64_t length(void);
bool make_room(void);
/* A partition has a share of what is free. */
bool make_all_room(void);
/* Until not even one record can be made. */
bool fill(void);
int ask_proof(int nl, uint64_t token, uint32_t tier);
int ask_proof_of(int nl, uint64_t token, uint32_t tier, uint32_t rights);
/* Is there such a record from @from on? */
bool is_recorded(const struct row *row, uint64_t from);

/* change.c */
int set(uint16_t attr, uint32_t value, uint32_t mask);
uint64_t first_token(const struct box *of);
int ask_grant(int nl, const struct gift *gift);
/* Of the token of the box, to itself; @rights: a uint32_t. */
int grant_inside(void *rights);
uint64_t of_box(void);
uint64_t of_token(void);
uint64_t of_granted(void);
uint64_t of_hooks(void);
/* Make what a row is about, and end it again. */
bool row_begin(const struct row *row);
bool row_end(const struct row *row);

/* note.c */
unsigned int note_count(void);
void try_notes(void);

#endif
