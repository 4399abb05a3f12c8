/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_TAKING_H
#define RVMCTL_GRANT_TAKING_H

#include "base/out.h"
#include "grant/maps.h"
#include "grant/request.h"
#include "log/event.h"

/* Tokens that are taken back, and what is told of it. */

/* What became of a token. */
enum went {
	/* Nothing, as far as this is concerned. */
	WENT_NOT = 0,
	WENT_NOW,
	/* It had ended: its files may be mapped still. */
	WENT_BEFORE,
};

/**
 * struct taking - tokens that are taken back; end with taking_end()
 */
struct taking {
	struct nlc *nlc;
	/* What there was before; nothing if that could not be told, see @unlisted. */
	struct tokens tokens;
	struct err unlisted;
	/* Of these, by their places: enum went. */
	uint8_t *went;
	/* What was asked for. */
	struct token_ref *ref;
	size_t n;
	struct names names;
	struct mappers mappers;
	size_t killed;
	/* Of all of them; and the record of the last. */
	uint64_t count;
	uint64_t sequence;
};

/* To take back is what matters: without a list less can be told. */
void taking_begin(struct taking *t, struct nlc *nlc);
void taking_end(struct taking *t);
#define auto_taking __attribute__((cleanup(taking_end)))

/* To be taken back. */
int taking_add(struct taking *t, const struct token_ref *ref, struct err *err);
/* It ended before, with what was derived from it: only who maps its files is looked for. */
void taking_add_ended(struct taking *t, uint64_t id);

/**
 * taking_do() - take all back, and say what that was
 * @kill: end the processes that have files of it mapped
 *
 * One that fails does not keep the others.
 *
 * Return: 0; -1 with @err.
 */
int taking_do(struct taking *t, struct out *o, bool kill, struct err *err);

#endif
