// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about open files: open, read, write, map, ioctl, receive.
 */

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/tty.h>

#include "gate/decision.h"
#include "gate/recent.h"
#include "kfunc/common.h"
#include "lib/model/rights.h"
#include "lib/model/verb.h"
#include "partition/entry.h"
#include "partition/lineage.h"
#include "walk/object.h"
#include "walk/path.h"
#include "witness/line.h"

/*
 * Work that a stacked file system does for the caller reaches the hooks with
 * files of its hidden layers: skip it, the user's own file is judged as well.
 * A core dump also runs with other credentials, but on behalf of the dumper itself.
 */
static bool is_hidden_layer(const struct file *file)
{
	if (rvm_file_is_backing(file))
		return true;
	return rvm_is_hidden_work() && !rvm_path_is_attached(&file->f_path);
}

/* Of the caller's own session; rvmctl run makes one. */
static bool is_session_terminal(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct tty_struct *tty;
	bool own;

	tty = get_current_tty();
	if (!tty)
		return false;
	own = inode->i_rdev == tty_devnum(tty) || inode->i_rdev == MKDEV(TTYAUX_MAJOR, 0);
	tty_kref_put(tty);
	return own;
}

/*
 * The same by name.  Each instance of devpts has its own numbers: the terminal itself
 * is compared, which the name stands for as long as it is open on one side.
 */
static bool is_name_of_session_terminal(const struct dentry *dentry)
{
	struct tty_struct *tty;
	bool same;

	if (dentry->d_sb->s_magic != DEVPTS_SUPER_MAGIC)
		return false;
	tty = get_current_tty();
	same = tty && tty == READ_ONCE(dentry->d_fsdata);
	tty_kref_put(tty);
	return same;
}

/* A stacked file system maps its hidden file; the user's path is that of the program. */
static bool is_own_program(struct file *file)
{
	const struct mm_struct *mm = current->mm;
	const struct file *exe = mm ? rcu_dereference(mm->exe_file) : NULL;

	return exe && path_equal(rvm_file_user_path(file), &exe->f_path);
}

static enum rvm_object object_of(struct rvm_partition *part, const struct file *file)
{
	enum rvm_object object = rvm_object_of(&file->f_path);
	const struct inode *inode = file_inode(file);

	if (object != RVM_OBJECT_SPECIAL || !S_ISCHR(inode->i_mode))
		return object;
	if (is_session_terminal(file) || rvm_own_has_terminal(part, file->f_path.dentry))
		return RVM_OBJECT_TERMINAL;
	return inode->i_rdev == MKDEV(TTYAUX_MAJOR, 2) ? RVM_OBJECT_MASTER : object;
}

static noinline int check_file(struct rvm_partition *part, struct file *file, enum rvm_op op,
			       u8 need, bool load)
{
	struct rvm_question q;

	/* The common case first, before a question is put together. */
	if (need ? rvm_decision_allows(part, rvm_file_user_path(file), need, load) :
		   rvm_partition_is_live(part))
		return 0;
	q = RVM_QUESTION(RVM_CLASS_PATH, op, need);
	q.path = rvm_file_user_path(file);
	q.req.load = load;
	return rvm_gate_check(part, &q);
}

/* All seven, whatever the mode is; @command is for the record. */
static noinline int check_floor(struct rvm_partition *part, enum rvm_op op, u32 command, bool quiet)
{
	char text[32] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (command)
		rvm_line_add_number(&line, "command", command);
	return rvm_gate_floor(part, op, command ? text : "object=anonymous", quiet);
}

/* Not even with all seven: what a ring does is judged nowhere. */
static int refuse_nameless(struct rvm_partition *part, enum rvm_op op)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_SYS, op, RVM_RIGHTS_ALL);

	q.text = "object=anonymous";
	q.req.floor = true;
	return rvm_gate_refuse(part, &q, RVM_REASON_REFUSED);
}

/* A process that is gone is in no partition; its number is not reused while it is held. */
static bool is_within(struct rvm_partition *part, struct pid *pid)
{
	struct task_struct *task = pid_task(pid, PIDTYPE_PID);

	return !task || rvm_task_is_within(part, task);
}

