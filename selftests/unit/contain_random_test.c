// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scopes within scopes, on pairs that are drawn: the judge answers all questions of a small
 * world about each scope, and what lies within another may answer yes only where that does.
 */
#include "contain_world.h"

#define QUESTIONS 13312
#define VIEWS 1024
#define POOL 1024
#define MIXED 256
/* Of all rights, a token of everything is another one. */
#define FORM_UNNAMED 1
#define FORM_LOAD 2
#define FORM_ALL 4
#define FORMS 8

struct cover {
	u64 bits[QUESTIONS / 64];
};

struct drawn {
	struct item item;
	struct cover *cover[FORMS];
};

static struct rvm_request question[QUESTIONS];
static unsigned int questions;
/* Those of a class are next to each other. */
static unsigned int first_of[RVM_CLASS_NAME + 2];

static struct rvm_path_view views[VIEWS];
static unsigned int viewed;
/* Of the anchor that most scopes do not have. */
static unsigned int other;
/* Those that are asked. */
static unsigned int from, to;

static struct drawn pool[POOL];
static unsigned int pooled;

static struct rvm_request *add_question(enum rvm_class class, u8 need)
{
	struct rvm_request *req = &question[questions++];

	if (questions == QUESTIONS)
		abort();
	req->class = class;
	req->need = need;
	req->tier = 1;
	return req;
}

static void add_view(const char *const *names, unsigned int depth)
{
	struct rvm_path_view *view = &views[viewed++];
	unsigned int i;

	if (viewed == VIEWS)
		abort();
	view->depth = depth;
	view->id[depth] = &anchors[0];
	for (i = 0; i < depth; i++)
		view->name[i] = (struct rvm_name){ .text = names[i], .len = strlen(names[i]) };
	/* Below the anchor there is another one, and it is mounted below itself. */
	if (depth && !strcmp(names[depth - 1], "other")) {
		view->id[depth - 1] = &anchors[1];
		if (depth == 1)
			other = viewed - 1;
	}
	if (depth && !strcmp(names[depth - 1], "same"))
		view->id[depth - 1] = &anchors[0];
	rvm_view_note_names(view);
}

/* All paths of these names that are so deep, and what is above them if need be. */
static void add_views(const char *const *names, unsigned int count, unsigned int depth,
		      const char *above)
{
	const char *path[4];
	unsigned int all = 1, i, k, code;

	for (i = 0; i < depth; i++)
		all *= count;
	path[depth] = above;
	for (i = 0; i < all; i++) {
		for (k = 0, code = i; k < depth; k++, code /= count)
			path[k] = names[code % count];
		add_view(path, depth + !!above);
	}
}

static void fill_views(void)
{
	/* Patterns name "a", "b" and "*". */
	static const char *const names[] = {
		"a",  "b",  "d",  "*",	"aa", "ab", "ad", "a*",	 "ba",	"bb",  "bd",
		"b*", "da", "db", "dd", "d*", "*a", "*b", "abd", "dba", "aaa", "d*b",
	};
	unsigned int depth;

	for (depth = 0; depth <= 2; depth++)
		add_views(names, ARRAY_SIZE(names), depth, NULL);
	add_views(names, 5, 3, NULL);
	for (depth = 0; depth <= 2; depth++) {
		add_views(names, 5, depth, "other");
		add_views(names, 5, depth, "same");
	}
}

static void ask_place(struct rvm_path_object *path, unsigned int i, bool special, bool own)
{
	*path = (struct rvm_path_object){
		.visible = &views[i],
		.special = special,
		.proc_own = own,
	};
}

static void ask_about_paths(void)
{
	static const struct {
		u8 need;
		bool special, own, load;
	} kinds[] = {
		{ READ, false, false, false },	 { READ, true, false, false },
		{ READ, false, true, false },	 { WRITE, true, true, false },
		{ EXECUTE, false, false, true }, { EXECUTE, false, false, false },
		{ EXECUTE, false, true, false },
	};
	unsigned int i, k;

	for (i = 0; i < viewed; i++)
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			struct rvm_request *req = add_question(RVM_CLASS_PATH, kinds[k].need);

			ask_place(&req->path, i, kinds[k].special, kinds[k].own);
			req->load = kinds[k].load;
		}
}

