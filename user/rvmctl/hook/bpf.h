/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_BPF_H
#define RVMCTL_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/rvm.h>

#include "base/err.h"

/* The programs that ask the module, and the hooks that they go on. */

enum hook_class {
	/* Without it nothing may run. */
	HOOK_REQUIRED,
	/* Required where the kernel has it; elsewhere the same is reached another way. */
	HOOK_IF_THERE,
	/* Only says more. */
	HOOK_MESSAGE,
};

/**
 * struct bpf_hook - a hook
 */
struct bpf_hook {
	/** @name: As in "lsm/NAME". */
	const char *name;
	/** @class: enum hook_class. */
	uint32_t class;
	/** @opens: What goes unjudged without it. */
	const char *opens;
	/** @need: enum rvm_need: when the module attaches it. */
	uint32_t need;
};

/* The hooks, @n of them. */
const struct bpf_hook *bpf_hooks(size_t *n);

/**
 * struct bpf_kernel - what the running kernel has
 */
struct bpf_kernel;
int bpf_kernel_open(struct bpf_kernel **kernel, struct err *err);
bool bpf_kernel_has(const struct bpf_kernel *kernel, const char *hook);
void bpf_kernel_close(struct bpf_kernel **kernel);
#define auto_kernel __attribute__((cleanup(bpf_kernel_close)))

/* BPF is one of the kernel's active security modules; if not, @err says what to do. */
int bpf_lsm_is_active(struct err *err);

/**
 * struct bpf_loaded - a program for its hook
 */
struct bpf_loaded {
	const char *name;
	uint32_t class;
	/** @fd: Of its link; of the program itself if it is not attached. */
	int fd;
	bool attached;
};

struct bpf_set;

/**
 * struct bpf_wish - which programs to load, and how
 */
struct bpf_wish {
	/** @held: Says of a hook that it needs no program. */
	bool (*held)(const char *hook, const void *data);
	/** @data: For @held. */
	const void *data;
	/** @always: Attach also those that are attached by need. */
	bool always;
	/** @verbose: Show all that libbpf says. */
	bool verbose;
};

/* Load the programs; attach them, but not those that the module attaches by need. */
int bpf_attach(struct bpf_set **set, const struct bpf_kernel *kernel, const struct bpf_wish *wish,
	       struct err *err);
const struct bpf_loaded *bpf_set_programs(const struct bpf_set *set, size_t *n);
void bpf_set_free(struct bpf_set **set);
#define auto_set __attribute__((cleanup(bpf_set_free)))

#endif
