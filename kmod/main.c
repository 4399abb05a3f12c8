// SPDX-License-Identifier: GPL-2.0-only
/*
 * RVM for Linux: a table of contents.
 */

#include <linux/module.h>

#include "brake.h"
#include "device.h"
#include "gate/decision.h"
#include "gate/packet.h"
#include "gate/recent.h"
#include "hook.h"
#include "kfunc/ipc.h"
#include "kfunc/list.h"
#include "need.h"
#include "netlink/family.h"
#include "partition/calls.h"
#include "partition/change.h"
#include "partition/entry.h"
#include "partition/lineage.h"
#include "partition/network.h"
#include "partition/recheck.h"
#include "partition/registry.h"
#include "partition/sum.h"
#include "pending.h"
#include "table/anchor.h"
#include "table/handles.h"
#include "table/token.h"
#include "walk/mounts.h"
#include "walk/path.h"
#include "witness/witness.h"

static int __init rvm_init(void)
{
	int err;

	err = rvm_sum_init();
	if (err)
		return err;
	err = rvm_need_init();
	if (err)
		return err;
	err = rvm_decision_init();
	if (err)
		goto err_need;
	err = rvm_recent_init();
	if (err)
		goto err_decision;
	err = rvm_anchor_init();
	if (err)
		goto err_recent;
	err = rvm_handles_init();
	if (err)
		goto err_anchor;
	err = rvm_token_init();
	if (err)
		goto err_handles;
	err = rvm_partition_init();
	if (err)
		goto err_token;
	err = rvm_witness_init();
	if (err)
		goto err_partition;
	err = rvm_path_init();
	if (err)
		goto err_witness;
	err = rvm_mounts_init();
	if (err)
		goto err_path;
	err = rvm_network_init();
	if (err)
		goto err_path;
	err = rvm_packet_init();
	if (err)
		goto err_network;
	err = rvm_kfunc_init();
	if (err)
		goto err_packet;
	err = rvm_device_init();
	if (err)
		goto err_packet;
	err = rvm_brake_init();
	if (err)
		goto err_device;
	err = rvm_netlink_init();
	if (err)
		goto err_brake;
	return 0;

err_brake:
	rvm_brake_exit();
err_device:
	rvm_device_exit();
err_packet:
	rvm_packet_exit();
err_network:
	rvm_network_exit();
err_path:
	rvm_path_exit();
err_witness:
	rvm_witness_exit();
err_partition:
	rvm_partition_exit();
err_token:
	rvm_token_exit();
err_handles:
	rvm_handles_exit();
err_anchor:
	rvm_anchor_exit();
err_recent:
	rvm_recent_exit();
err_decision:
	rvm_decision_exit();
err_need:
	rvm_need_exit();
	return err;
}

/* Programs that ask the module pin it: nobody asks any more. */
static void __exit rvm_exit(void)
{
	rvm_netlink_exit();
	rvm_brake_exit();
	rvm_device_exit();
	rvm_recheck_exit();
	rvm_hook_exit();
	rvm_need_exit();
	rvm_entry_exit();
	rvm_ipc_exit();
	rvm_lineage_exit();
	rvm_calls_exit();
	rvm_pending_exit();
	rvm_partition_destroy_all();
	rvm_sum_exit();
	rvm_partition_exit();
	rvm_packet_exit();
	rvm_network_exit();
	rvm_path_exit();
	rvm_witness_exit();
	rvm_token_exit();
	rvm_handles_exit();
	rvm_anchor_exit();
	rvm_recent_exit();
	rvm_decision_exit();
}

module_init(rvm_init);
module_exit(rvm_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("RVM for Linux: capability tokens and a witness log for agents");
MODULE_VERSION(RVM_VERSION);
