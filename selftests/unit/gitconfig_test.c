// SPDX-License-Identifier: GPL-2.0-only
/* What a git configuration names, whoever wrote it. */
#include "deputy/gitconfig.h"
#include "unit.h"

#define ROUNDS 20000

static char found[4096];

static int collect(const char *word, enum gitconfig_kind kind, void *arg)
{
	static const char *const marks[] = {
		[GITCONFIG_PATH] = "",	    [GITCONFIG_WORD] = "?",	[GITCONFIG_HOOKS] = "^",
		[GITCONFIG_INCLUDED] = "+", [GITCONFIG_WORKTREE] = "#", [GITCONFIG_REMOTE] = "@",
		[GITCONFIG_REMOTES] = "@@",
	};

	(void)arg;
	strcat(found, marks[kind]);
	strncat(found, word, sizeof(found) - strlen(found) - 4);
	strcat(found, " ");
	return 0;
}

static const char *paths_of(const char *text)
{
	*found = '\0';
	EXPECT_EQ(gitconfig_paths(text, collect, NULL), 0);
	return found;
}

static void expect(const char *text, const char *paths)
{
	if (!EXPECT(!strcmp(paths_of(text), paths)))
		NOTE("%s: %s, not %s", text, found, paths);
}

static void what_may_be_a_path_is_found(void)
{
	expect("[core]\n\thooksPath = .githooks\n", "^.githooks ");
	expect("[core] hooksPath=a/b # team\n", "^a/b ");
	expect("[Core]\nHOOKSPATH = \"my hooks\" ; x\n", "^my hooks ");
	expect("[include]\npath = ../team.cfg\n", "+../team.cfg ");
	expect("[includeIf \"gitdir:~/]x/\"]\npath = y\n", "+y ");
	expect("[filter \"x\"]\nclean = tools/clean %f\n", "tools/clean ?%f ");
	expect("[filter \"x\"]\nprocess = 'tools/a b'\\\n  bin/c\n", "tools/a ?b bin/c ");
	expect("[filter \"x\"]\nprocess = tools/a \\\r\n  bin/c\r\n", "tools/a bin/c ");
	expect("[alias]\nx = \"!sh -c '. ./env.sh; tools/run'\"\n", "?sh ?. ./env.sh tools/run ");
	expect("[core]\nfsmonitor = \"q\\\"x\"\n", "q\"x ?q ?x ");
	expect("[core]\nbare\nhooksPath = h", "^h ");
	expect("\xef\xbb\xbf[include]\npath = x\n", "+x ");
	expect("[core]\nworktree = ../tree\n", "#../tree ");
}

static void any_key_may_name_one(void)
{
	expect("[of \"tools\"]\nlater = a/b\neditor = vim\n", "a/b ?vim ");
	expect("[lfs \"customtransfer.x\"]\npath = run\n", "run ?run ");
	expect("[gpg \"ssh\"]\ndefaultKeyCommand = keys\n", "?keys ");
	expect("[init]\ntemplateDir = mine\n", "mine ?mine ");
}

static void words_of_commands_are_found(void)
{
	expect("[filter \"x\"]\nclean = sh clean.sh\n", "?sh ?clean.sh ");
	expect("[diff \"x\"]\ncommand = $(git rev-parse --show-toplevel)/a/b.sh\n",
	       "?git ?rev-parse /a/b.sh a/b.sh ");
	expect("[diff \"x\"]\ncommand = \"\\\"$PWD\\\"/a/b ${PWD}/c $PWD/d $HOME/e\"\n",
	       "/a/b a/b ?PWD /c c d ~/e ");
	expect("[merge \"x\"]\ndriver = cd a/b && sh run.sh /x\n",
	       "?cd ?sh ?a/b/sh ?run.sh ?a/b/run.sh /x ");
	expect("[alias]\nx = log main\ny = !git main\n", "?git ?main ");
	expect("[filter \"x\"]\nclean = awk -ft/x.awk -fy\n", "?awk -ft/x.awk t/x.awk ?y ");
	expect("[filter \"x\"]\nclean = PATH=a/b:c/d run\n", "?PATH a/b:c/d c/d ?run ");
	expect("[filter \"x\"]\nclean = sh ${X:-t/x}\n", "?sh X:-t/x t/x ");
	expect("[filter \"x\"]\nclean = sh t/*/x.sh\n", "?sh t t/*/x.sh ");
	expect("[gc]\nrecentObjectsHook = a/b\n", "a/b a/b ");
}

