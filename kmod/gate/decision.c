// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decisions: what was allowed a moment ago, so that asking again is cheap.
 *
 * A fixed table that all CPUs share, each slot with a sequence of its own.  Only
 * what was allowed is kept, and only where the file can be told from every other:
 * Documentation/design/decisions.md goes through all that could change a verdict.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "gate/decision.h"
#include "lib/judge/move.h"
#include "limits.h"
#include "partition/registry.h"
#include "partition/sum.h"
#include "rvm_trace.h"
#include "table/grants.h"
#include "table/table.h"
#include "walk/object.h"
#include "walk/path.h"

#define SLOTS BIT(RVM_DECISION_BITS)

struct slot {
	/* Odd while it is written. */
	unsigned int seq;
	struct rvm_decision decision;
} __aligned(64);

static struct slot *slots;

/* Odd; keeps the fingerprint from being computed outside. */
static u64 secret;

static __always_inline bool is_of(const struct rvm_decision *decision, u64 part,
				  const struct dentry *dentry)
{
	return READ_ONCE(decision->identity.dentry) == dentry && READ_ONCE(decision->part) == part;
}

static __always_inline unsigned int first_of(u64 part, const struct dentry *dentry)
{
	return hash_64((unsigned long)dentry + part, RVM_DECISION_BITS);
}

/*
 * A decision is in either of two slots, or two files that are used all the time might
 * replace each other.  If it is in neither, any will do.  All is looked at again under
 * the sequence of the slot.
 */
static __always_inline struct slot *slot_of(u64 part, const struct dentry *dentry)
{
	unsigned int first = first_of(part, dentry);

	return &slots[first ^ !is_of(&slots[first].decision, part, dentry)];
}

/* Where it is, or else in place of the older one. */
static struct slot *slot_for(u64 part, const struct dentry *dentry)
{
	unsigned int first = first_of(part, dentry);
	struct slot *slot = slot_of(part, dentry), *other = &slots[first];

	if (is_of(&slot->decision, part, dentry) || !READ_ONCE(slot->decision.part) ||
	    time_before(READ_ONCE(slot->decision.kept), READ_ONCE(other->decision.kept)))
		return slot;
	return other;
}

/* A slot that is being written never has the sequence that this gives. */
static unsigned int even(unsigned int seq)
{
	return seq & ~1u;
}

static u64 mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * secret;
	return hash ^ hash >> 32;
}

/* All names from a dentry to the root of its file system. */
static u64 mix_names(u64 hash, const struct dentry *dentry)
{
	unsigned int i;

	/* Deeper is not judged; a chain that is being changed may seem endless. */
	for (i = 0; i <= RVM_PATH_DEPTH_MAX; i++) {
		const struct dentry *parent = READ_ONCE(dentry->d_parent);
		const struct inode *inode = READ_ONCE(dentry->d_inode);

		hash = mix(hash, (unsigned long)dentry);
		hash = mix(hash, READ_ONCE(dentry->d_name.hash_len));
		/* Counts moves of this name: another name may have the same hash. */
		hash = mix(hash, READ_ONCE(dentry->d_seq.seqcount.sequence));
		if (inode)
			hash = mix(hash, inode->i_ino ^ (u64)inode->i_generation << 32);
		if (parent == dentry)
			break;
		dentry = parent;
	}
	return hash;
}

/* All names above an object, through @crossings mounts. */
static noinline u64 fingerprint(const struct vfsmount *mnt, const struct dentry *dentry,
				unsigned int crossings)
{
	const struct rvm_mount_mirror *mount = rvm_mount_mirror_of(mnt);
	u64 hash = mix_names(secret, dentry);

	while (crossings--) {
		hash = mix_names(hash, READ_ONCE(mount->mnt_mountpoint));
		mount = READ_ONCE(mount->mnt_parent);
	}
	/* 0 is for what was not computed yet. */
	return hash ?: 1;
}

/*
 * What a file is known by now.  False for one that cannot be told from others: a name
 * more may have been a name less since.
 */
