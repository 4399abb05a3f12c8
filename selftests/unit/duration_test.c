// SPDX-License-Identifier: GPL-2.0-only
/* Durations and times as people write them. */
#include "base/duration.h"
#include "unit.h"

static uint64_t seconds_of(const char *text)
{
	uint64_t seconds = 0;

	return duration_parse(text, &seconds) ? 0 : seconds;
}

static int64_t moment_of(const char *text)
{
	int64_t seconds = 0;

	return moment_parse(text, &seconds) ? 0 : seconds;
}

static void a_number_and_a_letter(void)
{
	EXPECT_EQ(seconds_of("1s"), 1);
	EXPECT_EQ(seconds_of("90s"), 90);
	EXPECT_EQ(seconds_of("10m"), 600);
	EXPECT_EQ(seconds_of("2h"), 7200);
	EXPECT_EQ(seconds_of("1d"), 86400);
	EXPECT_EQ(seconds_of("366d"), 366 * 86400);
}

static void several_from_long_to_short(void)
{
	EXPECT_EQ(seconds_of("10min"), 600);
	EXPECT_EQ(seconds_of("45sec"), 45);
	EXPECT_EQ(seconds_of("1h30m"), 5400);
	EXPECT_EQ(seconds_of("1d2h3min4s"), 93784);
}

static void nothing_else(void)
{
	static const char *const bad[] = { "",
					   "10",
					   "m",
					   "0s",
					   "-1s",
					   "+1s",
					   " 1s",
					   "1 s",
					   "1S",
					   "1ms",
					   "30m1h",
					   "1h1h",
					   "1h30",
					   "1h 30m",
					   "10mins",
					   "366d1s",
					   "1.5h",
					   "367d",
					   "8785h",
					   "18446744073709551616s",
					   "18446744073709551615d",
					   "1w" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (!EXPECT_EQ(seconds_of(bad[i]), 0))
			NOTE("%s", bad[i]);
	}
}

static void expect_text(uint64_t seconds, const char *text)
{
	char *is = duration_text(seconds);

	EXPECT_STR(is, text);
	free(is);
}

static void in_words_rounded_down(void)
{
	expect_text(0, "0 s");
	expect_text(119, "119 s");
	expect_text(120, "2 min");
	expect_text(599, "9 min");
	expect_text(7199, "119 min");
	expect_text(7200, "2 h");
	expect_text(2 * 86400, "2 days");
}

static void what_is_left_is_rounded_up(void)
{
	char *is = duration_text_up(599);

	EXPECT_STR(is, "10 min");
	free(is);
	is = duration_text_up(600);
	EXPECT_STR(is, "10 min");
	free(is);
	is = duration_text_up(119);
	EXPECT_STR(is, "119 s");
	free(is);
}

static void times_are_local_or_seconds(void)
{
	setenv("TZ", "UTC-2", 1);
	EXPECT_EQ(moment_of("1"), 1);
	EXPECT_EQ(moment_of("4102444800"), 4102444800);
	EXPECT_EQ(moment_of("2030-01-31"), 1896040800);
	EXPECT_EQ(moment_of("2030-01-31 12:00"), 1896084000);
	EXPECT_EQ(moment_of("2030-01-31T12:00:30"), 1896084030);
	EXPECT_EQ(moment_of("0"), 0);
	EXPECT_EQ(moment_of("1960-01-01"), 0);
	EXPECT_EQ(moment_of("2030-13-01"), 0);
	EXPECT_EQ(moment_of("2030-01-31 12:00x"), 0);
	EXPECT_EQ(moment_of("tomorrow"), 0);
	EXPECT_EQ(moment_of("99999999999999999999"), 0);
}

int main(void)
{
	RUN(a_number_and_a_letter);
	RUN(several_from_long_to_short);
	RUN(nothing_else);
	RUN(in_words_rounded_down);
	RUN(what_is_left_is_rounded_up);
	RUN(times_are_local_or_seconds);
	return unit_done();
}
