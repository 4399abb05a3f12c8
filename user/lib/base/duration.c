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

/* Digits only. */
static int read_number(const char *text, char **end, uint64_t *number)
{
	errno = 0;
	*number = strtoull(text, end, 10);
	return text[0] >= '0' && text[0] <= '9' && !errno ? 0 : -1;
}

int duration_parse(const char *text, uint64_t *seconds)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
	const uint64_t max = (uint64_t)DURATION_DAYS_MAX * DAY;
	uint64_t number;
	char *end;

	if (read_number(text, &end, &number) || !number || !end[0] || end[1])
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (units[i].letter != end[0])
			continue;
		if (number > max / units[i].seconds)
			return -1;
		*seconds = number * units[i].seconds;
		return 0;
	}
	return -1;
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
