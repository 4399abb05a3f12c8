#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The guest has what the other tests rely on.
set -euo pipefail

number=0
failed=0

check() {
	local name=$1

	shift
	number=$((number + 1))
	if "$@" >/dev/null 2>&1; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
		failed=1
	fi
}

is_mounted() {
	grep -q "^[^ ]* $1 $2 " /proc/mounts
}

echo "TAP version 13"
echo "1..8"
check "bpf_is_an_active_lsm" grep -qw bpf /sys/kernel/security/lsm
check "landlock_is_an_active_lsm" grep -qw landlock /sys/kernel/security/lsm
check "cgroup2_is_mounted" is_mounted /sys/fs/cgroup cgroup2
check "bpffs_is_mounted" is_mounted /sys/fs/bpf bpf
check "securityfs_is_mounted" is_mounted /sys/kernel/security securityfs
check "loopback_is_up" grep -q 'UP' <(ip -o link show up dev lo)
check "kernel_has_type_information" test -s /sys/kernel/btf/vmlinux
check "root_cannot_be_written" sh -c '! touch /etc/.rvm-test'
exit "$failed"
