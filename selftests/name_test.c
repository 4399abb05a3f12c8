// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names that are made and removed where names were made before: what was found for the
 * directory answers then.  Each test begins with a directory that has an answer, and tries
 * a name, an object or a moment that it does not answer for.  With each denial something
 * else still works.
 *
 * Documentation/design/decisions.md has the argument for each, in section "Names".
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define BOTH (RVM_RIGHT_READ | RVM_RIGHT_WRITE)

FIXTURE(name)
{
	int nl;
	struct counters start;
	struct box box;
};

/* Inside: a way to make, remove or rename; @arg is the path in the test's directory. */

static int result(int ret)
{
	return ret < 0 ? errno : 0;
}

static int make_file(void *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);

	return fd < 0 ? errno : close(fd);
}

static int make_by_mknod(void *path)
{
	return result(mknod(path, 0644, 0));
}

static int make_set_id(void *path)
{
	return result(mknod(path, S_IFREG | 04755, 0));
}

static int make_device(void *path)
{
	return result(mknod(path, S_IFCHR | 0666, makedev(1, 5)));
}

/* Its own needs no token that names it. */
static int make_and_open_pipe(void *path)
{
	int fd;

	if (mkfifo(path, 0666))
		return errno;
	fd = open(path, O_RDWR | O_NONBLOCK);
	return fd < 0 ? errno : close(fd);
}

static int make_folder(void *path)
{
	return result(mkdir(path, 0755));
}

static int make_link(void *path)
{
	return result(symlink("elsewhere", path));
}

static int remove_file(void *path)
{
	return result(unlink(path));
}

static int remove_folder(void *path)
{
	return result(rmdir(path));
}

static int inside(const struct box *box, int (*act)(void *path), const char *path)
{
	return box_do(box, act, (void *)in_dir(path));
}

/* Then there is an answer for the directory, and its names were looked at. */
static int make_often(void *folder)
{
	char path[4200], other[4200];

	for (int i = 0; i < WARM; i++) {
		snprintf(path, sizeof(path), "%s/often", (const char *)folder);
		snprintf(other, sizeof(other), "%s/other", (const char *)folder);
		if (make_file(path) || rename(path, other) || unlink(other) || mkdir(path, 0755) ||
		    rename(path, other) || rmdir(other))
			return errno;
	}
	return 0;
}

struct rename {
	const char *from;
	const char *to;
	unsigned int flags;
};

static int rename_once(void *arg)
{
	const struct rename *r = arg;

	return result(renameat2(AT_FDCWD, r->from, AT_FDCWD, r->to, r->flags));
}

static int rename_inside(const struct box *box, const char *from, const char *to,
			 unsigned int flags)
{
	struct rename r = { in_dir(from), in_dir(to), flags };

	return box_do(box, rename_once, &r);
}

static bool is_there(const char *path)
{
	return !access(in_dir(path), F_OK);
}

/* READ and WRITE below granted/, except names of two bytes with an "s" in front. */
static int grant(struct box *box)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "**/s?", .excludes = true },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "**/way/to/it", .excludes = true },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted/c/key"), "", .excludes = true },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted/c/keys"), "", .excludes = true },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

FIXTURE_SETUP(name)
{
	static const char *const folders[] = { "granted",  "granted/a",	     "granted/c",
					       "other",	   "granted/c/keys", "granted/c/d",
					       "granted/e" };

	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		mkdir(in_dir(folders[i]), 0755);
	write_file(in_dir("granted/c/key"), "text");
	ASSERT_TRUE(box_make(&self->box, self->nl, "name"));
	ASSERT_EQ(0, grant(&self->box));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/a"));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/c"));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/e"));
	ASSERT_EQ(EACCES, inside(&self->box, make_file, "other/file"));
}

FIXTURE_TEARDOWN(name)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	if (system("rm -rf granted other"))
		TH_LOG("files are left");
}

