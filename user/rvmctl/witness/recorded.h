/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_RECORDED_H
#define RVMCTL_RECORDED_H

#include "cmd.h"
#include "log/event.h"
#include "log/verify.h"

/* Commands on a directory that was recorded into, instead of one file. */

int recorded_tail(struct ctx *ctx, const char *path, uint32_t log, uint64_t count);
/* Likewise, and wait for new records until it is ended, or nobody reads any more. */
int recorded_follow(struct ctx *ctx, const char *path, uint32_t log, uint64_t count);
/* @how: its anchor counts. */
int recorded_verify(struct ctx *ctx, const char *path, const struct verify_how *how, bool archived);
/* Called for each record, with its line or NULL; -1 with @err ends it. */
int recorded_each(const char *path, uint32_t log,
		  int (*fn)(void *data, const uint8_t *raw, const char *line, struct err *err),
		  void *data, struct err *err);
/* One record with its line. */
int recorded_event(const char *path, uint32_t log, uint64_t sequence, struct names *names,
		   struct event *event, struct err *err);

#endif
