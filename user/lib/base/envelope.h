/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_ENVELOPE_H
#define RVM_ENVELOPE_H

#include <stddef.h>

#include "base/err.h"

/* Something short, encrypted for the owner of a public key. */

#define ENVELOPE_MAX 2048

struct evp_pkey_st;

/*
 * @name: of the file that @pem is from, for @err.  RSA of 2048 bits and more; free it by
 * envelope_free().  NULL with @err.
 */
struct evp_pkey_st *envelope_key(const char *pem, size_t len, const char *name, struct err *err);
/*
 * OAEP with SHA-256.  @out: of ENVELOPE_MAX bytes.  Return: how many it is, 0 with @err.
 */
size_t envelope_close(struct evp_pkey_st *key, const void *text, size_t len, unsigned char *out,
		      struct err *err);
void envelope_free(struct evp_pkey_st **key);
#define auto_envelope_key __attribute__((cleanup(envelope_free)))

#endif