static void places_of_others_are_found(void)
{
	expect("[remote \"x\"]\nuploadpack = a/up\nreceivepack = sh rp\nurl = ../x\n",
	       "a/up ?sh ?rp @../x ");
	expect("[remote \"x\"]\nurl = ext::sh -c a/b\npushurl = backup\n", "?sh a/b @backup ");
	expect("[remote \"x\"]\nurl = file:///a/b\nurl = me::c/d\n", "@/a/b @c/d ");
	expect("[remote \"x\"]\nurl = https://example.org/x\nurl = git@example.org:a/b\n", "");
	expect("[branch \"x\"]\nremote = ../x\npushRemote = origin\n", "@../x ");
	expect("[url \"/m/\"]\ninsteadOf = https://example.org/\n", "@@/m/ ");
	expect("[url \"git@example.org:\"]\ninsteadOf = https://example.org/\n", "");
	expect("[maintenance]\nrepo = /a/b\nstrategy = x\n", "@/a/b ?x ");
	expect("[submodule \"x\"]\nurl = ../y\n", "@../y ");
}

static void what_is_no_path_is_left_out(void)
{
	expect("[color]\nui = a/b\n[user]\nname = a/b\n[safe]\ndirectory = /a/b\n", "");
	expect("[remote \"origin\"]\nfetch = +refs/*:refs/*\npush = refs/a/b\n", "");
	expect("[branch \"main\"]\nmerge = refs/heads/main\nvscode-merge-base = origin/main\n", "");
	expect("[gitflow \"prefix\"]\nfeature = feature/\n", "");
	expect("[diff \"x\"]\nxfuncname = \"^a/[b]\"\n", "");
	expect("# [core]\n; hooksPath = x\n", "");
	expect("", "");
}

static int stop(const char *word, enum gitconfig_kind kind, void *arg)
{
	(void)word;
	(void)kind;
	return ++*(int *)arg;
}

static void the_first_error_ends_it(void)
{
	int calls = 0;

	EXPECT_EQ(gitconfig_paths("[core]\nhooksPath = a\nhooksPath = b\n", stop, &calls), 1);
	EXPECT_EQ(calls, 1);
}

/* Of nothing but what means something there. */
static void no_text_is_too_odd(void)
{
	static const char *const parts[] = { "[",    "]",    "\"",	  "\\",	  "\n", "=",
					     " ",    "core", "hooksPath", "#",	  ";",	"/",
					     "path", "x/y",  "\\\n",	  "\xff", "\t", ".." };
	unsigned int state = 1;
	char text[256];

	for (int round = 0; round < ROUNDS; round++) {
		*text = '\0';
		while (strlen(text) < sizeof(text) - 16) {
			state = state * 1103515245 + 12345;
			if (!((state >> 16) % 24))
				break;
			strcat(text, parts[(state >> 20) % (sizeof(parts) / sizeof(parts[0]))]);
		}
		paths_of(text);
	}
	EXPECT_EQ(gitconfig_read(-1, "/dev/null") == NULL, 1);
	EXPECT_EQ(gitconfig_read(-1, "/proc") == NULL, 1);
}

int main(void)
{
	RUN(what_may_be_a_path_is_found);
	RUN(any_key_may_name_one);
	RUN(words_of_commands_are_found);
	RUN(places_of_others_are_found);
	RUN(what_is_no_path_is_left_out);
	RUN(the_first_error_ends_it);
	RUN(no_text_is_too_odd);
	return unit_done();
}
