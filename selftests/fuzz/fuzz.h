/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by a fuzz target and its driver. */
#ifndef RVM_FUZZ_H
#define RVM_FUZZ_H

#include <linux/types.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One input; returns 0.  An error ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Strings that the target's grammar is made of; driver.c puts inputs together from them. */
extern const char *const fuzz_words[];

#define FUZZ_CHECK(cond)                                                           \
	do {                                                                       \
		if (!(cond)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                   \
		}                                                                  \
	} while (0)

/* A copy that ends where its memory ends, so that reading past it is found. */
static inline char *fuzz_exact(const void *data, size_t size)
{
	char *copy = malloc(size ? size : 1);

	FUZZ_CHECK(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

/* Bytes up to the first 0xff, which is in no sensible text; the rest stays in @data. */
static inline char *fuzz_part(const uint8_t **data, size_t *size, size_t *len)
{
	const uint8_t *end = memchr(*data, 0xff, *size);
	char *part;

	*len = end ? (size_t)(end - *data) : *size;
	part = fuzz_exact(*data, *len);
	*data += *len + !!end;
	*size -= *len + !!end;
	return part;
}

#endif
