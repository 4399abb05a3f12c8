#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How much two CPUs hold each other up that ask for the decisions of one partition at the
# same time: contend.c says how.  Outside without hooks and with them, and inside; two
# tasks open the same file, files of one directory, and files of two directories.
#
#	bench/contend.sh            boot a guest with two CPUs, print the table
#	bench/contend.sh measure    in such a guest
#
# A guest that counts instructions has one CPU, so this is throughput.  Opens of both
# tasks are compared with opens of the same tasks in the turns before and after, so
# other work of the machine disturbs each figure alike; it widens the range.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
contend=$here/build/contend
folder=/tmp/work
group=/sys/fs/cgroup/plain

in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

plain() { in_group "$group" "$contend" "$@"; }
inside() { in_group /sys/fs/cgroup/rvm/bench "$contend" "$@"; }

# TITLE WHERE
row() {
	local pair

	printf '%-28s' "$1"
	for pair in 'a/one a/one' 'a/one a/two' 'a/one b/one'; do
		# shellcheck disable=SC2086 # two names
		printf '%20s' "$(cd "$folder" && "$2" $pair || echo failed)"
	done
	echo
}

measure() {
	PATH=$root/user/bin:$PATH
	mkdir -p "$folder"/{a,b} "$group"
	echo text | tee "$folder"/{a,b}/{one,two} >/dev/null
	cat >"$folder/table.json" <<-JSON
		[{"rights": ["READ", "WRITE"], "resource": "path:/tmp/**", "proof_tier": "P1",
		  "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "run:$contend", "proof_tier": "P1", "expires_at": 0}]
	JSON
	insmod "$root/kmod/rvm.ko"
	echo 'opens of two tasks on two CPUs, in percent of one; 200 is no contention'
	printf '%-28s%20s%20s%20s\n' '' 'same file' 'one directory' 'two directories'
	row 'no hooks' plain
	rvmctl load "$folder/table.json" --partition bench --workspace "$folder" --base minimal \
		>/dev/null
	rvmctl hook attach >/dev/null
	row 'RVM, outside' plain
	row 'RVM, inside' inside
	rvmctl partition del bench >/dev/null
}

if [ "${1:-}" = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --cpus 2 --parallel --timeout 900 -- "$here/contend.sh" measure
fi
