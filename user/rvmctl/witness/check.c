// SPDX-License-Identifier: GPL-2.0-only
/* Ask for a verdict without doing anything. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/path.h"
#include "cmd.h"
#include "lib/model/text.h"
#include "partition/partition.h"
#include "table/program.h"
#include "witness/advice.h"
#include "witness/check.h"
#include "witness/trial.h"

/**
 * struct question - what is asked
 */
struct question {
	uint32_t class;
	uint32_t right;
	/* enum rvm_op; 0 for the usual one. */
	uint32_t op;
	/* Open with O_PATH, or -1. */
	int fd;
	/* A name in it that is not there yet, or NULL. */
	const char *leaf;
	char *const *argv;
	/* EXEC: program that it is started within, or NULL. */
	const char *within;
	const char *name;
	uint32_t family;
	uint32_t protocol;
	bool has_address;
	uint8_t address[16];
	uint32_t port;
	/* The address as typed, without its protocol. */
	const char *addr;
	/* For people. */
	char *text;
	char *path;
};

static void question_free(struct question *q)
{
	if (q->fd >= 0)
		close(q->fd);
	free(q->text);
	free(q->path);
}
#define auto_question __attribute__((cleanup(question_free)))

struct answer {
	uint32_t allowed;
	uint32_t reason;
	uint64_t token;
	uint32_t missing;
	char *rule;
	char *within;
};

/* Rows mean the workspace by a relative path, a shell the current directory. */
static int not_here(const char *path, struct err *err)
{
	if (path[0] == '/')
		return -1;
	return err_hint(err, "paths are relative to the current directory, not to the workspace");
}

static int ask_path(struct question *q, const char *path, uint32_t right, struct err *err)
{
	auto_free char *folder = strdup(path);
	char *slash;

	q->class = RVM_CLASS_PATH;
	q->right = right;
	q->fd = open(path, O_PATH | O_CLOEXEC);
	if (q->fd < 0 && errno == ENOENT && folder) {
		slash = strrchr(folder, '/');
		q->leaf = slash ? strrchr(path, '/') + 1 : path;
		if (slash)
			slash[slash == folder] = '\0';
		q->fd = open(slash ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (q->fd < 0) {
		err_errno(err, errno, "%s", path);
		return not_here(path, err);
	}
	q->path = file_path(q->fd);
	if (q->leaf && q->path) {
		char *whole;

		whole = format("%s/%s", strcmp(q->path, "/") ? q->path : "", q->leaf);
		if (!whole)
			return err_errno(err, ENOMEM, "%s", path);
		free(q->path);
		q->path = whole;
	}
	q->text = q->path ? strdup(q->path) : NULL;
	return 0;
}

static char *join_words(char *const *argv)
{
	size_t size = 1;
	char *text, *p;

	for (size_t i = 0; argv[i]; i++)
		size += strlen(argv[i]) + 1;
	p = text = malloc(size);
	if (!text)
		return NULL;
	for (size_t i = 0; argv[i]; i++)
		p += sprintf(p, "%s%s", i ? " " : "", argv[i]);
	return text;
}

static int ask_exec(struct question *q, char *const *argv, struct err *err)
{
	q->class = RVM_CLASS_EXEC;
	q->right = RVM_RIGHT_EXECUTE;
	q->argv = argv;
	if (program_find(argv[0], getenv("PATH"), &q->path, err))
		return strchr(argv[0], '/') ? not_here(argv[0], err) : -1;
	q->name = argv[0];
	q->text = join_words(argv);
	q->fd = open(q->path, O_PATH | O_CLOEXEC);
	return q->fd < 0 ? err_errno(err, errno, "%s", q->path) : 0;
}

static int bad_address(const char *text, struct err *err)
{
	err_make(err, EXIT_USAGE, "--connect: '%s' is not an address with a port", text);
	return err_hint(err,
			"use 192.0.2.1:443, [2001:db8::1]:443, unix:/run/x.sock or unix:@name; "
			"names are not looked up");
}

static int parse_ip(struct question *q, const char *text, struct err *err)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t len;
	char *end;

	len = colon ? (size_t)(colon - text) : 0;
	if (!len || len >= sizeof(host))
		return bad_address(text, err);
	q->port = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || q->port > 65535)
		return bad_address(text, err);
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, q->address) != 1)
			return bad_address(text, err);
	} else {
		memset(q->address, 0, 10);
		memset(q->address + 10, 0xff, 2);
		if (inet_pton(AF_INET, host, q->address + 12) != 1)
			return bad_address(text, err);
	}
	q->has_address = true;
	return 0;
}