TEST_F(name, of_any_kind_is_made_and_removed)
{
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/a/file"));
	EXPECT_EQ(0, inside(&self->box, make_by_mknod, "granted/a/node"));
	EXPECT_EQ(0, inside(&self->box, make_folder, "granted/a/folder"));
	EXPECT_EQ(0, inside(&self->box, make_link, "granted/a/link"));
	EXPECT_EQ(0, inside(&self->box, make_and_open_pipe, "granted/a/pipe"));
	EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/file"));
	EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/node"));
	EXPECT_EQ(0, inside(&self->box, remove_folder, "granted/a/folder"));
	EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/link"));
	EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/pipe"));
	EXPECT_EQ(EACCES, inside(&self->box, make_folder, "other/folder"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_folder, "granted/c/keys"));
}

TEST_F(name, that_is_excluded_is_neither_made_nor_removed)
{
	ASSERT_TRUE(write_file(in_dir("granted/a/sx"), "text"));
	ASSERT_EQ(0, mkdir(in_dir("granted/a/sy"), 0755));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/sa"));
	EXPECT_EQ(EACCES, inside(&self->box, make_by_mknod, "granted/a/sa"));
	EXPECT_EQ(EACCES, inside(&self->box, make_folder, "granted/a/sa"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "granted/a/sx"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_folder, "granted/a/sy"));
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/a/sab"));
}

/* Under a name that no exclusion is about, in a directory whose other files may go. */
TEST_F(name, of_an_excluded_object_is_not_removed)
{
	ASSERT_EQ(0, rename(in_dir("granted/c/key"), in_dir("granted/a/other")));
	ASSERT_EQ(0, rename(in_dir("granted/c/keys"), in_dir("granted/a/others")));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "granted/a/other"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_folder, "granted/a/others"));
	/* What is in its place is excluded as well. */
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/c/key"));
	EXPECT_EQ(EACCES, inside(&self->box, make_folder, "granted/c/keys"));
	EXPECT_EQ(0, inside(&self->box, remove_folder, "granted/c/d"));
}

/* Only a token that names it covers a pipe of others. */
TEST_F(name, of_a_pipe_of_others_is_not_removed)
{
	ASSERT_EQ(0, mkfifo(in_dir("granted/a/pipe"), 0666));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "granted/a/pipe"));
	ASSERT_TRUE(write_file(in_dir("granted/a/file"), "text"));
	EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/file"));
}

TEST_F(name, of_a_device_or_with_set_id_bits_is_not_made)
{
	EXPECT_EQ(EACCES, inside(&self->box, make_set_id, "granted/a/file"));
	EXPECT_EQ(EACCES, inside(&self->box, make_device, "granted/a/file"));
	EXPECT_EQ(0, inside(&self->box, make_by_mknod, "granted/a/file"));
}

/* What is written below it would lie elsewhere. */
TEST_F(name, of_a_link_is_not_made_on_the_way_to_what_is_excluded)
{
	EXPECT_EQ(EACCES, inside(&self->box, make_link, "granted/a/way"));
	EXPECT_EQ(0, inside(&self->box, make_folder, "granted/a/way"));
	EXPECT_EQ(EACCES, inside(&self->box, make_link, "granted/a/way/to"));
	EXPECT_EQ(0, inside(&self->box, make_link, "granted/a/link"));
}

static int open_to_read(void *path)
{
	return try_open(path, O_RDONLY);
}

/* Of one token that gives READ, and another that gives WRITE elsewhere. */
TEST_F(name, takes_write)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("granted/c"), "" },
	};

	ASSERT_TRUE(write_file(in_dir("granted/a/file"), "text"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, inside(&self->box, open_often, "granted/a/file"));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/new"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "granted/a/file"));
	/* Nor is READ kept for who may only write. */
	EXPECT_EQ(0, inside(&self->box, make_by_mknod, "granted/c/new"));
	ASSERT_EQ(0, grant(&self->box));
	EXPECT_EQ(0, inside(&self->box, open_to_read, "granted/c/new"));
}

