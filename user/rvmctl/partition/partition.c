// SPDX-License-Identifier: GPL-2.0-only
/* Partitions as the module has them: finding, making and destroying them. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "cmd.h"
#include "partition/adopt.h"
#include "partition/cgroup.h"
#include "partition/partition.h"
#include "wire/words.h"

#define PEN_NAME "unregistered"

void partition_free(struct partition *p)
{
	free(p->source);
	free(p->workspace);
	*p = (struct partition){ 0 };
}

static char *copy_if(struct nlattr *a)
{
	return a ? strdup(nlc_str(a)) : NULL;
}

void partition_read(struct nlattr **a, struct partition *p)
{
	*p = (struct partition){
		.id = nlc_u32(a[RVM_A_PARTITION_ID]),
		.cgroup_id = nlc_u64(a[RVM_A_PARTITION_CGROUP_ID]),
		.state = nlc_u32(a[RVM_A_PARTITION_STATE]),
		.mode = nlc_u32(a[RVM_A_PARTITION_MODE]),
		.flags = nlc_u32(a[RVM_A_PARTITION_FLAGS]),
		.owner_uid = nlc_u32(a[RVM_A_PARTITION_OWNER_UID]),
		.epoch = nlc_u32(a[RVM_A_PARTITION_EPOCH]),
		.parent = nlc_u32(a[RVM_A_PARTITION_PARENT]),
		.tokens = nlc_u32(a[RVM_A_PARTITION_TOKENS]),
		.exclusions = nlc_u32(a[RVM_A_PARTITION_EXCLUSIONS]),
		.denials = nlc_u64(a[RVM_A_PARTITION_DENIALS]),
		.execs = nlc_u64(a[RVM_A_PARTITION_EXECS]),
		.source = copy_if(a[RVM_A_PARTITION_SOURCE]),
		.workspace = copy_if(a[RVM_A_PARTITION_WORKSPACE]),
	};
	snprintf(p->name, sizeof(p->name), "%s", nlc_str(a[RVM_A_PARTITION_NAME]));
	if (a[RVM_A_PARTITION_DIGEST] && nla_len(a[RVM_A_PARTITION_DIGEST]) == sizeof(p->digest)) {
		memcpy(p->digest, nla_data(a[RVM_A_PARTITION_DIGEST]), sizeof(p->digest));
		p->has_digest = true;
	}
}

static int take_partition(struct nlattr **a, int cmd, void *data, struct err *err)
{
	partition_free(data);
	partition_read(a, data);
	return 0;
}

int partition_lookup(struct nlc *nlc, const char *name, struct partition *p, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_GET, 0);

	*p = (struct partition){ 0 };
	if (msg && nla_put_string(msg, RVM_A_PARTITION_NAME, name))
		nlc_drop(&msg);
	if (!nlc_call(nlc, msg, take_partition, p, err))
		return 1;
	if (nlc_errno(nlc) != ENOENT)
		return err_wrap(err, "partition %s", name);
	err_clear(err);
	return 0;
}

/* One that is called nearly so. */
static int hint_name(struct nlc *nlc, const char *name, struct err *err)
{
	struct partition *list = NULL;
	const char **names = NULL;
	const char *meant = NULL;
	struct err none = { 0 };
	size_t n = 0;

	if (!partition_list(nlc, &list, &n, &none))
		names = calloc(n + 1, sizeof(*names));
	for (size_t i = 0; names && i < n; i++)
		names[i] = list[i].name;
	meant = names ? nearest(name, strlen(name), names) : NULL;
	if (meant)
		err_hint(err, "did you mean %s?", meant);
	for (size_t i = 0; i < n; i++)
		partition_free(&list[i]);
	free(list);
	free(names);
	err_clear(&none);
	return err_hint(err,
			"see rvmctl partition list, or create it: rvmctl load TABLE --partition %s",
			name);
}

int partition_find(struct nlc *nlc, const char *name, struct partition *p, struct err *err)
{
	int ret = partition_lookup(nlc, name, p, err);

	if (ret > 0)
		return 0;
	if (!ret) {
		err_make(err, EXIT_REFUSED, "partition %s: no such partition", name);
		hint_name(nlc, name, err);
	}
	return -1;
}

int partition_by_id(struct nlc *nlc, uint32_t id, struct partition *p, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_GET, 0);

	*p = (struct partition){ 0 };
	if (msg && nla_put_u32(msg, RVM_A_PARTITION_ID, id))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_partition, p, err) ? err_wrap(err, "partition %u", id) : 0;
}

struct partitions {
	struct partition *list;
	size_t n;
};

static int take_each(struct nlattr **a, int cmd, void *data, struct err *err)
{
	struct partitions *all = data;
	struct partition *more = reallocarray(all->list, all->n + 1, sizeof(*more));

	if (!more)
		return err_errno(err, ENOMEM, "partitions");
	all->list = more;
	partition_read(a, &all->list[all->n++]);
	return 0;
}

int partition_list(struct nlc *nlc, struct partition **list, size_t *n, struct err *err)
{
	struct partitions all = { 0 };
	int ret = nlc_call(nlc, nlc_request(nlc, RVM_CMD_PARTITION_GET, NLM_F_DUMP), take_each,
			   &all, err);

	*list = all.list;
	*n = all.n;
	return ret;
}

