/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_WORDS_H
#define RVMCTL_WORDS_H

#include <stdint.h>

#include "lib/model/text.h"
#include "base/out.h"

/* Masks of the specification in words: a list of JSON, in text joined by commas. */
void out_rights(struct out *o, const char *key, uint32_t rights);
void out_scope_flags(struct out *o, const char *key, uint32_t flags);
void out_partition_flags(struct out *o, const char *key, uint32_t flags);
void out_token_flags(struct out *o, const char *key, uint32_t flags);

#endif
