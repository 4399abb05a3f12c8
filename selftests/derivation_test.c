// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens that are passed on and taken back: who may, what is refused, and that it is felt
 * at once by whoever has a file open.
 *
 *   host
 *     giver         a task here: the table covers derivation/, with GRANT
 *       inner       inside it; no table
 *     other         beside it; no table
 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

static struct request r;
static struct reply reply;

FIXTURE(derivation)
{
	int nl;
	struct counters start;
	struct box giver, inner, other;
};

#define RW (RVM_RIGHT_READ | RVM_RIGHT_WRITE)

/* Of the giver's table, in this order. */
enum { ALL_FILES, ONE_FILE, ONCE_FILE, PROGRAM, WAY, NO_GRANT };

static int load_giver(struct box *box, const char *all)
{
	const struct rule rules[] = {
		[ALL_FILES] = { RVM_CLASS_PATH, RW | RVM_RIGHT_GRANT | RVM_RIGHT_REVOKE,
				in_dir("derivation"), all },
		[ONE_FILE] = { RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_GRANT,
			       in_dir("derivation"), "a/file" },
		[ONCE_FILE] = { RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_GRANT_ONCE,
				in_dir("derivation"), "b/**" },
		[PROGRAM] = { RVM_CLASS_NAME, RVM_RIGHT_EXECUTE | RVM_RIGHT_GRANT | RVM_RIGHT_PROVE,
			      NULL, "agents/*" },
		[WAY] = { RVM_CLASS_NAME, RVM_RIGHT_WRITE, NULL, "partition/derivation-other" },
		[NO_GRANT] = { RVM_CLASS_NAME, RVM_RIGHT_READ, NULL, "private" },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

/* Ids of the tokens of a partition, in the order of the dump. */
static unsigned int ids_of(int nl, const struct box *box, uint64_t *ids, unsigned int max)
{
	unsigned int n = 0;
	size_t at = 0;

	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u32(&r, RVM_A_TABLE_PARTITION, box->id);
	if (nl_dump(nl, &r, &reply))
		return 0;
	while (at < reply.len && n < max) {
		struct reply one = { .len = 0 };
		uint16_t len, type;

		memcpy(&len, reply.data + at, 2);
		memcpy(&type, reply.data + at + 2, 2);
		if ((type & 0x3fff) == RVM_A_TABLE_TOKEN) {
			one.len = len - 4;
			memcpy(one.data, reply.data + at + 4, one.len);
			ids[n++] = reply_u64(&one, RVM_A_TOKEN_ID);
		}
		at += (len + 3) & ~3u;
	}
	return n;
}

static uint64_t token_of(int nl, const struct box *box, unsigned int index)
{
	uint64_t ids[16];

	return ids_of(nl, box, ids, ARRAY_LEN(ids)) > index ? ids[index] : 0;
}

static unsigned int count_of(int nl, const struct box *box)
{
	uint64_t ids[64];

	return ids_of(nl, box, ids, ARRAY_LEN(ids));
}

/* What is asked for; 0 and NULL are left out. */
struct wish {
	uint64_t source;
	uint32_t target;
	uint32_t rights;
	uint32_t class;
	const char *pattern;
	int64_t expires;
	uint32_t flags;
};

static int ask_grant(int nl, const struct wish *w, uint64_t *id)
{
	size_t nest, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	if (w->target)
		put_u32(&r, RVM_A_GRANT_PARTITION, w->target);
	if (w->source)
		put_u64(&r, RVM_A_GRANT_ID, w->source);
	nest = nest_begin(&r, RVM_A_GRANT_TOKEN);
	if (w->rights)
		put_u32(&r, RVM_A_TOKEN_RIGHTS, w->rights);
	if (w->expires)
		put_s64(&r, RVM_A_TOKEN_EXPIRES_AT, w->expires);
	if (w->flags)
		put_u32(&r, RVM_A_TOKEN_FLAGS, w->flags);
	if (w->class) {
		scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
		put_u32(&r, RVM_A_SCOPE_CLASS, w->class);
		if (w->class == RVM_CLASS_PATH && !w->source)
			put_u32(&r, RVM_A_SCOPE_FD, open(in_dir("derivation"), O_PATH));
		if (w->pattern)
			put(&r, RVM_A_SCOPE_PATTERN, w->pattern, strlen(w->pattern));
		nest_end(&r, scope);
	}
	nest_end(&r, nest);
	if (nl_call(nl, &r, &reply))
		return reply.error;
	if (id)
		*id = reply_u64(&reply, RVM_A_GRANT_ID);
	return 0;
}

static int ask_revoke(int nl, uint64_t id, uint32_t *count)
{
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_u64(&r, RVM_A_GRANT_ID, id);
	if (nl_call(nl, &r, &reply))
		return reply.error;
	if (count)
		*count = reply_u32(&reply, RVM_A_GRANT_COUNT);
	return 0;
}

static int grant_inside(void *arg)
{
	int nl = nl_open();

	return nl < 0 ? 250 : ask_grant(nl, arg, NULL);
}

static int revoke_inside(void *arg)
{
	int nl = nl_open();

	return nl < 0 ? 250 : ask_revoke(nl, *(uint64_t *)arg, NULL);
}

static int often(const struct box *box, const char *name)
{
	return box_do(box, open_often, (void *)in_dir(name));
}

static int open_once(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static int write_once(void *arg)
{
	return try_open(arg, O_WRONLY);
}

static int to_write(const struct box *box, const char *name)
{
	return box_do(box, write_once, (void *)in_dir(name));
}

FIXTURE_SETUP(derivation)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	mkdir(in_dir("derivation"), 0755);
	mkdir(in_dir("derivation/a"), 0755);
	mkdir(in_dir("derivation/b"), 0755);
	ASSERT_TRUE(write_file(in_dir("derivation/a/file"), "text"));
	ASSERT_TRUE(write_file(in_dir("derivation/b/file"), "text"));
	ASSERT_TRUE(box_make(&self->giver, self->nl, "derivation"));
	ASSERT_TRUE(group_make(&self->inner, "derivation/inner"));
	ASSERT_TRUE(box_register(&self->inner, self->nl, "derivation-inner"));
	ASSERT_TRUE(box_make(&self->other, self->nl, "derivation-other"));
	ASSERT_EQ(0, load_giver(&self->giver, "**"));
}

FIXTURE_TEARDOWN(derivation)
{
	EXPECT_TRUE(box_remove(&self->inner));
	EXPECT_TRUE(box_remove(&self->giver));
	EXPECT_TRUE(box_remove(&self->other));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

TEST_F(derivation, what_is_given_can_be_used_and_no_more)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->inner.id,
			  RVM_RIGHT_READ, RVM_CLASS_PATH, "a/**" };

	EXPECT_EQ(EACCES, often(&self->inner, "derivation/a/file"));
	EXPECT_EQ(0, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(0, often(&self->inner, "derivation/a/file"));
	EXPECT_EQ(EACCES, to_write(&self->inner, "derivation/a/file"));
	EXPECT_EQ(EACCES, often(&self->inner, "derivation/b/file"));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/a/file"));
	EXPECT_EQ(0, to_write(&self->giver, "derivation/a/file"));
	EXPECT_EQ(1, count_of(self->nl, &self->inner));
}

/* There and back again, as often as it takes until the answer is kept. */
static int to_and_fro(void *arg)
{
	const char *const *names = arg;
	int err = 0;

	for (int i = 0; i < 10 && !err; i++)
		err = rename(names[0], names[1]) || rename(names[1], names[0]) ? errno : 0;
	return err;
}

static int rename_once(void *arg)
{
	const char *const *names = arg;

	return rename(names[0], names[1]) ? errno : 0;
}

TEST_F(derivation, a_rename_that_was_allowed_is_not_when_the_new_name_gives_more)
{
	char a[128], b[128], secret[128];
	char *between[] = { a, b }, *within[] = { a, secret };
	struct wish all = { 0, self->other.id, RVM_RIGHT_WRITE, RVM_CLASS_PATH, "**" };
	struct wish more = { 0, self->other.id, RVM_RIGHT_READ, RVM_CLASS_PATH, "b/**" };
	struct wish one = { 0, self->other.id, RVM_RIGHT_READ, RVM_CLASS_PATH, "a/secret" };

	snprintf(a, sizeof(a), "%s", in_dir("derivation/a/file"));
	snprintf(b, sizeof(b), "%s", in_dir("derivation/b/moved"));
	snprintf(secret, sizeof(secret), "%s", in_dir("derivation/a/secret"));
	EXPECT_EQ(0, ask_grant(self->nl, &all, NULL));
	EXPECT_EQ(0, box_do(&self->other, to_and_fro, between));
	EXPECT_EQ(0, ask_grant(self->nl, &more, NULL));
	EXPECT_EQ(EXDEV, box_do(&self->other, rename_once, between));
	EXPECT_EQ(0, ask_grant(self->nl, &one, NULL));
	within[1] = (char *)in_dir("derivation/a/else");
	EXPECT_EQ(0, box_do(&self->other, to_and_fro, within));
	within[1] = secret;
	EXPECT_EQ(EXDEV, box_do(&self->other, rename_once, within));
}

TEST_F(derivation, others_get_something_only_by_a_token_that_names_them)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->other.id,
			  RVM_RIGHT_READ };
	struct wish back = { 0, self->giver.id };

	EXPECT_EQ(0, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	back.source = token_of(self->nl, &self->other, 0);
	EXPECT_EQ(EPERM, box_do(&self->other, grant_inside, &back));
	w.target = self->inner.id;
	w.source = back.source;
	EXPECT_EQ(ENOENT, box_do(&self->giver, grant_inside, &w));
}

TEST_F(derivation, nothing_grows)
{
	uint64_t one = token_of(self->nl, &self->giver, ONE_FILE);
	static const struct {
		uint32_t rights;
		const char *pattern;
		int error;
	} tries[] = {
		{ RVM_RIGHT_WRITE, NULL, ERANGE },
		{ RVM_RIGHT_READ | RVM_RIGHT_REVOKE, NULL, ERANGE },
		{ RVM_RIGHT_READ, "a/**", ERANGE },
		{ RVM_RIGHT_READ, "a", ERANGE },
		{ RVM_RIGHT_READ, "**", ERANGE },
		{ RVM_RIGHT_READ, "a/other", ERANGE },
		{ RVM_RIGHT_READ, "a/file", 0 },
		{ RVM_RIGHT_READ, NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct wish w = { one, self->inner.id, tries[i].rights,
				  tries[i].pattern ? RVM_CLASS_PATH : 0, tries[i].pattern };

		EXPECT_EQ(tries[i].error, box_do(&self->giver, grant_inside, &w))
		{
			TH_LOG("%zu: %s", i, reply.text);
		}
	}
	EXPECT_EQ(2, count_of(self->nl, &self->inner));
}

TEST_F(derivation, who_may_not_give_is_refused)
{
	struct wish w = { token_of(self->nl, &self->giver, NO_GRANT), self->inner.id };

	EXPECT_EQ(EPERM, box_do(&self->giver, grant_inside, &w));
	/* The host gives to what is inside without it, and to others with it only. */
	EXPECT_EQ(0, ask_grant(self->nl, &w, NULL));
	w.target = self->other.id;
	EXPECT_EQ(EPERM, ask_grant(self->nl, &w, NULL));
	w = (struct wish){ token_of(self->nl, &self->giver, PROGRAM), self->other.id };
	EXPECT_EQ(0, ask_grant(self->nl, &w, NULL));
	/* Nothing comes from nothing, except from the host. */
	w = (struct wish){ 0, self->inner.id, RVM_RIGHT_READ, RVM_CLASS_SELF };
	EXPECT_EQ(EPERM, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(0, ask_grant(self->nl, &w, NULL));
}

TEST_F(derivation, once_is_once)
{
	uint64_t once = token_of(self->nl, &self->giver, ONCE_FILE);
	struct wish w = { once, self->other.id, RVM_RIGHT_READ };
	struct wish on = { 0, self->other.id };

	EXPECT_EQ(0, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(EPERM, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(0, often(&self->other, "derivation/b/file"));
	on.source = token_of(self->nl, &self->other, 0);
	EXPECT_EQ(EPERM, box_do(&self->other, grant_inside, &on));
	/* The same table again does not give it back. */
	ASSERT_EQ(0, load_giver(&self->giver, "**"));
	EXPECT_EQ(once, token_of(self->nl, &self->giver, ONCE_FILE));
	EXPECT_EQ(EPERM, box_do(&self->giver, grant_inside, &w));
	EXPECT_EQ(0, often(&self->other, "derivation/b/file"));
}

/* A task that reads what it has open whenever it is asked; exit status is the last errno. */
struct reader {
	const char *path;
	int ask[2], answer[2];
};

static int read_when_asked(void *arg)
{
	const struct reader *reader = arg;
	int fd = open(reader->path, O_RDONLY);
	char c;

	close(reader->ask[1]);
	close(reader->answer[0]);
	while (read(reader->ask[0], &c, 1) == 1) {
		c = fd < 0 || pread(fd, &c, 1, 0) != 1 ? errno : 0;
		if (write(reader->answer[1], &c, 1) != 1)
			break;
	}
	return 0;
}

static int ask_reader(const struct reader *reader)
{
	char c = 0;

	if (write(reader->ask[1], &c, 1) != 1 || read(reader->answer[0], &c, 1) != 1)
		return 250;
	return c;
}

TEST_F(derivation, what_is_open_ends_with_the_source)
{
	struct reader reader = { in_dir("derivation/a/file") };
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->inner.id,
			  RVM_RIGHT_READ };
	uint64_t source = w.source;
	uint32_t count = 0;
	pid_t pid;

	ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	ASSERT_EQ(0, pipe(reader.ask));
	ASSERT_EQ(0, pipe(reader.answer));
	pid = box_start(&self->inner, read_when_asked, &reader);
	close(reader.ask[0]);
	EXPECT_EQ(0, ask_reader(&reader));
	EXPECT_EQ(0, ask_reader(&reader));
	EXPECT_EQ(0, ask_revoke(self->nl, source, &count));
	EXPECT_EQ(2, count);
	EXPECT_EQ(EACCES, ask_reader(&reader));
	EXPECT_EQ(EACCES, often(&self->inner, "derivation/b/file"));
	/* It has another token for this. */
	EXPECT_EQ(0, often(&self->giver, "derivation/a/file"));
	EXPECT_EQ(EACCES, to_write(&self->giver, "derivation/a/file"));
	EXPECT_EQ(ENOENT, ask_revoke(self->nl, source, &count));
	close(reader.ask[1]);
	wait_for(pid);
	close(reader.answer[0]);
	close(reader.answer[1]);
}

TEST_F(derivation, taking_back_needs_the_right_or_the_host)
{
	struct wish w = { token_of(self->nl, &self->giver, PROGRAM), self->other.id };
	uint64_t given, kept = w.source;

	ASSERT_EQ(0, ask_grant(self->nl, &w, &given));
	/* PROGRAM has no REVOKE: neither the giver nor the receiver may. */
	EXPECT_EQ(EACCES, box_do(&self->giver, revoke_inside, &kept));
	EXPECT_EQ(EACCES, box_do(&self->other, revoke_inside, &given));
	EXPECT_EQ(ENOENT, box_do(&self->other, revoke_inside, &kept));
	w = (struct wish){ token_of(self->nl, &self->giver, ALL_FILES), self->other.id, RW };
	ASSERT_EQ(0, ask_grant(self->nl, &w, &given));
	EXPECT_EQ(0, often(&self->other, "derivation/b/file"));
	EXPECT_EQ(0, box_do(&self->giver, revoke_inside, &given));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/b/file"));
	EXPECT_EQ(0, often(&self->giver, "derivation/b/file"));
}

TEST_F(derivation, what_is_taken_around_counts_inside)
{
	struct wish w = { 0, self->inner.id, RVM_RIGHT_WRITE, RVM_CLASS_PATH, "a/**" };
	uint64_t around = token_of(self->nl, &self->giver, ALL_FILES);
	uint32_t count = 0;

	ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	for (int i = 0; i < WARM; i++)
		EXPECT_EQ(0, to_write(&self->inner, "derivation/a/file"));
	EXPECT_EQ(0, ask_revoke(self->nl, around, &count));
	EXPECT_EQ(1, count);
	EXPECT_EQ(EACCES, to_write(&self->inner, "derivation/a/file"));
	EXPECT_EQ(1, count_of(self->nl, &self->inner));
}

TEST_F(derivation, rows_that_stay_keep_what_was_derived)
{
	struct wish all = { token_of(self->nl, &self->giver, ALL_FILES), self->other.id,
			    RVM_RIGHT_READ, RVM_CLASS_PATH, "b/**" };
	struct wish one = { token_of(self->nl, &self->giver, ONE_FILE), self->other.id };

	ASSERT_EQ(0, ask_grant(self->nl, &all, NULL));
	ASSERT_EQ(0, ask_grant(self->nl, &one, NULL));
	ASSERT_EQ(0, load_giver(&self->giver, "**"));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	EXPECT_EQ(0, often(&self->other, "derivation/b/file"));
	/* One row differs now: what came from it goes, what came from others stays. */
	ASSERT_EQ(0, load_giver(&self->giver, "b/**"));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/b/file"));
	EXPECT_EQ(one.source, token_of(self->nl, &self->giver, ONE_FILE));
	EXPECT_NE(all.source, token_of(self->nl, &self->giver, ALL_FILES));
}

TEST_F(derivation, an_epoch_and_an_end_reach_what_was_derived)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->other.id,
			  RVM_RIGHT_READ };

	ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	ASSERT_EQ(0, box_set(&self->giver, RVM_A_PARTITION_EPOCH_BUMP, 1));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/a/file"));
	EXPECT_EQ(EKEYEXPIRED, ask_grant(self->nl, &w, NULL));
	ASSERT_EQ(0, load_giver(&self->giver, "**"));
	EXPECT_NE(w.source, token_of(self->nl, &self->giver, ALL_FILES));
	w.source = token_of(self->nl, &self->giver, ALL_FILES);
	w.expires = time(NULL) + 2;
	ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	ASSERT_TRUE(wait_until(time(NULL) > w.expires));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/a/file"));
}

TEST_F(derivation, it_is_eight_deep_at_most)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->giver.id };
	uint32_t count = 0;

	for (int depth = 1; depth <= 8; depth++)
		ASSERT_EQ(0, ask_grant(self->nl, &w, &w.source));
	EXPECT_EQ(ELOOP, ask_grant(self->nl, &w, NULL));
	EXPECT_EQ(0, ask_revoke(self->nl, token_of(self->nl, &self->giver, ALL_FILES), &count));
	EXPECT_EQ(9, count);
	EXPECT_EQ(EACCES, to_write(&self->giver, "derivation/a/file"));
	EXPECT_EQ(0, often(&self->giver, "derivation/a/file"));
}

