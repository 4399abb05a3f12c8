// SPDX-License-Identifier: GPL-2.0-only
#include "lib/judge.h"
#include "lib/rights.h"
#include "unit.h"

static u32 draw(u32 n)
{
	return unit_random() % n;
}

#include "../fuzz/judge_model.h"

#define ALL RVM_RIGHTS_ALL
#define READ RVM_RIGHT_READ
#define WRITE RVM_RIGHT_WRITE
#define EXECUTE RVM_RIGHT_EXECUTE
#define NOW 1000
#define ROUNDS 60000

/*
 * A partition with a parent, filled by the helpers below.  Places are written
 * as paths; the identity of a place is the path.
 */

#define PLACES 256

static char *places[PLACES];

static const void *place(const char *path, size_t len)
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
	struct rvm_partition_view part;
	struct rvm_partition_view parent;
	struct rvm_path_view view;
	struct rvm_path_view own;
	struct rvm_argv argv;
	char words[128];
	struct rvm_request req;
} w;

static void start(void)
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
		.exclusions = &w.above.index,
		.epoch = 7,
		.state = RVM_STATE_RUNNING,
	};
}

static struct model_entry *add(struct model_table *t, enum rvm_class class, u8 rights)
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

static struct model_entry *path_in(struct model_table *t, const char *anchor, const char *glob,
				   u8 rights)
{
	struct model_entry *e = add(t, RVM_CLASS_PATH, rights);

	e->scope.anchor = place(anchor, strlen(anchor));
	EXPECT_EQ(rvm_glob_parse(&e->glob, glob, strlen(glob), NULL), 0);
	e->scope.glob = &e->glob;
	return e;
}

static struct model_entry *path_token(const char *anchor, const char *glob, u8 rights)
{
	return path_in(&w.tokens, anchor, glob, rights);
}

/* @words separated by "|"; @program NULL if it is not there. */
static struct model_entry *exec_in(struct model_table *t, const char *program, const char *words,
				   bool prefix)
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

static struct model_entry *net_in(struct model_table *t, const char *range)
{
	struct model_entry *e = add(t, RVM_CLASS_NET, EXECUTE);

	EXPECT_EQ(rvm_addr_parse_range(range, strlen(range), &e->scope.range, NULL), 0);
	return e;
}

static struct model_entry *text_in(struct model_table *t, enum rvm_class class, const char *text)
{
	struct model_entry *e = add(t, class, EXECUTE);

	e->scope.text = text;
	e->scope.len = strlen(text);
	return e;
}

static void index_table(struct model_table *t)
{
	t->index.mask = rvm_index_buckets(t->index.count) - 1;
	t->index.core = t->core;
	t->index.bucket = t->bucket;
	t->index.next = t->next;
	rvm_index_build(&t->index);
}

static void fill_view(struct rvm_path_view *view, const char *path)
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
}

static struct rvm_path_object object(const char *path)
{
	fill_view(&w.view, path);
	return (struct rvm_path_object){ .visible = &w.view };
}

static void ask(enum rvm_class class, u8 need)
{
	memset(&w.req, 0, sizeof(w.req));
	w.req.class = class;
	w.req.need = need;
	w.req.tier = 1;
}

static struct rvm_verdict judge(void)
{
	index_table(&w.tokens);
	index_table(&w.exclusions);
	index_table(&w.above);
	return rvm_judge(&w.part, &w.req, NOW);
}

static void ask_path(const char *path, u8 need)
{
	ask(RVM_CLASS_PATH, need);
	w.req.path = object(path);
	w.req.load = true;
}

static struct rvm_verdict on_path(const char *path, u8 need)
{
	ask_path(path, need);
	return judge();
}

/* Words separated by "|"; NULL if only the program counts. */
static void ask_exec(const char *path, const char *words)
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

static struct rvm_verdict on_exec(const char *path, const char *words)
{
	ask_exec(path, words);
	return judge();
}

static void ask_net(const char *host, u16 port)
{
	struct rvm_addr_range range;

	ask(RVM_CLASS_NET, EXECUTE);
	EXPECT_EQ(rvm_addr_parse_range(host, strlen(host), &range, NULL), 0);
	memcpy(w.req.net.addr.bytes, range.bytes, 16);
	w.req.net.addr.port = port;
	w.req.net.protocol = 6;
}

static struct rvm_verdict on_net(const char *host, u16 port)
{
	ask_net(host, port);
	return judge();
}

static struct rvm_verdict on_name(enum rvm_class class, const char *name)
{
	ask(class, EXECUTE);
	w.req.name = (struct rvm_name){ .text = name, .len = strlen(name) };
	return judge();
}

static struct rvm_verdict on_sys(void)
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

static void an_empty_partition_refuses_everything(void)
{
	start();
	REFUSED(on_path("/w/a", READ), NO_TOKEN);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_net("1.2.3.4", 80), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "Task"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "ns/x"), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
	ask(RVM_CLASS_NONE, 0);
	REFUSED(judge(), NO_TOKEN);
	ask(RVM_CLASS_ANY, READ);
	REFUSED(judge(), NO_TOKEN);
	w.part.tokens = NULL;
	w.part.exclusions = NULL;
	w.parent.exclusions = NULL;
	REFUSED(on_path("/w/a", READ), NO_TOKEN);
	EXPECT_EQ(judge().missing, READ);
	EXPECT(!judge().token);
}

