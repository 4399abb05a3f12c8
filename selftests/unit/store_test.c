// SPDX-License-Identifier: GPL-2.0-only
/* Recording into a directory, coming back to it, and verifying it. */
#include <sys/file.h>
#include <sys/resource.h>
#include <signal.h>

#include "store_world.h"

#define FIRST "000001-00000000000000000000"

/* Segments of 256 records; a seal each 64. */
#define SEGMENT (256 * RVM_RECORD_BYTES)

static struct world *small_world(uint64_t limit)
{
	struct world *w = world_new(77, 3, limit);

	w->seal_each = 64;
	return w;
}

static void what_is_recorded_is_the_log(void)
{
	struct world *w = small_world(1000);
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	struct store_verdict v;

	new_dir();
	record_all(w, SEGMENT);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_STR(v.notes, NULL);
	EXPECT_EQ(v.logs, 1);
	EXPECT_EQ(v.segments, 4);
	EXPECT_EQ(v.records, 1000);
	EXPECT_EQ(v.lost, 0);
	EXPECT_EQ(v.gone, 0);
	EXPECT_EQ(v.unsealed, 0);
	EXPECT_EQ(w->acked, 1000);
	/* The world has made one more record: that nobody records any more. */
	store_verdict_free(&v);
	w->limit = 2000;
	record_all(w, SEGMENT);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_EQ(v.records, 2000);
	store_verdict_free(&v);
	rvm_chain_head(&w->chain, head);
	drop_dir();
	world_free(w);
}

static void head_is_that_of_the_kernel(void)
{
	struct world *w = small_world(700);
	struct record_policy policy = policy_of(SEGMENT);
	struct world_source source = world_source(w);
	uint8_t head[RVM_SHA256_DIGEST_BYTES];
	struct record_count count;
	struct store_verdict v;
	struct store store;
	struct err err = { 0 };

	new_dir();
	source.burst = 10;
	EXPECT_EQ(store_open(&store, store_dir, NULL, &err), 0);
	EXPECT_EQ(record_run(&store, &source.source, &policy, &count, &err), 0);
	rvm_chain_head(&w->chain, head);
	v = verify_dir();
	EXPECT_EQ(v.length, w->appended);
	EXPECT_MEM(v.head, head, sizeof(head));
	store_verdict_free(&v);
	store_close(&store);
	drop_dir();
	world_free(w);
}

static void a_reload_begins_another_log_that_names_the_first(void)
{
	struct world *w = small_world(300);
	struct store_verdict v;

	new_dir();
	record_all(w, SEGMENT);
	world_reload(w, 78);
	record_all(w, SEGMENT);
	world_reload(w, 79);
	record_all(w, SEGMENT);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_STR(v.notes, NULL);
	EXPECT_EQ(v.logs, 3);
	EXPECT_EQ(v.records, 900);
	EXPECT_EQ(v.length, 300);
	store_verdict_free(&v);
	drop_dir();
	world_free(w);
}

/* The second log names another one than the first that is here. */
static void another_first_log_is_found(void)
{
	struct world *w = small_world(300);
	size_t size[4];
	uint8_t *data[4];
	static const char *const names[] = { FIRST ".records", FIRST ".lines", FIRST ".open" };
	auto_verdict struct store_verdict v = { 0 };

	new_dir();
	record_all(w, 1 << 20);
	for (size_t i = 0; i < 3; i++)
		data[i] = load_file(names[i], &size[i]);
	drop_dir();
	new_dir();
	world_reload(w, 55);
	record_all(w, 1 << 20);
	world_reload(w, 78);
	record_all(w, 1 << 20);
	expect_good();
	/* Put the other one in its place, and let a recorder seal it. */
	for (size_t i = 0; i < 3; i++) {
		save_file(names[i], data[i], size[i]);
		free(data[i]);
	}
	v = verify_dir();
	EXPECT(v.reason);
	drop_dir();
	world_free(w);
}