static __always_inline bool identify_file(struct rvm_identity *id, const struct dentry *dentry)
{
	const struct dentry *parent = READ_ONCE(dentry->d_parent);
	const struct inode *inode = READ_ONCE(dentry->d_inode);
	const struct inode *folder = READ_ONCE(parent->d_inode);

	if (!inode || !folder || d_unhashed((struct dentry *)dentry) ||
	    (READ_ONCE(inode->i_nlink) != 1 && !S_ISDIR(inode->i_mode)))
		return false;
	*id = (struct rvm_identity){
		.dentry = dentry,
		.inode = inode,
		.ino = inode->i_ino,
		.generation = inode->i_generation,
		.parent = parent,
		.parent_ino = folder->i_ino,
		.parent_generation = folder->i_generation,
		.name = READ_ONCE(dentry->d_name.hash_len),
	};
	return true;
}

/* A directory has one name: if nothing was renamed it is where it was. */
static __always_inline bool identify_folder(struct rvm_identity *id, const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);

	if (!inode)
		return false;
	*id = (struct rvm_identity){
		.dentry = dentry,
		.inode = inode,
		.ino = inode->i_ino,
		.generation = inode->i_generation,
	};
	return true;
}

/*
 * The one comparison: whoever finds a slot, and whoever adds to it.  What is kept may
 * be written meanwhile; the sequence tells.
 */
static __always_inline bool is_same(const struct rvm_identity *kept, const struct rvm_identity *now)
{
	return READ_ONCE(kept->dentry) == now->dentry && READ_ONCE(kept->inode) == now->inode &&
	       READ_ONCE(kept->ino) == now->ino && READ_ONCE(kept->parent) == now->parent &&
	       READ_ONCE(kept->parent_ino) == now->parent_ino &&
	       READ_ONCE(kept->name) == now->name &&
	       READ_ONCE(kept->generation) == now->generation &&
	       READ_ONCE(kept->parent_generation) == now->parent_generation;
}

/*
 * It differs from other files in its directory only by its name: it is not the root of a
 * mount, not a device or the like, has one name that is compared byte by byte, and has no
 * anchor, which would be a mark.
 */
static __always_inline bool is_ordinary(const struct dentry *dentry, const struct vfsmount *mnt)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);

	if (!inode || d_unhashed((struct dentry *)dentry) || dentry == READ_ONCE(mnt->mnt_root) ||
	    READ_ONCE(dentry->d_flags) & DCACHE_OP_COMPARE || READ_ONCE(inode->i_fsnotify_marks))
		return false;
	return S_ISDIR(inode->i_mode) || (S_ISREG(inode->i_mode) && READ_ONCE(inode->i_nlink) == 1);
}

/*
 * A name for which nothing is there yet, or nothing was looked up.  Whether case counts is
 * noted with a name only when it is looked up: before, the directory has to be asked.
 */
static __always_inline bool is_ordinary_name(const struct dentry *dentry)
{
	const struct inode *folder = READ_ONCE(READ_ONCE(dentry->d_parent)->d_inode);

	return folder && !IS_CASEFOLDED(folder) &&
	       !(READ_ONCE(dentry->d_flags) & DCACHE_OP_COMPARE);
}

/* What is there, or may be made: an ordinary object or an ordinary name. */
static __always_inline bool is_like_others(const struct dentry *dentry, const struct vfsmount *mnt)
{
	return READ_ONCE(dentry->d_inode) ? is_ordinary(dentry, mnt) : is_ordinary_name(dentry);
}

static __always_inline bool is_same_place(const struct rvm_decision *decision,
					  const struct vfsmount *mnt)
{
	const struct rvm_mount_mirror *mount = rvm_mount_mirror_of(mnt);
	unsigned int i, crossings = READ_ONCE(decision->crossings);
	const struct fs_struct *fs = current->fs;

	for (i = 0; i < crossings; i++) {
		if (mount != READ_ONCE(decision->mount[i].mount) ||
		    READ_ONCE(mount->mnt.mnt_root) != READ_ONCE(decision->mount[i].root) ||
		    READ_ONCE(mount->mnt_mountpoint) != READ_ONCE(decision->mount[i].mountpoint))
			return false;
		mount = READ_ONCE(mount->mnt_parent);
	}
	return mount == READ_ONCE(decision->top) && mount == READ_ONCE(mount->mnt_parent) && fs &&
	       READ_ONCE(fs->root.mnt) == READ_ONCE(decision->root);
}

