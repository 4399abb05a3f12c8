// SPDX-License-Identifier: GPL-2.0-only
/* Do the records of a log hold together? */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "log/chain_rvm.h"
#include "log/anchor.h"
#include "log/verify.h"

/**
 * struct state - a check under way
 */
struct state {
	const struct verify_how *how;
	struct verify_result *result;
	struct rvm_chain_verifier ours;
	struct rvm_chain_rvm rvm;
	/* Of our own format. */
	struct signer signer;
	/* The next length that an anchor is for. */
	uint64_t anchor;
};

static uint64_t length_of(const struct state *s)
{
	return s->how->rvm ? s->rvm.length : s->ours.chain.length;
}

static void take_head(struct state *s)
{
	struct verify_result *r = s->result;

	r->records = length_of(s);
	if (!s->how->rvm) {
		rvm_chain_head(&s->ours.chain, r->head);
		r->head_len = sizeof(r->head);
		return;
	}
	for (size_t i = 0; i < 8; i++)
		r->head[i] = s->rvm.value >> (56 - 8 * i);
	r->head_len = 8;
}

/* At the anchored length, or at the end. */
static void check_anchor(struct state *s, bool at_end)
{
	const struct verify_how *how = s->how;
	enum rvm_chain_error error = RVM_CHAIN_OK;

	if (!how->anchored)
		return;
	take_head(s);
	if (at_end && how->length != UINT64_MAX && s->result->records < how->length)
		error = RVM_CHAIN_TRUNCATED;
	else if (s->result->head_len != how->head_len ||
		 memcmp(s->result->head, how->head, how->head_len))
		error = RVM_CHAIN_HEAD;
	if (error)
		s->result->reason = rvm_chain_reason(error);
}

/* Of lines; a file is one log, whatever its number was. */
static void meet_anchors(struct state *s)
{
	uint8_t head[RVM_SHA256_DIGEST_BYTES];

	if (length_of(s) != s->anchor)
		return;
	rvm_chain_head(&s->ours.chain, head);
	anchors_see_head(s->how->anchors, 0, s->anchor, head);
	s->anchor = anchors_next(s->how->anchors, 0, s->anchor);
}

static enum rvm_chain_error check_ours(struct state *s, const uint8_t *raw)
{
	uint64_t sequence = s->ours.chain.length;
	enum rvm_chain_error error;
	const struct first_key *key;

	if (!sequence && s->how->keys) {
		/* The first record names the log. */
		key = keys_use(s->how->keys, rvm_le64_get(raw + 24));
		if (!key)
			return RVM_CHAIN_KEY;
		signer_begin(&s->signer, key);
		s->ours.key = &s->signer.key;
	}
	error = rvm_chain_verify_next(&s->ours, raw);
	if (!error)
		signer_pass(&s->signer, sequence, raw);
	return error;
}

static enum rvm_chain_error check_record(struct state *s, const uint8_t *raw)
{
	enum rvm_chain_error error;

	if (!s->how->rvm)
		return check_ours(s, raw);
	error = rvm_chain_rvm_verify_next(&s->rvm, raw);
	if (!error && s->how->signed_ && !rvm_record_signed(raw, RVM_SIGNER_HMAC, &s->how->key))
		error = RVM_CHAIN_MAC;
	return error;
}

static void mark_bad(struct state *s, uint64_t record, uint64_t found, const char *reason)
{
	s->result->reason = reason;
	s->result->at_record = true;
	s->result->sequence = record;
	s->result->found = found;
	s->result->offset = record * RVM_RECORD_BYTES;
}

static int check_records(struct state *s, struct log_reader *log, struct err *err)
{
	const struct verify_how *how = s->how;
	enum rvm_chain_error error;
	const uint8_t *raw;
	int ret = 0;

	while (!s->result->reason && log->next < how->stop) {
		uint64_t record = log->next;

		if (how->length == record)
			check_anchor(s, false);
		meet_anchors(s);
		if (s->result->reason)
			break;
		ret = log_next(log, &raw, err);
		if (ret <= 0)
			break;
		error = check_record(s, raw);
		if (error)
			mark_bad(s, record, rvm_le64_get(raw), rvm_chain_reason(error));
	}
	if (ret < 0)
		return -1;
	if (!s->result->reason && log->stray)
		mark_bad(s, log->next, log->next, "the log ends within this record");
	return 0;
}

int verify_log(const char *path, const struct verify_how *how, struct verify_result *result,
	       struct err *err)
{
	auto_log struct log_reader log;
	struct state s = { .how = how, .result = result };
	int ret;

	memset(result, 0, sizeof(*result));
	if (log_open(&log, path, err))
		return -1;
	if (log.first) {
		err_make(err, EXIT_REFUSED,
			 "%s: records 0 to %llu were overwritten; "
			 "the chain cannot be followed from its beginning",
			 path, (unsigned long long)(log.first - 1));
		return err_hint(err, "record the log with rvmctl witness record, and verify that");
	}
	rvm_chain_verifier_init(&s.ours, NULL);
	ret = check_records(&s, &log, err);
	if (!ret) {
		if (!result->reason && (how->length == UINT64_MAX || how->length >= length_of(&s)))
			check_anchor(&s, true);
		meet_anchors(&s);
		if (!result->reason)
			result->reason = anchors_judge(how->anchors, false, &result->notes);
		if (!result->reason && !length_of(&s))
			result->reason = rvm_chain_reason(RVM_CHAIN_EMPTY);
		take_head(&s);
	}
	signer_begin(&s.signer, NULL);
	return ret;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hex_key(const char *text, size_t n)
{
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++) {
		if (hex_digit(text[i]) < 0)
			return false;
	}
	return n == 64;
}

int verify_read_key(const char *path, struct rvm_hmac_key *key, struct err *err)
{
	auto_close int fd = -1;
	uint8_t bytes[32];
	struct stat st;
	char text[80];
	ssize_t n;

	fd = file_open(path, &st, err);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return err_errno(err, errno, "%s", path);
	if (n == sizeof(bytes)) {
		memcpy(bytes, text, sizeof(bytes));
	} else if (is_hex_key(text, n)) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]);
	} else {
		err_make(err, EXIT_USAGE, "%s: not a key", path);
		return err_hint(err, "a key is 32 bytes, or 64 hexadecimal digits");
	}
	rvm_hmac_key_init(key, bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, sizeof(text));
	return 0;
}
