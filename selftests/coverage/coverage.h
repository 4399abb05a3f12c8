/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler (gcc 12 or newer) emits for each file whose executed arcs it counts.
 * Only the compiler writes these.
 */
#ifndef RVM_COVERAGE_H
#define RVM_COVERAGE_H

#include <linux/types.h>

#if __GNUC__ >= 14
#define COVERAGE_KINDS 9
#else
#define COVERAGE_KINDS 8
#endif

/** struct coverage_counters - one kind of counters of one function */
struct coverage_counters {
	/** @number: Number of elements of @values. */
	unsigned int number;
	/** @values: Written with atomic additions whenever code runs. */
	s64 *values;
};

/** struct coverage_function - one function; arcs are the only kind that is counted */
struct coverage_function {
	/** @owner: The file that it counts for, which differs for shared functions. */
	const struct coverage_file *owner;
	/** @ident: Names the function in the compiler's notes, as the two sums do. */
	unsigned int ident;
	/** @line_sum: Checksum of its position in the source. */
	unsigned int line_sum;
	/** @graph_sum: Checksum of its blocks and arcs. */
	unsigned int graph_sum;
	/** @arcs: Its counters. */
	struct coverage_counters arcs;
};

/** struct coverage_file - one file that was compiled */
struct coverage_file {
	/** @version: Version of the format. */
	unsigned int version;
	/** @next: Not used here. */
	struct coverage_file *next;
	/** @stamp: Ties the counters to the compiler's notes. */
	unsigned int stamp;
	/** @sum: Checksum of the file. */
	unsigned int sum;
	/** @name: Name of the file that the counters belong in. */
	const char *name;
	/** @merge: For each kind, how to merge two counts; NULL for kinds that are not counted. */
	void (*merge[COVERAGE_KINDS])(s64 *values, unsigned int number);
	/** @number: Number of elements of @functions. */
	unsigned int number;
	/** @functions: May hold NULL. */
	const struct coverage_function *const *functions;
};

#endif
