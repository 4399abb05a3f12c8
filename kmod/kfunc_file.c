// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about open files: open, read, write, map, ioctl, receive.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sockios.h>
#include <linux/tty.h>
#include <uapi/asm-generic/ioctls.h>

#include "decision.h"
#include "entry.h"
#include "kfunc.h"
#include "lib/rights.h"
#include "lineage.h"
#include "path.h"

/*
 * Work that a stacked file system does for the caller reaches the hooks with
 * files of its hidden layers: skip it, the user's own file is judged as well.
 * A core dump also runs with other credentials, but for the dumper itself.
 */
static bool is_hidden_layer(const struct file *file)
{
	if (rvm_file_is_backing(file))
		return true;
	return rvm_is_hidden_work() && !rvm_path_is_attached(&file->f_path);
}

/*
 * Pipes, sockets, memfds, anonymous inodes, name spaces: no names, so no PATH
 * questions.
 */
static bool is_nameless(const struct file *file)
{
	const struct super_block *sb = file_inode(file)->i_sb;

	return sb->s_flags & SB_NOUSER || sb->s_magic == NSFS_MAGIC;
}

static bool is_io_uring(const struct file *file)
{
	return rvm_path_is_ring(&file->f_path);
}

/* The terminal of the caller's own session; rvmctl run makes one of its own. */
static bool is_own_terminal(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct tty_struct *tty;
	bool own;

	if (!S_ISCHR(inode->i_mode))
		return false;
	tty = get_current_tty();
	if (!tty)
		return false;
	own = inode->i_rdev == tty_devnum(tty) || inode->i_rdev == MKDEV(TTYAUX_MAJOR, 0);
	tty_kref_put(tty);
	return own;
}

/* A stacked file system maps its hidden file; the user's path is that of the program. */
static bool is_own_program(struct file *file)
{
	const struct mm_struct *mm = current->mm;
	const struct file *exe = mm ? rcu_dereference(mm->exe_file) : NULL;

	return exe && path_equal(rvm_file_user_path(file), &exe->f_path);
}

static noinline int check_file(struct rvm_partition *part, struct file *file, enum rvm_op op,
			       u8 need, bool load)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, op, need);

	q.path = rvm_file_user_path(file);
	q.req.load = load;
	return rvm_gate_check(part, &q);
}

static u8 open_rights(const struct file *file)
{
	static const u8 by_mode[] = {
		[O_RDONLY] = RVM_RIGHT_READ,
		[O_WRONLY] = RVM_RIGHT_WRITE,
		[O_RDWR] = RVM_RIGHT_READ | RVM_RIGHT_WRITE,
		/* For ioctl only, says the kernel; drivers differ. */
		[O_ACCMODE] = RVM_RIGHT_READ | RVM_RIGHT_WRITE,
	};
	u8 need = by_mode[file->f_flags & O_ACCMODE];

	return file->f_flags & O_TRUNC ? need | RVM_RIGHT_WRITE : need;
}

/*
 * A file opened to be executed.  The program itself is judged with its argv by
 * bprm_check, and so is an interpreter in a later round; the loader of a program
 * is seen here and when its code is mapped.  Where a program and a loader look
 * alike here, the map is what refuses: the exec then ends by a signal.
 */
static int check_open_exec(struct rvm_partition *part, struct file *file)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_INTERP, RVM_RIGHT_EXECUTE);

	if (RVM_EXEC_OPENS_EARLY || !current->in_execve || rvm_entry_opening())
		return 0;
	q.quiet = true;
	q.path = &file->f_path;
	/* A link's name, such as sh, is not seen here: the interpreter's round has it. */
	q.req.exec.program = file_inode(file);
	q.req.exec.lineages = rvm_lineage_executing(NULL);
	if (!rvm_gate_check(part, &q))
		return 0;
	return check_file(part, file, RVM_OP_INTERP, RVM_RIGHT_EXECUTE, true);
}

static noinline int check_open_anew(struct rvm_partition *part, struct file *file)
{
	u8 need = open_rights(file);

	if (is_hidden_layer(file) || is_nameless(file))
		return 0;
	if (file->f_flags & __FMODE_EXEC)
		return check_open_exec(part, file);
	return check_file(part, file, RVM_OP_OPEN, need, false);
}

