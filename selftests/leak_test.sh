#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs after all other tests: nothing is left of them.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/kernel_log.sh
. "$selftests/lib/kernel_log.sh"

drop_all() {
	local name

	# A partition inside another comes later in the list, so begin at the end.
	for name in $(value "' '.join(p['name'] for p in reversed(d))" partition list); do
		rvmctl partition del "$name"
	done
}

none_are_listed() {
	[ "$(value 'len(d)' "$1" list)" = 0 ]
}

# While the module is loaded, the names of its functions exist.
no_memory_is_lost() {
	local lost

	lost=$(lost_memory)
	echo "$lost"
	[ -z "$lost" ]
}

log_is_clean() {
	! faults_in_log
}

ktap_print_header
ktap_set_plan 8
check partitions_are_deleted drop_all
check none_are_listed none_are_listed partition
check no_object_is_left objects_return '0 0 0 0 0 0'
check no_memory_is_lost no_memory_is_lost
check hooks_detach rvmctl hook detach
check module_unloads unload
check kernel_log_is_clean log_is_clean
check module_loads insmod "${RVM_MODULE:-$root/kmod/rvm.ko}"
ktap_finished