static bool is_old(const struct rvm_decision *decision, unsigned long now)
{
	unsigned long end = READ_ONCE(decision->kept) + RVM_DECISION_SECONDS * HZ;

	return time_after_eq(now, end);
}

/* Not if the clock was set back behind the time at which it was judged either. */
static bool is_in_time(const struct rvm_decision *decision)
{
	s64 now = ktime_get_real_seconds();

	return now >= READ_ONCE(decision->from) && now < READ_ONCE(decision->until);
}

static void settle(struct rvm_decision *decision)
{
	bool settled = decision->chain && decision->until == S64_MAX;

	WRITE_ONCE(decision->settled, settled ? decision->names : U64_MAX);
}

/*
 * A token expires, or the file is opened again for the first time, or something
 * somewhere was renamed.  If no name above this file was, the decision holds on.
 */
static noinline bool holds_on(struct slot *slot, unsigned int seq, const struct vfsmount *mnt,
			      const struct dentry *dentry)
{
	struct rvm_decision *decision = &slot->decision;
	unsigned int names = rvm_walk_names(), crossings = READ_ONCE(decision->crossings);
	u64 chain;

	if (names & 1 || crossings > RVM_DECISION_MOUNTS || !is_in_time(decision))
		return false;
	if (names == READ_ONCE(decision->names) && READ_ONCE(decision->chain)) {
		/* All was read before the sequence is looked at again. */
		smp_rmb();
		return READ_ONCE(slot->seq) == seq;
	}
	chain = fingerprint(mnt, dentry, crossings);
	/* The names were read before it is looked at again. */
	smp_rmb();
	if (names != rvm_walk_names() ||
	    (names != READ_ONCE(decision->names) && chain != READ_ONCE(decision->chain)))
		return false;
	/* Only if nobody else wrote meanwhile: then what was compared is what is kept. */
	if (cmpxchg(&slot->seq, seq, seq + 1) != seq)
		return false;
	WRITE_ONCE(decision->names, names);
	WRITE_ONCE(decision->chain, chain);
	settle(decision);
	/* All is written before the slot counts as whole again. */
	smp_store_release(&slot->seq, seq + 2);
	return true;
}

/* @id: Of the partition, or that of its directories. */
static __always_inline bool is_about(const struct rvm_decision *decision,
				     const struct rvm_partition *part, u64 id,
				     const struct dentry *dentry, u8 rights, bool load)
{
	return is_of(decision, id, dentry) && !(rights & ~READ_ONCE(decision->rights[load])) &&
	       rvm_policy_is(part, READ_ONCE(decision->policy)) && !is_old(decision, jiffies);
}

/* A whole function for those who watch: nobody else needs a frame for it. */
static noinline void trace_kept(const struct rvm_partition *part, u8 rights)
{
	trace_rvm_kept(part->id, rights);
}

static __always_inline bool tell_kept(const struct rvm_partition *part, u8 rights)
{
	if (trace_rvm_kept_enabled())
		trace_kept(part, rights);
	return true;
}

static __always_inline bool tell_answered(struct rvm_partition *part, u8 rights)
{
	return tell_kept(part, rights) && rvm_sum_count(&part->sum);
}

