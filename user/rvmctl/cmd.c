// SPDX-License-Identifier: GPL-2.0-only
/* Command lines: parsing, usage and the dump that completion is compared with, all from tables. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "cmd.h"
#include "value.h"

#define ARGS_MAX 32
/* Words that are compared with a command that is not known. */
#define COMMANDS_MAX 128

struct args {
	const struct arg *spec;
	size_t n;
	struct value values[ARGS_MAX];
	char *const *rest;
	/* "--" stood right before @rest. */
	bool dashes;
	bool help;
};

/* Return: -1 */
static int hint_help(struct err *err, const struct cmd *cmd)
{
	return err_hint(err, "see rvmctl %s%s%s --help", cmd->noun ? cmd->noun : "",
			cmd->noun ? " " : "", cmd->verb);
}

static bool is_option(const struct arg *arg)
{
	return arg->name[0] == '-';
}

/* Return: -1 */
static int hint_option(struct err *err, const struct cmd *cmd, const char *word, size_t len)
{
	const char *names[ARGS_MAX + 1] = { NULL };
	size_t n = 0;
	const char *meant;

	for (const struct arg *arg = cmd->args; arg && arg->name && n < ARGS_MAX; arg++) {
		if (is_option(arg) && !(arg->flags & ARG_HIDDEN))
			names[n++] = arg->name;
	}
	meant = nearest(word, len, names);
	return meant ? err_hint(err, "did you mean %s?", meant) : hint_help(err, cmd);
}

static size_t find(const struct args *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!strcmp(a->spec[i].name, name))
			return i;
	}
	abort();
}

bool args_has(const struct args *a, const char *name)
{
	return a->values[find(a, name)].n > 0;
}

const char *args_str(const struct args *a, const char *name)
{
	const struct value *v = &a->values[find(a, name)];

	return v->n ? v->text[v->n - 1] : NULL;
}

uint64_t args_u64(const struct args *a, const char *name, uint64_t fallback)
{
	const struct value *v = &a->values[find(a, name)];

	return v->n ? v->u : fallback;
}

int64_t args_s64(const struct args *a, const char *name, int64_t fallback)
{
	const struct value *v = &a->values[find(a, name)];

	return v->n ? v->s : fallback;
}

int args_hex(const struct args *a, const char *name, uint8_t *bytes, size_t n, struct err *err)
{
	const char *hex = args_str(a, name);
	unsigned int byte;

	if (hex && strlen(hex) != 2 * n)
		return err_make(err, EXIT_USAGE, "%s: %zu digits, but it has to have %zu", name,
				strlen(hex), 2 * n);
	for (size_t i = 0; hex && i < n; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return err_make(err, EXIT_USAGE, "%s: '%s' is not hexadecimal", name, hex);
		bytes[i] = byte;
	}
	return 0;
}

int args_word(const struct args *a, const char *name, int fallback)
{
	const struct value *v = &a->values[find(a, name)];

	return v->n ? (int)v->u : fallback;
}

size_t args_count(const struct args *a, const char *name)
{
	return a->values[find(a, name)].n;
}

const char *args_nth(const struct args *a, const char *name, size_t n)
{
	const struct value *v = &a->values[find(a, name)];

	return n < v->n ? v->text[n] : NULL;
}

char *const *args_rest(const struct args *a)
{
	return a->rest;
}

bool args_has_dashes(const struct args *a)
{
	return a->dashes;
}

static int add_value(struct err *err, struct args *a, size_t i, const char *text)
{
	const struct arg *arg = &a->spec[i];
	struct value *v = &a->values[i];
	const char **more;

	if (v->n && !(arg->flags & ARG_MULTI))
		return err_make(err, EXIT_USAGE, "%s: given twice", arg->name);
	if (value_read(err, arg, text, v))
		return -1;
	more = realloc(v->text, (v->n + 1) * sizeof(*more));
	if (!more)
		return err_errno(err, ENOMEM, "%s", arg->name);
	more[v->n++] = text;
	v->text = more;
	return 0;
}

/* Those of every command, wherever they stand.  Return: words used up. */
static int parse_common(struct ctx *ctx, struct args *a, const char *word)
{
	bool json = !strcmp(word, "-j"), pretty = !strcmp(word, "-p");
	bool help = !strcmp(word, "-h") || !strcmp(word, "--help");

	if (json || pretty)
		out_set_format(ctx->out, json ? OUT_JSON : OUT_PRETTY);
	a->help |= help;
	return json || pretty || help;
}

