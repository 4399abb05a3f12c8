// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring as mapped memory.  Its records lie behind one page that tells readers which of
 * them they can trust (struct rvm_witness_map).
 *
 * A map is of one process: no child inherits it, and no other process can look at it, so
 * that it stays with somebody who was allowed to open the device.
 */

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <uapi/linux/rvm_record.h>
#include <uapi/linux/rvm_witness.h>

#include "compat.h"
#include "witness/map.h"

/* Who has it mapped: one for each call of mmap(). */
struct holder {
	struct list_head list;
	const struct mm_struct *mm;
	/* Its areas, since a map can be split; under the lock. */
	unsigned int areas;
};

struct rvm_witness_map *rvm_map;
static LIST_HEAD(holders);
static DEFINE_SPINLOCK(holders_lock);

u8 *rvm_map_alloc(u32 capacity)
{
	static_assert(sizeof(*rvm_map) <= PAGE_SIZE);
	rvm_map = vmalloc_user(PAGE_SIZE + (size_t)capacity * RVM_RECORD_BYTES);
	if (!rvm_map)
		return NULL;
	rvm_map->magic = RVM_WITNESS_MAP_MAGIC;
	rvm_map->version = 1;
	rvm_map->ring = PAGE_SIZE;
	rvm_map->record_bytes = RVM_RECORD_BYTES;
	rvm_map->capacity = capacity;
	return (u8 *)rvm_map + PAGE_SIZE;
}

void rvm_map_free(void)
{
	vfree(rvm_map);
}

void rvm_map_name(u64 log)
{
	rvm_map->log = log;
}

void rvm_map_publish(u64 hashed)
{
	/* Whoever sees this sees the records. */
	smp_store_release(&rvm_map->hashed, hashed);
}

static void open_area(struct vm_area_struct *vma)
{
	struct holder *holder = vma->vm_private_data;

	spin_lock(&holders_lock);
	holder->areas++;
	spin_unlock(&holders_lock);
}

static void close_area(struct vm_area_struct *vma)
{
	struct holder *holder = vma->vm_private_data;
	bool last;

	spin_lock(&holders_lock);
	last = !--holder->areas;
	if (last)
		list_del(&holder->list);
	spin_unlock(&holders_lock);
	if (last)
		kfree(holder);
}

static const struct vm_operations_struct area_ops = {
	.open = open_area,
	.close = close_area,
};

int rvm_map_into(struct vm_area_struct *vma)
{
	struct holder *holder;
	int err;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	holder = kmalloc(sizeof(*holder), GFP_KERNEL_ACCOUNT);
	if (!holder)
		return -ENOMEM;
	err = remap_vmalloc_range(vma, rvm_map, vma->vm_pgoff);
	if (err) {
		kfree(holder);
		return err;
	}
	/* With IO nobody clears DONTCOPY, and no other process gets at the pages. */
	rvm_vm_flags_mod(vma, VM_IO | VM_DONTCOPY, VM_MAYWRITE | VM_MAYEXEC);
	holder->mm = vma->vm_mm;
	holder->areas = 1;
	vma->vm_private_data = holder;
	vma->vm_ops = &area_ops;
	spin_lock(&holders_lock);
	list_add(&holder->list, &holders);
	spin_unlock(&holders_lock);
	return 0;
}

bool rvm_map_is_in(const struct mm_struct *mm)
{
	const struct holder *holder;
	bool found = false;

	spin_lock(&holders_lock);
	list_for_each_entry(holder, &holders, list)
		found |= mm && holder->mm == mm;
	spin_unlock(&holders_lock);
	return found;
}
