#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What operations cost, in guest instructions, in one boot, on a tmpfs:
#
#  - one open and close on paths of 2, 6 and 20 names: without anything, with
#    Landlock, with an empty BPF program, with RVM outside and inside a
#    partition; warm (again and again) and cold (each file for the first time);
#  - other operations;
#  - with few and with many tokens, and after a rename each time.
#
#	bench/run.sh            boot a guest that counts, print the tables
#	bench/run.sh measure    in such a guest
#
# All rows are measured in the same state of the kernel.  The partitions exist from the
# beginning, with their cgroups and marks on the file system.  Every program runs in a
# cgroup whose memory is accounted, as programs of a partition do, because the kernel
# charges each open file to it.  Only the hooks differ.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
# shellcheck source=selftests/lib/crowd.sh
. "$selftests/lib/crowd.sh"
bench=$here/build/bench
depths=(2 6 20)
operations=(open read write stat connect exec)
tokens=(10 1000 50000)
cold=1800
# A cgroup that is not a partition.
group=/sys/fs/cgroup/plain
failed=0
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
	local depth file i

	for depth in "${depths[@]}"; do
		file=$(file_at "$depth")
		mkdir -p "$(dirname "$file")"
		echo text >"$file"
		echo text >"$file.a"
		for ((i = 0; i < cold; i++)); do
			: >"$file.$i"
		done
	done
}

# GROUP COMMAND...
in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

# Each function takes an operation and a file.
plain() { in_group "$group" "$bench" "$@"; }
empty() { in_group "$group" "$bench" "$@" empty "${hooks[@]}"; }
landlock() { in_group "$group" "$bench" "$@" landlock 7; }
# With the hooks alone: without a system call filter.
inside() { in_group /sys/fs/cgroup/rvm/bench "$bench" "$@"; }
by_run() { rvmctl run bench -- "$bench" "$@"; }

# BASE COMMAND...: what it costs, and how much more than the first one that was
# measured under the name of BASE.
cell() {
	local key=$1 cost

	shift
	cost=$("$@" </dev/null 2>/dev/null) || cost=''
	if [ -z "$cost" ]; then
		printf '%16s' failed
		failed=1
		return
	fi
	: "${base[$key]:=$cost}"
	printf '%8d %+7d' "$cost" $((cost - base[$key]))
}

head() {
	local word

	printf '\n%-44s' "$1"
	shift
	for word; do
		printf '%16s' "$word"
	done
	echo
}

# TITLE OPERATION WHERE
depth_row() {
	local depth

	printf '%-44s' "$1"
	for depth in "${depths[@]}"; do
		cell "$2 $depth" "$3" "$2" "$(file_at "$depth")"
	done
	echo
}

# TITLE WHERE [OPERATION...]
operation_row() {
	local title=$1 where=$2 operation

	shift 2
	printf '%-44s' "$title"
	for operation; do
		cell "$operation 6" "$where" "$operation" "$(file_at 6)"
	done
	echo
}

# NUMBER: how many tokens; the last two of them are needed.
load_table() {
	local table=/run/bench/table.json

	mkdir -p /run/bench
	{
		echo '['
		awk -v n=$(($1 - 2)) 'BEGIN { for (i = 0; i < n; i++) printf "{\"rights\": [\"READ\"]," \
			"\"resource\": \"Read(//srv/f%d)\", \"proof_tier\": \"P1\", \"expires_at\": 0},\n", i }'
		cat <<-JSON
			{"rights": ["READ", "WRITE"], "resource": "path:/tmp/**", "proof_tier": "P1",
			 "expires_at": 0},
			{"rights": ["EXECUTE"], "resource": "run:$bench", "proof_tier": "P1", "expires_at": 0}]
		JSON
	} >$table
	rvmctl load $table --partition bench --workspace /tmp --base minimal >/dev/null
}

by_depth() {
	local columns=("${depths[@]/#/depth }")

	head 'open and close, warm' "${columns[@]}"
	depth_row 'no hooks' open plain
	depth_row 'Landlock, 7 rules' open landlock
	depth_row 'empty BPF programs' open empty
	head 'open and close, cold' "${columns[@]}"
	depth_row 'no hooks' cold plain
	depth_row 'Landlock, 7 rules' cold landlock
	head 'at depth 6' "${operations[@]}"
	operation_row 'no hooks' plain "${operations[@]}"
	operation_row 'empty BPF programs on the same hooks' empty "${operations[@]}"
	head 'names change all the time' 'rename' 'and open' 'open'
	operation_row 'no hooks' plain rename storm open
}

with_hooks() {
	local columns=("${depths[@]/#/depth }") many

	head 'open and close, warm' "${columns[@]}"
	depth_row 'RVM, outside' open plain
	depth_row 'RVM, inside' open inside
	depth_row 'RVM, inside, by rvmctl run (with its filter)' open by_run
	head 'open and close, cold' "${columns[@]}"
	depth_row 'RVM, inside' cold inside
	head 'at depth 6' "${operations[@]}"
	operation_row 'RVM, outside' plain "${operations[@]}"
	operation_row 'RVM, inside' inside open read write stat
	head 'names change all the time' 'rename' 'and open' 'open'
	operation_row 'RVM, inside' inside rename storm open
	with_crowd crowd_rows
	head 'open and close by number of tokens' "${depths[@]/#/depth }"
	for many in "${tokens[@]}"; do
		load_table "$many"
		depth_row "RVM, inside, $many tokens, warm" open inside
		depth_row "RVM, inside, $many tokens, cold" cold inside
	done
}

crowd_rows() {
	head "with $crowd partitions more" "${operations[@]}"
	operation_row 'RVM, outside' plain "${operations[@]}"
	operation_row 'RVM, inside' inside open read write stat
}

measure() {
	PATH=$root/user/bin:$PATH
	mapfile -t hooks < <(sed -n 's|^SEC("lsm[^/]*/\([a-z_]*\)")|\1|p' "$root"/bpf/*.bpf.c)
	make_files
	insmod "$root/kmod/rvm.ko"
	load_table 2
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	# Processes that still run from the boot would be counted too.
	sleep 5
	echo "guest instructions for one operation, and how many more than without hooks"
	by_depth
	rvmctl hook attach >/dev/null
	with_hooks
	rvmctl partition del bench >/dev/null
	exit "$failed"
}

if [ "${1:-}" = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --icount --timeout 900 -- "$here/run.sh" measure
fi
