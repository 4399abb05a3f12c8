#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What operations cost, in guest instructions, in one boot, on a tmpfs:
#
#  - one open and close on paths of 2, 6 and 20 names: without anything, with
#    Landlock, with an empty BPF program, with RVM outside and inside a
#    partition; warm (again and again) and cold (each file for the first time);
#  - other operations, with and without the names of a directory being told apart;
#  - with few and with many tokens, and after a rename each time;
#  - while the log is recorded;
#  - and whether each costs as little as is wanted.
#
#	bench/run.sh            boot a guest that counts, print the tables
#	bench/run.sh measure    in such a guest
#
# All rows are measured in the same state of the kernel.  The partitions exist from the
# beginning, with their cgroups and marks on the file system.  The kernel's memory is not
# accounted: whether an open takes a page from a cgroup's controller depends on what ran
# before.  Only the hooks differ.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
# shellcheck source=selftests/lib/crowd.sh
. "$selftests/lib/crowd.sh"
bench=$here/build/bench
program=/run/bench/program
depths=(2 6 20)
operations=(open read write stat getppid connect exec load)
# Of names; the first two in directories that were not seen before.
names=(first create-new create unlink mkdir rmdir rename move)
tokens=(10 1000 50000)
cold=1800
# How much more than without hooks is wanted at most, inside and outside; `landlock` stands
# for what Landlock costs.
goals='open 450 240
cold landlock -
first 2000 -
read 6 6
write 6 6
stat 6 6
getppid 6 6
create 600 600
unlink 600 600
create-new 15000 600
rename 2000 600
apart 30000 -
exec 15000 6000
load 15000 6000'
# A cgroup that is not a partition.
group=/sys/fs/cgroup/plain
failed=0
# What it costs without hooks, by operation and depth; how much more, by place too.
declare -A base more

# Names in a path: /tmp and the file are two of them.
file_at() {
	local path=/tmp depth=$1 i

	for ((i = 2; i < depth; i++)); do
		path+=/d$i
	done
	echo "$path/file"
}

# Programs do not lie in the workspace.
file_for() {
	case $1 in
	exec | load) echo "$program" ;;
	*) file_at 6 ;;
	esac
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
	# At depth 6, where names are measured.
	file=$(file_at 6)
	seq -f "$file.d%.0f" 0 $((cold - 1)) | xargs mkdir
	for ((i = 0; i < cold; i++)); do
		: >"$file.d$i/x"
	done
	mkdir -p "$(dirname "$program")"
	cp "$here/build/nothing" "$program.exec"
	cp "$here/build/loaded" "$program.load"
	cp "$(readlink -f /lib64/ld-linux-x86-64.so.2)" /tmp/loader
	chmod +x /tmp/loader
}

# GROUP COMMAND...
in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

# Each function takes an operation and a file.
plain() { in_group "$group" "$bench" "$@"; }
empty() { in_group "$group" "$bench" "$@" empty "${hooks[@]}"; }
landlock() { in_group "$group" "$bench" "$@" landlock 7; }
inside() { in_group /sys/fs/cgroup/rvm/bench "$bench" "$@"; }
# Where a rule names another file of the directory.
apart() { in_group /sys/fs/cgroup/rvm/apart "$bench" "$@"; }
filtered() { rvmctl run --filter bench -- "$bench" "$@"; }

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
	more[$state $1 $key]=$((cost - base[$key]))
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
		cell "$operation 6" "$where" "$operation" "$(file_for "$operation")"
	done
	echo
}

# NUMBER: how many tokens; the last five of them are needed.
load_table() {
	local table=/run/bench/table.json

	mkdir -p /run/bench
	{
		echo '['
		awk -v n=$(($1 - 5)) 'BEGIN { for (i = 0; i < n; i++) printf "{\"rights\": [\"READ\"]," \
			"\"resource\": \"Read(//srv/f%d)\", \"proof_tier\": \"P1\", \"expires_at\": 0},\n", i }'
		cat <<-JSON
			{"rights": ["READ", "WRITE"], "resource": "path:/tmp/**", "proof_tier": "P1",
			 "expires_at": 0},
			{"rights": ["READ", "EXECUTE"], "resource": "load:/tmp/loader", "proof_tier": "P1",
			 "expires_at": 0},
			{"rights": ["EXECUTE"], "resource": "run:$program.exec", "proof_tier": "P1",
			 "expires_at": 0},
			{"rights": ["EXECUTE"], "resource": "run:$program.load", "proof_tier": "P1",
			 "expires_at": 0},
			{"rights": ["EXECUTE"], "resource": "run:$bench", "proof_tier": "P1", "expires_at": 0}]
		JSON
	} >$table
	rvmctl load $table --partition bench --workspace /tmp --base minimal >/dev/null
}

