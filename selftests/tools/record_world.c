// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records a generated log, without a kernel.
 *
 *	record_world make DIR RECORDS LINES SEGMENT_BYTES [ID...]
 *		a log for each ID (default 1), one record in LINES with a line (0: none)
 *	record_world kill DIR TIMES SEED
 *		records under load, and is killed TIMES times at random points
 *	record_world speed DIR RECORDS
 *		records without lines, and verifies; prints how fast, beside SHA-256 alone
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/record_world.h"
#include "log/digest.h"
#include "log/store_verify.h"

static int fail(struct err *err, const char *what)
{
	fprintf(stderr, "%s: %s\n", what, err->text ?: "failed");
	return 1;
}

static struct record_policy policy_for(uint64_t segment_bytes)
{
	return (struct record_policy){
		.segment_bytes = segment_bytes,
		.segment_seconds = 86400,
		.sync_ms = 5,
		.sync_records = RECORD_SYNC_RECORDS,
		.sync_lines = RECORD_SYNC_LINES,
		.stop_fd = -1,
	};
}

static int record_once(struct world_source *source, const char *dir, uint64_t segment_bytes)
{
	struct record_policy policy = policy_for(segment_bytes);
	auto_store struct store store;
	struct record_count count;
	struct err err = { 0 };

	policy.once = true;
	if (store_open(&store, dir, NULL, &err) ||
	    record_run(&store, &source->source, &policy, &count, &err))
		return fail(&err, dir);
	world_detach(source->world);
	return 0;
}

