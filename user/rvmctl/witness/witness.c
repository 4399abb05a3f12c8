// SPDX-License-Identifier: GPL-2.0-only
/* The witness log: where it stands, its last records, checking it. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "cmd.h"
#include "log/event.h"
#include "log/store_read.h"
#include "log/verify.h"
#include "wire/nl.h"
#include "witness/recorded.h"

static const char *const format_words[] = { "native", "rvm", NULL };

struct head {
	uint64_t length;
	uint64_t first;
	uint64_t lost;
	uint32_t capacity;
	uint64_t detail_length;
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];
	uint8_t detail_digest[RVM_SHA256_DIGEST_BYTES];
};

static void copy_digest(const struct nlattr *a, uint8_t out[RVM_SHA256_DIGEST_BYTES])
{
	if (a && nla_len(a) == RVM_SHA256_DIGEST_BYTES)
		memcpy(out, nla_data(a), RVM_SHA256_DIGEST_BYTES);
}

static int take_head(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct head *head = data;

	head->length = nlc_u64(attrs[RVM_A_WITNESS_LENGTH]);
	head->first = nlc_u64(attrs[RVM_A_WITNESS_FIRST]);
	head->lost = nlc_u64(attrs[RVM_A_WITNESS_LOST]);
	head->capacity = nlc_u32(attrs[RVM_A_WITNESS_CAPACITY]);
	head->detail_length = nlc_u64(attrs[RVM_A_WITNESS_DETAIL_LENGTH]);
	copy_digest(attrs[RVM_A_WITNESS_HEAD], head->digest);
	copy_digest(attrs[RVM_A_WITNESS_DETAIL_HEAD], head->detail_digest);
	return 0;
}

/* Compute the head again from the records.  Return: 1 the same, 0 not, 2 cannot be done, -1. */
static int recompute(const struct head *head, struct err *err)
{
	struct verify_how how = { .length = UINT64_MAX, .stop = head->length };
	struct verify_result result;

	if (head->first)
		return 2;
	if (verify_log(WITNESS_DEVICE, &how, &result, err))
		return -1;
	return !result.reason && result.records == head->length &&
	       !memcmp(result.head, head->digest, sizeof(head->digest));
}

static int witness_head(struct ctx *ctx, const struct args *args)
{
	static const char *const words[] = {
		"differs",
		"the same",
		"not possible: the oldest records were overwritten",
	};
	auto_nlc struct nlc *nlc = NULL;
	struct head head = { 0 };
	int same;

	if (nlc_open(&nlc, &ctx->err) ||
	    nlc_call(nlc, nlc_request(nlc, RVM_CMD_WITNESS_GET, 0), take_head, &head, &ctx->err))
		return err_wrap(&ctx->err, "witness head");
	same = recompute(&head, &ctx->err);
	if (same < 0)
		return -1;
	out_object_begin(ctx->out, NULL);
	out_u64(ctx->out, "length", head.length);
	out_hex(ctx->out, "head", head.digest, sizeof(head.digest));
	out_u64(ctx->out, "first", head.first);
	out_u64(ctx->out, "lost", head.lost);
	out_u64(ctx->out, "capacity", head.capacity);
	out_u64(ctx->out, "detail-length", head.detail_length);
	out_hex(ctx->out, "detail-head", head.detail_digest, sizeof(head.detail_digest));
	out_str(ctx->out, "recomputed", words[same]);
	out_object_end(ctx->out);
	return same ? EXIT_DONE : EXIT_REFUSED;
}

static void print_record(struct ctx *ctx, struct nlc *nlc, struct names *names, const uint8_t *raw)
{
	auto_event struct event event = { 0 };

	event_look_up(nlc, raw, names, &event);
	event_print(ctx->out, &event);
}

static int wait_for_more(const struct log_reader *log, struct err *err)
{
	/* Or until nobody reads what is printed. */
	struct pollfd fds[] = { { .fd = log->fd, .events = POLLIN }, { .fd = STDOUT_FILENO } };

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
		return err_errno(err, errno, "%s", log->path);
	return 0;
}

