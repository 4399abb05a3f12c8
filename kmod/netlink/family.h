/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NETLINK_H
#define _RVM_NETLINK_H

/** RVM_ABI - counts changes of the interface that old tools do not survive */
#define RVM_ABI 1
/** RVM_VERSION - of the module, for people */
#define RVM_VERSION "0.1.0"

/** rvm_netlink_init() - register the family; undone by rvm_netlink_exit() */
int rvm_netlink_init(void);
/** rvm_netlink_exit() - unregister it; open transactions are dropped */
void rvm_netlink_exit(void);

struct rvm_partition;

/** rvm_nl_partition_tell() - send the event that a partition was made or changed; may sleep */
void rvm_nl_partition_tell(const struct rvm_partition *part);

#endif /* _RVM_NETLINK_H */
