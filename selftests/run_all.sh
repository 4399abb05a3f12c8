#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Build, run every ring of tests, and count the results.
#
#	selftests/run_all.sh [RING...]     build unit prove tool witness store static guest single
#
# guest: two CPUs, tmpfs and ext4, one boot.  single: one CPU, tmpfs.  An emulated
# guest keeps one CPU of the host busy, so these two run side by side.
# ipv6: a boot without IPv6, the requests only.
# The last line is "N passed, N failed, N skipped"; reports stay in build/report.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
report=build/report
rings=(build unit prove tool witness store static guest single ipv6)

say() {
	echo "== $* ($SECONDS s)"
}

# A ring that ends without its last line has failed, whatever it printed before.
finish_report() {
	local ring=$1 status=$2 file=$report/$1.ktap

	if ((status)) && ! grep -q '^ *not ok ' "$file"; then
		echo "not ok 999 $ring # exit $status: $(tail -n 1 "$report/$ring.err")" >>"$file"
	fi
}

ring_build() {
	{
		echo "KTAP version 1"
		echo "1..1"
		make build >&2 && make -C selftests >&2 && echo "ok 1 everything_builds"
	}
}

ring_unit() {
	make -C selftests unit
}

ring_prove() {
	selftests/proof/run.sh
}

ring_tool() {
	selftests/tool_test.sh
}

ring_witness() {
	selftests/witness_test.sh
}

ring_store() {
	selftests/store_test.sh
}

ring_static() {
	scripts/check.sh --ktap "$report/static.points" >&2 || true
	cat "$report/static.points"
}

ring_guest() {
	selftests/vm/run.sh --cpus 2 --timeout 3600 --outdir "$report/guest" -- \
		selftests/vm/suite.sh tmpfs ext4
}

ring_single() {
	selftests/vm/run.sh --cpus 1 --timeout 2700 --outdir "$report/single" -- \
		selftests/vm/suite.sh tmpfs
}

# Where IPv6 is switched off its tables do not exist.
ring_ipv6() {
	selftests/vm/run.sh --append ipv6.disable=1 --outdir "$report/ipv6" -- \
		selftests/vm/suite.sh -t netlink tmpfs
}

run_ring() {
	local ring=$1 status=0

	say "$ring"
	"ring_$ring" > >(tee "$report/$ring.ktap") 2> >(tee "$report/$ring.err" >&2) || status=$?
	wait || true
	finish_report "$ring" "$status"
	return "$status"
}

(($# == 0)) || rings=("$@")
cd "$root"
rm -rf "$report"
mkdir -p "$report"
files=()
single=''
for ring in "${rings[@]}"; do
	files+=("$report/$ring.ktap")
	if [ "$ring" = guest ] && [[ " ${rings[*]} " = *" single "* ]]; then
		run_ring single >"$report/single.out" 2>&1 &
		single=$!
	fi
	if [ "$ring" = single ] && [ -n "$single" ]; then
		wait "$single" || true
		cat "$report/single.out"
	elif ! run_ring "$ring" && [ "$ring" = build ]; then
		break
	fi
done
say "done"
scripts/ktap-summary "${files[@]}"
