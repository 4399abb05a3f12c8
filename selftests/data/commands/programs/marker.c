// SPDX-License-Identifier: GPL-2.0-only
/* The program that no rule names: it says that it ran, whatever its arguments are. */
#include <unistd.h>

int main(void)
{
	static const char text[] = "RAN-FORBIDDEN\n";

	/* Its caller may read standard output or drop it, so it writes to both outputs. */
	return write(1, text, sizeof(text) - 1) < 0 || write(2, text, sizeof(text) - 1) < 0;
}
