/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A log as the kernel has it, without one: records are generated into a ring, a recorder
 * attaches and acknowledges.  In memory that processes share, so that the recorder can be
 * killed; only one process appends.
 */
#ifndef RVM_RECORD_WORLD_H
#define RVM_RECORD_WORLD_H

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/log/chain.h"
#include "lib/log/ratchet.h"
#include "log/digest.h"
#include "log/recorder.h"

#define WORLD_RING 65536
#define WORLD_STATES 1024
#define WORLD_LINE 192
#define WORLD_SEAL 4096

struct world {
	/* Of the log; another one after world_reload(). */
	uint64_t id;
	/* One record in so many has a line; 0 for none. */
	unsigned int line_each;
	/* A seal at the latest after so many records. */
	unsigned int seal_each;
	/* Overwrite nothing without a recorder either. */
	bool keep;
	/* Stop making records at this length. */
	uint64_t limit;
	_Atomic uint64_t appended, acked;
	_Atomic bool attached;
	/* A recorder in another process asks for world_attach(); answered by the owner. */
	_Atomic int asks;
	struct store_place place;
	char previous[160];
	/* An acknowledged record was not offered again. */
	_Atomic unsigned int broken;
	struct rvm_chain chain;
	/* Records are signed with it, and it ratchets at seals. */
	bool keyed;
	struct rvm_hmac_key key;
	SHA256_CTX stretch;
	uint32_t stretch_lines;
	uint64_t sealed;
	/* Lines that are pretended to be gone: those of records before. */
	uint64_t gone_before;
	/* Before each record whose number is a multiple. */
	struct {
		uint32_t state[8];
		uint8_t aux[8];
	} states[WORLD_RING / WORLD_STATES];
	uint8_t raw[WORLD_RING][RVM_RECORD_BYTES];
	char line[WORLD_RING][WORLD_LINE];
};

/* What a process has of it. */
struct world_source {
	struct record_source source;
	struct world *world;
	uint64_t next;
	/* Another process appends. */
	bool remote;
	/* Make so many records whenever there are none. */
	unsigned int burst;
};

static inline uint64_t world_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t world_first(const struct world *w)
{
	uint64_t appended = w->appended;

	if (appended <= WORLD_RING)
		return 0;
	return (appended - WORLD_RING + WORLD_STATES - 1) / WORLD_STATES * WORLD_STATES;
}

static inline bool world_has_room(const struct world *w)
{
	/* The states of the oldest records stay as long as these. */
	return (!w->attached && !w->keep) || w->appended - w->acked < WORLD_RING - WORLD_STATES;
}

/* @line: NULL for none. */
static inline void world_append(struct world *w, struct rvm_record *rec, const char *line)
{
	uint64_t sequence = w->appended;
	size_t slot = sequence % WORLD_RING;

	if (sequence % WORLD_STATES == 0) {
		memcpy(w->states[slot / WORLD_STATES].state, w->chain.state, 32);
		memcpy(w->states[slot / WORLD_STATES].aux, w->chain.last_aux, 8);
	}
	rec->sequence = sequence;
	rec->timestamp_ns = 1700000000000000000ULL + sequence * 1000003;
	w->line[slot][0] = '\0';
	if (line) {
		rec->flags |= RVM_RECORD_F_DETAIL;
		snprintf(w->line[slot], WORLD_LINE, "%s", line);
		SHA256_Update(&w->stretch, line, strlen(line));
		SHA256_Update(&w->stretch, "\n", 1);
		w->stretch_lines++;
	}
	rvm_chain_append(&w->chain, rec, w->keyed ? &w->key : NULL);
	if (!w->keyed) {
		/* As if it were signed. */
		rvm_le64_put(rec->aux, world_mix(sequence + w->id));
		memcpy(w->chain.last_aux, rec->aux, sizeof(rec->aux));
	}
	if (w->keyed && rec->kind == RVM_KIND_LOG_SEAL)
		rvm_key_ratchet(&w->key);
	rvm_record_encode(rec, w->raw[slot]);
	w->appended = sequence + 1;
}

static inline void world_seal(struct world *w)
{
	struct rvm_record rec = { .kind = RVM_KIND_LOG_SEAL };
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];

	SHA256_Final(digest, &w->stretch);
	rec.target = rvm_le64_get(digest);
	rvm_le32_put(rec.payload + 4, w->stretch_lines);
	world_append(w, &rec, NULL);
	SHA256_Init(&w->stretch);
	w->stretch_lines = 0;
	w->sealed = w->appended;
}

/* One record, if there is room. */
static inline bool world_step(struct world *w)
{
	uint64_t sequence = w->appended, random = world_mix(sequence * 977 + w->id);
	struct rvm_record rec = {
		.kind = sequence ? RVM_KIND_PROOF_VERIFIED_P1 + random % 4 :
				   RVM_KIND_BOOT_ATTESTATION,
		.tier = random % 3,
		.actor = random % 7,
		/* The first one names the log. */
		.target = sequence ? random : w->id,
		.capability_hash = random >> 7,
		.payload = { random % 11, random % 128, 1, random % 40 },
	};
	char line[WORLD_LINE];

	if (sequence >= w->limit || !world_has_room(w))
		return false;
	if (sequence - w->sealed >= w->seal_each - 1) {
		world_seal(w);
		return true;
	}
	if (w->line_each && random % w->line_each == 0) {
		snprintf(line, sizeof(line),
			 "op=open right=1 pid=%u uid=0 comm=\"x\" path=\"/%llx/%.*s\"",
			 (unsigned int)(random % 30000), (unsigned long long)random,
			 (int)(random % 64),
			 "0123456789012345678901234567890123456789012345678901234567890123");
		world_append(w, &rec, line);
	} else {
		world_append(w, &rec, NULL);
	}
	return true;
}

