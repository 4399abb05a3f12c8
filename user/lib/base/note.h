/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_NOTE_H
#define RVM_NOTE_H

#include "base/auto.h"

/**
 * note() - add a remark, unless it is there already
 * @notes: NULL at first; several remarks are joined by "; "; free() it
 *
 * Without memory the remark is lost.
 */
void note(char **notes, const char *fmt, ...) PRINTF(2, 3);

#endif
