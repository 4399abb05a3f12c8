// SPDX-License-Identifier: GPL-2.0-only
/* Finding records in a directory, by the index of each segment. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "log/digest.h"
#include "log/follow.h"
#include "log/query.h"
#include "log/store_verify.h"

/* Of the largest segment that is read by its index: 16 million records. */
#define INDEX_MOST (16384 * INDEX_ENTRY_BYTES)

/**
 * struct reading - a segment
 */
struct reading {
	struct query_store *store;
	const char *path;
	int dir;
	const struct segment_name *name;
	int records, lines;
	struct follow *follow;
	/* Where the descriptors stand, if they do. */
	uint64_t at;
	bool placed;
};

static void warn(const struct reading *r, enum segment_part part, const char *what)
{
	char file[48];

	part_name(r->name, part, file);
	r->store->warn(r->path, file, what);
}

/* Give a record to whoever asked.  Return: 0 to go on, 1 to end, -1. */
static int offer(struct reading *r, const uint8_t *raw, const char *line, size_t len,
		 struct err *err)
{
	auto_free char *copy = NULL;

	r->store->records++;
	if (!query_takes(r->store->query, raw))
		return 0;
	if (line && len)
		copy = strndup(line, len);
	return r->store->take(r->store->data, raw, copy, err);
}