static int print_from(struct ctx *ctx, struct log_reader *log, struct nlc *nlc, bool follow)
{
	auto_names struct names names = { .nlc = nlc };
	const uint8_t *raw;
	int ret;

	for (;;) {
		ret = log_next(log, &raw, &ctx->err);
		if (ret > 0)
			print_record(ctx, nlc, &names, raw);
		else if (!ret && follow)
			ret = wait_for_more(log, &ctx->err);
		else
			return ret;
		if (ret < 0 || ferror(stdout) || out_is_closed(ctx->out))
			return ret;
	}
}

static int witness_tail(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "FILE") ? args_str(args, "FILE") : WITNESS_DEVICE;
	uint64_t count = args_u64(args, "-n", 10), length;
	auto_log struct log_reader log;
	auto_nlc struct nlc *nlc = NULL;

	log.fd = -1;
	if (store_is(path) && args_has(args, "-f"))
		return recorded_follow(ctx, path, args_u64(args, "--log", 0), count);
	if (store_is(path))
		return recorded_tail(ctx, path, args_u64(args, "--log", 0), count);
	if (log_open(&log, path, &ctx->err) || log_length(&log, &length, &ctx->err))
		return -1;
	if (args_has(args, "-f") && !log.device) {
		err_make(&ctx->err, EXIT_USAGE, "-f: %s is a file, which does not grow", path);
		return err_hint(&ctx->err,
				"leave FILE out to follow the kernel's log, or give a directory");
	}
	if (log.device && nlc_open(&nlc, &ctx->err))
		return -1;
	if (length > log.first &&
	    log_seek(&log, length - log.first > count ? length - count : log.first, &ctx->err))
		return -1;
	return print_from(ctx, &log, nlc, args_has(args, "-f"));
}

static int parse_head(const struct args *args, struct verify_how *how, struct err *err)
{
	const char *hex = args_str(args, "--head");
	size_t want = how->rvm ? 8 : RVM_SHA256_DIGEST_BYTES;

	if (!hex && args_has(args, "--length")) {
		err_make(err, EXIT_USAGE, "--length: only with --head");
		return err_hint(err, "rvmctl witness head prints both");
	}
	if (!hex)
		return 0;
	if (args_hex(args, "--head", how->head, want, err))
		return -1;
	how->anchored = true;
	how->head_len = want;
	return 0;
}

static void print_verdict(struct ctx *ctx, const char *path, const struct verify_result *r)
{
	struct out *out = ctx->out;

	if (!r->reason)
		out_line(out, "%s: %" PRIu64 " records are good", path, r->records);
	else if (r->at_record && r->found != r->sequence)
		out_line(out,
			 "%s: record %" PRIu64 " at byte %" PRIu64 ": %s (it says it is %" PRIu64
			 "); the %" PRIu64 " before it are good",
			 path, r->sequence, r->offset, r->reason, r->found, r->records);
	else if (r->at_record)
		out_line(out,
			 "%s: record %" PRIu64 " at byte %" PRIu64 ": %s; the %" PRIu64
			 " before it are good",
			 path, r->sequence, r->offset, r->reason, r->records);
	else
		out_line(out, "%s: after %" PRIu64 " records: %s", path, r->records, r->reason);
	if (r->notes)
		out_line(out, "%s", r->notes);

	out_object_begin(out, NULL);
	out_json_str(out, "file", path);
	out_json_str(out, "verdict", r->reason ? "bad" : "good");
	out_u64(out, "records", r->records);
	out_hex(out, "head", r->head, r->head_len);
	if (r->reason)
		out_json_str(out, "reason", r->reason);
	if (r->notes)
		out_json_str(out, "notes", r->notes);
	if (r->at_record) {
		out_json_u64(out, "sequence", r->sequence);
		out_json_u64(out, "offset", r->offset);
		out_json_u64(out, "found", r->found);
	}
	out_object_end(out);
}

