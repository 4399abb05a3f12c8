// SPDX-License-Identifier: GPL-2.0-only
/* Remarks, joined to one text. */
#include <stdarg.h>
#include <string.h>

#include "base/format.h"
#include "base/note.h"

void note(char **notes, const char *fmt, ...)
{
	auto_free char *text = NULL;
	char *joined;
	va_list ap;

	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	if (!text || (*notes && strstr(*notes, text)))
		return;
	joined = format("%s%s%s", *notes ? *notes : "", *notes ? "; " : "", text);
	if (!joined)
		return;
	free(*notes);
	*notes = joined;
}
