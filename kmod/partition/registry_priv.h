/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PARTITION_PRIV_H
#define _RVM_PARTITION_PRIV_H

#include <linux/xarray.h>

#include "partition/registry.h"

/* Between the registry and the code that changes it. */

/* By id; written under rvm_partitions_lock, read under it or RCU. */
extern struct xarray rvm_registry;

/** rvm_registry_find() - what is registered for exactly this cgroup; under lock or RCU */
struct rvm_partition *rvm_registry_find(const struct cgroup *cgrp);

/**
 * rvm_registry_add() - give it an id and let it be found
 * @part: complete except for the id; its parent gets a reference
 *
 * Context: under rvm_partitions_lock; may sleep.
 * Return: 0 or -ENOMEM.
 */
int rvm_registry_add(struct rvm_partition *part);

/**
 * rvm_registry_del() - let it not be found any more
 * @part: the registry's reference is the caller's now
 *
 * Context: under rvm_partitions_lock; may sleep.
 * Return: its table, to be destroyed after a grace period.
 */
struct rvm_table *rvm_registry_del(struct rvm_partition *part);

#endif /* _RVM_PARTITION_PRIV_H */
