// SPDX-License-Identifier: GPL-2.0-only
/* Refusals in words, and what would have to change. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "lib/argv.h"
#include "lib/rights.h"
#include "lib/text.h"
#include "partition.h"
#include "why.h"

static char *format(const char *fmt, ...) PRINTF(1, 2);

static char *format(const char *fmt, ...)
{
	va_list ap;
	char *text;
	int ret;

	va_start(ap, fmt);
	ret = vasprintf(&text, fmt, ap);
	va_end(ap);
	return ret < 0 ? NULL : text;
}

char *refusal_reason(const struct refusal *r)
{
	const char *text = rvm_reason_text(r->reason);

	if (r->reason == RVM_REASON_WITHIN && r->within)
		return format("a token allows it, but only within %s (token %" PRIu64 ", %s)",
			      r->within, r->token, r->rule ? r->rule : "no resource");
	if (r->rule && r->token)
		return format("%s (token %" PRIu64 ", %s)", text, r->token, r->rule);
	if (r->rule)
		return format("%s (%s)", text, r->rule);
	if (r->token)
		return format("%s (token %" PRIu64 ")", text, r->token);
	return strdup(text);
}

/*
 * As a harness would write it; "//" begins an absolute path.  None for names
 * that would be read as patterns: they would give more than what was asked.
 * To list a folder takes nothing of what is below it.
 */
static char *path_resource(const struct refusal *r)
{
	struct stat st;

	if (!r->path || r->path[0] != '/' || strpbrk(r->path, "*?[\\"))
		return NULL;
	if (r->right & RVM_RIGHT_EXECUTE)
		return format("load:/%s", r->path);
	if (r->right == RVM_RIGHT_READ && !stat(r->path, &st) && S_ISDIR(st.st_mode))
		return format("LS(/%s/.)", strcmp(r->path, "/") ? r->path : "");
	return format("%s(/%s)", r->right & RVM_RIGHT_WRITE ? "Edit" : "Read", r->path);
}

/* None for words that a rule cannot say: it would allow something else, or more. */
static char *words_resource(const struct refusal *r)
{
	return r->odd_words ? NULL : format("Bash(%s)", r->argv);
}

static char *resource_of(const struct refusal *r)
{
	switch (r->class) {
	case RVM_CLASS_PATH:
		return path_resource(r);
	case RVM_CLASS_EXEC:
		if (r->argv && r->argv[0])
			return words_resource(r);
		return r->path ? format("run:/%s", r->path) : NULL;
	case RVM_CLASS_NET:
		if (r->addr)
			return format("%s:%s", r->proto ? r->proto : "tcp", r->addr);
		return r->path ? format("unix:%s", r->path) : NULL;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return r->name ? strdup(r->name) : NULL;
	default:
		return NULL;
	}
}

char *refusal_grant(const struct refusal *r)
{
	auto_free char *resource = NULL;
	auto_json json_t *rights = json_array();
	auto_json json_t *line = NULL;
	char tier[4];

	if (r->reason != RVM_REASON_NO_TOKEN && r->reason != RVM_REASON_RIGHTS &&
	    r->reason != RVM_REASON_ARGV && r->reason != RVM_REASON_SPECIAL &&
	    r->reason != RVM_REASON_ABOVE && r->reason != RVM_REASON_WITHIN)
		return NULL;
	resource = resource_of(r);
	if (!resource || !rights)
		return NULL;
	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (r->right & bit)
			json_array_append_new(rights, json_string(rvm_right_name(bit)));
	}
	snprintf(tier, sizeof(tier), "P%u", rvm_rights_tier(r->right) % 10);
	/* NULL for a name that is not UTF-8: a table cannot hold it. */
	line = json_pack("{s:O, s:s, s:s, s:i}", "rights", rights, "resource", resource,
			 "proof_tier", tier, "expires_at", 0);
	return line ? json_dumps(line, JSON_COMPACT) : NULL;
}

static const char *fixed_advice(uint8_t reason)
{
	switch (reason) {
	case RVM_REASON_EXCLUDED:
		return "No token can lift a deny rule; remove it from the spec to allow it.  Rules "
		       "that protect RVM's own files are always there.";
	case RVM_REASON_EXPIRED:
		return "Load a table whose expires_at is later.";
	case RVM_REASON_STALE:
		return "Load the table again: that makes tokens of the current epoch.";
	case RVM_REASON_TIER:
		return "Give the token a higher proof_tier in the table.";
	case RVM_REASON_FLOOR:
		return "Only a token with all seven rights on everything covers it; better do it "
		       "outside of the partition.";
	case RVM_REASON_GAIN:
		return "Copy the file instead of moving or linking it.";
	case RVM_REASON_UNREGISTERED:
		return "Start it with rvmctl run.";
	case RVM_REASON_ANONYMOUS:
		return "Write the code to a file that a token covers.";
	case RVM_REASON_ENVIRON:
		return "Start it without variables such as BASH_ENV, PYTHONPATH, PERL5OPT, "
		       "NODE_OPTIONS or the like, or allow the program with any words.";
	case RVM_REASON_FAMILY:
		return "Unix sockets, TCP and UDP are the ones that tokens can name.";
	case RVM_REASON_REFUSED:
		return "Do it outside of the partition.";
	case RVM_REASON_MEMORY:
		return "Try again; the machine is short of memory.";
	default:
		return NULL;
	}
}

