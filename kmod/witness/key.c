// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first key of the log.  The hasher signs with its successors, each of which forgets the
 * one before; this copy is for who is to verify the log later.
 */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include "witness/key.h"
#include "witness/witness.h"
#include "witness/witness_priv.h"

static struct {
	/* Protects all of this; taken before the log's, after that of the partitions. */
	struct mutex lock;
	/* Why nobody gets it: 0, -EALREADY or -ESTALE; with it, @bytes are wiped. */
	int refusal;
	u8 bytes[RVM_KEY_BYTES];
} first = {
	.lock = __MUTEX_INITIALIZER(first.lock),
};

static void forget(int refusal)
{
	lockdep_assert_held(&first.lock);
	memzero_explicit(first.bytes, sizeof(first.bytes));
	first.refusal = refusal;
}

void rvm_key_begin(const u8 bytes[RVM_KEY_BYTES])
{
	mutex_lock(&first.lock);
	memcpy(first.bytes, bytes, sizeof(first.bytes));
	first.refusal = 0;
	mutex_unlock(&first.lock);
}

void rvm_key_end(void)
{
	mutex_lock(&first.lock);
	forget(-ESTALE);
	mutex_unlock(&first.lock);
}

void rvm_key_close(void)
{
	mutex_lock(&first.lock);
	if (!first.refusal)
		forget(-ESTALE);
	mutex_unlock(&first.lock);
}

static int refuse(struct netlink_ext_ack *extack)
{
	if (first.refusal == -EALREADY)
		NL_SET_ERR_MSG(extack, "the first key was taken: it is given once");
	else
		NL_SET_ERR_MSG(extack, "a partition was made before: take it right after loading");
	return first.refusal;
}

/* Its record has room, so that it cannot fail once the key is handed over. */
static int give_recorded(rvm_key_give_t give, void *data, struct netlink_ext_ack *extack)
{
	struct rvm_event event = {
		.kind = RVM_KIND_KEY_RATCHET,
		.target = rvm_key_name(first.bytes),
		.detail = "key=taken",
	};
	struct rvm_reservation res;
	int err;

	err = rvm_witness_reserve_for(&res, 0, 1, extack);
	if (err)
		return err;
	err = give(first.bytes, rvm_log.id, data);
	if (!err) {
		rvm_witness_commit(&res, &event);
		forget(-EALREADY);
	}
	rvm_witness_abort(&res);
	return err;
}

int rvm_key_take(rvm_key_give_t give, void *data, struct netlink_ext_ack *extack)
{
	int err;

	might_sleep();
	mutex_lock(&first.lock);
	err = first.refusal ? refuse(extack) : give_recorded(give, data, extack);
	mutex_unlock(&first.lock);
	return err;
}