static void ask_about_program(unsigned int i, const struct rvm_argv *argv, const char *base,
			      unsigned int trick)
{
	struct rvm_request *req = add_question(RVM_CLASS_EXEC, EXECUTE);

	ask_place(&req->exec.path, i, false, false);
	req->exec.program = views[i].id[0];
	req->exec.base = (struct rvm_name){ .text = base, .len = strlen(base) };
	req->exec.argv = argv;
	req->exec.steered = trick == 1;
	req->exec.turned = trick == 2 ? RVM_ENVIRON_ANY : RVM_ENVIRON_NONE;
}

#define VECTORS 1024

/* Vectors of three words of arguments at most, cut off or not. */
static unsigned int fill_vectors(struct rvm_argv *vectors)
{
	static const char *const first[] = { "git", "ls", "-git", "g*" };
	static const char *const args[] = { "a", "ab", "da", "b", "d", "aab", "abb", "*" };
	static const unsigned int alphabet[] = { 1, ARRAY_SIZE(args), ARRAY_SIZE(args), 5 };
	static char text[VECTORS][32];
	unsigned int count = 0, depth, i, k, f, code, all;

	for (depth = 0; depth <= 3; depth++) {
		const unsigned int n = alphabet[depth];

		for (all = 1, k = 0; k < depth; k++)
			all *= n;
		for (i = 0; i < all; i++)
			for (f = 0; f < ARRAY_SIZE(first); f++) {
				char *end = stpcpy(text[count], first[f]) + 1;

				for (k = 0, code = i; k < depth; k++, code /= n)
					end = stpcpy(end, args[code % n]) + 1;
				vectors[count] = (struct rvm_argv){ .text = text[count],
								    .len = end - text[count] };
				count++;
			}
	}
	return count;
}

static void ask_about_programs(void)
{
	static struct rvm_argv vectors[VECTORS], cut[VECTORS];
	unsigned int number = fill_vectors(vectors), i, trick;

	/* View 0 is the anchor itself. */
	for (i = 0; i < number; i++) {
		cut[i] = vectors[i];
		cut[i].truncated = true;
		ask_about_program(0, &cut[i], "git", 0);
		ask_about_program(other, &vectors[i], "git", 0);
		ask_about_program(other, &vectors[i], "ls", 0);
		ask_about_program(0, &vectors[i], vectors[i].text, 0);
		for (trick = 0; trick < 3; trick++)
			ask_about_program(0, &vectors[i], "git", trick);
	}
	for (i = 0; i < viewed; i++)
		ask_about_program(i, NULL, i % 3 ? "git" : "", 0);
}

static void ask_about_addresses(void)
{
	static const char *const hosts[] = {
		"10.1.1.1",
		"10.1.1.2",
		"10.255.0.1",
		"11.0.0.1",
		"127.0.0.1",
		"127.1.0.1",
		"0.0.0.0",
		"255.255.255.255",
		"169.254.1.1",
		"169.255.1.1",
		"224.0.0.1",
		"239.1.1.1",
		"192.0.0.1",
		"192.0.1.1",
		"100.100.100.200",
		"168.63.129.16",
		"[::]",
		"[::1]",
		"[::2]",
		"[fe80::1]",
		"[::1:0:0:1]",
		"[64:ff9b:0:1::1]",
		"[::1:0:2]",
		"[::3]",
		"10.1.2.1",
		"[fec0::1]",
		"[ff02::1]",
		"[2001:db8::1]",
		"[2001:db8::2]",
		"[2001:4::1]",
		"[64:ff9b::b00:1]",
		"[2001::1]",
		"[2002::1]",
		"[2002:7f00:1::]",
		"[2002:a01:101::]",
		"[64:ff9b::a01:101]",
		"[64:ff9b::7f00:1]",
		"[64:ff9b:1::1]",
		"[::7f00:1]",
		"[::a01:101]",
		"[::ffff:0:7f00:1]",
		"[fd00:ec2::254]",
		"[fd00::1]",
	};
	static const u16 protocols[] = { 6, 17, 1 }, ports[] = { 0, 5, 80 };
	unsigned int i, k, port, local;

	for (i = 0; i < ARRAY_SIZE(hosts); i++)
		for (k = 0; k < ARRAY_SIZE(protocols); k++)
			for (port = 0; port < ARRAY_SIZE(ports); port++)
				for (local = 0; local < 2; local++) {
					struct rvm_request *req =
						add_question(RVM_CLASS_NET, EXECUTE);
					struct rvm_addr_range range;

					rvm_addr_parse_range(hosts[i], strlen(hosts[i]), &range,
							     NULL);
					memcpy(req->net.addr.bytes, range.bytes, 16);
					req->net.addr.port = ports[port];
					req->net.protocol = protocols[k];
					req->net.local = local;
				}
}

