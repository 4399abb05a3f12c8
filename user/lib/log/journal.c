// SPDX-License-Identifier: GPL-2.0-only
/* Records in the system's journal. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "lib/log/record.h"
#include "lib/model/text.h"
#include "limits.h"
#include "log/detail.h"
#include "log/journal.h"

/* Of a line with all of its values once more. */
#define MESSAGE_BYTES (4 * RVM_DETAIL_BYTES)

/* As in syslog. */
enum priority { PRIORITY_ERROR = 3, PRIORITY_WARNING, PRIORITY_NOTICE };

/**
 * struct kind - of records that are told
 */
struct kind {
	uint8_t kind;
	enum priority priority;
	const char *what;
	/* Random once; stays for ever. */
	const char *id;
};

static const struct kind kinds[] = {
	{ RVM_KIND_PROOF_REJECTED, PRIORITY_WARNING, "denied", "e315122dd14247d699c2f94c446827aa" },
	{ RVM_KIND_LOG_GAP, PRIORITY_ERROR, "records lost", "c059c6671b6e4d639388b5cd2b4600f7" },
	{ RVM_KIND_MODE_CHANGE, PRIORITY_NOTICE, "mode changed",
	  "9839bb7b2a8146aba921b1e15c5adc47" },
	{ RVM_KIND_HOOK_STATE, PRIORITY_NOTICE, "hooks changed",
	  "927431a492ec4ba59e0312f7905334c3" },
	{ RVM_KIND_RECORDER, PRIORITY_NOTICE, "recorder", "f23e93f22879429baf2e295113a3d55b" },
};

static const struct kind *kind_of(uint8_t number)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == number)
			return &kinds[i];
	return NULL;
}

struct message {
	size_t len;
	char data[MESSAGE_BYTES];
};

/* A value that does not fit is left out: a datagram with half a field is none. */
static void put_value(struct message *m, const char *name, const char *value, size_t len)
{
	size_t name_len = strlen(name);
	uint64_t bytes = len;

	if (m->len + name_len + len + sizeof(bytes) + 2 > sizeof(m->data))
		return;
	memcpy(m->data + m->len, name, name_len);
	m->len += name_len;
	if (memchr(value, '\n', len)) {
		/* Little-endian length, then the bytes. */
		m->data[m->len++] = '\n';
		for (size_t i = 0; i < sizeof(bytes); i++)
			m->data[m->len++] = bytes >> 8 * i;
	} else {
		m->data[m->len++] = '=';
	}
	memcpy(m->data + m->len, value, len);
	m->len += len;
	m->data[m->len++] = '\n';
}

static void put_text(struct message *m, const char *name, const char *value)
{
	if (value)
		put_value(m, name, value, strlen(value));
}

static void put_number(struct message *m, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	put_text(m, name, text);
}

static void put_judged(struct message *m, const struct rvm_record *rec, const struct detail *d)
{
	put_text(m, "RVM_REASON", rvm_reason_text(rec->payload[0]));
	put_text(m, "RVM_CLASS", rvm_class_name(rec->payload[2]));
	put_text(m, "RVM_OPERATION", rvm_op_name(rec->payload[3]));
	put_text(m, "RVM_ALLOWED", rec->flags & RVM_RECORD_F_PERMISSIVE ? "1" : "0");
	put_text(m, "RVM_OBJECT",
		 d->path ? d->path :
		 d->argv ? d->argv :
		 d->addr ? d->addr :
			   d->name);
	put_text(m, "RVM_COMM", d->comm);
	put_text(m, "RVM_PID", d->pid);
}

/* The line is one line as it is, whatever is in it. */
static void fill(struct message *m, const struct kind *kind, const struct rvm_record *rec,
		 const char *line)
{
	auto_free char *text = NULL;
	struct detail d = { 0 };
	char number[8];

	if (asprintf(&text, "%s: partition %" PRIu32 "%s%s", kind->what, rec->actor,
		     *line ? ": " : "", line) < 0)
		text = NULL;
	put_text(m, "MESSAGE", text ? text : kind->what);
	put_text(m, "MESSAGE_ID", kind->id);
	put_number(m, "PRIORITY", kind->priority);
	put_text(m, "SYSLOG_IDENTIFIER", "rvm");
	put_number(m, "RVM_SEQUENCE", rec->sequence);
	snprintf(number, sizeof(number), "%02x", rec->kind);
	put_text(m, "RVM_KIND", number);
	put_number(m, "RVM_PARTITION", rec->actor);
	put_number(m, "RVM_TARGET", rec->target);
	put_number(m, "RVM_TIME_NS", rec->timestamp_ns);
	detail_parse(&d, line);
	if (rec->kind == RVM_KIND_PROOF_REJECTED)
		put_judged(m, rec, &d);
	detail_free(&d);
}

int journal_open(struct journal *journal, const char *path)
{
	*journal = (struct journal){ .path = path };
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return journal->fd < 0 ? errno : 0;
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
}

/* By name each time: a journal that was started again has another socket. */
static bool send_now(const struct journal *journal, const struct message *m)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(journal->path) >= sizeof(to.sun_path))
		return false;
	memcpy(to.sun_path, journal->path, strlen(journal->path));
	return sendto(journal->fd, m->data, m->len, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (struct sockaddr *)&to, sizeof(to)) == (ssize_t)m->len;
}

void journal_tell(struct journal *journal, const uint8_t *raw, const char *line, size_t len)
{
	const struct kind *kind = kind_of(raw[16]);
	char text[RVM_DETAIL_BYTES] = "";
	struct message m = { 0 };
	struct rvm_record rec;

	if (!kind)
		return;
	if (line)
		memcpy(text, line, len < sizeof(text) ? len : sizeof(text) - 1);
	rvm_record_decode(&rec, raw);
	fill(&m, kind, &rec, text);
	if (send_now(journal, &m))
		journal->sent++;
	else
		journal->unsent++;
}
