#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What real work costs, in guest instructions of user and kernel, in one boot, on
# a tmpfs: without hooks, inside Landlock, with RVM outside and inside of a
# partition.
#
#	bench/work.sh [WORKLOAD...]          boot a guest that counts, print the table
#	bench/work.sh measure [WORKLOAD...]  in such a guest
#
# RVM_TIMES is how often each is counted (3), after one run that is not.
#
# The partition's table is made of base tables and one line for each other program.
# Landlock gets a rule for each file, folder and program of these tables, so it
# judges the same accesses by the same rules.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
work=$here/build/work
times=${RVM_TIMES:-3}
workloads=(status log find each make node pip)
bases=minimal,workspace-rw,git,make,node,python,pip
programs=(git find true wc rm)
folder=/tmp/work
state=/run/bench
# Of no partition; its memory is accounted, as that of a partition is.
group=/sys/fs/cgroup/plain
failed=0
declare -A plain_cost

# shellcheck source=workloads.sh
. "$here/workloads.sh"

# GROUP COMMAND...
in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

# Each takes the name of a workload.
plain() { in_group "$group" "$work" "$times" sh "$folder/$1/$1.sh"; }
landlock() { in_group "$group" "$work" "$times" landlock "$state/rules" sh "$folder/$1/$1.sh"; }
# By the hooks alone: no filter of system calls is in the way.
inside() { in_group /sys/fs/cgroup/rvm/bench "$work" "$times" sh "$folder/$1/$1.sh"; }
by_run() { rvmctl run bench -- "$work" "$times" sh "$folder/$1/$1.sh"; }

# Thousands of instructions, the spread, and how many percent more than plain.
row() {
	local title=$1 name=$2 where=$3 median least most

	if ! read -r median least most < <("$where" "$name" </dev/null 2>"$state/error") ||
		[ -z "$median" ]; then
		printf '%-10s %-34s %12s\n' "$name" "$title" failed
		sed 's/^/  # /' "$state/error"
		failed=1
		return
	fi
	: "${plain_cost[$name]:=$median}"
	awk -v name="$name" -v title="$title" -v median="$median" -v least="$least" -v most="$most" \
		-v plain="${plain_cost[$name]}" 'BEGIN {
			printf "%-10s %-34s %12d %8.2f %% %+9.2f %%\n", name, title, median,
				100 * (most - least) / median, 100 * (median - plain) / plain }'
}

rows() {
	local title=$1 where=$2 name

	for name in "${workloads[@]}"; do
		row "$title" "$name" "$where"
	done
}

write_table() {
	local program

	{
		echo '['
		for program in "${programs[@]}"; do
			printf '{"rights": ["EXECUTE"], "resource": "exec:%s *", ' "$program"
			echo '"proof_tier": "P1", "expires_at": 0},'
		done
		echo '{"rights": ["EXECUTE"], "resource": "exec:sh *", "proof_tier": "P1", "expires_at": 0},'
		echo "{\"rights\": [\"EXECUTE\"], \"resource\": \"run:$work\", " \
			'"proof_tier": "P1", "expires_at": 0}]'
	} >"$state/table.json"
}

measure() {
	local name

	# The machine's own programs, not what a user put in front of them.
	export PATH=$root/user:/usr/sbin:/usr/bin:/sbin:/bin
	mkdir -p "$state"
	for name in "${workloads[@]}"; do
		mkdir -p "$folder/$name"
		"write_$name" "$folder/$name"
	done
	cd "$folder"
	insmod "$root/kmod/rvm.ko"
	write_table
	rvmctl load "$state/table.json" --partition bench --workspace "$folder" --base "$bases" >/dev/null
	"$here/landlock_rules.py" "$folder" "$root/user/base" "$bases" "$state/table.json" >"$state/rules"
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	echo "# Landlock: $(wc -l <"$state/rules") rules"
	printf '%-10s %-34s %12s %10s %11s\n' work where '1000 instr.' spread overhead
	rows 'no hooks' plain
	rows 'Landlock, equal rules' landlock
	rvmctl hook attach >/dev/null
	rows 'RVM, outside' plain
	rows 'RVM, inside' inside
	rows 'RVM, inside, by rvmctl run' by_run
	rvmctl witness tail -n 5 | sed 's/^/# /' || true
	rvmctl partition del bench >/dev/null
	exit "$failed"
}

main=boot
if [ "${1:-}" = measure ]; then
	main=measure
	shift
fi
((!$#)) || workloads=("$@")
if [ $main = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --icount --memory 2G --timeout "${RVM_TIMEOUT:-7200}" -- \
		env RVM_TIMES="$times" "$here/work.sh" measure "${workloads[@]}"
fi
