/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NEED_H
#define _RVM_NEED_H

#include <linux/rvm.h>
#include <linux/types.h>

struct bpf_link;
struct file;

/**
 * DOC: hooks by need
 *
 * A hook costs every task of the host.  Some answer a question that is rarely asked:
 * the module holds their programs, and attaches them itself while they are needed.
 * What needs them is decided in partition/recheck.c.
 */

/**
 * rvm_need_of() - when is a hook attached
 * @hook: its name
 *
 * Return: RVM_NEED_ALWAYS for all hooks but a few.
 */
enum rvm_need rvm_need_of(const char *hook);

/**
 * rvm_need_give() - hold a program for such a hook
 * @hook: its name; rvm_need_of() is not RVM_NEED_ALWAYS
 * @program: open file of the program; the caller's reference goes over
 *
 * Context: may sleep.
 */
void rvm_need_give(const char *hook, struct file *program);

/** rvm_need_give_link() - likewise, but it is attached already and stays so */
void rvm_need_give_link(const char *hook, struct bpf_link *link);

/** rvm_need_take() - let go of what was given for @hook, and of its link; may sleep */
void rvm_need_take(const char *hook);

/**
 * rvm_need_expect() - are hooks attached at all
 * @expected: from now on, what is needed must be there
 *
 * Without any hook nothing is enforced, and nothing is missing.  Context: any.
 */
void rvm_need_expect(bool expected);

/**
 * rvm_need_attach() - attach the hooks of one kind
 * @need: not RVM_NEED_ALWAYS
 *
 * When it returns, whatever begins on any CPU comes through the hooks.  They stay
 * attached until rvm_need_detach().
 *
 * Context: may sleep, for some milliseconds and on a busy machine for seconds; not
 * under rvm_partitions_lock, which a stop needs.
 * Return: 0, also if no hook is attached at all; -ENOENT if the program of one is
 * missing; -EBUSY if the kernel did not let go of an older link in time; otherwise what
 * the kernel says, such as -ENOMEM.
 */
int rvm_need_attach(enum rvm_need need);

/**
 * rvm_need_detach() - let go of the hooks of one kind
 * @need: not RVM_NEED_ALWAYS
 *
 * Links that were given attached stay.
 *
 * Context: under whatever keeps others from beginning to need them; never waits.
 * Return: false if somebody is attaching them at this moment.
 */
bool rvm_need_detach(enum rvm_need need);

/**
 * rvm_need_is_met() - are the hooks of one kind attached
 * @need: not RVM_NEED_ALWAYS
 *
 * Context: never sleeps.  Under rvm_partitions_lock they stay so until it is released.
 * Return: true if so, also if no hook is attached at all.
 */
bool rvm_need_is_met(enum rvm_need need);

/** rvm_need_is_attached() - is this hook attached now; never sleeps */
bool rvm_need_is_attached(const char *hook);

/** rvm_need_init() - make the worker that attaches; -ENOMEM */
int rvm_need_init(void);
/** rvm_need_exit() - let go of all; nobody attaches any more */
void rvm_need_exit(void);

#endif /* _RVM_NEED_H */
