// SPDX-License-Identifier: GPL-2.0-only
/* What others can check of a log without having it: anchors, and proofs of single records. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "cmd.h"
#include "log/anchor.h"
#include "log/proof.h"

#define HEX_BYTES (2 * RVM_SHA256_DIGEST_BYTES + 1)

static void hex_text(const uint8_t bytes[RVM_SHA256_DIGEST_BYTES], char text[HEX_BYTES])
{
	for (size_t i = 0; i < RVM_SHA256_DIGEST_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void print_anchor(struct out *out, const struct anchor_line *anchor)
{
	char head[HEX_BYTES], root[HEX_BYTES];

	hex_text(anchor->head, head);
	hex_text(anchor->root, root);
	out_object_begin(out, NULL);
	out_json_u64(out, "time", anchor->time);
	out_json_u64(out, "log", anchor->log);
	out_json_u64(out, "length", anchor->length);
	out_json_str(out, "head", head);
	out_json_u64(out, "segments", anchor->segments);
	out_json_str(out, "root", root);
	out_object_end(out);
}

/* The line on its standard input. */
static int hand_over(const char *command, const char *line, struct err *err)
{
	FILE *to = popen(command, "we");
	bool taken;
	int status;

	if (!to)
		return err_errno(err, errno, "--exec");
	signal(SIGPIPE, SIG_IGN);
	taken = fprintf(to, "%s\n", line) >= 0 && !fflush(to);
	status = pclose(to);
	if (status == -1)
		return err_errno(err, errno, "--exec");
	if (WIFSIGNALED(status))
		return err_make(err, EXIT_REFUSED, "--exec: '%s' was ended by signal %d", command,
				WTERMSIG(status));
	if (WEXITSTATUS(status))
		return err_make(err, EXIT_REFUSED, "--exec: '%s' failed with status %d", command,
				WEXITSTATUS(status));
	return taken ? 0 :
		       err_make(err, EXIT_REFUSED, "--exec: '%s' did not read the line", command);
}

static int witness_anchor(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "DIR"), *command = args_str(args, "--exec");
	auto_free char *line = NULL;
	struct anchor_line anchor;

	if (anchor_make(path, &anchor, &ctx->err))
		return -1;
	line = anchor_write(&anchor);
	if (!line)
		return err_errno(&ctx->err, ENOMEM, "%s", path);
	if (command && hand_over(command, line, &ctx->err))
		return -1;
	out_line(ctx->out, "%s", line);
	print_anchor(ctx->out, &anchor);
	return EXIT_DONE;
}

static int witness_prove(struct ctx *ctx, const struct args *args)
{
	auto_free struct proof *proof = malloc(sizeof(*proof));
	auto_free char *text = malloc(PROOF_TEXT_MAX);
	const char *to = args_str(args, "-o");
	size_t len;

	if (!proof || !text)
		return err_errno(&ctx->err, ENOMEM, "witness prove");
	if (proof_make(args_str(args, "DIR"), args_u64(args, "--log", 0),
		       args_u64(args, "SEQUENCE", 0), args_u64(args, "--segments", 0), proof,
		       &ctx->err))
		return -1;
	len = proof_write(proof, text);
	if (to)
		return file_replace(to, text, len, &ctx->err) ? -1 : EXIT_DONE;
	if (fwrite(text, 1, len, stdout) != len)
		return err_errno(&ctx->err, errno, "standard output");
	return EXIT_DONE;
}

static int read_proof(const char *path, struct proof *proof, struct err *err)
{
	auto_free char *text = NULL;
	const char *reason;
	size_t len, offset;
	struct stat st;

	if (file_read(path, PROOF_TEXT_MAX - 1, &text, &len, &st, NULL, err))
		return -1;
	reason = proof_read(proof, text, len, &offset);
	return reason ? err_make(err, EXIT_USAGE, "%s: byte %zu: %s", path, offset, reason) : 0;
}

static void print_proved(struct out *out, const char *path, const struct proof *proof,
			 const struct seal *seal, const char *reason)
{
	struct rvm_record rec;

	out_object_begin(out, NULL);
	out_json_str(out, "file", path);
	out_json_str(out, "verdict", reason ? "bad" : "good");
	if (reason) {
		out_line(out, "%s: %s", path, reason);
		out_json_str(out, "reason", reason);
	} else {
		rvm_record_decode(&rec, proof_record(proof));
		out_line(out,
			 "%s: record %" PRIu64 " (%s, actor %" PRIu32 ") of log %016" PRIx64
			 " leads to the root of the %" PRIu64 " seals",
			 path, proof->sequence, rvm_kind_name(rec.kind), rec.actor, seal->id,
			 proof->seals.leaves);
		out_json_u64(out, "sequence", rec.sequence);
		out_json_str(out, "kind", rvm_kind_name(rec.kind));
		out_json_u64(out, "actor", rec.actor);
		out_json_u64(out, "timestamp-ns", rec.timestamp_ns);
		out_json_u64(out, "log", seal->name.log);
		out_json_u64(out, "segments", proof->seals.leaves);
	}
	out_object_end(out);
}

static int witness_verify_proof(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "FILE");
	auto_free struct proof *proof = malloc(sizeof(*proof));
	uint8_t want[RVM_SHA256_DIGEST_BYTES], root[RVM_SHA256_DIGEST_BYTES];
	const char *reason;
	struct seal seal;

	if (!proof)
		return err_errno(&ctx->err, ENOMEM, "%s", path);
	if (args_hex(args, "--root", want, sizeof(want), &ctx->err) ||
	    read_proof(path, proof, &ctx->err))
		return -1;
	reason = proof_check(proof, &seal, root);
	if (!reason && memcmp(root, want, sizeof(root)))
		reason = "it leads to another root than that one";
	print_proved(ctx->out, path, proof, &seal, reason);
	return reason ? EXIT_REFUSED : EXIT_DONE;
}

static const struct arg anchor_args[] = {
	{ "--exec", ARG_STRING, 0, "COMMAND",
	  "run it by the shell, with the line on its standard input", NULL },
	{ "DIR", ARG_DIR, ARG_REQUIRED, NULL, "a directory that was recorded into", NULL },
	{},
};

static const struct arg prove_args[] = {
	{ "--log", ARG_U32, 0, "N", "the Nth log; default: the newest", NULL },
	{ "--segments", ARG_U64, 0, "N", "for the anchor that has N segments; default: all", NULL },
	{ "-o", ARG_FILE, 0, "FILE", "write to FILE; default: standard output", NULL },
	{ "SEQUENCE", ARG_U64, ARG_REQUIRED, NULL, "which record", NULL },
	{ "DIR", ARG_DIR, ARG_REQUIRED, NULL, "a directory that was recorded into", NULL },
	{},
};

static const struct arg verify_proof_args[] = {
	{ "--root", ARG_HEX, ARG_REQUIRED, "HEX", "the root of an anchor", NULL },
	{ "FILE", ARG_FILE, ARG_REQUIRED, NULL, "what witness prove wrote", NULL },
	{},
};

const struct cmd proof_cmds[] = {
	{ "witness", "anchor", witness_anchor, anchor_args,
	  "print where a recorded log stands, in one line to keep elsewhere", CMD_READ },
	{ "witness", "prove", witness_prove, prove_args, "write a proof that a record was in a log",
	  0 },
	{ "witness", "verify-proof", witness_verify_proof, verify_proof_args,
	  "check such a proof against an anchor", CMD_READ },
	{},
};
