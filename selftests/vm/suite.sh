#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the guest: load the module, run the tests of tests.list on each of the
# given file systems, check the kernel's log.  KTAP.
#
#	suite.sh [-t PATTERN] FILESYSTEM...      tmpfs, ext4
#
# RVM_MODULE names the module if it is not the one in kmod/.  With RVM_PATIENCE=N tests
# may take N times longer than usual.
set -euo pipefail

selftests=$(dirname "$(dirname "$(readlink -f "$0")")")
root=$(dirname "$selftests")
export RVM_PATIENCE=${RVM_PATIENCE:-1}
# shellcheck source=selftests/lib/kernel_log.sh
. "$selftests/lib/kernel_log.sh"
module=${RVM_MODULE:-$root/kmod/rvm.ko}
limit=$((${RVM_TEST_TIMEOUT:-900} * RVM_PATIENCE))
# For errno_test.py.
refusals=/tmp/rvm-refusals
pattern=''
number=0
failed=0

result() {
	local status=$1 name=$2 note=${3:-}

	number=$((number + 1))
	case $status in
	0) echo "ok $number $name" ;;
	4) echo "ok $number $name # SKIP" ;;
	*)
		echo "not ok $number $name${note:+ # $note}"
		failed=1
		;;
	esac
}

make_filesystem() {
	local dir=/tmp/rvm-$1

	mkdir -p "$dir"
	case $1 in
	tmpfs) mount -t tmpfs -o mode=0755 tmpfs "$dir" ;;
	ext4)
		truncate -s 64M /tmp/rvm-ext4.img
		mkfs.ext4 -q /tmp/rvm-ext4.img
		mount -o loop /tmp/rvm-ext4.img "$dir"
		;;
	*) return 1 ;;
	esac
}

# One line of the list, in a directory of its own.
run_test() {
	local filesystem=$1 program=$2 name dir status=0

	shift 2
	name=$(basename "$program" | sed 's/\.[a-z]*$//')${*:+ $*}
	[[ $name = *$pattern* ]] || return 0
	dir=/tmp/rvm-$filesystem/$number
	mkdir -p "$dir"
	echo "  # $name on $filesystem"
	echo "suite.sh: $name on $filesystem" >/dev/kmsg
	(
		cd "$dir"
		RVM_FS=$filesystem RVM_TEST_DIR=$dir RVM_ROOT=$root RVM_MODULE=$module PATH=$root/user/bin:$PATH \
			RVM_REFUSALS=$refusals timeout --kill-after=5 "$limit" "$selftests/$program" "$@" </dev/null 2>&1
	) | sed -u 's/^/  /' || status=${PIPESTATUS[0]}
	result "$status" "$name on $filesystem" "exit $status"
}

# Slow tests that do not depend on the number of CPUs run in the guest with several.
is_wide() {
	[ -n "$pattern" ] || [ "$(nproc)" -gt 1 ]
}

run_list() {
	local filesystem=$1 first=$2 where words

	while read -r where words; do
		case $where in
		each) ;;
		once) [ -n "$first" ] || continue ;;
		wide) if [ -z "$first" ] || ! is_wide; then continue; fi ;;
		asked) if [ -z "$first" ] || [ -z "$pattern" ]; then continue; fi ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # a program and its arguments
		run_test "$filesystem" $words
	done <"$selftests/tests.list"
}

load_module() {
	local status=0

	insmod "$module" || status=$?
	result "$status" module_loads "insmod failed"
}

unload_module() {
	local status=0 try

	if ! grep -q '^rvm ' /proc/modules; then
		result 1 module_unloads "it is not loaded"
		return
	fi
	"$root/user/bin/rvmctl" hook detach >/dev/null 2>&1 || true
	# The last programs hold the module until grace periods have passed, which take
	# long on an emulated CPU.
	for ((try = 1; try <= 120 * RVM_PATIENCE; try++)); do
		status=0
		rmmod rvm 2>/dev/null || status=$?
		((status)) || break
		sleep 0.5
	done
	result "$status" module_unloads "rmmod failed for a minute"
}

check_log() {
	local status=0 bad

	bad=$(
		faults_in_log || true
		lost_memory
	)
	! lockdep_is_off || bad+=$'\nlockdep has stopped'
	if [ -n "$bad" ]; then
		printf '  # %s\n' "${bad//$'\n'/$'\n'  # }"
		status=1
	fi
	result "$status" kernel_log_is_clean "see above"
}

count_points() {
	local each once wide

	each=$(grep -c '^each ' "$selftests/tests.list") || true
	once=$(grep -c '^once ' "$selftests/tests.list") || true
	is_wide && wide=$(grep -c '^wide ' "$selftests/tests.list") || wide=0
	echo $((3 + once + wide + each * $1))
}

if [ "${1:-}" = -t ]; then
	pattern=$2
	shift 2
fi
(($#)) || set -- tmpfs
echo "KTAP version 1"
[ -n "$pattern" ] || echo "1..$(count_points $#)"
truncate -s 65536 "$refusals"
load_module
first=1
for filesystem; do
	make_filesystem "$filesystem"
	run_list "$filesystem" "$first"
	first=''
done
unload_module
check_log
exit "$failed"
