// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>

#include "lib/log/record.h"
#include "unit.h"

/* clang-format off */
static const struct {
	u8 code;
	const char *name;
} kinds[] = {
	{ 0x01, "PartitionCreate" },
	{ 0x02, "PartitionDestroy" },
	{ 0x03, "PartitionSuspend" },
	{ 0x04, "PartitionResume" },
	{ 0x05, "PartitionSplit" },
	{ 0x06, "PartitionMerge" },
	{ 0x07, "PartitionHibernate" },
	{ 0x08, "PartitionReconstruct" },
	{ 0x09, "PartitionMigrate" },
	{ 0x10, "CapabilityGrant" },
	{ 0x11, "CapabilityRevoke" },
	{ 0x12, "CapabilityDelegate" },
	{ 0x13, "CapabilityEscalate" },
	{ 0x14, "CapabilityAttenuated" },
	{ 0x20, "RegionCreate" },
	{ 0x21, "RegionDestroy" },
	{ 0x22, "RegionTransfer" },
	{ 0x23, "RegionShare" },
	{ 0x24, "RegionUnshare" },
	{ 0x25, "RegionPromote" },
	{ 0x26, "RegionDemote" },
	{ 0x27, "RegionMap" },
	{ 0x28, "RegionUnmap" },
	{ 0x30, "CommEdgeCreate" },
	{ 0x31, "CommEdgeDestroy" },
	{ 0x32, "IpcSend" },
	{ 0x33, "IpcReceive" },
	{ 0x34, "ZeroCopyShare" },
	{ 0x35, "NotificationSignal" },
	{ 0x40, "DeviceLeaseGrant" },
	{ 0x41, "DeviceLeaseRevoke" },
	{ 0x42, "DeviceLeaseExpire" },
	{ 0x43, "DeviceLeaseRenew" },
	{ 0x50, "ProofVerifiedP1" },
	{ 0x51, "ProofVerifiedP2" },
	{ 0x52, "ProofVerifiedP3" },
	{ 0x53, "ProofRejected" },
	{ 0x54, "ProofEscalated" },
	{ 0x60, "SchedulerEpoch" },
	{ 0x61, "SchedulerModeSwitch" },
	{ 0x62, "TaskSpawn" },
	{ 0x63, "TaskTerminate" },
	{ 0x64, "StructuralSplit" },
	{ 0x65, "StructuralMerge" },
	{ 0x70, "RecoveryEnter" },
	{ 0x71, "RecoveryExit" },
	{ 0x72, "CheckpointCreated" },
	{ 0x73, "CheckpointRestored" },
	{ 0x74, "MinCutBudgetExceeded" },
	{ 0x75, "DegradedModeEntered" },
	{ 0x76, "DegradedModeExited" },
	{ 0x80, "BootAttestation" },
	{ 0x81, "BootComplete" },
	{ 0x82, "TeeAttestation" },
	{ 0x90, "VectorPut" },
	{ 0x91, "VectorDelete" },
	{ 0x92, "GraphMutation" },
	{ 0x93, "CoherenceRecomputed" },
	{ 0xa0, "VmidReclaim" },
	{ 0xa1, "MigrationTimeout" },
	{ 0xb0, "LogSeal" },
	{ 0xb1, "LogGap" },
	{ 0xb2, "KeyRatchet" },
	{ 0xb3, "TableCommit" },
	{ 0xb4, "ModeChange" },
	{ 0xb5, "HookState" },
	{ 0xb6, "Recorder" },
	{ 0xb7, "DenialsJoined" },
};

/* clang-format on */

static void kinds_have_the_codes_and_names_of_rvm_and_eight_of_ours(void)
{
	unsigned int named = 0;
	unsigned int code;
	size_t i;

	EXPECT_EQ(ARRAY_SIZE(kinds), 60 + 8);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_STR(rvm_kind_name(kinds[i].code), kinds[i].name);
		EXPECT_EQ(rvm_kind_parse(kinds[i].name, strlen(kinds[i].name)), kinds[i].code);
	}
	for (code = 0; code < 256; code++)
		named += rvm_kind_name((u8)code) != NULL;
	EXPECT_EQ(named, ARRAY_SIZE(kinds));
	EXPECT_EQ(RVM_KIND_PARTITION_CREATE, 0x01);
	EXPECT_EQ(RVM_KIND_PROOF_REJECTED, 0x53);
	EXPECT_EQ(RVM_KIND_LOG_SEAL, 0xb0);
	EXPECT_EQ(RVM_KIND_HOOK_STATE, 0xb5);
	EXPECT_EQ(RVM_KIND_RECORDER, 0xb6);
}

static void what_is_no_name_of_a_kind_is_refused(void)
{
	EXPECT_EQ(rvm_kind_parse("", 0), -EINVAL);
	EXPECT_EQ(rvm_kind_parse("LogSea", 6), -EINVAL);
	EXPECT_EQ(rvm_kind_parse("LogSeals", 8), -EINVAL);
	EXPECT_EQ(rvm_kind_parse("logseal", 7), -EINVAL);
	EXPECT_EQ(rvm_kind_parse("LogSeal and more", 7), RVM_KIND_LOG_SEAL);
}

