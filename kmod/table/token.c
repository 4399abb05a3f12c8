// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens and exclusions, and the scopes they are about.
 */

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "compat.h"
#include "lib/token/prove.h"
#include "limits.h"
#include "table/token.h"

static atomic_t tokens;
static atomic_t exclusions;
static struct kmem_cache *cache;

static bool has_glob(const struct rvm_scope_source *src)
{
	if (src->class == RVM_CLASS_PATH)
		return true;
	return src->class == RVM_CLASS_NET && src->family == AF_UNIX &&
	       (src->inode || (src->like && src->like->anchor) ||
		src->flags & RVM_SCOPE_FLAG_UNRESOLVED);
}

static int parse_glob(struct rvm_scope_object *object, const struct rvm_scope_source *src,
		      struct netlink_ext_ack *extack)
{
	size_t at = 0;
	int err;

	err = rvm_glob_parse(&object->glob, object->text, src->pattern_len, &at);
	if (err) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, src->pattern_attr,
					"bad pattern at byte %zu: see rvm-table(7)", at);
		return err;
	}
	object->scope.glob = &object->glob;
	return 0;
}

static int copy_strings(struct rvm_scope_object *object, const struct rvm_scope_source *src)
{
	const char *anchor_path = src->like ? src->like->anchor_path : src->anchor_path;

	if (src->resource) {
		object->resource = kstrdup(src->resource, GFP_KERNEL_ACCOUNT);
		if (!object->resource)
			return -ENOMEM;
	}
	if (anchor_path) {
		object->anchor_path = kstrdup(anchor_path, GFP_KERNEL_ACCOUNT);
		if (!object->anchor_path)
			return -ENOMEM;
	}
	return 0;
}

static int take_anchor(struct rvm_scope_object *object, const struct rvm_scope_source *src)
{
	struct rvm_anchor *anchor;

	if (src->like && src->like->anchor)
		anchor = rvm_anchor_share(src->like->anchor);
	else if (src->inode)
		anchor = rvm_anchor_get(src->inode);
	else
		return 0;
	if (IS_ERR(anchor))
		return PTR_ERR(anchor);
	object->anchor = anchor;
	rvm_anchor_bind(anchor, &object->link, &object->scope.anchor);
	return 0;
}

/* An exclusion holds by name as well; what its file system calls it counts under any mount. */
static int take_places(struct rvm_scope_object *object, const struct rvm_scope_source *src)
{
	unsigned int i;

	if (!src->path || !object->anchor || src->class == RVM_CLASS_EXEC)
		return 0;
	for (i = 0; i < RVM_SCOPE_PLACES; i++) {
		struct rvm_place_object *place;

		place = rvm_place_create(&object->scope.place[i], src->path, i);
		if (IS_ERR(place))
			return PTR_ERR(place);
		object->place[i] = place;
	}
	return 0;
}

struct rvm_scope_object *rvm_scope_create(const struct rvm_scope_source *src,
					  struct netlink_ext_ack *extack)
{
	struct rvm_scope_object *object;
	int err = 0;

	might_sleep();
	object = kzalloc(struct_size(object, text, src->pattern_len + 1), GFP_KERNEL_ACCOUNT);
	if (!object)
		return ERR_PTR(-ENOMEM);
	refcount_set(&object->refs, 1);
	if (src->pattern_len)
		memcpy(object->text, src->pattern, src->pattern_len);
	object->scope.class = src->class;
	object->scope.family = src->family;
	object->scope.flags = src->flags;
	object->scope.text = object->text;
	object->scope.len = src->pattern_len;
	object->scope.range = src->range;

	if (has_glob(src))
		err = parse_glob(object, src, extack);
	if (!err)
		err = copy_strings(object, src);
	if (!err)
		err = take_anchor(object, src);
	if (!err)
		err = take_places(object, src);
	if (!err)
		return object;
	rvm_scope_put(object);
	return ERR_PTR(err);
}

struct rvm_scope_object *rvm_scope_get(struct rvm_scope_object *object)
{
	refcount_inc(&object->refs);
	return object;
}

void rvm_scope_put(struct rvm_scope_object *object)
{
	unsigned int i;

	if (!object || !refcount_dec_and_test(&object->refs))
		return;
	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		rvm_place_destroy(object->place[i]);
	if (object->anchor) {
		rvm_anchor_unbind(object->anchor, &object->link);
		rvm_anchor_put(object->anchor);
	}
	kfree(object->resource);
	kfree(object->anchor_path);
	kfree(object);
}

struct rvm_token *rvm_token_create(struct rvm_scope_object *object, bool exclusion,
				   struct netlink_ext_ack *extack)
{
	struct rvm_token *token;

	might_sleep();
	if (atomic_read(&tokens) + atomic_read(&exclusions) >= RVM_HOST_TOKENS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "the host has %u tokens, which is the limit",
				   RVM_HOST_TOKENS_MAX);
		return ERR_PTR(-ENFILE);
	}
	token = kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
	if (!token)
		return ERR_PTR(-ENOMEM);
	token->object = object;
	token->core.scope = object ? &object->scope : NULL;
	token->exclusion = exclusion;
	atomic_inc(exclusion ? &exclusions : &tokens);
	return token;
}

void rvm_token_destroy(struct rvm_token *token)
{
	atomic_dec(token->exclusion ? &exclusions : &tokens);
	rvm_scope_put(token->object);
	kfree(token->core.within_name);
	put_pid((struct pid *)token->core.used_by);
	kmem_cache_free(cache, token);
}

static size_t string_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static size_t place_bytes(const struct rvm_scope_object *object)
{
	size_t bytes = 0;
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		bytes += object->place[i] ? object->place[i]->bytes : 0;
	return bytes;
}

size_t rvm_token_bytes(const struct rvm_token *token)
{
	const struct rvm_scope_object *object = token->object;

	return sizeof(*token) + struct_size(object, text, object->scope.len + 1) +
	       string_bytes(object->resource) + string_bytes(object->anchor_path) +
	       string_bytes(token->core.within_name) + place_bytes(object);
}

unsigned int rvm_token_count(void)
{
	return atomic_read(&tokens);
}

unsigned int rvm_exclusion_count(void)
{
	return atomic_read(&exclusions);
}

int rvm_token_init(void)
{
	rvm_seal_init(get_random_u64());
	cache = kmem_cache_create("rvm_token", sizeof(struct rvm_token), 0, SLAB_ACCOUNT, NULL);
	return cache ? 0 : -ENOMEM;
}

void rvm_token_exit(void)
{
	kmem_cache_destroy(cache);
}
