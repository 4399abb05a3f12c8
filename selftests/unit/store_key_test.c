// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first key finds what root changed after a seal, though the chain holds together.
 *
 * The attacker here has all of the directory and the key that the kernel signs with now: it
 * changes what it likes and writes the whole directory again, chain, seals, trees, index and
 * lines, by the recorder's own code.
 */
#include "log/key.h"
#include "store_world.h"

#define FIRST "000001-00000000000000000000"
#define SEGMENT (256 * RVM_RECORD_BYTES)
#define LENGTH 1000
/* The last seal of these is record 959, so that from 960 on the epoch is open. */
#define SEAL_EACH 64
#define SEALED 960

static struct first_key first_key(uint64_t log)
{
	struct first_key key = { .log = log };

	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = world_mix(log * 32 + i + 1);
	return key;
}

static void sign_world(struct world *w, uint64_t log)
{
	struct first_key key = first_key(log);

	w->keyed = true;
	rvm_hmac_key_init(&w->key, key.bytes, sizeof(key.bytes));
}

static struct world *signed_world(uint64_t log, uint64_t limit)
{
	struct world *w = world_new(log, 3, 0);

	w->seal_each = SEAL_EACH;
	sign_world(w, log);
	w->limit = limit;
	/* Record 0. */
	world_step(w);
	return w;
}

/* With the keys of these logs; 0 for none. */
static struct store_verdict verify_with(uint64_t log, uint64_t other, bool archived)
{
	struct keys keys = { 0 };
	struct store_how how = { .length = UINT64_MAX, .archived = archived };
	struct store_verdict v;
	struct err err = { 0 };

	keys.at = calloc(2, sizeof(*keys.at));
	keys.at[keys.n].path = "first";
	keys.at[keys.n++].first = first_key(log);
	if (other) {
		keys.at[keys.n].path = "second";
		keys.at[keys.n++].first = first_key(other);
	}
	how.keys = &keys;
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	err_clear(&err);
	keys_free(&keys);
	return v;
}

static void expect_signed(uint64_t log, uint64_t other, uint32_t logs)
{
	auto_verdict struct store_verdict v = verify_with(log, other, false);

	if (!EXPECT_STR(v.reason, NULL))
		NOTE("%s record %llu", v.file, (unsigned long long)v.sequence);
	EXPECT_EQ(v.signed_logs, logs);
}

static void expect_forged(uint64_t log, uint64_t sequence)
{
	auto_verdict struct store_verdict v = { 0 };

	/* The allowed way: nothing else is wrong. */
	expect_good();
	v = verify_with(log, 0, false);
	EXPECT_STR(v.reason, "signature is not by this key");
	EXPECT(v.at_record);
	EXPECT_EQ(v.sequence, sequence);
}

static void what_the_kernel_signed_is_good(void)
{
	struct world *w = signed_world(77, LENGTH);

	new_dir();
	record_all(w, SEGMENT);
	expect_signed(77, 0, 1);
	w->limit = 2000;
	record_all(w, SEGMENT);
	expect_signed(77, 0, 1);
	drop_dir();
	world_free(w);
}

/* A record as the attacker wants it. */
struct change {
	uint64_t sequence;
	/* The record goes, and those behind it move up. */
	bool remove;
	/* Its line is another one; the seal behind it tells of that. */
	bool line;
};

/* The first record that is not as the kernel made it. */
static uint64_t differs_from(const struct change *change)
{
	return change->line ? change->sequence | (SEAL_EACH - 1) : change->sequence;
}