/*
 * The owner of a descriptor is sent signals in the name of whoever set it, past the
 * hook for signals: it must be one of the caller's own, or not be set yet.
 */
static bool is_owner_within(struct rvm_partition *part, struct file *file)
{
	enum pid_type type = PIDTYPE_PID;
	struct pid *pid = rvm_file_owner(file, &type);
	bool within = !pid ||
		      ((type == PIDTYPE_PID || type == PIDTYPE_TGID) && is_within(part, pid));

	put_pid(pid);
	return within;
}

static bool is_process_within(struct rvm_partition *part, const struct file *file)
{
	struct pid *pid = rvm_file_process(file);

	return pid && pid_task(pid, PIDTYPE_PID) && is_within(part, pid);
}

/* What a row of lib/model/verb.c says that a command takes. */
static noinline int check_demand(struct rvm_partition *part, struct file *file, enum rvm_op op,
				 enum rvm_demand demand, u32 command)
{
	switch (demand) {
	case RVM_DEMAND_NOTHING:
		return rvm_gate_pass(part, op);
	case RVM_DEMAND_READ:
		return check_file(part, file, op, RVM_RIGHT_READ, false);
	case RVM_DEMAND_WRITE:
		return check_file(part, file, op, RVM_RIGHT_WRITE, false);
	case RVM_DEMAND_OWNER:
		if (is_owner_within(part, file))
			return rvm_gate_pass(part, op);
		return check_floor(part, RVM_OP_SIGNAL, command, false);
	case RVM_DEMAND_PROCESS:
		if (is_process_within(part, file))
			return rvm_gate_pass(part, op);
		return check_floor(part, op, command, false);
	case RVM_DEMAND_NOBODY:
		return refuse_nameless(part, op);
	default:
		return check_floor(part, op, command, demand == RVM_DEMAND_QUIET);
	}
}

static int check_use(struct rvm_partition *part, struct file *file, enum rvm_op op,
		     enum rvm_object object)
{
	return check_demand(part, file, op, rvm_verb_use(object), 0);
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

	if (RVM_EXEC_OPENS_EARLY || !current->in_execve || rvm_entry_is_opening())
		return 0;
	/* One yes is enough, and that of the second question is kept. */
	if (rvm_decision_allows(part, &file->f_path, RVM_RIGHT_EXECUTE, true))
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

/* With a mode of the caller's choice, past the hook for names; of such no decision is kept. */
static bool is_born_with_mode(const struct file *file)
{
	return (file->f_flags & O_TMPFILE) == O_TMPFILE;
}

static noinline int check_open_anew(struct rvm_partition *part, struct file *file)
{
	enum rvm_object object;

	if (is_hidden_layer(file))
		return 0;
	object = rvm_object_of(&file->f_path);
	if (rvm_object_is_nameless(object))
		return check_use(part, file, RVM_OP_OPEN, object);
	if (file->f_flags & __FMODE_EXEC)
		return check_open_exec(part, file);
	if (is_name_of_session_terminal(file->f_path.dentry) ||
	    rvm_own_has_terminal(part, file->f_path.dentry))
		return rvm_gate_pass(part, RVM_OP_OPEN);
	if (is_born_with_mode(file) && rvm_verb_mode(file_inode(file)->i_mode) != RVM_DEMAND_WRITE)
		return rvm_gate_floor(part, RVM_OP_CREATE, "mode=set-id", false);
	return check_file(part, file, RVM_OP_OPEN, open_rights(file), false);
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
	enum rvm_object object;
	u8 need = 0;

	/* The kernel reads a program that an exec was allowed to open. */
	if (file->f_flags & __FMODE_EXEC)
		return 0;
	if (mask & MAY_READ)
		need |= RVM_RIGHT_READ;
	if (mask & (MAY_WRITE | MAY_APPEND))
		need |= RVM_RIGHT_WRITE;
	if (!need || rvm_recent_allows(part, file, mask, need))
		return 0;
	object = object_of(part, file);
	/* What goes through a pipe or the terminal was judged where it came from. */
	if (rvm_verb_use(object) == RVM_DEMAND_NOTHING &&
	    (rvm_object_is_nameless(object) || object == RVM_OBJECT_TERMINAL))
		return 0;
	if (is_hidden_layer(file))
		return 0;
	if (rvm_object_is_nameless(object))
		return check_use(part, file, RVM_OP_READ, object);
	return check_file(part, file, need & RVM_RIGHT_WRITE ? RVM_OP_WRITE : RVM_OP_READ, need,
			  false);
}

static noinline int check_permission(struct rvm_partition *part, struct file *file, int mask)
{
	if (rvm_recent_has(part, file, mask))
		return 0;
	return check_permission_anew(part, file, mask);
}

static int check_map_nameless(struct rvm_partition *part, struct file *file, enum rvm_op op,
			      unsigned long prot, bool shared)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_SYS, op, RVM_RIGHTS_ALL);
	enum rvm_object object = rvm_object_of(&file->f_path);

	if (!(prot & PROT_EXEC) || rvm_verb_use(object) != RVM_DEMAND_NOTHING ||
	    (object == RVM_OBJECT_MEMORY && rvm_object_is_code_memory(file, shared)))
		return check_use(part, file, op, object);
	q.text = "object=anonymous";
	return rvm_gate_refuse(part, &q, RVM_REASON_ANONYMOUS);
}

