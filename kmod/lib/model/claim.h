/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's claim check: default deny, the first claim that fits allows. */
#ifndef RVM_LIB_CLAIM_H
#define RVM_LIB_CLAIM_H

#include <linux/types.h>

/**
 * struct rvm_claim - one claim; strings are the caller's, not terminated
 */
struct rvm_claim {
	/** @capability: A dotted name, "*" or "prefix.*". */
	const char *capability;
	/** @cap_len: Bytes at @capability. */
	size_t cap_len;
	/** @resource: A name, "*" or "prefix/\*"; ignored unless @has_resource. */
	const char *resource;
	/** @res_len: Bytes at @resource. */
	size_t res_len;
	/** @has_resource: False if it is missing or null; the claim then fits every request. */
	bool has_resource;
	/** @expires_at: Unix seconds; expired from this second on, so 0 always is. */
	s64 expires_at;
};

/**
 * enum rvm_claim_verdict - outcome of a claim check
 * @RVM_CLAIM_ALLOW: a claim fits
 * @RVM_CLAIM_NO_CLAIMS: denied, the list is empty
 * @RVM_CLAIM_NO_MATCH: denied, no claim fits or all that fit have expired
 */
enum rvm_claim_verdict {
	RVM_CLAIM_ALLOW,
	RVM_CLAIM_NO_CLAIMS,
	RVM_CLAIM_NO_MATCH,
};

/**
 * rvm_claim_check() - judge a request against a list of claims
 * @claims: the claims, in order
 * @n: number of claims
 * @cap: the capability asked for, a plain name even where it looks like a pattern
 * @len: bytes at @cap
 * @res: the resource asked for, NULL if the request has none
 * @rlen: bytes at @res
 * @now: unix seconds
 * @which: filled with the index of the claim that allows; may be NULL; not
 *         touched when denied
 *
 * Capability and resource must fit in the same claim.
 *
 * Context: Any; linear in the bytes of the claims.
 * Return: The verdict.
 */
enum rvm_claim_verdict rvm_claim_check(const struct rvm_claim *claims, size_t n, const char *cap,
				       size_t len, const char *res, size_t rlen, s64 now,
				       size_t *which);

/**
 * rvm_claim_reason() - why a claim check denied
 * @verdict: the verdict
 *
 * Context: Any.
 * Return: RVM's own sentence, or NULL if @verdict allows.
 */
const char *rvm_claim_reason(enum rvm_claim_verdict verdict);

/**
 * rvm_capability_covers() - check a capability against the one granted
 * @rule: the capability granted: exact, "*", or "prefix.*"
 * @rule_len: bytes at @rule
 * @cap: the capability asked for
 * @len: bytes at @cap
 *
 * "P.*" covers what starts with "P.", "P." itself included, but not "P".
 *
 * Context: Any.
 * Return: True if @rule covers @cap.
 */
bool rvm_capability_covers(const char *rule, size_t rule_len, const char *cap, size_t len);

/**
 * rvm_name_covers() - check a resource name against the one granted
 * @rule: the resource granted: exact, "*", or "prefix/\*"
 * @rule_len: bytes at @rule
 * @name: the name asked for, NULL if there is none: then nothing covers it
 * @len: bytes at @name
 *
 * "P/\*" covers what starts with "P/", "P/" itself included, but not "P".
 * Names are not normalised: "a/\*" covers "a/../b".
 *
 * Context: Any.
 * Return: True if @rule covers @name.
 */
bool rvm_name_covers(const char *rule, size_t rule_len, const char *name, size_t len);

#endif