bool rvm_decision_allows_one(struct rvm_partition *part, const struct path *path, u8 rights,
			     bool load)
{
	const struct dentry *dentry = path->dentry;
	struct slot *slot = slot_of(part->id, dentry);
	const struct rvm_decision *decision = &slot->decision;
	struct rvm_identity now;
	unsigned int names, seq;

	/* What is kept is read after it. */
	seq = even(smp_load_acquire(&slot->seq));
	if (!is_about(decision, part, part->id, dentry, rights, load))
		return false;
	/* Before any name is read. */
	names = rvm_walk_names();
	if (!identify_file(&now, dentry) || !is_same(&decision->identity, &now) ||
	    !is_same_place(decision, path->mnt))
		return false;
	if (names != READ_ONCE(decision->settled))
		return holds_on(slot, seq, path->mnt, dentry) && tell_answered(part, rights);
	/* All was read before the sequence is looked at again. */
	smp_rmb();
	return READ_ONCE(slot->seq) == seq && tell_answered(part, rights);
}

/* After other names changed: does the directory's still hold, and is the file still there? */
static noinline bool folder_holds_on(struct slot *slot, unsigned int seq, const struct path *path,
				     unsigned int names)
{
	const struct dentry *folder = READ_ONCE(slot->decision.identity.dentry);

	return READ_ONCE(path->dentry->d_parent) == folder &&
	       holds_on(slot, seq, path->mnt, folder) && rvm_walk_names() == names;
}

/* By a token or an exclusion, in the table or beside it. */
static bool is_told(const struct rvm_partition *part, const struct rvm_table *table,
		    const char *text, u32 len)
{
	const struct rvm_leaf_set *told = rvm_grants_told(READ_ONCE(part->grants));

	return (table && rvm_leaf_set_has(&table->told, text, len)) ||
	       (told && rvm_leaf_set_has(told, text, len));
}

/*
 * May no exclusion of the partition be about the name?  Those of another table than the
 * decision are not known: by the address of what is noted with it, which is that of no
 * table before, as none is freed before the policy has changed.
 */
static __always_inline bool is_outside(const struct rvm_leaf_set *noted,
				       const struct rvm_partition *part, const char *text, u32 len,
				       bool move)
{
	const struct rvm_table *table = rcu_dereference(part->table);
	const struct rvm_leaf_set *leaves = table ? &table->leaves : NULL;

	if (leaves != noted)
		return false;
	return move ? !is_told(part, table, text, len) :
		      !(leaves && rvm_leaf_set_has(leaves, text, len));
}

/* And of those around it. */
static noinline bool is_outside_around(const struct rvm_decision *decision,
				       const struct rvm_partition *part, const char *text, u32 len,
				       bool move)
{
	unsigned int i;

	for (i = 1; (part = part->parent); i++)
		if (!is_outside(READ_ONCE(decision->leaves[i]), part, text, len, move))
			return false;
	return true;
}

/* The name may change meanwhile.  @move: No token and no exclusion may tell it from others. */
static noinline bool name_is_ordinary(struct slot *slot, unsigned int seq,
				      const struct rvm_partition *part, const struct path *path,
				      unsigned int names, bool move)
{
	const struct rvm_decision *decision = &slot->decision;
	const char *text = READ_ONCE(path->dentry->d_name.name);
	u32 len = READ_ONCE(path->dentry->d_name.len);

	/* Then text and length belong together. */
	smp_rmb();
	if (rvm_walk_names() != names || !len ||
	    !is_outside(READ_ONCE(decision->leaves[0]), part, text, len, move))
		return false;
	if (part->parent && !is_outside_around(decision, part, text, len, move))
		return false;
	if (unlikely(names != READ_ONCE(decision->settled)))
		return folder_holds_on(slot, seq, path, names);
	/*
	 * All was read before these are looked at again: the file was in this directory
	 * and had this name at one and the same time.
	 */
	smp_rmb();
	return READ_ONCE(slot->seq) == seq && rvm_walk_names() == names;
}

/* What a rename compares of a directory. */
struct moves {
	/* Of the partition: what was noted before something was granted does not count. */
	u32 additions;
	u16 moves;
};

/* Else nothing new would be noted as long as the directory's rights are known. */
static noinline bool forget_slot(struct slot *slot, unsigned int seq)
{
	if (cmpxchg(&slot->seq, seq, seq + 1) == seq) {
		WRITE_ONCE(slot->decision.part, 0);
		/* That is written before the slot counts as whole again. */
		smp_store_release(&slot->seq, seq + 2);
	}
	return false;
}

