// SPDX-License-Identifier: GPL-2.0-only
/* The rights that operations take: each row of each table, and commands that no table has. */
#include "lib/model/verb.c"
#include "unit.h"

#define KINDS (RVM_OBJECT_DOOR + 1)

/* Numbers that are no object's command, and commands that kernels may get. */
static const u32 unknown[] = {
	0,
	0xabcd,
	0xffffffff,
	_IO('k', 1),
	_IOW(0x94, 1, char[4096]),
	_IOW(0x94, 23, char[4096]),
	_IO(0x94, 15),
	TIOCSTI,
	TIOCLINUX,
	TIOCCONS,
	TIOCSETD,
	TIOCVHANGUP,
	FS_IOC_SETVERSION,
	FITRIM,
	NS_GET_USERNS,
	NS_GET_PARENT,
	/* The owner is behind a pointer. */
	FIOSETOWN,
	SIOCSPGRP,
};

static void each_row_says_what_it_says(void)
{
	size_t i;
	unsigned int kind;

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		for (kind = 0; kind < KINDS; kind++)
			if (ioctls[i].objects & BIT(kind) &&
			    !EXPECT_EQ(rvm_verb_ioctl(kind, ioctls[i].cmd), ioctls[i].demand))
				NOTE("row %zu, kind %u", i, kind);
	for (i = 0; i < ARRAY_SIZE(fcntls); i++)
		if (fcntls[i].cmd != F_SETOWN && fcntls[i].cmd != F_SETSIG)
			EXPECT_EQ(rvm_verb_fcntl(fcntls[i].cmd, 0), fcntls[i].demand);
	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		EXPECT_EQ(rvm_verb_capability(capabilities[i].cmd), capabilities[i].demand);
	for (i = 0; i < ARRAY_SIZE(anonymous); i++)
		EXPECT_EQ(rvm_verb_anonymous(anonymous[i].name), anonymous[i].object);
}

static void no_command_stands_twice(void)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(ioctls); i++)
		for (k = 0; k < i; k++)
			if (!EXPECT(ioctls[i].cmd != ioctls[k].cmd ||
				    !(ioctls[i].objects & ioctls[k].objects)))
				NOTE("rows %zu and %zu", k, i);
}

static void what_no_row_names_takes_all(void)
{
	unsigned int kind, cap;
	size_t i;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < ARRAY_SIZE(unknown); i++)
			if (!EXPECT_EQ(rvm_verb_ioctl(kind, unknown[i]), RVM_DEMAND_ALL))
				NOTE("kind %u, command %x", kind, unknown[i]);
	EXPECT_EQ(rvm_verb_fcntl(F_SETOWN_EX, 1), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_fcntl(F_LINUX_SPECIFIC_BASE + 15, 0), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_fcntl(0xffffffff, 0), RVM_DEMAND_ALL);
	for (cap = 0; cap < 64; cap++)
		if (cap > CAP_NET_BIND_SERVICE || cap == CAP_LINUX_IMMUTABLE)
			EXPECT_EQ(rvm_verb_capability(cap), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_anonymous(""), RVM_OBJECT_DOOR);
	EXPECT_EQ(rvm_verb_anonymous("kvm-vm"), RVM_OBJECT_DOOR);
	EXPECT_EQ(rvm_verb_anonymous("[userfaultfd]"), RVM_OBJECT_DOOR);
	EXPECT_EQ(rvm_verb_anonymous("seccomp notify"), RVM_OBJECT_DOOR);
	EXPECT_EQ(rvm_verb_anonymous("bpf-map"), RVM_OBJECT_DOOR);
	EXPECT_EQ(rvm_verb_use(RVM_OBJECT_DOOR), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_use(RVM_OBJECT_RING), RVM_DEMAND_NOBODY);
	EXPECT_EQ(rvm_verb_use(RVM_OBJECT_PIPE), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_lock(99), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_change(RVM_OBJECT_SOCKET), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_change(RVM_OBJECT_SPACE), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_change(RVM_OBJECT_EVENT), RVM_DEMAND_ALL);
}

static void commands_are_those_of_their_objects(void)
{
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_FILE, FICLONE), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_FOLDER, FICLONE), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_SPECIAL, FICLONE), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_TERMINAL, TCSETS), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_SPECIAL, TCSETS), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_SPECIAL, TCGETS), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_PIPE, SIOCGIFCONF), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_PROCESS, _IOWR(0xff, 11, char[64])),
		  RVM_DEMAND_PROCESS);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_PROCESS, _IOWR(0xff, 12, char[64])), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_EVENT, _IOWR(0xff, 11, char[64])), RVM_DEMAND_ALL);
}

static void signals_are_for_the_owner(void)
{
	EXPECT_EQ(rvm_verb_fcntl(F_SETOWN, 0), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_fcntl(F_SETOWN, 1), RVM_DEMAND_OWNER);
	EXPECT_EQ(rvm_verb_fcntl(F_SETOWN, -1), RVM_DEMAND_ALL);
	/* The kernel looks at the lower half. */
	EXPECT_EQ(rvm_verb_fcntl(F_SETOWN, 0xffffffff), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_fcntl(F_SETSIG, 0), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_fcntl(F_SETSIG, 9), RVM_DEMAND_OWNER);
	EXPECT_EQ(rvm_verb_fcntl(F_SETFL, 0), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_fcntl(F_SETFL, FASYNC), RVM_DEMAND_OWNER);
	EXPECT_EQ(rvm_verb_ioctl(RVM_OBJECT_PIPE, FIOASYNC), RVM_DEMAND_OWNER);
	EXPECT_EQ(rvm_verb_fcntl(F_SETLEASE, F_UNLCK), RVM_DEMAND_NOTHING);
	EXPECT_EQ(rvm_verb_fcntl(F_SETLEASE, F_RDLCK), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_fcntl(F_SETLEASE, F_WRLCK), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_fcntl(F_SETLEASE, 7), RVM_DEMAND_ALL);
}

static void modes_that_change_who_runs_take_all(void)
{
	EXPECT_EQ(rvm_verb_mode(0644), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_mode(S_IFREG | 01777), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_mode(S_IFREG | 04755), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_mode(S_IFREG | 02644), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_mode(04755), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_mode(S_IFDIR | 06755), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_mode(S_IFIFO | 0600), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_mode(S_IFCHR | 0600), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_mode(S_IFBLK | 0600), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_mode(S_IFMT | 0600), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_rename(0), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_rename(RENAME_EXCHANGE), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_rename(RENAME_NOREPLACE), RVM_DEMAND_WRITE);
	EXPECT_EQ(rvm_verb_rename(RENAME_WHITEOUT), RVM_DEMAND_ALL);
	EXPECT_EQ(rvm_verb_rename(8), RVM_DEMAND_ALL);
}

int main(void)
{
	RUN(each_row_says_what_it_says);
	RUN(no_command_stands_twice);
	RUN(what_no_row_names_takes_all);
	RUN(commands_are_those_of_their_objects);
	RUN(signals_are_for_the_owner);
	RUN(modes_that_change_who_runs_take_all);
	return unit_done();
}
