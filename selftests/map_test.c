// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log as a file and as memory: module_test.sh loads the module with ring=1024, so that
 * records are overwritten all the time, and starts this.  What reads the map knows nothing
 * but <linux/rvm_witness.h>; all that it takes is compared with what read() gives.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rvm_record.h>
#include <linux/rvm_witness.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"

#define RING 1024
#define RECORD 64
#define DEVICE "/dev/rvm_witness"

static struct request r;
static struct reply reply;
static unsigned int number;
static bool failed;

static void report(bool good, const char *name)
{
	printf("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
	if (!good)
		printf("# errno %d\n", errno);
	failed |= !good;
}

/* The reader: from here to take() is all that a program needs. */

static const void *slot_of(const struct rvm_witness_map *map, uint64_t sequence)
{
	return (const char *)map + map->ring + sequence % map->capacity * map->record_bytes;
}

static uint64_t final(const struct rvm_witness_map *map)
{
	return __atomic_load_n(&map->hashed, __ATOMIC_ACQUIRE);
}

/* After a copy: was the record there all the time? */
static bool was_there(const struct rvm_witness_map *map, uint64_t sequence)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return sequence >= __atomic_load_n(&map->first, __ATOMIC_RELAXED);
}

static bool take(const struct rvm_witness_map *map, uint64_t sequence, void *record)
{
	if (sequence >= final(map))
		return false;
	memcpy(record, slot_of(map, sequence), map->record_bytes);
	return was_there(map, sequence);
}

static size_t map_bytes(void)
{
	return sysconf(_SC_PAGESIZE) + RING * RECORD;
}

static void *map_log(int fd, size_t bytes, int protection, int flags, off_t offset)
{
	return mmap(NULL, bytes, protection, flags, fd, offset);
}

/* 0, or why not; what is mapped goes again. */
static int try_map(int fd, size_t bytes, int protection, int flags, off_t offset)
{
	void *at = map_log(fd, bytes, protection, flags, offset);

	if (at == MAP_FAILED)
		return errno;
	munmap(at, bytes);
	return 0;
}

static void test_refusals(int fd)
{
	size_t page = sysconf(_SC_PAGESIZE), all = map_bytes();

	report(!try_map(fd, all, PROT_READ, MAP_SHARED, 0), "all_of_it_is_mapped");
	report(!try_map(fd, page, PROT_READ, MAP_SHARED, 0) &&
		       !try_map(fd, page, PROT_READ, MAP_SHARED, page),
	       "or_some_of_it");
	report(try_map(fd, all + page, PROT_READ, MAP_SHARED, 0) == EINVAL &&
		       try_map(fd, all, PROT_READ, MAP_SHARED, page) == EINVAL,
	       "not_what_is_not_there");
	report(try_map(fd, all, PROT_READ | PROT_WRITE, MAP_SHARED, 0) == EACCES,
	       "not_for_writing");
	report(try_map(fd, all, PROT_READ | PROT_EXEC, MAP_SHARED, 0) != 0, "not_as_code");
	report(try_map(fd, all, PROT_READ, MAP_PRIVATE, 0) == EINVAL &&
		       try_map(fd, all, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0) == EACCES,
	       "not_as_a_copy");
}

/* Is it readable in a child?  The signal says that it is not. */
static bool child_reads(const volatile char *at)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit(*at ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status);
}