static void what_was_overwritten_is_said_to_be_lost(void)
{
	struct world *w = small_world(2 * WORLD_RING);
	struct store_verdict v;

	new_dir();
	w->limit = 100;
	record_all(w, SEGMENT);
	w->limit = WORLD_RING + 5000;
	while (world_step(w))
		;
	w->limit += 1000;
	record_all(w, 4 * SEGMENT);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT(v.lost > 0);
	EXPECT_EQ(v.records + v.lost, v.length);
	/* What comes before the first seal cannot be checked. */
	EXPECT(v.unsealed > 0);
	EXPECT_EQ(v.segments, 1 + (v.records - 100 + 1023) / 1024);
	store_verdict_free(&v);
	drop_dir();
	world_free(w);
}

static void lines_that_were_gone_are_counted(void)
{
	struct world *w = small_world(500);
	auto_verdict struct store_verdict v = { 0 };

	while (world_step(w))
		;
	new_dir();
	w->gone_before = 200;
	w->limit = 1000;
	record_all(w, SEGMENT);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_STR(v.notes, NULL);
	EXPECT(v.gone > 40);
	EXPECT(v.unsealed >= v.gone);
	drop_dir();
	world_free(w);
}

/* A recorder was there: nothing could take it away. */
static void a_line_that_is_missing_later_is_found(void)
{
	struct world *w = small_world(500);
	auto_verdict struct store_verdict v = { 0 };

	new_dir();
	record_all(w, 1 << 20);
	w->gone_before = 700;
	w->limit = 1000;
	record_all(w, 1 << 20);
	w->limit = 1200;
	record_all(w, 1 << 20);
	v = verify_dir();
	EXPECT_STR(v.reason, "the line is missing, though a recorder was there");
	EXPECT(v.sequence >= 500 && v.sequence < 504);
	drop_dir();
	world_free(w);
}

