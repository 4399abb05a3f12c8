// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is changed in a directory that was recorded into is found, and where it is.
 *
 * 2000 changes at random; EDITS=N makes N.
 */
#include "store_world.h"

#define SEGMENT (128 * RVM_RECORD_BYTES)

static const char *const sealed[] = {
	"000001-00000000000000000000", "000001-00000000000000000128", "000001-00000000000000000256",
	"000002-00000000000000000000", "000002-00000000000000000128",
};

static const char *const parts[] = { ".records", ".lines", ".index", ".seal" };

/* Two logs, the second of which has a segment that is open. */
static void make_dir(void)
{
	struct world *w = world_new(77, 3, 380);

	w->seal_each = 32;
	new_dir();
	record_all(w, SEGMENT);
	world_reload(w, 78);
	record_all(w, SEGMENT);
	expect_good();
	world_free(w);
}

enum how { CHANGE, REMOVE, INSERT, CUT, DOUBLE, HOWS };

static const char *const hows[] = { "changed", "removed", "inserted", "cut", "doubled" };

/* Return: the new size. */
static size_t edit(uint8_t *data, size_t size, size_t at, enum how how)
{
	switch (how) {
	case CHANGE:
		data[at] ^= 1 + unit_random() % 255;
		return size;
	case REMOVE:
		memmove(data + at, data + at + 1, size - at - 1);
		return size - 1;
	case INSERT:
		memmove(data + at + 1, data + at, size - at);
		data[at] = unit_random();
		return size + 1;
	case CUT:
		return at;
	default:
		/* 64 bytes twice, or what there is. */
		{
			size_t n = size - at < 64 ? size - at : 64;

			memmove(data + at + n, data + at, size - at);
			return size + n;
		}
	}
}

/* The place is that of the change: its record or the one after it, its lines, its entry. */
static bool is_there(const struct store_verdict *v, const char *name, int part, size_t at,
		     uint64_t first, enum how how)
{
	if (strcmp(v->file, name))
		return false;
	if (part == 0 && v->at_record)
		return v->sequence == first + at / 64 || v->sequence == first + at / 64 + 1;
	if (part == 0)
		return v->at_byte && v->offset / 64 + 1 >= at / 64;
	if (part == 1 && v->at_record && v->end > v->offset)
		return v->offset <= at && (how != CHANGE || at < v->end + 200);
	if (part == 2)
		return v->at_byte && v->offset == at / INDEX_ENTRY_BYTES * INDEX_ENTRY_BYTES;
	return true;
}

static bool try_one(const char *segment, int part, enum how how)
{
	struct store_verdict v;
	char name[64];
	uint8_t *data, *copy;
	size_t size, at, changed;
	bool found;

	snprintf(name, sizeof(name), "%s%s", segment, parts[part]);
	data = load_file(name, &size);
	copy = malloc(size + 64);
	memcpy(copy, data, size);
	at = unit_random() % size;
	changed = edit(copy, size, at, how);
	/* Doubled bytes may be those that were there. */
	for (at = 0; at < size && at < changed && copy[at] == data[at];)
		at++;
	if (changed == size && at == size) {
		free(data);
		free(copy);
		return true;
	}
	save_file(name, copy, changed);
	v = verify_dir();
	found = EXPECT(v.reason) &&
		EXPECT(is_there(&v, name, part, at, strtoull(segment + 7, NULL, 10), how));
	if (!found)
		NOTE("%s %s at %zu: %s in %s, record %llu, bytes %llu to %llu", name, hows[how], at,
		     v.reason ?: "good", v.file, (unsigned long long)v.sequence,
		     (unsigned long long)v.offset, (unsigned long long)v.end);
	store_verdict_free(&v);
	save_file(name, data, size);
	free(data);
	free(copy);
	return found;
}

static void random_edits_are_found_where_they_are(void)
{
	const char *edits = getenv("EDITS");
	unsigned long n = edits ? strtoul(edits, NULL, 10) : 2000, missed = 0;

	make_dir();
	for (unsigned long i = 0; i < n && missed < 10; i++) {
		/* Most edits change a byte. */
		enum how how = i % 4 ? CHANGE : unit_random() % HOWS;

		missed += !try_one(sealed[unit_random() % ARRAY_SIZE(sealed)],
				   unit_random() % ARRAY_SIZE(parts), how);
	}
	EXPECT_EQ(missed, 0);
	printf("# %lu edits\n", n);
	expect_good();
	drop_dir();
}

