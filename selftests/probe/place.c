// SPDX-License-Identifier: GPL-2.0-only
/* Where rows are tried, and why one cannot be tried here. */
#include <stdio.h>

#include "probe.h"

const char *dir;
pid_t outsider;
bool direct;

const char *in(bool ok, const char *name)
{
	static char text[4][256];
	static unsigned int next;
	char *p = text[next++ % 4];

	snprintf(p, sizeof(text[0]), "%s/%s/%s", dir, ok ? "ws" : "out", name);
	return p;
}

const char *in_pair(const char *name)
{
	static char text[2][256];
	static unsigned int next;
	char *p = text[next++ % 2];

	snprintf(p, sizeof(text[0]), "%s/pair/%s", dir, name);
	return p;
}

static const char *why_not;

int not_here(const char *why)
{
	why_not = why;
	return NOT_HERE;
}

const char *why_not_here(void)
{
	const char *why = why_not ? why_not : "not offered here";

	why_not = NULL;
	return why;
}
