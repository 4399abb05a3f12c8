/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITNESS_MAP_H
#define _RVM_WITNESS_MAP_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <uapi/linux/rvm_witness.h>

#include <asm/barrier.h>

struct mm_struct;
struct vm_area_struct;

/* The page before the records. */
extern struct rvm_witness_map *rvm_map;

/**
 * rvm_map_alloc() - make the ring, with the page that tells of it
 * @capacity: records
 *
 * Return: where record 0 is; NULL if there is no memory.
 */
u8 *rvm_map_alloc(u32 capacity);

/** rvm_map_free() - free both; nobody has them mapped */
void rvm_map_free(void);

/** rvm_map_name() - say which log it is; before it can be mapped */
void rvm_map_name(u64 log);

/** rvm_map_pass() - records before this one are overwritten from now on; under the log's lock */
static inline void rvm_map_pass(u64 first)
{
	WRITE_ONCE(rvm_map->first, first);
	/* Whoever sees anything of the new record sees this too. */
	smp_wmb();
}

/** rvm_map_publish() - records before this one are final */
void rvm_map_publish(u64 hashed);

/**
 * rvm_map_into() - map both for reading only
 * @vma: of the device
 *
 * Context: may sleep.
 * Return: 0; -EACCES if it is not for reading only; -EINVAL if it is not shared, or not
 * within what there is.
 */
int rvm_map_into(struct vm_area_struct *vma);

/** rvm_map_is_in() - is it mapped there; @mm is only compared, and may be NULL */
bool rvm_map_is_in(const struct mm_struct *mm);

#endif /* _RVM_WITNESS_MAP_H */