static const char *const words[] = {
	"a",	      "b",	   "ab",	 "a/",		 "a/b",		"a/b/",
	"a/b/d",      "b/",	   "*",		 "a*",		 "a/*",		"a/b*",
	"mcp__a",     "mcp__a__",  "mcp__a__b",	 "mcp__a__bd",	 "mcp__a_",	"mcp__ab",
	"mcp__",      "mcp__a__*", "mcp__a__*b", "mcp__a__b__a", "mcp__a__b__", "mcp__a___",
	"mcp__ab__b", "mcp___",	   "partition/", "partition/a",	 "mc",		"a/partition/a",
};

static void ask_about_names(enum rvm_class class)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		add_question(class, WRITE)->name =
			(struct rvm_name){ .text = words[i], .len = strlen(words[i]) };
}

static void ask_about_sockets(void)
{
	unsigned int i;

	for (i = 0; i < viewed; i++) {
		struct rvm_request *req = add_question(RVM_CLASS_NET, EXECUTE);

		req->net.family = RVM_FAMILY_UNIX;
		ask_place(&req->net.path, i, true, false);
	}
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		struct rvm_request *req = add_question(RVM_CLASS_NET, EXECUTE);

		req->net.family = RVM_FAMILY_UNIX;
		req->net.name = (struct rvm_name){ .text = words[i], .len = strlen(words[i]) };
	}
}

static void ask_about_all(void)
{
	unsigned int what;

	fill_views();
	for (what = 0; what <= RVM_CLASS_NAME + 1; what++) {
		first_of[what] = questions;
		if (what == RVM_CLASS_PATH)
			ask_about_paths();
		if (what == RVM_CLASS_EXEC)
			ask_about_programs();
		if (what == RVM_CLASS_NET) {
			ask_about_addresses();
			ask_about_sockets();
		}
		if (what == RVM_CLASS_TOOL || what == RVM_CLASS_NAME)
			ask_about_names(what);
	}
}

/*
 * Scopes.
 */

static void draw_glob(struct item *item)
{
	static const char *const units[] = { "a", "a", "b", "*", "*", "?", "[ab]", "[!a]", "\\*" };
	char text[64];
	u32 segments, n;

	do {
		text[0] = '\0';
		for (segments = draw(4); segments; segments--) {
			if (!draw(4))
				strcat(text, "**");
			else
				for (n = 1 + draw(3); n; n--)
					strcat(text, MODEL_PICK(units));
			if (segments > 1)
				strcat(text, "/");
		}
	} while (!set_glob(item, text));
	if (!draw(8))
		item->scope.anchor = &anchors[1];
}

static void draw_words(struct item *item)
{
	static const char *const programs[] = { "git", "git", "./git", "ls", "-git", "g*" };
	static const char *const args[] = { "a", "*", "a*", "*a", "ab", "a*b", "*b", "d", "b" };
	char text[64];
	u32 n;

	if (!draw(12)) {
		set_words(item, "");
		return;
	}
	strcpy(text, MODEL_PICK(programs));
	for (n = draw(4); n; n--) {
		strcat(text, "|");
		strcat(text, MODEL_PICK(args));
	}
	if (draw(2))
		strcat(text, "...");
	set_words(item, text);
	if (!draw(8))
		item->scope.anchor = &anchors[1];
}

