/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_BENCH_BESIDE_H
#define _RVM_BENCH_BESIDE_H

/*
 * A real-time task in a partition, which opens a file in periods while others work on the
 * same CPU: how long each open takes by itself, and from when it was to begin.
 */

#include <stdbool.h>

#include "lib/common.h"

/* Files of a set, each in a directory of its own. */
#define BESIDE_FILES 4000
#define BESIDE_SETS 2

/* In nanoseconds. */
struct spread {
	long long half, most_but_one_in_1000, most;
};

enum { WARM_OPENS, COLD_OPENS, OPEN_KINDS };

struct beside {
	unsigned int count[OPEN_KINDS];
	/* Of the call, and with the wait for the CPU before it. */
	struct spread call[OPEN_KINDS], wait[OPEN_KINDS];
};

bool make_files_beside(void);
/* A table to read them. */
bool load_table_beside(struct box *box);

/*
 * Each second open is of a file of the set in a directory that was not seen before, until
 * there are no more; the caller's work is what goes on beside it.
 */
bool watch_beside(const struct box *box, unsigned int set, bool (*work)(void),
		  struct beside *result);

#endif
