// SPDX-License-Identifier: GPL-2.0-only
/*
 * Denials in the kernel's audit stream, of the type that it has for modules of others.
 */

#include <linux/audit.h>
#include <linux/gfp.h>
#include <uapi/linux/rvm_record.h>

#include "lib/log/audit.h"
#include "lib/model/text.h"
#include "limits.h"
#include "witness/audit.h"

void rvm_audit_denial(const struct rvm_record *rec, const char *line)
{
	/* Only the listener's work is here. */
	static char text[RVM_AUDIT_BYTES(RVM_DETAIL_BYTES)];
	struct audit_buffer *ab;

	if (!audit_enabled)
		return;
	/* No context: the task is another one by now, and the line names the right one. */
	ab = audit_log_start(NULL, GFP_ATOMIC, AUDIT_KERNEL_OTHER);
	if (!ab)
		return;
	rvm_audit_text(line ?: "", text);
	audit_log_format(ab,
			 "lsm=rvm res=%u seqno=%llu partition=%u class=%s reason=%u target=%llu",
			 !!(rec->flags & RVM_RECORD_F_PERMISSIVE), rec->sequence, rec->actor,
			 rvm_class_name(rec->payload[2]), rec->payload[0], rec->target);
	audit_log_format(ab, *text ? " %s" : "%s", text);
	audit_log_end(ab);
}