/* Takes "--name value" and "--name=value".  Return: words used up, or -1. */
static int parse_option(struct ctx *ctx, const struct cmd *cmd, struct args *a, int left,
			char **argv)
{
	const char *equals = strchr(argv[0], '=');
	size_t len = equals ? (size_t)(equals - argv[0]) : strlen(argv[0]);

	for (size_t i = 0; i < a->n; i++) {
		const struct arg *arg = &a->spec[i];

		if (!is_option(arg) || strlen(arg->name) != len || strncmp(arg->name, argv[0], len))
			continue;
		if (arg->type == ARG_FLAG) {
			if (equals)
				return err_make(&ctx->err, EXIT_USAGE, "%s: takes no value",
						arg->name);
			return add_value(&ctx->err, a, i, "") ? -1 : 1;
		}
		if (equals)
			return add_value(&ctx->err, a, i, equals + 1) ? -1 : 1;
		if (left < 2) {
			err_make(&ctx->err, EXIT_USAGE, "%s: needs a value", arg->name);
			return hint_help(&ctx->err, cmd);
		}
		return add_value(&ctx->err, a, i, argv[1]) ? -1 : 2;
	}
	if (parse_common(ctx, a, argv[0]))
		return 1;
	err_make(&ctx->err, EXIT_USAGE, "%.*s: unknown option of '%s%s%s'", (int)len, argv[0],
		 cmd->noun ? cmd->noun : "", cmd->noun ? " " : "", cmd->verb);
	return hint_option(&ctx->err, cmd, argv[0], len);
}

static bool has_rest(const struct args *a)
{
	return a->n && a->spec[a->n - 1].type == ARG_REST;
}

/*
 * The positional that takes the next word, or a->n.  Behind "--" begins what is left, if the
 * command takes that, and what may be missing before it is.
 */
static size_t next_positional(const struct args *a)
{
	bool rest = a->dashes && has_rest(a);
	size_t i;

	for (i = 0; i < a->n; i++) {
		const struct arg *arg = &a->spec[i];

		if (rest && !(arg->flags & ARG_REQUIRED) && arg->type != ARG_REST)
			continue;
		if (!is_option(arg) && (!a->values[i].n || arg->flags & ARG_MULTI))
			break;
	}
	return i;
}

static int check_required(struct ctx *ctx, const struct cmd *cmd, const struct args *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!(a->spec[i].flags & ARG_REQUIRED) || a->values[i].n)
			continue;
		if (a->spec[i].type == ARG_REST && a->rest)
			continue;
		err_make(&ctx->err, EXIT_USAGE, "%s: required", a->spec[i].name);
		return hint_help(&ctx->err, cmd);
	}
	return 0;
}

/* Behind the value of an option that may be given again it may be meant as another of it. */
static int refuse_word(struct ctx *ctx, const struct cmd *cmd, const struct args *a, char **argv,
		       int i)
{
	err_make(&ctx->err, EXIT_USAGE, "%s: unexpected argument", argv[i]);
	for (size_t k = 0; k < a->n; k++) {
		const struct value *v = &a->values[k];

		if (a->spec[k].flags & ARG_MULTI && is_option(&a->spec[k]) && i && v->n &&
		    v->text[v->n - 1] == argv[i - 1])
			return err_hint(&ctx->err, "repeat %s for each value", a->spec[k].name);
	}
	return hint_help(&ctx->err, cmd);
}

static int parse(struct ctx *ctx, const struct cmd *cmd, struct args *a, int argc, char **argv)
{
	bool options = true;

	for (int i = 0; i < argc;) {
		size_t at;
		int used;

		if (options && !strcmp(argv[i], "--")) {
			options = false;
			a->dashes = true;
			i++;
			continue;
		}
		if (options && argv[i][0] == '-' && argv[i][1]) {
			used = parse_option(ctx, cmd, a, argc - i, argv + i);
			if (used < 0)
				return -1;
			i += used;
			continue;
		}
		at = next_positional(a);
		if (at == a->n)
			return refuse_word(ctx, cmd, a, argv, i);
		if (a->spec[at].type == ARG_REST) {
			a->rest = argv + i;
			break;
		}
		if (add_value(&ctx->err, a, at, argv[i]))
			return -1;
		a->dashes = false;
		i++;
	}
	return a->help ? 0 : check_required(ctx, cmd, a);
}

