// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rights that operations take.  The tables list operations whose code has been read;
 * any other takes all seven rights.
 */
#include <linux/bits.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <asm/ioctls.h>
#include <asm/termbits.h>

#include "lib/model/verb.h"

#define REGULAR BIT(RVM_OBJECT_FILE)
#define NAMED (BIT(RVM_OBJECT_FILE) | BIT(RVM_OBJECT_FOLDER))
#define TERMINAL BIT(RVM_OBJECT_TERMINAL)
#define MASTER BIT(RVM_OBJECT_MASTER)
#define SOCKET BIT(RVM_OBJECT_SOCKET)
#define EVENT BIT(RVM_OBJECT_EVENT)
#define PROCESS BIT(RVM_OBJECT_PROCESS)
#define SPACE BIT(RVM_OBJECT_SPACE)
#define EVERY (~0u)

#define NOTHING RVM_DEMAND_NOTHING
#define TO_READ RVM_DEMAND_READ
#define TO_WRITE RVM_DEMAND_WRITE
#define OWNER RVM_DEMAND_OWNER
#define OWN_PROCESS RVM_DEMAND_PROCESS
#define QUIET RVM_DEMAND_QUIET

/* Newer than the oldest headers, or only in the kernel's own. */
#ifndef FS_IOC_GETFSUUID
#define FS_IOC_GETFSUUID _IOR(0x15, 0, char[17])
#define FS_IOC_GETFSSYSFSPATH _IOR(0x15, 1, char[129])
#endif
#ifndef PROCMAP_QUERY
#define PROCMAP_QUERY _IOWR('f', 17, char[104])
#endif
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY (F_LINUX_SPECIFIC_BASE + 3)
#endif
#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY (F_LINUX_SPECIFIC_BASE + 4)
#endif
#ifndef FASYNC
#define FASYNC 00020000
#endif
#define EPOLL_SET_PARAMS _IOW(0x8a, 1, char[8])
#define EPOLL_GET_PARAMS _IOR(0x8a, 2, char[8])
#define PIDFD(nr) _IO(0xff, nr)
#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif
/* Lock commands of 32-bit callers. */
#define F_GETLK_32 12
#define F_SETLK_32 13
#define F_SETLKW_32 14

struct row {
	/* The kinds of objects that the row holds for. */
	u32 objects;
	u32 cmd;
	enum rvm_demand demand;
};

/* clang-format off */

