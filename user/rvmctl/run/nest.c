// SPDX-License-Identifier: GPL-2.0-only
/* Partitions of sub-agents. */
#include <errno.h>
#include <string.h>

#include "lib/log/sha256.h"
#include "plan/links.h"
#include "plan/send.h"
#include "run/asker.h"
#include "base/lock.h"
#include "run/nest.h"
#include "run/nest_priv.h"

/* What is recorded or judged of the outer one is so of what is inside. */
#define INHERITED                                                              \
	(RVM_PARTITION_FLAG_WITNESS_ALL | RVM_PARTITION_FLAG_HIDE_ATTRIBUTES | \
	 RVM_PARTITION_FLAG_RECHECK_ALWAYS)

static int create(struct nlc *nlc, const struct partition *outer, const char *name,
		  struct partition *inner, struct err *err)
{
	const struct partition_new how = {
		.name = name,
		.inside = outer->name,
		.mode = outer->mode,
		.owner_uid = outer->owner_uid,
		.flags = outer->flags & INHERITED,
	};

	return partition_create(nlc, &how, inner, err);
}

static char *name_of(const struct partition *outer, const char *name, struct err *err)
{
	char *whole = format("%s.%s", outer->name, name);

	if (!whole) {
		err_errno(err, ENOMEM, "%s", name);
	} else if (strchr(name, '.') || !name_is_partition(whole)) {
		err_make(err, EXIT_USAGE, "%s: not a name for a sub-agent", name);
		err_hint(err, "use a-z 0-9 -, at most %d with the outer one's name", RVM_NAME_MAX);
		free(whole);
		return NULL;
	}
	return whole;
}

/* The first number that is free. */
static int create_numbered(struct nlc *nlc, const struct partition *outer, struct partition *inner,
			   struct err *err)
{
	for (unsigned int i = 1;; i++) {
		char number[16];
		auto_free char *name = NULL;
		int found;

		snprintf(number, sizeof(number), "%u", i);
		name = name_of(outer, number, err);
		found = name ? partition_lookup(nlc, name, inner, err) : -1;
		if (found < 0)
			return -1;
		partition_free(inner);
		if (!found)
			return create(nlc, outer, name, inner, err);
	}
}

static int create_named(struct nlc *nlc, const struct partition *outer, const char *name,
			struct partition *inner, struct err *err)
{
	auto_free char *whole = name_of(outer, name, err);

	return whole ? create(nlc, outer, whole, inner, err) : -1;
}

/* A reason would tell what is there outside of what the asker may see. */
static int exclude(struct plan *plan, const char *resource, struct err *err)
{
	const struct rule rule = { .origin = "--grant-all-but", .resource = resource };
	struct err why = { 0 };

	if (!plan_exclude(plan, &rule, &why))
		return 0;
	err_clear(&why);
	err_make(err, EXIT_USAGE, "--grant-all-but: '%s' cannot be taken away", resource);
	return err_hint(err,
			"write it like a deny rule, such as Edit(secrets/**), and instead of a "
			"symbolic link what it leads to");
}

/*
 * Tokens do not say what they are not about: exclusions do, and the inner one has them alone.
 * For somebody inside nothing is searched that takes as long as it likes, and no link followed:
 * where an exclusion hangs can be read inside.
 */
static int take_away(struct nlc *nlc, const struct partition *outer, const struct nest *nest,
		     const struct partition *inner, struct err *err)
{
	char *const *all_but = nest->all_but;
	struct table none = { 0 };
	const struct sending how = { inner->id, &none, "(--grant-all-but)", false };
	struct rvm_sha256 hash;
	struct plan plan;
	struct sent sent;
	int ret;

	if (!outer->workspace)
		return err_make(err, EXIT_REFUSED, "partition %s: no table was loaded",
				outer->name);
	ret = plan_open(&plan, NULL, outer->workspace, err);
	plan.resolver.no_links = nest->asker;
	rvm_sha256_init(&hash);
	for (size_t i = 0; !ret && all_but[i]; i++) {
		rvm_sha256_update(&hash, all_but[i], strlen(all_but[i]) + 1);
		ret = exclude(&plan, all_but[i], err);
	}
	rvm_sha256_final(&hash, none.digest);
	if (!ret && !nest->asker)
		ret = exclude_links(&plan, false, err);
	if (!ret)
		ret = plan_send(&plan, nlc, &how, &sent, err);
	plan_close(&plan);
	return ret;
}

int nest_make(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      struct partition *inner, struct err *err)
{
	/* A name is a cgroup and a partition: nobody else takes or gives back one meanwhile. */
	auto_close int lock = lock_take(LOCK_NAMES, err);

	if (lock < 0)
		return -1;
	return how->name ? create_named(nlc, outer, how->name, inner, err) :
			   create_numbered(nlc, outer, inner, err);
}

typedef int (*nest_part)(struct nlc *nlc, const struct partition *outer, const struct nest *how,
			 const struct partition *inner, struct err *err);

/* What is named is looked for with the rights of who named it. */
static int do_for_asker(nest_part part, struct nlc *nlc, const struct partition *outer,
			const struct nest *how, const struct partition *inner, struct err *err)
{
	int ret;

	if (how->asker && asker_become(how->asker, err))
		return -1;
	ret = part(nlc, outer, how, inner, err);
	if (how->asker)
		asker_leave();
	return ret;
}

int nest_fill(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      const struct partition *inner, struct err *err)
{
	auto_close int lock = -1;

	/* What is taken away first: nothing runs yet, but nothing has to be argued for either. */
	if (how->all_but[0] && do_for_asker(take_away, nlc, outer, how, inner, err))
		return -1;
	/* One after the other: each would have to read the list again and again else. */
	lock = lock_take(LOCK_NAMES, err);
	return lock < 0 ? -1 : do_for_asker(nest_give, nlc, outer, how, inner, err);
}

static int give_back(struct nlc *nlc, const struct partition *inner, bool own, struct err *err)
{
	if (partition_unregister(nlc, inner->id, err) && nlc_errno(nlc) != ENOENT)
		return err_wrap(err, "partition %s", inner->name);
	err_clear(err);
	if (own)
		cgroup_remove(inner->name);
	return 0;
}

int nest_end(struct nlc *nlc, const struct partition *inner, struct err *err)
{
	bool own = cgroup_is_own(inner->name, inner->cgroup_id);
	auto_close int lock = -1;

	/* Its processes end first: without the partition they would have the rights around it. */
	if (own && cgroup_kill(inner->name, inner->cgroup_id, KILL_SECONDS, err))
		return err_wrap(err, "partition %s", inner->name);
	lock = lock_take(LOCK_NAMES, err);
	return lock < 0 ? -1 : give_back(nlc, inner, own, err);
}