static int ask_connect(struct question *q, const char *text, struct err *err)
{
	q->class = RVM_CLASS_NET;
	q->right = RVM_RIGHT_EXECUTE;
	q->text = strdup(text);
	if (strncmp(text, "unix:", 5)) {
		q->protocol = !strncmp(text, "udp:", 4) ? IPPROTO_UDP : IPPROTO_TCP;
		if (!strncmp(text, "udp:", 4) || !strncmp(text, "tcp:", 4))
			text += 4;
		q->addr = text;
		return parse_ip(q, text, err);
	}
	q->family = AF_UNIX;
	if (text[5] == '@') {
		q->name = text + 5;
		return 0;
	}
	q->path = strdup(text + 5);
	q->fd = open(text + 5, O_PATH | O_CLOEXEC);
	return q->fd < 0 ? err_errno(err, errno, "%s", text + 5) : 0;
}

static int put_words(struct nl_msg *msg, char *const *argv)
{
	char bytes[4096];
	size_t used = 0;

	for (size_t i = 0; argv[i]; i++) {
		size_t len = strlen(argv[i]) + 1;

		if (used + len > sizeof(bytes))
			return -1;
		memcpy(bytes + used, argv[i], len);
		used += len;
	}
	return nla_put(msg, RVM_A_CHECK_ARGV, used, bytes);
}

static int put_question(struct nl_msg *msg, uint32_t partition, const struct question *q)
{
	int ret = nla_put_u32(msg, RVM_A_CHECK_PARTITION, partition) ||
		  nla_put_u32(msg, RVM_A_CHECK_CLASS, q->class) ||
		  nla_put_u32(msg, RVM_A_CHECK_RIGHT, q->right);

	if (!ret && q->op)
		ret = nla_put_u32(msg, RVM_A_CHECK_OP, q->op);
	if (!ret && q->fd >= 0)
		ret = nla_put_s32(msg, RVM_A_CHECK_FD, q->fd);
	if (!ret && q->leaf)
		ret = nla_put_string(msg, RVM_A_CHECK_LEAF, q->leaf);
	if (!ret && q->argv)
		ret = put_words(msg, q->argv);
	if (!ret && q->name)
		ret = nla_put_string(msg, RVM_A_CHECK_NAME, q->name);
	if (!ret && q->within)
		ret = nla_put_string(msg, RVM_A_CHECK_WITHIN, q->within);
	if (!ret && q->family)
		ret = nla_put_u32(msg, RVM_A_CHECK_FAMILY, q->family);
	if (!ret && q->has_address)
		ret = nla_put(msg, RVM_A_CHECK_ADDRESS, sizeof(q->address), q->address) ||
		      nla_put_u32(msg, RVM_A_CHECK_PORT, q->port) ||
		      nla_put_u32(msg, RVM_A_CHECK_PROTOCOL, q->protocol);
	return ret;
}

static int take_answer(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct answer *a = data;

	a->allowed = nlc_u32(attrs[RVM_A_CHECK_ALLOWED]);
	a->reason = nlc_u32(attrs[RVM_A_CHECK_REASON]);
	a->token = nlc_u64(attrs[RVM_A_CHECK_TOKEN]);
	a->missing = nlc_u32(attrs[RVM_A_CHECK_MISSING]);
	return 0;
}

