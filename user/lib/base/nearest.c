// SPDX-License-Identifier: GPL-2.0-only
/* Words that were typed wrongly. */
#include <string.h>

#include "base/nearest.h"

/* Longer words are not compared. */
#define LETTERS_MAX 64
#define SHORT_LETTERS 5

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to put in, leave out, change or swap to get from one to the other. */
static unsigned int distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	/* Rows of the last letters of @a; the oldest for letters that changed places. */
	unsigned int row[3][LETTERS_MAX + 1];

	for (size_t k = 0; k <= b_len; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned int *now = row[i % 3], *last = row[(i + 2) % 3],
			     *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= b_len; k++) {
			now[k] = smaller(smaller(now[k - 1], last[k]) + 1,
					 last[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				now[k] = smaller(now[k], before[k - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

const char *nearest(const char *word, size_t len, const char *const *list)
{
	unsigned int least = len > SHORT_LETTERS ? 3 : 2;
	const char *best = NULL;

	/* Of one letter every other is one letter away. */
	if (len < 2 || len > LETTERS_MAX)
		return NULL;
	for (; *list; list++) {
		size_t other = strlen(*list);
		unsigned int far;

		if (other < 2 || other > LETTERS_MAX)
			continue;
		far = distance(word, len, *list, other);
		if (far < least) {
			least = far;
			best = *list;
		}
	}
	return best;
}
