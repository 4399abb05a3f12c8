/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_NL_H
#define RVMCTL_NL_H

#include <linux/rvm.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdint.h>

#include "base/err.h"

/* The only place that talks to the module. */

struct nlc;

/**
 * nlc_fn - called for each reply, or event
 * @attrs: top-level attributes by number, absent ones NULL; of the set of the command
 * @cmd: RVM_CMD_x of the message
 *
 * Return: 0 to go on; -1 to stop with an error made; 1 to stop.
 */
typedef int (*nlc_fn)(struct nlattr **attrs, int cmd, void *data, struct err *err);

/* Open the family.  No module is EXIT_UNAVAILABLE and says so. */
int nlc_open(struct nlc **nlc, struct err *err);
void nlc_close(struct nlc *nlc);
static inline void nlc_close_(struct nlc **nlc)
{
	nlc_close(*nlc);
}
#define auto_nlc __attribute__((cleanup(nlc_close_)))

/* A new request; NULL without memory.  @flags: NLM_F_DUMP or 0.  Fill with nla_put_x(). */
struct nl_msg *nlc_request(struct nlc *nlc, int cmd, int flags);
/* Give up a request that had no room for an attribute: nlc_call() then reports ENOMEM. */
void nlc_drop(struct nl_msg **msg);

/**
 * nlc_call() - send a request and take what comes back
 * @msg: consumed in any case; NULL means that there was no memory
 * @fn: called for each reply; may be NULL
 * @err: on refusal the text of the extended ACK, with the attribute's name; EXIT_REFUSED
 *
 * @fn gets a dump once it was read whole: what others changed meanwhile has it read again.
 *
 * Return: 0; -1 with @err, then nlc_errno() has the errno (positive) if the module refused; EINTR
 * if a list changed for seconds each time that it was read.
 */
int nlc_call(struct nlc *nlc, struct nl_msg *msg, nlc_fn fn, void *data, struct err *err);
int nlc_errno(const struct nlc *nlc);
/* Which top-level attribute of the request was refused, from 0; -1 if it was not said. */
int nlc_error_item(const struct nlc *nlc);

/* Events: join a group (RVM_MCGRP_x), then receive until @fn returns other than 0. */
int nlc_join(struct nlc *nlc, const char *group, struct err *err);
int nlc_listen(struct nlc *nlc, nlc_fn fn, void *data, struct err *err);
int nlc_fd(const struct nlc *nlc);

/* Readers that check the length; 0, NULL or an empty string if absent or short. */
uint32_t nlc_u32(const struct nlattr *a);
uint64_t nlc_u64(const struct nlattr *a);
int64_t nlc_s64(const struct nlattr *a);
const char *nlc_str(const struct nlattr *a);
/* Parse a nest into @attrs (max + 1 entries). */
int nlc_nest(struct nlattr **attrs, int max, struct nlattr *a);

#endif
