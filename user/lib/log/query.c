// SPDX-License-Identifier: GPL-2.0-only
/* Finding records by what they are about. */
#include <fnmatch.h>
#include <string.h>

#include "base/auto.h"
#include "lib/pattern/glob.h"
#include "log/query.h"

static bool has_bit(const uint8_t *bits, unsigned int n)
{
	return bits[n / 8] >> n % 8 & 1;
}

static bool is_actor(const struct query *query, uint32_t actor)
{
	for (size_t i = 0; i < query->n_actors; i++) {
		if (query->actors[i] == actor)
			return true;
	}
	return false;
}

int query_check(const struct query *query, struct err *err)
{
	const char *object = query->object;
	struct rvm_glob glob;
	size_t len, at;

	if (!object || object[0] != '/')
		return 0;
	len = strlen(++object);
	while (len && object[len - 1] == '/')
		len--;
	if (!rvm_glob_parse(&glob, object, len, &at))
		return 0;
	err_make(err, EXIT_USAGE, "--object: '%s': not a glob from byte %zu on", query->object,
		 at + 1);
	return err_hint(err, "with one slash between names, and without '.' and '..'");
}

bool query_takes(const struct query *query, const uint8_t raw[RVM_RECORD_BYTES])
{
	uint64_t sequence = rvm_le64_get(raw), when = rvm_le64_get(raw + 8);
	bool judged = raw[16] >= RVM_KIND_PROOF_VERIFIED_P1 && raw[16] <= RVM_KIND_PROOF_REJECTED;

	return sequence >= query->from && sequence < query->to && when >= query->since_ns &&
	       when < query->until_ns && (!query->by_kind || has_bit(query->kinds, raw[16])) &&
	       (!query->by_actor || is_actor(query, rvm_le32_get(raw + 20))) &&
	       (!query->by_reason || (judged && raw[36] == query->reason));
}

bool query_may_take(const struct query *query, const struct index_entry *entry)
{
	bool kind = !query->by_kind, actor = !query->by_actor;

	for (size_t i = 0; i < sizeof(entry->kinds); i++)
		kind |= query->kinds[i] & entry->kinds[i];
	for (size_t i = 0; i < query->n_actors; i++)
		actor |= has_bit(entry->actors, query->actors[i] % 128);
	return kind && actor && entry->first < query->to &&
	       entry->first + entry->records > query->from && entry->begin_ns < query->until_ns &&
	       entry->end_ns >= query->since_ns && (!query->object || entry->lines) &&
	       (!query->by_reason || entry->reasons >> query->reason % 64 & 1);
}

/* Names from the root down; how many, or 0 if there are too many. */
static size_t split(const char *path, struct rvm_name *names, size_t most)
{
	size_t n = 0;

	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (!len)
			break;
		if (n == most)
			return 0;
		names[n++] = (struct rvm_name){ .text = path, .len = len };
		path += len;
	}
	return n;
}

/* From the leaf up, as rvm_glob_match() wants them. */
static void turn(struct rvm_name *names, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct rvm_name other = names[i];

		names[i] = names[n - 1 - i];
		names[n - 1 - i] = other;
	}
}

static bool path_fits(const char *wanted, const char *path)
{
	size_t len = strlen(++wanted);
	struct rvm_name names[256];
	struct rvm_glob glob;
	size_t n;

	while (len && wanted[len - 1] == '/')
		len--;
	if (path[0] != '/')
		return false;
	if (rvm_glob_parse(&glob, wanted, len, NULL))
		return false;
	n = split(path, names, ARRAY_SIZE(names));
	turn(names, n);
	return rvm_glob_match(&glob, names, n, false) >= RVM_GLOB_BELOW;
}

bool query_object(const struct query *query, const struct event *event)
{
	const struct detail *d = &event->detail;
	const char *const others[] = { d->addr, d->name, d->peer, d->object, d->partition };
	auto_free char *printed = NULL;

	if (!query->object)
		return true;
	if (query->object[0] == '/')
		return d->path && path_fits(query->object, d->path);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i] && !fnmatch(query->object, others[i], 0))
			return true;
	}
	printed = event_object(event);
	return printed && !fnmatch(query->object, printed, 0);
}