static int make(int argc, char **argv)
{
	uint64_t records = strtoull(argv[1], NULL, 10), bytes = strtoull(argv[3], NULL, 10);
	struct world *w = world_new(1, atoi(argv[2]), records);
	struct world_source source = world_source(w);
	int ret = 0;

	source.burst = 20000;
	for (int i = 4; !ret && (i < argc || i == 4); i++) {
		world_reload(w, i < argc ? strtoull(argv[i], NULL, 10) : 1);
		ret = record_once(&source, argv[0], bytes);
	}
	return ret;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* What this process had of the processors; others have the rest. */
static double spent(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void tell(const char *what, uint64_t records, double begin, double begin_spent)
{
	double wall = now() - begin, cpu = spent() - begin_spent;

	printf("%llu records %s in %.3f s, %.3f s of them on a CPU: %.2f million a second, %.2f million a CPU second\n",
	       (unsigned long long)records, what, wall, cpu, records / wall / 1e6,
	       records / cpu / 1e6);
}

/* Its records are made before, as the kernel makes them elsewhere. */
static ssize_t read_again(struct record_source *source, void *buf, size_t size, struct err *err)
{
	static uint8_t *made;
	struct world_source *s = world_of(source);
	uint64_t limit = s->world->limit;
	size_t n = size / RVM_RECORD_BYTES;

	if (!made) {
		struct world *w = world_new(s->world->id, 0, limit);

		made = malloc(limit * RVM_RECORD_BYTES);
		for (uint64_t i = 0; made && i < limit; i++) {
			memcpy(made + i * RVM_RECORD_BYTES, w->raw[i % WORLD_RING],
			       RVM_RECORD_BYTES);
			world_step(w);
		}
		world_free(w);
	}
	if (!made || !size)
		return 0;
	n = n > limit - s->next ? limit - s->next : n;
	memcpy(buf, made + s->next * RVM_RECORD_BYTES, n * RVM_RECORD_BYTES);
	s->next += n;
	s->world->appended = s->next;
	return n * RVM_RECORD_BYTES;
}

/* Without a record of its own. */
static int attach_silently(struct record_source *source, struct store_place *place,
			   const uint8_t *previous, uint64_t length, struct err *err)
{
	*place = (struct store_place){ .id = world_of(source)->world->id };
	return 0;
}

/* The same bytes by libcrypto, in one message: what verifying is compared with. */
static void hash_alone(uint64_t records)
{
	static uint8_t bytes[1 << 20];
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];
	uint64_t left = records * RVM_RECORD_BYTES;
	double begin = now(), cpu = spent();
	SHA256_CTX sum;

	SHA256_Init(&sum);
	while (left) {
		size_t some = left < sizeof(bytes) ? left : sizeof(bytes);

		SHA256_Update(&sum, bytes, some);
		left -= some;
	}
	SHA256_Final(digest, &sum);
	tell("hashed alone", records, begin, cpu);
}

static int speed(int argc, char **argv)
{
	struct record_policy policy = policy_for(RECORD_SEGMENT_BYTES);
	struct world *w = world_new(1, 0, strtoull(argv[1], NULL, 10));
	struct world_source source = world_source(w);
	struct store_how how = { .length = UINT64_MAX };
	struct store_verdict verdict;
	auto_store struct store store;
	struct record_count count;
	struct err err = { 0 };
	double begin, cpu;

	policy.once = true;
	policy.sync_ms = RECORD_SYNC_MS;
	source.source.read = read_again;
	source.source.attach = attach_silently;
	read_again(&source.source, NULL, 0, &err);
	if (store_open(&store, argv[0], NULL, &err))
		return fail(&err, argv[0]);
	begin = now();
	cpu = spent();
	if (record_run(&store, &source.source, &policy, &count, &err))
		return fail(&err, argv[0]);
	tell("recorded", count.records, begin, cpu);
	begin = now();
	cpu = spent();
	if (store_verify(argv[0], &how, &verdict, &err) || verdict.reason)
		return fail(&err, verdict.reason ?: argv[0]);
	tell("verified", verdict.records, begin, cpu);
	hash_alone(verdict.records);
	return 0;
}

static void record_for_ever(struct world *w, const char *dir)
{
	struct record_policy policy = policy_for(512 << 10);
	struct world_source source = world_source(w);
	struct record_count count;
	struct store store;
	struct err err = { 0 };

	policy.sync_ms = 1;
	policy.sync_records = 4096;
	source.remote = true;
	if (store_open(&store, dir, NULL, &err) ||
	    record_run(&store, &source.source, &policy, &count, &err))
		_exit(fail(&err, dir));
	_exit(1);
}

/* From when on time counts. */
enum progress { STARTS, IS_ATTACHED, HAS_ACKNOWLEDGED, STAGES };

static bool is_at(const struct world *w, enum progress stage, uint64_t acked)
{
	return stage == STARTS || (stage == IS_ATTACHED && w->attached) || w->acked > acked;
}

/* Append until the recorder is there, and for a while longer: however slow it is. */
static void load(struct world *w, enum progress stage, double seconds)
{
	double begin = now(), end = begin + seconds;
	uint64_t acked = w->acked;

	do {
		if (w->asks) {
			world_attach(w);
			w->asks = 0;
		}
		for (unsigned int i = 0; i < 64; i++)
			world_step(w);
		if (!is_at(w, stage, acked) && now() < begin + 30)
			end = now() + seconds;
	} while (now() < end);
}

/* As the kernel does when the file is closed. */
static int kill_recorder(struct world *w, pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	w->asks = 0;
	world_detach(w);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	fprintf(stderr, "the recorder ended by itself\n");
	return 1;
}

static int check(const char *dir, const struct world *w, bool whole)
{
	struct store_how how = { .length = UINT64_MAX };
	auto_verdict struct store_verdict v = { 0 };
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	struct err err = { 0 };

	if (store_verify(dir, &how, &v, &err))
		return fail(&err, dir);
	if (v.reason) {
		fprintf(stderr, "%s: %s, byte %llu, record %llu\n", v.file, v.reason,
			(unsigned long long)v.offset, (unsigned long long)v.sequence);
		return 1;
	}
	if (w->broken || v.lost || v.gone || v.unsealed) {
		fprintf(stderr, "%u broken, %llu lost, %llu lines gone, %llu unsealed\n", w->broken,
			(unsigned long long)v.lost, (unsigned long long)v.gone,
			(unsigned long long)v.unsealed);
		return 1;
	}
	if (!whole)
		return 0;
	rvm_chain_head(&w->chain, head);
	/* The last record says that the recorder went away. */
	if (v.length + 1 == w->appended)
		return 0;
	fprintf(stderr, "%llu of %llu records\n", (unsigned long long)v.length,
		(unsigned long long)w->appended);
	return 1;
}

static int kill_often(int argc, char **argv)
{
	unsigned int times = atoi(argv[1]);
	uint64_t seed = strtoull(argv[2], NULL, 10), records = 0, acked = 0;
	struct world *w = world_new(seed, 3, UINT64_MAX);
	struct world_source source = world_source(w);
	int ret = 0;

	w->keep = true;
	for (unsigned int i = 0; !ret && i < times; i++) {
		uint64_t before = w->acked;
		pid_t pid = fork();

		if (!pid)
			record_for_ever(w, argv[0]);
		load(w, i % STAGES, world_mix(seed + i) % 8000 / 1e6);
		ret = kill_recorder(w, pid);
		acked += w->acked - before;
		if (!ret && i % 50 == 49)
			ret = check(argv[0], w, false);
		if (i % 100 != 99)
			continue;
		/* All that was acknowledged is there: the rest is offered again. */
		ret = ret || record_once(&source, argv[0], 512 << 10) || check(argv[0], w, true);
		records += w->appended;
		world_reload(w, seed + i + 1);
	}
	printf("killed %u times: %llu records, %llu acknowledged before kills\n", times,
	       (unsigned long long)records, (unsigned long long)acked);
	return ret;
}

int main(int argc, char **argv)
{
	signal(SIGXFSZ, SIG_IGN);
	if (argc >= 6 && !strcmp(argv[1], "make"))
		return make(argc - 2, argv + 2);
	if (argc == 5 && !strcmp(argv[1], "kill"))
		return kill_often(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "speed"))
		return speed(argc - 2, argv + 2);
	fprintf(stderr, "record_world make|kill|speed DIR ...\n");
	return 2;
}
