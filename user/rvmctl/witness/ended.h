/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ENDED_H
#define RVMCTL_ENDED_H

#include "log/refusal.h"
#include "wire/nl.h"

/* Rights that were there once, and how to give some. */

/**
 * ended_text() - what became of the token that covered what was refused
 * @nlc: where to ask
 * @r: of reason REVOKED or EXPIRED
 *
 * Who took it back, when, in which record, as far as the caller may know; and what gives it
 * again.
 *
 * Return: one or two sentences; NULL if there is nothing to say, free() it.
 */
char *ended_text(struct nlc *nlc, const struct refusal *r);

/**
 * grant_command() - a command line that gives a right for a while
 * @rights: named only if the resource would mean others
 *
 * Return: "rvmctl grant my-bot 'Read(notes)' --for 10m"; NULL for what a shell could not take,
 * free() it.
 */
char *grant_command(const char *partition, const char *resource, uint8_t rights);

#endif