/* Written by RVM; the bytes after the 52nd are its aux under the default key. */
/* clang-format off */
static const u8 written_by_rvm[64] = {
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0xe8, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x01, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x64, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x0c, 0x17, 0xd4, 0xab, 0x46, 0x1b, 0x2c, 0x4f,
	0xf6, 0xb3, 0xcb, 0xe6, 0x00, 0x00, 0x00, 0x00,
};

/* clang-format on */

static void a_record_of_rvm_is_read_field_by_field(void)
{
	struct rvm_record rec;
	u8 raw[64];

	rvm_record_decode(&rec, written_by_rvm);
	EXPECT_EQ(rec.sequence, 0);
	EXPECT_EQ(rec.timestamp_ns, 1000);
	EXPECT_EQ(rec.kind, RVM_KIND_PARTITION_CREATE);
	EXPECT_EQ(rec.tier, 1);
	EXPECT_EQ(rec.flags, 0);
	EXPECT_EQ(rec.actor, 1);
	EXPECT_EQ(rec.target, 100);
	EXPECT_EQ(rec.capability_hash, 0);
	EXPECT_EQ(rec.prev_hash, 0);
	EXPECT_EQ(rec.record_hash, 0xabd4170c);
	EXPECT_MEM(rec.aux, written_by_rvm + 52, 8);
	rvm_record_encode(&rec, raw);
	EXPECT_MEM(raw, written_by_rvm, 64);
}

/* Byte i holds the value i, so each field tells where it came from. */
static void each_field_sits_where_the_layout_says(void)
{
	struct rvm_record rec;
	u8 raw[64];
	unsigned int i;

	for (i = 0; i < 64; i++)
		raw[i] = (u8)i;
	rvm_record_decode(&rec, raw);
	EXPECT_EQ(rec.sequence, 0x0706050403020100);
	EXPECT_EQ(rec.timestamp_ns, 0x0f0e0d0c0b0a0908);
	EXPECT_EQ(rec.kind, 16);
	EXPECT_EQ(rec.tier, 17);
	EXPECT_EQ(rec.flags, 18);
	EXPECT_EQ(rec.reserved, 19);
	EXPECT_EQ(rec.actor, 0x17161514);
	EXPECT_EQ(rec.target, 0x1f1e1d1c1b1a1918);
	EXPECT_EQ(rec.capability_hash, 0x23222120);
	EXPECT_MEM(rec.payload, raw + 36, 8);
	EXPECT_EQ(rec.prev_hash, 0x2f2e2d2c);
	EXPECT_EQ(rec.record_hash, 0x33323130);
	EXPECT_MEM(rec.aux, raw + 52, 8);
	EXPECT_EQ(rec.pad, 0x3f3e3d3c);
}

static void encoding_undoes_decoding_at_any_address(void)
{
	unsigned int round;

	for (round = 0; round < 10000; round++) {
		size_t shift = round % 8;
		struct rvm_record rec;
		u8 from[72];
		u8 *to = malloc(64);

		unit_random_fill(from, sizeof(from));
		rvm_record_decode(&rec, from + shift);
		rvm_record_encode(&rec, to);
		EXPECT_MEM(to, from + shift, 64);
		free(to);
	}
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static void on_little_endian_machines_the_struct_is_the_image(void)
{
	struct rvm_record rec;
	u8 raw[64];

	unit_random_fill(raw, sizeof(raw));
	rvm_record_decode(&rec, raw);
	EXPECT_MEM(&rec, raw, sizeof(raw));
}
#else
static void on_little_endian_machines_the_struct_is_the_image(void)
{
	SKIP("big-endian machine");
}
#endif

static void a_payload_is_packed_in_the_order_of_the_design(void)
{
	static const u8 expected[8] = { 1, 2, 3, 4, 0x44, 0x33, 0x22, 0x11 };
	const struct rvm_payload payload = {
		.reason = 1,
		.right = 2,
		.class = 3,
		.operation = 4,
		.detail = 0x11223344,
	};
	struct rvm_payload back;
	u8 packed[8];

	rvm_payload_pack(&payload, packed);
	EXPECT_MEM(packed, expected, 8);
	rvm_payload_unpack(&back, packed);
	EXPECT_EQ(back.reason, 1);
	EXPECT_EQ(back.right, 2);
	EXPECT_EQ(back.class, 3);
	EXPECT_EQ(back.operation, 4);
	EXPECT_EQ(back.detail, 0x11223344);
	memset(packed, 0xff, sizeof(packed));
	rvm_payload_unpack(&back, packed);
	EXPECT_EQ(back.detail, U32_MAX);
}

int main(void)
{
	RUN(kinds_have_the_codes_and_names_of_rvm_and_eight_of_ours);
	RUN(what_is_no_name_of_a_kind_is_refused);
	RUN(a_record_of_rvm_is_read_field_by_field);
	RUN(each_field_sits_where_the_layout_says);
	RUN(encoding_undoes_decoding_at_any_address);
	RUN(on_little_endian_machines_the_struct_is_the_image);
	RUN(a_payload_is_packed_in_the_order_of_the_design);
	return unit_done();
}