static void a_path_token_covers_its_anchor_and_what_is_below(void)
{
	start();
	path_token("/w", "src/**", READ);
	ALLOWED(on_path("/w/src", READ));
	ALLOWED(on_path("/w/src/a/b.c", READ));
	REFUSED(on_path("/w", READ), NO_TOKEN);
	REFUSED(on_path("/w/doc", READ), NO_TOKEN);
	REFUSED(on_path("/x/src/a", READ), NO_TOKEN);
	REFUSED(on_path("/w/src/a", WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	REFUSED(on_path("/w/src/a", READ | WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	EXPECT_EQ(judge().token->id, 1);
	path_token("/w/doc", "", WRITE);
	ALLOWED(on_path("/w/doc", WRITE));
	ALLOWED(on_path("/w/doc/a/b", WRITE));
	REFUSED(on_path("/w/doc/a", READ), RIGHTS);
	/* A folder above a match is not covered: its names are not the token's. */
	path_token("/w", "a/b/c", READ);
	REFUSED(on_path("/w/a/b", READ), NO_TOKEN);
	ALLOWED(on_path("/w/a/b/c", READ));
}

static void rights_of_two_tokens_do_not_add_up(void)
{
	start();
	path_token("/w", "**", READ);
	path_token("/w", "**", WRITE);
	ALLOWED(on_path("/w/a", READ));
	ALLOWED(on_path("/w/a", WRITE));
	REFUSED(on_path("/w/a", READ | WRITE), RIGHTS);
	path_token("/w", "**", READ | WRITE);
	ALLOWED(on_path("/w/a", READ | WRITE));
}

static void the_first_sufficient_token_in_index_order_decides(void)
{
	start();
	path_token("/", "**", WRITE);
	path_token("/w", "**", READ);
	add(&w.tokens, RVM_CLASS_ANY, READ);
	path_token("/w/a", "", READ);
	EXPECT_EQ(on_path("/w/a", READ).token->id, 2);
	w.tokens.entry[1].core.rights = WRITE;
	EXPECT_EQ(on_path("/w/a", READ).token->id, 3);
	w.tokens.entry[2].core.rights = WRITE;
	EXPECT_EQ(on_path("/w/a", READ).token->id, 4);
	EXPECT_EQ(on_path("/w/a", WRITE).token->id, 1);
	EXPECT_EQ(on_path("/w/a", WRITE).tier, 2);
}

static void what_has_no_anchor_or_no_identity_matches_nothing(void)
{
	struct model_entry *e;

	start();
	e = path_token("/w", "**", READ);
	ALLOWED(on_path("/w/new", READ));
	/* A name that is about to be made. */
	w.view.id[0] = NULL;
	ALLOWED(judge());
	/* The anchor goes away after the index was built, and before. */
	e->scope.anchor = NULL;
	REFUSED(rvm_judge(&w.part, &w.req, NOW), NO_TOKEN);
	REFUSED(judge(), NO_TOKEN);
	e->scope.anchor = place("/w", 2);
	ALLOWED(judge());
	e->scope.flags = RVM_SCOPE_FLAG_LOST;
	REFUSED(judge(), NO_TOKEN);
	e->scope.flags = RVM_SCOPE_FLAG_UNRESOLVED;
	REFUSED(judge(), NO_TOKEN);
}

static void devices_need_a_token_that_names_them(void)
{
	start();
	path_token("/dev", "**", READ);
	add(&w.tokens, RVM_CLASS_ANY, READ);
	ask_path("/dev/null", READ);
	ALLOWED(judge());
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "n*", READ);
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "", READ);
	REFUSED(judge(), SPECIAL);
	path_token("/dev", "null", READ);
	ALLOWED(judge());
	EXPECT_EQ(judge().token->id, 5);
	ask_path("/dev/zero", READ);
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
	path_token("/dev/zero", "", READ);
	ALLOWED(judge());
	/* Below a name is not the name. */
	ask_path("/dev/zero/x", READ);
	w.req.path.special = true;
	REFUSED(judge(), SPECIAL);
}

static void own_proc_entries_are_those_of_the_partitions_tasks(void)
{
	start();
	path_token("/proc", "**", READ)->scope.flags = RVM_SCOPE_FLAG_PROC_OWN;
	path_token("/proc", "status", WRITE)->scope.flags = RVM_SCOPE_FLAG_PROC_OWN;
	ask_path("/proc/12/fd/1", READ);
	REFUSED(judge(), NO_TOKEN);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	ask_path("/proc/12", READ);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	/* The first name is the pid, whatever it is called. */
	ask_path("/proc/12/status", WRITE);
	w.req.path.proc_own = true;
	ALLOWED(judge());
	ask_path("/proc/status", WRITE);
	w.req.path.proc_own = true;
	REFUSED(judge(), RIGHTS);
	ask_path("/proc", READ);
	w.req.path.proc_own = true;
	REFUSED(judge(), NO_TOKEN);
}

static void loading_is_not_starting(void)
{
	struct model_entry *lib, *bin;

	start();
	lib = path_token("/lib", "**", EXECUTE);
	ask_path("/lib/git", EXECUTE);
	ALLOWED(judge());
	w.req.load = false;
	REFUSED(judge(), RIGHTS);
	EXPECT_EQ(judge().missing, EXECUTE);
	REFUSED(on_exec("/lib/git", "git"), RIGHTS);
	lib->scope.flags = RVM_SCOPE_FLAG_RUN;
	ALLOWED(judge());
	ask_path("/lib/git", EXECUTE);
	w.req.load = false;
	ALLOWED(judge());
	/* A token that names the file itself starts it, unless it says load. */
	bin = path_token("/bin", "sh", EXECUTE);
	ALLOWED(on_exec("/bin/sh", "sh|-c|x"));
	bin->scope.flags = RVM_SCOPE_FLAG_LOAD;
	REFUSED(judge(), RIGHTS);
	ask_path("/bin/sh", EXECUTE);
	ALLOWED(judge());
	bin->scope.flags = 0;
	REFUSED(on_exec("/bin/sh/x", "x"), RIGHTS);
	path_token("/bin", "l?", EXECUTE);
	REFUSED(on_exec("/bin/ls", "ls"), RIGHTS);
	path_token("/bin/ls", "", EXECUTE);
	ALLOWED(on_exec("/bin/ls", "ls"));
	/* READ does not need to know. */
	path_token("/lib", "**", READ);
	ask_path("/lib/x", READ);
	w.req.load = false;
	ALLOWED(judge());
}

static void programs_start_with_the_words_of_their_token(void)
{
	start();
	exec_in(&w.tokens, "/bin/git", "git|diff", true);
	ALLOWED(on_exec("/bin/git", "git|diff|--stat"));
	ALLOWED(on_exec("/bin/git", "/usr/bin/git|diff"));
	REFUSED(on_exec("/bin/git", "git|push"), ARGV);
	EXPECT_EQ(judge().token->id, 1);
	REFUSED(on_exec("/bin/git", "git|diff x"), ARGV);
	REFUSED(on_exec("/bin/git", "git"), ARGV);
	REFUSED(on_exec("/bin/git", ""), ARGV);
	/* Programs with many faces: the first word counts too. */
	REFUSED(on_exec("/bin/git", "sh|diff"), ARGV);
	/* Another file of the same name, and the same file by another name. */
	REFUSED(on_exec("/w/git", "git|diff"), NO_TOKEN);
	ask_exec("/bin/git", "git|diff");
	w.req.exec.base = (struct rvm_name){ .text = "got", .len = 3 };
	REFUSED(judge(), NO_TOKEN);
	/* An interpreter: the program alone. */
	ALLOWED(on_exec("/bin/git", NULL));
	REFUSED(on_exec("/bin/ls", NULL), NO_TOKEN);
	exec_in(&w.tokens, "/bin/git", "git|push", false);
	ALLOWED(on_exec("/bin/git", "git|push"));
	REFUSED(on_exec("/bin/git", "git|push|-f"), ARGV);
	w.tokens.entry[1].core.rights = READ;
	REFUSED(on_exec("/bin/git", "git|push"), ARGV);
	w.tokens.index.count = 0;
	exec_in(&w.tokens, "/bin/git", "git", true)->core.rights = READ;
	REFUSED(on_exec("/bin/git", "git|push"), RIGHTS);
}

static void a_program_that_was_not_there_is_not_covered(void)
{
	start();
	exec_in(&w.tokens, NULL, "git", true);
	REFUSED(on_exec("/bin/git", "git"), NO_TOKEN);
	ask_exec("/bin/git", "git");
	w.req.exec.program = NULL;
	REFUSED(judge(), NO_TOKEN);
	/* Lost since. */
	w.tokens.entry[0].scope.flags = RVM_SCOPE_FLAG_PREFIX;
	REFUSED(judge(), NO_TOKEN);
	w.tokens.index.count = 0;
	exec_in(&w.tokens, "/bin/git", "git", true);
	REFUSED(judge(), NO_TOKEN);
	ALLOWED(on_exec("/bin/git", "git"));
	/* Neither words without a program nor a program without words. */
	w.tokens.entry[0].scope.flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
	REFUSED(judge(), NO_TOKEN);
	w.tokens.entry[0].scope.flags = 0;
	w.tokens.entry[0].scope.len = 0;
	REFUSED(judge(), NO_TOKEN);
}

static void an_interpreter_is_opened_before_its_name_is_known(void)
{
	struct model_entry *rule;

	start();
	rule = exec_in(&w.tokens, "/bin/dash", "sh|build", true);
	REFUSED(on_exec("/bin/dash", NULL), NO_TOKEN);
	ask_exec("/bin/dash", NULL);
	w.req.exec.base.len = 0;
	ALLOWED(judge());
	/* Of no other file, and not past the end of the rule. */
	ask_exec("/bin/bash", NULL);
	w.req.exec.base.len = 0;
	REFUSED(judge(), NO_TOKEN);
	rule->core.flags = RVM_TOKEN_F_REVOKED;
	ask_exec("/bin/dash", NULL);
	w.req.exec.base.len = 0;
	REFUSED(judge(), NO_TOKEN);
}

static struct rvm_verdict on_environ(const char *path, const char *words, enum rvm_environ turned)
{
	ask_exec(path, words);
	w.req.exec.turned = turned;
	return judge();
}

static struct rvm_verdict on_turned(const char *path, const char *words)
{
	return on_environ(path, words, RVM_ENVIRON_ANY);
}

static void variables_of_make_are_nothing_to_what_it_starts(void)
{
	start();
	exec_in(&w.tokens, "/bin/make", "make|all", false);
	exec_in(&w.tokens, "/bin/cc", "cc|-c", true);
	ALLOWED(on_environ("/bin/make", "make|all", RVM_ENVIRON_NONE));
	REFUSED(on_environ("/bin/make", "make|all", RVM_ENVIRON_MAKE), ENVIRON);
	ALLOWED(on_environ("/bin/cc", "cc|-c|x.c", RVM_ENVIRON_MAKE));
	REFUSED(on_environ("/bin/cc", "cc|-c|x.c", RVM_ENVIRON_ANY), ENVIRON);
}

static void variables_that_turn_programs_need_a_rule_without_words(void)
{
	start();
	exec_in(&w.tokens, "/bin/py", "py|app", true);
	ALLOWED(on_exec("/bin/py", "py|app|x"));
	REFUSED(on_turned("/bin/py", "py|app|x"), ENVIRON);
	/* Other words are the nearer miss only where no variable is. */
	REFUSED(on_turned("/bin/py", "py|other"), ARGV);
	/* As the interpreter of a script, too. */
	ALLOWED(on_exec("/bin/py", NULL));
	REFUSED(on_turned("/bin/py", NULL), ENVIRON);
	/* No word may follow: that is a limit as well. */
	exec_in(&w.tokens, "/bin/sh", "sh", false);
	ALLOWED(on_exec("/bin/sh", "sh"));
	REFUSED(on_turned("/bin/sh", "sh"), ENVIRON);
	/* With any words it may run any code anyway. */
	exec_in(&w.tokens, "/bin/pl", "pl", true);
	ALLOWED(on_turned("/bin/pl", "pl|-e|x"));
	ALLOWED(on_turned("/bin/pl", NULL));
	exec_in(&w.tokens, NULL, "", true);
	ALLOWED(on_turned("/bin/py", "py|app|x"));
}

static void argv_rules_bind_all_files_of_their_name(void)
{
	struct model_entry *rule;

	start();
	path_token("/usr", "**", EXECUTE)->scope.flags = RVM_SCOPE_FLAG_RUN;
	ALLOWED(on_exec("/usr/core/git", "git|push"));
	ALLOWED(on_exec("/usr/ls", "ls"));
	rule = exec_in(&w.tokens, "/bin/git", "git|diff", true);
	REFUSED(on_exec("/usr/core/git", "git|push"), NO_TOKEN);
	REFUSED(on_exec("/usr/core/git", "git|diff"), NO_TOKEN);
	ALLOWED(on_exec("/usr/ls", "ls"));
	/* Through a link of another name, the file's own name binds. */
	ask_exec("/usr/core/git", "g|push");
	w.req.exec.base = (struct rvm_name){ .text = "g", .len = 1 };
	REFUSED(judge(), NO_TOKEN);
	/* Ending the rule does not widen what was bound. */
	rule->core.flags = RVM_TOKEN_F_REVOKED;
	REFUSED(on_exec("/usr/core/git", "git|push"), NO_TOKEN);
	/* Every program, or the root token, is meant so. */
	exec_in(&w.tokens, NULL, "", true);
	ALLOWED(on_exec("/usr/core/git", "git|push"));
	w.tokens.index.count--;
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	ALLOWED(on_exec("/usr/core/git", "git|push"));
}

static void exec_exclusions_bind_by_name_and_by_identity(void)
{
	start();
	exec_in(&w.tokens, NULL, "", true);
	ALLOWED(on_exec("/bin/git", "git|push"));
	exec_in(&w.exclusions, "/bin/git", "git|push", true);
	REFUSED(on_exec("/bin/git", "git|push|-f"), EXCLUDED);
	EXPECT(judge().token == &w.exclusions.entry[0].core);
	ALLOWED(on_exec("/bin/git", "git|diff"));
	/* Another file of the name. */
	REFUSED(on_exec("/w/git", "git|push"), EXCLUDED);
	/* The same file under another name, with any first word. */
	ask_exec("/bin/git", "foo|push");
	w.req.exec.base = (struct rvm_name){ .text = "foo", .len = 3 };
	REFUSED(judge(), EXCLUDED);
	/* A file of another name that is told to be git. */
	REFUSED(on_exec("/w/multi", "git|push"), EXCLUDED);
	ALLOWED(on_exec("/w/multi", "multi|push"));
	/* Words that could not be read are taken for the worst. */
	ask_exec("/bin/git", "git");
	w.argv.truncated = true;
	REFUSED(judge(), EXCLUDED);
	w.argv.truncated = false;
	ALLOWED(judge());
	/* An interpreter has no words of its own. */
	ALLOWED(on_exec("/bin/git", NULL));
	/* Not there at load: the name still binds. */
	exec_in(&w.exclusions, NULL, "rm", true);
	REFUSED(on_exec("/bin/rm", "rm|x"), EXCLUDED);
	REFUSED(on_exec("/bin/rm", NULL), EXCLUDED);
	ALLOWED(on_exec("/bin/rmdir", "rmdir"));
	/* All programs. */
	exec_in(&w.exclusions, NULL, "", true);
	REFUSED(on_exec("/bin/rmdir", "rmdir"), EXCLUDED);
}

static void exclusions_come_before_tokens(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "**/.env", READ);
	REFUSED(on_path("/w/a/.env", READ), EXCLUDED);
	REFUSED(on_path("/w/.env/below", READ), EXCLUDED);
	REFUSED(on_path("/w/.env", READ | WRITE), EXCLUDED);
	ALLOWED(on_path("/w/.env", WRITE));
	ALLOWED(on_path("/w/env", READ));
	ALLOWED(on_path("/w", READ));
	/* To load or to start it is to read it. */
	REFUSED(on_path("/w/.env", EXECUTE), EXCLUDED);
	REFUSED(on_exec("/w/.env", ".env"), EXCLUDED);
	ALLOWED(on_exec("/w/env", "env"));
	/* Names of other case are other names, unless the file system says no. */
	ALLOWED(on_path("/w/.ENV", READ));
	w.exclusions.entry[0].scope.flags = RVM_SCOPE_FLAG_NOCASE;
	REFUSED(on_path("/w/.ENV", READ), EXCLUDED);
	/* Other classes. */
	net_in(&w.exclusions, "*:25");
	REFUSED(on_net("1.2.3.4", 25), EXCLUDED);
	REFUSED(on_net("127.0.0.1", 25), EXCLUDED);
	ALLOWED(on_net("1.2.3.4", 26));
	text_in(&w.exclusions, RVM_CLASS_TOOL, "mcp__x__delete*");
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__x__delete_all"), EXCLUDED);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__x__read"));
	ALLOWED(on_sys());
	add(&w.exclusions, RVM_CLASS_ANY, WRITE);
	REFUSED(on_path("/w/a", WRITE), EXCLUDED);
	ALLOWED(on_path("/w/a", READ));
	ALLOWED(on_sys());
}

