#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What others are told: tracepoints of records and verdicts, and denials in the kernel's
# audit stream.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/cat.sh
. "$(dirname "$0")/lib/cat.sh"

bot=bridges
tracing=/sys/kernel/tracing
# A name that would be a field, in a message that is not read with care.
odd="$dir/out/x res=1 partition=0"

# 0 or 1.
audit() {
	python3 - "$1" <<-'PY'
		import socket, struct, sys
		nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)
		status = struct.pack("=10I", 1, int(sys.argv[1]), *[0] * 8)
		# AUDIT_SET, with an answer.
		nl.send(struct.pack("=IHHII", 16 + len(status), 1001, 5, 1, 0) + status)
		answer = nl.recv(8192)
		sys.exit(struct.unpack_from("=i", answer, 16)[0] != 0)
	PY
}

cleanup() {
	audit 0 || true
	echo 0 >"$tracing/events/rvm/enable" || true
	drop_partitions "$bot"
}
trap cleanup EXIT

run() {
	(cd "$dir/ws" && rvmctl run "$bot" -- sh -c "$1" </dev/null) >/dev/null 2>&1
}

traced() {
	grep -q -- "$1" "$tracing/trace" || { grep rvm_ "$tracing/trace" | tail -n 20 && return 1; }
}

# Recorded ones come with the next run of the hasher.
is_traced() {
	wait_until traced "$1"
}

nothing_is_traced() {
	: >"$tracing/trace"
	run "cat file; cat '$dir/out/file'" || true
	rvmctl witness head >/dev/null
	! grep -q 'rvm_' "$tracing/trace"
}

# From one to the next without a hole.
records_are_in_order() {
	sed -n 's/.*rvm_record: sequence=\([0-9]*\) .*/\1/p' "$tracing/trace" |
		awk 'NR > 1 && $1 != last + 1 { exit 1 } { last = $1 } END { exit NR < 2 }'
}

told() {
	dmesg | grep 'audit: type=1316 ' | grep -- "$1" >/dev/null || {
		dmesg | grep 'type=1316' | tail -n 5
		return 1
	}
}

is_told() {
	wait_until told "$1"
}

audit_says_nothing() {
	dmesg -C
	run "cat '$dir/out/file'" || true
	rvmctl witness head >/dev/null
	sleep 1
	! dmesg | grep 'type=1316' >/dev/null
}

ktap_print_header
ktap_set_plan 11

attach_hooks
make_workspace
echo secret >"$odd"
rvmctl partition new "$bot"
load_table
id=$(value '(d[0] if isinstance(d, list) else d)["id"]' partition show "$bot")
[ -e "$tracing/events" ] || mount -t tracefs tracefs "$tracing"

check off_nothing_is_traced nothing_is_traced
echo 1 >"$tracing/events/rvm/enable"
: >"$tracing/trace"
run "cat file file file; cat '$dir/out/file'" || true
check a_denial_is_a_verdict is_traced "cat-.*rvm_verdict: partition=$id class=[0-9]* op=[0-9]* right=[0-9]* allow=0"
check so_is_what_is_allowed is_traced "rvm_verdict: partition=$id .* allow=1"
check what_is_kept_is_traced is_traced "cat-.*rvm_kept: partition=$id"
check a_record_is_traced is_traced "rvm_record: sequence=[0-9]* kind=53 actor=$id"
check they_are_in_order records_are_in_order
echo 0 >"$tracing/events/rvm/enable"

check without_audit_it_is_told_nothing audit_says_nothing
audit 1
run "cat '$dir/out/file' '$odd'" || true
check a_denial_is_told is_told "lsm=rvm res=0 seqno=[0-9]* partition=$id class=path .*comm=\"cat\".*path=\"$dir/out/file\""
hex=$(printf '%s' "$odd" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F)
check names_make_no_fields is_told "partition=$id .*path=$hex"
check none_says_otherwise eval "! told 'res=1'"
rvmctl partition set "$bot" --mode permissive >/dev/null
run "cat '$dir/out/file'" || true
check what_the_mode_allows_is_told_so is_told "res=1 seqno=[0-9]* partition=$id "
ktap_finished
