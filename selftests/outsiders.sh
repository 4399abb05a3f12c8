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
#
# PATTERN, an extended regular expression, chooses from the lines of `outsiders.sh list`.
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

build_tests() {
	local test source include

	mkdir -p "$build"/{landlock,seccomp}
	for test in "${kernel_tests[@]}"; do
		source=$KTESTS/$test.c
		include=$KSRC/tools/testing/selftests
		[ "$build/$test" -nt "$source" ] || [ ! -e "$source" ] ||
			gcc -O2 -w -D_GNU_SOURCE= -I"$build/include" -I"$include" "$source" \
				-o "$build/$test" -lcap -lpthread
	done
	gcc -O2 -static "$KTESTS/landlock/true.c" -o "$build/landlock/true"
}

# Of this kernel only what is tested: the rest is the C library's.
take_header() {
	mkdir -p "$build/include/linux"
	cp "$KSRC/include/uapi/linux/landlock.h" "$build/include/linux"
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

# FILE
run_all() {
	local test dir=/tmp/outsiders/work

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
	done </tmp/outsiders/list >"$1"
	echo "  # $(basename "$1"): $(wc -l <"$1") results, $(grep -cE ' (ok|exit 0)$' "$1") of them good"
}

# NUMBER NAME FILE: compared with the first run.
compare() {
	local different

	different=$(diff /tmp/outsiders/steady <(grep -vxFf /tmp/outsiders/unsteady-names \
		<(sed 's/ [^ ]*$//' "$3") >/dev/null; join_steady "$3")) || true
	if [ -z "$different" ]; then
		echo "ok $1 $2"
	else
		echo "not ok $1 $2"
		sed 's/^/  # /' <<<"$different"
		failed=1
	fi
}
