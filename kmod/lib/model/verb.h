/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_VERB_H
#define _RVM_VERB_H

#include <linux/types.h>

/**
 * DOC: verbs
 *
 * The rights that an operation takes depend on the kind of object and the command.  A
 * command that no row names takes all seven: new commands of new kernels are denied until
 * somebody has read what they do.  scripts/verbs.sh makes Documentation/design/verbs.md
 * of the tables in verb.c.
 */

/**
 * enum rvm_object - kinds of objects that commands are given to
 * @RVM_OBJECT_FILE: A regular file that has a name.
 * @RVM_OBJECT_FOLDER: A directory.
 * @RVM_OBJECT_SPECIAL: A device, fifo or socket that has a name, except the caller's own
 *         terminal.
 * @RVM_OBJECT_TERMINAL: The terminal of the caller's session, or one that its partition made.
 * @RVM_OBJECT_MASTER: The master side, held by the program that makes a terminal; a device
 *         with a name.
 * @RVM_OBJECT_PIPE: A pipe.  No kind from here on has a name.
 * @RVM_OBJECT_SOCKET: A socket; its own hooks judge what is sent through it.
 * @RVM_OBJECT_MEMORY: A memfd, shared anonymous memory, a System V segment.
 * @RVM_OBJECT_EVENT: Counts, waits or watches: eventfd, timerfd, epoll, inotify.
 * @RVM_OBJECT_PROCESS: A pidfd.
 * @RVM_OBJECT_SPACE: A namespace.
 * @RVM_OBJECT_RING: An io_uring.
 * @RVM_OBJECT_DOOR: Any other: a virtual machine, a BPF program, a userfaultfd.
 */
enum rvm_object {
	RVM_OBJECT_FILE,
	RVM_OBJECT_FOLDER,
	RVM_OBJECT_SPECIAL,
	RVM_OBJECT_TERMINAL,
	RVM_OBJECT_MASTER,
	RVM_OBJECT_PIPE,
	RVM_OBJECT_SOCKET,
	RVM_OBJECT_MEMORY,
	RVM_OBJECT_EVENT,
	RVM_OBJECT_PROCESS,
	RVM_OBJECT_SPACE,
	RVM_OBJECT_RING,
	RVM_OBJECT_DOOR,
};

/**
 * enum rvm_demand - what an operation takes
 * @RVM_DEMAND_ALL: All seven rights, in every mode; for all that is not named.
 * @RVM_DEMAND_QUIET: Likewise, but the kernel goes on without it: a denial is not
 *         recorded.
 * @RVM_DEMAND_NOBODY: Denied even with all seven rights.
 * @RVM_DEMAND_NOTHING: No right; the partition only has to run.
 * @RVM_DEMAND_READ: READ on the object.
 * @RVM_DEMAND_WRITE: WRITE on the object.
 * @RVM_DEMAND_OWNER: The process that the descriptor signals must be the partition's.
 * @RVM_DEMAND_PROCESS: The process that the descriptor stands for must be the
 *         partition's.
 */
enum rvm_demand {
	RVM_DEMAND_ALL,
	RVM_DEMAND_QUIET,
	RVM_DEMAND_NOBODY,
	RVM_DEMAND_NOTHING,
	RVM_DEMAND_READ,
	RVM_DEMAND_WRITE,
	RVM_DEMAND_OWNER,
	RVM_DEMAND_PROCESS,
};

/** rvm_object_is_nameless() - does it have no name, so no PATH question can be about it */
static inline bool rvm_object_is_nameless(enum rvm_object object)
{
	return object >= RVM_OBJECT_PIPE;
}

/**
 * rvm_verb_anonymous() - kind of an object of the kernel's file system without files
 * @name: that the kernel gives it, such as "[eventfd]"
 *
 * Return: The kind; DOOR if the table does not list the name.
 */
enum rvm_object rvm_verb_anonymous(const char *name);

/** rvm_verb_use() - demand of receiving, reading, writing or mapping an object without a name */
enum rvm_demand rvm_verb_use(enum rvm_object object);

/** rvm_verb_change() - demand of changing mode, owner or size of an object without a name */
enum rvm_demand rvm_verb_change(enum rvm_object object);

/** rvm_verb_ioctl() - demand of an ioctl command on an object */
enum rvm_demand rvm_verb_ioctl(enum rvm_object object, u32 cmd);

/**
 * rvm_verb_fcntl() - demand of a fcntl command on a descriptor
 * @cmd: F_x
 * @arg: of the command
 *
 * Return: OWNER also where @arg names the owner: F_SETOWN.
 */
enum rvm_demand rvm_verb_fcntl(u32 cmd, unsigned long arg);

/** rvm_verb_lock() - demand of locking or unlocking a file: F_RDLCK, F_WRLCK, F_UNLCK */
enum rvm_demand rvm_verb_lock(u32 type);

/**
 * rvm_verb_mode() - demand of making an object with a mode, or giving it that mode
 * @mode: the object's real type with the bits that are asked for
 *
 * Return: WRITE or ALL.
 */
enum rvm_demand rvm_verb_mode(u32 mode);

/** rvm_verb_rename() - demand of renaming with these flags */
enum rvm_demand rvm_verb_rename(u32 flags);

/** rvm_verb_capability() - demand of using a capability that the caller has */
enum rvm_demand rvm_verb_capability(int cap);

#endif /* _RVM_VERB_H */