/* Signed with the key of now, as the attacker has no other, or as it was. */
static void put(struct world *f, const struct world *w, uint64_t sequence,
		const struct change *change)
{
	const char *line = w->line[sequence];
	struct rvm_record rec;
	uint8_t *raw = f->raw[f->appended];

	f->key = w->key;
	rvm_record_decode(&rec, w->raw[sequence]);
	if (sequence == change->sequence && change->line)
		line = "op=open right=1 path=\"/elsewhere\"";
	else if (sequence == change->sequence)
		rec.actor ^= 1;
	if (rec.kind == RVM_KIND_LOG_SEAL)
		world_seal(f);
	else
		world_append(f, &rec, *line ? line : NULL);
	if (sequence >= differs_from(change))
		return;
	memcpy(raw + RVM_RECORD_SIGNED_BYTES, w->raw[sequence] + RVM_RECORD_SIGNED_BYTES, 8);
	memcpy(f->chain.last_aux, raw + RVM_RECORD_SIGNED_BYTES, 8);
	EXPECT_MEM(raw, w->raw[sequence], RVM_RECORD_BYTES);
}

/* Records what the attacker has made of the log, in a directory of its own. */
static void forge(const struct world *w, const struct change *change)
{
	struct world *f = world_new(w->id, 3, 0);

	f->seal_each = SEAL_EACH;
	f->keyed = true;
	for (uint64_t i = 0; i < w->appended; i++) {
		if (i != change->sequence || !change->remove)
			put(f, w, i, change);
	}
	f->key = w->key;
	f->limit = f->appended;
	drop_dir();
	new_dir();
	record_all(f, SEGMENT);
	world_free(f);
}

static void expect_found(const struct change *change)
{
	struct world *w = signed_world(77, LENGTH);

	new_dir();
	record_all(w, SEGMENT);
	expect_signed(77, 0, 1);
	forge(w, change);
	expect_forged(77, differs_from(change));
	drop_dir();
	world_free(w);
}

static void a_record_that_root_changed_after_a_seal_is_found(void)
{
	static const uint64_t sequences[] = { 2, 62, 64, 500, SEALED - 2 };

	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++)
		expect_found(&(struct change){ .sequence = sequences[i] });
}

static void a_record_that_root_removed_after_a_seal_is_found(void)
{
	expect_found(&(struct change){ .sequence = 300, .remove = true });
}

/* The seal behind the line is what is signed. */
static void a_line_that_root_changed_after_a_seal_is_found(void)
{
	struct world *w = signed_world(77, LENGTH);
	struct change change = { .sequence = 200, .line = true };

	while (w->appended < LENGTH)
		world_step(w);
	while (!*w->line[change.sequence])
		change.sequence++;
	world_free(w);
	expect_found(&change);
}

/* The claim ends there: root has the key of the open epoch. */
static void what_is_not_sealed_is_not_protected(void)
{
	struct world *w = signed_world(77, LENGTH);

	new_dir();
	record_all(w, SEGMENT);
	forge(w, &(struct change){ .sequence = SEALED + 5 });
	expect_good();
	expect_signed(77, 0, 1);
	drop_dir();
	world_free(w);
}

/* Three logs in one directory: each has the key that names it. */
static void each_log_has_its_key(void)
{
	struct world *w = signed_world(77, 300);
	auto_verdict struct store_verdict v = { 0 };

	new_dir();
	record_all(w, SEGMENT);
	for (uint64_t log = 78; log <= 79; log++) {
		w->limit = 0;
		world_reload(w, log);
		sign_world(w, log);
		w->limit = 300;
		world_step(w);
		record_all(w, SEGMENT);
	}
	expect_signed(77, 0, 1);
	expect_signed(79, 0, 1);
	expect_signed(79, 77, 2);
	/* Who gives another log the key's name, or none, does not get by. */
	v = verify_with(80, 0, false);
	EXPECT_STR(v.reason, "the log of a key is not there");
	EXPECT_STR(v.notes, "first: no log here is the one that it names");
	drop_dir();
	world_free(w);
}

static void another_key_is_none(void)
{
	struct world *w = signed_world(77, 300);

	new_dir();
	sign_world(w, 78);
	record_all(w, SEGMENT);
	/* Record 0 was signed before. */
	expect_forged(77, 1);
	drop_dir();
	world_free(w);
}

