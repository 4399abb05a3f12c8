// SPDX-License-Identifier: GPL-2.0-only
/* A library that says that its code ran, when it is loaded. */
#include <unistd.h>

static void __attribute__((constructor)) run(void)
{
	static const char text[] = "RAN-FORBIDDEN\n";

	if (write(1, text, sizeof(text) - 1) < 0)
		_exit(1);
}
