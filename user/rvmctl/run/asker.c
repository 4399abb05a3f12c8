// SPDX-License-Identifier: GPL-2.0-only
/* Looking at files as somebody else. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run/asker.h"

/* All that the module asks for. */
#define KEPT CAP_MAC_ADMIN

struct caps {
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

/* What is permitted stays, to come back to. */
static int set_caps(bool all)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct caps caps = { 0 };

	if (syscall(SYS_capget, &header, caps.data))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(caps.data); i++)
		caps.data[i].effective = all ? caps.data[i].permitted : 0;
	if (!all)
		caps.data[CAP_TO_INDEX(KEPT)].effective = CAP_TO_MASK(KEPT);
	return syscall(SYS_capset, &header, caps.data);
}

/* The calls say what was before, not whether it was done. */
static bool set_user(uid_t uid, gid_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
	errno = EPERM;
	return (gid_t)setfsgid(-1) == gid && (uid_t)setfsuid(-1) == uid;
}

int asker_become(const struct spawn *asker, struct err *err)
{
	if (!setgroups(asker->n_groups, asker->groups) && set_user(asker->uid, asker->gid) &&
	    !set_caps(false))
		return 0;
	err_errno(err, errno, "request: user %u", asker->uid);
	asker_leave();
	return -1;
}

void asker_leave(void)
{
	if (set_caps(true) || !set_user(0, 0) || setgroups(0, NULL))
		_exit(EXIT_REFUSED);
}
