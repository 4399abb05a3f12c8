// SPDX-License-Identifier: GPL-2.0-only
/* Tables that are read without a document: what they say is what JSON says. */
#include <string.h>
#include <unistd.h>

#include "lib/model/rights.h"
#include "table/plain.h"
#include "unit.h"

#define ROW                                                                  \
	"{\"rights\": [\"READ\", \"WRITE\"], \"resource\": \"Read(src/a)\"," \
	" \"proof_tier\": \"P2\", \"expires_at\": 12}"

static char path[] = "/tmp/plain_test.XXXXXX";

static bool open_text(struct table *t, const char *text, size_t len)
{
	struct err err = { 0 };
	FILE *f = fopen(path, "w");
	bool opened;

	fwrite(text, 1, len, f);
	fclose(f);
	opened = !table_open(t, path, &err);
	err_clear(&err);
	return opened;
}

static void usual_rows_are_taken(void)
{
	static const char text[] = "[\n" ROW ",\n" ROW "\t]\r\n";
	struct table t;

	EXPECT(open_text(&t, text, strlen(text)));
	EXPECT(t.strings && !t.doc.root);
	if (EXPECT_EQ(t.n, 2)) {
		EXPECT_EQ(t.rows[1].rights, RVM_RIGHT_READ | RVM_RIGHT_WRITE);
		EXPECT_STR(t.rows[1].resource, "Read(src/a)");
		EXPECT_EQ(t.rows[1].len, 11);
		EXPECT_EQ(t.rows[1].tier, 2);
		EXPECT_EQ(t.rows[1].expires_at, 12);
		EXPECT(!t.rows[1].grant_once && !t.rows[1].within);
	}
	table_close(&t);
}

/* Valid or not. */
static void what_is_unusual_is_left(void)
{
	static const char *const texts[] = {
		"[]",
		"{}",
		"[" ROW,
		"[" ROW ",]",
		"[" ROW "] x",
		"[" ROW " " ROW "]",
		"[{\"rights\": [\"READ\"], \"resource\": \"\\u0061\", \"proof_tier\": \"P1\","
		" \"expires_at\": 0}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"\xc3\xa4\", \"proof_tier\": \"P1\","
		" \"expires_at\": 0}]",
		"[{\"rights\": [\"READ\"], \"resource\": null, \"proof_tier\": \"P1\","
		" \"expires_at\": 0}]",
		"[{\"rights\": [], \"resource\": \"a\", \"proof_tier\": \"P1\", \"expires_at\": 0}]",
		"[{\"rights\": [\"FLY\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": 0}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P4\","
		" \"expires_at\": 0}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": 01}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": -1}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": 1.5}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": 1000000000000000}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\"}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"resource\": \"b\","
		" \"proof_tier\": \"P1\", \"expires_at\": 0}]",
		"[{\"rights\": [\"READ\"], \"resource\": \"a\", \"proof_tier\": \"P1\","
		" \"expires_at\": 0, \"within\": \"git\"}]",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct table t;

		open_text(&t, texts[i], strlen(texts[i]));
		if (!EXPECT(!t.strings))
			NOTE("%s", texts[i]);
		table_close(&t);
	}
}

/* An escape is the same to JSON, and is left by the quick reader. */
static bool open_document(struct table *t, const char *text)
{
	static const char key[] = "\"rights\"", same[] = "\"\\u0072ights\"";
	const char *at = strstr(text, key);
	char other[1024];

	if (!at)
		return false;
	snprintf(other, sizeof(other), "%.*s%s%s", (int)(at - text), text, same, at + strlen(key));
	return open_text(t, other, strlen(other));
}

static bool is_same(const struct table *a, const struct table *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct row *x = &a->rows[i], *y = &b->rows[i];

		if (x->rights != y->rights || x->tier != y->tier ||
		    x->grant_once != y->grant_once || x->expires_at != y->expires_at ||
		    x->len != y->len || memcmp(x->resource, y->resource, x->len) || y->within)
			return false;
	}
	return true;
}

static size_t draw(size_t below)
{
	return unit_random() % below;
}

static void change(char *text)
{
	static const char bytes[] = "{}[]\",: \\\n\t01P3-.eatrufls\x01\x7f\x80_";
	size_t len = strlen(text), at = draw(len);

	switch (draw(3)) {
	case 0:
		text[at] = bytes[draw(sizeof(bytes) - 1)];
		break;
	case 1:
		memmove(text + at, text + at + 1, len - at);
		break;
	default:
		memmove(text + at + 1, text + at, len - at + 1);
		text[at] = bytes[draw(sizeof(bytes) - 1)];
	}
}

static void both_readers_agree(void)
{
	unsigned int taken = 0;

	for (int i = 0; i < 20000; i++) {
		char text[512] = "[" ROW ", {\"grant_once\": true, \"proof_tier\": \"P1\",\n"
				 "\"expires_at\": 0, \"resource\": \"\", \"rights\": [\"GRANT\"]}]";
		struct table quick, slow;

		for (unsigned int n = draw(4); n; n--)
			change(text);
		open_text(&quick, text, strlen(text));
		if (quick.strings) {
			taken++;
			if (!EXPECT(open_document(&slow, text) && slow.doc.root &&
				    is_same(&quick, &slow)))
				NOTE("%s", text);
			table_close(&slow);
		}
		table_close(&quick);
	}
	EXPECT(taken > 5000);
	NOTE("%u of 20000 taken", taken);
}

int main(void)
{
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	/* The reader of JSON warns of keys that do nothing. */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	RUN(usual_rows_are_taken);
	RUN(what_is_unusual_is_left);
	RUN(both_readers_agree);
	failed = unit_done();
	unlink(path);
	return failed;
}