static int check_op(struct nlc *nlc, uint32_t partition, const struct question *q, bool *allowed,
		    struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_CHECK, 0);
	struct answer a = { 0 };

	if (msg && put_question(msg, partition, q))
		nlc_drop(&msg);
	if (nlc_call(nlc, msg, take_answer, &a, err))
		return -1;
	*allowed = a.allowed;
	return 0;
}

int check_file(struct nlc *nlc, uint32_t partition, int fd, uint32_t right, bool *allowed,
	       struct err *err)
{
	const struct question q = { .class = RVM_CLASS_PATH, .right = right, .fd = fd };

	return check_op(nlc, partition, &q, allowed, err);
}

int check_map(struct nlc *nlc, uint32_t partition, int fd, uint32_t right, bool *allowed,
	      struct err *err)
{
	const struct question q = {
		.class = RVM_CLASS_PATH, .right = right, .op = RVM_OP_MAP, .fd = fd
	};

	return check_op(nlc, partition, &q, allowed, err);
}

/* A path, a command or an address: what else was refused cannot be asked again as it was. */
static int ask_again(struct question *q, const struct refusal *r, struct err *err)
{
	if (r->class == RVM_CLASS_PATH && r->path)
		return ask_path(q, r->path, r->asked, err);
	if (r->class == RVM_CLASS_NET && r->addr && r->proto) {
		q->class = RVM_CLASS_NET;
		q->right = r->asked;
		q->protocol = !strcmp(r->proto, "udp") ? IPPROTO_UDP : IPPROTO_TCP;
		return parse_ip(q, r->addr, err);
	}
	if (r->class != RVM_CLASS_EXEC || r->op != RVM_OP_EXEC || !r->path || !r->words ||
	    !r->words[0] || r->cut)
		return -1;
	q->class = RVM_CLASS_EXEC;
	q->right = RVM_RIGHT_EXECUTE;
	q->argv = r->words;
	/* By the name it was called by, if that is known. */
	q->name = r->as ? r->as : r->words[0];
	q->fd = open(r->path, O_PATH | O_CLOEXEC);
	return q->fd < 0 ? -1 : 0;
}

static int ask_refusal(struct nlc *nlc, uint32_t partition, const struct refusal *r,
		       struct answer *a)
{
	auto_question struct question q = { .fd = -1 };
	struct nl_msg *msg = NULL;
	struct err err = { 0 };
	int ret = ask_again(&q, r, &err);

	if (!ret)
		msg = nlc_request(nlc, RVM_CMD_CHECK, 0);
	if (msg && put_question(msg, partition, &q))
		nlc_drop(&msg);
	if (!ret)
		ret = nlc_call(nlc, msg, take_answer, a, &err);
	err_clear(&err);
	return ret;
}

bool check_again(struct nlc *nlc, uint32_t partition, const struct refusal *r)
{
	struct answer a = { 0 };

	return !ask_refusal(nlc, partition, r, &a) && a.allowed;
}

int check_refusal(struct nlc *nlc, uint32_t partition, struct refusal *r)
{
	struct answer a = { 0 };

	if (ask_refusal(nlc, partition, r, &a))
		return -1;
	r->reason = a.reason;
	r->token = a.token;
	return 0;
}

static int take_rule(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token[RVM_A_TOKEN_MAX + 1] = { 0 };
	struct nlattr *scope[RVM_A_SCOPE_MAX + 1] = { 0 };
	struct answer *a = data;

	if (!attrs[RVM_A_TABLE_TOKEN] || nlc_nest(token, RVM_A_TOKEN_MAX, attrs[RVM_A_TABLE_TOKEN]))
		return 0;
	if (token[RVM_A_TOKEN_WITHIN] && !a->within)
		a->within = strdup(nlc_str(token[RVM_A_TOKEN_WITHIN]));
	if (!token[RVM_A_TOKEN_SCOPE] ||
	    nlc_nest(scope, RVM_A_SCOPE_MAX, token[RVM_A_TOKEN_SCOPE]) ||
	    !scope[RVM_A_SCOPE_RESOURCE])
		return 0;
	free(a->rule);
	a->rule = strdup(nlc_str(scope[RVM_A_SCOPE_RESOURCE]));
	return 0;
}

