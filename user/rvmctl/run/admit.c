// SPDX-License-Identifier: GPL-2.0-only
/* Starting a task in a partition, and having its program admitted. */
#include <string.h>

#include "lib/log/sha256.h"
#include "run/admit.h"
#include "base/lock.h"
#include "run/network.h"

/* The words as the kernel gets them, each with its NUL. */
static void hash_words(char *const *words, uint8_t digest[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 hash;

	rvm_sha256_init(&hash);
	for (; *words; words++)
		rvm_sha256_update(&hash, *words, strlen(*words) + 1);
	rvm_sha256_final(&hash, digest);
}

/* This program with these words, and nothing that somebody inside makes of it. */
static int ask_in(struct nlc *nlc, const struct spawn *s, const struct admission *how,
		  struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_PARTITION_ENTER, 0);
	uint8_t digest[RVM_SHA256_DIGEST_BYTES];

	hash_words(s->argv, digest);
	if (msg && (nla_put_u32(msg, RVM_A_PARTITION_ID, how->part->id) ||
		    nla_put_u32(msg, RVM_A_PARTITION_PID, s->command) ||
		    nla_put_s32(msg, RVM_A_PARTITION_PROGRAM_FD, how->program) ||
		    nla_put(msg, RVM_A_PARTITION_WORDS, sizeof(digest), digest) ||
		    (s->private_net && nla_put_flag(msg, RVM_A_PARTITION_OWN_NET)) ||
		    (how->judged && nla_put_flag(msg, RVM_A_PARTITION_JUDGED))))
		nlc_drop(&msg);
	if (nlc_call(nlc, msg, NULL, NULL, err))
		return err_wrap(err, "partition %s: command not admitted", how->part->name);
	return 0;
}

int admit_started(struct nlc *nlc, struct spawn *s, const struct admission *how, struct err *err)
{
	auto_close int lock = -1;

	/* A new network is claimed while nobody else refers to it, nor looks for one. */
	if (s->private_net) {
		lock = lock_take(LOCK_NETWORK, err);
		if (lock < 0)
			return -1;
		s->net = network_find(s->cgroup);
	}
	return spawn_start(s, err) || ask_in(nlc, s, how, err) ? -1 : 0;
}
