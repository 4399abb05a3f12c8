// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feeds a target without libFuzzer: files that are named, else inputs made from
 * random bytes and the target's words, the same in each run.
 *
 *	glob_fuzz [-n COUNT] [-s SEED] [FILE...]
 */
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX 8192

static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static size_t count_words(void)
{
	size_t n = 0;

	while (fuzz_words[n])
		n++;
	return n;
}

static size_t add_piece(uint8_t *input, size_t size, size_t words)
{
	uint64_t pick = next_random();
	const char *word = fuzz_words[(pick >> 16) % words];
	size_t len = strlen(word);

	/* Now and then a byte that does not belong there. */
	if (pick % 16 == 0) {
		input[size] = pick >> 8;
		return size + 1;
	}
	if (pick % 16 == 1) {
		input[size] = 0xff;
		return size + 1;
	}
	memcpy(input + size, word, len);
	return size + len;
}

static size_t make_input(uint8_t *input, size_t words)
{
	size_t size = 0, pieces = next_random() % 24, i;

	/* One input in eight is pure noise, one in 64 is long. */
	if (next_random() % 8 == 0) {
		size = next_random() % 512;
		for (i = 0; i < size; i++)
			input[i] = next_random() >> 24;
		return size;
	}
	if (next_random() % 64 == 0)
		pieces *= 32;
	while (pieces-- && size < INPUT_MAX - 64)
		size = add_piece(input, size, words);
	return size;
}

static int feed_file(const char *path)
{
	static uint8_t input[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(input, 1, sizeof(input), file);
	fclose(file);
	LLVMFuzzerTestOneInput(input, size);
	return 0;
}

int main(int argc, char **argv)
{
	static uint8_t input[INPUT_MAX];
	unsigned long count = 100000, seed = 1, i;
	size_t words = count_words(), size;
	int opt;

	while ((opt = getopt(argc, argv, "n:s:")) != -1) {
		if (opt == 'n')
			count = strtoul(optarg, NULL, 10);
		else if (opt == 's')
			seed = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind < argc) {
		for (; optind < argc; optind++)
			if (feed_file(argv[optind]))
				return 1;
		return 0;
	}
	for (i = 0; i < count; i++) {
		/* Each input depends only on its own number, so it can be run alone. */
		state = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
		next_random();
		size = make_input(input, words);
		LLVMFuzzerTestOneInput(input, size);
	}
	printf("%lu inputs\n", count);
	return 0;
}
