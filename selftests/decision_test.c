// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers that were allowed a moment ago and are kept: each test changes one thing that
 * could change the verdict, right after the file was opened often enough that the answer
 * is kept.  With each denial something else still works.
 *
 * Documentation/design/decisions.md has the argument for each, by paragraph.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

FIXTURE(decision)
{
	int nl;
	struct counters start;
	struct box box;
};

static int open_once(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static int open_to_write(void *arg)
{
	return try_open(arg, O_WRONLY);
}

static int map_code(void *arg)
{
	int fd = open(arg, O_RDONLY);
	void *at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	return at == MAP_FAILED ? errno : 0;
}

/*
 * Names of the files that are tried in each directory: an exclusion may be about the
 * second, so its answer is kept by itself and not with the directory.
 */
static const char *file_name;

static const char *name_in(const char *folder)
{
	static char names[8][256];
	static unsigned int next;
	char *name = names[next++ % 8];

	snprintf(name, sizeof(names[0]), "%s/%s", folder, file_name);
	return name;
}

static const char *file_in(const char *folder)
{
	return in_dir(name_in(folder));
}

static int often(const struct box *box, const char *name)
{
	return box_do(box, open_often, (void *)in_dir(name));
}

static int once(const struct box *box, const char *name)
{
	return box_do(box, open_once, (void *)in_dir(name));
}

/* READ below granted/, except names of two bytes with an "s"; nothing anywhere else. */
static int grant_until(struct box *box, time_t expires)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "", .expires = expires },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "**/s?", .excludes = true },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

static void make_files(void)
{
	static const char *const folders[] = { "granted",   "granted/a", "granted/a/b",
					       "granted/c", "other",	 "other/a" };
	static const char *const places[] = { "granted", "granted/a/b", "granted/c", "other" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		mkdir(in_dir(folders[i]), 0755);
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		write_file(file_in(places[i]), "text");
}

FIXTURE_VARIANT(decision)
{
	const char *name;
};

FIXTURE_VARIANT_ADD(decision, of_a_folder) {
	.name = "file",
};

FIXTURE_VARIANT_ADD(decision, of_a_file) {
	.name = "special",
};

FIXTURE_SETUP(decision)
{
	file_name = variant->name;
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	make_files();
	ASSERT_TRUE(box_make(&self->box, self->nl, "decision"));
	ASSERT_EQ(0, grant_until(&self->box, 0));
	ASSERT_EQ(0, often(&self->box, name_in("granted")));
	ASSERT_EQ(0, often(&self->box, name_in("granted/a/b")));
	ASSERT_EQ(0, often(&self->box, name_in("granted/c")));
	ASSERT_EQ(EACCES, often(&self->box, name_in("other")));
}

FIXTURE_TEARDOWN(decision)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	if (system("rm -rf granted other"))
		TH_LOG("files are left");
}

TEST_F(decision, of_one_right_answers_for_no_other)
{
	EXPECT_EQ(EACCES, box_do(&self->box, open_to_write, (void *)file_in("granted")));
	EXPECT_EQ(EACCES, box_do(&self->box, map_code, (void *)file_in("granted")));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

static int start_program(void *path)
{
	char *argv[] = { "program", NULL }, *envp[] = { NULL };

	execve(path, argv, envp);
	return errno;
}

/* Before 6.8 the open of a loader is not told from others: the map ends the program instead. */
static int denied_loader(void)
{
	struct utsname kernel;
	int major, minor;

	if (uname(&kernel) || sscanf(kernel.release, "%d.%d", &major, &minor) != 2)
		return -1;
	return major > 6 || (major == 6 && minor >= 8) ? EACCES : 255;
}

/* What is kept about a loader is asked first, and must be that it may be loaded. */
TEST_F(decision, to_read_a_loader_does_not_load_it)
{
	char program[PATH_MAX], loader[PATH_MAX];
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, program, "program", RVM_SCOPE_FLAG_PREFIX },
		/* The last one is not always given. */
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, loader, "",
		  RVM_SCOPE_FLAG_LOAD },
	};

	strcpy(program, in_dir("granted/program"));
	strcpy(loader, in_dir("granted/loader"));
	ASSERT_TRUE(copy_with_loader("/bin/true", program, loader));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules) - 1));
	EXPECT_EQ(0, often(&self->box, "granted/loader"));
	EXPECT_EQ(denied_loader(), box_do(&self->box, start_program, program));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, box_do(&self->box, start_program, program));
	EXPECT_EQ(0, box_do(&self->box, start_program, program));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules) - 1));
	EXPECT_EQ(denied_loader(), box_do(&self->box, start_program, program));
}

