#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After all other tests: nothing is left of them.
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

drop_all() {
	local name

	# What is inside another one comes later in the list: from the end.
	for name in $(value "' '.join(p['name'] for p in reversed(d))" partition list); do
		rvmctl partition del "$name"
	done
}

none_are_listed() {
	[ "$(value 'len(d)' "$1" list)" = 0 ]
}

unload() {
	for _ in {1..600}; do
		! rmmod rvm 2>/dev/null || return 0
		sleep 0.1
	done
	rmmod rvm
}

log_is_clean() {
	! dmesg | grep -E 'WARNING:|BUG:|Oops|KASAN|UBSAN|general protection|INFO: |detected stall|lockdep|refcount_t'
}

ktap_print_header
ktap_set_plan 7
check partitions_are_deleted drop_all
check none_are_listed none_are_listed partition
check no_object_is_left objects_return '0 0 0 0 0 0'
check hooks_detach rvmctl hook detach
check module_unloads unload
check kernel_log_is_clean log_is_clean
check module_loads insmod "${RVM_MODULE:-$root/kmod/rvm.ko}"
ktap_finished