static void exclusions_of_partitions_above_hold_below(void)
{
	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.above, "/w", "secret", READ);
	REFUSED(on_path("/w/secret/x", READ), EXCLUDED);
	ALLOWED(on_path("/w/other", READ));
	w.part.parent = NULL;
	ALLOWED(on_path("/w/secret/x", READ));
}

static void exclusions_are_seen_through_bind_mounts(void)
{
	start();
	path_token("/mnt", "**", READ);
	path_in(&w.exclusions, "/home", "key", READ);
	ask_path("/mnt/key", READ);
	ALLOWED(judge());
	fill_view(&w.own, "/home/key");
	w.req.path.own = &w.own;
	REFUSED(judge(), EXCLUDED);
	fill_view(&w.own, "/home/lock");
	ALLOWED(judge());
	/* A grant on the file system's own chain is none. */
	start();
	path_token("/home", "**", READ);
	ask_path("/mnt/key", READ);
	fill_view(&w.own, "/home/key");
	w.req.path.own = &w.own;
	REFUSED(judge(), NO_TOKEN);
}

static void addresses_need_a_range_that_covers_them(void)
{
	start();
	net_in(&w.tokens, "10.0.0.0/8:443");
	ALLOWED(on_net("10.1.1.1", 443));
	REFUSED(on_net("10.1.1.1", 80), NO_TOKEN);
	REFUSED(on_net("11.1.1.1", 443), NO_TOKEN);
	ask_net("10.1.1.1", 443);
	w.req.need = WRITE;
	REFUSED(judge(), RIGHTS);
	/* The host's own address among them. */
	ask_net("10.1.1.1", 443);
	w.req.net.local = true;
	REFUSED(judge(), SPECIAL);
	net_in(&w.tokens, "10.1.1.1:443");
	ALLOWED(judge());
	ask_net("10.1.1.1", 443);
	w.req.net.protocol = 1;
	REFUSED(judge(), NO_TOKEN);
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	ALLOWED(on_net("8.8.8.8", 53));
	REFUSED(on_net("127.0.0.1", 53), SPECIAL);
	REFUSED(on_net("[::1]", 53), SPECIAL);
	REFUSED(on_net("169.254.169.254", 80), SPECIAL);
	ask_net("8.8.8.8", 0);
	w.req.net.protocol = 1;
	REFUSED(judge(), NO_TOKEN);
	net_in(&w.tokens, "127.0.0.1:53");
	ALLOWED(on_net("127.0.0.1", 53));
}