static void append_to(const char *name, const void *data, size_t size)
{
	char path[PATH_MAX];
	int fd;

	in_dir(path, name);
	fd = open(path, O_WRONLY | O_APPEND);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void a_torn_tail_is_cut(void)
{
	struct world *w = small_world(300);
	auto_verdict struct store_verdict v = { 0 };

	new_dir();
	record_all(w, 1 << 20);
	append_to(FIRST ".lines", "half of a line", 14);
	append_to(FIRST ".records", "half of a record", 16);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_STR(v.notes, FIRST ": does not end with a whole record, as after a crash");
	w->limit = 600;
	record_all(w, 1 << 20);
	EXPECT_STR(said, FIRST ": cut off 16 bytes of a record and 14 bytes of lines that were "
			       "not finished\n");
	EXPECT_EQ(size_of(FIRST ".cut"), -1);
	EXPECT_EQ(size_of(FIRST ".records"), 600 * RVM_RECORD_BYTES);
	expect_good();
	drop_dir();
	world_free(w);
}

/* A disk that wrote the records, and not all of their lines. */
static void records_without_their_lines_are_cut_and_kept(void)
{
	struct world *w = small_world(300);
	char path[PATH_MAX];

	new_dir();
	record_all(w, 1 << 20);
	w->acked = 0;
	in_dir(path, FIRST ".lines");
	EXPECT_EQ(truncate(path, size_of(FIRST ".lines") - 10), 0);
	expect_bad(FIRST ".lines", "a line is missing");
	w->limit = 600;
	record_all(w, 1 << 20);
	EXPECT(strstr(said, "its line is missing"));
	EXPECT(size_of(FIRST ".cut") > 0);
	EXPECT_EQ(size_of(FIRST ".cut") % RVM_RECORD_BYTES, 0);
	EXPECT_EQ(size_of(FIRST ".records"), 600 * RVM_RECORD_BYTES);
	expect_good();
	drop_dir();
	world_free(w);
}

/* In a guest that lost power: the file is longer than what was written. */
static void zeros_at_the_end_are_cut_and_kept(void)
{
	static const uint8_t zeros[5000];
	struct world *w = small_world(300);

	new_dir();
	record_all(w, 1 << 20);
	append_to(FIRST ".records", zeros, sizeof(zeros));
	expect_bad(FIRST ".records", "sequence number is not the next one");
	w->limit = 600;
	record_all(w, 1 << 20);
	EXPECT_EQ(size_of(FIRST ".cut"), sizeof(zeros));
	EXPECT_EQ(size_of(FIRST ".records"), 600 * RVM_RECORD_BYTES);
	expect_good();
	drop_dir();
	world_free(w);
}

static void what_is_acknowledged_but_gone_is_lost_aloud(void)
{
	struct world *w = small_world(300);
	auto_verdict struct store_verdict v = { 0 };
	char path[PATH_MAX];

	new_dir();
	record_all(w, 1 << 20);
	in_dir(path, FIRST ".records");
	EXPECT_EQ(truncate(path, 200 * RVM_RECORD_BYTES), 0);
	in_dir(path, FIRST ".lines");
	w->limit = 600;
	/* The ring has them no more. */
	w->limit = WORLD_RING + 2000;
	while (world_step(w))
		;
	w->limit += 100;
	record_all(w, 1 << 20);
	EXPECT(strstr(said, " records before record "));
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT(v.lost >= 100);
	drop_dir();
	world_free(w);
}

static void empty_file(const char *name)
{
	char path[PATH_MAX];

	in_dir(path, name);
	EXPECT_EQ(truncate(path, 0), 0);
}

static void remove_file(const char *name)
{
	char path[PATH_MAX];

	in_dir(path, name);
	EXPECT_EQ(unlink(path), 0);
}

#define SECOND "000002-00000000000000000000"

/* Between the steps of beginning and of ending a segment. */
static void a_crash_between_two_segments_leaves_no_trace(void)
{
	struct world *w = small_world(300);
	uint8_t *open_text;
	size_t size;

	new_dir();
	record_all(w, 1 << 20);
	open_text = load_file(FIRST ".open", &size);
	/* An index whose seal was never written. */
	save_file(FIRST ".index", "x", 1);
	world_reload(w, 2);
	record_all(w, 1 << 20);
	/* .open was not removed; the next segment has no .open yet; a text without its name. */
	save_file(FIRST ".open", open_text, size);
	remove_file(SECOND ".open");
	empty_file(SECOND ".records");
	empty_file(SECOND ".lines");
	save_file("." SECOND ".new", "# rv", 4);
	expect_good();
	world_reload(w, 3);
	record_all(w, SEGMENT);
	EXPECT_EQ(size_of(FIRST ".open"), -1);
	EXPECT_EQ(size_of("." SECOND ".new"), -1);
	EXPECT(size_of(SECOND ".seal") > 0);
	expect_good();
	free(open_text);
	drop_dir();
	world_free(w);
}

static void a_second_recorder_is_refused(void)
{
	struct world *w = small_world(300);
	struct store first, second;
	struct err err = { 0 };
	char want[200];

	new_dir();
	EXPECT_EQ(store_open(&first, store_dir, NULL, &err), 0);
	EXPECT_EQ(store_open(&second, store_dir, NULL, &err), -1);
	snprintf(want, sizeof(want), "%s: process %d records here", store_dir, getpid());
	EXPECT_STR(err.text, want);
	store_close(&second);
	err_clear(&err);
	store_close(&first);
	record_all(w, SEGMENT);
	drop_dir();
	world_free(w);
}

/* What it says when it will not record there. */
static void expect_refused(const char *why)
{
	struct store store;
	struct err err = { 0 };

	if (!EXPECT_EQ(store_open(&store, store_dir, NULL, &err), -1) ||
	    !EXPECT(strstr(err.text, why)))
		NOTE("%s, and not %s", err.text, why);
	err_clear(&err);
	store_close(&store);
}

static void a_directory_of_others_is_refused(void)
{
	char path[PATH_MAX], link[PATH_MAX];

	new_dir();
	chmod(store_dir, 0755);
	expect_refused("has mode 0755");
	chmod(store_dir, 0700);
	if (!geteuid()) {
		EXPECT_EQ(chown(store_dir, 12345, 0), 0);
		expect_refused("belongs to user 12345");
		EXPECT_EQ(chown(store_dir, 0, 0), 0);
	}
	save_file("notes.txt", "x", 1);
	expect_refused("'notes.txt' is no file of a log");
	in_dir(path, "notes.txt");
	unlink(path);
	in_dir(path, FIRST "0.seal");
	save_file(FIRST "0.seal", "x", 1);
	expect_refused("is no file of a log");
	unlink(path);
	in_dir(path, "lock");
	unlink(path);
	in_dir(link, "elsewhere");
	EXPECT_EQ(symlink(link, path), 0);
	expect_refused("lock");
	EXPECT(access(link, F_OK));
	drop_dir();
}

static void files_of_others_are_refused(void)
{
	static const char *const names[] = { FIRST ".records", FIRST ".lines", FIRST ".open" };
	struct world *w = small_world(300);
	char path[PATH_MAX], other[PATH_MAX];

	new_dir();
	record_all(w, 1 << 20);
	in_dir(other, "other");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		in_dir(path, names[i]);
		chmod(path, 0644);
		expect_refused("its mode has to be 0600");
		chmod(path, 0600);
		if (!geteuid()) {
			EXPECT_EQ(chown(path, 12345, 0), 0);
			expect_refused("belongs to somebody else");
			EXPECT_EQ(chown(path, 0, 0), 0);
		}
		EXPECT_EQ(rename(path, "/dev/shm/rvm-store-other"), 0);
		EXPECT_EQ(symlink("/dev/shm/rvm-store-other", path), 0);
		expect_refused("a symbolic link");
		expect_bad(names[i], "is a symbolic link");
		unlink(path);
		EXPECT_EQ(link("/dev/shm/rvm-store-other", path), 0);
		expect_refused("has another name");
		unlink(path);
		EXPECT_EQ(mkfifo(path, 0600), 0);
		expect_refused("not a regular file");
		unlink(path);
		expect_refused(i < 2 ? "missing" : "neither .open nor .seal");
		EXPECT_EQ(rename("/dev/shm/rvm-store-other", path), 0);
	}
	expect_good();
	drop_dir();
	world_free(w);
}

