/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_ESCAPE_H
#define RVM_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Copy of @len bytes with what could move a cursor as \n, \t, \NNN (octal); free() it. */
char *escape_text(const char *text, size_t len);
/* Likewise of JSON, with such characters as \uNNNN; free() it. */
char *escape_json(const char *text, size_t len);
bool is_utf8(const char *text, size_t len);

#endif
