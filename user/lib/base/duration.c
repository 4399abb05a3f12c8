// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/format.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define DURATION_SECONDS_MAX ((uint64_t)DURATION_DAYS_MAX * DAY)

/* Digits only. */
static int read_number(const char *text, char **end, uint64_t *number)
{
	errno = 0;
	*number = strtoull(text, end, 10);
	return text[0] >= '0' && text[0] <= '9' && !errno ? 0 : -1;
}

/* One number with its unit.  Return: where the next begins; NULL if it is none. */
static const char *read_part(const char *text, uint64_t *seconds)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = { { "s", 1 },	 { "sec", 1 },	{ "m", MINUTE },
		      { "min", MINUTE }, { "h", HOUR }, { "d", DAY } };
	uint64_t number;
	size_t len;
	char *end;

	if (read_number(text, &end, &number))
		return NULL;
	len = strspn(end, "abcdefghijklmnopqrstuvwxyz");
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) != len || strncmp(units[i].name, end, len))
			continue;
		if (number > DURATION_SECONDS_MAX / units[i].seconds)
			return NULL;
		*seconds = number * units[i].seconds;
		return end + len;
	}
	return NULL;
}

int duration_parse(const char *text, uint64_t *seconds)
{
	uint64_t sum = 0, part, above = UINT64_MAX;

	while (*text) {
		text = read_part(text, &part);
		/* From days to seconds. */
		if (!text || part >= above || part > DURATION_SECONDS_MAX - sum)
			return -1;
		above = part;
		sum += part;
	}
	*seconds = sum;
	return sum ? 0 : -1;
}

static char *count_units(uint64_t seconds, bool up)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { DAY, "days" }, { HOUR, "h" }, { MINUTE, "min" }, { 1, "s" } };
	uint64_t n;
	size_t i = 0;

	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	return format("%" PRIu64 " %s", n + (up && seconds % units[i].seconds), units[i].name);
}

char *duration_text(uint64_t seconds)
{
	return count_units(seconds, false);
}

char *duration_text_up(uint64_t seconds)
{
	return count_units(seconds, true);
}

int moment_parse(const char *text, int64_t *seconds)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
					     "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S" };
	uint64_t number;
	char *end;

	if (!read_number(text, &end, &number) && !*end) {
		*seconds = number;
		return number && number <= INT64_MAX ? 0 : -1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *rest = strptime(text, forms[i], &tm);

		if (!rest || *rest)
			continue;
		*seconds = mktime(&tm);
		return *seconds > 0 ? 0 : -1;
	}
	return -1;
}