static void test_what_stays(struct rvm_witness_map *map)
{
	static const char own[] = "x";
	char *moved;

	report(mprotect(map, map_bytes(), PROT_READ | PROT_WRITE) && errno == EACCES,
	       "it_does_not_become_writable");
	report(mprotect(map, map_bytes(), PROT_READ | PROT_EXEC) != 0, "nor_code");
	report(child_reads(own) && !child_reads((char *)map), "no_child_inherits_it");
	report(madvise(map, map_bytes(), MADV_DOFORK) && errno == EINVAL, "whatever_it_asks_for");
	report(mremap(map, map_bytes(), 2 * map_bytes(), MREMAP_MAYMOVE) == MAP_FAILED,
	       "it_does_not_grow");
	moved = mmap(NULL, map_bytes(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	moved = mremap(map, map_bytes(), map_bytes(), MREMAP_MAYMOVE | MREMAP_FIXED, moved);
	report(moved != MAP_FAILED && !child_reads(moved) &&
		       ((struct rvm_witness_map *)moved)->magic == RVM_WITNESS_MAP_MAGIC,
	       "it_moves_and_stays_what_it_is");
	munmap(moved, sysconf(_SC_PAGESIZE));
	report(!child_reads(moved + sysconf(_SC_PAGESIZE)), "so_does_a_part");
	munmap(moved, map_bytes());
}

static int map_inside(void *fd)
{
	return try_map(*(int *)fd, map_bytes(), PROT_READ, MAP_SHARED, 0);
}

static int change_mode(struct box *box, unsigned int i)
{
	return box_set(box, RVM_A_PARTITION_MODE, i % 2 ? RVM_MODE_PERMISSIVE : RVM_MODE_LEARN);
}

static void change(struct box *box, unsigned int times)
{
	while (times--)
		change_mode(box, times);
}

static uint64_t log_length(int nl)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

/* As lseek(2) has it. */
static void test_seeking(struct box *box, int fd)
{
	off_t begin, end = log_length(box->nl) * RECORD;
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char record[RECORD];

	begin = lseek(fd, 0, SEEK_DATA);
	report(begin > 0 && begin % RECORD == 0 && begin == end - RING * RECORD,
	       "data_begins_with_the_oldest_record");
	report(pread(fd, record, RECORD, begin) == RECORD &&
		       pread(fd, record, RECORD, begin - RECORD) == -1 && errno == ENODATA,
	       "before_it_nothing_can_be_read");
	report(lseek(fd, begin + 1, SEEK_DATA) == begin + 1, "within_data_it_is_where_it_was");
	report(lseek(fd, 0, SEEK_HOLE) == 0 && lseek(fd, begin - 1, SEEK_HOLE) == begin - 1,
	       "what_was_overwritten_is_a_hole");
	report(lseek(fd, begin, SEEK_HOLE) == end, "the_next_one_is_the_end");
	report(lseek(fd, 0, SEEK_END) == end, "the_end_is_the_length");
	report(lseek(fd, end, SEEK_DATA) == -1 && errno == ENXIO &&
		       lseek(fd, end, SEEK_HOLE) == -1 && errno == ENXIO,
	       "beyond_is_ENXIO");
	report(lseek(fd, -1, SEEK_DATA) == -1 && errno == ENXIO && lseek(fd, -1, SEEK_HOLE) == -1 &&
		       errno == ENXIO && lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL,
	       "so_is_what_is_before_the_beginning");
	lseek(fd, 0, SEEK_END);
	report(read(fd, record, RECORD) == 0 && poll(&ready, 1, 0) == 0, "there_is_no_more_yet");
	change_mode(box, 0);
	report(poll(&ready, 1, 5000) == 1 && read(fd, record, RECORD) == RECORD,
	       "who_waits_is_woken");
}

/* What the protocol is for: a record is copied while another one takes its place. */
static void test_overwritten(struct box *box, const struct rvm_witness_map *map)
{
	uint64_t oldest = map->first;
	struct rvm_record record;

	report(take(map, oldest, &record) && record.sequence == oldest, "the_oldest_can_be_taken");
	change(box, 2);
	memcpy(&record, slot_of(map, oldest), RECORD);
	report(record.sequence == oldest + RING && !was_there(map, oldest),
	       "if_it_is_overwritten_meanwhile_it_is_void");
	report(!take(map, final(map), &record), "what_is_not_final_is_not_taken");
}

struct counts {
	unsigned int taken;
	unsigned int voided;
	/* Void, and it was indeed another one. */
	unsigned int others;
	unsigned int compared;
	unsigned int wrong;
};

static bool is_next(const struct rvm_record *before, const struct rvm_record *record)
{
	return record->sequence != before->sequence + 1 || record->prev_hash == before->record_hash;
}

/* The oldest records, which go first. */
static void read_oldest(const struct rvm_witness_map *map, int fd, struct counts *c)
{
	struct rvm_record record, same, before = {};
	uint64_t sequence = map->first, end = sequence + 16;

	for (; sequence < end && sequence < final(map); sequence++) {
		if (!take(map, sequence, &record)) {
			c->voided++;
			c->others += record.sequence != sequence;
			continue;
		}
		c->taken++;
		c->wrong += record.sequence != sequence || !is_next(&before, &record);
		before = record;
		if (pread(fd, &same, RECORD, sequence * RECORD) != RECORD)
			continue;
		c->compared++;
		c->wrong += !!memcmp(&same, &record, RECORD);
	}
}

/* The newest ones, which the hasher has just left. */
static void read_newest(const struct rvm_witness_map *map, int fd, struct counts *c)
{
	uint64_t end = final(map), sequence = end - 4;
	struct rvm_record record, same;

	for (; sequence < end; sequence++) {
		if (!take(map, sequence, &record) ||
		    pread(fd, &same, RECORD, sequence * RECORD) != RECORD)
			continue;
		c->taken++;
		c->compared++;
		c->wrong += !!memcmp(&same, &record, RECORD);
	}
}

static pid_t start_flood(struct box *box)
{
	pid_t pid = fork();
	unsigned int i;

	if (pid)
		return pid;
	box->nl = nl_open();
	for (i = 0;; i++)
		change_mode(box, i);
}

static void test_flood(struct box *box, const struct rvm_witness_map *map, int fd)
{
	uint64_t from = final(map);
	pid_t pid = start_flood(box);
	struct counts c = {};
	time_t end = time(NULL) + 4;

	while (time(NULL) < end || final(map) < from + 4 * RING) {
		read_oldest(map, fd, &c);
		read_newest(map, fd, &c);
		if (time(NULL) > end + 60)
			break;
	}
	kill(pid, SIGKILL);
	wait_for(pid);
	printf("# %llu records, %u taken, %u compared, %u void of which %u were others\n",
	       (unsigned long long)(final(map) - from), c.taken, c.compared, c.voided, c.others);
	report(final(map) >= from + 4 * RING && c.compared > RING, "a_flood_is_read");
	report(!c.wrong, "each_record_is_what_read_gives");
}

/* A recorder is told. */
static uint64_t which_log(void)
{
	struct rvm_witness_attach attach = {};
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);

	ioctl(fd, RVM_WITNESS_ATTACH, &attach);
	close(fd);
	return attach.log;
}

int main(void)
{
	int nl = nl_open(), fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	struct rvm_witness_map *map;
	struct box box;

	printf("TAP version 13\n1..32\n");
	if (nl < 0 || fd < 0 || !box_make(&box, nl, "map")) {
		printf("Bail out! cannot set up\n");
		return 1;
	}
	test_refusals(fd);
	report(box_do(&box, map_inside, &fd) == EACCES, "not_from_inside");
	test_what_stays(map_log(fd, map_bytes(), PROT_READ, MAP_SHARED, 0));
	map = map_log(fd, map_bytes(), PROT_READ, MAP_SHARED, 0);
	report(map->magic == RVM_WITNESS_MAP_MAGIC && map->version == 1 && map->capacity == RING &&
		       map->record_bytes == RECORD && map->ring == sysconf(_SC_PAGESIZE),
	       "it_says_what_it_is");
	report(map->log == which_log(), "and_of_which_log");
	change(&box, RING + 100);
	test_seeking(&box, fd);
	test_overwritten(&box, map);
	/* The map is enough to read. */
	test_flood(&box, map, fd);
	report(box_remove(&box), "the_partition_is_deleted");
	return failed;
}
