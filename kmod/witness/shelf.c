// SPDX-License-Identifier: GPL-2.0-only
/* The shelf of detail lines, and which may go. */
#include <linux/errno.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "lib/log/shelf.h"
#include "limits.h"
#include "witness/shelf.h"
#include "witness/witness_priv.h"

static_assert(RVM_DETAILS_MAX == RVM_SHELF_SLOTS);

/* By slots of the shelf; set at load. */
static struct rvm_witness_line *lines;

/* Which record's line is where; under the lines' lock, but for the sequences. */
static struct rvm_shelf *shelf;

/* Both only go up while the lock is held, as a recorder begins under it. */
static u64 first_kept(void)
{
	lockdep_assert_held(&rvm_log.line_lock);
	if (READ_ONCE(rvm_log.recorded))
		return READ_ONCE(rvm_log.acknowledged);
	return rvm_witness_hashed();
}

u16 rvm_lines_take(u16 owner)
{
	u16 slot;

	lockdep_assert_irqs_disabled();
	raw_spin_lock(&rvm_log.line_lock);
	slot = rvm_shelf_take(shelf, owner, first_kept());
	raw_spin_unlock(&rvm_log.line_lock);
	return slot;
}

void rvm_lines_fill(u16 slot, u64 sequence, const char *text)
{
	struct rvm_witness_line *line = &lines[slot];

	line->length = strnlen(text, RVM_DETAIL_BYTES - 1);
	memcpy(line->text, text, line->length);
	line->text[line->length] = '\0';
	/* Pairs with rvm_lines_await() and rvm_lines_copy(). */
	smp_store_release(&shelf->sequence[slot], sequence);
}

void rvm_lines_give(u16 owner, u16 slot)
{
	raw_spin_lock(&rvm_log.line_lock);
	rvm_shelf_give(shelf, owner, slot);
	raw_spin_unlock(&rvm_log.line_lock);
}

const struct rvm_witness_line *rvm_lines_await(u16 slot, u64 sequence)
{
	/* Whoever fills it has interrupts off.  Pairs with rvm_lines_fill(). */
	while (smp_load_acquire(&shelf->sequence[slot]) != sequence)
		cpu_relax();
	return &lines[slot];
}

int rvm_lines_copy(u16 slot, u64 sequence, char *buf)
{
	const struct rvm_witness_line *line = &lines[slot];
	unsigned long flags;
	int length = -ENODATA;

	raw_spin_lock_irqsave(&rvm_log.line_lock, flags);
	/* Pairs with rvm_lines_fill(). */
	if (smp_load_acquire(&shelf->sequence[slot]) == sequence) {
		length = line->length;
		memcpy(buf, line->text, length + 1);
	}
	raw_spin_unlock_irqrestore(&rvm_log.line_lock, flags);
	return length;
}

int rvm_lines_init(void)
{
	lines = __vmalloc_array(RVM_DETAILS_MAX, sizeof(*lines), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!lines)
		return -ENOMEM;
	shelf = vmalloc(sizeof(*shelf));
	if (!shelf) {
		vfree(lines);
		return -ENOMEM;
	}
	rvm_shelf_init(shelf);
	return 0;
}

void rvm_lines_exit(void)
{
	vfree(shelf);
	vfree(lines);
}