char *refusal_advice(const struct refusal *r)
{
	auto_free char *grant = refusal_grant(r);
	const char *fixed = fixed_advice(r->reason);

	if (grant && r->reason == RVM_REASON_ABOVE)
		return format("To allow it add %s to the table of the partition around this one, "
			      "and load that again.",
			      grant);
	if (grant && r->reason == RVM_REASON_WITHIN)
		return format("Let %s start it; to allow it everywhere add %s to the table and "
			      "load it again.",
			      r->within ? r->within : "the program", grant);
	if (grant)
		return format("To allow it add %s to the table and load it again.", grant);
	if (r->reason == RVM_REASON_STATE)
		return format("rvmctl partition show %s tells its state.", r->partition);
	if (r->reason == RVM_REASON_FENCED)
		return format("rvmctl partition set %s --unfence lifts it.", r->partition);
	return fixed ? strdup(fixed) : NULL;
}

static char *rights_text(uint8_t rights)
{
	char text[80] = "";
	size_t n = 0;

	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (rights & bit)
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " and " : "",
				      rvm_right_name(bit));
	}
	return strdup(rights == RVM_RIGHTS_ALL ? "all rights" : n ? text : "nothing");
}

/* "git push (exec of /usr/bin/git", "open of /etc/shadow for READ (", "connect to tcp:...". */
static char *deed_text(const struct event *event, const struct refusal *r)
{
	auto_free char *object = event_object(event);
	auto_free char *rights = rights_text(r->right);
	const char *op = rvm_op_name(r->op);

	if (r->class == RVM_CLASS_EXEC && r->argv && r->argv[0])
		return format("%s (%s of %s", r->argv, op, r->path ? r->path : "a program");
	if (r->class == RVM_CLASS_PATH)
		return format("%s of %s for %s (", op, r->path ? r->path : object, rights);
	if (r->class == RVM_CLASS_NET && r->addr)
		return format("%s to %s:%s (", op, r->proto, r->addr);
	return format("%s of %s (", op, object ? object : "it");
}

static char *who_text(const struct event *event)
{
	auto_free char *pid = event_detail(event, "pid");
	auto_free char *comm = event_detail(event, "comm");

	return format("by pid %s \"%s\")", pid ? pid : "?", comm ? comm : "?");
}

static const char *proto_word(const char *proto)
{
	if (!proto || !strcmp(proto, "6"))
		return "tcp";
	return !strcmp(proto, "17") ? "udp" : proto;
}

static char *denial_text(const struct event *event, const struct refusal *r)
{
	auto_free char *deed = deed_text(event, r);
	auto_free char *who = who_text(event);
	auto_free char *reason = refusal_reason(r);
	auto_free char *advice = refusal_advice(r);

	if (!deed || !who || !reason)
		return NULL;
	return format("%s: %s%s%s in partition %s: %s.%s%s",
		      event->rec.flags & RVM_RECORD_F_PERMISSIVE ? "would be denied" : "denied",
		      deed, deed[strlen(deed) - 1] == '(' ? "" : " ", who, event->partition, reason,
		      advice ? "  " : "", advice ? advice : "");
}

/* Blanks, stars or nothing in a word, or words that the line has not all of. */
static bool has_odd_words(const struct event *event)
{
	auto_free char *cut = event_detail(event, "cut");
	size_t n;
	auto_words char **words = event_words(event, &n);

	for (size_t i = 0; i < n; i++) {
		if (!words[i][0] || strpbrk(words[i], " \t*"))
			return true;
	}
	return cut || n == RVM_ARGV_WORDS_MAX;
}

/* Takes strings out of the detail line, which the caller frees: see clear_refusal(). */
static void fill_refusal(struct refusal *r, const struct event *event)
{
	auto_free char *token = event_detail(event, "token");
	auto_free char *proto = event_detail(event, "proto");

	*r = (struct refusal){
		.reason = event->payload.reason,
		.class = event->payload.class,
		.right = event->payload.right,
		.op = event->payload.operation,
		.partition = event->partition,
		.path = event_detail(event, "path"),
		.argv = event_detail(event, "argv"),
		.addr = event_detail(event, "addr"),
		.name = event_detail(event, "name"),
		.rule = event_detail(event, "rule"),
		.within = event_detail(event, "within"),
		.proto = strdup(proto_word(proto)),
		.odd_words = has_odd_words(event),
		.token = token ? strtoull(token, NULL, 10) : 0,
	};
}

