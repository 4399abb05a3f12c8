// SPDX-License-Identifier: GPL-2.0-only
/* Detail lines in the form of audit messages. */
#include "lib/log/audit.h"
#include "unit.h"

static const char *text_of(const char *line)
{
	static char out[4096];

	memset(out, 'x', sizeof(out));
	rvm_audit_text(line, out);
	EXPECT(strlen(out) < RVM_AUDIT_BYTES(strlen(line)));
	return out;
}

static void what_is_ours_stays(void)
{
	EXPECT_STR(text_of(""), "");
	EXPECT_STR(text_of("op=open right=read pid=12"), "op=open right=read pid=12");
}

static void plain_values_are_in_quotes(void)
{
	EXPECT_STR(text_of("comm=\"cat\" path=\"/etc/shadow\""),
		   "comm=\"cat\" path=\"/etc/shadow\"");
	EXPECT_STR(text_of("path=\"\" pid=1"), "path=\"\" pid=1");
}

static void others_are_hexadecimal(void)
{
	EXPECT_STR(text_of("path=\"/a b\" pid=1"), "path=2F612062 pid=1");
	EXPECT_STR(text_of("path=\"/a\\x22b\""), "path=2F612262");
	EXPECT_STR(text_of("path=\"/a\\x0ab\""), "path=2F610A62");
	EXPECT_STR(text_of("path=\"\\xc3\\xa4\""), "path=C3A4");
	EXPECT_STR(text_of("comm=\"x res=1\""), "comm=78207265733D31");
	/* Escaped backslashes are bytes like others. */
	EXPECT_STR(text_of("path=\"/a\\x5cb\""), "path=\"/a\\b\"");
}

/* What the kernel never writes: nothing is read or written beyond it. */
static void cut_lines_end(void)
{
	EXPECT_STR(text_of("path=\"/a"), "path=\"/a\"");
	EXPECT_STR(text_of("path=\"/a b"), "path=2F612062");
	EXPECT_STR(text_of("path=\"\\x"), "path=\"\\x\"");
	EXPECT_STR(text_of("path=\""), "path=\"\"");
	EXPECT_STR(text_of("a\tb\x80"), "a?b?");
}

/* Of all bytes the value gives itself back, and none ends it. */
static void no_byte_gets_out(void)
{
	char line[32];
	int c;

	for (c = 1; c < 256; c++) {
		const char *out;

		snprintf(line, sizeof(line), "k=\"z\\x%02x=\"", c);
		out = text_of(line);
		EXPECT(!strpbrk(out, "\n "));
		EXPECT(out[2] == '"' ? out[4] == c && !strchr(out + 3, '"')[1] :
				       strlen(out) == 2 + 6);
	}
}

int main(void)
{
	RUN(what_is_ours_stays);
	RUN(plain_values_are_in_quotes);
	RUN(others_are_hexadecimal);
	RUN(cut_lines_end);
	RUN(no_byte_gets_out);
	return unit_done();
}