static void ask_unix(const char *path)
{
	ask(RVM_CLASS_NET, EXECUTE);
	w.req.net.family = 1;
	if (path[0] == '@')
		w.req.net.name = (struct rvm_name){ .text = path + 1, .len = strlen(path + 1) };
	else
		w.req.net.path = object(path);
}

static void unix_sockets_must_be_named(void)
{
	struct model_entry *e;

	start();
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	path_token("/run", "**", ALL);
	net_in(&w.tokens, "*");
	ask_unix("/run/x.sock");
	REFUSED(judge(), SPECIAL);
	e = path_token("/run", "x.sock", EXECUTE);
	REFUSED(judge(), SPECIAL);
	e->scope.class = RVM_CLASS_NET;
	e->scope.family = 1;
	ALLOWED(judge());
	ask_unix("/run/y.sock");
	REFUSED(judge(), SPECIAL);
	e = path_token("/run", "*.sock", EXECUTE);
	e->scope.class = RVM_CLASS_NET;
	e->scope.family = 1;
	REFUSED(judge(), SPECIAL);
	/* Abstract names are another space; nothing in a folder is one. */
	ask_unix("@x.sock");
	REFUSED(judge(), SPECIAL);
	text_in(&w.tokens, RVM_CLASS_NET, "x.sock")->scope.family = 1;
	ALLOWED(judge());
	ask_unix("@x.sockx");
	REFUSED(judge(), SPECIAL);
	ask_unix("@");
	REFUSED(judge(), SPECIAL);
	ask_unix("/x.sock");
	REFUSED(judge(), SPECIAL);
	/* A lost anchor does not turn a path into an abstract name. */
	ask_unix("@x.sock");
	w.tokens.entry[3].scope.anchor = NULL;
	w.tokens.entry[3].scope.text = "x.sock";
	w.tokens.entry[3].scope.len = 6;
	w.tokens.index.count--;
	REFUSED(judge(), SPECIAL);
	w.tokens.index.count++;
	ALLOWED(judge());
	/* A path exclusion keeps the socket from being used. */
	w.tokens.entry[3].scope.anchor = place("/run", 4);
	ask_unix("/run/x.sock");
	ALLOWED(judge());
	path_in(&w.exclusions, "/run", "x.sock", READ);
	REFUSED(judge(), EXCLUDED);
}

