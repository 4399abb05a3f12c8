#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which lines of the module the tests execute: build a module that counts, run
# the tests on a tmpfs in one guest, print a table, and compare the lines that were
# not executed with uncovered.list.
#
#	selftests/coverage/run.sh [-t PATTERN]    only tests whose line has PATTERN;
#	                                          then the list is not compared
#	selftests/coverage/run.sh report          the table of the last run again
#	selftests/coverage/run.sh page            likewise, and into the documentation
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$here")")
work=$root/build/coverage
tree=$work/tree
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
status=0

# Build in a copy, since the tree's own objects have no counters.
build_module() {
	rm -rf "$tree"
	mkdir -p "$tree"
	(cd "$root" && find Kbuild kmod '(' -name Kbuild -o -name '*.[ch]' ')' ! -name '*.mod.c' \
		-exec cp -p --parents -t "$tree" {} +)
	cp -p "$here"/*.[ch] "$tree/kmod/"
	cat "$root/kmod/Kbuild" "$here/Kbuild" >"$tree/kmod/Kbuild"
	make -C "$KDIR" M="$tree" modules >"$work/build.log" 2>&1 || {
		tail -n 20 "$work/build.log" >&2
		exit 1
	}
}

# shellcheck source=/dev/null
. "$cache/env"
mkdir -p "$work"
if [[ ${1:-} != @(report|page) ]]; then
	build_module
	rm -rf "$work/guest/counters"
	"$root/selftests/vm/run.sh" --timeout 3600 --outdir "$work/guest" -- \
		"$here/guest.sh" "$tree/kmod" "$@" tmpfs || status=$?
	((status == 0)) || echo "the suite failed: its counters prove nothing" >&2
fi
options=()
case ${1:-} in
-t) options=(--part) ;;
page) options=(--page "$root/Documentation/design/coverage.md") ;;
esac
"$here/report.py" "${options[@]}" "$tree" "$here/uncovered.list" "$work/guest/counters" || status=$?
exit "$status"
