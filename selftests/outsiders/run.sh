#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tasks in no partition work as without RVM: the kernel's own tests of
# Landlock and seccomp, and the stressors of three classes of stress-ng, each
# without the module, with all hooks attached, and with many partitions.  The
# results must be the same, test by test.
#
#	outsiders/run.sh            boot a guest, print what differs, and a count
#	outsiders/run.sh compare    in such a guest
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
# shellcheck source=selftests/lib/crowd.sh
. "$selftests/lib/crowd.sh"
classes=(filesystem scheduler network)
operations=${RVM_OPERATIONS:-10}
seconds=20
# A test may depend on timing: one that differs is tried again.
tries=3

# Each test's result, a line for each: PROGRAM TEST RESULT.
kernel_tests() {
	local program=$1

	(cd "$place/bin" && timeout 600 "./$program") 2>/dev/null |
		sed -nE "s/^(ok|not ok) [0-9]+ ([^ ]*)( # SKIP.*)?.*/$program \2 \1\3/p" |
		sed -E 's/ # SKIP.*/ skipped/'
}

stressors() {
	stress-ng --class "$1?" 2>&1 | sed -n 's/^class .* stressors: //p' | tr ' ' '\n'
}

# 0 is success; 3 and 4 mean that it needs something that is missing here.
stress() {
	local status=0

	(cd "$place/stress" && timeout $((2 * seconds)) stress-ng --temp-path "$place/stress" \
		"--$1" 1 "--$1-ops" "$operations" --timeout "$seconds" --verify \
		>/dev/null 2>&1) </dev/null || status=$?
	echo "stress-ng $1 exit-$status"
}

run_item() {
	case $1 in
	stress:*) stress "${1#stress:}" ;;
	*) kernel_tests "$1" ;;
	esac
}

list_items() {
	local class

	(cd "$here/build" && ls -d landlock_*_test seccomp_bpf)
	for class in "${classes[@]}"; do
		stressors "$class" | sed 's/^/stress:/'
	done | sort -u
}

# A test that runs out of time has no result.
run_plain() {
	local try

	for ((try = 1; try <= tries; try++)); do
		run_item "$1" >"$place/plain/$1"
		grep -q 'exit-124$' "$place/plain/$1" || break
	done
}

# Run the same items with the module, and compare with the results without it.
compare_with() {
	local phase=$1 item try same=0 other=0 results=0

	while read -r item; do
		for ((try = 1; try <= tries; try++)); do
			run_item "$item" >"$place/now"
			! cmp -s "$place/now" "$place/plain/$item" || break
		done
		results=$((results + $(wc -l <"$place/plain/$item")))
		if ((try <= tries)); then
			same=$((same + 1))
			continue
		fi
		other=$((other + 1))
		echo "$phase: $item is another:"
		diff "$place/plain/$item" "$place/now" | sed -n 's/^[<>]/  &/p' | head -n 20
	done <"$place/items"
	echo "$phase: $same programs with $results results as without RVM, $other not"
	((other == 0))
}

say_plain() {
	local kind

	for kind in ' ok$' ' not ok$' ' skipped$' ' exit-0$' ' exit-[34]$' ' exit-([125-9]|[1-9].+)$'; do
		printf 'without RVM: %5d results%s\n' \
			"$(cat "$place"/plain/* | grep -cE "$kind")" "${kind%\$}"
	done
}

compare() {
	local item failed=0

	PATH=$root/user/bin:$PATH
	place=/tmp/outsiders
	mkdir -p "$place"/{plain,stress,bin}
	# The tests mount and write in their own directory.
	cp "$here"/build/* "$place/bin/" 2>/dev/null || true
	list_items >"$place/items"
	while read -r item; do
		run_plain "$item"
	done <"$place/items"
	say_plain
	insmod "$root/kmod/rvm.ko"
	rvmctl hook attach >/dev/null
	compare_with 'hooks attached' || failed=1
	with_crowd compare_with "$crowd partitions" || failed=1
	# Most of them must have given a result.
	if (($(cat "$place"/plain/* | grep -cE ' (ok|exit-0)$') < 250)); then
		echo 'without RVM: too few tests pass here to tell anything'
		failed=1
	fi
	((failed == 0))
}

main() {
	if [ "${1:-}" = compare ]; then
		compare
		return
	fi
	"$root/scripts/setup.sh" --quiet stress-ng libcap-dev
	make -C "$root" --no-print-directory build >/dev/null
	make -C "$selftests" --no-print-directory all
	make -C "$here" --no-print-directory all
	"$selftests/vm/run.sh" --memory 2G --timeout 7200 -- "$here/run.sh" compare
}

main "$@"