/* The module is unloaded and loaded again. */
static inline void world_reload(struct world *w, uint64_t id)
{
	w->id = id;
	w->appended = 0;
	w->acked = 0;
	w->attached = false;
	w->sealed = 0;
	w->stretch_lines = 0;
	SHA256_Init(&w->stretch);
	rvm_chain_init(&w->chain, digest_compress);
	world_step(w);
}

static inline struct world *world_new(uint64_t id, unsigned int line_each, uint64_t limit)
{
	struct world *w =
		mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (w == MAP_FAILED)
		abort();
	w->line_each = line_each;
	w->seal_each = WORLD_SEAL;
	w->limit = limit;
	world_reload(w, id);
	return w;
}

static inline void world_free(struct world *w)
{
	munmap(w, sizeof(*w));
}

/* What is in @w->place comes in and goes out. */
static inline void world_attach(struct world *w)
{
	struct store_place *place = &w->place;
	uint64_t first = world_first(w), next = place->next;
	struct rvm_record rec = { .kind = RVM_KIND_RECORDER, .payload = { RECORDER_ATTACHED } };
	char line[WORLD_LINE];

	if (place->id != w->id)
		next = 0;
	/* What was acknowledged has to be there. */
	if (place->id == w->id && next < w->acked)
		w->broken++;
	if (place->id == w->id)
		w->previous[0] = '\0';
	*place = (struct store_place){ .id = w->id, .next = next };
	if (next < first)
		place->next = first;
	if (place->next != next) {
		memcpy(place->state, w->states[first % WORLD_RING / WORLD_STATES].state, 32);
		memcpy(place->aux, w->states[first % WORLD_RING / WORLD_STATES].aux, 8);
	}
	w->acked = place->next;
	rec.target = place->next;
	snprintf(line, sizeof(line), "recorder=attached first=%llu%s",
		 (unsigned long long)place->next, w->previous);
	world_append(w, &rec, line);
	w->attached = true;
}

static inline void world_detach(struct world *w)
{
	struct rvm_record rec = { .kind = RVM_KIND_RECORDER };

	if (!w->attached)
		return;
	w->attached = false;
	world_append(w, &rec, "recorder=detached");
}

static inline struct world_source *world_of(struct record_source *source)
{
	return (struct world_source *)source;
}

static inline int world_attach_to(struct record_source *source, struct store_place *place,
				  const uint8_t *previous, uint64_t length, struct err *err)
{
	struct world_source *s = world_of(source);
	struct world *w = s->world;
	char *at = w->previous;

	if (!s->remote && w->attached) {
		err_make(err, EXIT_REFUSED, "another recorder is attached");
		return -EBUSY;
	}
	*at = '\0';
	if (length) {
		at += sprintf(at, " previous=");
		for (size_t i = 0; i < RVM_SHA256_DIGEST_BYTES; i++)
			at += sprintf(at, "%02x", previous[i]);
		sprintf(at, " length=%llu", (unsigned long long)length);
	}
	w->place = *place;
	if (s->remote) {
		w->asks = 1;
		while (w->asks)
			sched_yield();
	} else {
		world_attach(w);
	}
	*place = w->place;
	s->next = place->next;
	return 0;
}

static inline ssize_t world_read(struct record_source *source, void *buf, size_t size,
				 struct err *err)
{
	struct world_source *s = world_of(source);
	struct world *w = s->world;
	size_t n = 0;

	for (unsigned int i = 0; s->next == w->appended && i < s->burst; i++) {
		if (!world_step(w))
			break;
	}
	while (n < size / RVM_RECORD_BYTES && s->next < w->appended) {
		size_t slot = s->next % WORLD_RING, run = WORLD_RING - slot;
		uint64_t have = w->appended - s->next;

		run = run > have ? have : run;
		run = run > size / RVM_RECORD_BYTES - n ? size / RVM_RECORD_BYTES - n : run;
		memcpy((char *)buf + n * RVM_RECORD_BYTES, w->raw[slot], run * RVM_RECORD_BYTES);
		n += run;
		s->next += run;
	}
	return n * RVM_RECORD_BYTES;
}

static inline int world_lines(struct record_source *source, uint64_t first, uint64_t end,
			      record_line_fn fn, void *data, struct err *err)
{
	struct world *w = world_of(source)->world;

	for (; first < end; first++) {
		const char *line = w->line[first % WORLD_RING];

		if (*line && first >= w->gone_before && fn(data, first, line, strlen(line)))
			return -ENOMEM;
	}
	return 0;
}

static inline int world_ack(struct record_source *source, uint64_t next, struct err *err)
{
	struct world *w = world_of(source)->world;

	if (next < w->acked || next > w->appended) {
		err_make(err, EXIT_REFUSED, "acknowledges what it cannot have");
		return -EINVAL;
	}
	w->acked = next;
	return 0;
}

static inline int world_wait(struct record_source *source, int stop_fd, int timeout_ms,
			     struct err *err)
{
	sched_yield();
	return 0;
}

static inline struct world_source world_source(struct world *w)
{
	return (struct world_source){
		.source = { .attach = world_attach_to,
			    .read = world_read,
			    .lines = world_lines,
			    .ack = world_ack,
			    .wait = world_wait },
		.world = w,
	};
}

#endif