/* ioctl(2): objects, command, what it takes. */
static const struct row ioctls[] = {
	/* About the descriptor itself, or what a look at the object tells as well. */
	{ EVERY, FIOCLEX, NOTHING },
	{ EVERY, FIONCLEX, NOTHING },
	{ EVERY, FIONBIO, NOTHING },
	{ EVERY, FIONREAD, NOTHING },
	{ EVERY, FIOQSIZE, NOTHING },
	{ EVERY, FIOASYNC, OWNER },
	{ EVERY, TCGETS, NOTHING },
	{ EVERY, TCGETS2, NOTHING },
	{ EVERY, TCGETA, NOTHING },
	{ EVERY, TIOCGWINSZ, NOTHING },
	{ EVERY, TIOCGPGRP, NOTHING },
	{ EVERY, FIGETBSZ, NOTHING },
	{ EVERY, FS_IOC_GETFLAGS, NOTHING },
	{ EVERY, FS_IOC32_GETFLAGS, NOTHING },
	{ EVERY, FS_IOC_GETVERSION, NOTHING },
	{ EVERY, FS_IOC32_GETVERSION, NOTHING },
	{ NAMED, FS_IOC_FSGETXATTR, NOTHING },
	{ NAMED, FS_IOC_GETFSLABEL, NOTHING },
	{ NAMED, FS_IOC_GETFSUUID, NOTHING },
	{ NAMED, FS_IOC_GETFSSYSFSPATH, NOTHING },
	/* Asked by programs to find out whether it is a disk. */
	{ REGULAR, BLKGETSIZE, NOTHING },
	{ REGULAR, BLKGETSIZE64, NOTHING },
	{ REGULAR, BLKSSZGET, NOTHING },
	{ REGULAR, BLKPBSZGET, NOTHING },
	{ REGULAR, BLKROGET, NOTHING },
	/* Where on the disk the content lies. */
	{ NAMED, FS_IOC_FIEMAP, TO_READ },
	/* A query on /proc/PID/maps. */
	{ REGULAR, PROCMAP_QUERY, TO_READ },
	/*
	 * Change the content, or flags as file_setattr(2); the other file is judged by
	 * itself.
	 */
	{ REGULAR, FICLONE, TO_WRITE },
	{ REGULAR, FICLONERANGE, TO_WRITE },
	{ REGULAR, FIDEDUPERANGE, TO_WRITE },
	{ NAMED, FS_IOC_SETFLAGS, TO_WRITE },
	{ NAMED, FS_IOC32_SETFLAGS, TO_WRITE },
	{ NAMED, FS_IOC_FSSETXATTR, TO_WRITE },
	/*
	 * Except those that type into it, tie it to a protocol or take it from others.
	 */
	{ TERMINAL, TCSETS, NOTHING },
	{ TERMINAL, TCSETSW, NOTHING },
	{ TERMINAL, TCSETSF, NOTHING },
	{ TERMINAL, TCSETA, NOTHING },
	{ TERMINAL, TCSETAW, NOTHING },
	{ TERMINAL, TCSETAF, NOTHING },
	{ TERMINAL, TCSETS2, NOTHING },
	{ TERMINAL, TCSETSW2, NOTHING },
	{ TERMINAL, TCSETSF2, NOTHING },
	{ TERMINAL, TCSBRK, NOTHING },
	{ TERMINAL, TCSBRKP, NOTHING },
	{ TERMINAL, TCXONC, NOTHING },
	{ TERMINAL, TCFLSH, NOTHING },
	{ TERMINAL, TIOCSCTTY, NOTHING },
	{ TERMINAL, TIOCNOTTY, NOTHING },
	{ TERMINAL, TIOCSPGRP, NOTHING },
	{ TERMINAL, TIOCGSID, NOTHING },
	{ TERMINAL, TIOCOUTQ, NOTHING },
	{ TERMINAL, TIOCSWINSZ, NOTHING },
	{ TERMINAL, TIOCMGET, NOTHING },
	{ TERMINAL, TIOCGETD, NOTHING },
	{ TERMINAL, TIOCGDEV, NOTHING },
	{ TERMINAL, TIOCGEXCL, NOTHING },
	/* Makes the other side a terminal of the partition's own. */
	{ MASTER, TIOCGPTN, TO_WRITE },
	{ MASTER, TIOCSPTLCK, TO_WRITE },
	{ MASTER, TIOCGPTLCK, TO_WRITE },
	{ MASTER, TIOCGPTPEER, TO_WRITE },
	{ MASTER, TIOCSWINSZ, TO_WRITE },
	{ MASTER, TIOCPKT, TO_WRITE },
	{ MASTER, TIOCGPKT, TO_WRITE },
	{ MASTER, TIOCSIG, TO_WRITE },
	{ MASTER, TIOCGSID, TO_WRITE },
	{ MASTER, TIOCOUTQ, TO_WRITE },
	{ MASTER, TIOCGDEV, TO_WRITE },
	{ MASTER, TCSETS, TO_WRITE },
	{ MASTER, TCSETSW, TO_WRITE },
	{ MASTER, TCSETSF, TO_WRITE },
	{ MASTER, TCSETS2, TO_WRITE },
	{ MASTER, TCSETSW2, TO_WRITE },
	{ MASTER, TCSETSF2, TO_WRITE },
	{ MASTER, TCFLSH, TO_WRITE },
	{ MASTER, TCXONC, TO_WRITE },
	{ MASTER, TCSBRK, TO_WRITE },
	/* How much waits in it, and what anybody may read about interfaces. */
	{ SOCKET, SIOCOUTQ, NOTHING },
	{ SOCKET, SIOCATMARK, NOTHING },
	{ SOCKET, FIOGETOWN, NOTHING },
	{ SOCKET, SIOCGPGRP, NOTHING },
	{ SOCKET, SIOCGSTAMP_OLD, NOTHING },
	{ SOCKET, SIOCGSTAMPNS_OLD, NOTHING },
	{ SOCKET, SIOCGSTAMP_NEW, NOTHING },
	{ SOCKET, SIOCGSTAMPNS_NEW, NOTHING },
	{ SOCKET, SIOCOUTQNSD, NOTHING },
	{ SOCKET, SIOCGIFNAME, NOTHING },
	{ SOCKET, SIOCGIFCONF, NOTHING },
	{ SOCKET, SIOCGIFFLAGS, NOTHING },
	{ SOCKET, SIOCGIFADDR, NOTHING },
	{ SOCKET, SIOCGIFDSTADDR, NOTHING },
	{ SOCKET, SIOCGIFBRDADDR, NOTHING },
	{ SOCKET, SIOCGIFNETMASK, NOTHING },
	{ SOCKET, SIOCGIFMETRIC, NOTHING },
	{ SOCKET, SIOCGIFMTU, NOTHING },
	{ SOCKET, SIOCGIFHWADDR, NOTHING },
	{ SOCKET, SIOCGIFINDEX, NOTHING },
	{ SOCKET, SIOCGIFTXQLEN, NOTHING },
	{ SOCKET, SIOCGIFMAP, NOTHING },
	/* A command that changes something also needs a capability. */
	{ SOCKET, SIOCETHTOOL, NOTHING },
	{ EVENT, EPOLL_SET_PARAMS, NOTHING },
	{ EVENT, EPOLL_GET_PARAMS, NOTHING },
	/* Its namespaces, and what is known about it. */
	{ PROCESS, PIDFD(1), OWN_PROCESS },
	{ PROCESS, PIDFD(2), OWN_PROCESS },
	{ PROCESS, PIDFD(3), OWN_PROCESS },
	{ PROCESS, PIDFD(4), OWN_PROCESS },
	{ PROCESS, PIDFD(5), OWN_PROCESS },
	{ PROCESS, PIDFD(6), OWN_PROCESS },
	{ PROCESS, PIDFD(7), OWN_PROCESS },
	{ PROCESS, PIDFD(8), OWN_PROCESS },
	{ PROCESS, PIDFD(9), OWN_PROCESS },
	{ PROCESS, PIDFD(10), OWN_PROCESS },
	{ PROCESS, PIDFD(11), OWN_PROCESS },
	/* Without those that open another namespace, or tell about other processes. */
	{ SPACE, NS_GET_NSTYPE, NOTHING },
	{ SPACE, NS_GET_OWNER_UID, NOTHING },
};

