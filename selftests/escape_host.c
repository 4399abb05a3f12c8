// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is not tried from inside of the partition alone.
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "escape.h"

static int open_something(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static bool partition_new(struct box *box, int nl, const char *name, uint32_t flags)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, box->cgroup_fd);
	if (flags)
		put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	box->nl = nl;
	if (nl_call(nl, &r, &reply))
		return false;
	box->id = reply_u32(&reply, RVM_A_PARTITION_ID);
	return true;
}

/* In a pen, and in a group below it that nobody registered, nothing is allowed. */
static int group_in_a_pen(const struct box *unused, bool evil)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ws"), "" };
	struct box pen = {}, inner = {};
	char path[PATH_MAX];
	int err = BROKEN;

	snprintf(path, sizeof(path), "%s", ws("a"));
	if (!group_make(&pen, "escape-pen"))
		return BROKEN;
	if (!partition_new(&pen, unused->nl, "escape-pen", RVM_PARTITION_FLAG_PEN)) {
		group_remove(&pen);
		return BROKEN;
	}
	if (group_make(&inner, "escape-pen/inner") &&
	    (evil ||
	     (partition_new(&inner, unused->nl, "escape-inner", 0) && !box_load(&inner, &rule, 1))))
		err = box_do(&inner, open_something, path);
	if (evil)
		group_remove(&inner);
	else
		box_remove(&inner);
	box_remove(&pen);
	return err;
}

const struct host_row host_rows[] = {
	{ "group in a pen that nobody registered", group_in_a_pen },
	{},
};
