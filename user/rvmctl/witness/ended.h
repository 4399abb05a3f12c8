/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ENDED_H
#define RVMCTL_ENDED_H

#include "log/refusal.h"
#include "partition/token_list.h"
#include "wire/nl.h"

/* Rights that were there once, and how to give some. */

/* "The host took token 7 back 3 s ago, in record 90."; NULL if it did not end; free() it. */
char *token_story(struct nlc *nlc, const struct token *t);

struct trial;

/**
 * ended_text() - what became of the newest token that would have allowed what was refused
 * @trial: where to ask
 *
 * Who took it back, when, in which record, as far as the caller may know; and what gives it
 * again.
 *
 * Return: sentences; NULL if there is nothing to say, free() it.
 */
char *ended_text(const struct trial *trial, const struct refusal *r);

/**
 * grant_command() - a command line that gives a right for a while
 * @rights: named only if the resource would mean others
 *
 * Return: "rvmctl grant my-bot 'Read(notes)' --for 10m"; NULL for what a shell could not take,
 * free() it.
 */
char *grant_command(const char *partition, const char *resource, uint8_t rights);

#endif
