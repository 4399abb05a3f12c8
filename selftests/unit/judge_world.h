/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A partition to ask the judge about: what it holds and what is asked take one line each.
 */
#ifndef RVM_JUDGE_WORLD_H
#define RVM_JUDGE_WORLD_H

#include "grammar/addr_parse.h"
#include "lib/judge/exclusion.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "unit.h"

static inline u32 draw(u32 n)
{
	return unit_random() % n;
}

#include "lib/judge_model.h"

#define ALL RVM_RIGHTS_ALL
#define READ RVM_RIGHT_READ
#define WRITE RVM_RIGHT_WRITE
#define EXECUTE RVM_RIGHT_EXECUTE
#define NOW 1000

/*
 * A partition with a parent, filled by the helpers below.  Places are written
 * as paths; the identity of a place is the path.
 */

#define PLACES 256

static char *places[PLACES];

static inline const void *place(const char *path, size_t len)
{
	unsigned int i;

	for (i = 0; i < PLACES && places[i]; i++)
		if (strlen(places[i]) == len && !memcmp(places[i], path, len))
			return places[i];
	if (i == PLACES)
		abort();
	places[i] = strndup(path, len);
	return places[i];
}

static struct world {
	struct model_table tokens;
	struct model_table exclusions;
	struct model_table above;
	/* Of the parent, which may do anything unless a test says otherwise. */
	struct model_table around;
	struct rvm_partition_view part;
	struct rvm_partition_view parent;
	struct rvm_path_view view;
	struct rvm_path_view own;
	struct rvm_argv argv;
	char words[128];
	struct rvm_request req;
} w;

static inline struct model_entry *add(struct model_table *t, enum rvm_class class, u8 rights)
{
	u32 n = t->index.count++;
	struct model_entry *e = &t->entry[n];

	if (n == MODEL_TOKENS)
		abort();
	memset(e, 0, sizeof(*e));
	e->scope.class = class;
	e->core.scope = &e->scope;
	e->core.rights = rights;
	e->core.epoch = 1;
	e->core.tier = rvm_rights_tier(rights);
	e->core.id = n + 1;
	t->core[n] = &e->core;
	return e;
}

/* A token of the parent. */
static inline struct model_entry *around(enum rvm_class class, u8 rights)
{
	struct model_entry *e = add(&w.around, class, rights);

	e->core.epoch = 7;
	return e;
}

static inline void start(void)
{
	memset(&w, 0, sizeof(w));
	w.part = (struct rvm_partition_view){
		.parent = &w.parent,
		.tokens = &w.tokens.index,
		.exclusions = &w.exclusions.index,
		.epoch = 1,
		.state = RVM_STATE_RUNNING,
	};
	w.parent = (struct rvm_partition_view){
		.tokens = &w.around.index,
		.exclusions = &w.above.index,
		.epoch = 7,
		.state = RVM_STATE_RUNNING,
	};
	around(RVM_CLASS_ANY, ALL);
}

static inline struct model_entry *path_in(struct model_table *t, const char *anchor,
					  const char *glob, u8 rights)
{
	struct model_entry *e = add(t, RVM_CLASS_PATH, rights);

	e->scope.anchor = place(anchor, strlen(anchor));
	EXPECT_EQ(rvm_glob_parse(&e->glob, glob, strlen(glob), NULL), 0);
	e->scope.glob = &e->glob;
	return e;
}

static inline struct model_entry *path_token(const char *anchor, const char *glob, u8 rights)
{
	return path_in(&w.tokens, anchor, glob, rights);
}

/* @words separated by "|"; @program NULL if it is not there. */
static inline struct model_entry *exec_in(struct model_table *t, const char *program,
					  const char *words, bool prefix)
{
	static char kept[64][64];
	static unsigned int n;
	struct model_entry *e = add(t, RVM_CLASS_EXEC, EXECUTE);
	char *text = kept[n++ % 64];
	size_t i;

	for (i = 0; i <= strlen(words); i++)
		text[i] = words[i] == '|' ? '\0' : words[i];
	e->scope.text = text;
	e->scope.len = *words ? strlen(words) + 1 : 0;
	e->scope.flags = (prefix ? RVM_SCOPE_FLAG_PREFIX : 0) |
			 (*words ? 0 : RVM_SCOPE_FLAG_ANY_PROGRAM) |
			 (*words && !program ? RVM_SCOPE_FLAG_UNRESOLVED : 0);
	e->scope.anchor = program ? place(program, strlen(program)) : NULL;
	return e;
}

static inline struct model_entry *net_in(struct model_table *t, const char *range)
{
	struct model_entry *e = add(t, RVM_CLASS_NET, EXECUTE);

	EXPECT_EQ(rvm_addr_parse_range(range, strlen(range), &e->scope.range, NULL), 0);
	return e;
}

static inline struct model_entry *text_in(struct model_table *t, enum rvm_class class,
					  const char *text)
{
	struct model_entry *e = add(t, class, EXECUTE);

	e->scope.text = text;
	e->scope.len = strlen(text);
	return e;
}

static inline void fill_view(struct rvm_path_view *view, const char *path)
{
	size_t len = strlen(path);

	view->depth = 0;
	while (len > 1) {
		size_t begin = len;

		while (path[begin - 1] != '/')
			begin--;
		view->id[view->depth] = place(path, len);
		view->name[view->depth].text = path + begin;
		view->name[view->depth++].len = len - begin;
		len = begin > 1 ? begin - 1 : 1;
	}
	view->id[view->depth] = place("/", 1);
	rvm_view_note_names(view);
}