TEST_F(decision, of_one_partition_answers_for_no_other)
{
	struct box other;

	ASSERT_TRUE(box_make(&other, self->nl, "decision-other"));
	EXPECT_EQ(EACCES, once(&other, name_in("granted")));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
	EXPECT_TRUE(box_remove(&other));
}

TEST_F(decision, ends_with_the_table)
{
	const struct rule less[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/c"), "" },
	};
	const struct rule excluded[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "*i*", .excludes = true },
	};

	ASSERT_EQ(0, box_load(&self->box, less, ARRAY_LEN(less)));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
	ASSERT_EQ(0, grant_until(&self->box, 0));
	EXPECT_EQ(0, often(&self->box, name_in("granted")));
	ASSERT_EQ(0, box_load(&self->box, excluded, ARRAY_LEN(excluded)));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
}

TEST_F(decision, ends_with_state_fence_and_epoch)
{
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING));
	EXPECT_EQ(0, often(&self->box, name_in("granted")));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_EQ(0, often(&self->box, name_in("granted")));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_EPOCH_BUMP, 0));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
}

/* An answer that the mode relaxed is not kept: it ends with the mode. */
TEST_F(decision, of_a_permissive_mode_is_not_kept)
{
	uint64_t before;

	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	before = box_denials(&self->box);
	EXPECT_EQ(0, often(&self->box, name_in("other")));
	EXPECT_EQ(before + WARM, box_denials(&self->box));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
	EXPECT_EQ(EACCES, once(&self->box, name_in("other")));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

TEST_F(decision, ends_with_the_token)
{
	time_t last = time(NULL) + 4;

	ASSERT_EQ(0, grant_until(&self->box, last));
	EXPECT_EQ(0, often(&self->box, name_in("granted")));
	ASSERT_TRUE(wait_until(time(NULL) > last));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	ASSERT_EQ(0, grant_until(&self->box, time(NULL) + 1000));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

static void move_clock(int seconds)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	now.tv_sec += seconds;
	settimeofday(&now, NULL);
}

/* Once seen expired, the token stays so, and so do the answers that rested on it. */
TEST_F(decision, does_not_revive_with_the_clock)
{
	int later, back;

	ASSERT_EQ(0, grant_until(&self->box, time(NULL) + 500));
	EXPECT_EQ(0, often(&self->box, name_in("granted")));
	EXPECT_EQ(0, often(&self->box, name_in("granted/c")));
	move_clock(1000);
	later = once(&self->box, name_in("granted/c"));
	move_clock(-1000);
	back = once(&self->box, name_in("granted"));
	EXPECT_EQ(EACCES, later);
	EXPECT_EQ(EACCES, back);
	ASSERT_EQ(0, grant_until(&self->box, time(NULL) + 500));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

TEST_F(decision, ends_with_the_name)
{
	ASSERT_EQ(0, rename(file_in("granted"), in_dir("other/moved")));
	EXPECT_EQ(EACCES, once(&self->box, "other/moved"));
	ASSERT_EQ(0, rename(in_dir("granted/a"), in_dir("other/a/a")));
	EXPECT_EQ(EACCES, once(&self->box, name_in("other/a/a/b")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
	ASSERT_EQ(0, rename(in_dir("other/a/a"), in_dir("granted/a")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/a/b")));
}

TEST_F(decision, ends_with_an_exchange)
{
	ASSERT_EQ(0, renameat2(AT_FDCWD, file_in("granted"), AT_FDCWD, file_in("other"),
			       RENAME_EXCHANGE));
	EXPECT_EQ(EACCES, once(&self->box, name_in("other")));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

/* Other names change all the time: the answer stays, and ends when its own name changes. */
TEST_F(decision, goes_on_while_others_are_renamed)
{
	for (int i = 0; i < 200; i++) {
		ASSERT_EQ(0, rename(file_in("other"), in_dir("other/next")));
		EXPECT_EQ(0, i % 20 ? 0 : once(&self->box, name_in("granted/a/b")));
		ASSERT_EQ(0, rename(in_dir("other/next"), file_in("other")));
	}
	ASSERT_EQ(0, rename(in_dir("granted/a/b"), in_dir("other/b")));
	EXPECT_EQ(EACCES, once(&self->box, name_in("other/b")));
	EXPECT_EQ(ENOENT, once(&self->box, name_in("granted/a/b")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
}

/* A file that gets elsewhere without a rename, with its names forgotten in between. */
TEST_F(decision, ends_with_a_link_and_an_unlink)
{
	ASSERT_EQ(0, link(file_in("granted"), in_dir("other/linked")));
	EXPECT_EQ(EACCES, once(&self->box, "other/linked"));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
	ASSERT_EQ(0, unlink(file_in("granted")));
	EXPECT_EQ(EACCES, once(&self->box, "other/linked"));
	write_file("/proc/sys/vm/drop_caches", "3");
	EXPECT_EQ(EACCES, once(&self->box, "other/linked"));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
}

/* Inside: a file that the host takes the name of, while it stays open. */
static int read_removed(void *arg)
{
	int fd = open(file_in("granted"), O_RDONLY);
	char c;

	for (int i = 0; i < WARM; i++)
		if (pread(fd, &c, 1, 0) != 1)
			return errno;
	kill(getpid(), SIGSTOP);
	return pread(fd, &c, 1, 0) == 1 ? 0 : errno;
}

TEST_F(decision, of_an_open_file_ends_with_its_name)
{
	int status;
	pid_t pid = box_start(&self->box, read_removed, NULL);

	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, rename(file_in("granted"), in_dir("other/moved")));
	kill(pid, SIGCONT);
	EXPECT_EQ(EACCES, wait_for(pid));
	ASSERT_EQ(0, rename(in_dir("other/moved"), file_in("granted")));
	pid = box_start(&self->box, read_removed, NULL);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	kill(pid, SIGCONT);
	EXPECT_EQ(0, wait_for(pid));
}

TEST_F(decision, ends_when_the_mount_moves)
{
	ASSERT_EQ(0, mkdir(in_dir("granted/mount"), 0755));
	ASSERT_EQ(0, mkdir(in_dir("other/mount"), 0755));
	/* What is moved must not lie in a shared mount. */
	mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	ASSERT_EQ(0, mount("tmpfs", in_dir("granted/mount"), "tmpfs", 0, NULL));
	ASSERT_TRUE(write_file(file_in("granted/mount"), "text"));
	EXPECT_EQ(0, often(&self->box, name_in("granted/mount")));
	ASSERT_EQ(0, mount(in_dir("granted/mount"), in_dir("other/mount"), NULL, MS_MOVE, NULL));
	EXPECT_EQ(EACCES, once(&self->box, name_in("other/mount")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
	ASSERT_EQ(0, mount(in_dir("other/mount"), in_dir("granted/mount"), NULL, MS_MOVE, NULL));
	EXPECT_EQ(0, once(&self->box, name_in("granted/mount")));
	EXPECT_EQ(0, umount2(in_dir("granted/mount"), MNT_DETACH));
}

/* The same file by another way. */
TEST_F(decision, is_for_one_place)
{
	ASSERT_EQ(0, mkdir(in_dir("other/bind"), 0755));
	ASSERT_EQ(0, mount(in_dir("other/a"), in_dir("other/bind"), NULL, MS_BIND, NULL));
	ASSERT_TRUE(write_file(file_in("other/a"), "text"));
	EXPECT_EQ(EACCES, often(&self->box, name_in("other/bind")));
	ASSERT_EQ(0, umount(in_dir("other/bind")));

	ASSERT_EQ(0, mount(in_dir("granted/c"), in_dir("other/bind"), NULL, MS_BIND, NULL));
	/* In its own file system it is in granted/: the bind mount takes nothing away. */
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
	ASSERT_EQ(0, umount(in_dir("other/bind")));
}

/* One file of a directory is not like the others. */
TEST_F(decision, is_not_for_excluded_names)
{
	ASSERT_TRUE(write_file(in_dir("granted/c/sx"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/c/sxy"), "text"));
	EXPECT_EQ(EACCES, once(&self->box, "granted/c/sx"));
	EXPECT_EQ(0, once(&self->box, "granted/c/sxy"));
	ASSERT_EQ(0, rename(file_in("granted/c"), in_dir("granted/c/sx")));
	EXPECT_EQ(EACCES, once(&self->box, "granted/c/sx"));
	ASSERT_EQ(0, rename(in_dir("granted/a/b"), in_dir("granted/a/sb")));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted/a/sb")));
	ASSERT_EQ(0, rename(in_dir("granted/a/sb"), in_dir("granted/a/b")));
	EXPECT_EQ(0, once(&self->box, name_in("granted/a/b")));
}

TEST_F(decision, is_not_for_excluded_objects)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/c/key"), "", .excludes = true },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/a"), "", .excludes = true },
	};

	ASSERT_TRUE(write_file(in_dir("granted/c/key"), "text"));
	EXPECT_EQ(0, often(&self->box, "granted/c/key"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, often(&self->box, name_in("granted/c")));
	EXPECT_EQ(0, often(&self->box, "granted"));
	EXPECT_EQ(EACCES, once(&self->box, "granted/c/key"));
	EXPECT_EQ(EACCES, once(&self->box, "granted/a"));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted/a/b")));
	/* By another name, in a directory whose files are all allowed. */
	ASSERT_EQ(0, rename(in_dir("granted/c/key"), in_dir("granted/c/other")));
	EXPECT_EQ(EACCES, once(&self->box, "granted/c/other"));
	EXPECT_EQ(0, once(&self->box, name_in("granted/c")));
}

/* Only a token that names it covers a pipe; without a writer an open to read would wait. */
static int open_pipe(void *arg)
{
	return try_open(arg, O_RDONLY | O_NONBLOCK);
}

TEST_F(decision, is_not_for_special_files)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/c/named"), "" },
	};

	ASSERT_EQ(0, mkfifo(in_dir("granted/c/pipe"), 0666));
	ASSERT_EQ(0, mkfifo(in_dir("granted/c/named"), 0666));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, often(&self->box, name_in("granted/c")));
	EXPECT_EQ(EACCES, box_do(&self->box, open_pipe, (void *)in_dir("granted/c/pipe")));
	EXPECT_EQ(0, box_do(&self->box, open_pipe, (void *)in_dir("granted/c/named")));
}

/* What a token grants on one file says nothing about its neighbours. */
TEST_F(decision, of_a_file_answers_for_no_neighbour)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/c"), file_name },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/a"), "b/?*" },
	};

	ASSERT_TRUE(write_file(in_dir("granted/c/next"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/a/b/next"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/a/next"), "text"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, often(&self->box, name_in("granted/c")));
	EXPECT_EQ(EACCES, once(&self->box, "granted/c/next"));
	EXPECT_EQ(0, often(&self->box, name_in("granted/a/b")));
	EXPECT_EQ(0, once(&self->box, "granted/a/b/next"));
	EXPECT_EQ(EACCES, once(&self->box, "granted/a/next"));
}

TEST_F(decision, ends_with_the_anchor)
{
	ASSERT_EQ(0, rename(in_dir("granted"), in_dir("gone")));
	ASSERT_EQ(0, mkdir(in_dir("granted"), 0755));
	ASSERT_TRUE(write_file(file_in("granted"), "text"));
	/*
	 * Tokens name objects: the directory keeps its right, and one that takes its name
	 * gets none.
	 */
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	EXPECT_EQ(0, once(&self->box, name_in("gone")));
	ASSERT_EQ(0, system("rm -rf gone"));
	EXPECT_EQ(EACCES, once(&self->box, name_in("granted")));
	ASSERT_EQ(0, grant_until(&self->box, 0));
	EXPECT_EQ(0, once(&self->box, name_in("granted")));
}

/* More files than are kept: each still gets its own answer. */
static int open_crowd(void *arg)
{
	char path[512];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 600; i++) {
			snprintf(path, sizeof(path), "%s/crowd%d", (const char *)arg, i);
			if (try_open(path, O_RDONLY))
				return errno;
			if (i % 100 == 0 && try_open(file_in("other"), O_RDONLY) != EACCES)
				return 251;
		}
	}
	return 0;
}

TEST_F_TIMEOUT(decision, slots_are_not_mixed_up, 120)
{
	char path[512];

	for (int i = 0; i < 600; i++) {
		snprintf(path, sizeof(path), "%s/crowd%d", in_dir("granted"), i);
		ASSERT_TRUE(write_file(path, "x"));
	}
	EXPECT_EQ(0, box_do(&self->box, open_crowd, (void *)in_dir("granted")));
}

/*
 * A file goes, and a pipe comes in its place: often under the same name in memory, and
 * with an inode in the memory of the one before.  Rights that were kept for the file do
 * not hold for the pipe, where only a token that names it counts.
 */
#define ROUNDS 10

static int open_both_ways(void *arg)
{
	return try_open(arg, O_RDWR);
}

static int open_pipe_to_write(void *arg)
{
	return try_open(arg, O_WRONLY | O_NONBLOCK);
}

/* Memory that one processor freed is used again there first. */
static void stay_on_one_processor(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

TEST_F_TIMEOUT(decision, of_a_file_answers_for_no_other_in_its_memory, 120)
{
	const char *file = file_in("granted/c");
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), name_in("c") },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "**/s?", .excludes = true },
	};

	stay_on_one_processor();
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	for (int round = 0; round < ROUNDS; round++) {
		ASSERT_TRUE(write_file(file, "text"));
		ASSERT_EQ(0, box_do(&self->box, open_both_ways, (void *)file));
		ASSERT_EQ(0, unlink(file));
		/* Its memory is free after a grace period. */
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
		usleep(20000);
		ASSERT_EQ(0, mkfifo(file, 0666));
		ASSERT_EQ(0, box_do(&self->box, open_pipe, (void *)file));
		EXPECT_EQ(EACCES, box_do(&self->box, open_pipe_to_write, (void *)file));
		ASSERT_EQ(0, unlink(file));
	}
}

TEST_HARNESS_MAIN