static void tools_and_names_have_their_own_rules(void)
{
	start();
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__a__read*");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__b");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__c__d");
	text_in(&w.tokens, RVM_CLASS_NAME, "ns/*");
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__a__read"));
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__a__read_all"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__a__write"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__b"));
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__b__x__y"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__bb__x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b__"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b_x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__b_xx"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__c__d"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__c__d__e"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "ns/x"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_NAME, "ns/x"));
	REFUSED(on_name(RVM_CLASS_NAME, "ns"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "mcp__b__x"), NO_TOKEN);
	/* A server's name may hold "_"; what is no server's has no tools. */
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__code_index");
	text_in(&w.tokens, RVM_CLASS_TOOL, "mcp__");
	text_in(&w.tokens, RVM_CLASS_TOOL, "WebFetch");
	ALLOWED(on_name(RVM_CLASS_TOOL, "mcp__code_index__find"));
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp__code__find"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_TOOL, "mcp____x"), NO_TOKEN);
	ALLOWED(on_name(RVM_CLASS_TOOL, "WebFetch"));
	REFUSED(on_name(RVM_CLASS_TOOL, "WebFetch__x"), NO_TOKEN);
	ask(RVM_CLASS_NAME, READ);
	w.req.name = (struct rvm_name){ .text = "ns/x", .len = 4 };
	REFUSED(judge(), RIGHTS);
}

static void self_is_no_host_object(void)
{
	start();
	add(&w.tokens, RVM_CLASS_SELF, 0x7e);
	ALLOWED(on_name(RVM_CLASS_TOOL, "Task"));
	ALLOWED(on_name(RVM_CLASS_NAME, "ns/x"));
	REFUSED(on_path("/w", WRITE), NO_TOKEN);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_net("8.8.8.8", 1), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
}

static void a_star_is_not_the_root_token(void)
{
	struct model_entry *star;

	start();
	star = add(&w.tokens, RVM_CLASS_ANY, ALL & ~RVM_RIGHT_PROVE);
	ALLOWED(on_path("/etc/shadow", READ));
	ALLOWED(on_path("/lib/x.so", EXECUTE));
	w.req.load = false;
	REFUSED(judge(), RIGHTS);
	REFUSED(on_exec("/bin/ls", "ls"), NO_TOKEN);
	REFUSED(on_sys(), NO_TOKEN);
	REFUSED(on_net("127.0.0.1", 1), SPECIAL);
	ALLOWED(on_name(RVM_CLASS_TOOL, "x"));
	star->core.rights = ALL;
	star->core.tier = 3;
	ALLOWED(on_path("/etc/shadow", READ));
	ask_path("/lib/x.so", EXECUTE);
	w.req.load = false;
	ALLOWED(judge());
	ALLOWED(on_exec("/bin/ls", "ls"));
	ALLOWED(on_sys());
	ALLOWED(on_net("127.0.0.1", 1));
	ask_unix("/run/docker.sock");
	ALLOWED(judge());
	ask_path("/dev/sda", WRITE);
	w.req.path.special = true;
	ALLOWED(judge());
	star->core.expires_at = NOW;
	REFUSED(on_sys(), EXPIRED);
}