/*
 * Pages that may be written can be read, and those that may not be touched can be
 * made readable: a map takes READ, whatever it is for now.  @mapped: it was asked.
 */
static u8 map_rights(unsigned long prot, bool shared, bool mapped)
{
	u8 need = mapped ? 0 : RVM_RIGHT_READ;

	if (prot & PROT_WRITE && shared)
		need |= RVM_RIGHT_WRITE;
	if (prot & PROT_EXEC)
		need |= RVM_RIGHT_EXECUTE;
	return need;
}

static noinline int check_map(struct rvm_partition *part, struct file *file, enum rvm_op op,
			      unsigned long prot, bool shared, bool mapped)
{
	u8 need = map_rights(prot, shared, mapped);

	if (rvm_object_is_nameless(rvm_object_of(&file->f_path)))
		return check_map_nameless(part, file, op, prot, shared);
	/* Written by a map a file keeps its set-id bits. */
	if (need & RVM_RIGHT_WRITE && rvm_verb_mode(file_inode(file)->i_mode) != RVM_DEMAND_WRITE)
		return rvm_gate_floor(part, op, "mode=set-id", false);
	if (is_own_program(file))
		need &= ~(RVM_RIGHT_READ | RVM_RIGHT_EXECUTE);
	/* The kernel maps what an exec opened: reading is part of it. */
	if (file->f_flags & __FMODE_EXEC)
		need &= ~RVM_RIGHT_READ;
	if (current->in_execve && rvm_entry_is_opening())
		need &= ~(RVM_RIGHT_READ | RVM_RIGHT_EXECUTE);
	return check_file(part, file, op, need, true);
}

static noinline int check_ioctl(struct rvm_partition *part, struct file *file, unsigned int cmd)
{
	enum rvm_demand demand;
	enum rvm_object object;
	int err;

	if (is_hidden_layer(file))
		return 0;
	object = object_of(part, file);
	demand = rvm_verb_ioctl(object, cmd);
	err = check_demand(part, file, RVM_OP_IOCTL, demand, cmd);
	/* A token names it: the terminals that are made with it are the partition's. */
	if (!err && object == RVM_OBJECT_MASTER && demand == RVM_DEMAND_WRITE)
		rvm_own_note_terminal(part, file);
	return err;
}

/* The owner that @arg names.  Not left to the kernel: by then the number may be somebody's. */
static int check_set_owner(struct rvm_partition *part, unsigned long arg)
{
	struct task_struct *task = pid_task(find_vpid((int)arg), PIDTYPE_PID);

	if (!task)
		return -ESRCH;
	if (rvm_task_is_within(part, task))
		return rvm_gate_pass(part, RVM_OP_SIGNAL);
	return check_floor(part, RVM_OP_SIGNAL, F_SETOWN, false);
}