TEST_F(derivation, many_are_given_and_taken)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), self->other.id,
			  RVM_RIGHT_READ };
	uint32_t count = 0;
	int i;

	for (i = 0; i < 3000; i++)
		ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	EXPECT_EQ(0, often(&self->other, "derivation/a/file"));
	EXPECT_EQ(0, ask_revoke(self->nl, w.source, &count));
	EXPECT_EQ(3001, count);
	EXPECT_EQ(EACCES, often(&self->other, "derivation/a/file"));
}

/* Open a file, and read it when the partition was marked meanwhile. */
TEST_F(derivation, one_use_is_one_open_of_which_all_can_be_read)
{
	struct wish w = { 0, self->other.id,	       RVM_RIGHT_READ, RVM_CLASS_PATH, "a/**",
			  0, RVM_TOKEN_FLAG_SINGLE_USE };
	struct wish more = { 0, self->other.id, RVM_RIGHT_READ, RVM_CLASS_PATH, "b/**" };
	struct reader reader = { in_dir("derivation/a/file") };
	uint64_t given;
	pid_t pid;

	ASSERT_EQ(0, ask_grant(self->nl, &w, NULL));
	ASSERT_EQ(0, pipe(reader.ask));
	ASSERT_EQ(0, pipe(reader.answer));
	pid = box_start(&self->other, read_when_asked, &reader);
	close(reader.ask[0]);
	EXPECT_EQ(0, ask_reader(&reader));
	EXPECT_EQ(EACCES, box_do(&self->other, open_once, (void *)in_dir("derivation/a/file")));
	ASSERT_EQ(0, ask_grant(self->nl, &more, &given));
	EXPECT_EQ(0, often(&self->other, "derivation/b/file"));
	EXPECT_EQ(0, ask_revoke(self->nl, given, NULL));
	EXPECT_EQ(EACCES, often(&self->other, "derivation/b/file"));
	EXPECT_EQ(0, ask_reader(&reader));
	EXPECT_EQ(EACCES, box_do(&self->other, open_once, (void *)in_dir("derivation/a/file")));
	close(reader.ask[1]);
	wait_for(pid);
	close(reader.answer[0]);
	close(reader.answer[1]);
}

