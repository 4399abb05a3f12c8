#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rvmctl without a module and without root: what it compiles, refuses and prints.
# The tests are in tool/.  KTAP.
#
#	selftests/tool_test.sh [CORPUS]
# A failed test in the middle of a && chain is meant to fall through to ||.
# shellcheck disable=SC2001,SC2015,SC2207
set -uo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
tool=${RVMCTL:-$root/user/bin/rvmctl}
corpus=${1:-${CORPUS:-$root/selftests/data/corpus}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failed=0
cases=()

ok() {
	number=$((number + 1))
	echo "ok $number $1"
}

not_ok() {
	number=$((number + 1))
	failed=$((failed + 1))
	echo "not ok $number $1"
	[ $# -lt 2 ] || sed 's/^/# /' <<<"$2"
}

# Run the tool: $status, $work/out, $work/err.
run() {
	"$tool" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# A one-line error, with the place in the file if it is about one.
is_clear() {
	[ "$(grep -cv '^rvmctl: warning: ' "$work/err")" = 1 ] &&
		grep -q '^rvmctl: .*: ' "$work/err" && ! grep -qP '[\x00-\x08\x0b-\x1f]' "$work/err"
}

has_place() {
	grep -qE ':[0-9]+:[0-9]+: ' "$work/err"
}

# shellcheck source=selftests/tool/compile.sh
. "$root/selftests/tool/compile.sh"
# shellcheck source=selftests/tool/tables.sh
. "$root/selftests/tool/tables.sh"
# shellcheck source=selftests/tool/deputies.sh
. "$root/selftests/tool/deputies.sh"
# shellcheck source=selftests/tool/names.sh
. "$root/selftests/tool/names.sh"
# shellcheck source=selftests/tool/hints.sh
. "$root/selftests/tool/hints.sh"
# shellcheck source=selftests/tool/output.sh
. "$root/selftests/tool/output.sh"
cases=($(declare -F | awk '{ print $3 }' | grep '_' |
	grep -vxE 'not_ok|is_clear|has_place|refuses_input|refuses_spec_too|refuses_table|leaves_out|plan_names|begin_names|is_held|is_closed|is_meant'))
echo 'KTAP version 1'
echo "1..${#cases[@]}"
[ -x "$tool" ] || { echo "Bail out! $tool is not built: make -C user" && exit 1; }
for name in "${cases[@]}"; do
	if out=$("$name" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "$out"
	fi
done
[ $failed = 0 ]
