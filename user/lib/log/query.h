/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_QUERY_H
#define RVM_QUERY_H

#include "base/err.h"
#include "log/event.h"
#include "log/index.h"
#include "log/list.h"

/* Finding records by what they are about. */

/**
 * struct query - all of these have to be so
 */
struct query {
	/** @from: First sequence. */
	uint64_t from;
	/** @to: Behind the last one; UINT64_MAX for all. */
	uint64_t to;
	/** @since_ns: Earliest time. */
	uint64_t since_ns;
	/** @until_ns: Behind the latest one; UINT64_MAX for all. */
	uint64_t until_ns;
	/** @kinds: A bit each; only if @by_kind. */
	uint8_t kinds[32];
	/** @actors: @n_actors of them. */
	uint32_t *actors;
	/** @n_actors: Only if @by_actor. */
	size_t n_actors;
	/** @object: A glob, or NULL: see query_object(). */
	const char *object;
	/** @reason: Only if @by_reason. */
	uint8_t reason;
	bool by_kind, by_actor, by_reason;
};

/* Is what it asks for written as it has to be?  Return: 0; -1 with @err. */
int query_check(const struct query *query, struct err *err);
/* By what is in the record itself. */
bool query_takes(const struct query *query, const uint8_t raw[RVM_RECORD_BYTES]);
/* May there be some among these? */
bool query_may_take(const struct query *query, const struct index_entry *entry);

/**
 * query_object() - is an event about the object that is asked for?
 *
 * A glob that begins with "/" is compared with the path, and takes what lies below, too; any
 * other one with the object as it is printed, and with names, addresses and peers.
 */
bool query_object(const struct query *query, const struct event *event);

/**
 * struct query_store - a query of a directory
 */
struct query_store {
	const struct query *query;
	/** @no_index: Read all records. */
	bool no_index;
	/** @take: Called for each record that fits.  Return: 0 to go on, 1 to end, -1 with @err. */
	int (*take)(void *data, const uint8_t *raw, const char *line, struct err *err);
	void *data;
	/** @records: That were looked at. */
	uint64_t records;
	/** @warn: Called for what keeps an index from being used, or records from being found. */
	void (*warn)(const char *path, const char *file, const char *what);
};

/**
 * query_store() - query one log of a directory
 * @log: its number
 *
 * An index is used only if it is the one that the seal beside it has the digest of, and if its
 * entries are of just the records that the seal counts; otherwise that is said, and all records
 * of the segment are read.
 *
 * Return: 0; 1 if it was ended; -1 with @err.
 */
int query_store(struct query_store *store, const char *path, uint32_t log, struct err *err);

#endif
