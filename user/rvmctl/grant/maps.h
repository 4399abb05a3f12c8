/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_MAPS_H
#define RVMCTL_MAPS_H

#include "partition/token_list.h"

/*
 * Who still has a file in memory that was taken back: what is mapped stays mapped until
 * the process unmaps it or ends.
 */

/**
 * struct mapper - a process, and the first file that it should not have any more
 */
struct mapper {
	uint32_t partition;
	uint64_t pid;
	int pidfd;
	char comm[32];
	char *path;
};

struct mappers {
	struct mapper *list;
	size_t n;
};

/**
 * mappers_find() - look at the processes of one partition, and of those inside it
 * @partition: whose tokens were taken back
 * @gone: them
 * @n: how many
 * @mappers: those found are added
 *
 * Processes that cannot be looked at are left out.
 *
 * Return: 0; -1 with @err.
 */
int mappers_find(struct nlc *nlc, uint32_t partition, const struct token *const *gone, size_t n,
		 struct mappers *mappers, struct err *err);
/* End them; how many were. */
size_t mappers_kill(const struct mappers *mappers);
void mappers_free(struct mappers *mappers);
#define auto_mappers __attribute__((cleanup(mappers_free)))

#endif