static void expiry_epoch_and_tier_are_looked_at(void)
{
	struct rvm_token_core *core;

	start();
	core = &path_token("/w", "**", READ)->core;
	ALLOWED(on_path("/w/a", READ));
	core->expires_at = NOW + 1;
	ALLOWED(judge());
	core->expires_at = NOW;
	REFUSED(judge(), EXPIRED);
	EXPECT(judge().token == core);
	core->expires_at = -1;
	REFUSED(judge(), EXPIRED);
	core->expires_at = 0;
	core->flags = RVM_TOKEN_F_EXPIRED;
	REFUSED(judge(), EXPIRED);
	core->flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), NO_TOKEN);
	core->flags = 0;
	core->epoch = 0;
	REFUSED(judge(), STALE);
	core->epoch = 2;
	REFUSED(judge(), STALE);
	core->epoch = 1;
	w.req.tier = 2;
	REFUSED(judge(), TIER);
	core->tier = 2;
	ALLOWED(judge());
	EXPECT_EQ(judge().tier, 2);
}

static void higher_tiers_look_at_ancestors(void)
{
	struct rvm_token_core above[RVM_DEPTH_MAX + 2] = {};
	struct rvm_token_core *core;
	unsigned int i;

	start();
	core = &path_token("/w", "**", WRITE)->core;
	core->depth = 2;
	core->parent = &above[1];
	above[1] = (struct rvm_token_core){ .rights = WRITE, .depth = 1, .parent = &above[0] };
	above[0] = (struct rvm_token_core){ .rights = READ | WRITE };
	ALLOWED(on_path("/w/a", WRITE));
	above[0].expires_at = NOW;
	REFUSED(judge(), EXPIRED);
	above[0].expires_at = 0;
	above[0].flags = RVM_TOKEN_F_EXPIRED;
	REFUSED(judge(), EXPIRED);
	above[0].flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), NO_TOKEN);
	core->tier = 1;
	ALLOWED(judge());
	above[0].flags = 0;
	core->tier = 3;
	ALLOWED(judge());
	/* A link of the chain that has less than it passed on. */
	above[1].rights = READ;
	REFUSED(judge(), TIER);
	core->tier = 2;
	ALLOWED(judge());
	core->tier = 3;
	above[1].rights = WRITE;
	above[0].depth = 1;
	REFUSED(judge(), TIER);
	above[0].depth = 0;
	ALLOWED(judge());
	core->depth = RVM_DEPTH_MAX;
	ALLOWED(judge());
	core->depth = RVM_DEPTH_MAX + 1;
	REFUSED(judge(), TIER);
	core->tier = 1;
	ALLOWED(judge());
	/* A chain that is too long, or a ring, ends. */
	core->tier = 2;
	core->depth = 1;
	for (i = 0; i < RVM_DEPTH_MAX + 2; i++)
		above[i].parent = i ? &above[i - 1] : NULL;
	core->parent = &above[RVM_DEPTH_MAX - 1];
	ALLOWED(judge());
	core->parent = &above[RVM_DEPTH_MAX];
	REFUSED(judge(), TIER);
	above[0].parent = &above[0];
	core->parent = &above[0];
	REFUSED(judge(), TIER);
}

/* The closest of all misses, then the first of its kind, is what one is told. */
static void the_closest_miss_is_told(void)
{
	struct model_entry *e;

	start();
	add(&w.tokens, RVM_CLASS_ANY, EXECUTE);
	ask_net("127.0.0.1", 5);
	w.req.tier = 2;
	REFUSED(judge(), SPECIAL);
	net_in(&w.tokens, "127.0.0.1")->core.tier = 1;
	REFUSED(judge(), TIER);
	net_in(&w.tokens, "127.0.0.1")->core.epoch = 9;
	REFUSED(judge(), STALE);
	net_in(&w.tokens, "127.0.0.1")->core.expires_at = 1;
	REFUSED(judge(), EXPIRED);
	net_in(&w.tokens, "127.0.0.1")->core.rights = READ;
	REFUSED(judge(), RIGHTS);
	EXPECT_EQ(judge().token->id, 5);
	net_in(&w.tokens, "127.0.0.1")->core.rights = READ;
	EXPECT_EQ(judge().token->id, 5);
	e = net_in(&w.tokens, "127.0.0.1");
	ALLOWED(judge());
	e->core.flags = RVM_TOKEN_F_REVOKED;
	REFUSED(judge(), RIGHTS);
	start();
	exec_in(&w.tokens, "/bin/git", "git", true)->core.rights = READ;
	exec_in(&w.tokens, "/bin/git", "git|push", true)->core.expires_at = 1;
	REFUSED(on_exec("/bin/git", "git|diff"), ARGV);
	EXPECT_EQ(judge().token->id, 2);
	REFUSED(on_exec("/bin/git", "git|push"), RIGHTS);
}

static void state_and_fence_come_first(void)
{
	static const u8 halted[] = { RVM_STATE_CREATED, RVM_STATE_SUSPENDED, RVM_STATE_DESTROYED,
				     RVM_STATE_HIBERNATED };
	size_t i;

	start();
	add(&w.tokens, RVM_CLASS_ANY, ALL);
	path_in(&w.exclusions, "/w", "x", READ);
	for (i = 0; i < ARRAY_SIZE(halted); i++) {
		w.part.state = halted[i];
		REFUSED(on_path("/w/a", READ), STATE);
		w.part.state = RVM_STATE_RUNNING;
		w.parent.state = halted[i];
		REFUSED(on_path("/w/x", READ), STATE);
		w.parent.state = RVM_STATE_RUNNING;
		ALLOWED(on_path("/w/a", READ));
	}
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/x", READ), FENCED);
	w.part.flags |= RVM_PARTITION_FLAG_PEN;
	REFUSED(on_path("/w/x", READ), UNREGISTERED);
	w.part.flags = 0;
	w.parent.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/a", READ), FENCED);
	w.part.state = RVM_STATE_SUSPENDED;
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/w/a", READ), FENCED);
	w.part = w.parent;
	w.parent.flags = RVM_PARTITION_FLAG_WITNESS_ALL;
	w.part.flags = 0;
	w.part.tokens = &w.tokens.index;
	w.part.epoch = 1;
	ALLOWED(on_path("/w/a", READ));
}

