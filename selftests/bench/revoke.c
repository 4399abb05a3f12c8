// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it costs to take back a token from which many others were derived.
 *
 *   revoke TOKENS PARTITIONS [PLACE]
 *
 * Of one token of a table, others are derived until there are TOKENS, each from any of
 * those, up to eight deep, in so many partitions in turn.  The source is taken back by one
 * request, of which the processor time is printed.  In a guest that counts instructions
 * (-icount shift=0) one nanosecond is one instruction.
 *
 * With a PLACE a task opens files meanwhile, see beside.h: `beside` in a partition that
 * has none of the tokens, `within` in one that has.  It is printed how long that takes
 * while this process only computes, and while it takes the tokens back.
 *
 * $RVM_TRACING names a file that is set to 1 while they are taken back.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "beside.h"
#include "lib/token.h"

#define FOLDER "/tmp/tree"
#define DEPTH_MAX 8
#define IDLE_NS 500000000LL

struct node {
	struct handle token;
	unsigned short folder;
	unsigned char depth;
};

static struct tree {
	int nl;
	unsigned int tokens, partitions;
	struct node *node;
	struct box source, *part;
	/* Of the dearest grant, and of all. */
	long long longest, grants;
} tree;

static const char *tracing;

static long long clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool make_source(void)
{
	const struct rule rule = { RVM_CLASS_PATH,
				   RVM_RIGHT_READ | RVM_RIGHT_GRANT | RVM_RIGHT_REVOKE, FOLDER,
				   "**" };

	mkdir(FOLDER, 0755);
	return box_make(&tree.source, tree.nl, "source") && !box_load(&tree.source, &rule, 1) &&
	       token_find(&tree.source, 0, &tree.node[0].token);
}

static bool make_partitions(void)
{
	char name[32];

	for (unsigned int i = 0; i < tree.partitions; i++) {
		snprintf(name, sizeof(name), "tree-%u", i);
		if (!box_make(&tree.part[i], tree.nl, name))
			return false;
		close(tree.part[i].cgroup_fd);
		tree.part[i].cgroup_fd = -1;
	}
	return true;
}

static unsigned int any_source(unsigned int made)
{
	unsigned int nr;

	do
		nr = random() % made;
	while (tree.node[nr].depth == DEPTH_MAX);
	return nr;
}

/* Below the source each has a directory, which is also that of what comes from it. */
static bool grow(unsigned int nr)
{
	const struct node *from = &tree.node[any_source(nr)];
	struct node *node = &tree.node[nr];
	struct gift gift = { from->token, tree.part[nr % tree.partitions].id };
	long long begin = clock_ns(CLOCK_THREAD_CPUTIME_ID), took;
	char pattern[32];

	node->depth = from->depth + 1;
	node->folder = from->depth ? from->folder : nr % 1000;
	snprintf(pattern, sizeof(pattern), "d%u/**", node->folder);
	gift.pattern = pattern;
	if (token_grant(tree.nl, &gift, &node->token))
		return false;
	took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
	tree.grants += took;
	tree.longest = took > tree.longest ? took : tree.longest;
	return true;
}

static bool make_tree(void)
{
	srandom(1);
	for (unsigned int nr = 1; nr < tree.tokens; nr++)
		if (!grow(nr))
			return false;
	return true;
}

static bool take_back(void)
{
	long long begin = clock_ns(CLOCK_THREAD_CPUTIME_ID), took, passed;
	long long start = clock_ns(CLOCK_MONOTONIC);
	uint32_t count = 0;
	int err;

	if (tracing)
		write_file(tracing, "1");
	err = token_revoke(tree.nl, &tree.node[0].token, &count);
	if (tracing)
		write_file(tracing, "0");
	took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin;
	passed = clock_ns(CLOCK_MONOTONIC) - start;
	if (err || count != tree.tokens) {
		fprintf(stderr, "revoke: %s, %u tokens\n", strerror(err), count);
		return false;
	}
	printf("request %lld each %lld passed %lld grant %lld longest-grant %lld\n", took,
	       took / count, passed, tree.grants / (count - 1), tree.longest);
	return true;
}

/* Something that can be preempted anywhere. */
static bool compute(void)
{
	long long end = clock_ns(CLOCK_MONOTONIC) + IDLE_NS;

	while (clock_ns(CLOCK_MONOTONIC) < end)
		;
	return true;
}

static void print_spread(const char *name, unsigned int count, const struct spread *call,
			 const struct spread *wait)
{
	printf("%s opens %u call %lld %lld %lld wait %lld %lld %lld\n", name, count, call->half,
	       call->most_but_one_in_1000, call->most, wait->half, wait->most_but_one_in_1000,
	       wait->most);
}

static bool watch(struct box *box, unsigned int set, const char *name, bool (*work)(void))
{
	static const char *const kinds[] = { "warm", "cold" };
	struct beside result;
	char title[64];

	if (!watch_beside(box, set, work, &result))
		return false;
	for (int i = 0; i < OPEN_KINDS; i++) {
		snprintf(title, sizeof(title), "%s-%s", name, kinds[i]);
		print_spread(title, result.count[i], &result.call[i], &result.wait[i]);
	}
	return true;
}

static bool revoke_watched(struct box *box)
{
	return make_files_beside() && load_table_beside(box) && watch(box, 0, "alone", compute) &&
	       watch(box, 1, "meanwhile", take_back);
}

static bool measure(const char *place)
{
	struct box other;
	bool good;

	if (!place)
		return take_back();
	if (!strcmp(place, "within"))
		return revoke_watched(&tree.part[0]);
	if (!box_make(&other, tree.nl, "beside"))
		return false;
	good = revoke_watched(&other);
	return box_remove(&other) && good;
}

int main(int argc, char **argv)
{
	bool good;

	if (argc < 3)
		return 2;
	tracing = getenv("RVM_TRACING");
	tree.nl = nl_open();
	tree.tokens = atoi(argv[1]);
	tree.partitions = atoi(argv[2]);
	tree.node = calloc(tree.tokens, sizeof(*tree.node));
	tree.part = calloc(tree.partitions, sizeof(*tree.part));
	if (tree.nl < 0 || !tree.node || !tree.part)
		return 1;
	good = make_source() && make_partitions() && make_tree() && measure(argv[3]);
	for (unsigned int i = 0; i < tree.partitions; i++)
		box_remove(&tree.part[i]);
	box_remove(&tree.source);
	return good ? 0 : 1;
}