/*
 * Cheap and telling comparisons first; what calls others comes last, so that no
 * frame is needed.
 */
static __always_inline bool allows_in(struct rvm_partition *part, const struct path *path,
				      u8 rights, bool name, struct moves *moves)
{
	u64 id = part->id | RVM_DECISION_FOLDER;
	/* Before any name is read. */
	unsigned int names = rvm_walk_names(), seq;
	const struct dentry *folder = READ_ONCE(path->dentry->d_parent);
	struct slot *slot = slot_of(id, folder);
	const struct rvm_decision *decision = &slot->decision;
	struct rvm_identity now;

	/* What is kept is read after it. */
	seq = even(smp_load_acquire(&slot->seq));
	if (!is_about(decision, part, id, folder, rights, false))
		return false;
	if (moves && READ_ONCE(decision->additions) != moves->additions)
		return forget_slot(slot, seq);
	if (moves)
		moves->moves = READ_ONCE(decision->moves);
	if (!identify_folder(&now, folder) || !is_same(&decision->identity, &now) ||
	    !is_same_place(decision, path->mnt) ||
	    !(name ? is_like_others(path->dentry, path->mnt) :
		     is_ordinary(path->dentry, path->mnt)))
		return false;
	if (!name_is_ordinary(slot, seq, part, path, names, moves))
		return false;
	/* A rename asks twice, and counts once. */
	return moves ? tell_kept(part, rights) : tell_answered(part, rights);
}

bool rvm_decision_allows_in(struct rvm_partition *part, const struct path *path, u8 rights)
{
	return allows_in(part, path, rights, false, NULL);
}

bool rvm_decision_allows_name(struct rvm_partition *part, const struct path *path, u8 rights)
{
	return allows_in(part, path, rights, true, NULL);
}

/* @tree: Below it rules may mean something else in another directory. */
static bool may_move(u16 here, u16 there, bool within, bool tree)
{
	if (within)
		return here & RVM_MOVES_WITHIN;
	return here & RVM_MOVES_BETWEEN && here == there && !tree;
}

/* An odd count was read while something was being granted. */
static bool has_gained(const struct rvm_partition *part, u32 additions)
{
	return additions & 1 || READ_ONCE(part->additions) != additions;
}

/*
 * What was found for both names was found under the present policy and counts of renames and
 * of what was granted: if none has changed since before the first, both were true at one and
 * the same time.
 */
bool rvm_decision_allows_move(struct rvm_partition *part, const struct path *from,
			      const struct path *to)
{
	unsigned int names = rvm_walk_names();
	u64 policy = rvm_policy_number(part);
	bool within = READ_ONCE(from->dentry->d_parent) == READ_ONCE(to->dentry->d_parent);
	/* Before the sets of names that are told from others are read. */
	struct moves here = { .additions = smp_load_acquire(&part->additions) }, there = here;

	if (!allows_in(part, from, RVM_RIGHT_WRITE, true, &here) ||
	    !allows_in(part, to, RVM_RIGHT_WRITE, true, &there) ||
	    !may_move(here.moves, there.moves, within, d_is_dir(from->dentry)))
		return false;
	/* All was read before these are looked at again. */
	smp_rmb();
	return rvm_walk_names() == names && rvm_policy_is(part, policy) &&
	       !has_gained(part, here.additions) && rvm_sum_count(&part->sum);
}

static bool describe_place(struct rvm_decision *decision, const struct path *path,
			   const struct rvm_walk *walk)
{
	const struct rvm_mount_mirror *mount = rvm_mount_mirror_of(path->mnt);
	const struct fs_struct *fs = current->fs;
	bool below_root = false;
	unsigned int i;

	if (walk->mount_count > RVM_DECISION_MOUNTS || !fs)
		return false;
	decision->crossings = walk->mount_count;
	decision->root = READ_ONCE(fs->root.mnt);
	for (i = 0; i < walk->mount_count; i++) {
		decision->mount[i].mount = mount;
		decision->mount[i].root = READ_ONCE(mount->mnt.mnt_root);
		decision->mount[i].mountpoint = walk->mounts[i].mountpoint;
		below_root |= &mount->mnt == decision->root;
		mount = walk->mounts[i].parent;
	}
	decision->top = mount;
	return below_root || &mount->mnt == decision->root;
}