static void a_full_disk_loses_nothing_that_is_acknowledged(void)
{
	struct rlimit old, limit;
	struct world *w = small_world(3000);
	struct record_count count;
	auto_verdict struct store_verdict v = { 0 };
	struct err err = { 0 };

	new_dir();
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &limit);
	EXPECT_EQ(record_with(w, 1 << 20, &count, &err), -1);
	EXPECT(strstr(err.text, "File too large"));
	err_clear(&err);
	setrlimit(RLIMIT_FSIZE, &old);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT(v.records >= w->acked && w->acked > 0);
	EXPECT_EQ(size_of(FIRST ".records"), v.records * RVM_RECORD_BYTES);
	record_all(w, 1 << 20);
	expect_good();
	drop_dir();
	world_free(w);
}

static void what_is_not_synced_is_not_acknowledged(void)
{
	struct world *w = small_world(5000);
	struct record_count count;
	auto_verdict struct store_verdict v = { 0 };
	struct err err = { 0 };

	new_dir();
	/* Each batch of 1000 takes two. */
	good_syncs = 5;
	EXPECT_EQ(record_with(w, 1 << 20, &count, &err), -1);
	EXPECT(strstr(err.text, FIRST ".records: Input/output error"));
	err_clear(&err);
	good_syncs = -1;
	EXPECT_EQ(count.syncs, 2);
	EXPECT(w->acked > 0);
	v = verify_dir();
	EXPECT_STR(v.reason, NULL);
	EXPECT_STR(v.notes, NULL);
	EXPECT_EQ(v.records, w->acked);
	EXPECT_EQ(size_of(FIRST ".records"), w->acked * RVM_RECORD_BYTES);
	record_all(w, 1 << 20);
	expect_good();
	drop_dir();
	world_free(w);
}