static void print_arg(FILE *f, const struct arg *arg)
{
	bool required = arg->flags & ARG_REQUIRED;
	bool many = arg->flags & ARG_MULTI;

	fputs(required ? " " : " [", f);
	fputs(arg->name, f);
	if (arg->type == ARG_ONOFF) {
		fputs(" on|off", f);
	} else if (arg->type == ARG_WORD && is_option(arg)) {
		for (size_t i = 0; arg->words[i]; i++)
			fprintf(f, "%c%s", i ? '|' : ' ', arg->words[i]);
	} else if (is_option(arg) && arg->type != ARG_FLAG) {
		fprintf(f, " %s", arg->meta ? arg->meta : "VALUE");
	} else if (arg->type == ARG_REST) {
		fputs("...", f);
	}
	/* An option is given once for each value. */
	fputs(many && !is_option(arg) ? "..." : "", f);
	fputs(required ? "" : "]", f);
	fputs(many && is_option(arg) ? "..." : "", f);
}

static void print_synopsis(FILE *f, const struct cmd *cmd)
{
	fprintf(f, "rvmctl %s%s%s%s", cmd->flags & CMD_READ ? "[-j|-p] " : "",
		cmd->noun ? cmd->noun : "", cmd->noun ? " " : "", cmd->verb);
	for (const struct arg *arg = cmd->args; arg && arg->name; arg++) {
		if (!(arg->flags & ARG_HIDDEN))
			print_arg(f, arg);
	}
	fputc('\n', f);
}

void cmd_help(FILE *f, const struct cmd *cmd)
{
	print_synopsis(f, cmd);
	fprintf(f, "    %s\n", cmd->help);
	for (const struct arg *arg = cmd->args; arg && arg->name; arg++) {
		if (arg->help && !(arg->flags & ARG_HIDDEN))
			fprintf(f, "    %-22s %s\n", arg->name, arg->help);
	}
}

void cmd_usage(FILE *f, const struct cmd *const *tables)
{
	fputs("usage: rvmctl [-j|-p] NOUN VERB [ARGS]\n\n", f);
	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb; cmd++) {
			if (cmd->flags & CMD_HIDDEN)
				continue;
			fprintf(f, "    %s%s%-*s %s\n", cmd->noun ? cmd->noun : "",
				cmd->noun ? " " : "",
				22 - (int)(cmd->noun ? strlen(cmd->noun) + 1 : 0), cmd->verb,
				cmd->help);
		}
	}
	fputs("\n-j prints JSON, -p prints it with line breaks.\nExit status: 0 done or allowed, 1 "
	      "refused or denied, 2 usage or malformed input,\n3 not available (no module, no "
	      "hooks).  rvmctl help NOUN VERB prints more.\n",
	      f);
}

void cmd_dump(FILE *f, const struct cmd *const *tables)
{
	static const char *const types[] = {
		[ARG_FLAG] = "flag",	 [ARG_STRING] = "string",     [ARG_FILE] = "file",
		[ARG_DIR] = "dir",	 [ARG_NAME] = "name",	      [ARG_U32] = "u32",
		[ARG_U64] = "u64",	 [ARG_S64] = "s64",	      [ARG_WORD] = "word",
		[ARG_RIGHTS] = "rights", [ARG_DURATION] = "duration", [ARG_TIME] = "time",
		[ARG_HEX] = "hex",	 [ARG_ONOFF] = "onoff",	      [ARG_REST] = "rest",
	};

	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb; cmd++) {
			if (cmd->flags & CMD_HIDDEN)
				continue;
			fprintf(f, "%s\t%s\t%s", cmd->noun ? cmd->noun : "-", cmd->verb,
				cmd->flags & CMD_READ ? "read" : "-");
			for (const struct arg *arg = cmd->args; arg && arg->name; arg++) {
				if (arg->flags & ARG_HIDDEN)
					continue;
				fprintf(f, "\t%s:%s", arg->name, types[arg->type]);
				for (size_t i = 0; arg->type == ARG_WORD && arg->words[i]; i++)
					fprintf(f, "%c%s", i ? ',' : '=', arg->words[i]);
			}
			fputc('\n', f);
		}
	}
}

static bool asks_for_help(int argc, char **argv)
{
	return argc && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"));
}

static int run(struct ctx *ctx, const struct cmd *cmd, int argc, char **argv)
{
	static const struct arg none[] = { {} };
	struct args a = { .spec = cmd->args ? cmd->args : none };
	int ret;

	while (a.spec[a.n].name)
		a.n++;
	if (a.n > ARGS_MAX)
		abort();
	ret = parse(ctx, cmd, &a, argc, argv);
	if (a.help) {
		err_clear(&ctx->err);
		cmd_help(stdout, cmd);
		ret = EXIT_DONE;
	} else if (!ret) {
		ret = cmd->run(ctx, &a);
	}
	for (size_t i = 0; i < a.n; i++)
		free(a.values[i].text);
	return ret;
}