/* fcntl(2): objects, command, what it takes. */
static const struct row fcntls[] = {
	{ EVERY, F_DUPFD, NOTHING },
	{ EVERY, F_DUPFD_CLOEXEC, NOTHING },
	{ EVERY, F_DUPFD_QUERY, NOTHING },
	{ EVERY, F_CREATED_QUERY, NOTHING },
	{ EVERY, F_GETFD, NOTHING },
	{ EVERY, F_SETFD, NOTHING },
	{ EVERY, F_GETFL, NOTHING },
	/* OWNER with O_ASYNC. */
	{ EVERY, F_SETFL, NOTHING },
	/* Locks have their own hook. */
	{ EVERY, F_GETLK, NOTHING },
	{ EVERY, F_SETLK, NOTHING },
	{ EVERY, F_SETLKW, NOTHING },
	{ EVERY, F_GETLK_32, NOTHING },
	{ EVERY, F_SETLK_32, NOTHING },
	{ EVERY, F_SETLKW_32, NOTHING },
	{ EVERY, F_OFD_GETLK, NOTHING },
	{ EVERY, F_OFD_SETLK, NOTHING },
	{ EVERY, F_OFD_SETLKW, NOTHING },
	{ EVERY, F_GETLEASE, NOTHING },
	/* Watches too have their own hook. */
	{ EVERY, F_NOTIFY, NOTHING },
	{ EVERY, F_GETOWN, NOTHING },
	{ EVERY, F_GETOWN_EX, NOTHING },
	{ EVERY, F_GETOWNER_UIDS, NOTHING },
	{ EVERY, F_GETSIG, NOTHING },
	/* By number; F_SETOWN_EX names it behind a pointer, which may change. */
	{ EVERY, F_SETOWN, OWNER },
	{ EVERY, F_SETSIG, OWNER },
	{ EVERY, F_SETPIPE_SZ, NOTHING },
	{ EVERY, F_GETPIPE_SZ, NOTHING },
	{ EVERY, F_ADD_SEALS, NOTHING },
	{ EVERY, F_GET_SEALS, NOTHING },
	{ EVERY, F_GET_RW_HINT, NOTHING },
	{ EVERY, F_SET_RW_HINT, NOTHING },
	{ EVERY, F_GET_FILE_RW_HINT, NOTHING },
	{ EVERY, F_SET_FILE_RW_HINT, NOTHING },
};

/* Capabilities that act on what is judged elsewhere. */
static const struct row capabilities[] = {
	{ EVERY, CAP_CHOWN, NOTHING },
	{ EVERY, CAP_DAC_OVERRIDE, NOTHING },
	/* Each lookup asks for it first; it also opens files by handle. */
	{ EVERY, CAP_DAC_READ_SEARCH, QUIET },
	{ EVERY, CAP_FOWNER, NOTHING },
	/* Without it a file that is written loses its set-id bits. */
	{ EVERY, CAP_FSETID, QUIET },
	{ EVERY, CAP_KILL, NOTHING },
	{ EVERY, CAP_SETUID, NOTHING },
	{ EVERY, CAP_SETGID, NOTHING },
	{ EVERY, CAP_SETPCAP, NOTHING },
	{ EVERY, CAP_NET_BIND_SERVICE, NOTHING },
};

