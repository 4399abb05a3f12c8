// SPDX-License-Identifier: GPL-2.0-only
/* Records as messages to a journal, whose socket is the test's own. */
#include <errno.h>
#include <linux/rvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/log/record.h"
#include "log/journal.h"
#include "unit.h"

static char path[108];
static char data[1 << 16];
static size_t size;

static int listen_at(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, path, strlen(path));
	unlink(path);
	EXPECT(!bind(fd, (struct sockaddr *)&at, sizeof(at)));
	return fd;
}

static bool receive(int fd)
{
	ssize_t n = recv(fd, data, sizeof(data), 0);

	size = n < 0 ? 0 : n;
	return n > 0;
}

/* As a journal reads it: "NAME=text\n", or "NAME\n", a length of 8 bytes, and "bytes\n". */
static const char *field(const char *name)
{
	static char value[1 << 14];
	size_t at = 0, name_len = strlen(name);

	while (at < size) {
		char *eol = memchr(data + at, '\n', size - at);
		char *is = eol ? memchr(data + at, '=', eol - data - at) : NULL;
		size_t key = is ? is - data - at : eol ? eol - data - at : 0, begin, len = 0;
		bool match = key == name_len && !memcmp(data + at, name, key);
		int i;

		if (!eol)
			return "not terminated";
		begin = is ? at + key + 1 : at + key + 9;
		if (is)
			len = eol - is - 1;
		for (i = 7; !is && i >= 0; i--)
			len = len << 8 | (unsigned char)data[at + key + 1 + i];
		if (begin + len >= size || data[begin + len] != '\n')
			return "malformed";
		at = begin + len + 1;
		if (!match)
			continue;
		memcpy(value, data + begin, len);
		value[len] = '\0';
		return value;
	}
	return "";
}

static void tell(struct journal *journal, uint8_t kind, uint8_t flags, const char *line)
{
	struct rvm_record rec = { .sequence = 77,
				  .timestamp_ns = 5,
				  .kind = kind,
				  .flags = flags,
				  .actor = 9,
				  .target = 12,
				  .payload = { RVM_REASON_NO_TOKEN, RVM_RIGHT_READ, RVM_CLASS_PATH,
					       RVM_OP_OPEN } };
	uint8_t raw[RVM_RECORD_BYTES];

	rvm_record_encode(&rec, raw);
	journal_tell(journal, raw, line, line ? strlen(line) : 0);
}

static void a_denial_has_all_fields(void)
{
	int fd = listen_at();
	struct journal journal;

	EXPECT(!journal_open(&journal, path));
	tell(&journal, RVM_KIND_PROOF_REJECTED, RVM_RECORD_F_DETAIL,
	     "op=open right=read pid=41 uid=0 comm=\"cat\" path=\"/etc/shadow\"");
	EXPECT(receive(fd));
	EXPECT_STR(field("PRIORITY"), "4");
	EXPECT_STR(field("SYSLOG_IDENTIFIER"), "rvm");
	EXPECT_STR(field("RVM_SEQUENCE"), "77");
	EXPECT_STR(field("RVM_KIND"), "53");
	EXPECT_STR(field("RVM_PARTITION"), "9");
	EXPECT_STR(field("RVM_TARGET"), "12");
	EXPECT_STR(field("RVM_CLASS"), "path");
	EXPECT_STR(field("RVM_OPERATION"), "open");
	EXPECT_STR(field("RVM_OBJECT"), "/etc/shadow");
	EXPECT_STR(field("RVM_COMM"), "cat");
	EXPECT_STR(field("RVM_PID"), "41");
	EXPECT_STR(field("RVM_ALLOWED"), "0");
	EXPECT(strlen(field("RVM_REASON")) > 5);
	EXPECT_EQ(strlen(field("MESSAGE_ID")), 32);
	EXPECT(strstr(field("MESSAGE"), "denied: partition 9: op=open"));
	EXPECT_EQ(journal.sent, 1);
	journal_close(&journal);
	close(fd);
}

/* An agent chooses names: none of them makes a field, or ends one. */
static void names_make_no_fields(void)
{
	int fd = listen_at();
	struct journal journal;

	journal_open(&journal, path);
	tell(&journal, RVM_KIND_PROOF_REJECTED, RVM_RECORD_F_DETAIL,
	     "op=open pid=41 comm=\"a\\x0aPRIORITY=0\" path=\"/x\\x0aRVM_PARTITION=1\\x0a\"");
	EXPECT(receive(fd));
	EXPECT_STR(field("RVM_PARTITION"), "9");
	EXPECT_STR(field("PRIORITY"), "4");
	EXPECT_STR(field("RVM_OBJECT"), "/x\nRVM_PARTITION=1\n");
	EXPECT_STR(field("RVM_COMM"), "a\nPRIORITY=0");
	EXPECT(!strchr(field("MESSAGE"), '\n'));
	EXPECT_STR(field("NOTHING"), "");
	journal_close(&journal);
	close(fd);
}

static void others_are_not_told(void)
{
	static const uint8_t told[] = { RVM_KIND_LOG_GAP, RVM_KIND_MODE_CHANGE, RVM_KIND_HOOK_STATE,
					RVM_KIND_RECORDER };
	int fd = listen_at();
	struct journal journal;
	size_t i;

	journal_open(&journal, path);
	tell(&journal, RVM_KIND_PROOF_VERIFIED_P1, 0, NULL);
	tell(&journal, RVM_KIND_LOG_SEAL, 0, NULL);
	EXPECT(!receive(fd));
	for (i = 0; i < sizeof(told); i++) {
		tell(&journal, told[i], 0, NULL);
		EXPECT(receive(fd));
		EXPECT_STR(field("PRIORITY"), told[i] == RVM_KIND_LOG_GAP ? "3" : "5");
		EXPECT_STR(field("RVM_REASON"), "");
	}
	EXPECT_EQ(journal.sent, 4);
	EXPECT_EQ(journal.unsent, 0);
	journal_close(&journal);
	close(fd);
}

/* Not there, stopped, there again: it never waits, and what was not sent is counted. */
static void a_journal_that_does_not_read_stops_nobody(void)
{
	time_t begin = time(NULL);
	struct journal journal;
	int fd, i, got = 0;

	unlink(path);
	EXPECT(!journal_open(&journal, path));
	tell(&journal, RVM_KIND_LOG_GAP, 0, NULL);
	EXPECT_EQ(journal.unsent, 1);
	fd = listen_at();
	for (i = 0; i < 5000; i++)
		tell(&journal, RVM_KIND_LOG_GAP, 0, NULL);
	while (receive(fd))
		got++;
	EXPECT(got > 0 && got < 5000);
	EXPECT_EQ(journal.sent, got);
	EXPECT_EQ(journal.sent + journal.unsent, 5001);
	close(fd);
	fd = listen_at();
	tell(&journal, RVM_KIND_LOG_GAP, 0, NULL);
	EXPECT(receive(fd));
	EXPECT(time(NULL) - begin < 20);
	journal_close(&journal);
	close(fd);
}

int main(void)
{
	snprintf(path, sizeof(path), "/tmp/rvm-journal-%d", getpid());
	RUN(a_denial_has_all_fields);
	RUN(names_make_no_fields);
	RUN(others_are_not_told);
	RUN(a_journal_that_does_not_read_stops_nobody);
	unlink(path);
	return unit_done();
}
