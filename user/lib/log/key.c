// SPDX-License-Identifier: GPL-2.0-only
/* First keys of logs, and what is signed with them and their successors. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "lib/log/record.h"
#include "log/chain_rvm.h"
#include "log/key.h"

/* All of the text; each ? is a hexadecimal digit. */
static const char form[] = "rvm-witness-key 1\n"
			   "log ????????????????\n"
			   "key ????????????????????????????????????????????????????????????????\n";

#define LOG_AT 22
#define KEY_AT 43

_Static_assert(sizeof(form) == KEY_TEXT_BYTES + 1, "KEY_TEXT_BYTES");

void key_write(const struct first_key *key, char text[KEY_TEXT_BYTES + 1])
{
	char *at = text + sprintf(text, "rvm-witness-key 1\nlog %016" PRIx64 "\nkey ", key->log);

	for (size_t i = 0; i < sizeof(key->bytes); i++)
		at += sprintf(at, "%02x", key->bytes[i]);
	memcpy(at, "\n", sizeof("\n"));
}

/* Capitals are none: there is one way to write it. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *judge(const char *text, size_t len, size_t *offset)
{
	size_t at;

	for (at = 0; at < len && at < KEY_TEXT_BYTES; at++) {
		if (form[at] == '?' ? digit(text[at]) < 0 : text[at] != form[at])
			break;
	}
	*offset = at;
	if (at == len && len == KEY_TEXT_BYTES)
		return NULL;
	if (at == KEY_TEXT_BYTES)
		return "something is behind the key";
	if (at == len)
		return "the key ends too early";
	return form[at] == '?' ? "not a hexadecimal digit, 0-9 and a-f" :
				 "not as a key is written by rvmctl witness key";
}

const char *key_read(struct first_key *key, const char *text, size_t len, size_t *offset)
{
	const char *reason = judge(text, len, offset);

	memset(key, 0, sizeof(*key));
	if (reason)
		return reason;
	for (size_t i = 0; i < 16; i++)
		key->log = key->log << 4 | digit(text[LOG_AT + i]);
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		key->bytes[i] = digit(text[KEY_AT + 2 * i]) << 4 | digit(text[KEY_AT + 2 * i + 1]);
	return NULL;
}

static int read_key(struct first_key *key, const char *path, struct err *err)
{
	auto_close int fd = -1;
	char text[KEY_TEXT_BYTES + 1];
	const char *reason;
	size_t offset;
	struct stat st;
	ssize_t n;

	fd = file_open(path, &st, err);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return err_errno(err, errno, "%s", path);
	reason = key_read(key, text, n, &offset);
	explicit_bzero(text, sizeof(text));
	if (!reason)
		return 0;
	err_make(err, EXIT_USAGE, "%s: byte %zu: %s", path, offset, reason);
	return err_hint(err, "rvmctl witness key makes such files");
}

int keys_load(struct keys *keys, const char *path, struct err *err)
{
	struct first_key key;
	/* Not by realloc(), which would leave a copy. */
	void *more = calloc(keys->n + 1, sizeof(*keys->at));

	if (!more)
		return err_errno(err, ENOMEM, "%s", path);
	if (read_key(&key, path, err)) {
		free(more);
		return -1;
	}
	if (keys->n) {
		memcpy(more, keys->at, keys->n * sizeof(*keys->at));
		explicit_bzero(keys->at, keys->n * sizeof(*keys->at));
	}
	free(keys->at);
	keys->at = more;
	keys->at[keys->n].first = key;
	keys->at[keys->n++].path = path;
	explicit_bzero(&key, sizeof(key));
	return 0;
}

const struct first_key *keys_use(struct keys *keys, uint64_t log)
{
	for (size_t i = 0; i < keys->n; i++) {
		if (keys->at[i].first.log != log)
			continue;
		keys->at[i].used = true;
		return &keys->at[i].first;
	}
	return NULL;
}

const char *keys_unused(const struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		if (!keys->at[i].used)
			return keys->at[i].path;
	}
	return NULL;
}

void keys_free(struct keys *keys)
{
	if (keys->n)
		explicit_bzero(keys->at, keys->n * sizeof(*keys->at));
	free(keys->at);
	*keys = (struct keys){ 0 };
}

void signer_begin(struct signer *signer, const struct first_key *key)
{
	rvm_hmac_key_wipe(&signer->key);
	signer->on = key;
	signer->next = 0;
	if (key)
		rvm_hmac_key_init(&signer->key, key->bytes, sizeof(key->bytes));
}

/* A seal is a record itself: there were not more of them than records. */
void signer_come(struct signer *signer, uint64_t sequence, const uint8_t *raw)
{
	uint64_t tries = sequence - signer->next;
	struct rvm_hmac_key key = signer->key;

	if (!signer->on || sequence <= signer->next)
		return;
	if (tries > SIGNER_TRIES)
		tries = SIGNER_TRIES;
	while (!rvm_record_signed(raw, RVM_SIGNER_HMAC, &key) && tries--)
		rvm_key_ratchet(&key);
	if (rvm_record_signed(raw, RVM_SIGNER_HMAC, &key))
		signer->key = key;
	signer->next = sequence;
	rvm_hmac_key_wipe(&key);
}

void signer_pass(struct signer *signer, uint64_t sequence, const uint8_t *raw)
{
	if (!signer->on)
		return;
	signer->next = sequence + 1;
	if (raw[16] == RVM_KIND_LOG_SEAL)
		rvm_key_ratchet(&signer->key);
}
