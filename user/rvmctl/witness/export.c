// SPDX-License-Identifier: GPL-2.0-only
/* Copying the witness log out: as it is, as RVM chains it, or for programs that read JSON. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/file.h"
#include "cmd.h"
#include "log/chain_rvm.h"
#include "log/event.h"
#include "log/reader.h"
#include "log/store_read.h"
#include "wire/nl.h"
#include "witness/recorded.h"

enum format_of { NATIVE, RVM, JSONL };

static const char *const format_words[] = { "native", "rvm", "jsonl", NULL };

/**
 * struct exporting - a copy under way
 */
struct exporting {
	FILE *to;
	const char *to_name;
	enum format_of format;
	struct rvm_chain_rvm chain;
	struct rvm_hmac_key key;
	/* JSONL: how it is printed; and of the kernel's log, where lines and names come from. */
	struct out *out;
	struct nlc *nlc;
	struct names names;
	uint64_t records;
};

static int put_object(struct exporting *x, const uint8_t *raw, const char *line, struct err *err)
{
	auto_event struct event event = { 0 };

	if (line)
		event_fill(&event, raw, line, &x->names);
	else
		event_look_up(x->nlc, raw, &x->names, &event);
	event_print(x->out, &event);
	return ferror(x->to) ? err_errno(err, errno, "%s", x->to_name) : 0;
}

static int put_bytes(struct exporting *x, const uint8_t *raw, struct err *err)
{
	uint8_t other[RVM_RECORD_BYTES];
	struct rvm_record rec;

	if (x->format == RVM) {
		rvm_record_decode(&rec, raw);
		rvm_chain_rvm_append(&x->chain, &rec, RVM_SIGNER_HMAC, &x->key);
		rvm_record_encode(&rec, other);
		raw = other;
	}
	if (fwrite(raw, 1, RVM_RECORD_BYTES, x->to) != RVM_RECORD_BYTES)
		return err_errno(err, errno, "%s", x->to_name);
	return 0;
}

static int export_record(void *data, const uint8_t *raw, const char *line, struct err *err)
{
	struct exporting *x = data;

	x->records++;
	return x->format == JSONL ? put_object(x, raw, line, err) : put_bytes(x, raw, err);
}

static void warn_of_begin(const struct exporting *x, const struct log_reader *log)
{
	if (log->first)
		warn_line("%s: records 0 to %" PRIu64 " were overwritten and are not in the copy%s",
			  log->path, log->first - 1,
			  x->format == NATIVE ?
				  "; rvmctl witness verify needs all records from the first" :
				  "");
}

static int export_records(struct exporting *x, const char *from, uint32_t number, struct err *err)
{
	auto_log struct log_reader log;
	const uint8_t *raw;
	int ret;

	log.fd = -1;
	if (store_is(from))
		return recorded_each(from, number, export_record, x, err);
	if (log_open(&log, from, err))
		return -1;
	if (x->format == JSONL && log.device && nlc_open(&x->nlc, err))
		return -1;
	x->names.nlc = x->nlc;
	warn_of_begin(x, &log);
	while ((ret = log_next(&log, &raw, err)) > 0) {
		if (export_record(x, raw, NULL, err))
			return -1;
	}
	if (!ret && log.stray)
		warn_line("%s: the last %zu bytes are not a whole record", from, log.stray);
	return ret;
}

static FILE *open_target(const char *path, struct err *err)
{
	auto_close int fd = file_create(path, err);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (f)
		take_fd(&fd);
	else
		err_errno(err, errno, "%s", path);
	return f;
}

static int begin(struct exporting *x, struct err *err)
{
	uint8_t key[RVM_SHA256_DIGEST_BYTES];

	rvm_default_key(key);
	rvm_hmac_key_init(&x->key, key, sizeof(key));
	if (x->format == JSONL)
		x->out = out_create(x->to, OUT_JSON);
	return x->format == JSONL && !x->out ? err_errno(err, ENOMEM, "%s", x->to_name) : 0;
}

static int finish(struct exporting *x, bool file, struct err *err)
{
	if (fflush(x->to) || (file && fsync(fileno(x->to)) && errno != EINVAL && errno != EROFS))
		return err_errno(err, errno, "%s", x->to_name);
	return 0;
}

static int end(struct exporting *x, struct err *err)
{
	int ret = x->out ? out_destroy(x->out) : 0;

	names_free(&x->names);
	if (x->nlc)
		nlc_close(x->nlc);
	return ret ? err_make(err, EXIT_REFUSED, "%s: not all could be written", x->to_name) : 0;
}

static int witness_export(struct ctx *ctx, const struct args *args)
{
	const char *to = args_str(args, "-o"), *from = args_str(args, "--from");
	struct exporting x = { .format = args_word(args, "--format", NATIVE),
			       .to = stdout,
			       .to_name = to ? to : "standard output" };
	auto_file FILE *file = NULL;
	int ret;

	if (!to && x.format != JSONL && isatty(STDOUT_FILENO)) {
		err_make(&ctx->err, EXIT_USAGE,
			 "standard output: a terminal, and records are not text");
		return err_hint(&ctx->err, "use -o FILE");
	}
	if (to) {
		file = open_target(to, &ctx->err);
		if (!file)
			return -1;
		x.to = file;
	}
	/* Half of a log is of no use: whoever stops reading ends it. */
	signal(SIGPIPE, SIG_DFL);
	ret = begin(&x, &ctx->err) ||
	      export_records(&x, from ? from : WITNESS_DEVICE, args_u64(args, "--log", 0),
			     &ctx->err) ||
	      finish(&x, to, &ctx->err);
	if (end(&x, &ctx->err) || ret)
		return -1;
	if (to)
		out_line(ctx->out, "%s: %" PRIu64 " records in %s format", to, x.records,
			 format_words[x.format]);
	return EXIT_DONE;
}

static const struct arg export_args[] = {
	{ "--format", ARG_WORD, 0, NULL,
	  "native, chained and signed as RVM does, or one JSON object a line; default: native",
	  format_words },
	{ "--from", ARG_FILE, 0, "FILE", "an exported log or a directory, instead of the kernel's",
	  NULL },
	{ "--log", ARG_U32, 0, "N", "of a directory: the Nth log; default: the newest", NULL },
	{ "-o", ARG_FILE, 0, "FILE", "write to FILE; default: standard output", NULL },
	{},
};

const struct cmd export_cmds[] = {
	{ "witness", "export", witness_export, export_args, "write the log to a file", 0 },
	{},
};
