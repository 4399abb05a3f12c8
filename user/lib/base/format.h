/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_FORMAT_H
#define RVMCTL_FORMAT_H

#include <stdarg.h>

#include "base/auto.h"

/** format() - as asprintf().  Return: the text, to be free()d; NULL without memory */
char *format(const char *fmt, ...) PRINTF(1, 2);

/** vformat() - as vasprintf().  Return: the text, to be free()d; NULL without memory */
char *vformat(const char *fmt, va_list ap) PRINTF(1, 0);

#endif
