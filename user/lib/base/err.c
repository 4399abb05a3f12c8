// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <string.h>

#define ERR_DEFINES
#include "base/err.h"
#include "base/escape.h"
#include "base/out.h"

int err_make(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err->code)
		return -1;
	err->code = code;
	va_start(ap, fmt);
	err->text = vformat(fmt, ap);
	va_end(ap);
	return -1;
}

int err_errno(struct err *err, int errnum, const char *fmt, ...)
{
	auto_free char *what = NULL;
	va_list ap;

	if (err->code)
		return -1;
	va_start(ap, fmt);
	what = vformat(fmt, ap);
	va_end(ap);
	return err_make(err, EXIT_REFUSED, "%s: %s", what ? what : "", strerror(errnum));
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (err->hint)
		return -1;
	va_start(ap, fmt);
	err->hint = vformat(fmt, ap);
	va_end(ap);
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	auto_free char *context = NULL;
	char *both = NULL;
	va_list ap;

	va_start(ap, fmt);
	context = vformat(fmt, ap);
	va_end(ap);
	if (context)
		both = format("%s: %s", context, err->text ? err->text : "failed");
	if (both) {
		free(err->text);
		err->text = both;
	}
	return -1;
}

void err_clear(struct err *err)
{
	free(err->text);
	free(err->hint);
	*err = (struct err){ 0 };
}

void err_print(const struct err *err)
{
	const char *text = err->text ? err->text : "failed, and out of memory to say why";
	auto_free char *safe = escape_text(text, strlen(text));
	auto_free char *hint = err->hint ? escape_text(err->hint, strlen(err->hint)) : NULL;

	fprintf(stderr, "%srvmctl:%s %s%s%s\n", out_sgr(stderr, OUT_BAD),
		out_sgr(stderr, OUT_PLAIN), safe ? safe : "failed", hint ? "; " : "",
		hint ? hint : "");
}

static bool muted;

void warn_mute(bool mute)
{
	muted = mute;
}

void warn_line(const char *fmt, ...)
{
	auto_free char *text = NULL;
	auto_free char *safe = NULL;
	va_list ap;

	if (muted)
		return;
	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	if (text)
		safe = escape_text(text, strlen(text));
	/* Behind what was said before, also where both go into one file. */
	fflush(stdout);
	if (safe)
		fprintf(stderr, "%srvmctl: warning:%s %s\n", out_sgr(stderr, OUT_WARN),
			out_sgr(stderr, OUT_PLAIN), safe);
}