static void draw_range(struct item *item)
{
	static const char *const ranges[] = {
		"*",
		"0.0.0.0/0",
		"10.0.0.0/8",
		"10.1.0.0/16",
		"10.1.1.0/24",
		"10.1.1.1",
		"10.1.1.2",
		"127.0.0.0/8",
		"127.0.0.0/16",
		"127.0.0.1",
		"169.254.0.0/16",
		"169.0.0.0/8",
		"224.0.0.0/4",
		"224.0.0.0/3",
		"224.0.0.1",
		"0.0.0.0",
		"255.255.255.255",
		"240.0.0.0/4",
		"192.0.0.0/16",
		"192.0.0.0/24",
		"100.100.100.200",
		"[::]/0",
		"[::]/1",
		"[::]/64",
		"[::]/96",
		"[::]/95",
		"[::]/104",
		"[::]",
		"[::1]",
		"[::2]",
		"[::7f00:0]/104",
		"[::7f00:1]",
		"[fe80::]/10",
		"[fe80::]/9",
		"[fe80::1]",
		"[ff00::]/8",
		"[f000::]/4",
		"[2001:db8::]/32",
		"[2001:db8::1]",
		"[2001::]/32",
		"[2001::]/16",
		"[2002::]/16",
		"[2002:7f00::]/24",
		"[2002:7f00:1::]",
		"[64:ff9b::]/96",
		"[64:ff9b::7f00:0]/104",
		"[64:ff9b::a00:0]/104",
		"[64:ff9b:1::]/48",
		"[64:ff9b::]/32",
		"[fd00::]/8",
		"[fd00:ec2::]/32",
		"[::ffff:0:0:0]/96",
		"[::ffff:0:7f00:0]/104",
	};
	static const char *const ports[] = { "", "", ":5", ":0-79", ":5-80" };
	char text[64];

	sprintf(text, "%s%s", MODEL_PICK(ranges), MODEL_PICK(ports));
	set_range(item, text);
	strcpy(item->text, text);
	if (!draw(4))
		item->scope.range.protocol = MODEL_PICK(model_protocols);
	/* What is after the prefix does not count. */
	if (item->scope.range.prefix_len < 120 && !draw(4))
		item->scope.range.bytes[15] = draw(256);
}

static void draw_peer(struct item *item)
{
	if (draw(3)) {
		draw_range(item);
		return;
	}
	item->scope.family = RVM_FAMILY_UNIX;
	if (draw(4))
		draw_glob(item);
	else
		set_text(item, words[draw(3)], 1);
}

static u32 draw_path_flags(void)
{
	static const u32 flags[] = { 0, 0, 0, LOAD, STARTS, OWN };
	u32 drawn = MODEL_PICK(flags);

	if (!draw(5))
		drawn |= ALONE;
	return drawn | (draw(8) ? 0 : UNNAMED);
}

static void draw_item(struct item *item, enum rvm_class class)
{
	static const u8 rights[] = { ALL, MOST, MOST, READ | WRITE };
	const char *word = MODEL_PICK(words);

	make(item, class, 0, MODEL_PICK(rights));
	switch (class) {
	case RVM_CLASS_PATH:
		item->scope.flags = draw_path_flags();
		draw_glob(item);
		break;
	case RVM_CLASS_EXEC:
		draw_words(item);
		break;
	case RVM_CLASS_NET:
		draw_peer(item);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		set_text(item, word, strlen(word));
		break;
	default:
		break;
	}
}

/*
 * What they cover.
 */

