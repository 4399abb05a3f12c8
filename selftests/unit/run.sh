#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the given test programs; write one KTAP report of all, and one file beside each program.
set -euo pipefail

failed=0
number=0

run_one() {
	local program=$1 name status=0

	name=$(basename "$program")
	"$program" >"$program.ktap" 2>&1 || status=$?
	sed 's/^/  /' "$program.ktap"
	if ((status == 0)); then
		echo "ok $number $name"
	else
		echo "not ok $number $name # exit $status"
		failed=1
	fi
}

if (($# == 0)); then
	echo "Bail out! no test programs"
	exit 1
fi

echo "KTAP version 1"
echo "1..$#"
for program; do
	number=$((number + 1))
	run_one "$program"
done
exit "$failed"
