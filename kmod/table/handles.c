// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: memory for the slots of all tokens, and their ids.
 */

#include <linux/mm.h>
#include <linux/slab.h>

#include "lib/token/slots.h"
#include "limits.h"
#include "table/handles.h"

static struct rvm_slots *slots;

/* Next id of a token; 0 is none. */
static u64 next_id = 1;

int rvm_handles_reserve(u32 count)
{
	if (count > slots->limit - slots->count)
		return -ENFILE;
	while (rvm_slots_lacks_chunk(slots, count)) {
		/* Under the lock of the caller nothing waits for a file system. */
		struct rvm_slot *chunk =
			kvcalloc(RVM_SLOTS_PER_CHUNK, sizeof(*chunk), GFP_NOFS | __GFP_ACCOUNT);

		if (!chunk)
			return -ENOMEM;
		rvm_slots_add_chunk(slots, chunk);
	}
	return 0;
}

u32 rvm_handles_count(void)
{
	return slots->count;
}

void rvm_handles_add(struct rvm_token_core *core)
{
	core->id = next_id++;
	WARN_ON_ONCE(rvm_slots_take(slots, core));
}

void rvm_handles_remove(const struct rvm_token_core *core)
{
	rvm_slots_release(slots, core);
}

enum rvm_token_error rvm_handles_find(struct rvm_handle handle, struct rvm_token_core **core)
{
	return rvm_slots_find(slots, handle, core);
}

int rvm_handles_init(void)
{
	BUILD_BUG_ON(RVM_SLOT_CHUNKS * RVM_SLOTS_PER_CHUNK < RVM_HOST_TOKENS_MAX);
	slots = kvzalloc(sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	slots->limit = RVM_HOST_TOKENS_MAX;
	return 0;
}

void rvm_handles_exit(void)
{
	u32 i;

	for (i = 0; i < slots->chunks; i++)
		kvfree(slots->chunk[i]);
	kvfree(slots);
}
