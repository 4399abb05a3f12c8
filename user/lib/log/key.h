/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_KEY_H
#define RVM_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "lib/log/ratchet.h"

/* First keys of logs, and what is signed with them and their successors. */

#define KEY_TEXT_BYTES 108

/* Ratchets that are tried to find the key of a record behind others that are not there. */
#define SIGNER_TRIES (1 << 24)

/**
 * struct first_key - what `rvmctl witness key` got
 */
struct first_key {
	/** @log: Id of its log. */
	uint64_t log;
	/** @bytes: The key. */
	uint8_t bytes[RVM_KEY_BYTES];
};

/* @text: filled, with a NUL. */
void key_write(const struct first_key *key, char text[KEY_TEXT_BYTES + 1]);
/*
 * Return: NULL; or why it is none, with @offset of the first byte that is not as it would be
 * written.
 */
const char *key_read(struct first_key *key, const char *text, size_t len, size_t *offset);

/**
 * struct key_given - one of them
 */
struct key_given {
	/** @first: The key. */
	struct first_key first;
	/** @path: Its file, for messages; the caller's. */
	const char *path;
	/** @used: Its log was found. */
	bool used;
};

/**
 * struct keys - some of them, for logs that are yet to be found
 */
struct keys {
	/** @at: Them. */
	struct key_given *at;
	/** @n: How many. */
	size_t n;
};

/* Adds one from a file; the path stays the caller's.  Return: 0, or -1 with @err. */
int keys_load(struct keys *keys, const char *path, struct err *err);
/* The key of a log, which is used from now on; NULL if there is none. */
const struct first_key *keys_use(struct keys *keys, uint64_t log);
/* The path of one that was not used; NULL if there is none. */
const char *keys_unused(const struct keys *keys);
/* Wipes them. */
void keys_free(struct keys *keys);
#define auto_keys __attribute__((cleanup(keys_free)))

/**
 * struct signer - who signed the records of a log, followed from its beginning
 */
struct signer {
	/** @on: There is a key. */
	bool on;
	/** @key: Of record @next, if that is known. */
	struct rvm_hmac_key key;
	/** @next: Records before this one were passed, or none was. */
	uint64_t next;
};

/* @key: NULL to check no signatures. */
void signer_begin(struct signer *signer, const struct first_key *key);
/*
 * Come to a record.  If some before it are not there, it is not known how many seals were
 * among them: the key is the next one that fits the record.  If none does, it stays.
 */
void signer_come(struct signer *signer, uint64_t sequence, const uint8_t *raw);
/* The record is good: after a seal the next key signs. */
void signer_pass(struct signer *signer, uint64_t sequence, const uint8_t *raw);

#endif
