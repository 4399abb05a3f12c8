// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about programs: which one, started with which arguments.
 *
 * The hook runs once for each handler round: first for the file as named with
 * the arguments as given, then for the interpreter of a script with arguments that
 * the kernel made.  Arguments and variables of the environment that turn programs are
 * judged in each.  Nobody else can reach the new memory before the exec's point of no
 * return, so they cannot change under us.
 */

#include <linux/binfmts.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include <asm/word-at-a-time.h>

#include "kfunc/common.h"
#include "lib/log/sha256.h"
#include "lib/model/rights.h"
#include "lib/pattern/environ.h"
#include "partition/entry.h"
#include "partition/lineage.h"
#include "witness/witness.h"

/* What is taken from the new memory as it is walked over, page by page. */
struct reader {
	/* The first arguments, each ended by NUL. */
	struct rvm_argv *argv;
	char *text;
	size_t room;
	/* More than @room if there was no more room. */
	size_t len;
	/* Of all arguments, however many, if a caller wants to know; else NULL. */
	struct rvm_sha256 *hash;
	/* Strings to come. */
	int words, variables;
	/* How the variable begins. */
	char variable[RVM_ENVIRON_BYTES];
	size_t kept;
	/* Which programs the variables can make run other code, and the name of one that does. */
	enum rvm_environ turned;
	char turner[RVM_ENVIRON_NAME_BYTES];
	/* Those that name directories of code. */
	struct rvm_folders folders;
};

/* Bytes before the first NUL, at most @len.  Environments are long. */
static size_t bytes_to_nul(const char *bytes, size_t len)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, nul;
	size_t at;

	for (at = 0; at + sizeof(word) <= len; at += sizeof(word)) {
		memcpy(&word, bytes + at, sizeof(word));
		if (has_zero(word, &nul, &constants)) {
			nul = prep_zero_mask(word, nul, &constants);
			return at + find_zero(create_zero_mask(nul));
		}
	}
	while (at < len && bytes[at])
		at++;
	return at;
}

/*
 * One argument, or the part of it that is on this page: how long that is.  Only arguments
 * that fit as a whole count.
 */
static size_t take_word(struct reader *r, const char *bytes, size_t len)
{
	size_t end = bytes_to_nul(bytes, len), more = min(end + 1, len);
	struct rvm_argv *argv = r->argv;

	if (argv->words < RVM_ARGV_WORDS_MAX && r->len < r->room) {
		memcpy(r->text + r->len, bytes, min(more, r->room - r->len));
		r->len += more;
		if (end < len && r->len <= r->room) {
			argv->len = r->len;
			argv->words++;
		}
	}
	r->words -= end < len;
	return more;
}

/* The name of a variable ends at its "=". */
static void note_turned(struct reader *r, enum rvm_environ turned, const char *variable, size_t len)
{
	size_t i;

	if (turned <= r->turned)
		return;
	r->turned = turned;
	len = min(len, sizeof(r->turner) - 1);
	for (i = 0; i < len && variable[i] != '='; i++)
		r->turner[i] = variable[i];
	r->turner[i] = '\0';
}

/* Keyed, so that nobody looks for another directory with the same number. */
static u64 number_of(const char *text, size_t len)
{
	static siphash_key_t key __read_mostly;

	get_random_once(&key, sizeof(key));
	/* Nothing at all is 0. */
	return siphash(text, len, &key) ?: 1;
}

/* With more of them, or a longer one, than can be kept, the worst is assumed. */
static void take_folder(struct reader *r, const char *name, const char *variable, size_t len)
{
	struct rvm_folders *folders = &r->folders;
	unsigned int i = folders->count;

	if (len == RVM_ENVIRON_BYTES || i == ARRAY_SIZE(folders->number)) {
		note_turned(r, RVM_ENVIRON_ANY, name, strlen(name));
		return;
	}
	folders->number[i] = number_of(variable, len);
	folders->name[i] = name;
	folders->count++;
}

/* At most its first RVM_ENVIRON_BYTES bytes. */
static void judge_variable(struct reader *r, const char *variable, size_t len)
{
	const char *folder;

	if (!rvm_environ_matters(variable, len))
		return;
	folder = rvm_environ_folder(variable, len);
	note_turned(r, rvm_environ_turns(variable, len), variable, len);
	if (folder)
		take_folder(r, folder, variable, len);
}

