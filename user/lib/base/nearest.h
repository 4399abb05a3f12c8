/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_NEAREST_H
#define RVM_NEAREST_H

#include <stddef.h>

/**
 * nearest() - the word that was probably meant
 * @word: as typed, not terminated
 * @len: bytes of it
 * @list: words, ended by NULL
 *
 * One letter too many, too few, another, or two that changed places; in words of more than
 * five letters twice.
 *
 * Return: the first that is nearest, NULL if none is near.
 */
const char *nearest(const char *word, size_t len, const char *const *list);

#endif
