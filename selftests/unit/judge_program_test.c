// SPDX-License-Identifier: GPL-2.0-only
/* The verdict on programs: arguments, names, environment, and exclusions. */
#include "judge_world.h"

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
	/* Multi-call programs: argument 0 counts too. */
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

static void a_helper_starts_within_its_program_only(void)
{
	struct model_entry *git, *helper;

	start();
	git = exec_in(&w.tokens, "/bin/git", "git", true);
	helper = exec_in(&w.tokens, "/bin/fetch", "fetch", true);
	git->core.opens = 2;
	helper->core.within = 2;
	w.part.table = 5;
	ALLOWED(on_exec("/bin/git", "git|pull"));
	EXPECT_EQ(judge().opens.set, 2);
	EXPECT_EQ(judge().opens.table, 5);
	REFUSED(on_exec("/bin/fetch", "fetch"), WITHIN);
	EXPECT_EQ(judge().token->id, 2);
	EXPECT_EQ(judge().opens.set, 0);
	w.req.exec.lineages = (struct rvm_lineages){ 5, 3 };
	ALLOWED(judge());
	/* Another program, and the same number in another table. */
	w.req.exec.lineages = (struct rvm_lineages){ 5, 1 };
	REFUSED(judge(), WITHIN);
	w.req.exec.lineages = (struct rvm_lineages){ 4, 2 };
	REFUSED(judge(), WITHIN);
	/* Learning from it writes a row for it, which would open what this one does. */
	helper->core.opens = 4;
	EXPECT_EQ(judge().opens.set, 0);
	w.part.mode = RVM_MODE_LEARN;
	w.parent.mode = RVM_MODE_LEARN;
	EXPECT(judge().relaxed);
	EXPECT_EQ(judge().opens.set, 4);
	EXPECT_EQ(judge().opens.table, 5);
	w.part.mode = RVM_MODE_PERMISSIVE;
	EXPECT(judge().relaxed);
	EXPECT_EQ(judge().opens.set, 0);
	w.part.mode = RVM_MODE_ENFORCE;
	w.parent.mode = RVM_MODE_ENFORCE;
	/* The rule binds the name all the same. */
	helper->core.rights = READ;
	REFUSED(judge(), RIGHTS);
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
	/* Neither arguments without a program nor a program without arguments. */
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
	rule->core.flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(judge(), NO_TOKEN);
	ask_exec("/bin/dash", NULL);
	w.req.exec.base.len = 0;
	REFUSED(judge(), REVOKED);
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

static struct rvm_verdict on_steered(const char *path, const char *words)
{
	ask_exec(path, words);
	w.req.exec.steered = true;
	return judge();
}

/* A task that can change the arguments gets no more by a rule that lets any follow. */
static void rules_with_words_are_not_for_who_is_steered(void)
{
	start();
	exec_in(&w.tokens, "/bin/git", "git|status", true);
	exec_in(&w.tokens, "/bin/ls", "ls", true);
	ALLOWED(on_exec("/bin/git", "git|status"));
	REFUSED(on_steered("/bin/git", "git|status"), STEERED);
	REFUSED(on_steered("/bin/git", "git|tag"), ARGV);
	ALLOWED(on_steered("/bin/ls", "ls|-l"));
}

/* The kernel makes an interpreter's arguments: its name, the script's, and what follows. */
static void an_interpreter_is_judged_with_its_words(void)
{
	start();
	exec_in(&w.tokens, "/bin/py", "py|tool", false);
	ALLOWED(on_exec("/bin/py", "/bin/py|tool"));
	REFUSED(on_exec("/bin/py", "/bin/py|./other"), ARGV);
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
	/* Other arguments are the closest miss only without such a variable. */
	REFUSED(on_turned("/bin/py", "py|other"), ARGV);
	/* As the interpreter of a script, too. */
	ALLOWED(on_exec("/bin/py", NULL));
	REFUSED(on_turned("/bin/py", NULL), ENVIRON);
	/* No argument may follow: that is a limit as well. */
	exec_in(&w.tokens, "/bin/sh", "sh", false);
	ALLOWED(on_exec("/bin/sh", "sh"));
	REFUSED(on_turned("/bin/sh", "sh"), ENVIRON);
	/* With any arguments it may run any code anyway. */
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
	rule->core.flags = RVM_TOKEN_FLAG_REVOKED;
	REFUSED(on_exec("/usr/core/git", "git|push"), NO_TOKEN);
	/* "Every program" and the root token mean it so. */
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
	/* The same file under another name, with any argument 0. */
	ask_exec("/bin/git", "foo|push");
	w.req.exec.base = (struct rvm_name){ .text = "foo", .len = 3 };
	REFUSED(judge(), EXCLUDED);
	/* A file of another name that is told to be git. */
	REFUSED(on_exec("/w/multi", "git|push"), EXCLUDED);
	ALLOWED(on_exec("/w/multi", "multi|push"));
	/* Arguments that could not be read count as the worst. */
	ask_exec("/bin/git", "git");
	w.argv.truncated = true;
	REFUSED(judge(), EXCLUDED);
	w.argv.truncated = false;
	ALLOWED(judge());
	/* An interpreter has no arguments of its own. */
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

int main(void)
{
	RUN(programs_start_with_the_words_of_their_token);
	RUN(a_helper_starts_within_its_program_only);
	RUN(a_program_that_was_not_there_is_not_covered);
	RUN(an_interpreter_is_opened_before_its_name_is_known);
	RUN(rules_with_words_are_not_for_who_is_steered);
	RUN(an_interpreter_is_judged_with_its_words);
	RUN(variables_of_make_are_nothing_to_what_it_starts);
	RUN(variables_that_turn_programs_need_a_rule_without_words);
	RUN(argv_rules_bind_all_files_of_their_name);
	RUN(exec_exclusions_bind_by_name_and_by_identity);
	return world_done();
}