/* One variable, or the part of it that is on this page: how long that is. */
static size_t take_variable(struct reader *r, const char *bytes, size_t len)
{
	size_t end = bytes_to_nul(bytes, len), more = min(end, sizeof(r->variable) - r->kept);

	if (r->kept || end == len) {
		memcpy(r->variable + r->kept, bytes, more);
		r->kept += more;
	}
	if (end == len)
		return end;
	if (r->kept)
		judge_variable(r, r->variable, r->kept);
	else
		judge_variable(r, bytes, more);
	r->kept = 0;
	r->variables--;
	return end + 1;
}

static void take_page(struct reader *r, const char *bytes, size_t len)
{
	size_t at;

	for (at = 0; at < len && r->words;)
		at += take_word(r, bytes + at, len - at);
	if (r->hash)
		rvm_sha256_update(r->hash, bytes, at);
	while (at < len && r->variables)
		at += take_variable(r, bytes + at, len - at);
}

/*
 * The arguments, and behind them the variables.  What the kernel lets a caller bring
 * is the bound: it has copied each of these bytes before.  What cannot be read
 * counts as the worst.
 */
static void read_words(struct linux_binprm *bprm, struct reader *r)
{
	unsigned long at = bprm->p;

	while (r->words || r->variables) {
		struct page *page;
		char *map;
		long got = 0;

		if (!fatal_signal_pending(current)) {
			mmap_read_lock(bprm->mm);
			got = rvm_get_page(bprm->mm, at, &page);
			mmap_read_unlock(bprm->mm);
		}
		if (got != 1) {
			note_turned(r, RVM_ENVIRON_ANY, "?", 1);
			break;
		}
		map = kmap_local_page(page);
		take_page(r, map + offset_in_page(at), PAGE_SIZE - offset_in_page(at));
		kunmap_local(map);
		put_page(page);
		at = PAGE_ALIGN(at + 1);
		cond_resched();
	}
	r->argv->text = r->text;
	r->argv->truncated = r->argv->words != bprm->argc;
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

/*
 * System call filters beyond those that the partition came with were set by a task inside,
 * and can answer in the kernel's place.
 */
static bool is_filtered(struct rvm_partition *part)
{
	int now = rvm_filters_of(current), least = atomic_read(&part->filters);

	if (least < 0)
		rvm_partition_note_filters(part, now);
	return least >= 0 && now > least;
}

/* Code is loaded from such directories unasked: those it did not come with are from inside. */
static void judge_folders(struct rvm_partition *part, struct reader *words)
{
	const char *strange = rvm_partition_strange_folder(part, &words->folders);

	if (strange)
		note_turned(words, RVM_ENVIRON_ANY, strange, strlen(strange));
}

/* A tracer can change arguments after they were judged; one on the host may. */
static bool is_traced_inside(void)
{
	struct task_struct *tracer = ptrace_parent(current);

	return tracer && rvm_partition_of_task(tracer);
}

/*
 * A program that a token with arguments starts must be steered by its arguments only: its
 * loader and C library see to that.  In learn mode a program will later be started by such
 * a token, so it has to do now what it will do then.
 */
static void secure(struct linux_binprm *bprm, const struct rvm_partition *part,
		   const struct rvm_question *q)
{
	if (q->words || (q->relaxed && READ_ONCE(part->mode) == RVM_MODE_LEARN))
		bprm->secureexec = 1;
}

/* The first round: the program as named, with its arguments. */
static int check_program(struct rvm_partition *part, struct linux_binprm *bprm,
			 struct reader *words)
{
	const struct rvm_argv *argv = words->argv;
	u8 digest[RVM_SHA256_DIGEST_BYTES] = {};
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_EXEC, RVM_RIGHT_EXECUTE);
	enum rvm_reason kind = check_file_kind(bprm);
	bool filtered = is_filtered(part), entered;
	int ret;

	if (words->hash)
		rvm_sha256_final(words->hash, digest);
	entered = rvm_entry_begin(bprm, digest) == RVM_ENTRY_ADMITTED;
	if (entered)
		rvm_partition_note_folders(part, &words->folders);
	judge_folders(part, words);
	name_program(&q, bprm, bprm->filename);
	q.req.exec.argv = argv;
	q.req.exec.turned = words->turned;
	q.req.exec.turner = words->turner;
	q.req.exec.steered = filtered || is_traced_inside();
	q.req.exec.lineages = rvm_lineage_of(current);
	q.argv = argv;
	q.always = true;
	q.flags = argv->truncated ? RVM_RECORD_F_TRUNCATED : 0;
	if (entered) {
		rvm_partition_note_filters(part, rvm_filters_of(current));
		filtered = false;
		/* A token for it takes no part but in what its helpers may do. */
		q.opens = rvm_gate_ask(part, &q).opens;
		rvm_gate_allow(part, &q, RVM_REASON_ENTRY);
		ret = 0;
	} else if (kind) {
		q.req.floor = kind == RVM_REASON_FLOOR;
		ret = rvm_gate_refuse(part, &q, kind);
	} else {
		ret = rvm_gate_check(part, &q);
		secure(bprm, part, &q);
	}
	if (filtered)
		q.opens.set = 0;
	return ret ?: rvm_lineage_open(bprm, q.opens, q.words);
}

