#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Instructions of finding out whether a scope lies within that of the token it is to be
# derived from, as callgrind counts them.
#
#	bench/contain.sh	print the table
set -euo pipefail

bench=$(dirname "$(readlink -f "$0")")
program=$bench/build/contain
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
times=1000

row() {
	local name=$1 sum answer

	shift
	answer=$("$program" "$@" 1)
	valgrind --tool=callgrind --callgrind-out-file="$out/counts" --collect-atstart=no \
		--toggle-collect=measure_contain "$program" "$@" "$times" >"$out/log" 2>&1 ||
		{
			cat "$out/log" >&2
			exit 1
		}
	sum=$(sed -n 's/^==.*Collected : //p' "$out/log")
	printf '%-44s %-4s %8s\n' "$name" "$answer" $(((sum + times / 2) / times))
}

path() {
	row "$2 in $1" path "$1" "$2"
}

# As dear as it can be made.
worst() {
	local sets

	sets=$(printf '[a-y]%.0s' {1..190})
	row 'the worst' path "**/*$sets*" "${sets//y/x}[a-z]"
}

make -s -C "$bench" build/contain
printf '%-44s %-4s %8s\n' 'instructions' '' each
path '**' 'src/**'
path 'src/**' 'src/main.c'
path 'src/**' 'src/**/*.c'
path '**/*.[ch]' 'src/lib/*.[ch]'
path 'src/**' 'lib/**'
row 'git push ... in git ...' exec
row '10.1.0.0/16 in 10.0.0.0/8' net
row 'mcp__github__get_issue in mcp__github' tool
times=3
worst
