#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What it costs to take tokens back, in guest instructions, on a kernel that preempts
# itself and on one that does not:
#
#  - a token from which 100,000 others come: the request, and how long it holds the lock
#    of all partitions at most; likewise with as many partitions as may be; and the
#    dearest of the grants that made them, which all hold that lock;
#  - what a real-time task pays meanwhile that opens files in a partition (beside.h);
#  - what a task pays whose neighbour gets tokens and loses them in a loop (neighbour.c);
#
# and, in a guest with two CPUs, that of 1,000,000 tries after the answers none succeeds
# (taken_test.c).  Exit 1 if one does, or if a neighbour pays more than 5 % for an open.
#
#	bench/revoke.sh            boot the guests, print the tables
#	bench/revoke.sh measure    in such a guest
#	RVM_TRIES=N, RVM_CROWD=N   other numbers of tries and of partitions
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
revoke=$here/build/revoke
neighbour=$here/build/neighbour
tracing=/sys/kernel/tracing
crowd=${RVM_CROWD:-4000}
most=5
failed=0

# Who holds the lock of all partitions: probes where a mutex is taken and released.
trace_lock() {
	local lock

	mount -t tracefs none "$tracing" 2>/dev/null || true
	lock=0x$(awk '$3 == "rvm_partitions_lock" { print $1 }' /proc/kallsyms)
	echo 0 >"$tracing/tracing_on"
	echo x86-tsc >"$tracing/trace_clock"
	echo 'p:take mutex_lock lock=%di:x64' >"$tracing/kprobe_events"
	echo 'p:leave mutex_unlock lock=%di:x64' >>"$tracing/kprobe_events"
	echo "lock == $lock" | tee "$tracing"/events/kprobes/{take,leave}/filter >/dev/null
}

probe_lock() {
	echo "$1" | tee "$tracing"/events/kprobes/{take,leave}/enable >/dev/null
}

# The longest time between both, and how often it was held.
longest_hold() {
	awk '/: take: / { since = $4 + 0 }
		/: leave: / { n++; held = $4 - since; longest = held > longest ? held : longest }
		END { print longest, n }' "$tracing/trace"
	echo >"$tracing/trace"
}

# TOKENS PARTITIONS
tree_row() {
	local request each passed grant dearest longest holds

	probe_lock 1
	read -r _ request _ each _ passed _ grant _ dearest < <(
		RVM_TRACING=$tracing/tracing_on "$revoke" "$@" || echo
	)
	probe_lock 0
	read -r longest holds < <(longest_hold)
	printf '%-34s%14s%8s%14s%12s%8s%12s%12s\n' "$1 in $2, of $(($2 + 1 + others))" \
		"${request:-failed}" "$each" "$passed" "$longest" "$holds" "$grant" "$dearest"
	[ -n "$request" ] || failed=1
}

trees() {
	printf '\n%-34s%14s%8s%14s%12s%8s%12s%12s\n' 'tokens in partitions' 'request' each \
		'clock' 'longest hold' holds 'one grant' 'dearest'
	others=0
	tree_row 100000 2
	tree_row 65000 1
	tree_row 20000 "$crowd"
	others=$crowd
	with_crowd tree_row 20000 2
}

# One line of what the program says: NAME opens N call HALF P999 MOST wait HALF P999 MOST
beside_row() {
	printf '%-34s%8s%12s%12s%12s%14s%12s%12s\n' "$1, ${2/-/, }" "${@:4:1}" "${@:6:3}" "${@:10:3}"
}

# PLACE TITLE
opens_beside() {
	local line

	while read -r -a line; do
		case ${line[0]} in
		alone* | meanwhile*) beside_row "$2" "${line[@]}" ;;
		esac
	done < <("$revoke" 100000 2 "$1" || echo "failed-$1")
}

beside() {
	printf '\n%-34s%8s%36s%38s\n' '' '' 'the call itself' 'and the wait for the CPU'
	printf '%-34s%8s%12s%12s%12s%14s%12s%12s\n' 'an open every 47,000' opens half 99.9% most \
		half 99.9% most
	opens_beside beside 'beside'
	opens_beside within 'in one of them'
}

# Hooks that judge again what is open are let go of first.
wait_for_hooks() {
	local end=$((SECONDS + 60))

	while rvmctl hook status | grep -q '^file_permission .* attached '; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# OPERATION WHERE EACH
neighbour_row() {
	local alone with percent

	wait_for_hooks
	read -r alone with percent < <("$neighbour" "$@" || echo failed - 0)
	printf '%-34s%12s%12s%11s%%\n' "$1, $2, $3 at a time" "$alone" "$with" "$percent"
	[ "$alone" != failed ] || failed=1
	if [ "$1 $2" = 'open beside' ] && awk "BEGIN { exit !($percent > $most) }"; then
		failed=1
	fi
}

neighbours() {
	local where

	printf '\n%-34s%12s%12s%12s\n' 'another gets and loses tokens' alone meanwhile more
	for where in beside below around outside; do
		neighbour_row open "$where" 1
		neighbour_row open "$where" 10
		neighbour_row open "$where" 100
		neighbour_row read "$where" 100
	done
}

measure() {
	# shellcheck source=selftests/lib/crowd.sh
	. "$selftests/lib/crowd.sh"
	PATH=$root/user/bin:$PATH
	insmod "$root/kmod/rvm.ko"
	echo 200 >/sys/module/rvm/parameters/need_msecs
	rvmctl hook attach >/dev/null
	sleep 5
	trace_lock
	[ "$1" = beside ] || trees
	beside
	[ "$1" = beside ] || neighbours
	exit "$failed"
}

# PREEMPT WHAT
counted() {
	printf '\nguest instructions, with preempt=%s\n' "$1"
	"$selftests/vm/run.sh" --icount --append "preempt=$1 cgroup.memory=nokmem norandmaps" \
		--timeout 1800 -- env RVM_CROWD="$crowd" "$here/revoke.sh" measure "$2" || failed=1
}

# CPUs that run at the same time may end QEMU: then in turns.
tries() {
	local try status out

	out=$(mktemp -d "${TMPDIR:-/tmp}/rvm-revoke.XXXXXX")
	printf '\ntries on two CPUs\n'
	for try in --parallel ''; do
		status=0
		# shellcheck disable=SC2086 # no word if it is empty
		"$selftests/vm/run.sh" --cpus 2 $try --timeout 1800 -- env RVM_PATIENCE=5 RVM_ROUNDS=100 \
			RVM_TRIES="${RVM_TRIES:-1000000}" "$selftests/vm/suite.sh" -t taken_test tmpfs \
			>"$out/tries" 2>&1 || status=$?
		((status == 125)) || break
	done
	if ((status)); then
		cat "$out/tries"
		failed=1
	fi
	sed -n 's/^ *# \(.* worked .*\)/\1/p' "$out/tries"
	rm -rf "$out"
}

if [ "${1:-}" = measure ]; then
	measure "${2:-all}"
else
	counted voluntary all
	counted full beside
	tries
	exit "$failed"
fi