/* What the token that decided was made from; it may be gone meanwhile. */
static void find_rule(struct nlc *nlc, struct answer *a)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TOKEN_GET, 0);
	struct err err = { 0 };

	if (msg && nla_put_u64(msg, RVM_A_TABLE_TOKEN_ID, a->token))
		nlc_drop(&msg);
	nlc_call(nlc, msg, take_rule, a, &err);
	err_clear(&err);
}

/* @real: the program's own path, or NULL.  Strings are those of the question and the answer. */
static struct refusal refusal_of(const struct partition *part, const struct question *q,
				 const struct answer *a, const char *real)
{
	const char *typed = q->argv ? path_base(q->argv[0]) : NULL;

	return (struct refusal){
		.reason = a->reason,
		.class = q->class,
		.right = a->missing ? a->missing : q->right,
		.asked = q->right | a->missing,
		.partition = part->name,
		.path = real ? real : q->path,
		.argv = q->class == RVM_CLASS_EXEC ? q->text : NULL,
		.words = q->argv,
		.typed = q->argv ? q->argv[0] : NULL,
		.as = real && typed && strcmp(typed, path_base(real)) ? typed : NULL,
		.addr = q->addr,
		.proto = q->protocol == IPPROTO_UDP ? "udp" : "tcp",
		.name = q->class == RVM_CLASS_TOOL || q->class == RVM_CLASS_NAME ? q->text : NULL,
		.rule = a->rule,
		.within = a->within,
		.token = a->token,
	};
}

static void print_answer(struct ctx *ctx, struct nlc *nlc, const struct partition *part,
			 const struct question *q, const struct answer *a)
{
	auto_trial struct trial trial = { 0 };
	auto_advice struct advice advice = { 0 };
	auto_free char *real = q->class == RVM_CLASS_EXEC ? file_path(q->fd) : NULL;
	struct refusal r = refusal_of(part, q, a, real);
	auto_free char *reason = NULL;
	auto_free char *rule = NULL;

	trial_open(&trial, nlc, part);
	/* The kernel answers with tokens only. */
	if (a->reason == RVM_REASON_EXCLUDED && !r.rule)
		rule = trial_exclusion(&trial, &r);
	if (rule)
		r.rule = rule;
	reason = refusal_reason(&r);
	if (!a->allowed)
		refusal_advise(&r, &trial, &advice);
	if (!a->allowed)
		out_tone(ctx->out, OUT_BAD);
	out_line(ctx->out, "%s: %s: %s.%s%s", a->allowed ? "allow" : "deny", q->text,
		 reason ? reason : "", advice.text ? "  " : "", advice.text ? advice.text : "");
	out_object_begin(ctx->out, NULL);
	out_json_str(ctx->out, "verdict", a->allowed ? "allow" : "deny");
	out_json_str(ctx->out, "object", q->text);
	out_json_str(ctx->out, "reason", rvm_reason_text(a->reason));
	out_json_u64(ctx->out, "token", a->token);
	if (a->within)
		out_json_str(ctx->out, "within", a->within);
	if (r.rule)
		out_json_str(ctx->out, "resource", r.rule);
	if (advice.grant)
		out_json_str(ctx->out, "grant", advice.grant);
	if (advice.command)
		out_json_str(ctx->out, "command", advice.command);
	out_object_end(ctx->out);
}

static int ask_words(struct question *q, const struct args *args, struct err *err)
{
	char *const *rest = args_rest(args);
	uint32_t right = args_has(args, "--write") ? RVM_RIGHT_WRITE :
			 args_has(args, "--exec")  ? RVM_RIGHT_EXECUTE :
						     RVM_RIGHT_READ;

	if (args_has_dashes(args))
		return ask_exec(q, rest, err);
	if (rest[1]) {
		err_make(err, EXIT_USAGE, "%s: unexpected argument", rest[1]);
		return err_hint(err, "put options before the path, and a command after --");
	}
	return ask_path(q, rest[0], right, err);
}

