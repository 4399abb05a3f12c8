#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long a record holds the lock of the witness log, in guest instructions: a partition
# is denied without end, in a log that has room and that then overwrites its oldest
# (loss_test.c).  The shortest hold changes two numbers: what it takes is what it costs to
# measure, and is subtracted.  Exit 1 if half of the records take more than is wanted.
#
#	bench/append.sh            boot the guest, print the table
#	bench/append.sh measure    in such a guest
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
tracing=/sys/kernel/tracing
most=150

# Who holds the lock: probes where it is taken and released.  One CPU never waits for it.
trace_lock() {
	local lock

	mount -t tracefs none "$tracing" 2>/dev/null || true
	lock=0x$(awk '$3 == "rvm_log" { print $1 }' /proc/kallsyms)
	echo 0 >"$tracing/tracing_on"
	echo x86-tsc >"$tracing/trace_clock"
	echo 32768 >"$tracing/buffer_size_kb"
	{
		echo 'p:append _raw_spin_lock lock=%di:x64'
		echo 'p:appended _raw_spin_unlock lock=%di:x64'
		echo 'p:take _raw_spin_lock_irqsave lock=%di:x64'
		echo 'p:leave _raw_spin_unlock_irqrestore lock=%di:x64'
	} >"$tracing/kprobe_events"
	echo "lock == $lock" | tee "$tracing"/events/kprobes/*/filter >/dev/null
	echo 1 | tee "$tracing"/events/kprobes/*/enable >/dev/null
}

# The shortest of all, then of records: number, half, 99 of 100, all.
holds() {
	awk '/: (append|take): / { since = $4 + 0 }
		/: (appended|leave): / { held = $4 - since; if (!least || held < least) least = held }
		/: appended: / { print "record", held }
		END { print "least", least }' "$tracing/trace" | sort -k1,1 -k2,2n |
		awk '$1 == "least" { least = $2; next }
			{ held[n++] = $2 }
			END { print least, n, held[int(n / 2)] - least, held[int(n * 0.99)] - least,
				held[n - 1] - least }'
}

measure() {
	local least n half rare longest

	insmod "$root/kmod/rvm.ko" ring=1024
	trace_lock
	echo 1 >"$tracing/tracing_on"
	"$selftests/build/loss_test" alone >&2
	echo 0 >"$tracing/tracing_on"
	read -r least n half rare longest < <(holds)
	printf '%-24s%10s%10s%10s%10s%14s\n' 'the lock of the log' records half '99%' most 'to measure'
	printf '%-24s%10s%10s%10s%10s%14s\n' 'a record' "$n" "$half" "$rare" "$longest" "$least"
	((half <= most))
}

if [ "${1:-}" = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --icount --timeout 900 -- "$here/append.sh" measure
fi