/* Where its anchor was at load, by the names below a directory. */
static inline void place_at(struct model_entry *e, const char *root, const char *path)
{
	static struct rvm_path_view kept[8];
	static unsigned int n;
	struct rvm_path_view *view = &kept[n++ % 8];
	struct rvm_place *at = &e->place[!!e->place[0].depth];

	e->scope.place = e->place;
	fill_view(view, path);
	at->root = place(root, strlen(root));
	at->name = view->name;
	at->depth = view->depth;
}

static inline void index_table(struct model_table *t)
{
	u32 count = t->index.count;

	rvm_index_init(&t->index, RVM_INDEX_EXCLUSIONS, MODEL_TOKENS, rvm_index_buckets(count),
		       t->links);
	t->index.core = t->core;
	t->index.count = count;
	rvm_index_build(&t->index);
}

static inline struct rvm_path_object object(const char *path)
{
	fill_view(&w.view, path);
	return (struct rvm_path_object){ .visible = &w.view };
}

static inline void ask(enum rvm_class class, u8 need)
{
	memset(&w.req, 0, sizeof(w.req));
	w.req.class = class;
	w.req.need = need;
	w.req.tier = 1;
}

/* As if each were born as it is; what is above them is the test's. */
static inline void seal_tokens(struct model_table *t)
{
	u32 i;

	for (i = 0; i < t->index.count; i++) {
		t->entry[i].core.born = t->entry[i].core.rights;
		t->entry[i].core.seal = rvm_token_seal(&t->entry[i].core);
	}
}

static inline void index_tables(void)
{
	seal_tokens(&w.tokens);
	seal_tokens(&w.around);
	index_table(&w.tokens);
	index_table(&w.exclusions);
	index_table(&w.above);
	index_table(&w.around);
}

static inline struct rvm_verdict judge(void)
{
	index_tables();
	return rvm_judge(&w.part, &w.req, NOW);
}

static inline void ask_path(const char *path, u8 need)
{
	ask(RVM_CLASS_PATH, need);
	w.req.path = object(path);
	w.req.load = true;
}

static inline struct rvm_verdict on_path(const char *path, u8 need)
{
	ask_path(path, need);
	return judge();
}

/* Words separated by "|"; NULL if only the program counts. */
static inline void ask_exec(const char *path, const char *words)
{
	const char *base = strrchr(path, '/') + 1;
	size_t i;

	ask(RVM_CLASS_EXEC, EXECUTE);
	w.req.exec.path = object(path);
	w.req.exec.program = w.view.id[0];
	w.req.exec.base = (struct rvm_name){ .text = base, .len = strlen(base) };
	if (!words)
		return;
	w.argv = (struct rvm_argv){ .text = w.words, .len = *words ? strlen(words) + 1 : 0 };
	for (i = 0; i <= strlen(words); i++) {
		w.words[i] = words[i] == '|' ? '\0' : words[i];
		w.argv.words += !w.words[i];
	}
	w.req.exec.argv = &w.argv;
}

static inline struct rvm_verdict on_exec(const char *path, const char *words)
{
	ask_exec(path, words);
	return judge();
}

static inline void ask_net(const char *host, u16 port)
{
	struct rvm_addr_range range;

	ask(RVM_CLASS_NET, EXECUTE);
	EXPECT_EQ(rvm_addr_parse_range(host, strlen(host), &range, NULL), 0);
	memcpy(w.req.net.addr.bytes, range.bytes, 16);
	w.req.net.addr.port = port;
	w.req.net.protocol = 6;
}

static inline struct rvm_verdict on_net(const char *host, u16 port)
{
	ask_net(host, port);
	return judge();
}

static inline void ask_unix(const char *path)
{
	ask(RVM_CLASS_NET, EXECUTE);
	w.req.net.family = 1;
	if (path[0] == '@')
		w.req.net.name = (struct rvm_name){ .text = path + 1, .len = strlen(path + 1) };
	else
		w.req.net.path = object(path);
}

static inline struct rvm_verdict on_name(enum rvm_class class, const char *name)
{
	ask(class, EXECUTE);
	w.req.name = (struct rvm_name){ .text = name, .len = strlen(name) };
	return judge();
}

static inline struct rvm_verdict on_sys(void)
{
	ask(RVM_CLASS_SYS, ALL);
	return judge();
}

#define ALLOWED(verdict)                                                      \
	do {                                                                  \
		struct rvm_verdict v_ = (verdict);                            \
		EXPECT(v_.allow && !v_.relaxed && v_.token && !v_.reason);    \
		if (!v_.allow)                                                \
			NOTE("%s: %s", #verdict, rvm_reason_text(v_.reason)); \
	} while (0)

#define REFUSED(verdict, why)                                                 \
	do {                                                                  \
		struct rvm_verdict v_ = (verdict);                            \
		EXPECT(!v_.allow && !v_.relaxed);                             \
		if (!EXPECT_EQ(v_.reason, RVM_REASON_##why))                  \
			NOTE("%s: %s", #verdict, rvm_reason_text(v_.reason)); \
	} while (0)

#define RELAXED(verdict, why)                                                 \
	do {                                                                  \
		struct rvm_verdict v_ = (verdict);                            \
		EXPECT(v_.allow);                                             \
		EXPECT(v_.relaxed);                                           \
		if (!EXPECT_EQ(v_.reason, RVM_REASON_##why))                  \
			NOTE("%s: %s", #verdict, rvm_reason_text(v_.reason)); \
	} while (0)

static inline int world_done(void)
{
	unsigned int i;

	for (i = 0; i < PLACES; i++)
		free(places[i]);
	return unit_done();
}

#endif