static int parse_question(struct question *q, const struct args *args, struct err *err)
{
	static const char *const named[] = { "--connect", "--tool", "--name" };
	size_t n = args_rest(args) != NULL;

	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		n += args_has(args, named[i]);
	if (n != 1) {
		err_make(err, EXIT_USAGE,
			 n ? "check: more than one question" : "check: no question");
		return err_hint(err, "see rvmctl check --help");
	}
	if (args_rest(args))
		return ask_words(q, args, err);
	if (args_has(args, "--connect"))
		return ask_connect(q, args_str(args, "--connect"), err);
	q->class = args_has(args, "--tool") ? RVM_CLASS_TOOL : RVM_CLASS_NAME;
	q->right = args_has(args, "--tool")  ? RVM_RIGHT_EXECUTE :
		   args_has(args, "--write") ? RVM_RIGHT_WRITE :
		   args_has(args, "--exec")  ? RVM_RIGHT_EXECUTE :
					       RVM_RIGHT_READ;
	q->name = args_str(args, args_has(args, "--tool") ? "--tool" : "--name");
	q->text = strdup(q->name);
	return 0;
}

static int check(struct ctx *ctx, const struct args *args)
{
	auto_question struct question q = { .fd = -1 };
	auto_partition struct partition part = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct answer a = { 0 };
	struct nl_msg *msg;

	if (args_has(args, "--read") + args_has(args, "--write") + args_has(args, "--exec") > 1)
		return err_make(&ctx->err, EXIT_USAGE, "check: more than one right");
	if (parse_question(&q, args, &ctx->err))
		return -1;
	q.within = args_str(args, "--within");
	if (q.within && q.class != RVM_CLASS_EXEC)
		return err_make(&ctx->err, EXIT_USAGE, "--within: only for a command after --");
	if (!q.text)
		return err_errno(&ctx->err, ENOMEM, "check");
	if (nlc_open(&nlc, &ctx->err) ||
	    partition_find(nlc, args_str(args, "NAME"), &part, &ctx->err))
		return -1;
	msg = nlc_request(nlc, RVM_CMD_CHECK, 0);
	if (msg && put_question(msg, part.id, &q)) {
		nlmsg_free(msg);
		return err_make(&ctx->err, EXIT_USAGE, "%s: too long", q.text);
	}
	if (nlc_call(nlc, msg, take_answer, &a, &ctx->err))
		return err_wrap(&ctx->err, "%s", q.text);
	if (a.token)
		find_rule(nlc, &a);
	print_answer(ctx, nlc, &part, &q, &a);
	free(a.rule);
	free(a.within);
	return a.allowed ? EXIT_DONE : EXIT_REFUSED;
}

static const struct arg check_args[] = {
	{ "--read", ARG_FLAG, 0, NULL, "may it read PATH (default)", NULL },
	{ "--write", ARG_FLAG, 0, NULL, "may it write, create or remove PATH", NULL },
	{ "--exec", ARG_FLAG, 0, NULL, "may it map PATH as code", NULL },
	{ "--connect", ARG_STRING, 0, "ADDR:PORT", "may it connect to ADDR:PORT", NULL },
	{ "--tool", ARG_STRING, 0, "TOOL", "may it call TOOL", NULL },
	{ "--name", ARG_STRING, 0, "RESOURCE", "may it use the name RESOURCE", NULL },
	{ "--within", ARG_STRING, 0, "PROGRAM", "may a helper of PROGRAM start the command", NULL },
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{ "PATH | -- COMMAND", ARG_REST, 0, NULL,
	  "a path; or, after --, a command with its arguments", NULL },
	{},
};

const struct cmd check_cmds[] = {
	{ NULL, "check", check, check_args,
	  "ask what a partition may do; nothing is done or recorded", CMD_READ },
	{},
};
