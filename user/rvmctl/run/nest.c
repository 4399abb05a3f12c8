// SPDX-License-Identifier: GPL-2.0-only
/* Partitions of sub-agents. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "lib/log/sha256.h"
#include "plan/links.h"
#include "plan/send.h"
#include "run/nest.h"
#include "run/nest_priv.h"

/* Only root can open it. */
#define NAMES_LOCK "/run/rvmctl.nest.lock"

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
	return err_hint(err, "write it like a deny rule, such as Edit(secrets/**)");
}

/* Tokens do not say what they are not about: exclusions do, and the inner one has them alone. */
static int take_away(struct nlc *nlc, const struct partition *outer, char *const *all_but,
		     const struct partition *inner, struct err *err)
{
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
	rvm_sha256_init(&hash);
	for (size_t i = 0; !ret && all_but[i]; i++) {
		rvm_sha256_update(&hash, all_but[i], strlen(all_but[i]) + 1);
		ret = exclude(&plan, all_but[i], err);
	}
	rvm_sha256_final(&hash, none.digest);
	if (!ret)
		ret = exclude_links(&plan, false, err);
	if (!ret)
		ret = plan_send(&plan, nlc, &how, &sent, err);
	plan_close(&plan);
	return ret;
}

/*
 * A name is a cgroup and a partition: nobody takes or gives back one while somebody else is
 * at that.  -1 if that cannot be had.
 */
static int lock_names(void)
{
	int fd = open(NAMES_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		fcntl(fd, F_SETLKW, &(struct flock){ .l_type = F_WRLCK });
	return fd;
}

static void unlock_names(int lock)
{
	if (lock >= 0)
		close(lock);
}

int nest_make(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      struct partition *inner, struct err *err)
{
	int lock = lock_names();
	int ret = how->name ? create_named(nlc, outer, how->name, inner, err) :
			      create_numbered(nlc, outer, inner, err);

	unlock_names(lock);
	return ret;
}

int nest_fill(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      const struct partition *inner, struct err *err)
{
	int lock, ret;

	/* What is taken away first: nothing runs yet, but nothing has to be argued for either. */
	if (how->all_but[0] && take_away(nlc, outer, how->all_but, inner, err))
		return -1;
	/* One after the other: each would have to read the list again and again else. */
	lock = lock_names();
	ret = nest_give(nlc, outer, how, inner, err);
	unlock_names(lock);
	return ret;
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
	int lock, ret;

	/* Its processes end first: without the partition they would have the rights around it. */
	if (own && cgroup_kill(inner->name, inner->cgroup_id, KILL_SECONDS, err))
		return err_wrap(err, "partition %s", inner->name);
	lock = lock_names();
	ret = give_back(nlc, inner, own, err);
	unlock_names(lock);
	return ret;
}
