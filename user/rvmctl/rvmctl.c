// SPDX-License-Identifier: GPL-2.0-only
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "cmd.h"

#ifndef RVM_VERSION
#define RVM_VERSION "0.1.0"
#endif

/* In the order of the help. */
static const struct cmd *const tables[] = {
	load_cmds,	  compile_cmds,	   claims_cmds,	     table_cmds,
	token_cmds,	  token_tree_cmds, token_grant_cmds, token_revoke_cmds,
	token_prove_cmds, grant_cmds,	   revoke_cmds,	     run_cmds,
	enter_cmds,	  check_cmds,	   why_cmds,	     doctor_cmds,
	hook_cmds,	  status_cmds,	   partition_cmds,   witness_cmds,
	export_cmds,	  record_cmds,	   proof_cmds,	     key_cmds,
	query_cmds,	  monitor_cmds,	   learn_cmds,	     NULL,
};

static int dispatch(enum out_format format, int argc, char **argv)
{
	struct ctx ctx = { .out = out_create(stdout, format) };
	int ret;

	if (!ctx.out) {
		err_make(&ctx.err, EXIT_REFUSED, "output: out of memory");
		ret = -1;
	} else {
		ret = cmd_dispatch(&ctx, tables, argc, argv);
	}
	if (ctx.out && out_destroy(ctx.out) && ret >= 0) {
		err_make(&ctx.err, EXIT_REFUSED, "standard output: write error");
		ret = -1;
	}
	if (ret < 0) {
		if (!ctx.err.code)
			err_make(&ctx.err, EXIT_REFUSED, "failed");
		err_print(&ctx.err);
		ret = ctx.err.code;
	}
	err_clear(&ctx.err);
	return ret;
}

static int refuse_option(const char *word)
{
	struct err err = { 0 };

	err_make(&err, EXIT_USAGE, "%s: unknown option", word);
	err_hint(&err, "see rvmctl --help");
	err_print(&err);
	err_clear(&err);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	enum out_format format = OUT_TEXT;
	int i;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-j")) {
			format = format == OUT_TEXT ? OUT_JSON : format;
		} else if (!strcmp(argv[i], "-p")) {
			format = OUT_PRETTY;
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			cmd_usage(stdout, tables);
			return EXIT_DONE;
		} else if (!strcmp(argv[i], "--version")) {
			puts("rvmctl " RVM_VERSION);
			return EXIT_DONE;
		} else if (!strcmp(argv[i], "--dump-commands")) {
			cmd_dump(stdout, tables);
			return EXIT_DONE;
		} else {
			break;
		}
	}
	if (i < argc && argv[i][0] != '-')
		return dispatch(format, argc - i, argv + i);
	if (i < argc)
		return refuse_option(argv[i]);
	cmd_usage(stderr, tables);
	return EXIT_USAGE;
}