/* Every byte of the seal that nothing comes after, and of what is open. */
static void every_byte_of_the_texts_counts(void)
{
	static const char *const names[] = { "000002-00000000000000000128.seal",
					     "000002-00000000000000000256.open" };

	make_dir();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t size;
		uint8_t *data = load_file(names[i], &size);

		for (size_t at = 0; at < size; at++) {
			struct store_verdict v;

			data[at] ^= 1;
			save_file(names[i], data, size);
			v = verify_dir();
			if (!EXPECT(v.reason) || !EXPECT_STR(v.file, names[i]))
				NOTE("byte %zu of %s", at, names[i]);
			store_verdict_free(&v);
			data[at] ^= 1;
		}
		save_file(names[i], data, size);
		free(data);
	}
	expect_good();
	drop_dir();
}

/* Its records up to the signature of the last one; its lines up to the last seal. */
static void what_is_open_is_followed_too(void)
{
	static const char name[] = "000002-00000000000000000256";

	make_dir();
	for (unsigned int i = 0; i < 200; i++) {
		unsigned int part = unit_random() % 2;
		struct store_verdict v;
		char file[64];
		uint8_t *data;
		size_t size, at;

		snprintf(file, sizeof(file), "%s%s", name, parts[part]);
		data = load_file(file, &size);
		/* 124 records, of which the seals are 31, 63 and 95. */
		at = unit_random() % (part ? size / 2 : size - 12);
		data[at] ^= 4;
		save_file(file, data, size);
		v = verify_dir();
		if (!EXPECT(v.reason) || !EXPECT_STR(v.file, file))
			NOTE("byte %zu of %s", at, file);
		store_verdict_free(&v);
		data[at] ^= 4;
		save_file(file, data, size);
		free(data);
	}
	expect_good();
	drop_dir();
}

static void move_file(const char *from, const char *to)
{
	char a[PATH_MAX], b[PATH_MAX];

	in_dir(a, from);
	in_dir(b, to);
	EXPECT_EQ(rename(a, b), 0);
}

static void move_segment(const char *from, const char *to)
{
	char a[64], b[64];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(a, sizeof(a), "%s%s", from, parts[i]);
		snprintf(b, sizeof(b), "%s%s", to, parts[i]);
		move_file(a, b);
	}
}

static void remove_segment(const char *name)
{
	char file[64], path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(file, sizeof(file), "%s%s", name, parts[i]);
		in_dir(path, file);
		EXPECT_EQ(unlink(path), 0);
	}
}

static void a_missing_segment_is_named(void)
{
	make_dir();
	remove_segment(sealed[1]);
	expect_bad("000001-00000000000000000128.seal", "is missing");
	drop_dir();

	make_dir();
	remove_segment(sealed[0]);
	expect_bad("000001-00000000000000000000.seal", "is missing");
	drop_dir();

	/* The last one of a log, before the next. */
	make_dir();
	remove_segment(sealed[2]);
	expect_bad("000001-00000000000000000256.seal", "is missing");
	drop_dir();

	make_dir();
	for (size_t i = 0; i < 3; i++)
		remove_segment(sealed[i]);
	expect_bad("000001-00000000000000000256.seal", "is missing");
	drop_dir();
}

static void segments_that_were_archived_may_be_missing(void)
{
	struct store_how how = { .archived = true, .length = UINT64_MAX };
	struct store_verdict v;
	struct err err = { 0 };

	make_dir();
	remove_segment(sealed[0]);
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	EXPECT_STR(v.reason, NULL);
	EXPECT_EQ(v.segments, 5);
	store_verdict_free(&v);
	/* Only those before the first one. */
	remove_segment(sealed[2]);
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	EXPECT_STR(v.reason, "is missing");
	store_verdict_free(&v);
	drop_dir();
}

static void swapped_segments_are_found(void)
{
	make_dir();
	move_segment(sealed[0], "000009-00000000000000000000");
	move_segment(sealed[1], sealed[0]);
	move_segment("000009-00000000000000000000", sealed[1]);
	expect_bad("000001-00000000000000000000.seal", "is of another segment");
	drop_dir();
}

static void a_missing_file_is_named(void)
{
	char file[64], path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		make_dir();
		snprintf(file, sizeof(file), "%s%s", sealed[1], parts[i]);
		in_dir(path, file);
		EXPECT_EQ(unlink(path), 0);
		expect_bad(file, i == 3 ? "is missing, but segments come after it" : "is missing");
		drop_dir();
	}
}

int main(void)
{
	RUN(random_edits_are_found_where_they_are);
	RUN(every_byte_of_the_texts_counts);
	RUN(what_is_open_is_followed_too);
	RUN(a_missing_segment_is_named);
	RUN(segments_that_were_archived_may_be_missing);
	RUN(swapped_segments_are_found);
	RUN(a_missing_file_is_named);
	return unit_done();
}
