// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about programs: which one, started with which words.
 *
 * The hook runs once for each handler round: first for the file as named with
 * the words as given, then for the interpreter of a script with words that the
 * kernel made.  The words are judged in the first round only.  Nobody else can
 * reach the new memory before the exec's point of no return, so they cannot
 * change under us.
 */

#include <linux/binfmts.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "entry.h"
#include "kfunc.h"
#include "lib/rights.h"
#include "witness.h"

/* Copy at most @size bytes of the words, ended by NUL; the count is of whole words. */
static void read_words(struct linux_binprm *bprm, char *text, struct rvm_argv *argv)
{
	int left = min(bprm->argc, RVM_ARGV_WORDS_MAX);
	unsigned long at = bprm->p;
	struct page *page = NULL;
	size_t len = 0, whole = 0;

	mmap_read_lock(bprm->mm);
	while (left && len < RVM_ARGV_BYTES_MAX) {
		char *map;

		if (!page) {
			if (get_user_pages_remote(bprm->mm, at, 1, FOLL_FORCE, &page, NULL) != 1)
				break;
		}
		map = kmap_local_page(page);
		while (left && len < RVM_ARGV_BYTES_MAX) {
			char c = map[offset_in_page(at)];

			text[len++] = c;
			if (!c) {
				whole = len;
				argv->words++;
				left--;
			}
			if (!offset_in_page(++at))
				break;
		}
		kunmap_local(map);
		put_page(page);
		page = NULL;
	}
	mmap_read_unlock(bprm->mm);
	argv->text = text;
	argv->len = whole;
	argv->truncated = argv->words != bprm->argc;
}

static void name_program(struct rvm_question *q, const struct linux_binprm *bprm, const char *as)
{
	size_t len = strlen(as);

	q->path = &bprm->file->f_path;
	q->req.exec.program = file_inode(bprm->file);
	q->req.exec.base.text = rvm_base_name(as, &len);
	q->req.exec.base.len = min_t(size_t, len, NAME_MAX);
}

/* Code without a name, or a program that would change who runs. */
static enum rvm_reason check_file_kind(const struct linux_binprm *bprm)
{
	const struct inode *inode = file_inode(bprm->file);

	if (inode->i_sb->s_flags & SB_NOUSER)
		return RVM_REASON_ANONYMOUS;
	if (inode->i_mode & (S_ISUID | S_ISGID) && !task_no_new_privs(current) &&
	    !(bprm->file->f_path.mnt->mnt_flags & MNT_NOSUID))
		return RVM_REASON_FLOOR;
	return RVM_REASON_NONE;
}

/* The first round: the program as named, with its words. */
static int check_program(struct rvm_partition *part, struct linux_binprm *bprm,
			 const struct rvm_argv *argv)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_EXEC, RVM_RIGHT_EXECUTE);
	enum rvm_reason kind = check_file_kind(bprm);
	int ret;

	name_program(&q, bprm, bprm->filename);
	q.req.exec.argv = argv;
	q.argv = argv;
	q.always = true;
	q.flags = argv->truncated ? RVM_RECORD_F_TRUNCATED : 0;
	if (rvm_entry_begin(bprm)) {
		rvm_gate_allow(part, &q, RVM_REASON_ENTRY);
		ret = 0;
	} else if (kind) {
		q.req.floor = kind == RVM_REASON_FLOOR;
		ret = rvm_gate_refuse(part, &q, kind);
	} else {
		ret = rvm_gate_check(part, &q);
	}
	if (!ret)
		atomic64_inc(&part->execs);
	return ret;
}

/* A later round: the interpreter of a script that was admitted. */
static int check_interpreter(struct rvm_partition *part, struct linux_binprm *bprm)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_INTERP, RVM_RIGHT_EXECUTE);

	if (rvm_entry_continue(bprm))
		return 0;
	name_program(&q, bprm, bprm->interp);
	return rvm_gate_check(part, &q);
}

static bool is_inside(void)
{
	bool inside = rvm_partition_enter();

	if (inside)
		rvm_partition_leave();
	return inside;
}

static noinline int check_exec(struct linux_binprm *bprm)
{
	struct rvm_partition *part;
	struct rvm_argv argv = {};
	char *text;
	int ret = 0;

	text = kmalloc(RVM_ARGV_BYTES_MAX, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (bprm->interp == bprm->filename)
		read_words(bprm, text, &argv);

	/* Who moved out of the partition meanwhile was moved by the host. */
	part = rvm_partition_enter();
	if (part) {
		ret = bprm->interp == bprm->filename ? check_program(part, bprm, &argv) :
						       check_interpreter(part, bprm);
		rvm_partition_leave();
	}
	kfree(text);
	return ret;
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_rvm_exec_check(struct linux_binprm *bprm)
{
	return is_inside() ? check_exec(bprm) : 0;
}

__bpf_kfunc_end_defs();