/* The common case first, before a question is put together. */
static noinline int check_open(struct rvm_partition *part, struct file *file)
{
	if (!(file->f_flags & __FMODE_EXEC) &&
	    rvm_decision_allows_in(part, &file->f_path, open_rights(file)))
		return 0;
	return check_open_anew(part, file);
}

static noinline int check_permission_anew(struct rvm_partition *part, struct file *file, int mask)
{
	u8 need = 0;

	/* The kernel reads a program that an exec was allowed to open. */
	if (file->f_flags & __FMODE_EXEC)
		return 0;
	if (mask & MAY_READ)
		need |= RVM_RIGHT_READ;
	if (mask & (MAY_WRITE | MAY_APPEND))
		need |= RVM_RIGHT_WRITE;
	if (!need || rvm_decision_allows_file(part, file, mask, need))
		return 0;
	if (is_nameless(file) || is_hidden_layer(file) || is_own_terminal(file))
		return 0;
	return check_file(part, file, need & RVM_RIGHT_WRITE ? RVM_OP_WRITE : RVM_OP_READ, need,
			  false);
}

static noinline int check_permission(struct rvm_partition *part, struct file *file, int mask)
{
	if (rvm_decision_is_recent(part, file, mask))
		return 0;
	return check_permission_anew(part, file, mask);
}

static int check_nameless_code(struct rvm_partition *part, struct file *file, enum rvm_op op)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_SYS, op, RVM_RIGHTS_ALL);

	q.text = "object=anonymous";
	if (is_io_uring(file))
		q.req.floor = true;
	return rvm_gate_refuse(part, &q,
			       is_io_uring(file) ? RVM_REASON_REFUSED : RVM_REASON_ANONYMOUS);
}

static noinline int check_map(struct rvm_partition *part, struct file *file, enum rvm_op op,
			      unsigned long prot, bool shared)
{
	bool own = is_own_program(file);
	u8 need = 0;

	if (is_nameless(file)) {
		if (!(prot & PROT_EXEC) && !is_io_uring(file))
			return 0;
		return check_nameless_code(part, file, op);
	}
	if (prot & PROT_READ && !own)
		need |= RVM_RIGHT_READ;
	if (prot & PROT_WRITE && shared)
		need |= RVM_RIGHT_WRITE;
	if (prot & PROT_EXEC && !own)
		need |= RVM_RIGHT_EXECUTE;
	/* The kernel maps what an exec opened: reading is part of it. */
	if (file->f_flags & __FMODE_EXEC)
		need &= ~RVM_RIGHT_READ;
	if (current->in_execve && rvm_entry_opening())
		need &= ~(RVM_RIGHT_READ | RVM_RIGHT_EXECUTE);
	return need ? check_file(part, file, op, need, true) : 0;
}

/* Commands that tell or set nothing beyond the descriptor itself. */
static bool is_harmless_ioctl(unsigned int cmd)
{
	switch (cmd) {
	case FIONCLEX:
	case FIOCLEX:
	case FIONBIO:
	case FIONREAD:
	case FIOQSIZE:
	case FIGETBSZ:
	case FS_IOC_GETFLAGS:
	case FS_IOC_GETVERSION:
	case TCGETS:
	case TIOCGWINSZ:
		return true;
	default:
		return false;
	}
}

/* Commands that reach beyond the terminal or type into it. */
static bool is_terminal_escape(unsigned int cmd)
{
	switch (cmd) {
	case TIOCSTI:
	case TIOCLINUX:
	case TIOCCONS:
	case TIOCSETD:
	case TIOCVHANGUP:
		return true;
	default:
		return false;
	}
}

/* They make the kernel send signals to a process of the caller's choice. */
static bool is_set_owner(unsigned int cmd)
{
	return cmd == FIOSETOWN || cmd == SIOCSPGRP;
}

