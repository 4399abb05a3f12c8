/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_NOTE_H
#define RVM_NOTE_H

#include "base/auto.h"

/* Add a note; several are joined by "; ". */
void note(char **notes, const char *fmt, ...) PRINTF(2, 3);

#endif