/* One name of the directory is granted, or all that begin alike: that says nothing of others. */
TEST_F(name, that_is_granted_answers_for_no_other)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, BOTH, in_dir("granted/a"), "one" },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted/c"), "n?*" },
	};

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(0, inside(&self->box, make_file, "granted/a/one"));
		EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/two"));
		EXPECT_EQ(0, inside(&self->box, remove_file, "granted/a/one"));
		EXPECT_EQ(0, inside(&self->box, make_file, "granted/c/new"));
		EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/c/old"));
		EXPECT_EQ(0, inside(&self->box, remove_file, "granted/c/new"));
	}
}

TEST_F(name, that_is_ordinary_becomes_another)
{
	ASSERT_TRUE(write_file(in_dir("granted/a/one"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/a/two"), "text"));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/one", "granted/a/new", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/new", "granted/a/two", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/two", "granted/e/two", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/e/two", "granted/a/x", RENAME_NOREPLACE));
	ASSERT_EQ(0, mkdir(in_dir("granted/a/folder"), 0755));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/folder", "granted/a/other", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/other", "granted/e/other", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/e/other", "granted/a/x", RENAME_EXCHANGE));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/x", "other/x", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "other", "granted/a/y", 0));
	EXPECT_TRUE(is_there("granted/a/x"));
}

TEST_F(name, that_is_excluded_neither_becomes_another_nor_the_other_way)
{
	ASSERT_TRUE(write_file(in_dir("granted/a/sx"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/a/one"), "text"));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/sx", "granted/a/new", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/a/sx", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/a/sy", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/e/sy", 0));
	EXPECT_EQ(EACCES,
		  rename_inside(&self->box, "granted/a/one", "granted/a/sx", RENAME_EXCHANGE));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/one", "granted/a/sxy", 0));
}

/* Neither what is excluded, nor a pipe of others or a link to where it must not stand. */
TEST_F(name, of_what_is_not_like_others_stays)
{
	ASSERT_EQ(0, rename(in_dir("granted/c/key"), in_dir("granted/a/other")));
	ASSERT_EQ(0, rename(in_dir("granted/c/keys"), in_dir("granted/a/others")));
	ASSERT_TRUE(write_file(in_dir("granted/a/one"), "text"));
	ASSERT_EQ(0, mkfifo(in_dir("granted/a/pipe"), 0666));
	ASSERT_EQ(0, symlink("elsewhere", in_dir("granted/a/link")));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/other", "granted/a/new", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/others", "granted/a/new", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/a/other", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/pipe", "granted/a/new", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/a/pipe", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/link", "granted/a/way", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/link", "granted/a/new", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/one", "granted/a/two", 0));
}

/* A deny rule would mean something else below, or for what stands in the place of its anchor. */
TEST_F(name, of_a_directory_stays_where_rules_are_about_what_is_below)
{
	ASSERT_EQ(0, mkdir(in_dir("granted/a/plain"), 0755));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/plain", "granted/a/way", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/plain", "granted/a/other", 0));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted"));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/c", "granted/new", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/e", "granted/new", 0));
}

/* The first name of a pattern is the same for both, what it asks below is not. */
TEST_F(name, of_a_directory_stays_where_it_would_be_told_from_others)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "e/*/key", .excludes = true },
	};

	ASSERT_EQ(0, mkdir(in_dir("granted/a/plain"), 0755));
	ASSERT_TRUE(write_file(in_dir("granted/a/file"), "text"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/a"));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/e"));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/plain", "granted/e/plain", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/plain", "granted/a/new", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/file", "granted/e/file", 0));
}

