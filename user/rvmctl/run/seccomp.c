// SPDX-License-Identifier: GPL-2.0-only
/* The system call filter of partitions, as a BPF program made by hand. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/auto.h"
#include "run/seccomp.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
/* Numbers from here on are of the x32 ABI. */
#define FOREIGN 0x40000000
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define FOREIGN 0xffffffff
#else
#error "unknown architecture"
#endif

#define RULES_MAX 64

struct rule {
	int number;
	int errnum;
};

/*
 * ENOSYS where programs know how to do without, EPERM where they should not
 * have tried.
 */
static const struct rule rules[] = {
	/* Rings work outside the hooks. */
	{ SYS_io_uring_setup, ENOSYS },
	{ SYS_io_uring_enter, ENOSYS },
	{ SYS_io_uring_register, ENOSYS },
	/* So that the C library uses clone, whose flags can be seen. */
	{ SYS_clone3, ENOSYS },
	/* Keys of the host. */
	{ SYS_add_key, ENOSYS },
	{ SYS_request_key, ENOSYS },
	{ SYS_keyctl, ENOSYS },
	/* It stops the kernel in the middle of its work. */
	{ SYS_userfaultfd, EPERM },
	/* Files without names. */
	{ SYS_open_by_handle_at, EPERM },
	/* The machine. */
	{ SYS_kexec_load, EPERM },
	{ SYS_kexec_file_load, EPERM },
	{ SYS_init_module, EPERM },
	{ SYS_finit_module, EPERM },
	{ SYS_delete_module, EPERM },
	{ SYS_swapon, EPERM },
	{ SYS_swapoff, EPERM },
	{ SYS_reboot, EPERM },
	{ SYS_acct, EPERM },
	{ SYS_quotactl, EPERM },
	{ SYS_quotactl_fd, EPERM },
	{ SYS_vhangup, EPERM },
	/* Old, and of no use. */
	{ SYS_remap_file_pages, ENOSYS },
	{ SYS_lookup_dcookie, ENOSYS },
	{ SYS_nfsservctl, ENOSYS },
#if defined(__x86_64__)
	{ SYS_uselib, ENOSYS },
	{ SYS_ustat, ENOSYS },
	{ SYS_sysfs, ENOSYS },
	{ SYS_iopl, EPERM },
	{ SYS_ioperm, EPERM },
	{ SYS_modify_ldt, EPERM },
#endif
};

_Static_assert(ARRAY_SIZE(rules) <= RULES_MAX, "rules");

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_UNLESS(value, n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (n))
#define SKIP_BELOW(value, n) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (value), 0, (n))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(errnum) RETURN(SECCOMP_RET_ERRNO | (errnum))

/*
 * A filter may take away, not answer: who listens to one hands out what a program opens.
 * Programs do without a listener.
 */
static size_t add_listener(struct sock_filter *code)
{
	const struct sock_filter part[] = {
		SKIP_UNLESS(SYS_seccomp, 4),
		LOAD(args[1]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SECCOMP_FILTER_FLAG_NEW_LISTENER, 0, 1),
		REFUSE(EINVAL),
		RETURN(SECCOMP_RET_ALLOW),
	};

	for (size_t i = 0; i < ARRAY_SIZE(part); i++)
		code[i] = part[i];
	return ARRAY_SIZE(part);
}

/* personality(2) may ask (~0) and may set what is already so (0). */
static size_t add_personality(struct sock_filter *code)
{
	const struct sock_filter part[] = {
		SKIP_UNLESS(SYS_personality, 6),
		LOAD(args[0]),
		SKIP_UNLESS(0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		SKIP_UNLESS(0xffffffff, 1),
		RETURN(SECCOMP_RET_ALLOW),
		REFUSE(EPERM),
	};

	for (size_t i = 0; i < ARRAY_SIZE(part); i++)
		code[i] = part[i];
	return ARRAY_SIZE(part);
}

int seccomp_install(void)
{
	const struct sock_filter begin[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		SKIP_BELOW(FOREIGN, 1),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_filter code[ARRAY_SIZE(begin) + 2 * RULES_MAX + 16];
	struct sock_fprog program = { .filter = code };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(begin); i++)
		code[n++] = begin[i];
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		code[n++] = (struct sock_filter)SKIP_UNLESS(rules[i].number, 1);
		code[n++] = (struct sock_filter)REFUSE(rules[i].errnum);
	}
	n += add_personality(code + n);
	n += add_listener(code + n);
	code[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	program.len = n;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? errno : 0;
}
