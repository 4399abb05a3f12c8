// SPDX-License-Identifier: GPL-2.0-only
/* The index of a segment. */
#include <stdlib.h>
#include <string.h>

#include "log/index.h"

void index_encode(const struct index_entry *entry, uint8_t image[INDEX_ENTRY_BYTES])
{
	rvm_le64_put(image, entry->first);
	rvm_le64_put(image + 8, entry->line_offset);
	rvm_le64_put(image + 16, entry->begin_ns);
	rvm_le64_put(image + 24, entry->end_ns);
	memcpy(image + 32, entry->kinds, sizeof(entry->kinds));
	memcpy(image + 64, entry->actors, sizeof(entry->actors));
	rvm_le64_put(image + 80, entry->reasons);
	rvm_le32_put(image + 88, entry->records);
	rvm_le32_put(image + 92, entry->lines);
}

void index_decode(struct index_entry *entry, const uint8_t image[INDEX_ENTRY_BYTES])
{
	entry->first = rvm_le64_get(image);
	entry->line_offset = rvm_le64_get(image + 8);
	entry->begin_ns = rvm_le64_get(image + 16);
	entry->end_ns = rvm_le64_get(image + 24);
	memcpy(entry->kinds, image + 32, sizeof(entry->kinds));
	memcpy(entry->actors, image + 64, sizeof(entry->actors));
	entry->reasons = rvm_le64_get(image + 80);
	entry->records = rvm_le32_get(image + 88);
	entry->lines = rvm_le32_get(image + 92);
}

static int make_room(struct log_index *index)
{
	size_t size = index->size ? 2 * index->size : 64;
	void *more;

	/* One more for index_image(). */
	if (index->n + 1 < index->size)
		return 0;
	more = realloc(index->entry, size * sizeof(*index->entry));
	if (!more)
		return -1;
	index->entry = more;
	index->size = size;
	return 0;
}

static void set_bit(uint8_t *bits, unsigned int n)
{
	bits[n / 8] |= 1 << n % 8;
}

int index_add(struct log_index *index, const uint8_t raw[RVM_RECORD_BYTES], uint64_t line_offset)
{
	struct index_entry *last = &index->last;
	uint64_t when = rvm_le64_get(raw + 8);

	if (last->records == INDEX_RECORDS || !last->records) {
		if (make_room(index))
			return -1;
		if (last->records)
			index_encode(last, index->entry[index->n++]);
		*last = (struct index_entry){ .first = rvm_le64_get(raw),
					      .line_offset = line_offset,
					      .begin_ns = when,
					      .end_ns = when };
	}
	last->begin_ns = when < last->begin_ns ? when : last->begin_ns;
	last->end_ns = when > last->end_ns ? when : last->end_ns;
	set_bit(last->kinds, raw[16]);
	set_bit(last->actors, rvm_le32_get(raw + 20) % 128);
	last->reasons |= 1ULL << raw[36] % 64;
	last->records++;
	last->lines += !!(raw[18] & RVM_RECORD_F_DETAIL);
	return 0;
}

const uint8_t *index_image(struct log_index *index, size_t *bytes)
{
	if (make_room(index))
		return NULL;
	*bytes = index->n * INDEX_ENTRY_BYTES;
	if (index->last.records) {
		index_encode(&index->last, index->entry[index->n]);
		*bytes += INDEX_ENTRY_BYTES;
	}
	return index->entry[0];
}

void index_free(struct log_index *index)
{
	free(index->entry);
	*index = (struct log_index){ 0 };
}