static void fill_cover(struct cover *cover, const struct item *item, unsigned int form)
{
	static struct model_table table;
	struct rvm_partition_view part = {
		.tokens = &table.index,
		.epoch = 1,
		.state = RVM_STATE_RUNNING,
	};
	struct model_entry *entry = &table.entry[0];
	unsigned int i;

	entry->core = item->core;
	entry->core.rights = form & FORM_ALL ? ALL : MOST;
	entry->core.scope = &entry->scope;
	entry->scope = item->scope;
	if (form & FORM_UNNAMED)
		entry->scope.flags |= UNNAMED;
	if (form & FORM_LOAD)
		entry->scope.flags |= LOAD;
	table.core[0] = &entry->core;
	table.index.count = 1;
	index_table(&table);
	seal_tokens(&table);
	for (i = from; i < to; i++)
		if (rvm_judge(&part, &question[i], NOW).allow)
			cover->bits[i / 64] |= BIT_ULL(i % 64);
}

static const struct cover *cover_of(struct drawn *drawn, unsigned int form)
{
	if (!drawn->cover[form]) {
		drawn->cover[form] = calloc(1, sizeof(struct cover));
		fill_cover(drawn->cover[form], &drawn->item, form);
	}
	return drawn->cover[form];
}

static const struct cover none;

/* The first question of which @inner, but not @outer, thinks it is covered; or none. */
static unsigned int find_more(const struct cover *outer, const struct cover *inner, u8 rights)
{
	unsigned int i;
	u64 more;

	for (i = from / 64; i * 64 < to; i++)
		for (more = inner->bits[i] & ~outer->bits[i]; more; more &= more - 1) {
			unsigned int n = i * 64 + __builtin_ctzll(more);

			if (!(question[n].need & ~rights))
				return n;
		}
	return questions;
}

static struct {
	unsigned long pairs;
	unsigned long within;
	/* Of these, those that cover something here. */
	unsigned long telling;
	/* Refused, though in this world it lies within. */
	unsigned long missed;
	/* Flags that were added, without which it lies within in this world. */
	unsigned long needless;
} seen;

static unsigned int form_of(const struct drawn *drawn, u8 rights)
{
	return drawn->item.scope.class == RVM_CLASS_ANY && rights == ALL ? FORM_ALL : 0;
}

static void say_scope(const char *what, const struct drawn *drawn)
{
	const struct rvm_scope *scope = &drawn->item.scope;
	char text[sizeof(drawn->item.text)];
	unsigned int i;

	memcpy(text, drawn->item.text, sizeof(text));
	/* Words end with NUL. */
	for (i = 0; i + 1 < scope->len; i++)
		if (!text[i])
			text[i] = '|';
	NOTE("%s: class %u \"%s\" flags 0x%x", what, scope->class, text, scope->flags);
}

/* Would it also lie within without the flag, though that makes a difference? */
static void note_needless(struct drawn *outer, struct drawn *inner, u8 rights, unsigned int form,
			  unsigned int flag)
{
	const struct cover *wide = cover_of(outer, form_of(outer, rights));
	const struct cover *with = cover_of(inner, form), *without = cover_of(inner, form & ~flag);

	if (!(form & flag) || find_more(with, without, rights) == questions ||
	    find_more(wide, without, rights) != questions)
		return;
	seen.needless++;
}

static void check_yes(struct drawn *outer, struct drawn *inner, u32 added)
{
	const u8 rights = outer->item.core.rights;
	const struct cover *wide = cover_of(outer, form_of(outer, rights));
	unsigned int form = form_of(inner, rights), n;

	if (added & UNNAMED)
		form |= FORM_UNNAMED;
	if (added & LOAD)
		form |= FORM_LOAD;
	n = find_more(wide, cover_of(inner, form), rights);
	if (!EXPECT_EQ(n, questions)) {
		say_scope("inner", inner);
		say_scope("outer", outer);
	}
	seen.within++;
	seen.telling += find_more(&none, cover_of(inner, form), rights) != questions;
	note_needless(outer, inner, rights, form, FORM_UNNAMED);
	note_needless(outer, inner, rights, form, FORM_LOAD);
}