/* Read @n records from the next one on; fewer if that is the end. */
static int scan(struct reading *r, uint64_t n, struct err *err)
{
	const uint8_t *raw;
	const char *line;
	size_t len = 0;
	int ret;

	for (; n; n--, r->at++) {
		ret = follow_next(r->follow, &raw, &line, &len);
		if (ret < 0)
			return err_errno(err, -ret, "%s", r->path);
		if (!ret)
			return 0;
		ret = offer(r, raw, line, len, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int place(struct reading *r, const struct index_entry *entry, struct err *err)
{
	uint64_t record = entry->first - r->name->first;

	if (r->placed && r->at == entry->first)
		return 0;
	if (lseek(r->records, record * RVM_RECORD_BYTES, SEEK_SET) < 0 ||
	    lseek(r->lines, entry->line_offset, SEEK_SET) < 0)
		return err_errno(err, errno, "%s", r->path);
	follow_begin(r->follow, r->records, r->lines);
	r->follow->few = true;
	r->at = entry->first;
	r->placed = true;
	return 0;
}

static int scan_by(struct reading *r, const uint8_t *image, size_t bytes, struct err *err)
{
	struct index_entry entry;

	for (size_t at = 0; at < bytes; at += INDEX_ENTRY_BYTES) {
		int ret;

		index_decode(&entry, image + at);
		if (!query_may_take(r->store->query, &entry))
			continue;
		ret = place(r, &entry, err);
		if (!ret)
			ret = scan(r, entry.records, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Are the entries of just the records from the first one on? */
static bool is_whole(const struct seal *seal, const uint8_t *image, size_t bytes)
{
	uint64_t next = seal->name.first;
	struct index_entry entry;

	for (size_t at = 0; at < bytes; at += INDEX_ENTRY_BYTES) {
		index_decode(&entry, image + at);
		if (entry.first != next || !entry.records || entry.records > INDEX_RECORDS)
			return false;
		next += entry.records;
	}
	return next - seal->name.first == seal->records;
}

/* Return: NULL, or why it is of no use. */
static const char *read_index(const struct reading *r, const struct seal *seal, uint8_t **image,
			      size_t *bytes)
{
	uint8_t sum[RVM_SHA256_DIGEST_BYTES];
	struct err err = { 0 };
	auto_close int fd =
		part_open(r->dir, r->name, PART_INDEX, O_RDONLY, PART_ANY, r->path, &err);
	struct stat st;

	err_clear(&err);
	if (fd < 0 || fstat(fd, &st))
		return "cannot be read";
	if (st.st_size > INDEX_MOST || st.st_size % INDEX_ENTRY_BYTES)
		return "has not the size of an index";
	*bytes = st.st_size;
	*image = malloc(*bytes + 1);
	if (!*image || pread(fd, *image, *bytes, 0) != (ssize_t)*bytes)
		return "cannot be read";
	SHA256(*image, *bytes, sum);
	if (memcmp(sum, seal->sum[2], sizeof(sum)))
		return "is not the one that its seal has the digest of";
	return is_whole(seal, *image, *bytes) ? NULL : "is not of these records";
}

/* The seal, if there is one and it can be read. */
static bool read_seal(const struct reading *r, struct seal *seal)
{
	struct err err = { 0 };
	char text[SEAL_TEXT_MAX];
	size_t offset;
	int len = part_text(r->dir, r->name, PART_SEAL, PART_ANY, r->path, text, &err);

	err_clear(&err);
	if (len < 0) {
		warn(r, PART_SEAL, "cannot be read; all records of this segment are");
		return false;
	}
	if (!seal_read(seal, text, len, &offset) && seal->sealed &&
	    !segment_name_compare(&seal->name, r->name))
		return true;
	warn(r, PART_SEAL, "is not what a recorder writes; all records of this segment are read");
	return false;
}

static void check_size(const struct reading *r, const struct seal *seal)
{
	struct stat st;

	if (!fstat(r->records, &st) && (uint64_t)st.st_size != seal->records * RVM_RECORD_BYTES)
		warn(r, PART_RECORDS, "has not as many records as its seal says");
}

static int scan_segment(struct reading *r, const struct segment_files *files, struct err *err)
{
	auto_free uint8_t *image = NULL;
	struct seal seal;
	const char *reason;
	size_t bytes;

	if (files->parts & HAS(PART_SEAL) && read_seal(r, &seal)) {
		check_size(r, &seal);
		if (r->store->no_index)
			return scan(r, UINT64_MAX, err);
		reason = read_index(r, &seal, &image, &bytes);
		if (!reason)
			return scan_by(r, image, bytes, err);
		warn(r, PART_INDEX, reason);
	}
	return scan(r, UINT64_MAX, err);
}

static int open_and_scan(struct reading *r, const struct segment_files *files, struct err *err)
{
	auto_close int records =
		part_open(r->dir, r->name, PART_RECORDS, O_RDONLY, PART_ANY, r->path, err);
	auto_close int lines = -1;

	if (records < 0)
		return -1;
	lines = part_open(r->dir, r->name, PART_LINES, O_RDONLY, PART_ANY, r->path, err);
	if (lines < 0)
		return -1;
	r->records = records;
	r->lines = lines;
	r->at = r->name->first;
	r->placed = true;
	follow_begin(r->follow, records, lines);
	return scan_segment(r, files, err);
}

/* Only segments that can have what is asked for: each ends where the next one begins. */
static bool is_outside(const struct query *query, const struct list *list, size_t i)
{
	const struct segment_name *next = i + 1 < list->n ? &list->entry[i + 1].name : NULL;

	return list->entry[i].name.first >= query->to ||
	       (next && next->log == list->entry[i].name.log && next->first <= query->from);
}

int query_store(struct query_store *store, const char *path, uint32_t log, struct err *err)
{
	auto_close int dir = store_look(path, err);
	auto_free struct follow *follow = follow_new(-1, -1);
	struct reading r = { .store = store, .path = path, .dir = dir, .follow = follow };
	auto_list struct list list = { 0 };
	int ret = 0;

	if (dir < 0 || list_read(dir, path, &list, err))
		return -1;
	if (!follow)
		return err_errno(err, ENOMEM, "%s", path);
	for (size_t i = 0; !ret && i < list.n; i++) {
		const struct segment_files *files = &list.entry[i];

		if (files->name.log != log || is_outside(store->query, &list, i))
			continue;
		r.name = &files->name;
		if (files->parts & HAS(PART_RECORDS))
			ret = open_and_scan(&r, files, err);
		else if (files->parts & (HAS(PART_SEAL) | HAS(PART_OPEN)))
			warn(&r, PART_RECORDS, "is missing");
	}
	return ret;
}
