// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saves files as editors do.
 *
 *   save N
 *
 * For each of N names in the current directory: write a new file, and rename it over
 * the old one.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_text(const char *name, int number)
{
	char text[2048];
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644), failed;

	if (fd < 0)
		return -1;
	memset(text, 'a' + number % 26, sizeof(text));
	failed = write(fd, text, sizeof(text)) != sizeof(text) || fsync(fd);
	return close(fd) || failed ? -1 : 0;
}

static int save(int number)
{
	char name[32], temporary[40];

	snprintf(name, sizeof(name), "note%d.txt", number);
	snprintf(temporary, sizeof(temporary), "%s.part", name);
	return write_text(temporary, number) || rename(temporary, name) ? -1 : 0;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;

	for (int i = 0; i < n; i++) {
		if (save(i)) {
			perror("save");
			return 1;
		}
	}
	return 0;
}
