#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module loads and unloads; enforcement does not end by accident.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

# Fewer where everything takes longer.
cycles=$((200 / ${RVM_PATIENCE:-1}))
module=${RVM_MODULE:-$root/kmod/rvm.ko}

cleanup() {
	drop_partitions module
	[ -d /sys/module/rvm ] || insmod "$module"
}
trap cleanup EXIT

load_and_unload() {
	local i

	for ((i = 0; i < cycles; i++)); do
		rmmod rvm || return
		[ ! -e /dev/rvm_witness ] || return
		insmod "$module" || return
		[ -e /dev/rvm_witness ] || return
	done
}

ring() {
	unload && insmod "$module" "$@"
}

# A socket that outlives the module.
unload_under_a_transaction() {
	local ready pid status=0

	mkfifo "$dir/ready"
	"$programs/ring_test" leave >"$dir/ready" &
	pid=$!
	read -r ready <"$dir/ready"
	[ "$ready" = ready ] || status=1
	unload || status=1
	kill "$pid"
	insmod "$module"
	return "$status"
}

make_fifos() {
	python3 -c 'import os, sys
open("/sys/fs/cgroup/rvm/module/cgroup.procs", "w").write("0")
while True:
    os.mkfifo(sys.argv[1])
    os.unlink(sys.argv[1])' "$dir/fifo"
}

# When such a call returns, code of the module looks at its result.  A task that has
# such a call under way is in a partition, which stays registered, unless root moves the task.
unload_while_fifos_are_made() {
	local pid status=0

	insmod "$module"
	rvmctl hook attach && rvmctl partition new module
	echo "[{\"rights\": [\"READ\", \"WRITE\"], \"resource\": \"path:$dir/**\",
		\"proof_tier\": \"P1\", \"expires_at\": 0}]" >"$dir/table.json"
	rvmctl load "$dir/table.json" --partition module
	make_fifos &
	pid=$!
	wait_until test -p "$dir/fifo" || status=1
	pid=$(cat /sys/fs/cgroup/rvm/module/cgroup.procs) || status=1
	echo "$pid" >/sys/fs/cgroup/cgroup.procs || status=1
	rvmctl partition del module && rvmctl hook detach && unload || status=1
	# The task was allowed to make a fifo before, and was not stopped since.
	kill "$pid" || status=1
	wait
	return "$status"
}

# The module checks there how this kernel's structures are laid out.
load_without_proc() {
	# shellcheck disable=SC2016 # sh expands it
	unshare -m sh -c 'mount -t tmpfs none /proc && exec insmod "$1"' sh "$module"
}

hooks_are() {
	local held

	held=$(hooks_held)
	case $1 in
	there) ((held > 0)) ;;
	gone) ((held == 0)) ;;
	esac
}

some_wait() {
	[ "$(value 'd["waiting"]' status)" -gt 0 ] &&
		rvmctl hook status | grep 'let go again a minute after'
}

ktap_print_header
ktap_set_plan 31
rvmctl hook detach >/dev/null 2>&1 || true
unload
insmod "$module"
check "loads_and_unloads_${cycles}_times" load_and_unload
refused second_load_is_refused 'exists' insmod "$module"
rmmod rvm
refused ring_that_is_no_power_of_two_is_refused 'invalid' insmod "$module" ring=1000
refused ring_that_is_too_small_is_refused 'invalid' insmod "$module" ring=512
refused without_proc_it_is_refused 'insert' load_without_proc
insmod "$module" ring=1024
subtests small_ring_overwrites "$programs/ring_test" overwrite
check unloads_after_it ring ring=1024
subtests a_recorder_keeps_it "$programs/recorder_test"
subtests it_is_mapped "$programs/map_test"
check unloads_between ring ring=1024
subtests nothing_goes_uncounted "$programs/loss_test"
check unloads_after_that ring ring=1024 overwrite=0
subtests small_ring_refuses "$programs/ring_test" keep
refused full_ring_refuses_hooks 'log is full' rvmctl hook attach
check unloads_when_it_is_full ring ring=1024 overwrite=0 seal_seconds=1
subtests full_log_refuses_or_has_kept_room "$programs/full_test"
check normal_ring_again ring
check unloads_under_a_transaction unload_under_a_transaction

check hooks_attach attach_hooks
check hooks_attach_again rvmctl hook attach
check some_wait_until_they_are_needed some_wait
refused unload_is_refused_while_they_are_attached 'in use' rmmod rvm
check partition_is_made rvmctl partition new module
refused detach_is_refused_while_a_partition_runs '1 partition would run unenforced: delete it first' rvmctl hook detach
check hooks_are_still_there hooks_are there
drop_partitions module
check detach_works_without_partitions rvmctl hook detach
check hooks_are_gone hooks_are gone
check unloads_after_detach unload
check unloads_while_fifos_are_made unload_while_fifos_are_made
refused tool_says_that_there_is_no_module 'module|insmod|modprobe' rvmctl partition list
check loads_again insmod "$module"
ktap_finished
