/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_EVENT_H
#define RVMCTL_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/out.h"
#include "lib/log/record.h"
#include "log/detail.h"
#include "limits.h"
#include "wire/nl.h"

/* Records with what is known beside them: the detail line, the partition's name. */

/**
 * struct names - names of partitions by id, asked for once
 */
struct names {
	/** @nlc: Where to ask; NULL for nowhere. */
	struct nlc *nlc;
	/** @n: How many are known. */
	size_t n;
	/** @entry: Them. */
	struct names_entry *entry;
};

void names_free(struct names *names);
#define auto_names __attribute__((cleanup(names_free)))
/* "host" for 0; "#7" for one that is not known any more.  Valid until names_free(). */
const char *names_get(struct names *names, uint32_t id, char fallback[16]);

/**
 * struct event - a record, decoded
 */
struct event {
	struct rvm_record rec;
	struct rvm_payload payload;
	/** @partition: Name of the actor. */
	char partition[RVM_NAME_MAX + 1];
	/** @detail: What the line beside it says; its line is NULL if there is none any more. */
	struct detail detail;
};

/* @detail is copied; may be NULL. */
void event_fill(struct event *event, const uint8_t raw[RVM_RECORD_BYTES], const char *detail,
		struct names *names);
void event_clear(struct event *event);
#define auto_event __attribute__((cleanup(event_clear)))

/* Ask the module for one record with its detail line. */
int event_get(struct nlc *nlc, uint64_t sequence, struct names *names, struct event *event,
	      struct err *err);

/*
 * A record with its detail line, if the module still has it.
 * @nlc: NULL for a record of which there is no more
 */
void event_look_up(struct nlc *nlc, const uint8_t raw[RVM_RECORD_BYTES], struct names *names,
		   struct event *event);

/* It was judged; it was judged to be denied (even if the mode allowed it then). */
bool event_is_judged(const struct event *event);
bool event_is_denial(const struct event *event);
/* It counts denials like another one, which is that record. */
bool event_is_joined(const struct event *event);
uint64_t event_like(const struct event *event);
/* It tells how often a partition was answered from what is kept. */
bool event_is_sum(const struct event *event);
/* "deny", "allow", "would-deny" or "-". */
const char *event_verdict(const struct event *event);

/* What was done, in a word. */
const char *event_op(const struct event *event);
/* What it was about, for people: a path, words, an address, a number, or NULL.  free() it. */
char *event_object(const struct event *event);

/* One line, or one JSON object. */
void event_print(struct out *out, const struct event *event);
/* The same as fields of an object that is open; JSON only. */
void event_fields(struct out *out, const struct event *event);

#endif