static void permissive_relaxes_only_what_a_token_could_allow(void)
{
	start();
	w.part.mode = RVM_MODE_PERMISSIVE;
	w.parent.mode = RVM_MODE_LEARN;
	path_token("/w", "**", READ);
	exec_in(&w.tokens, "/bin/git", "git|diff", true);
	ALLOWED(on_path("/w/a", READ));
	RELAXED(on_path("/w/a", WRITE), RIGHTS);
	EXPECT_EQ(judge().missing, WRITE);
	RELAXED(on_path("/x", READ), NO_TOKEN);
	RELAXED(on_exec("/bin/git", "git|push"), ARGV);
	RELAXED(on_net("8.8.8.8", 1), NO_TOKEN);
	w.tokens.entry[0].core.expires_at = 1;
	RELAXED(on_path("/w/a", READ), EXPIRED);
	/* The floor. */
	w.req.floor = true;
	REFUSED(judge(), EXPIRED);
	REFUSED(on_sys(), NO_TOKEN);
	REFUSED(on_net("127.0.0.1", 1), NO_TOKEN);
	ask_net("8.8.8.8", 1);
	w.req.net.local = true;
	REFUSED(judge(), NO_TOKEN);
	ask_unix("/run/x");
	REFUSED(judge(), NO_TOKEN);
	ask_path("/dev/sda", READ);
	w.req.path.special = true;
	REFUSED(judge(), NO_TOKEN);
	/* Other tables than the host's. */
	REFUSED(on_name(RVM_CLASS_TOOL, "x"), NO_TOKEN);
	REFUSED(on_name(RVM_CLASS_NAME, "x"), NO_TOKEN);
	/* Deny rules, built in or not. */
	path_in(&w.exclusions, "/x", "", READ);
	REFUSED(on_path("/x", READ), EXCLUDED);
	w.exclusions.entry[0].scope.flags = RVM_SCOPE_FLAG_BUILTIN;
	REFUSED(on_path("/x", READ), EXCLUDED);
	RELAXED(on_path("/y", READ), NO_TOKEN);
	w.part.flags = RVM_PARTITION_FLAG_FENCED;
	REFUSED(on_path("/y", READ), FENCED);
}

static void the_stricter_mode_of_all_above_counts(void)
{
	start();
	w.part.mode = RVM_MODE_LEARN;
	w.parent.mode = RVM_MODE_PERMISSIVE;
	RELAXED(on_path("/x", READ), NO_TOKEN);
	w.parent.mode = RVM_MODE_ENFORCE;
	REFUSED(on_path("/x", READ), NO_TOKEN);
	w.parent.mode = RVM_MODE_LEARN;
	w.part.mode = RVM_MODE_ENFORCE;
	REFUSED(on_path("/x", READ), NO_TOKEN);
	w.part.mode = 77;
	REFUSED(on_path("/x", READ), NO_TOKEN);
}

static void rights_on_a_path_are_those_of_live_tokens(void)
{
	struct rvm_path_object o;

	start();
	path_token("/w", "**", READ);
	path_token("/w", "a/**", WRITE);
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.expires_at = NOW;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.epoch = 0;
	path_token("/w", "**", RVM_RIGHT_GRANT)->core.flags = RVM_TOKEN_F_REVOKED;
	path_token("/w", "**", EXECUTE);
	index_table(&w.tokens);
	o = object("/w/a/x");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), READ | WRITE | EXECUTE);
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW - 1),
		  READ | WRITE | EXECUTE | RVM_RIGHT_GRANT);
	o.special = true;
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
	o = object("/w/b");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), READ | EXECUTE);
	o = object("/x");
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
	add(&w.tokens, RVM_CLASS_ANY, WRITE);
	index_table(&w.tokens);
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), WRITE);
	w.part.tokens = NULL;
	EXPECT_EQ(rvm_judge_path_rights(&w.part, &o, NOW), 0);
}

static bool excluded(const char *path, u8 rights, bool below)
{
	struct rvm_path_object o = object(path);

	index_table(&w.exclusions);
	index_table(&w.above);
	return rvm_judge_excluded(&w.part, &o, rights, below);
}

static void a_folder_above_an_exclusion_can_be_asked_for(void)
{
	start();
	path_in(&w.exclusions, "/w", "a/b", READ);
	path_in(&w.above, "/v", "", WRITE);
	EXPECT(excluded("/w/a/b", READ, false));
	EXPECT(excluded("/w/a/b/c", ALL, false));
	EXPECT(!excluded("/w/a/b", WRITE, false));
	EXPECT(excluded("/w/a/b", EXECUTE, false));
	EXPECT(!excluded("/w/a", ALL, false));
	EXPECT(excluded("/w/a", ALL, true));
	EXPECT(!excluded("/w/c", ALL, true));
	EXPECT(excluded("/v/x", WRITE, false));
	w.part.parent = NULL;
	EXPECT(!excluded("/v/x", WRITE, false));
}

static void the_index_has_each_entry_once_in_rising_order(void)
{
	unsigned int seen[MODEL_TOKENS], round, i;
	static struct model_world world;
	u32 at, last;

	for (round = 0; round < 2000; round++) {
		struct rvm_index *index = &world.tokens[0].index;

		model_table(&world, &world.tokens[0], false);
		memset(seen, 0, sizeof(seen));
		for (i = 0; i <= index->mask + RVM_CLASS_SYS + 1; i++) {
			at = i <= index->mask ? index->bucket[i] : index->head[i - index->mask - 1];
			for (last = 0; at != RVM_CHAIN_END; last = at, at = index->next[at]) {
				EXPECT(at >= last && at < index->count);
				seen[at]++;
			}
		}
		for (i = 0; i < index->count; i++)
			EXPECT_EQ(seen[i], 1);
	}
	EXPECT_EQ(rvm_index_buckets(0), 1);
	EXPECT_EQ(rvm_index_buckets(1), 1);
	EXPECT_EQ(rvm_index_buckets(2), 2);
	EXPECT_EQ(rvm_index_buckets(3), 4);
	EXPECT_EQ(rvm_index_buckets(65536), 65536);
	EXPECT_EQ(rvm_index_buckets(0xffffffff), 0x80000000);
}

