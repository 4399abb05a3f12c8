/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_LEARN_BENCH_H
#define RVM_LEARN_BENCH_H

/* What rvmctl learn makes of records: lines in, lines out, without a module. */
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "learn/learn.h"
#include "unit.h"

#define WORKSPACE "/nowhere/ws"
#define R RVM_RIGHT_READ
#define W RVM_RIGHT_WRITE
#define X RVM_RIGHT_EXECUTE

/* Eight random letters, as Python makes them. */
#define RANDOM4 "[a-z0-9_][a-z0-9_][a-z0-9_][a-z0-9_]"
#define RANDOM8 RANDOM4 RANDOM4

/* A learner and the sequence of its next record. */
struct bench {
	struct learn learn;
	uint64_t sequence;
};

static inline struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct err err = { 0 };

	if (!b || learn_open(&b->learn, WORKSPACE, &err))
		abort();
	b->sequence = 100;
	return b;
}

static inline void bench_free(struct bench *b)
{
	EXPECT(!b->learn.no_memory);
	learn_close(&b->learn);
	free(b);
}

/* A denial that the mode relaxed, with this detail line. */
static inline void feed(struct bench *b, uint8_t class, uint8_t op, uint8_t right,
			const char *detail)
{
	struct event event = {
		.rec = {
			.sequence = b->sequence++,
			.kind = RVM_KIND_PROOF_REJECTED,
			.flags = RVM_RECORD_F_DETAIL | RVM_RECORD_F_PERMISSIVE,
		},
		.payload = {
			.reason = RVM_REASON_NO_TOKEN,
			.right = right,
			.class = class,
			.operation = op,
		},
	};

	detail_parse(&event.detail, detail);
	learn_event(&b->learn, &event);
	detail_free(&event.detail);
}

static inline void feed_path(struct bench *b, uint8_t op, uint8_t right, const char *path)
{
	char detail[4200];

	snprintf(detail, sizeof(detail), "op=open pid=4711 path=\"%s\"", path);
	feed(b, RVM_CLASS_PATH, op, right, detail);
}

static inline void feed_exec(struct bench *b, const char *path, const char *argv)
{
	char detail[4200];

	snprintf(detail, sizeof(detail), "op=exec pid=4711 path=\"%s\" argv=\"%s\"", path, argv);
	feed(b, RVM_CLASS_EXEC, RVM_OP_EXEC, X, detail);
}

static inline const struct line *find(const struct bench *b, const char *resource)
{
	for (size_t i = 0; i < b->learn.n_lines; i++) {
		if (!strcmp(b->learn.lines[i].resource, resource))
			return &b->learn.lines[i];
	}
	return NULL;
}

static inline void note_lines(const struct bench *b)
{
	for (size_t i = 0; i < b->learn.n_lines; i++)
		NOTE("line %s", b->learn.lines[i].resource);
	for (size_t i = 0; i < b->learn.n_left && i < 5; i++)
		NOTE("left %s: %s", b->learn.left[i].object, b->learn.left[i].why);
}

/* Exactly one line, this one; NULL for none. */
static inline void expect_only(struct bench *b, const char *resource, uint8_t rights)
{
	const struct line *line;

	learn_propose(&b->learn);
	line = resource ? find(b, resource) : NULL;
	if (!EXPECT_EQ(b->learn.n_lines, resource ? 1 : 0) || (resource && !EXPECT(line)))
		note_lines(b);
	else if (line)
		EXPECT_EQ(line->rights, rights);
	if (!resource)
		EXPECT(b->learn.n_left);
	bench_free(b);
}

#endif
