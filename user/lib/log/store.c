// SPDX-License-Identifier: GPL-2.0-only
/* A directory that a log is recorded into. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "log/store.h"

static PRINTF(2, 3) void say(const struct store *store, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	if (!store->say)
		return;
	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	if (text)
		store->say(text);
}

/* Only its last name: the rest tells whether it is the place that was meant. */
static int make_directory(const char *path, struct err *err)
{
	auto_free char *copy = strdup(path);
	auto_close int parent = -1;
	char *slash;

	if (!copy)
		return err_errno(err, ENOMEM, "%s", path);
	while ((slash = strrchr(copy, '/')) && slash != copy && !slash[1])
		*slash = '\0';
	slash = strrchr(copy, '/');
	if (!slash) {
		parent = file_look(".", err);
	} else {
		auto_free char *above = strndup(copy, slash == copy ? 1 : slash - copy);

		parent = above ? file_look(above, err) : -1;
	}
	if (parent < 0)
		return err_errno(err, ENOMEM, "%s", path);
	if (mkdirat(parent, slash ? slash + 1 : copy, 0700) && errno != EEXIST)
		return err_errno(err, errno, "%s", path);
	return fsync(parent) && errno != EBADF ? err_errno(err, errno, "%s", path) : 0;
}

static int check_directory(const char *path, const struct stat *st, struct err *err)
{
	if (!S_ISDIR(st->st_mode))
		return err_make(err, EXIT_USAGE, "%s: not a directory", path);
	if (st->st_uid != geteuid()) {
		err_make(err, EXIT_REFUSED, "%s: belongs to user %u", path, st->st_uid);
		return err_hint(err,
				"who owns it can remove the log: take a directory of your own");
	}
	if (st->st_mode & 077) {
		err_make(err, EXIT_REFUSED, "%s: has mode %04o", path, st->st_mode & 07777);
		return err_hint(err, "the log is not for others: chmod 0700 %s", path);
	}
	return 0;
}

