// SPDX-License-Identifier: GPL-2.0-only
/* A segment that is being written. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "log/follow.h"
#include "log/segment.h"

static int fail(const struct segment *segment, enum segment_part part, struct err *err)
{
	int errnum = errno;
	char name[48];

	part_name(&segment->seal.name, part, name);
	err_errno(err, errnum, "%s/%s", segment->path, name);
	return -errnum;
}

static int write_fully(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= n;
	}
	return 0;
}

static int open_part(const struct segment *segment, enum segment_part part, int flags,
		     struct err *err)
{
	return part_open(segment->dir, &segment->seal.name, part, flags, PART_OWN, segment->path,
			 err);
}

/* A whole file, or none: it gets its name when it is on the disk. */
static int put_part(const struct segment *segment, enum segment_part part, const void *data,
		    size_t len, struct err *err)
{
	auto_close int fd = -1;
	char name[48], new_name[48];
	int ret;

	part_name(&segment->seal.name, part, name);
	part_new_name(&segment->seal.name, new_name);
	unlinkat(segment->dir, new_name, 0);
	fd = openat(segment->dir, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && !write_fully(fd, data, len) && !fsync(fd) &&
	    !renameat(segment->dir, new_name, segment->dir, name) && !fsync(segment->dir))
		return 0;
	ret = fail(segment, part, err);
	if (fd >= 0)
		unlinkat(segment->dir, new_name, 0);
	return ret;
}

static void begin_trail(struct segment *segment)
{
	const struct seal *seal = &segment->seal;

	trail_begin(&segment->trail, seal->state, seal->name.first, seal->aux, !seal->lost);
}

static int remove_part(const struct segment *segment, enum segment_part part)
{
	char name[48];

	part_name(&segment->seal.name, part, name);
	return unlinkat(segment->dir, name, 0);
}

static int create_files(struct segment *segment, struct err *err)
{
	char text[SEAL_TEXT_MAX];
	size_t len;

	segment->lines = open_part(segment, PART_LINES, O_RDWR | O_CREAT | O_EXCL | O_APPEND, err);
	if (segment->lines < 0)
		return segment->lines;
	segment->records =
		open_part(segment, PART_RECORDS, O_RDWR | O_CREAT | O_EXCL | O_APPEND, err);
	if (segment->records < 0)
		return segment->records;
	len = seal_write(&segment->seal, text);
	/* It syncs the directory, with all three names. */
	return put_part(segment, PART_OPEN, text, len, err);
}

int segment_create(int dir, const char *path, const struct seal *begin, struct segment *segment,
		   struct err *err)
{
	int ret;

	*segment = (struct segment){
		.dir = dir, .path = path, .seal = *begin, .records = -1, .lines = -1
	};
	segment->seal.sealed = false;
	segment->seal.begun = time(NULL);
	begin_trail(segment);
	ret = create_files(segment, err);
	if (ret) {
		if (segment->records >= 0)
			remove_part(segment, PART_RECORDS);
		if (segment->lines >= 0)
			remove_part(segment, PART_LINES);
		segment_close(segment);
	}
	return ret;
}

static int read_begin(struct segment *segment, struct err *err)
{
	struct segment_name name = segment->seal.name;
	char text[SEAL_TEXT_MAX], file[48];
	const char *reason;
	size_t offset;
	int len = part_text(segment->dir, &name, PART_OPEN, PART_OWN, segment->path, text, err);

	if (len < 0)
		return len;
	part_name(&name, PART_OPEN, file);
	reason = seal_read(&segment->seal, text, len, &offset);
	if (!reason && (segment->seal.sealed || segment_name_compare(&name, &segment->seal.name)))
		reason = "of another segment";
	segment->seal.name = name;
	if (!reason)
		return 0;
	err_make(err, EXIT_REFUSED, "%s/%s: byte %zu: %s", segment->path, file, offset, reason);
	err_hint(err, "no crash does that: keep a copy of the directory, then record into another");
	return -EINVAL;
}

/* A seal that the lines do not fit is told of; there is nothing to cut. */
static void pass_over(struct segment *segment)
{
	const struct trail_fault *fault = &segment->trail.fault;

	if (!segment->remark)
		segment->remark = format("lines from record %" PRIu64 " on: %s", fault->sequence,
					 fault->reason);
	segment->trail.fault = (struct trail_fault){ 0 };
}

static bool is_taken(const struct trail *trail)
{
	return trail->fault.reason && trail->fault.in_lines &&
	       trail->fault.sequence < trail->chain.chain.length;
}