struct proof {
	uint64_t token, nonce, issued;
	uint32_t tier;
};

static int prove_inside(void *arg)
{
	const struct proof *p = arg;
	int nl = nl_open();

	request_begin(&r, RVM_CMD_TOKEN_PROVE);
	put_u64(&r, RVM_A_GRANT_ID, p->token);
	put_u32(&r, RVM_A_GRANT_TIER, p->tier);
	put_u64(&r, RVM_A_GRANT_NONCE, p->nonce);
	put_u64(&r, RVM_A_GRANT_ISSUED, p->issued);
	return nl < 0 ? 250 : nl_call(nl, &r, &reply);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* A request about a token by its handle. */
static void ask_by_handle(uint8_t cmd, const struct reply *token, uint32_t later)
{
	request_begin(&r, cmd);
	put_u32(&r, RVM_A_GRANT_INDEX, reply_u32(token, RVM_A_TOKEN_INDEX));
	put_u32(&r, RVM_A_GRANT_GENERATION, reply_u32(token, RVM_A_TOKEN_GENERATION) + later);
}

TEST_F(derivation, a_handle_of_another_generation_is_stale)
{
	static const uint8_t cmds[] = { RVM_CMD_TOKEN_GRANT, RVM_CMD_TOKEN_REVOKE,
					RVM_CMD_TOKEN_PROVE };
	static struct reply token;
	const void *nest;
	uint64_t id;
	ssize_t len;

	id = token_of(self->nl, &self->giver, PROGRAM);
	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u64(&r, RVM_A_TABLE_TOKEN_ID, id);
	ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
	len = reply_get(&reply, RVM_A_TABLE_TOKEN, &nest);
	ASSERT_LT(0, len);
	token.len = len;
	memcpy(token.data, nest, len);
	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		ask_by_handle(cmds[i], &token, 1);
		if (cmds[i] == RVM_CMD_TOKEN_GRANT)
			put_u32(&r, RVM_A_GRANT_PARTITION, self->inner.id);
		EXPECT_EQ(ESTALE, nl_call(self->nl, &r, &reply));
	}
	ask_by_handle(RVM_CMD_TOKEN_GRANT, &token, 0);
	put_u32(&r, RVM_A_GRANT_PARTITION, self->inner.id);
	EXPECT_EQ(0, nl_call(self->nl, &r, &reply));
}