static void clear_refusal(struct refusal *r)
{
	free((char *)r->path);
	free((char *)r->argv);
	free((char *)r->addr);
	free((char *)r->name);
	free((char *)r->rule);
	free((char *)r->within);
	free((char *)r->proto);
}

char *why_text(const struct event *event)
{
	struct refusal r;
	char *text;

	fill_refusal(&r, event);
	if (event_is_denial(event)) {
		text = denial_text(event, &r);
	} else if (event_is_judged(event)) {
		auto_free char *object = event_object(event);
		auto_free char *reason = refusal_reason(&r);

		text = format("allowed: %s of %s in partition %s: %s.", rvm_op_name(r.op),
			      object ? object : "it", event->partition, reason ? reason : "");
	} else {
		const char *kind = rvm_kind_name(event->rec.kind);

		text = format("record %" PRIu64 " is no verdict: it tells of %s by %s.",
			      (uint64_t)event->rec.sequence, kind ? kind : "an unknown event",
			      event->partition);
	}
	clear_refusal(&r);
	return text;
}

static int take_last(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	(void)cmd;
	(void)err;
	*(uint64_t *)data = nlc_u64(attrs[RVM_A_WITNESS_LAST_DENIAL]);
	return 0;
}

int why_last(struct nlc *nlc, uint32_t partition, uint64_t *sequence, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_WITNESS_GET, 0);
	uint64_t next = 0;

	if (msg && partition && nla_put_u32(msg, RVM_A_WITNESS_PARTITION, partition)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	if (nlc_call(nlc, msg, take_last, &next, err))
		return err_wrap(err, "witness");
	*sequence = next - 1;
	return next != 0;
}

static int find_sequence(struct nlc *nlc, const struct args *args, uint64_t *sequence,
			 struct err *err)
{
	const char *name = args_str(args, "--partition");
	auto_partition struct partition part = { 0 };

	if (!args_has(args, "--last")) {
		*sequence = args_u64(args, "SEQ", 0);
		return 1;
	}
	if (name && partition_find(nlc, name, &part, err))
		return -1;
	return why_last(nlc, part.id, sequence, err);
}

static int print_why(struct ctx *ctx, const struct event *event)
{
	auto_free char *text = why_text(event);
	auto_free char *within = event_detail(event, "within");
	auto_free char *grant = NULL;
	struct refusal r;

	if (!text)
		return err_errno(&ctx->err, ENOMEM, "why");
	fill_refusal(&r, event);
	if (event_is_denial(event))
		grant = refusal_grant(&r);
	clear_refusal(&r);
	out_line(ctx->out, "%s", text);
	out_object_begin(ctx->out, NULL);
	event_fields(ctx->out, event);
	out_json_str(ctx->out, "why", text);
	if (within)
		out_json_str(ctx->out, "within", within);
	if (grant)
		out_json_str(ctx->out, "grant", grant);
	out_object_end(ctx->out);
	return EXIT_DONE;
}

static int why(struct ctx *ctx, const struct args *args)
{
	auto_nlc struct nlc *nlc = NULL;
	auto_names struct names names = { 0 };
	auto_event struct event event = { 0 };
	uint64_t sequence;
	int found;

	if (args_has(args, "--last") == args_has(args, "SEQ"))
		return err_make(&ctx->err, EXIT_USAGE, "why: name a record, or --last");
	if (args_has(args, "--partition") && !args_has(args, "--last"))
		return err_make(&ctx->err, EXIT_USAGE, "--partition: goes with --last");
	if (nlc_open(&nlc, &ctx->err))
		return -1;
	names.nlc = nlc;
	found = find_sequence(nlc, args, &sequence, &ctx->err);
	if (found < 0)
		return -1;
	if (!found) {
		out_line(ctx->out, "nothing was denied");
		return EXIT_DONE;
	}
	if (event_get(nlc, sequence, &names, &event, &ctx->err))
		return -1;
	return print_why(ctx, &event);
}

static const struct arg why_args[] = {
	{ "--last", ARG_FLAG, 0, NULL, "the newest denial", NULL },
	{ "--partition", ARG_NAME, 0, "NAME", "with --last: of this partition", NULL },
	{ "SEQ", ARG_U64, 0, NULL, "sequence of a record", NULL },
	{},
};

const struct cmd why_cmds[] = {
	{ NULL, "why", why, why_args, "explain a denial, and what would allow it", CMD_READ },
	{},
};