/* Seals are among the records that are not there. */
static void the_key_is_found_behind_a_gap(void)
{
	struct world *w = signed_world(77, 100);
	auto_verdict struct store_verdict v = { 0 };

	new_dir();
	record_all(w, SEGMENT);
	w->limit = WORLD_RING + 5000;
	while (world_step(w))
		;
	w->limit += 1000;
	record_all(w, 4 * SEGMENT);
	v = verify_with(77, 0, false);
	EXPECT_STR(v.reason, NULL);
	EXPECT(v.lost > 64 * SEAL_EACH);
	EXPECT_EQ(v.signed_logs, 1);
	drop_dir();
	world_free(w);
}

static void the_key_is_found_behind_what_was_archived(void)
{
	struct world *w = signed_world(77, LENGTH);
	static const char *const parts[] = { ".records", ".lines", ".index", ".seal" };
	auto_verdict struct store_verdict v = { 0 };
	char path[PATH_MAX], name[64];

	new_dir();
	record_all(w, SEGMENT);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(name, sizeof(name), FIRST "%s", parts[i]);
		in_dir(path, name);
		EXPECT_EQ(unlink(path), 0);
	}
	v = verify_with(77, 0, true);
	EXPECT_STR(v.reason, NULL);
	EXPECT_EQ(v.signed_logs, 1);
	store_verdict_free(&v);
	v = verify_with(78, 0, true);
	EXPECT_STR(v.reason, "the log of a key is not there");
	drop_dir();
	world_free(w);
}

static const char good_text[] =
	"rvm-witness-key 1\n"
	"log 00000000deadbeef\n"
	"key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static void a_key_is_read_as_it_was_written(void)
{
	struct first_key key;
	char text[KEY_TEXT_BYTES + 1];
	size_t offset;

	EXPECT_EQ(strlen(good_text), KEY_TEXT_BYTES);
	EXPECT_STR(key_read(&key, good_text, KEY_TEXT_BYTES, &offset), NULL);
	EXPECT_EQ(key.log, 0xdeadbeef);
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		EXPECT_EQ(key.bytes[i], i);
	key_write(&key, text);
	EXPECT_STR(text, good_text);
}

/* Exact allocations: what reads beyond one is seen. */
static void expect_no_key(const char *text, size_t len, const char *reason, size_t where)
{
	char *copy = malloc(len ? len : 1);
	struct first_key key;
	size_t offset = 0;

	memcpy(copy, text, len);
	EXPECT_STR(key_read(&key, copy, len, &offset), reason);
	EXPECT_EQ(offset, where);
	free(copy);
}

static void no_other_text_is_a_key(void)
{
	char text[KEY_TEXT_BYTES + 2];

	for (size_t len = 0; len < KEY_TEXT_BYTES; len++)
		expect_no_key(good_text, len, "the key ends too early", len);
	snprintf(text, sizeof(text), "%s\n", good_text);
	expect_no_key(text, KEY_TEXT_BYTES + 1, "something is behind the key", KEY_TEXT_BYTES);
	for (size_t i = 0; i < KEY_TEXT_BYTES; i++) {
		bool hex = (i >= 22 && i < 38) || (i >= 43 && i < 107);

		memcpy(text, good_text, KEY_TEXT_BYTES);
		/* Capitals, bytes that are no text, a NUL. */
		for (size_t k = 0; k < 4; k++) {
			text[i] = "A\xff\0g"[k];
			if (text[i] == good_text[i])
				continue;
			expect_no_key(text, KEY_TEXT_BYTES,
				      hex ? "not a hexadecimal digit, 0-9 and a-f" :
					    "not as a key is written by rvmctl witness key",
				      i);
		}
	}
}

int main(void)
{
	RUN(what_the_kernel_signed_is_good);
	RUN(a_record_that_root_changed_after_a_seal_is_found);
	RUN(a_record_that_root_removed_after_a_seal_is_found);
	RUN(a_line_that_root_changed_after_a_seal_is_found);
	RUN(what_is_not_sealed_is_not_protected);
	RUN(each_log_has_its_key);
	RUN(another_key_is_none);
	RUN(the_key_is_found_behind_a_gap);
	RUN(the_key_is_found_behind_what_was_archived);
	RUN(a_key_is_read_as_it_was_written);
	RUN(no_other_text_is_a_key);
	return unit_done();
}
