#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What one open and close costs, in guest instructions, in one boot: without
# anything, with Landlock, with an empty BPF program, with RVM outside and
# inside of a partition; on paths of 2, 6 and 20 names on a tmpfs.
#
#	bench/run.sh            boot a guest that counts, print the table
#	bench/run.sh measure    in such a guest
#
# All rows are measured in the same state of the kernel: the partitions are there
# from the beginning, with their control groups and marks on the file system, and
# every program runs in a control group whose memory is accounted, as those of a
# partition do: the kernel charges each open file to it.  Only hooks differ.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
bench=$here/build/bench
probe=$selftests/build/probe
depths=(2 6 20)
crowd=${RVM_CROWD:-1000}
declare -A base

# Names in a path: /tmp and the file are two of them.
file_at() {
	local path=/tmp depth=$1 i

	for ((i = 2; i < depth; i++)); do
		path+=/d$i
	done
	echo "$path/file"
}

make_files() {
	local depth file

	for depth in "${depths[@]}"; do
		file=$(file_at "$depth")
		mkdir -p "$(dirname "$file")"
		echo text >"$file"
	done
}

# TITLE COMMAND...: COMMAND, with a file behind it, at each depth.
row() {
	local title=$1 depth cost

	shift
	printf '%-44s' "$title"
	for depth in "${depths[@]}"; do
		cost=$("$@" "$(file_at "$depth")" </dev/null 2>/dev/null) || cost=''
		if [ -z "$cost" ]; then
			printf '%16s' failed
			failed=1
			continue
		fi
		: "${base[$depth]:=$cost}"
		printf '%8d %+7d' "$cost" $((cost - base[$depth]))
	done
	echo
}

# Of no partition.
group=/sys/fs/cgroup/plain

# GROUP COMMAND...
in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

plain() { in_group "$group" "$bench" plain "$1"; }

empty() { in_group "$group" "$bench" empty "$1"; }

landlock() { in_group "$group" "$bench" landlock "$1" 7; }

by_run() { rvmctl run bench -- "$bench" plain "$1"; }

# By the hooks alone: no filter of system calls is in the way.
inside() { in_group /sys/fs/cgroup/rvm/bench "$bench" plain "$1"; }

load_table() {
	mkdir -p /run/bench
	cat >/run/bench/table.json <<-JSON
		[{"rights": ["READ"], "resource": "Read(//tmp/**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "run:$bench", "proof_tier": "P1", "expires_at": 0}]
	JSON
	rvmctl load /run/bench/table.json --partition bench --workspace /tmp --base minimal >/dev/null
}

with_crowd() {
	local ready pid input

	coproc CROWD { exec "$probe" crowd "$crowd"; }
	pid=$CROWD_PID
	input=${CROWD[1]}
	read -r ready <&"${CROWD[0]}"
	[ "$ready" = ready ] || return 1
	row "RVM, outside, $((crowd + 2)) partitions" plain
	row "RVM, inside, $((crowd + 2)) partitions" inside
	exec {input}>&-
	wait "$pid"
}

measure() {
	failed=0
	PATH=$root/user:$PATH
	make_files
	insmod "$root/kmod/rvm.ko"
	load_table
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	# What still runs from the boot would be counted too.
	sleep 5
	printf '%-44s' 'guest instructions for open and close'
	printf '%8s %7s' 'depth 2' '' 'depth 6' '' 'depth 20' ''
	echo
	row 'no hooks' plain
	row 'Landlock, 7 rules' landlock
	row 'an empty BPF program on file_open' empty
	rvmctl hook attach >/dev/null
	row 'RVM, outside, 2 partitions' plain
	row 'RVM, inside' inside
	row 'RVM, inside, by rvmctl run (with its filter)' by_run
	with_crowd
	rvmctl partition del bench >/dev/null
	exit "$failed"
}

if [ "${1:-}" = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --icount --timeout 900 -- "$here/run.sh" measure
fi