/* It says stop when there is no more. */
static int stop_fds[2];

static int wait_and_stop(struct record_source *source, int stop_fd, int timeout_ms, struct err *err)
{
	if (!world_step(world_of(source)->world) && __real_write(stop_fds[1], "x", 1) != 1)
		return -EIO;
	return 0;
}

static void a_recorder_waits_for_room(void)
{
	struct world *w = small_world(3000);
	struct record_policy policy = policy_of(SEGMENT);
	struct world_source source = world_source(w);
	struct record_count count;
	struct store store;
	struct err err = { 0 };

	new_dir();
	EXPECT_EQ(pipe(stop_fds), 0);
	policy.once = false;
	policy.stop_fd = stop_fds[0];
	source.source.wait = wait_and_stop;
	source.burst = 1000;
	good_writes = 7;
	full_writes = 6;
	EXPECT_EQ(store_open(&store, store_dir, NULL, &err), 0);
	EXPECT_EQ(record_run(&store, &source.source, &policy, &count, &err), 0);
	EXPECT_EQ(full_writes, 0);
	good_writes = -1;
	EXPECT_EQ(w->acked, w->appended);
	store_close(&store);
	expect_good();
	close(stop_fds[0]);
	close(stop_fds[1]);
	drop_dir();
	world_free(w);
}

/* A kernel that gives what does not hold together. */
static void a_broken_chain_is_not_recorded(void)
{
	struct world *w = small_world(1000);
	struct record_count count;
	struct err err = { 0 };

	while (world_step(w))
		;
	w->raw[500][30] ^= 1;
	new_dir();
	EXPECT_EQ(record_with(w, 1 << 20, &count, &err), -1);
	EXPECT(strstr(err.text, "record 500: contents do not fit the chain"));
	err_clear(&err);
	EXPECT_EQ(w->acked, 500);
	EXPECT_EQ(size_of(FIRST ".records"), 500 * RVM_RECORD_BYTES);
	expect_good();
	drop_dir();
	world_free(w);
}

static void an_anchor_is_looked_for_in_every_log(void)
{
	struct world *w = small_world(1000);
	struct store_how how = { .anchored = true, .length = 1000 };
	struct store_verdict v;
	struct err err = { 0 };

	while (world_step(w))
		;
	rvm_chain_head(&w->chain, how.head);
	new_dir();
	w->limit = 2000;
	record_all(w, SEGMENT);
	world_reload(w, 3);
	record_all(w, SEGMENT);
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	EXPECT_STR(v.reason, NULL);
	store_verdict_free(&v);
	how.length = 999;
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	EXPECT_STR(v.reason, "no log has the anchored head there");
	store_verdict_free(&v);
	drop_dir();
	world_free(w);
}

int main(void)
{
	signal(SIGXFSZ, SIG_IGN);
	RUN(what_is_recorded_is_the_log);
	RUN(head_is_that_of_the_kernel);
	RUN(a_reload_begins_another_log_that_names_the_first);
	RUN(another_first_log_is_found);
	RUN(what_was_overwritten_is_said_to_be_lost);
	RUN(lines_that_were_gone_are_counted);
	RUN(a_line_that_is_missing_later_is_found);
	RUN(a_torn_tail_is_cut);
	RUN(records_without_their_lines_are_cut_and_kept);
	RUN(zeros_at_the_end_are_cut_and_kept);
	RUN(what_is_acknowledged_but_gone_is_lost_aloud);
	RUN(a_crash_between_two_segments_leaves_no_trace);
	RUN(a_second_recorder_is_refused);
	RUN(a_directory_of_others_is_refused);
	RUN(files_of_others_are_refused);
	RUN(a_full_disk_loses_nothing_that_is_acknowledged);
	RUN(what_is_not_synced_is_not_acknowledged);
	RUN(a_recorder_waits_for_room);
	RUN(a_broken_chain_is_not_recorded);
	RUN(an_anchor_is_looked_for_in_every_log);
	return unit_done();
}