/* A later round: the interpreter of a script that was admitted. */
static int check_interpreter(struct rvm_partition *part, struct linux_binprm *bprm,
			     struct reader *words)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_INTERP, RVM_RIGHT_EXECUTE);
	int ret;

	if (rvm_entry_is_admitted(bprm))
		return 0;
	judge_folders(part, words);
	name_program(&q, bprm, bprm->interp);
	/* The kernel's: its own, the script's name, and what was given to that. */
	q.req.exec.argv = words->argv;
	q.argv = words->argv;
	q.req.exec.turned = words->turned;
	q.req.exec.turner = words->turner;
	q.req.exec.steered = is_filtered(part) || is_traced_inside();
	q.req.exec.lineages = rvm_lineage_executing(bprm);
	ret = rvm_gate_check(part, &q);
	secure(bprm, part, &q);
	return ret;
}

static noinline int check_exec(struct linux_binprm *bprm)
{
	struct rvm_partition *part;
	struct rvm_argv argv = {};
	struct reader words = { .argv = &argv, .words = bprm->argc, .variables = bprm->envc };
	bool first = bprm->interp == bprm->filename;
	struct rvm_sha256 hash;
	int ret = 0;

	/* Between these are the arguments and the environment; what does not fit counts as cut. */
	words.room = clamp_t(unsigned long, bprm->exec - bprm->p, 1, RVM_ARGV_BYTES_MAX);
	words.text = kmalloc(words.room, GFP_KERNEL);
	if (!words.text)
		return -ENOMEM;
	if (first && rvm_entry_awaits()) {
		rvm_sha256_init(&hash);
		words.hash = &hash;
	}
	read_words(bprm, &words);

	/* A task that left the partition meanwhile was moved by the host. */
	rcu_read_lock();
	part = rvm_partition_find();
	if (part)
		ret = first ? check_program(part, bprm, &words) :
			      check_interpreter(part, bprm, &words);
	rcu_read_unlock();
	kfree(words.text);
	if (!ret && first && rvm_entry_is_active(bprm))
		ret = rvm_brought_check();
	return ret;
}

/* Before, the record says that it may start; it may have failed since. */
static noinline void note_start(struct rvm_partition *part)
{
	const struct rvm_event event = {
		.kind = RVM_KIND_TASK_SPAWN,
		.op = RVM_OP_EXEC,
		.lane = part->lane,
		.actor = part->id,
		.target = task_tgid_nr(current),
	};

	rvm_witness_append(&event);
	atomic64_inc(&part->execs);
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_rvm_exec_check(struct linux_binprm *bprm)
{
	return rvm_caller_is_inside() ? check_exec(bprm) : 0;
}

/* The old program is gone: nothing that fails now leads back to it. */
__bpf_kfunc int bpf_rvm_exec_done(const struct linux_binprm *bprm)
{
	struct rvm_partition *part = rvm_partition_find();

	rvm_lineage_commit(bprm);
	if (part)
		note_start(part);
	return 0;
}

__bpf_kfunc_end_defs();
