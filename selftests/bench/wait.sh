#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long others wait for a confined task, in guest instructions: what one question
# costs at worst, and how long a real-time task waits for the CPU meanwhile, on a
# kernel that preempts itself and on one that does not.  wait_test.c says how.
#
#	bench/wait.sh            RVM_MODULE names another module than that of kmod/
set -euo pipefail

selftests=$(dirname "$(dirname "$(readlink -f "$0")")")
out=$(mktemp -d "${TMPDIR:-/tmp}/rvm-wait.XXXXXX")
trap 'rm -rf "$out"' EXIT

# PREEMPT MODE
measure() {
	printf '\n%s\n' "guest instructions, with preempt=$1"
	"$selftests/vm/run.sh" --icount --append "preempt=$1" --timeout 1800 -- \
		env RVM_COUNTED="$2" RVM_MODULE="${RVM_MODULE:-}" \
		"$selftests/vm/suite.sh" -t wait_test tmpfs >"$out/$1" 2>&1 || {
		cat "$out/$1"
		return 1
	}
	sed -n 's/.*:is_bounded:\(.*longest wait.*\)/\1/p' "$out/$1"
}

measure full preempted
measure voluntary whole
