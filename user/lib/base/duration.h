/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_DURATION_H
#define RVM_DURATION_H

#include <stdint.h>

/* The longest that can be asked for. */
#define DURATION_DAYS_MAX 366

/* "30s", "10m", "10min", "2h", "1h30m" or "1d" in seconds.  Return: 0; -1 if it is none, or 0, or too long. */
int duration_parse(const char *text, uint64_t *seconds);

/* "59 s", "9 min", "2 h", "3 days": rounded down; free() it. */
char *duration_text(uint64_t seconds);
/* Rounded up: of time that is left. */
char *duration_text_up(uint64_t seconds);

/**
 * moment_parse() - a time as unix seconds
 * @text: "2030-01-31", "2030-01-31 12:00", "2030-01-31 12:00:30" (also with a T), in local
 *        time; or the seconds
 * @seconds: filled
 *
 * Return: 0; -1 if it is none, or not after 1970.
 */
int moment_parse(const char *text, int64_t *seconds);

/**
 * past_parse() - a time as unix nanoseconds, as people say it of what has been
 * @text: what moment_parse() takes; RFC 3339, such as "2030-01-31T12:00:30.5Z"; or how long
 *        ago, "10m" or "10m ago"
 * @now: unix seconds
 * @ns: filled
 *
 * Return: 0; -1 if it is none, or not after 1970.
 */
int past_parse(const char *text, int64_t now, uint64_t *ns);

#endif
