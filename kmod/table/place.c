// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places: the names under which an anchor was found, so that an exclusion goes on
 * holding for what stands there when the anchor is gone, moved or mounted over.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/slab.h>

#include "lib/judge/view.h"
#include "table/place.h"

/* Names on their way into a place. */
struct names {
	struct rvm_name name[RVM_PATH_DEPTH_MAX];
	u16 depth;
	size_t len;
	char text[PATH_MAX];
};

static int add_name(struct names *names, const struct qstr *name)
{
	struct rvm_name *new = &names->name[names->depth];

	if (names->depth == RVM_PATH_DEPTH_MAX || name->len > NAME_MAX ||
	    names->len + name->len > sizeof(names->text))
		return -ENAMETOOLONG;
	new->text = memcpy(names->text + names->len, name->name, name->len);
	new->len = name->len;
	names->len += name->len;
	names->depth++;
	return 0;
}

/*
 * Up to the top, as the walk goes: @seen becomes what is there.  Where mounts are stacked,
 * as on the root of most systems, that is what the uppermost one shows.
 */
static int collect_names(struct names *names, struct path *path, struct path *seen, bool own)
{
	int err = 0;

	while (!err) {
		struct name_snapshot name;
		struct dentry *parent;

		path_get(path);
		path_put(seen);
		*seen = *path;
		while (!own && path->dentry == path->mnt->mnt_root)
			if (!follow_up(path))
				return 0;
		if (IS_ROOT(path->dentry))
			return 0;
		take_dentry_name_snapshot(&name, path->dentry);
		err = add_name(names, &name.name);
		release_dentry_name_snapshot(&name);
		parent = dget_parent(path->dentry);
		dput(path->dentry);
		path->dentry = parent;
	}
	return err;
}

/* No larger than need be: many exclusions have a place. */
static struct rvm_place_object *copy_names(const struct names *names)
{
	struct rvm_place_object *object;
	size_t bytes = struct_size(object, name, names->depth) + names->len;
	char *text;
	u16 i;

	object = kzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!object)
		return ERR_PTR(-ENOMEM);
	object->bytes = bytes;
	text = (char *)&object->name[names->depth];
	memcpy(text, names->text, names->len);
	for (i = 0; i < names->depth; i++) {
		object->name[i].text = text + (names->name[i].text - names->text);
		object->name[i].len = names->name[i].len;
	}
	return object;
}

static struct rvm_place_object *make_place(struct rvm_place *place, const struct names *names,
					   struct inode *root)
{
	struct rvm_place_object *object = copy_names(names);
	struct rvm_anchor *anchor;

	if (IS_ERR(object))
		return object;
	anchor = rvm_anchor_get(root);
	if (IS_ERR(anchor)) {
		kfree(object);
		return ERR_CAST(anchor);
	}
	object->root = anchor;
	rvm_anchor_bind(anchor, &object->link, &place->root);
	place->name = object->name;
	place->depth = names->depth;
	return object;
}

struct rvm_place_object *rvm_place_create(struct rvm_place *place, const struct path *path,
					  bool own)
{
	struct rvm_place_object *object = NULL;
	struct names *names = kmalloc(sizeof(*names), GFP_KERNEL);
	struct path at = *path, top = *path;
	int err;

	might_sleep();
	if (!names)
		return ERR_PTR(-ENOMEM);
	names->depth = 0;
	names->len = 0;
	path_get(&at);
	path_get(&top);
	err = collect_names(names, &at, &top, own);
	if (err)
		object = ERR_PTR(err);
	else if (names->depth)
		object = make_place(place, names, d_inode(top.dentry));
	path_put(&top);
	path_put(&at);
	kfree(names);
	return object;
}

void rvm_place_destroy(struct rvm_place_object *object)
{
	if (!object)
		return;
	rvm_anchor_unbind(object->root, &object->link);
	rvm_anchor_put(object->root);
	kfree(object);
}