TEST_F(derivation, what_is_too_long_or_too_old_is_refused)
{
	struct wish w = { token_of(self->nl, &self->giver, PROGRAM), self->inner.id, 0,
			  RVM_CLASS_NAME };
	struct proof p = { w.source, 9, now_ns(), 1 };
	char name[1100];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	w.pattern = name;
	EXPECT_EQ(E2BIG, ask_grant(self->nl, &w, NULL));
	w.pattern = "agents/one";
	EXPECT_EQ(0, ask_grant(self->nl, &w, NULL));
	EXPECT_EQ(0, prove_inside(&p));
	ASSERT_EQ(0, box_set(&self->giver, RVM_A_PARTITION_EPOCH_BUMP, 1));
	EXPECT_EQ(EKEYEXPIRED, prove_inside(&p));
}

TEST_F(derivation, a_proof_is_good_once)
{
	struct proof p = { token_of(self->nl, &self->giver, PROGRAM), 5, now_ns(), 2 };

	EXPECT_EQ(0, box_do(&self->giver, prove_inside, &p));
	EXPECT_EQ(EKEYREJECTED, box_do(&self->giver, prove_inside, &p));
	p.nonce = 1ULL << 60;
	p.issued = now_ns();
	EXPECT_EQ(0, box_do(&self->giver, prove_inside, &p));
	p.nonce = 6;
	p.tier = 3;
	EXPECT_EQ(0, box_do(&self->giver, prove_inside, &p));
	p.nonce = 0;
	EXPECT_EQ(EKEYREJECTED, box_do(&self->giver, prove_inside, &p));
	p.nonce = 7;
	p.issued = now_ns() - 3600ULL * 1000000000;
	EXPECT_EQ(EKEYREJECTED, box_do(&self->giver, prove_inside, &p));
	p = (struct proof){ token_of(self->nl, &self->giver, NO_GRANT), 8, now_ns(), 2 };
	EXPECT_EQ(EACCES, box_do(&self->giver, prove_inside, &p));
	p.token = token_of(self->nl, &self->giver, PROGRAM);
	EXPECT_EQ(ENOENT, box_do(&self->other, prove_inside, &p));
}

