/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_LANDLOCK_H
#define BENCH_LANDLOCK_H

/*
 * All rights of the sixth version of Landlock, that of 6.12.  The seventh and the eighth
 * add none.
 */
#include <linux/landlock.h>

#define LANDLOCK_VERSIONS 8
#define LANDLOCK_ALL_FS ((LANDLOCK_ACCESS_FS_IOCTL_DEV << 1) - 1)
#define LANDLOCK_ALL_NET (LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP)
#define LANDLOCK_ALL_SCOPES (LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL)
#define LANDLOCK_ALL                                    \
	((struct landlock_ruleset_attr){                \
		.handled_access_fs = LANDLOCK_ALL_FS,   \
		.handled_access_net = LANDLOCK_ALL_NET, \
		.scoped = LANDLOCK_ALL_SCOPES,          \
	})

#endif
