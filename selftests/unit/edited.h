/* SPDX-License-Identifier: GPL-2.0-only */
/* Records that are changed as RVM's own tests change them. */
#ifndef RVM_UNIT_EDITED_H
#define RVM_UNIT_EDITED_H

#include "unit.h"
#include "vectors.h"

#define EDITED_RECORDS 1040

/* Duplicating adds records. */
struct edited {
	u8 raw[EDITED_RECORDS][64];
	size_t n;
};

static inline void edit_swap(u8 *a, u8 *b, size_t len)
{
	u8 kept[64];

	memcpy(kept, a, len);
	memcpy(a, b, len);
	memcpy(b, kept, len);
}

/* One of the edits of witness_tamper.jsonl. */
static inline void apply_edit(struct edited *log, const json_t *edit)
{
	const char *op = member_str(edit, "op");
	size_t rec, off, len, i;

	if (!strcmp(op, "xor")) {
		log->raw[member_u64(edit, "rec")][member_u64(edit, "off")] ^=
			(u8)member_u64(edit, "val");
	} else if (!strcmp(op, "set")) {
		off = member_u64(edit, "off");
		unhex(member_str(edit, "bytes"), log->raw[member_u64(edit, "rec")] + off, 64 - off);
	} else if (!strcmp(op, "set_all")) {
		for (i = 0; i < log->n; i++)
			memset(log->raw[i] + member_u64(edit, "off"), (int)member_u64(edit, "val"),
			       member_u64(edit, "len"));
	} else if (!strcmp(op, "swap")) {
		edit_swap(log->raw[member_u64(edit, "a")], log->raw[member_u64(edit, "b")], 64);
	} else if (!strcmp(op, "swap_bytes")) {
		off = member_u64(edit, "off");
		len = member_u64(edit, "len");
		edit_swap(log->raw[member_u64(edit, "a")] + off,
			  log->raw[member_u64(edit, "b")] + off, len);
	} else if (!strcmp(op, "remove")) {
		rec = member_u64(edit, "rec");
		log->n--;
		memmove(log->raw[rec], log->raw[rec + 1], 64 * (log->n - rec));
	} else if (!strcmp(op, "duplicate")) {
		rec = member_u64(edit, "rec");
		memmove(log->raw[rec + 1], log->raw[rec], 64 * (log->n - rec));
		log->n++;
	} else if (!strcmp(op, "keep_head")) {
		log->n = member_u64(edit, "count");
	} else if (!strcmp(op, "drop_head")) {
		len = member_u64(edit, "count");
		log->n -= len;
		memmove(log->raw[0], log->raw[len], 64 * log->n);
	} else {
		EXPECT(!"an edit that is known");
		NOTE("%s", op);
	}
}

#endif
