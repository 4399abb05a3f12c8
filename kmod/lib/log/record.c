// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/log/record.h"

/* clang-format off */
static const char *const kind_names[] = {
	[RVM_KIND_PARTITION_CREATE] = "PartitionCreate",
	[RVM_KIND_PARTITION_DESTROY] = "PartitionDestroy",
	[RVM_KIND_PARTITION_SUSPEND] = "PartitionSuspend",
	[RVM_KIND_PARTITION_RESUME] = "PartitionResume",
	[RVM_KIND_PARTITION_SPLIT] = "PartitionSplit",
	[RVM_KIND_PARTITION_MERGE] = "PartitionMerge",
	[RVM_KIND_PARTITION_HIBERNATE] = "PartitionHibernate",
	[RVM_KIND_PARTITION_RECONSTRUCT] = "PartitionReconstruct",
	[RVM_KIND_PARTITION_MIGRATE] = "PartitionMigrate",
	[RVM_KIND_CAPABILITY_GRANT] = "CapabilityGrant",
	[RVM_KIND_CAPABILITY_REVOKE] = "CapabilityRevoke",
	[RVM_KIND_CAPABILITY_DELEGATE] = "CapabilityDelegate",
	[RVM_KIND_CAPABILITY_ESCALATE] = "CapabilityEscalate",
	[RVM_KIND_CAPABILITY_ATTENUATED] = "CapabilityAttenuated",
	[RVM_KIND_REGION_CREATE] = "RegionCreate",
	[RVM_KIND_REGION_DESTROY] = "RegionDestroy",
	[RVM_KIND_REGION_TRANSFER] = "RegionTransfer",
	[RVM_KIND_REGION_SHARE] = "RegionShare",
	[RVM_KIND_REGION_UNSHARE] = "RegionUnshare",
	[RVM_KIND_REGION_PROMOTE] = "RegionPromote",
	[RVM_KIND_REGION_DEMOTE] = "RegionDemote",
	[RVM_KIND_REGION_MAP] = "RegionMap",
	[RVM_KIND_REGION_UNMAP] = "RegionUnmap",
	[RVM_KIND_COMM_EDGE_CREATE] = "CommEdgeCreate",
	[RVM_KIND_COMM_EDGE_DESTROY] = "CommEdgeDestroy",
	[RVM_KIND_IPC_SEND] = "IpcSend",
	[RVM_KIND_IPC_RECEIVE] = "IpcReceive",
	[RVM_KIND_ZERO_COPY_SHARE] = "ZeroCopyShare",
	[RVM_KIND_NOTIFICATION_SIGNAL] = "NotificationSignal",
	[RVM_KIND_DEVICE_LEASE_GRANT] = "DeviceLeaseGrant",
	[RVM_KIND_DEVICE_LEASE_REVOKE] = "DeviceLeaseRevoke",
	[RVM_KIND_DEVICE_LEASE_EXPIRE] = "DeviceLeaseExpire",
	[RVM_KIND_DEVICE_LEASE_RENEW] = "DeviceLeaseRenew",
	[RVM_KIND_PROOF_VERIFIED_P1] = "ProofVerifiedP1",
	[RVM_KIND_PROOF_VERIFIED_P2] = "ProofVerifiedP2",
	[RVM_KIND_PROOF_VERIFIED_P3] = "ProofVerifiedP3",
	[RVM_KIND_PROOF_REJECTED] = "ProofRejected",
	[RVM_KIND_PROOF_ESCALATED] = "ProofEscalated",
	[RVM_KIND_SCHEDULER_EPOCH] = "SchedulerEpoch",
	[RVM_KIND_SCHEDULER_MODE_SWITCH] = "SchedulerModeSwitch",
	[RVM_KIND_TASK_SPAWN] = "TaskSpawn",
	[RVM_KIND_TASK_TERMINATE] = "TaskTerminate",
	[RVM_KIND_STRUCTURAL_SPLIT] = "StructuralSplit",
	[RVM_KIND_STRUCTURAL_MERGE] = "StructuralMerge",
	[RVM_KIND_RECOVERY_ENTER] = "RecoveryEnter",
	[RVM_KIND_RECOVERY_EXIT] = "RecoveryExit",
	[RVM_KIND_CHECKPOINT_CREATED] = "CheckpointCreated",
	[RVM_KIND_CHECKPOINT_RESTORED] = "CheckpointRestored",
	[RVM_KIND_MINCUT_BUDGET_EXCEEDED] = "MinCutBudgetExceeded",
	[RVM_KIND_DEGRADED_MODE_ENTERED] = "DegradedModeEntered",
	[RVM_KIND_DEGRADED_MODE_EXITED] = "DegradedModeExited",
	[RVM_KIND_BOOT_ATTESTATION] = "BootAttestation",
	[RVM_KIND_BOOT_COMPLETE] = "BootComplete",
	[RVM_KIND_TEE_ATTESTATION] = "TeeAttestation",
	[RVM_KIND_VECTOR_PUT] = "VectorPut",
	[RVM_KIND_VECTOR_DELETE] = "VectorDelete",
	[RVM_KIND_GRAPH_MUTATION] = "GraphMutation",
	[RVM_KIND_COHERENCE_RECOMPUTED] = "CoherenceRecomputed",
	[RVM_KIND_VMID_RECLAIM] = "VmidReclaim",
	[RVM_KIND_MIGRATION_TIMEOUT] = "MigrationTimeout",
	[RVM_KIND_LOG_SEAL] = "LogSeal",
	[RVM_KIND_LOG_GAP] = "LogGap",
	[RVM_KIND_KEY_RATCHET] = "KeyRatchet",
	[RVM_KIND_TABLE_COMMIT] = "TableCommit",
	[RVM_KIND_MODE_CHANGE] = "ModeChange",
	[RVM_KIND_HOOK_STATE] = "HookState",
	[RVM_KIND_RECORDER] = "Recorder",
	[RVM_KIND_DENIALS_JOINED] = "DenialsJoined",
};