/* RVM's format has one key, which is not of a log and never changes. */
static int load_keys(const struct args *args, struct verify_how *how, struct keys *keys,
		     struct err *err)
{
	size_t n = args_count(args, "--key");

	if (how->rvm && n > 1)
		return err_make(err, EXIT_USAGE, "--key: only once with --format rvm");
	how->signed_ = how->rvm && n;
	if (how->signed_)
		return verify_read_key(args_nth(args, "--key", 0), &how->key, err);
	for (size_t i = 0; i < n; i++) {
		if (keys_load(keys, args_nth(args, "--key", i), err))
			return -1;
	}
	how->keys = n ? keys : NULL;
	return 0;
}

static int load_anchors(const struct args *args, struct verify_how *how, struct anchors *anchors,
			struct err *err)
{
	size_t n = args_count(args, "--anchor");

	if (how->rvm && n)
		return err_make(err, EXIT_USAGE, "--anchor: not with --format rvm");
	for (size_t i = 0; i < n; i++) {
		if (anchors_load(anchors, args_nth(args, "--anchor", i), err))
			return -1;
	}
	how->anchors = n ? anchors : NULL;
	return 0;
}

static int witness_verify(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "FILE");
	auto_keys struct keys keys = { 0 };
	auto_anchors struct anchors anchors = { 0 };
	struct verify_how how = {
		.rvm = args_word(args, "--format", 0) == 1,
		.length = args_u64(args, "--length", UINT64_MAX),
		.stop = UINT64_MAX,
	};
	struct verify_result result;
	int ret;

	if (parse_head(args, &how, &ctx->err) || load_keys(args, &how, &keys, &ctx->err) ||
	    load_anchors(args, &how, &anchors, &ctx->err))
		return -1;
	if (store_is(path))
		return recorded_verify(ctx, path, &how, args_has(args, "--archived"));
	if (args_has(args, "--archived"))
		return err_make(&ctx->err, EXIT_USAGE, "--archived: %s is no directory", path);
	ret = verify_log(path, &how, &result, &ctx->err);
	rvm_hmac_key_wipe(&how.key);
	if (ret)
		return -1;
	print_verdict(ctx, path, &result);
	free(result.notes);
	return result.reason ? EXIT_REFUSED : EXIT_DONE;
}

static const struct arg tail_args[] = {
	{ "-n", ARG_U64, 0, "N", "show the last N records; default: 10", NULL },
	{ "-f", ARG_FLAG, 0, NULL, "wait for new records", NULL },
	{ "--log", ARG_U32, 0, "N", "of a directory: the Nth log; default: the newest", NULL },
	{ "FILE", ARG_FILE, 0, NULL, "an exported log or a directory, instead of the kernel's",
	  NULL },
	{},
};

static const struct arg verify_args[] = {
	{ "--format", ARG_WORD, 0, NULL, "layout of the chain; default: native", format_words },
	{ "--key", ARG_FILE, ARG_MULTI, "FILE",
	  "check signatures too, with the first key of a log; or with a key of RVM's", NULL },
	{ "--head", ARG_HEX, 0, "HEX", "a head that was saved elsewhere", NULL },
	{ "--length", ARG_U64, 0, "N", "compare the head after N records; default: at the end",
	  NULL },
	{ "--anchor", ARG_STRING, ARG_MULTI, "LINE|FILE",
	  "what witness anchor printed, or a file of such lines: all of them have to fit", NULL },
	{ "--archived", ARG_FLAG, 0, NULL, "older segments of a directory were moved elsewhere",
	  NULL },
	{ "FILE", ARG_FILE, ARG_REQUIRED, NULL,
	  "an exported log, a directory that was recorded into, or " WITNESS_DEVICE, NULL },
	{},
};

const struct cmd witness_cmds[] = {
	{ "witness", "head", witness_head, NULL, "print the length and the head of the log",
	  CMD_READ },
	{ "witness", "tail", witness_tail, tail_args, "show the last records of the log",
	  CMD_READ },
	{ "witness", "verify", witness_verify, verify_args, "verify the chain of a log", CMD_READ },
	{},
};