static void help_noun(const struct cmd *const *tables, const char *noun)
{
	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb; cmd++) {
			if (cmd->noun && !strcmp(cmd->noun, noun) && !(cmd->flags & CMD_HIDDEN))
				cmd_help(stdout, cmd);
		}
	}
}

static bool is_known(const struct cmd *const *tables, const char *noun)
{
	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb; cmd++) {
			if (!strcmp(cmd->noun ? cmd->noun : cmd->verb, noun))
				return true;
		}
	}
	return false;
}

/* Nouns, and verbs that stand alone.  Return: -1 */
static int unknown(struct err *err, const struct cmd *const *tables, const char *word)
{
	const char *words[COMMANDS_MAX + 1] = { NULL };
	const char *meant;
	size_t n = 0;

	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb && n < COMMANDS_MAX; cmd++) {
			if (!(cmd->flags & CMD_HIDDEN))
				words[n++] = cmd->noun ? cmd->noun : cmd->verb;
		}
	}
	err_make(err, EXIT_USAGE, "%s: unknown command", word);
	meant = nearest(word, strlen(word), words);
	return meant ? err_hint(err, "did you mean %s?", meant) :
		       err_hint(err, "see rvmctl --help");
}

/* "help", "help run", "help partition set". */
static int help(struct ctx *ctx, const struct cmd *const *tables, int argc, char **argv)
{
	char *ask[] = { argc ? argv[0] : NULL, "--help", NULL, NULL };

	if (!argc) {
		cmd_usage(stdout, tables);
		return EXIT_DONE;
	}
	if (argc > 1 && argv[1][0] != '-') {
		ask[1] = argv[1];
		ask[2] = "--help";
	}
	if (is_known(tables, argv[0]))
		return cmd_dispatch(ctx, tables, ask[2] ? 3 : 2, ask);
	return unknown(&ctx->err, tables, argv[0]);
}

/* Return: -1 */
static int hint_verbs(struct err *err, const struct cmd *const *tables, const char *noun,
		      const char *verb)
{
	const char *verbs[ARGS_MAX + 1] = { NULL };
	auto_free char *all = NULL;
	const char *meant;
	size_t n = 0;

	for (; *tables; tables++) {
		for (const struct cmd *cmd = *tables; cmd->verb; cmd++) {
			if (cmd->noun && !strcmp(cmd->noun, noun) && !(cmd->flags & CMD_HIDDEN) &&
			    n < ARGS_MAX)
				verbs[n++] = cmd->verb;
		}
	}
	meant = verb ? nearest(verb, strlen(verb), verbs) : NULL;
	if (meant)
		return err_hint(err, "did you mean %s %s?", noun, meant);
	all = words_join(verbs);
	return err_hint(err, "use %s, see rvmctl %s --help", all ? all : "another", noun);
}

int cmd_dispatch(struct ctx *ctx, const struct cmd *const *tables, int argc, char **argv)
{
	bool noun_known = false;

	if (!strcmp(argv[0], "help"))
		return help(ctx, tables, argc - 1, argv + 1);
	for (const struct cmd *const *t = tables; *t; t++) {
		for (const struct cmd *cmd = *t; cmd->verb; cmd++) {
			if (!cmd->noun) {
				if (!strcmp(cmd->verb, argv[0]))
					return run(ctx, cmd, argc - 1, argv + 1);
				continue;
			}
			if (strcmp(cmd->noun, argv[0]))
				continue;
			noun_known = true;
			if (argc > 1 && !strcmp(cmd->verb, argv[1]))
				return run(ctx, cmd, argc - 2, argv + 2);
		}
	}
	if (noun_known && asks_for_help(argc - 1, argv + 1)) {
		help_noun(tables, argv[0]);
		return EXIT_DONE;
	}
	if (!noun_known)
		return unknown(&ctx->err, tables, argv[0]);
	err_make(&ctx->err, EXIT_USAGE, "%s: %s%s%s", argv[0], argc > 1 ? "'" : "verb required",
		 argc > 1 ? argv[1] : "", argc > 1 ? "' is not one of its verbs" : "");
	return hint_verbs(&ctx->err, tables, argv[0], argc > 1 ? argv[1] : NULL);
}