static int register_cgroup(struct nlc *nlc, const struct partition_new *how, int fd,
			   struct partition *p, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_NEW, 0);

	if (msg && (nla_put_string(msg, RVM_A_PARTITION_NAME, how->name) ||
		    nla_put_s32(msg, RVM_A_PARTITION_CGROUP_FD, fd) ||
		    nla_put_u32(msg, RVM_A_PARTITION_MODE, how->mode) ||
		    (how->flags && nla_put_u32(msg, RVM_A_PARTITION_FLAGS, how->flags)) ||
		    nla_put_u32(msg, RVM_A_PARTITION_OWNER_UID, how->owner_uid)))
		nlc_drop(&msg);
	if (nlc_call(nlc, msg, take_partition, p, err))
		return err_wrap(err, "partition %s", how->name);
	return 0;
}

/* The parent of all partitions refuses whatever runs in it. */
static int make_pen(struct nlc *nlc, struct err *err)
{
	struct partition_new how = { .name = PEN_NAME, .flags = RVM_PARTITION_FLAG_PEN };
	auto_partition struct partition pen = { 0 };
	auto_close int fd = -1;
	int ret = partition_lookup(nlc, PEN_NAME, &pen, err);

	if (ret > 0 && !(pen.flags & RVM_PARTITION_FLAG_GONE))
		return 0;
	if (ret < 0)
		return -1;
	fd = cgroup_make_parent(err);
	if (fd < 0)
		return -1;
	if (ret > 0) {
		err_make(err, EXIT_REFUSED, "partition %s: its cgroup was removed", PEN_NAME);
		return err_hint(err, "rvmctl partition del %s", PEN_NAME);
	}
	return register_cgroup(nlc, &how, fd, &pen, err);
}

uint32_t partition_default_uid(void)
{
	const char *sudo = geteuid() ? NULL : secure_getenv("SUDO_UID");

	return sudo ? strtoul(sudo, NULL, 10) : getuid();
}

/* Its limits are those that its runtime gave it. */
static int adopt_partition(struct nlc *nlc, struct partition_new *how, struct partition *p,
			   struct err *err)
{
	if (how->limits.pids || how->limits.memory || how->limits.io)
		return err_make(err, EXIT_USAGE,
				"--cgroup: limits are set by the container's runtime");
	how->flags |= RVM_PARTITION_FLAG_ADOPTED;
	return register_cgroup(nlc, how, how->adopt->cgroup, p, err);
}

int partition_create(struct nlc *nlc, const struct partition_new *want, struct partition *p,
		     struct err *err)
{
	struct partition_new how = *want;
	auto_close int fd = -1;
	bool made = false;

	if (how.owner_uid == (uint32_t)-1)
		how.owner_uid = partition_default_uid();
	if (!how.inside && !name_valid(how.name)) {
		err_make(err, EXIT_USAGE, "%s: not a name for a new partition", how.name);
		return err_hint(err, "names with a dot are those of sub-agents");
	}
	if (how.adopt)
		return adopt_partition(nlc, &how, p, err);
	if (!how.inside && make_pen(nlc, err))
		return -1;
	fd = cgroup_make(how.name, &made, err);
	if (fd < 0)
		return -1;
	/* What is in another has the limits of that one: it cannot have some of its own. */
	if ((how.inside || !cgroup_limit(fd, how.name, &how.limits, err)) &&
	    !register_cgroup(nlc, &how, fd, p, err))
		return 0;
	if (made)
		cgroup_remove(how.name);
	return -1;
}

bool partition_is_container(const struct partition *p)
{
	return p->flags & RVM_PARTITION_FLAG_ADOPTED && !cgroup_is_own(p->name, p->cgroup_id);
}

int partition_unregister(struct nlc *nlc, uint32_t id, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_DEL, 0);

	if (msg && nla_put_u32(msg, RVM_A_PARTITION_ID, id))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, NULL, NULL, err);
}

void partition_destroy(struct nlc *nlc, const struct partition *p)
{
	struct err ignored = { 0 };

	if (!partition_unregister(nlc, p->id, &ignored) && !(p->flags & RVM_PARTITION_FLAG_ADOPTED))
		cgroup_remove(p->name);
	err_clear(&ignored);
}

void partition_end_unjudged(struct nlc *nlc, const struct partition *p, struct err *err)
{
	struct err why = { 0 };

	if (nlc_errno(nlc) != EUNATCH)
		return;
	if (cgroup_kill(p->name, p->cgroup_id, KILL_SECONDS, &why))
		err_hint(err,
			 "its processes still read what they have open, and cannot be ended: %s",
			 why.text);
	else
		err_hint(err, "its processes were ended, as they could read on what they had open");
	err_clear(&why);
}

int partition_set_flags(struct nlc *nlc, uint32_t id, uint32_t flags, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_SET, 0);

	if (msg && (nla_put_u32(msg, RVM_A_PARTITION_ID, id) ||
		    nla_put_u32(msg, RVM_A_PARTITION_FLAGS, flags) ||
		    nla_put_u32(msg, RVM_A_PARTITION_FLAGS_MASK, flags)))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, NULL, NULL, err);
}

int partition_set_mode(struct nlc *nlc, uint32_t id, uint32_t mode, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_SET, 0);

	if (msg && (nla_put_u32(msg, RVM_A_PARTITION_ID, id) ||
		    nla_put_u32(msg, RVM_A_PARTITION_MODE, mode)))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, NULL, NULL, err);
}