/* Objects of the kernel's anonymous file systems: name, kind. */
static const struct {
	const char *name;
	enum rvm_object object;
} anonymous[] = {
	{ "[eventfd]", RVM_OBJECT_EVENT },
	{ "[eventpoll]", RVM_OBJECT_EVENT },
	{ "[timerfd]", RVM_OBJECT_EVENT },
	{ "[signalfd]", RVM_OBJECT_EVENT },
	{ "inotify", RVM_OBJECT_EVENT },
	{ "[landlock-ruleset]", RVM_OBJECT_EVENT },
	{ "[pidfd]", RVM_OBJECT_PROCESS },
	{ "[io_uring]", RVM_OBJECT_RING },
	/* The kernel's name for them before they get their own. */
	{ "[memfd]", RVM_OBJECT_MEMORY },
	{ "[secretmem]", RVM_OBJECT_MEMORY },
};

/* clang-format on */

static enum rvm_demand look_up(const struct row *rows, size_t count, enum rvm_object object,
			       u32 cmd)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].cmd == cmd && rows[i].objects & BIT(object))
			return rows[i].demand;
	return RVM_DEMAND_ALL;
}

enum rvm_object rvm_verb_anonymous(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(anonymous); i++)
		if (!strcmp(anonymous[i].name, name))
			return anonymous[i].object;
	return RVM_OBJECT_DOOR;
}

enum rvm_demand rvm_verb_use(enum rvm_object object)
{
	if (object == RVM_OBJECT_RING)
		return RVM_DEMAND_NOBODY;
	return object == RVM_OBJECT_DOOR ? RVM_DEMAND_ALL : RVM_DEMAND_NOTHING;
}

enum rvm_demand rvm_verb_change(enum rvm_object object)
{
	/* All other kinds share one inode among all holders, also outside. */
	switch (object) {
	case RVM_OBJECT_PIPE:
	case RVM_OBJECT_SOCKET:
	case RVM_OBJECT_MEMORY:
		return RVM_DEMAND_NOTHING;
	default:
		return RVM_DEMAND_ALL;
	}
}

enum rvm_demand rvm_verb_ioctl(enum rvm_object object, u32 cmd)
{
	/* The size of the buffer says which version the caller knows. */
	if (object == RVM_OBJECT_PROCESS && _IOC_TYPE(cmd) == _IOC_TYPE(PIDFD(0)))
		cmd = _IO(_IOC_TYPE(cmd), _IOC_NR(cmd));
	return look_up(ioctls, ARRAY_SIZE(ioctls), object, cmd);
}

enum rvm_demand rvm_verb_fcntl(u32 cmd, unsigned long arg)
{
	int value = arg;

	/* Whoever opens the file would wait; a lease can be given back. */
	if (cmd == F_SETLEASE)
		return value == F_UNLCK ? RVM_DEMAND_NOTHING : RVM_DEMAND_ALL;
	if (cmd == F_SETFL && arg & FASYNC)
		return RVM_DEMAND_OWNER;
	/* No owner, and the usual signal. */
	if ((cmd == F_SETOWN || cmd == F_SETSIG) && !value)
		return RVM_DEMAND_NOTHING;
	/* A negative number is a whole process group. */
	if (cmd == F_SETOWN && value < 0)
		return RVM_DEMAND_ALL;
	return look_up(fcntls, ARRAY_SIZE(fcntls), RVM_OBJECT_FILE, cmd);
}

enum rvm_demand rvm_verb_lock(u32 type)
{
	switch (type) {
	case F_UNLCK:
		return RVM_DEMAND_NOTHING;
	case F_RDLCK:
		return RVM_DEMAND_READ;
	case F_WRLCK:
		return RVM_DEMAND_WRITE;
	default:
		return RVM_DEMAND_ALL;
	}
}

enum rvm_demand rvm_verb_mode(u32 mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		/* The set-group-id bit here only gives new files the group of the directory. */
		return RVM_DEMAND_WRITE;
	case 0:
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
	case S_IFLNK:
		return mode & (S_ISUID | S_ISGID) ? RVM_DEMAND_ALL : RVM_DEMAND_WRITE;
	default:
		return RVM_DEMAND_ALL;
	}
}

enum rvm_demand rvm_verb_rename(u32 flags)
{
	/* RENAME_WHITEOUT leaves a device node behind. */
	return flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) ? RVM_DEMAND_ALL : RVM_DEMAND_WRITE;
}

enum rvm_demand rvm_verb_capability(int cap)
{
	return look_up(capabilities, ARRAY_SIZE(capabilities), RVM_OBJECT_FILE, cap);
}