static noinline int check_fcntl(struct rvm_partition *part, struct file *file, unsigned int cmd,
				unsigned long arg)
{
	enum rvm_demand demand = rvm_verb_fcntl(cmd, arg);

	if (cmd == F_SETOWN && demand == RVM_DEMAND_OWNER)
		return check_set_owner(part, arg);
	return check_demand(part, file, cmd == F_SETLEASE ? RVM_OP_LOCK : RVM_OP_IOCTL, demand,
			    cmd);
}

/* O_PATH needs none: a place to start from; what is opened from it is judged. */
static u8 mode_rights(const struct file *file)
{
	return (file->f_mode & FMODE_READ ? RVM_RIGHT_READ : 0) |
	       (file->f_mode & FMODE_WRITE ? RVM_RIGHT_WRITE : 0);
}

static noinline int check_receive(struct rvm_partition *part, struct file *file)
{
	enum rvm_object object = rvm_object_of(&file->f_path);
	struct socket *sock = sock_from_file(file);

	if (sock)
		return rvm_sock_check_handed(part, sock, false);
	if (rvm_object_is_nameless(object))
		return check_use(part, file, RVM_OP_RECEIVE, object);
	return check_file(part, file, RVM_OP_RECEIVE, mode_rights(file), false);
}

bool rvm_file_is_covered(struct rvm_partition *part, struct file *file)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_READ, mode_rights(file));
	enum rvm_object object = object_of(part, file);
	struct socket *sock = sock_from_file(file);

	if (sock)
		return !rvm_sock_check_handed(part, sock, true);
	if (rvm_object_is_nameless(object))
		return rvm_verb_use(object) == RVM_DEMAND_NOTHING;
	if (!q.req.need || object == RVM_OBJECT_TERMINAL)
		return true;
	q.path = rvm_file_user_path(file);
	q.quiet = true;
	return !rvm_gate_check(part, &q);
}

static noinline int check_truncate(struct rvm_partition *part, struct file *file)
{
	enum rvm_object object;

	if (is_hidden_layer(file))
		return 0;
	object = rvm_object_of(&file->f_path);
	if (rvm_object_is_nameless(object))
		return check_use(part, file, RVM_OP_TRUNCATE, object);
	return check_file(part, file, RVM_OP_TRUNCATE, RVM_RIGHT_WRITE, false);
}

static noinline int check_lock(struct rvm_partition *part, struct file *file, unsigned int type)
{
	enum rvm_object object;

	if (is_hidden_layer(file))
		return 0;
	object = rvm_object_of(&file->f_path);
	if (rvm_object_is_nameless(object))
		return check_use(part, file, RVM_OP_LOCK, object);
	return check_demand(part, file, RVM_OP_LOCK, rvm_verb_lock(type), type);
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
	return check_map(part, file, RVM_OP_MAP, prot, (flags & MAP_TYPE) != MAP_PRIVATE, false);
}

__bpf_kfunc int bpf_rvm_file_protect(struct vm_area_struct *vma, unsigned long prot)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || !vma->vm_file)
		return 0;
	/* Only new access is judged: what could be touched could be read. */
	return check_map(part, vma->vm_file, RVM_OP_PROTECT, prot, vma->vm_flags & VM_SHARED,
			 !prot || vma->vm_flags & VM_ACCESS_FLAGS);
}

__bpf_kfunc int bpf_rvm_file_ioctl(struct file *file, unsigned int cmd)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_ioctl(part, file, cmd) : 0;
}

__bpf_kfunc int bpf_rvm_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_fcntl(part, file, cmd, arg) : 0;
}

__bpf_kfunc int bpf_rvm_file_receive(struct file *file)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_receive(part, file) : 0;
}

__bpf_kfunc int bpf_rvm_file_truncate(struct file *file)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_truncate(part, file) : 0;
}

__bpf_kfunc int bpf_rvm_file_lock(struct file *file, unsigned int cmd)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_lock(part, file, cmd) : 0;
}

__bpf_kfunc_end_defs();
