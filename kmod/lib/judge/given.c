// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all tokens together give on a path.
 */
#include <linux/compiler.h>
#include <linux/limits.h>

#include "lib/judge/cover.h"
#include "lib/judge/judge.h"
#include "lib/judge/search.h"
#include "lib/judge/token.h"
#include "lib/model/rights.h"

struct given {
	const struct rvm_partition_view *part;
	s64 now;
	/* Tokens for one use count. */
	bool once;
	/* When the first of them expires; of one for one use nobody knows. */
	s64 until;
	u8 rights;
};

static void add_token(struct given *g, const struct rvm_token_core *token)
{
	bool once = rvm_token_is_single_use(token);
	s64 end = once ? 0 : rvm_token_end(token);
	u8 rights = once && !g->once ? 0 : rvm_judge_live_rights(g->part, token, g->now);

	if (rights && end < g->until)
		g->until = end;
	g->rights |= rights;
}

static void add_index(struct given *g, const struct rvm_index *index,
		      const struct rvm_path_object *path)
{
	struct rvm_climb climb = {
		.stop = g->part->stop,
		.index = index,
		.view = path->visible,
		.match = true,
	};
	const struct rvm_scope *scope;
	u32 at;

	if (!index)
		return;
	while ((scope = rvm_climb_next(&climb)))
		if (scope->class == RVM_CLASS_PATH && rvm_search_gives(scope, path, &climb))
			add_token(g, index->core[climb.at]);
	for (at = index->head[RVM_CLASS_ANY]; at != RVM_CHAIN_END; at = READ_ONCE(index->next[at]))
		if (!path->special || rvm_token_is_root(index->core[at]))
			add_token(g, index->core[at]);
}

/* @once: Tokens for one use count, of the partition itself. */
static u8 path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
		      s64 now, bool once, s64 *until)
{
	u8 rights = RVM_RIGHTS_ALL;

	for (; part; part = part->parent, once = false) {
		struct given g = { .part = part, .now = now, .once = once, .until = *until };

		add_index(&g, part->tokens, path);
		add_index(&g, part->grants, path);
		rights &= g.rights;
		*until = g.until;
	}
	return rights;
}

u8 rvm_judge_path_rights_until(const struct rvm_partition_view *part,
			       const struct rvm_path_object *path, s64 now, s64 *until)
{
	return path_rights(part, path, now, true, until);
}

u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now)
{
	s64 until = S64_MAX;

	return path_rights(part, path, now, true, &until);
}

u8 rvm_judge_lasting_rights(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path, s64 now)
{
	s64 until = S64_MAX;

	return path_rights(part, path, now, false, &until);
}