static void check_no(struct drawn *outer, struct drawn *inner)
{
	const u8 rights = outer->item.core.rights;
	unsigned int form = form_of(inner, rights) | FORM_UNNAMED | FORM_LOAD;
	const struct cover *narrow = cover_of(inner, form);

	/*
	 * What is below one anchor may be moved below another; and who may write to a
	 * partition's name is not asked here.
	 */
	if (outer->item.scope.class == inner->item.scope.class ?
		    outer->item.scope.anchor != inner->item.scope.anchor :
		    inner->item.scope.class == RVM_CLASS_NAME)
		return;
	if (find_more(&none, narrow, rights) == questions ||
	    find_more(cover_of(outer, form_of(outer, rights)), narrow, rights) != questions)
		return;
	seen.missed++;
}

static void check_pair(struct drawn *outer, struct drawn *inner)
{
	struct rvm_scope scope = inner->item.scope;
	u32 added;

	seen.pairs++;
	if (!rvm_scope_narrow(&outer->item.core, &scope)) {
		check_no(outer, inner);
		return;
	}
	added = scope.flags & ~inner->item.scope.flags;
	EXPECT(!(added & ~(UNNAMED | LOAD)));
	EXPECT(!(inner->item.scope.flags & ~scope.flags));
	check_yes(outer, inner, added);
}

/* Each one in the pool with each. */
static void check_pool(const char *name)
{
	unsigned int i, k;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < pooled; i++)
		for (k = 0; k < pooled; k++)
			check_pair(&pool[i], &pool[k]);
	printf("# %s: %lu pairs, %lu within, %lu of them telling, %lu refused though within here, %lu flags too many\n",
	       name, seen.pairs, seen.within, seen.telling, seen.missed, seen.needless);
}

static void empty_pool(void)
{
	unsigned int form;

	while (pooled--)
		for (form = 0; form < FORMS; form++) {
			free(pool[pooled].cover[form]);
			pool[pooled].cover[form] = NULL;
		}
	pooled = 0;
}

static void check_drawn(const char *name, enum rvm_class class, unsigned int count)
{
	from = class == RVM_CLASS_NONE ? 0 : first_of[class];
	to = class == RVM_CLASS_NONE ? questions : first_of[class + 1];
	/* Programs are started by paths, too. */
	if (class == RVM_CLASS_PATH)
		to = first_of[RVM_CLASS_EXEC + 1];
	for (pooled = 0; pooled < count; pooled++)
		draw_item(&pool[pooled].item,
			  class == RVM_CLASS_NONE ? RVM_CLASS_ANY + draw(RVM_CLASS_NAME) : class);
	check_pool(name);
	empty_pool();
}

static void paths_are_within_or_refused(void)
{
	check_drawn("paths", RVM_CLASS_PATH, POOL);
	EXPECT(seen.telling > 100000);
	EXPECT_EQ(seen.needless, 0);
}

static void programs_are_within_or_refused(void)
{
	check_drawn("programs", RVM_CLASS_EXEC, POOL / 2);
	EXPECT(seen.telling > 20000);
	EXPECT(seen.missed * 1000 < seen.within);
}

static void peers_are_within_or_refused(void)
{
	check_drawn("peers", RVM_CLASS_NET, POOL);
	EXPECT(seen.telling > 10000);
	EXPECT_EQ(seen.missed, 0);
	EXPECT_EQ(seen.needless, 0);
}

static void names_are_within_or_refused(void)
{
	check_drawn("tools", RVM_CLASS_TOOL, POOL / 8);
	EXPECT(seen.telling > 500);
	EXPECT_EQ(seen.missed, 0);
	check_drawn("names", RVM_CLASS_NAME, POOL / 8);
	EXPECT(seen.telling > 500);
	EXPECT_EQ(seen.missed, 0);
}

static void any_two_are_within_or_refused(void)
{
	check_drawn("all classes", RVM_CLASS_NONE, MIXED);
	EXPECT(seen.telling > 1000);
}

int main(void)
{
	ask_about_all();
	RUN(paths_are_within_or_refused);
	RUN(programs_are_within_or_refused);
	RUN(peers_are_within_or_refused);
	RUN(names_are_within_or_refused);
	RUN(any_two_are_within_or_refused);
	return unit_done();
}