bool rvm_decision_describe(struct rvm_decision *decision, const struct path *path,
			   const struct rvm_walk *walk, const struct rvm_walk_section *section)
{
	if (section->locked || !rvm_object_is_numbered(path->dentry->d_sb) ||
	    !identify_file(&decision->identity, path->dentry) ||
	    !describe_place(decision, path, walk))
		return false;
	decision->part &= ~RVM_DECISION_FOLDER;
	/* Only its directory's decision has them: opened and mapped, a file keeps one decision. */
	memset(decision->leaves, 0, sizeof(decision->leaves));
	decision->names = section->seq;
	return true;
}

bool rvm_decision_describe_folder(struct rvm_decision *decision, const struct path *path,
				  const struct rvm_walk *walk,
				  const struct rvm_walk_section *section)
{
	const struct dentry *folder = READ_ONCE(path->dentry->d_parent);

	if (section->locked || !is_like_others(path->dentry, path->mnt) ||
	    !rvm_object_is_numbered(folder->d_sb) ||
	    !identify_folder(&decision->identity, folder) || !describe_place(decision, path, walk))
		return false;
	decision->part |= RVM_DECISION_FOLDER;
	decision->names = section->seq;
	return true;
}

/* Both were made under the same policy for the same file in the same place. */
static bool agree(const struct rvm_decision *old, const struct rvm_decision *new)
{
	return is_same(&old->identity, &new->identity) && old->part == new->part &&
	       old->policy == new->policy && old->additions == new->additions &&
	       old->names == new->names && old->root == new->root && old->top == new->top &&
	       old->crossings == new->crossings && old->from <= new->from &&
	       !is_old(old, new->kept) && !memcmp(old->leaves, new->leaves, sizeof(new->leaves)) &&
	       !memcmp(old->mount, new->mount, new->crossings * sizeof(new->mount[0]));
}

/*
 * What is opened once needs no fingerprint: it is computed when the decision is
 * first used.  One that was replaced before, as names change all the time, gets it now.
 */
static void note_chain(struct rvm_decision *decision, const struct vfsmount *mnt)
{
	u64 chain = fingerprint(mnt, decision->identity.dentry, decision->crossings);

	/* The names were read before it is looked at again. */
	smp_rmb();
	if (rvm_walk_names() == decision->names)
		decision->chain = chain;
}

void rvm_decision_keep(struct rvm_decision *new, struct vfsmount *mnt)
{
	struct slot *slot = slot_for(new->part, new->identity.dentry);
	struct rvm_decision *old = &slot->decision;
	unsigned int seq = READ_ONCE(slot->seq);

	if (seq & 1 || cmpxchg(&slot->seq, seq, seq + 1) != seq)
		return;
	new->chain = 0;
	if (old->identity.dentry == new->identity.dentry && old->part == new->part)
		note_chain(new, mnt);
	if (agree(old, new)) {
		new->rights[0] |= old->rights[0];
		new->rights[1] |= old->rights[1];
		new->moves |= old->moves;
		new->until = min(new->until, old->until);
		new->kept = old->kept;
	}
	settle(new);
	memcpy(old, new, offsetof(struct rvm_decision, mount[new->crossings]));
	/* All is written before the slot counts as whole again. */
	smp_store_release(&slot->seq, seq + 2);
}

int rvm_decision_init(void)
{
	secret = get_random_u64() | 1;
	slots = kvcalloc(SLOTS, sizeof(*slots), GFP_KERNEL);
	return slots ? 0 : -ENOMEM;
}

void rvm_decision_exit(void)
{
	kvfree(slots);
}
