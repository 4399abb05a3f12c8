/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PARTITION_H
#define RVMCTL_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "partition/cgroup.h"
#include "limits.h"
#include "wire/nl.h"

struct adopt;

/* How long to wait for processes that are ended. */
#define KILL_SECONDS 10

/**
 * struct partition - what the module says of one; end with partition_free()
 */
struct partition {
	uint32_t id;
	char name[RVM_NAME_MAX + 1];
	uint64_t cgroup_id;
	uint32_t state;
	uint32_t mode;
	uint32_t flags;
	uint32_t owner_uid;
	uint32_t epoch;
	uint32_t parent;
	uint32_t tokens;
	uint32_t exclusions;
	uint64_t denials;
	uint64_t execs;
	bool has_digest;
	uint8_t digest[32];
	/* NULL before the first load. */
	char *source;
	char *workspace;
};

void partition_free(struct partition *p);
#define auto_partition __attribute__((cleanup(partition_free)))

/* From attributes of the module. */
void partition_read(struct nlattr **a, struct partition *p);

/* By name; not there is EXIT_REFUSED with a hint. */
int partition_find(struct nlc *nlc, const char *name, struct partition *p, struct err *err);
/* As partition_find(), but not there is no error: Return 1 if found, 0 if not, -1. */
int partition_lookup(struct nlc *nlc, const char *name, struct partition *p, struct err *err);

/* By id; not there is an error. */
int partition_by_id(struct nlc *nlc, uint32_t id, struct partition *p, struct err *err);

/* All that there are; free() @list after partition_free() of each of the @n. */
int partition_list(struct nlc *nlc, struct partition **list, size_t *n, struct err *err);

/**
 * struct partition_new - how to make one
 */
struct partition_new {
	const char *name;
	/* Name of the partition that it is to be inside of, or NULL; @name begins with it. */
	const char *inside;
	uint32_t mode;
	/* (uid_t)-1: SUDO_UID, else the caller. */
	uint32_t owner_uid;
	uint32_t flags;
	struct cgroup_limits limits;
	/* Processes that run already, whose cgroup it takes; NULL to make one. */
	const struct adopt *adopt;
};

/* Is its cgroup one of another runtime? */
bool partition_is_container(const struct partition *p);

/* --pids-max, --memory-max and --io-max. */
struct cgroup_limits partition_limits(const struct args *args);
/* --hide-attributes and --recheck-always, as RVM_PARTITION_FLAG_x. */
uint32_t partition_flags(const struct args *args);
/* SUDO_UID if root calls, else the caller. */
uint32_t partition_default_uid(void);

/* Return: 0; -1 with the reason, without the partition in it. */
/*
 * The module made a change, but could not attach the hooks that judge by it what is open:
 * then end what runs in @p, and say so in @err.
 */
void partition_end_unjudged(struct nlc *nlc, const struct partition *p, struct err *err);

int partition_set_flags(struct nlc *nlc, uint32_t id, uint32_t flags, struct err *err);
int partition_set_mode(struct nlc *nlc, uint32_t id, uint32_t mode, struct err *err);

/* Make the cgroup (its parent and the pen too), set limits, register; or leave nothing. */
int partition_create(struct nlc *nlc, const struct partition_new *how, struct partition *p,
		     struct err *err);
/* The module forgets it. */
int partition_unregister(struct nlc *nlc, uint32_t id, struct err *err);
/* Undo partition_create(): nothing ran in it yet. */
void partition_destroy(struct nlc *nlc, const struct partition *p);

#endif