/* As in limits.h. */
#define PASSED_MAX (65536 / 4)

static int fill_inside(void *arg)
{
	int nl = nl_open(), done = 0, err;

	while (!(err = ask_grant(nl, arg, NULL)))
		done++;
	return err == ENFILE && done == PASSED_MAX ? 0 : err;
}

/* Who passes on without end leaves room for a table, and for what the host gives. */
TEST_F_TIMEOUT(derivation, what_is_passed_on_leaves_room, 240)
{
	struct wish w = { token_of(self->nl, &self->giver, PROGRAM) };
	struct wish host = { .target = self->giver.id,
			     .rights = RVM_RIGHT_READ,
			     .class = RVM_CLASS_PATH,
			     .pattern = "a/**" };

	EXPECT_EQ(0, box_do(&self->giver, fill_inside, &w));
	EXPECT_EQ(0, ask_grant(self->nl, &host, NULL));
	EXPECT_EQ(0, load_giver(&self->giver, "a/**"));
}

/* As dear as the bounds allow: some 100,000 steps. */
#define DEAR "**/*?aaaaaaab*"

static int fill_dearly_inside(void *arg)
{
	int nl = nl_open(), done = 0, err;

	while (!(err = ask_grant(nl, arg, NULL)))
		done++;
	return err == E2BIG && done > 2 ? 0 : err;
}