static void random_questions_are_judged_as_the_naive_judge_does(void)
{
	static unsigned int reasons[RVM_REASON_ENVIRON + 1], allowed[RVM_CLASS_SYS + 1], relaxed;
	static struct model_world world;
	struct rvm_verdict got, want;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		model_draw(&world);
		got = rvm_judge(&world.part[0], &world.req, MODEL_NOW);
		want = model_judge(&world.part[0], &world.req);
		if (!EXPECT(model_agrees(&got, &want)))
			NOTE("round %u, class %s: %s and %s", i, rvm_class_name(world.req.class),
			     rvm_reason_text(got.reason), rvm_reason_text(want.reason));
		EXPECT(!got.allow || got.relaxed || !got.missing);
		reasons[want.reason]++;
		relaxed += want.relaxed;
		if (want.allow && !want.relaxed)
			allowed[world.req.class]++;
	}
	for (i = 0; i <= RVM_REASON_ENVIRON; i++)
		if (reasons[i])
			NOTE("%6u %s", reasons[i], rvm_reason_text(i));
	NOTE("%6u relaxed", relaxed);
	for (i = RVM_REASON_NO_TOKEN; i <= RVM_REASON_UNREGISTERED; i++)
		EXPECT(reasons[i] > 20);
	EXPECT(reasons[RVM_REASON_ARGV] > 20 && reasons[RVM_REASON_ENVIRON] > 20);
	EXPECT(reasons[RVM_REASON_SPECIAL] > 20 && relaxed > 20);
	for (i = RVM_CLASS_PATH; i <= RVM_CLASS_SYS; i++)
		EXPECT(allowed[i] > 20);
}

static void random_paths_have_the_rights_that_the_naive_judge_says(void)
{
	unsigned int i, some = 0, out = 0, rights;
	static struct model_world world;
	struct rvm_path_object o = {};
	bool below;

	for (i = 0; i < ROUNDS / 2; i++) {
		model_draw(&world);
		model_object(&world, &o);
		rights = rvm_judge_path_rights(&world.part[0], &o, MODEL_NOW);
		EXPECT_EQ(rights, model_path_rights(&world.part[0], &o));
		some += !!rights;
		below = draw(2);
		rights = 1 + draw(ALL);
		EXPECT_EQ(rvm_judge_excluded(&world.part[0], &o, rights, below),
			  model_excluded(&world.part[0], &o, rights, below));
		out += model_excluded(&world.part[0], &o, rights, below);
	}
	EXPECT(some > 1000);
	EXPECT(out > 100);
}

static void each_reason_and_operation_has_a_text_of_its_own(void)
{
	int i, j;

	for (i = 0; i <= RVM_REASON_ENVIRON; i++) {
		EXPECT(strlen(rvm_reason_text(i)) > 5);
		for (j = 0; j < i; j++)
			EXPECT(strcmp(rvm_reason_text(i), rvm_reason_text(j)));
	}
	EXPECT_STR(rvm_reason_text(RVM_REASON_ENVIRON + 1), "the reason is unknown");
	for (i = 0; i <= RVM_OP_WITNESS; i++) {
		EXPECT(strlen(rvm_op_name(i)) > 1);
		for (j = 0; j < i; j++)
			EXPECT(strcmp(rvm_op_name(i), rvm_op_name(j)));
	}
	EXPECT_STR(rvm_op_name(RVM_OP_UNIX_CONNECT), "unix-connect");
	EXPECT_STR(rvm_op_name(RVM_OP_WITNESS + 1), "unknown");
}

int main(void)
{
	unsigned int i;

	RUN(an_empty_partition_refuses_everything);
	RUN(a_path_token_covers_its_anchor_and_what_is_below);
	RUN(rights_of_two_tokens_do_not_add_up);
	RUN(the_first_sufficient_token_in_index_order_decides);
	RUN(what_has_no_anchor_or_no_identity_matches_nothing);
	RUN(devices_need_a_token_that_names_them);
	RUN(own_proc_entries_are_those_of_the_partitions_tasks);
	RUN(loading_is_not_starting);
	RUN(programs_start_with_the_words_of_their_token);
	RUN(a_program_that_was_not_there_is_not_covered);
	RUN(an_interpreter_is_opened_before_its_name_is_known);
	RUN(variables_of_make_are_nothing_to_what_it_starts);
	RUN(variables_that_turn_programs_need_a_rule_without_words);
	RUN(argv_rules_bind_all_files_of_their_name);
	RUN(exec_exclusions_bind_by_name_and_by_identity);
	RUN(exclusions_come_before_tokens);
	RUN(exclusions_of_partitions_above_hold_below);
	RUN(exclusions_are_seen_through_bind_mounts);
	RUN(addresses_need_a_range_that_covers_them);
	RUN(unix_sockets_must_be_named);
	RUN(tools_and_names_have_their_own_rules);
	RUN(self_is_no_host_object);
	RUN(a_star_is_not_the_root_token);
	RUN(expiry_epoch_and_tier_are_looked_at);
	RUN(higher_tiers_look_at_ancestors);
	RUN(the_closest_miss_is_told);
	RUN(state_and_fence_come_first);
	RUN(permissive_relaxes_only_what_a_token_could_allow);
	RUN(the_stricter_mode_of_all_above_counts);
	RUN(rights_on_a_path_are_those_of_live_tokens);
	RUN(a_folder_above_an_exclusion_can_be_asked_for);
	RUN(the_index_has_each_entry_once_in_rising_order);
	RUN(random_questions_are_judged_as_the_naive_judge_does);
	RUN(random_paths_have_the_rights_that_the_naive_judge_says);
	RUN(each_reason_and_operation_has_a_text_of_its_own);
	for (i = 0; i < PLACES; i++)
		free(places[i]);
	return unit_done();
}