static int follow_all(struct segment *segment, struct segment_cut *cut, struct err *err)
{
	auto_free struct follow *follow = follow_new(segment->records, segment->lines);
	struct trail *trail = &segment->trail;
	int ret;

	begin_trail(segment);
	errno = ENOMEM;
	if (!follow)
		return fail(segment, PART_RECORDS, err);
	do {
		ret = follow_run(follow, trail, UINT64_MAX);
		if (ret) {
			errno = -ret;
			return fail(segment, PART_RECORDS, err);
		}
		if (!is_taken(trail))
			break;
		pass_over(segment);
	} while (1);
	cut->reason = trail->fault.reason;
	if (follow->wants_line)
		cut->reason = "its line is missing";
	trail->fault = (struct trail_fault){ 0 };
	return 0;
}

static int copy_tail(const struct segment *segment, int from, off_t begin, off_t end,
		     enum segment_part part, struct err *err)
{
	int to = open_part(segment, part, O_WRONLY | O_CREAT | O_APPEND, err);
	auto_close int owned = to;
	char buf[16384];

	(void)owned;
	if (to < 0)
		return to;
	while (begin < end) {
		size_t most = end - begin < (off_t)sizeof(buf) ? end - begin : (off_t)sizeof(buf);
		ssize_t n = pread(from, buf, most, begin);

		if (n <= 0 || write_fully(to, buf, n))
			return fail(segment, part, err);
		begin += n;
	}
	return fsync(to) || fsync(segment->dir) ? fail(segment, part, err) : 0;
}

static int cut_file(const struct segment *segment, int fd, off_t good, enum segment_part part,
		    enum segment_part kept, bool keep, uint64_t *cut, struct err *err)
{
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return fail(segment, part, err);
	*cut = st.st_size - good;
	if (!*cut)
		return 0;
	ret = keep ? copy_tail(segment, fd, good, st.st_size, kept, err) : 0;
	if (!ret && ftruncate(fd, good))
		ret = fail(segment, part, err);
	return ret;
}

static int cut_tail(struct segment *segment, struct segment_cut *cut, struct err *err)
{
	off_t good = segment->trail.records * RVM_RECORD_BYTES;
	struct stat st;
	bool keep;
	int ret;

	if (fstat(segment->records, &st))
		return fail(segment, PART_RECORDS, err);
	cut->records = (st.st_size - good) / RVM_RECORD_BYTES;
	keep = cut->records;
	ret = cut_file(segment, segment->records, good, PART_RECORDS, PART_CUT, keep, &cut->bytes,
		       err);
	if (ret)
		return ret;
	return cut_file(segment, segment->lines, segment->trail.line_bytes, PART_LINES,
			PART_CUT_LINES, keep, &cut->line_bytes, err);
}

static int open_files(struct segment *segment, struct segment_cut *cut, struct err *err)
{
	int ret = read_begin(segment, err);

	if (ret)
		return ret;
	segment->records = open_part(segment, PART_RECORDS, O_RDWR | O_APPEND, err);
	if (segment->records < 0)
		return segment->records;
	segment->lines = open_part(segment, PART_LINES, O_RDWR | O_APPEND, err);
	if (segment->lines < 0)
		return segment->lines;
	ret = follow_all(segment, cut, err);
	if (!ret)
		ret = cut_tail(segment, cut, err);
	return ret ? ret : segment_sync(segment, err);
}

int segment_open(int dir, const char *path, const struct segment_name *name,
		 struct segment *segment, struct segment_cut *cut, struct err *err)
{
	int ret;

	*cut = (struct segment_cut){ 0 };
	*segment = (struct segment){
		.dir = dir, .path = path, .seal.name = *name, .records = -1, .lines = -1
	};
	ret = open_files(segment, cut, err);
	if (ret)
		segment_close(segment);
	return ret;
}

/* Back to what was there: the array of the index may have moved, and is long enough. */
static void restore(struct segment *segment, const struct trail *before)
{
	struct log_index index = segment->trail.index;
	int ret;

	segment->trail = *before;
	segment->trail.index.entry = index.entry;
	segment->trail.index.size = index.size;
	ret = ftruncate(segment->records, before->records * RVM_RECORD_BYTES);
	/* What is left at the end is cut off at the next start. */
	ret |= ftruncate(segment->lines, before->line_bytes);
	(void)ret;
}

static int write_batch(struct segment *segment, const uint8_t *raw, size_t n, const char *lines,
		       size_t len, struct err *err)
{
	if (len && write_fully(segment->lines, lines, len))
		return fail(segment, PART_LINES, err);
	if (write_fully(segment->records, raw, n * RVM_RECORD_BYTES))
		return fail(segment, PART_RECORDS, err);
	return 0;
}

