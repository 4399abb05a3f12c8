/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Smallest KTAP helpers: functions as tests, expectations that say where and
 * what, the plan at the end.
 *
 *	static void sum_of_two_is_right(void)
 *	{
 *		EXPECT_EQ(1 + 1, 2);
 *	}
 *
 *	int main(void)
 *	{
 *		RUN(sum_of_two_is_right);
 *		return unit_done();
 *	}
 *
 * Each expectation is also a value, true if it holds.  NOTE() adds a line to
 * the report, for instance which row of a table it was.
 */
#ifndef RVM_UNIT_H
#define RVM_UNIT_H

#include <linux/types.h>
#include <linux/string.h>
#include <linux/bits.h>
#include <linux/limits.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A broken test says what is broken, but not everything. */
#define UNIT_MAX_LINES 20

static struct {
	unsigned int tests;
	unsigned int failed;
	unsigned int skipped;
	unsigned int bad; /* expectations of the running test that did not hold */
	unsigned int lines;
	const char *skip; /* reason of the running test, if it skips */
	uint64_t random;
} unit = { .random = 0x9e3779b97f4a7c15ULL };

__attribute__((format(printf, 1, 2), unused)) static void unit_say(const char *format, ...)
{
	va_list args;

	if (unit.lines++ >= UNIT_MAX_LINES)
		return;
	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static inline bool unit_expect(bool holds, const char *file, int line, const char *text)
{
	if (!holds) {
		unit.bad++;
		unit_say("%s:%d: expected %s", file, line, text);
	}
	return holds;
}

static inline bool unit_expect_eq(uint64_t a, uint64_t b, const char *file, int line,
				  const char *text)
{
	if (a != b) {
		unit.bad++;
		unit_say("%s:%d: expected %s: %" PRIu64 " (0x%" PRIx64 ") and %" PRIu64
			 " (0x%" PRIx64 ")",
			 file, line, text, a, a, b, b);
	}
	return a == b;
}

static inline bool unit_expect_str(const char *a, const char *b, const char *file, int line,
				   const char *text)
{
	bool same = a && b ? !strcmp(a, b) : a == b;

	if (!same) {
		unit.bad++;
		unit_say("%s:%d: expected %s: \"%s\" and \"%s\"", file, line, text,
			 a ? a : "(null)", b ? b : "(null)");
	}
	return same;
}

static inline void unit_hex(char *out, const uint8_t *p, size_t n)
{
	for (; n; n--, p++, out += 2)
		sprintf(out, "%02x", *p);
}

static inline bool unit_expect_mem(const void *a, const void *b, size_t n, const char *file,
				   int line, const char *text)
{
	size_t shown = n < 64 ? n : 64;
	char left[129] = "";
	char right[129] = "";

	if (!n || !memcmp(a, b, n))
		return true;
	unit.bad++;
	unit_hex(left, a, shown);
	unit_hex(right, b, shown);
	unit_say("%s:%d: expected %s, %zu bytes", file, line, text, n);
	unit_say("  %s", left);
	unit_say("  %s", right);
	return false;
}

#define EXPECT(cond) unit_expect(!!(cond), __FILE__, __LINE__, #cond)
/* Integers; both sides are compared as 64 bits. */
#define EXPECT_EQ(a, b) \
	unit_expect_eq((uint64_t)(a), (uint64_t)(b), __FILE__, __LINE__, #a " == " #b)
#define EXPECT_STR(a, b) unit_expect_str(a, b, __FILE__, __LINE__, #a " is " #b)
#define EXPECT_MEM(a, b, n) unit_expect_mem(a, b, n, __FILE__, __LINE__, #a " equals " #b)
#define NOTE(...) unit_say(__VA_ARGS__)
/* Leave the test; a program in which every test skips has failed. */
#define SKIP(reason)                  \
	do {                          \
		unit.skip = (reason); \
		return;               \
	} while (0)
#define RUN(test) unit_run(#test, test)

static inline void unit_run(const char *name, void (*test)(void))
{
	if (!unit.tests)
		printf("KTAP version 1\n");
	unit.bad = 0;
	unit.lines = 0;
	unit.skip = NULL;
	test();
	unit.tests++;
	if (unit.lines > UNIT_MAX_LINES)
		printf("# and %u lines more\n", unit.lines - UNIT_MAX_LINES);
	printf("%s %u %s", unit.bad ? "not ok" : "ok", unit.tests, name);
	if (unit.skip)
		printf(" # SKIP %s", unit.skip);
	printf("\n");
	fflush(stdout);
	unit.failed += unit.bad != 0;
	unit.skipped += unit.skip != NULL;
}

/* The exit status of the program. */
static inline int unit_done(void)
{
	printf("1..%u\n", unit.tests);
	return unit.failed || unit.skipped == unit.tests;
}

/* The same numbers in each run (xorshift64*). */
__attribute__((unused)) static uint64_t unit_random(void)
{
	unit.random ^= unit.random >> 12;
	unit.random ^= unit.random << 25;
	unit.random ^= unit.random >> 27;
	return unit.random * 0x2545f4914f6cdd1dULL;
}

__attribute__((unused)) static void unit_random_fill(void *p, size_t n)
{
	uint8_t *byte = p;

	for (; n; n--, byte++)
		*byte = (uint8_t)(unit_random() >> 56);
}

/*
 * A copy that ends where its memory ends, so that reading one byte too many is
 * found by the address sanitizer.  Give it back with free().
 */
__attribute__((unused)) static char *unit_exact(const void *s, size_t n)
{
	char *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, s, n);
	/* malloc(0) could be NULL, so an empty copy has one byte, which is never read. */
	return copy;
}

#endif
