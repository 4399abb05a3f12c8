// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/security/rvm/brake: the other door, to stop partitions by.
 *
 * Requests go through generic netlink.  Its lock is shared by all families: a task
 * that registers one waits there for every request that is under way, and all
 * others wait behind it.  A write to this file needs rvm_partitions_lock only, under
 * which nothing waits for a file system, for memory that one has to write, or for a
 * task.  It only takes away, so it does not matter who gets there first.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "brake.h"
#include "limits.h"
#include "netlink/family.h"
#include "partition/change.h"
#include "partition/registry.h"

static struct dentry *folder, *file;

/* Root inside is not the host, whoever opened the file. */
static int check_caller(void)
{
	if (rvm_caller_is_inside())
		return -EACCES;
	return capable(CAP_MAC_ADMIN) ? 0 : -EPERM;
}

static int brake_open(struct inode *inode, struct file *opened)
{
	return check_caller();
}

static int add_word(struct rvm_partition_change *change, const char *word)
{
	if (!strcmp(word, "fence")) {
		change->flags |= RVM_PARTITION_FLAG_FENCED;
		change->mask |= RVM_PARTITION_FLAG_FENCED;
	} else if (!strcmp(word, "suspend")) {
		change->has_state = true;
		change->state = RVM_STATE_SUSPENDED;
	} else if (!strcmp(word, "epoch")) {
		change->bump_epoch = true;
	} else {
		return -EINVAL;
	}
	return 0;
}

/* WORD... NAME; the name is what is left of @text. */
static int parse(struct rvm_partition_change *change, char **text)
{
	char *word = strsep(text, " ");
	int err;

	do {
		err = *text ? add_word(change, word) : -EINVAL;
		if (err || !strchr(*text, ' '))
			return err;
		word = strsep(text, " ");
	} while (1);
}

static int stop_one(const char *name, const struct rvm_partition_change *change)
{
	struct rvm_partition *part = rvm_partition_lookup_name(name);
	int err;

	if (!part)
		return -ENOENT;
	err = rvm_partition_change(part, change, NULL);
	if (!err)
		rvm_nl_partition_tell(part);
	rvm_partition_put(part);
	return err;
}

static int stop_all(const struct rvm_partition_change *change)
{
	int err = rvm_partition_change_all(change);
	struct rvm_partition *part;
	u32 last = 0;

	while ((part = rvm_partition_next(last))) {
		last = part->id;
		rvm_nl_partition_tell(part);
		rvm_partition_put(part);
	}
	return err;
}

static ssize_t brake_write(struct file *opened, const char __user *buf, size_t count, loff_t *pos)
{
	struct rvm_partition_change change = {};
	char *copy, *text;
	int err;

	err = check_caller();
	if (err)
		return err;
	if (count > RVM_BRAKE_BYTES)
		return -EINVAL;
	copy = memdup_user_nul(buf, count);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	text = strim(copy);
	err = parse(&change, &text);
	if (!err)
		err = strcmp(text, "*") ? stop_one(text, &change) : stop_all(&change);
	kfree(copy);
	return err ?: count;
}

static const struct file_operations brake_fops = {
	.owner = THIS_MODULE,
	.open = brake_open,
	.write = brake_write,
	.llseek = noop_llseek,
};

int rvm_brake_init(void)
{
	folder = securityfs_create_dir("rvm", NULL);
	if (IS_ERR(folder))
		return PTR_ERR(folder);
	file = securityfs_create_file("brake", 0200, folder, NULL, &brake_fops);
	if (!IS_ERR(file))
		return 0;
	securityfs_remove(folder);
	return PTR_ERR(file);
}

void rvm_brake_exit(void)
{
	securityfs_remove(file);
	securityfs_remove(folder);
}
