// SPDX-License-Identifier: GPL-2.0-only
/* Something short, encrypted for the owner of a public key. */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/envelope.h"

#define BITS_MIN 2048

struct evp_pkey_st *envelope_key(const char *pem, size_t len, const char *name, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	if (!key) {
		err_make(err, EXIT_USAGE, "%s: not a public key", name);
		err_hint(err, "openssl pkey -in PRIVATE -pubout makes one");
	} else if (EVP_PKEY_base_id(key) != EVP_PKEY_RSA) {
		err_make(err, EXIT_USAGE, "%s: a key of another kind than RSA", name);
		err_hint(err, "with X25519 and the like nothing can be encrypted directly: make a "
			      "key with openssl genrsa");
	} else if (EVP_PKEY_bits(key) < BITS_MIN || EVP_PKEY_size(key) > ENVELOPE_MAX) {
		err_make(err, EXIT_USAGE, "%s: a key of %d bits, not of %d to %d", name,
			 EVP_PKEY_bits(key), BITS_MIN, 8 * ENVELOPE_MAX);
	} else {
		return key;
	}
	EVP_PKEY_free(key);
	return NULL;
}

size_t envelope_close(struct evp_pkey_st *key, const void *text, size_t len, unsigned char *out,
		      struct err *err)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t size = ENVELOPE_MAX;
	bool good = ctx && EVP_PKEY_encrypt_init(ctx) > 0 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
		    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0 &&
		    EVP_PKEY_encrypt(ctx, out, &size, text, len) > 0;

	EVP_PKEY_CTX_free(ctx);
	if (good)
		return size;
	err_make(err, EXIT_REFUSED, "libcrypto cannot encrypt for this key");
	return 0;
}

void envelope_free(struct evp_pkey_st **key)
{
	EVP_PKEY_free(*key);
	*key = NULL;
}
