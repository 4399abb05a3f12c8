/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_HOOK_H
#define RVMCTL_HOOK_H

#include <stdbool.h>

#include "hook/bpf.h"
#include "wire/nl.h"

/**
 * struct hooks - which hooks the module holds
 */
struct hooks {
	/** @held: By their place in bpf_hooks(). */
	bool *held;
	/** @attached: Of those held, likewise; others are attached when they are needed. */
	bool *attached;
	/** @waiting: How many are held and not attached. */
	size_t waiting;
	/** @n: How many it holds, also ones that this tool does not know. */
	size_t n;
	/** @missing: Of those that it must have, in this kernel. */
	size_t missing;
	/** @first: One of those missing, or NULL. */
	const struct bpf_hook *first;
};

/* Ask the module.  hooks_free() in any case. */
int hooks_get(struct nlc *nlc, struct hooks *hooks, struct err *err);
void hooks_free(struct hooks *hooks);
#define auto_hooks __attribute__((cleanup(hooks_free)))

/* Error, EXIT_UNAVAILABLE, if one that it must have is missing. */
int hooks_require(const struct hooks *hooks, struct err *err);

#endif
