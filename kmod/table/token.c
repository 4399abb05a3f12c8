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

static int parse_glob(struct rvm_glob *glob, const struct rvm_scope_source *src,
		      struct netlink_ext_ack *extack)
{
	size_t at = 0;
	int err;

	if (!has_glob(src))
		return 0;
	err = rvm_glob_parse(glob, src->pattern, src->pattern_len, &at);
	if (err)
		NL_SET_ERR_MSG_ATTR_FMT(extack, src->pattern_attr,
					"bad pattern at byte %zu: see rvm-table(7)", at);
	return err;
}

/* Of a glob, without room for segments that it has not. */
static size_t glob_bytes(const struct rvm_glob *glob)
{
	return offsetof(struct rvm_glob, start) + glob->segments * sizeof(glob->start[0]);
}

/* Places of an exclusion, with what they were made of. */
struct places {
	struct rvm_place place[RVM_SCOPE_PLACES];
	struct rvm_place_object *object[RVM_SCOPE_PLACES];
};

static struct places *places_of(const struct rvm_scope_object *object)
{
	return object->scope.place ? container_of(object->scope.place, struct places, place[0]) :
				     NULL;
}

/* An exclusion holds by name as well; what its file system calls it counts under any mount. */
static bool has_places(const struct rvm_scope_source *src)
{
	return src->path && src->inode && src->class != RVM_CLASS_EXEC;
}

static struct rvm_scope_object *make_object(const struct rvm_scope_source *src,
					    const struct rvm_glob *glob)
{
	size_t places = has_places(src) ? sizeof(struct places) : 0;
	size_t globs = has_glob(src) ? glob_bytes(glob) : 0;
	size_t bytes = struct_size((struct rvm_scope_object *)NULL, data, 0) + places + globs +
		       src->pattern_len + 1;
	struct rvm_scope_object *object = kzalloc(bytes, GFP_KERNEL_ACCOUNT);
	char *data, *text;

	if (!object)
		return NULL;
	refcount_set(&object->refs, 1);
	object->bytes = bytes;
	data = (char *)object->data;
	if (places)
		object->scope.place = ((struct places *)data)->place;
	text = data + places + globs;
	if (src->pattern_len)
		memcpy(text, src->pattern, src->pattern_len);
	if (globs) {
		object->scope.glob = memcpy(data + places, glob, globs);
		object->scope.glob->text = text;
	}
	object->scope.text = text;
	return object;
}

static size_t string_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* For people; in one piece. */
static int copy_strings(struct rvm_scope_object *object, const struct rvm_scope_source *src)
{
	const char *path = src->like ? src->like->anchor_path : src->anchor_path;
	size_t first = string_bytes(src->resource), second = string_bytes(path);
	char *strings;

	if (!first && !second)
		return 0;
	strings = kmalloc(first + second, GFP_KERNEL_ACCOUNT);
	if (!strings)
		return -ENOMEM;
	object->bytes += first + second;
	if (first)
		object->resource = memcpy(strings, src->resource, first);
	if (second)
		object->anchor_path = memcpy(strings + first, path, second);
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

static int take_places(struct rvm_scope_object *object, const struct rvm_scope_source *src)
{
	struct places *places = places_of(object);
	unsigned int i;

	for (i = 0; places && i < RVM_SCOPE_PLACES; i++) {
		struct rvm_place_object *place;

		place = rvm_place_create(&places->place[i], src->path, i);
		if (IS_ERR(place))
			return PTR_ERR(place);
		places->object[i] = place;
		object->bytes += place ? place->bytes : 0;
	}
	return 0;
}

static void put_places(struct rvm_scope_object *object)
{
	struct places *places = places_of(object);
	unsigned int i;

	for (i = 0; places && i < RVM_SCOPE_PLACES; i++)
		rvm_place_destroy(places->object[i]);
}

struct rvm_scope_object *rvm_scope_create(const struct rvm_scope_source *src,
					  struct netlink_ext_ack *extack)
{
	struct rvm_scope_object *object;
	struct rvm_glob glob;
	int err;

	might_sleep();
	err = parse_glob(&glob, src, extack);
	if (err)
		return ERR_PTR(err);
	object = make_object(src, &glob);
	if (!object)
		return ERR_PTR(-ENOMEM);
	object->scope.class = src->class;
	object->scope.family = src->family;
	object->scope.flags = src->flags;
	object->scope.len = src->pattern_len;
	object->scope.range = src->range;
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
	if (!object || !refcount_dec_and_test(&object->refs))
		return;
	put_places(object);
	if (object->anchor) {
		rvm_anchor_unbind(object->anchor, &object->link);
		rvm_anchor_put(object->anchor);
	}
	/* They begin with the one that there is. */
	kfree(object->resource ?: object->anchor_path);
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

size_t rvm_token_bytes(const struct rvm_token *token)
{
	return sizeof(*token) + token->object->bytes + string_bytes(token->core.within_name);
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