static int open_directory(struct store *store, struct err *err)
{
	struct err none = { 0 };
	auto_close int look = file_look(store->path, &none);
	struct stat st;

	err_clear(&none);
	if (look < 0) {
		/* If it is not for want of the directory, this says so. */
		if (access(store->path, F_OK) && errno == ENOENT &&
		    make_directory(store->path, err))
			return -1;
		look = file_look(store->path, err);
	}
	if (look < 0)
		return -1;
	if (fstat(look, &st))
		return err_errno(err, errno, "%s", store->path);
	if (check_directory(store->path, &st, err))
		return -1;
	store->dir = openat(look, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return store->dir < 0 ? err_errno(err, errno, "%s", store->path) : 0;
}

static int refuse_second(const struct store *store, struct err *err)
{
	char who[24] = "";
	ssize_t n = pread(store->lock, who, sizeof(who) - 1, 0);

	who[n > 0 ? n : 0] = '\0';
	who[strspn(who, "0123456789")] = '\0';
	err_make(err, EXIT_REFUSED, "%s: process %s records here", store->path, *who ? who : "?");
	return err_hint(err, "end it first, or name another directory");
}

/* Whoever verifies looks whether it is locked by locking it for a moment. */
static int lock_soon(int fd)
{
	const struct timespec moment = { .tv_nsec = 10000000 };

	for (unsigned int i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if (errno != EWOULDBLOCK || i == 20)
			return -1;
		nanosleep(&moment, NULL);
	}
	return 0;
}

static int take_lock(struct store *store, struct err *err)
{
	struct stat st;
	char who[24];
	int n;

	store->lock = openat(store->dir, "lock",
			     O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (store->lock < 0 || fstat(store->lock, &st))
		return err_errno(err, errno, "%s/lock", store->path);
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		return err_make(err, EXIT_REFUSED, "%s/lock: not a file of its own", store->path);
	if (lock_soon(store->lock))
		return errno == EWOULDBLOCK ? refuse_second(store, err) :
					      err_errno(err, errno, "%s/lock", store->path);
	n = snprintf(who, sizeof(who), "%d\n", getpid());
	/* It is a remark for people: on a full disk it may be missing. */
	if (!ftruncate(store->lock, 0))
		n = pwrite(store->lock, who, n, 0);
	(void)n;
	return 0;
}

static int refuse_files(const struct store *store, const struct segment_files *files,
			const char *why, struct err *err)
{
	char name[SEGMENT_NAME_BYTES];

	segment_name_text(&files->name, name);
	err_make(err, EXIT_REFUSED, "%s/%s: %s", store->path, name, why);
	return err_hint(err, "rvmctl witness verify %s says more; record into another directory",
			store->path);
}

static void remove_part(const struct store *store, const struct segment_name *name, int part)
{
	char text[48];

	part_name(name, part, text);
	unlinkat(store->dir, text, 0);
}

static bool is_empty(const struct store *store, const struct segment_name *name, int part)
{
	struct stat st;
	char text[48];

	part_name(name, part, text);
	return fstatat(store->dir, text, &st, AT_SYMLINK_NOFOLLOW) ?
		       errno == ENOENT :
		       S_ISREG(st.st_mode) && !st.st_size;
}

#define IS_BEGUN (HAS(PART_RECORDS) | HAS(PART_LINES))

/* A crash came while it was made, or removed: there was nothing in it. */
static bool is_stillborn(const struct store *store, const struct segment_files *files)
{
	return !(files->parts & ~IS_BEGUN) && is_empty(store, &files->name, PART_RECORDS) &&
	       is_empty(store, &files->name, PART_LINES);
}

/* @last: no segment comes after it.  Return: 1 to forget it, 0, or -1 with @err. */
static int check_files(struct store *store, struct segment_files *files, bool last, struct err *err)
{
	char text[48];

	if (is_stillborn(store, files)) {
		remove_part(store, &files->name, PART_RECORDS);
		remove_part(store, &files->name, PART_LINES);
		return 1;
	}
	part_new_name(&files->name, text);
	unlinkat(store->dir, text, 0);
	if (!(files->parts & ~(HAS(PART_CUT) | HAS(PART_CUT_LINES))))
		return 1;
	if ((files->parts & IS_BEGUN) != IS_BEGUN)
		return refuse_files(store, files, "its records or its lines are missing", err);
	if (!(files->parts & (HAS(PART_OPEN) | HAS(PART_SEAL))))
		return refuse_files(store, files, "has neither .open nor .seal", err);
	if (files->parts & HAS(PART_SEAL) && files->parts & HAS(PART_OPEN)) {
		/* A crash came just then. */
		remove_part(store, &files->name, PART_OPEN);
		files->parts &= ~HAS(PART_OPEN);
	}
	if (files->parts & HAS(PART_OPEN) && !last)
		return refuse_files(store, files, "is open, but is not the last one", err);
	return 0;
}

static int check_list(struct store *store, struct list *list, struct err *err)
{
	size_t n = 0;

	if (list->stranger) {
		err_make(err, EXIT_REFUSED, "%s: '%s' is no file of a log", store->path,
			 list->stranger);
		return err_hint(err, "name a directory that is for the log alone");
	}
	for (size_t i = 0; i < list->n; i++) {
		int ret = check_files(store, &list->entry[i], i + 1 == list->n, err);

		if (ret < 0)
			return -1;
		if (!ret)
			list->entry[n++] = list->entry[i];
	}
	list->n = n;
	return 0;
}

static int read_seal(const struct store *store, const struct segment_name *name, struct seal *seal,
		     uint8_t sum[RVM_SHA256_DIGEST_BYTES], struct err *err)
{
	char text[SEAL_TEXT_MAX], file[48];
	const char *reason;
	size_t offset;
	int len = part_text(store->dir, name, PART_SEAL, PART_OWN, store->path, text, err);

	if (len < 0)
		return -1;
	reason = seal_read(seal, text, len, &offset);
	if (!reason && (!seal->sealed || segment_name_compare(&seal->name, name)))
		reason = "of another segment";
	SHA256((const uint8_t *)text, len, sum);
	if (!reason)
		return 0;
	part_name(name, PART_SEAL, file);
	err_make(err, EXIT_REFUSED, "%s/%s: byte %zu: %s", store->path, file, offset, reason);
	return err_hint(err, "keep a copy of the directory, then record into another");
}

static void take_end(struct store_place *place, const struct seal *seal)
{
	*place = (struct store_place){ .log = seal->name.log,
				       .id = seal->id,
				       .next = seal->name.first + seal->records };
	memcpy(place->state, seal->end_state, sizeof(place->state));
	memcpy(place->aux, seal->end_aux, sizeof(place->aux));
}

/* Where the segment that is open ends. */
static void follow_end(struct store *store)
{
	const struct rvm_chain *chain = &store->segment.trail.chain.chain;

	store->end = (struct store_place){ .log = store->segment.seal.name.log,
					   .id = store->segment.seal.id,
					   .next = chain->length };
	memcpy(store->end.state, chain->state, sizeof(store->end.state));
	memcpy(store->end.aux, chain->last_aux, sizeof(store->end.aux));
}

static void say_cut(const struct store *store, const struct segment_cut *cut)
{
	char name[SEGMENT_NAME_BYTES];

	segment_name_text(&store->segment.seal.name, name);
	if (cut->records)
		say(store,
		    "%s: record %" PRIu64 ": %s: it and what follows, %" PRIu64
		    " records, were cut off and are kept in %s.cut",
		    name, (uint64_t)store->segment.trail.chain.chain.length,
		    cut->reason ?: "is not whole", cut->records, name);
	else if (cut->bytes || cut->line_bytes)
		say(store,
		    "%s: cut off %" PRIu64 " bytes of a record and %" PRIu64
		    " bytes of lines that were not finished",
		    name, cut->bytes, cut->line_bytes);
	if (store->segment.remark)
		say(store, "%s: %s", name, store->segment.remark);
}

static int open_last(struct store *store, const struct segment_files *files, struct err *err)
{
	struct segment_cut cut;

	if (!(files->parts & HAS(PART_OPEN)))
		return 0;
	if (segment_open(store->dir, store->path, &files->name, &store->segment, &cut, err))
		return -1;
	say_cut(store, &cut);
	/* Whoever comes to another log is not to take it for the one before. */
	if (!store->segment.trail.records)
		return segment_remove(&store->segment, err);
	store->open = true;
	follow_end(store);
	return 0;
}

static int read_newest_seal(struct store *store, const struct list *list, struct err *err)
{
	struct seal seal;

	for (size_t i = list->n; i--;) {
		if (!(list->entry[i].parts & HAS(PART_SEAL)))
			continue;
		store->has_sealed = true;
		store->sealed = list->entry[i].name;
		if (read_seal(store, &store->sealed, &seal, store->sealed_sum, err))
			return -1;
		take_end(&store->end, &seal);
		return 0;
	}
	return 0;
}

static int take_list(struct store *store, struct err *err)
{
	auto_list struct list list;

	if (list_read(store->dir, store->path, &list, err) || check_list(store, &list, err))
		return -1;
	if (!list.n)
		return 0;
	if (read_newest_seal(store, &list, err))
		return -1;
	return open_last(store, &list.entry[list.n - 1], err);
}

int store_open(struct store *store, const char *path, void (*say_to)(const char *), struct err *err)
{
	*store = (struct store){ .dir = -1, .lock = -1, .say = say_to, .path = strdup(path) };
	if (!store->path)
		return err_errno(err, ENOMEM, "%s", path);
	if (open_directory(store, err) || take_lock(store, err))
		return -1;
	return take_list(store, err);
}

void store_close(struct store *store)
{
	if (store->open)
		segment_close(&store->segment);
	store->open = false;
	if (store->dir >= 0)
		close(store->dir);
	if (store->lock >= 0)
		close(store->lock);
	store->dir = store->lock = -1;
	free(store->path);
	store->path = NULL;
}

/* The segment is complete, or its log has ended. */
static int end_segment(struct store *store, struct err *err)
{
	struct segment_name name = store->segment.seal.name;
	int ret;

	if (!store->open)
		return 0;
	if (!store->segment.trail.records)
		ret = segment_remove(&store->segment, err);
	else
		ret = segment_seal(&store->segment, store->has_sealed ? &store->sealed : NULL,
				   store->sealed_sum, store->sealed_sum, err);
	if (ret)
		return ret;
	if (store->segment.trail.records) {
		store->has_sealed = true;
		store->sealed = name;
		segment_close(&store->segment);
	}
	store->open = false;
	return 0;
}

static int begin_segment(struct store *store, const struct store_place *place, uint64_t lost,
			 struct err *err)
{
	struct seal begin = {
		.name = { .log = place->log, .first = place->next },
		.id = place->id,
		.lost = lost,
	};
	int ret;

	memcpy(begin.state, place->next ? place->state : rvm_sha256_iv, sizeof(begin.state));
	memcpy(begin.aux, place->aux, sizeof(begin.aux));
	ret = segment_create(store->dir, store->path, &begin, &store->segment, err);
	store->open = !ret;
	return ret;
}

static int refuse_place(const struct store *store, const struct store_place *place, struct err *err)
{
	err_make(err, EXIT_REFUSED,
		 "%s: the kernel goes on with record %" PRIu64 ", but %" PRIu64 " are here",
		 store->path, place->next, store->end.next);
	return -EINVAL;
}

int store_begin(struct store *store, const struct store_place *place, struct err *err)
{
	struct store_place next = *place;
	uint64_t lost = place->next;
	int ret;

	if (store->end.log && store->end.id == place->id) {
		if (place->next < store->end.next)
			return refuse_place(store, place, err);
		lost = place->next - store->end.next;
		if (store->open && !lost)
			return 0;
		if (!lost)
			next = store->end;
		next.log = store->end.log;
	} else {
		next.log = store->end.log + 1;
	}
	ret = end_segment(store, err);
	if (ret)
		return ret;
	ret = begin_segment(store, &next, lost, err);
	if (ret)
		return ret;
	if (lost)
		say(store, "%" PRIu64 " records before record %" PRIu64 " are lost", lost,
		    next.next);
	store->end = next;
	return 0;
}

int store_roll(struct store *store, struct err *err)
{
	int ret = end_segment(store, err);

	return ret ? ret : begin_segment(store, &store->end, 0, err);
}

ssize_t store_append(struct store *store, const uint8_t *raw, size_t n, const char *lines,
		     size_t *len, struct err *err)
{
	ssize_t taken;

	/* It was full when the next one should have been begun. */
	if (!store->open) {
		int ret = store_roll(store, err);

		if (ret)
			return ret;
	}
	taken = segment_append(&store->segment, raw, n, lines, len, err);
	if (taken > 0)
		follow_end(store);
	if (store->segment.remark) {
		say(store, "%s", store->segment.remark);
		free(store->segment.remark);
		store->segment.remark = NULL;
	}
	return taken;
}

int store_sync(struct store *store, struct err *err)
{
	return store->open ? segment_sync(&store->segment, err) : 0;
}

uint64_t store_synced(const struct store *store)
{
	return store->open ? store->segment.seal.name.first + store->segment.synced :
			     store->end.next;
}

void store_head(const struct store *store, uint8_t head[RVM_SHA256_DIGEST_BYTES], uint64_t *length)
{
	memset(head, 0, RVM_SHA256_DIGEST_BYTES);
	*length = store->end.next;
	if (store->end.log)
		seal_head(store->end.state, store->end.next, head);
}