static int refuse_record(const struct segment *segment, const char *reason, struct err *err)
{
	err_make(err, EXIT_REFUSED, "%s: record %" PRIu64 ": %s", segment->path,
		 (uint64_t)segment->trail.chain.chain.length, reason);
	err_hint(err, "the kernel's log does not hold together: nothing after that is recorded");
	return -EBADMSG;
}

ssize_t segment_append(struct segment *segment, const uint8_t *raw, size_t n, const char *lines,
		       size_t *len, struct err *err)
{
	struct trail before = segment->trail;
	struct trail *trail = &segment->trail;
	ssize_t taken = trail_take(trail, raw, n, lines, len);
	int ret = -ENOMEM;

	if (taken < 0)
		err_errno(err, ENOMEM, "%s", segment->path);
	else if (!taken)
		ret = refuse_record(segment, trail->fault.reason ?: "its line is missing", err);
	else
		ret = write_batch(segment, raw, taken, lines, *len, err);
	if (ret) {
		restore(segment, &before);
		return ret;
	}
	if (is_taken(trail))
		pass_over(segment);
	/* A record that is wrong will be the first one of the next call. */
	trail->fault = (struct trail_fault){ 0 };
	return taken;
}

int segment_sync(struct segment *segment, struct err *err)
{
	enum segment_part part = PART_LINES;
	int ret = fdatasync(segment->lines);

	if (!ret) {
		part = PART_RECORDS;
		ret = fdatasync(segment->records);
	}
	if (!ret) {
		segment->synced = segment->trail.records;
		segment->synced_lines = segment->trail.line_bytes;
		return 0;
	}
	ret = fail(segment, part, err);
	/* The kernel may now take what it has not written for written: let nobody find it. */
	if (ftruncate(segment->records, segment->synced * RVM_RECORD_BYTES) ||
	    ftruncate(segment->lines, segment->synced_lines))
		err_hint(err, "the end of the log may not be on the disk");
	return ret;
}

static void fill_seal(struct segment *segment, const struct segment_name *before,
		      const uint8_t *before_sum)
{
	const struct trail *trail = &segment->trail;
	struct seal *seal = &segment->seal;

	seal->sealed = true;
	seal->records = trail->records;
	seal->first_ns = trail->first_ns;
	seal->last_ns = trail->last_ns;
	memcpy(seal->end_state, trail->chain.chain.state, sizeof(seal->end_state));
	memcpy(seal->end_aux, trail->chain.chain.last_aux, sizeof(seal->end_aux));
	trail_root(trail, seal->root);
	seal->sealed_at = time(NULL);
	trail_digest(trail, seal->sum[0]);
	trail_sum(&trail->lines_sum, seal->sum[1]);
	seal->has_before = before;
	if (!before)
		return;
	seal->before = *before;
	memcpy(seal->before_sum, before_sum, sizeof(seal->before_sum));
}

int segment_seal(struct segment *segment, const struct segment_name *before,
		 const uint8_t *before_sum, uint8_t sum[RVM_SHA256_DIGEST_BYTES], struct err *err)
{
	char text[SEAL_TEXT_MAX];
	const uint8_t *index;
	size_t bytes = 0, len;
	int ret = segment_sync(segment, err);

	if (ret)
		return ret;
	index = index_image(&segment->trail.index, &bytes);
	errno = ENOMEM;
	ret = index ? put_part(segment, PART_INDEX, index, bytes, err) :
		      fail(segment, PART_INDEX, err);
	if (ret)
		return ret;
	fill_seal(segment, before, before_sum);
	SHA256(index, bytes, segment->seal.sum[2]);
	len = seal_write(&segment->seal, text);
	ret = put_part(segment, PART_SEAL, text, len, err);
	if (ret)
		return ret;
	SHA256((const uint8_t *)text, len, sum);
	if (remove_part(segment, PART_OPEN) || fsync(segment->dir))
		return fail(segment, PART_OPEN, err);
	return 0;
}

int segment_remove(struct segment *segment, struct err *err)
{
	if (remove_part(segment, PART_OPEN) || remove_part(segment, PART_RECORDS) ||
	    remove_part(segment, PART_LINES) || fsync(segment->dir))
		return fail(segment, PART_OPEN, err);
	segment_close(segment);
	return 0;
}

void segment_close(struct segment *segment)
{
	if (segment->records >= 0)
		close(segment->records);
	if (segment->lines >= 0)
		close(segment->lines);
	segment->records = segment->lines = -1;
	trail_end(&segment->trail);
	free(segment->remark);
	segment->remark = NULL;
}
