// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking the first key of the log.  The module gives it once, so all that can fail is tried
 * before it is asked.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/envelope.h"
#include "base/file.h"
#include "cmd.h"
#include "log/key.h"
#include "wire/nl.h"

#define PEM_MAX (64 << 10)

static int take_key(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	const struct nlattr *bytes = attrs[RVM_A_WITNESS_KEY];
	struct first_key *key = data;

	if (!bytes || nla_len(bytes) != sizeof(key->bytes) || !attrs[RVM_A_WITNESS_LOG])
		return err_make(err, EXIT_REFUSED, "the module's answer has no key");
	memcpy(key->bytes, nla_data(bytes), sizeof(key->bytes));
	key->log = nlc_u64(attrs[RVM_A_WITNESS_LOG]);
	/* It is in the message's buffer too. */
	explicit_bzero(nla_data(bytes), sizeof(key->bytes));
	return 0;
}

/* Whoever ends it once the module has answered loses the key. */
static void hold_signals(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int ask(char text[KEY_TEXT_BYTES + 1], uint64_t *log, struct err *err)
{
	auto_nlc struct nlc *nlc = NULL;
	struct first_key key = { 0 };
	int ret;

	hold_signals();
	ret = nlc_open(&nlc, err) ?
		      -1 :
		      nlc_call(nlc, nlc_request(nlc, RVM_CMD_WITNESS_KEY, 0), take_key, &key, err);
	if (!ret)
		key_write(&key, text);
	*log = key.log;
	explicit_bzero(&key, sizeof(key));
	return ret ? err_wrap(err, "witness key") : 0;
}

static int take_to_file(const char *path, uint64_t *log, struct err *err)
{
	auto_new_file struct new_file file = { .dir = -1, .fd = -1 };
	char text[KEY_TEXT_BYTES + 1];
	int ret;

	if (file_new(&file, path, KEY_TEXT_BYTES, err) || ask(text, log, err))
		return -1;
	ret = file_new_finish(&file, text, KEY_TEXT_BYTES, err);
	explicit_bzero(text, sizeof(text));
	return ret;
}

static int take_to_envelope(struct evp_pkey_st *to, const char *path, uint64_t *log,
			    struct err *err)
{
	auto_new_file struct new_file file = { .dir = -1, .fd = -1 };
	char text[KEY_TEXT_BYTES + 1] = "";
	unsigned char closed[ENVELOPE_MAX];
	size_t len;

	/* As long as the key will be. */
	len = envelope_close(to, text, KEY_TEXT_BYTES, closed, err);
	if (!len || file_new(&file, path, len, err) || ask(text, log, err))
		return -1;
	len = envelope_close(to, text, KEY_TEXT_BYTES, closed, err);
	explicit_bzero(text, sizeof(text));
	return len ? file_new_finish(&file, (const char *)closed, len, err) : -1;
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static int read_public(const char *path, struct evp_pkey_st **key, struct err *err)
{
	auto_free char *pem = NULL;
	struct stat st;
	size_t len;

	if (file_read(path, PEM_MAX, &pem, &len, &st, NULL, err))
		return -1;
	*key = envelope_key(pem, len, path, err);
	return *key ? 0 : -1;
}

static int refuse_there(const char *path, struct err *err)
{
	auto_envelope_key struct evp_pkey_st *key = NULL;
	struct err none = { 0 };
	bool public = !read_public(path, &key, &none);

	err_clear(&none);
	err_make(err, EXIT_USAGE, "%s: is there already", path);
	return err_hint(err, public ? "it is a public key: say with -o where the key encrypted "
				      "for it is to go" :
				      "name a new file");
}

static int witness_key(struct ctx *ctx, const struct args *args)
{
	const char *to = args_str(args, "--to"), *out = args_str(args, "-o");
	auto_envelope_key struct evp_pkey_st *public = NULL;
	uint64_t log = 0;

	if (out && read_public(to, &public, &ctx->err))
		return -1;
	if (!out && is_there(to))
		return refuse_there(to, &ctx->err);
	if (out ? take_to_envelope(public, out, &log, &ctx->err) :
		  take_to_file(to, &log, &ctx->err))
		return -1;
	out_line(ctx->out, "%s: the first key of log %016llx%s; take it off this machine",
		 out ? out : to, (unsigned long long)log, out ? ", encrypted" : "");
	return EXIT_DONE;
}

static const struct arg key_args[] = {
	{ "--to", ARG_FILE, ARG_REQUIRED, "FILE", "a new file, or with -o a public key (RSA, PEM)",
	  NULL },
	{ "-o", ARG_FILE, 0, "OUT", "a new file for the key, encrypted for that public key", NULL },
	{},
};

const struct cmd key_cmds[] = {
	{ "witness", "key", witness_key, key_args,
	  "take the first signing key of the log: once, and before there is a partition", 0 },
	{},
};