/* EXDEV: a copy of the file does not get the right. */
TEST_F(name, that_gives_more_is_not_given)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, BOTH, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_EXECUTE, in_dir("granted/a"), "prog" },
		{ RVM_CLASS_PATH, RVM_RIGHT_EXECUTE, in_dir("granted/c"), "**" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/e"), "**", .excludes = true },
	};

	ASSERT_TRUE(write_file(in_dir("granted/a/one"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/e/two"), "text"));
	ASSERT_EQ(0, mkdir(in_dir("granted/a/folder"), 0755));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/a"));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/c"));
	ASSERT_EQ(0, inside(&self->box, make_by_mknod, "granted/e/new"));
	EXPECT_EQ(EXDEV, rename_inside(&self->box, "granted/a/one", "granted/a/prog", 0));
	EXPECT_EQ(EXDEV, rename_inside(&self->box, "granted/a/one", "granted/c/one", 0));
	EXPECT_EQ(EXDEV, rename_inside(&self->box, "granted/a/folder", "granted/c/folder", 0));
	/* WRITE is given there, but a name of what must not be read is not made another. */
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/e/two", "granted/e/three", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/e/two", "granted/a/two", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/one", "granted/e/one", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/one", "granted/a/new", 0));
}

/* It may be read where it is until the token ends, and there for longer. */
TEST_F(name, that_outlives_a_token_is_not_given)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("granted"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/a"), "**",
		  .expires = time(NULL) + 4 },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("granted/e"), "**" },
	};
	time_t end = rules[1].expires;

	ASSERT_TRUE(write_file(in_dir("granted/a/one"), "text"));
	ASSERT_TRUE(write_file(in_dir("granted/a/two"), "text"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/a"));
	ASSERT_EQ(0, inside(&self->box, make_often, "granted/e"));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/one", "granted/e/one", 0));
	ASSERT_TRUE(wait_until(time(NULL) > end));
	EXPECT_EQ(EXDEV, rename_inside(&self->box, "granted/a/two", "granted/e/two", 0));
	EXPECT_EQ(0, rename_inside(&self->box, "granted/a/two", "granted/a/new", 0));
}

TEST_F(name, ends_with_table_and_fence)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, BOTH, in_dir("granted/c"), "" },
	};

	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/file"));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/a/file"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "granted/a/file"));
	EXPECT_EQ(EACCES, inside(&self->box, make_folder, "granted/a/folder"));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/file", "granted/a/new", 0));
	EXPECT_EQ(EACCES, rename_inside(&self->box, "granted/a/file", "granted/c/file", 0));
	EXPECT_EQ(0, inside(&self->box, make_folder, "granted/c/folder"));
}

TEST_F(name, ends_with_the_place_of_its_directory)
{
	ASSERT_EQ(0, rename(in_dir("granted/a"), in_dir("other/a")));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "other/a/file"));
	EXPECT_EQ(EACCES, inside(&self->box, make_folder, "other/a/folder"));
	ASSERT_EQ(0, rename(in_dir("granted/e"), in_dir("granted/c/keys/e")));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/c/keys/e/file"));
	ASSERT_EQ(0, rename(in_dir("other/a"), in_dir("granted/a")));
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/a/file"));
}

/* The same directory by another way, and another one over it. */
TEST_F(name, is_for_one_place)
{
	mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	ASSERT_EQ(0, mkdir(in_dir("other/bind"), 0755));
	ASSERT_EQ(0, mount(in_dir("other"), in_dir("granted/e"), NULL, MS_BIND, NULL));
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/e/file"));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "other/new"));
	EXPECT_EQ(EACCES, inside(&self->box, remove_file, "other/file"));
	ASSERT_EQ(0, umount(in_dir("granted/e")));
	ASSERT_EQ(0, mount(in_dir("granted/c/keys"), in_dir("granted/e"), NULL, MS_BIND, NULL));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/e/file"));
	ASSERT_EQ(0, umount(in_dir("granted/e")));
	EXPECT_EQ(0, inside(&self->box, make_file, "granted/e/file"));
}

/* However often names were made there. */
TEST_F(name, that_is_denied_is_recorded_each_time)
{
	uint64_t before = box_denials(&self->box);

	EXPECT_EQ(0, inside(&self->box, make_often, "granted/a"));
	EXPECT_EQ(before, box_denials(&self->box));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/sa"));
	EXPECT_EQ(EACCES, inside(&self->box, make_file, "granted/a/sa"));
	/* open(2) asks once more without O_CREAT, and finds nothing. */
	EXPECT_LE(before + 2, box_denials(&self->box));
}

TEST_HARNESS_MAIN
