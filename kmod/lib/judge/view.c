// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places of the file system, and hashes of the names on the way there.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/judge/view.h"
#include "lib/pattern/leaf.h"

/* Eight bytes, the same for both cases of a letter. */
static u64 word_at(const char *text)
{
	u64 word;

	memcpy(&word, text, sizeof(word));
	return word | 0x2020202020202020ULL;
}

/* Names that are the same but for the case of letters have the same. */
static u32 hash_name(const struct rvm_name *name)
{
	const char *text = name->text;
	size_t len = name->len, at;
	u64 hash = len;

	if (len >= 8) {
		for (at = 0; at + 8 < len; at += 8)
			hash = (hash ^ word_at(text + at)) * 0x9e3779b97f4a7c15ULL;
		hash ^= word_at(text + len - 8);
	} else if (len >= 4) {
		hash ^= rvm_leaf_word(text) ^ (u64)rvm_leaf_word(text + len - 4) << 32;
	} else if (len) {
		hash ^= rvm_leaf_few(text, len);
	}
	hash *= 0x9e3779b97f4a7c15ULL;
	return hash >> 32;
}

static u32 hash_end(const char *text)
{
	u32 hash = rvm_leaf_few(text, RVM_NAME_END_BYTES) * 0x9e3779b1U;

	return hash ^ hash >> 15;
}

u32 rvm_name_hash(const struct rvm_name *name, enum rvm_name_part part)
{
	const char *text = name->text;
	u32 hash;

	if (part != RVM_NAME_ALL && name->len < RVM_NAME_END_BYTES)
		return 0;
	if (part == RVM_NAME_TAIL)
		text += name->len - RVM_NAME_END_BYTES;
	hash = part == RVM_NAME_ALL ? hash_name(name) : hash_end(text);
	return hash >> 2 | (part + 1) << 30;
}

static bool is_fresh(const u32 *hash, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < i && hash[k] != hash[i]; k++)
		;
	return k == i;
}

static void note_part(struct rvm_path_view *view, enum rvm_name_part part)
{
	u32 *hash = view->part[part].hash;
	u64 fresh = 0, seen = 0, bit;
	unsigned int i;

	for (i = 0; i < view->depth; i++) {
		hash[i] = rvm_name_hash(&view->name[i], part);
		bit = BIT_ULL(hash[i] % 64);
		/* Mostly nothing need be compared. */
		if (hash[i] && (!(seen & bit) || is_fresh(hash, i)))
			fresh |= BIT_ULL(i);
		else if (hash[i])
			view->repeats = true;
		seen |= bit;
	}
	view->part[part].fresh = fresh;
}

void rvm_view_note_names(struct rvm_path_view *view)
{
	view->repeats = false;
	note_part(view, RVM_NAME_ALL);
	note_part(view, RVM_NAME_HEAD);
	note_part(view, RVM_NAME_TAIL);
	view->noted = true;
}

void rvm_view_forget_leaf(struct rvm_path_view *view)
{
	unsigned int part;

	view->name[0] = (struct rvm_name){ .text = "" };
	view->id[0] = NULL;
	/* A name further up may be looked up in place of this one. */
	if (!view->noted || view->repeats) {
		rvm_view_note_names(view);
		return;
	}
	for (part = 0; part < RVM_NAME_PARTS; part++) {
		view->part[part].hash[0] = rvm_name_hash(&view->name[0], part);
		view->part[part].fresh &= ~1ULL;
	}
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool rvm_name_is_same(const struct rvm_name *a, const struct rvm_name *b, bool nocase)
{
	u16 i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		if (a->text[i] != b->text[i] && (!nocase || lower(a->text[i]) != lower(b->text[i])))
			return false;
	return true;
}