static int load_dear(struct box *box, size_t count)
{
	const struct rule dear = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("derivation"), DEAR };
	struct rule rules[64];

	for (size_t i = 0; i < count; i++)
		rules[i] = dear;
	return box_load(box, rules, count);
}

/* What is passed on leaves room for what a table may cost; both together have one bound. */
TEST_F(derivation, what_is_passed_on_leaves_room_for_patterns)
{
	struct wish w = { token_of(self->nl, &self->giver, ALL_FILES), .rights = RVM_RIGHT_READ,
			  .class = RVM_CLASS_PATH, .pattern = DEAR };
	struct wish host = { .target = self->giver.id,
			     .rights = RVM_RIGHT_READ,
			     .class = RVM_CLASS_PATH,
			     .pattern = DEAR };
	int given = 0;

	EXPECT_EQ(0, box_do(&self->giver, fill_dearly_inside, &w));
	EXPECT_EQ(0, load_dear(&self->giver, 20));
	EXPECT_EQ(0, load_giver(&self->giver, "**"));
	while (!ask_grant(self->nl, &host, NULL))
		given++;
	EXPECT_EQ(E2BIG, reply.error);
	EXPECT_LT(20, given);
	EXPECT_EQ(E2BIG, load_dear(&self->giver, 20));
	EXPECT_NE('\0', reply.text[0]);
}

TEST_HARNESS_MAIN
