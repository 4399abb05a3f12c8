/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints: /sys/kernel/tracing/events/rvm. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM rvm

#if !defined(_RVM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _RVM_TRACE_H

#include <linux/tracepoint.h>
#include <uapi/linux/rvm_record.h>

struct rvm_verdict;

/* clang-format off */

/* Each record, in order, when it is final; by the hasher, so the task is not the one meant. */
TRACE_EVENT(rvm_record,
	TP_PROTO(const struct rvm_record *rec),
	TP_ARGS(rec),
	TP_STRUCT__entry(
		__field(u64, sequence)
		__field(u64, target)
		__field(u32, actor)
		__field(u32, cap)
		__field(u8, kind)
		__field(u8, tier)
		__field(u8, flags)
		__field(u8, reason)
		__field(u8, right)
		__field(u8, class)
		__field(u8, op)
	),
	TP_fast_assign(
		__entry->sequence = rec->sequence;
		__entry->target = rec->target;
		__entry->actor = rec->actor;
		__entry->cap = rec->capability_hash;
		__entry->kind = rec->kind;
		__entry->tier = rec->tier;
		__entry->flags = rec->flags;
		__entry->reason = rec->payload[0];
		__entry->right = rec->payload[1];
		__entry->class = rec->payload[2];
		__entry->op = rec->payload[3];
	),
	TP_printk("sequence=%llu kind=%02x actor=%u target=%llu tier=%u flags=%u cap=%08x reason=%u right=%u class=%u op=%u",
		  __entry->sequence, __entry->kind, __entry->actor, __entry->target,
		  __entry->tier, __entry->flags, __entry->cap, __entry->reason,
		  __entry->right, __entry->class, __entry->op)
);

/* Each verdict that the gate makes, in the task that asked. */
TRACE_EVENT(rvm_verdict,
	TP_PROTO(u32 partition, u8 class, u8 op, u8 right, const struct rvm_verdict *v),
	TP_ARGS(partition, class, op, right, v),
	TP_STRUCT__entry(
		__field(u32, partition)
		__field(u8, class)
		__field(u8, op)
		__field(u8, right)
		__field(u8, reason)
		__field(bool, allow)
		__field(bool, relaxed)
	),
	TP_fast_assign(
		__entry->partition = partition;
		__entry->class = class;
		__entry->op = op;
		__entry->right = right;
		__entry->reason = v->reason;
		__entry->allow = v->allow;
		__entry->relaxed = v->relaxed;
	),
	TP_printk("partition=%u class=%u op=%u right=%u allow=%u relaxed=%u reason=%u",
		  __entry->partition, __entry->class, __entry->op, __entry->right,
		  __entry->allow, __entry->relaxed, __entry->reason)
);

/* Each question that an answer from before was kept for: allowed, and not judged. */
TRACE_EVENT(rvm_kept,
	TP_PROTO(u32 partition, u8 right),
	TP_ARGS(partition, right),
	TP_STRUCT__entry(
		__field(u32, partition)
		__field(u8, right)
	),
	TP_fast_assign(
		__entry->partition = partition;
		__entry->right = right;
	),
	TP_printk("partition=%u right=%u", __entry->partition, __entry->right)
);

/* clang-format on */

#endif /* _RVM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE rvm_trace
#include <trace/define_trace.h>
