// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
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

/* "Z" or "+01:00".  Return: 0 with @seconds to take away; -1. */
static int read_zone(const char *text, int64_t *seconds)
{
	unsigned int hours, minutes;
	int len = 0;

	*seconds = 0;
	if (!strcmp(text, "Z") || !strcmp(text, "z"))
		return 0;
	if ((text[0] != '+' && text[0] != '-') || text[1] == '+' || text[1] == '-' ||
	    sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &len) != 2 || len != 5 ||
	    text[1 + len] || hours > 23 || minutes > 59)
		return -1;
	*seconds = (hours * 60 + minutes) * 60;
	if (text[0] == '-')
		*seconds = -*seconds;
	return 0;
}

/* ".25"; digits behind the ninth do not count. */
static const char *read_fraction(const char *text, uint64_t *ns)
{
	uint64_t unit = 100000000;

	*ns = 0;
	if (*text != '.')
		return text;
	for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10)
		*ns += (*text - '0') * unit;
	return text[-1] == '.' ? "?" : text;
}

static int read_internet_time(const char *text, uint64_t *ns)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t seconds, zone = 0;
	uint64_t fraction;

	if (!rest)
		return -1;
	rest = read_fraction(rest, &fraction);
	if (*rest && read_zone(rest, &zone))
		return -1;
	/* Without a zone it is local time. */
	seconds = *rest ? timegm(&tm) - zone : mktime(&tm);
	if (seconds <= 0 || seconds >= INT64_MAX / 1000000000)
		return -1;
	*ns = seconds * 1000000000 + fraction;
	return 0;
}

int past_parse(const char *text, int64_t now, uint64_t *ns)
{
	size_t len = strlen(text);
	char copy[32];
	uint64_t ago;
	int64_t seconds;

	if (len > 4 && !strcmp(text + len - 4, " ago"))
		len -= 4;
	if (len < sizeof(copy)) {
		memcpy(copy, text, len);
		copy[len] = '\0';
		if (!duration_parse(copy, &ago) && (int64_t)ago < now) {
			*ns = (now - ago) * 1000000000;
			return 0;
		}
	}
	if (!read_internet_time(text, ns))
		return 0;
	if (moment_parse(text, &seconds) || seconds >= INT64_MAX / 1000000000)
		return -1;
	*ns = seconds * 1000000000;
	return 0;
}
