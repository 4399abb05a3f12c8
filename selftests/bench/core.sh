#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Instructions of the core, as callgrind counts them, beside those of RVM's own code for
# the same: finding the handle is part of each.  Whether a scope lies within another is
# counted apart, as RVM has no scopes.
#
# Below them is the log: what hashing a record takes beside compressing its blocks, one of
# them or three, and our bound for that.
#
#	bench/core.sh		print the table; what is over RVM's figure says so
set -euo pipefail

bench=$(dirname "$(readlink -f "$0")")
program=$bench/build/core
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
times=1000

# Of one call, without the program around it.
count() {
	local what=$1 depth=$2 sum

	valgrind --tool=callgrind --callgrind-out-file="$out/$what" --collect-atstart=no \
		--toggle-collect="measure_$what" --toggle-collect=compress_apart "$program" "$what" "$depth" "$times" \
		>"$out/log" 2>&1 || {
		cat "$out/log" >&2
		exit 1
	}
	sum=$(sed -n 's/^==.*Collected : //p' "$out/log")
	# What comes before the measured calls: a grant is one, to make the chain.
	[ "$what" != grant ] || sum=$((sum * times / (times + depth)))
	echo $(((sum + times / 2) / times))
}

row() {
	local name=$1 what=$2 depth=$3 theirs=$4 ours mark=''

	ours=$(count "$what" "$depth")
	if ((theirs && ours > theirs)); then
		mark='  over'
	fi
	((theirs)) || theirs='-'
	printf '%-34s %8s %8s%s\n' "$name" "$ours" "$theirs" "$mark"
}

make -s -C "$bench" build/core
printf '%-34s %8s %8s\n' 'instructions' here RVM
row 'P1' p1 1 34
row 'P2 with its nonce, depth 1' p2 1 90
row 'P2 with its nonce, depth 8' p2 8 0
row 'P3, depth 8' p3 8 238
row 'grant from a root' grant 0 146
row 'grant at depth 8' grant 7 0
row 'revoke of a subtree of 100' revoke 1 10550
printf '\n%-34s %8s %8s\n' 'beside compressions' here bound
row 'record, 1 compression' hash 0 120
row 'record with signature, 3' sign 0 250
