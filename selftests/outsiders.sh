#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs in no partition behave as without RVM: stress-ng's stressors of files,
# scheduler and network, and the kernel's own tests of Landlock and seccomp, run
# without hooks, with all hooks, and with 1000 partitions besides.  Each result has
# to be the same as the first; what differs is printed and fails.
#
#	outsiders.sh [PATTERN]           build the kernel's tests, boot a guest
#	outsiders.sh measure [PATTERN]   in such a guest
#	outsiders.sh list [PATTERN]      what would be run
#
# PATTERN, an extended regular expression, chooses from that list.
#
# A result that is not the same twice without hooks says nothing and is listed as
# such: every test runs twice before the hooks are attached.
set -euo pipefail

selftests=$(dirname "$(readlink -f "$0")")
root=$(dirname "$selftests")
build=$selftests/build/outsiders
crowd=${RVM_CROWD:-1000}
classes=(filesystem scheduler network)
# They end by time only, flood the emulated machine or need another one.
left_out='softlockup|forkheavy|vforkmany|cyclic|sockmany|zombie|icmp-flood|dirmany|netdev'
kernel_tests=(
	landlock/{base,fs,net,ptrace,scoped_abstract_unix,scoped_signal,scoped}_test
	seccomp/seccomp_bpf
)
state=/tmp/outsiders
pattern=.
failed=0

stressors() {
	local class

	for class in "${classes[@]}"; do
		# It says "class 'x' stressors: a b c".
		stress-ng --class "$class?" | sed 's/.*stressors: //' | tr ' ' '\n'
	done | sort -u | grep -vxE "$left_out"
}

list() {
	{
		printf '%s\n' "${kernel_tests[@]}"
		stressors | sed 's|^|stress-ng/|'
	} | grep -E "$pattern"
}

# Of this kernel's headers only what is tested: the rest is the C library's.
build_tests() {
	local tests=$KSRC/tools/testing/selftests test

	mkdir -p "$build"/{landlock,seccomp,include/linux}
	cp "$KSRC/include/uapi/linux/landlock.h" "$build/include/linux"
	for test in "${kernel_tests[@]}"; do
		gcc -O2 -w -D_GNU_SOURCE= -I"$build/include" -I"$tests" "$tests/$test.c" \
			-o "$build/$test" -lcap -lpthread
	done
	gcc -O2 -static "$tests/landlock/true.c" -o "$build/landlock/true"
}

# One line for each case: its name and how it ended.
kernel_test() {
	local status=0

	cp "$build/landlock/true" .
	timeout --kill-after=5 600 "$build/$1" >output 2>&1 || status=$?
	sed -nE "s/^(ok|not ok) [0-9]+ ([^ ]+).*(SKIP).*/\2 \3/p;t;s/^(ok|not ok) [0-9]+ ([^ ]+).*/\2 \1/p" output |
		sed "s|^|$1 |"
	echo "$1 exit $status"
}

# Bounded by operations; the time is for those that never make them.
stressor() {
	local status=0

	timeout --kill-after=5 120 stress-ng --"$1" 1 --"$1"-ops "${RVM_STRESS_OPS:-10}" --timeout 20 --verify \
		--temp-path . --oomable --no-rand-seed >output 2>&1 || status=$?
	echo "stress-ng/$1 exit $status"
}

# NAME: all tests, one result a line.
run_all() {
	local test results=$state/$1 dir=$state/work

	while read -r test; do
		rm -rf "$dir"
		mkdir -p "$dir"
		(
			cd "$dir"
			case $test in
			stress-ng/*) stressor "${test#*/}" ;;
			*) kernel_test "$test" ;;
			esac
		) </dev/null
	done <"$state/list" | sort >"$results"
	echo "  # $1: $(wc -l <"$results") results, $(grep -cE ' (ok|exit 0)$' "$results") of them good"
}

# Names of results that two runs differ in, or that only one of them has.
differing() {
	sort "$state/$1" "$state/$2" | uniq -u | sed -E 's/ (ok|not ok|SKIP|exit [0-9]+)$//' | sort -u
}

# NUMBER NAME: compared with the first run.
compare() {
	local different

	different=$(differing first "$2" | grep -vxFf "$state/unsteady") || true
	if [ -z "$different" ]; then
		echo "ok $1 $2"
		return
	fi
	echo "not ok $1 $2"
	failed=1
	grep -hF -f <(echo "$different") "$state/first" | sed 's/^/  # without: /' || true
	grep -hF -f <(echo "$different") "$state/$2" | sed 's/^/  # with:    /' || true
}

with_crowd() {
	local ready pid input

	coproc CROWD { exec "$selftests/build/probe" crowd "$crowd"; }
	pid=$CROWD_PID
	input=${CROWD[1]}
	read -r ready <&"${CROWD[0]}"
	[ "$ready" = ready ] || return 1
	"$@"
	exec {input}>&-
	wait "$pid"
}

measure() {
	export PATH=$root/user:$PATH
	mkdir -p "$state"
	list >"$state/list"
	echo "TAP version 13"
	echo "1..3"
	run_all first
	run_all again
	differing first again >"$state/unsteady"
	sed 's/^/  # not the same twice without hooks: /' "$state/unsteady"
	# A test of nothing would pass.
	if [ "$(grep -cE ' (ok|exit 0)$' "$state/first")" -gt 0 ] && [ -s "$state/list" ]; then
		echo "ok 1 tests_run"
	else
		echo "not ok 1 tests_run"
		failed=1
	fi
	insmod "$root/kmod/rvm.ko"
	rvmctl hook attach >/dev/null
	run_all hooks
	compare 2 hooks
	with_crowd run_all crowd
	compare 3 crowd
	cp "$state"/{first,again,hooks,crowd} "$RVM_OUTDIR"
	exit "$failed"
}

main=boot
if [ "${1:-}" = measure ] || [ "${1:-}" = list ]; then
	main=$1
	shift
fi
pattern=${1:-.}
case $main in
list) list ;;
measure) measure ;;
boot)
	"$root/scripts/setup.sh" --quiet --outsiders
	# shellcheck source=/dev/null
	. "${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}/env"
	build_tests
	exec "$selftests/vm/run.sh" --memory 2G --timeout "${RVM_TIMEOUT:-7200}" -- "$selftests/outsiders.sh" measure "$pattern"
	;;
esac