/* clang-format on */

const char *rvm_kind_name(u8 kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : NULL;
}

int rvm_kind_parse(const char *s, size_t len)
{
	size_t kind;

	for (kind = 0; kind < ARRAY_SIZE(kind_names); kind++) {
		const char *name = kind_names[kind];

		if (name && strlen(name) == len && !memcmp(name, s, len))
			return (int)kind;
	}
	return -EINVAL;
}

void rvm_record_encode(const struct rvm_record *rec, u8 raw[RVM_RECORD_BYTES])
{
	rvm_le64_put(raw, rec->sequence);
	rvm_le64_put(raw + 8, rec->timestamp_ns);
	raw[16] = rec->kind;
	raw[17] = rec->tier;
	raw[18] = rec->flags;
	raw[19] = rec->reserved;
	rvm_le32_put(raw + 20, rec->actor);
	rvm_le64_put(raw + 24, rec->target);
	rvm_le32_put(raw + 32, rec->capability_hash);
	memcpy(raw + 36, rec->payload, sizeof(rec->payload));
	rvm_le32_put(raw + 44, rec->prev_hash);
	rvm_le32_put(raw + 48, rec->record_hash);
	memcpy(raw + 52, rec->aux, sizeof(rec->aux));
	rvm_le32_put(raw + 60, rec->pad);
}

void rvm_record_decode(struct rvm_record *rec, const u8 raw[RVM_RECORD_BYTES])
{
	rec->sequence = rvm_le64_get(raw);
	rec->timestamp_ns = rvm_le64_get(raw + 8);
	rec->kind = raw[16];
	rec->tier = raw[17];
	rec->flags = raw[18];
	rec->reserved = raw[19];
	rec->actor = rvm_le32_get(raw + 20);
	rec->target = rvm_le64_get(raw + 24);
	rec->capability_hash = rvm_le32_get(raw + 32);
	memcpy(rec->payload, raw + 36, sizeof(rec->payload));
	rec->prev_hash = rvm_le32_get(raw + 44);
	rec->record_hash = rvm_le32_get(raw + 48);
	memcpy(rec->aux, raw + 52, sizeof(rec->aux));
	rec->pad = rvm_le32_get(raw + 60);
}