static noinline int check_ioctl(struct rvm_partition *part, struct file *file, unsigned int cmd)
{
	umode_t mode = file_inode(file)->i_mode;

	if (is_set_owner(cmd))
		return rvm_gate_floor(part, RVM_OP_IOCTL, "command=setown", false);
	if (is_harmless_ioctl(cmd) || is_nameless(file) || is_hidden_layer(file))
		return 0;
	if (S_ISREG(mode) || S_ISDIR(mode))
		return check_file(part, file, RVM_OP_IOCTL, RVM_RIGHT_WRITE, false);
	if (is_own_terminal(file) && !is_terminal_escape(cmd))
		return 0;
	return rvm_gate_floor(part, RVM_OP_IOCTL, "object=device", false);
}

/*
 * Who owns a descriptor is sent signals in the name of whoever set it, past the
 * hook for signals: it must be one of the caller's own.
 */
static int check_fcntl(struct rvm_partition *part, unsigned int cmd, unsigned long arg)
{
	struct task_struct *task;
	int nr = arg;

	/* F_SETOWN_EX names it behind a user pointer, which may change. */
	if (cmd != F_SETOWN && cmd != F_SETOWN_EX)
		return 0;
	if (cmd == F_SETOWN && nr >= 0) {
		/* Nobody. */
		if (!nr)
			return 0;
		task = pid_task(find_vpid(nr), PIDTYPE_PID);
		/* Not left to the kernel: by then the number may be somebody's. */
		if (!task)
			return -ESRCH;
		if (rvm_task_is_within(part, task))
			return 0;
	}
	return rvm_gate_floor(part, RVM_OP_SIGNAL, "command=setown", false);
}

static noinline int check_receive(struct rvm_partition *part, struct file *file)
{
	u8 need = 0;

	if (is_io_uring(file))
		return check_nameless_code(part, file, RVM_OP_IO_URING);
	if (is_nameless(file))
		return 0;
	if (file->f_mode & FMODE_READ)
		need |= RVM_RIGHT_READ;
	if (file->f_mode & FMODE_WRITE)
		need |= RVM_RIGHT_WRITE;
	/* O_PATH: a place to start from; what is opened from it is judged. */
	return need ? check_file(part, file, RVM_OP_RECEIVE, need, false) : 0;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_rvm_file_open(struct file *file)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_open(part, file) : 0;
}

__bpf_kfunc int bpf_rvm_file_permission(struct file *file, int mask)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_permission(part, file, mask) : 0;
}

__bpf_kfunc int bpf_rvm_file_map(struct file *file, unsigned long prot, unsigned long flags)
{
	struct rvm_partition *part = rvm_partition_find();

	/* Anonymous memory has no file; it may be executable: argv rules bound programs. */
	if (!part || !file)
		return 0;
	return check_map(part, file, RVM_OP_MAP, prot, (flags & MAP_TYPE) != MAP_PRIVATE);
}

__bpf_kfunc int bpf_rvm_file_protect(struct vm_area_struct *vma, unsigned long prot)
{
	struct rvm_partition *part = rvm_partition_find();

	/* Only new access is judged. */
	if (!part || !vma->vm_file)
		return 0;
	return check_map(part, vma->vm_file, RVM_OP_PROTECT, prot & ~PROT_READ,
			 vma->vm_flags & VM_SHARED);
}

__bpf_kfunc int bpf_rvm_file_ioctl(struct file *file, unsigned int cmd)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_ioctl(part, file, cmd) : 0;
}

__bpf_kfunc int bpf_rvm_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_fcntl(part, cmd, arg) : 0;
}

__bpf_kfunc int bpf_rvm_file_receive(struct file *file)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_receive(part, file) : 0;
}

__bpf_kfunc int bpf_rvm_file_truncate(struct file *file)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || is_nameless(file) || is_hidden_layer(file))
		return 0;
	return check_file(part, file, RVM_OP_TRUNCATE, RVM_RIGHT_WRITE, false);
}

__bpf_kfunc int bpf_rvm_file_lock(struct file *file, unsigned int cmd)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || is_nameless(file) || is_hidden_layer(file))
		return 0;
	return check_file(part, file, RVM_OP_LOCK,
			  cmd == F_WRLCK ? RVM_RIGHT_WRITE : RVM_RIGHT_READ, false);
}

__bpf_kfunc_end_defs();