# All of /tmp, and one file of the directory at depth 6 by its name.
load_apart() {
	cat >/run/bench/apart.json <<-JSON
		[{"rights": ["READ", "WRITE"], "resource": "path:/tmp/**", "proof_tier": "P1",
		  "expires_at": 0},
		 {"rights": ["WRITE"], "resource": "path:$(file_at 6).c", "proof_tier": "P1",
		  "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "run:$bench", "proof_tier": "P1", "expires_at": 0}]
	JSON
	rvmctl load /run/bench/apart.json --partition apart --workspace /tmp --base minimal >/dev/null
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
	head 'at depth 6' "${names[@]}"
	operation_row 'no hooks' plain "${names[@]}"
	operation_row 'Landlock, 7 rules' landlock "${names[@]}"
	head 'names change all the time' 'rename' 'and open' 'open'
	operation_row 'no hooks' plain rename storm open
}

with_hooks() {
	local columns=("${depths[@]/#/depth }") many

	head 'open and close, warm' "${columns[@]}"
	depth_row 'RVM, outside' open plain
	depth_row 'RVM, inside' open inside
	depth_row 'RVM, inside, by rvmctl run --filter' open filtered
	head 'open and close, cold' "${columns[@]}"
	depth_row 'RVM, inside' cold inside
	head 'at depth 6' "${operations[@]}"
	operation_row 'RVM, outside' plain "${operations[@]}"
	operation_row 'RVM, inside' inside open read write stat getppid
	head 'at depth 6' "${names[@]}"
	operation_row 'RVM, outside' plain "${names[@]}"
	operation_row 'RVM, inside' inside "${names[@]}"
	head 'a rule names another file' rename
	operation_row 'RVM, inside' apart rename
	head 'at depth 6' exec load
	operation_row 'RVM, inside' inside exec load
	head 'names change all the time' 'rename' 'and open' 'open'
	operation_row 'RVM, inside' inside rename storm open
	with_crowd crowd_rows
	with_recorder
	head 'open and close by number of tokens' "${depths[@]/#/depth }"
	for many in "${tokens[@]}"; do
		load_table "$many"
		depth_row "RVM, inside, $many tokens, warm" open inside
		depth_row "RVM, inside, $many tokens, cold" cold inside
	done
}

# What is kept makes no record, so that a recorder has nothing to do meanwhile.
with_recorder() {
	local recorder

	rvmctl witness record /run/bench/log 2>/dev/null &
	recorder=$!
	sleep 5
	head 'while the log is recorded' "${operations[@]}"
	operation_row 'RVM, outside' plain "${operations[@]}"
	operation_row 'RVM, inside' inside open read write stat exec load
	kill -0 "$recorder" || failed=1
	kill "$recorder"
	wait "$recorder" || :
}

crowd_rows() {
	head "with $crowd partitions more" "${operations[@]}"
	operation_row 'RVM, outside' plain "${operations[@]}"
	operation_row 'RVM, inside' inside open read write stat
}

# OPERATION PLACE GOAL
goal() {
	local cost most=$3 key="hooks $2 $1 6"

	[ "$1" != apart ] || key='hooks apart rename 6'
	cost=${more[$key]:-}
	[ "$most" != landlock ] || most=${more[none landlock $1 6]:-}
	if [ "$most" = - ]; then
		printf '%24s' -
	elif [ -z "$cost" ] || [ -z "$most" ]; then
		printf '%24s' failed
	else
		printf '%24s' "$( ((cost <= most)) && echo yes || echo no): $cost of $most"
	fi
}

goals_table() {
	local operation inside outside

	printf '\n%-44s%24s%24s\n' 'goal' 'inside' 'outside'
	while read -r operation inside outside; do
		printf '%-44s' "$operation"
		goal "$operation" inside "$inside"
		goal "$operation" plain "$outside"
		echo
	done <<<"$goals"
}

measure() {
	PATH=$root/user/bin:$PATH
	mapfile -t hooks < <(sed -n 's|^SEC("lsm[^/]*/\([a-z_]*\)")|\1|p' "$root"/bpf/*.bpf.c)
	make_files
	insmod "$root/kmod/rvm.ko"
	load_table 5
	load_apart
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	# Processes that still run from the boot would be counted too.
	sleep 5
	echo "guest instructions for one operation, and how many more than without hooks"
	state=none
	by_depth
	rvmctl hook attach >/dev/null
	state=hooks
	with_hooks
	goals_table
	rvmctl partition del bench >/dev/null
	rvmctl partition del apart >/dev/null
	exit "$failed"
}

if [ "${1:-}" = measure ]; then
	measure
else
	exec "$selftests/vm/run.sh" --icount --append "cgroup.memory=nokmem norandmaps" \
		--timeout 1800 -- "$here/run.sh" measure
fi
