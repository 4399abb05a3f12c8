#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What real work costs, in guest instructions of user and kernel, in one boot, on a
# tmpfs: outside without hooks and with them, in Landlock, and in a partition with the
# hooks alone and by rvmctl run, which adds its system call filter.  The work must be
# done in each place, with the same output.
#
#	bench/work.sh [WORKLOAD...]          boot a guest that counts, print the table
#	bench/work.sh measure [WORKLOAD...]  in such a guest
#
# RVM_TIMES is how often each workload is counted (3), after one run that is not.  The
# table has the least count; the lines before it also have the range.  What a kernel
# thread does, such as hashing records, is not part of a process and not counted.
#
# The guest has the machine's files by 9p, where no decisions are kept.  So programs,
# what they load, and /etc are copied to a tmpfs first.
#
# The partition's table is made of base tables and one row for each other program.
# Landlock gets a rule for each file, directory and program of these tables, so it
# judges the same accesses by equal rules.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
work=$here/build/work
rvmctl=$root/user/bin/rvmctl
times=${RVM_TIMES:-3}
workloads=(status log find each make node pip)
bases=minimal,workspace-rw,git,make,node,python,pip
programs=(git find echo wc rm grep cksum)
packages=(git findutils make gcc libc6-dev nodejs python3-pip)
# For this script.
tools=(coreutils bash dash mawk grep sed diffutils util-linux)
listed=$here/build/files
places=(plain landlock hooks by_run inside)
folder=/tmp/work
state=/run/bench
# A cgroup that is not a partition; its memory is accounted, as that of a partition is.
group=/sys/fs/cgroup/plain
failed=0
declare -A cost

# shellcheck source=workloads.sh
. "$here/workloads.sh"

# GROUP COMMAND..., with the variables that rvmctl run leaves.
in_group() {
	# shellcheck disable=SC2016 # the inner shell expands it
	env -i PATH="$PATH" HOME="$folder" USER=root LOGNAME=root \
		bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

# Each function takes the name of a workload.
plain() { in_group "$group" "$work" "$times" sh "$folder/$1/$1.sh"; }
hooks() { plain "$1"; }
landlock() { in_group "$group" "$work" "$times" landlock "$state/rules" sh "$folder/$1/$1.sh"; }
# With the hooks alone: without a system call filter.
inside() { in_group /sys/fs/cgroup/rvm/bench "$work" "$times" sh "$folder/$1/$1.sh"; }
by_run() { "$rvmctl" run --env HOME="$folder" bench -- "$work" "$times" sh "$folder/$1/$1.sh"; }

# NAME WHERE: print the counts, if the work gave the same output as outside.
count() {
	local out=$folder/$1.out first=$state/$1.out

	rm -f "$out"
	# Through a pipe, because the partition may not write to the file.
	"$2" "$1" </dev/null 2>&1 | cat >"$state/said" || return
	[ -e "$first" ] || cp "$out" "$first"
	[ -s "$out" ] && cmp "$out" "$first" >>"$state/said" &&
		grep -xE '[0-9]+ [0-9]+ [0-9]+' "$state/said"
}

# Thousands of instructions, their range, and how many percent more than plain.
row() {
	local name=$1 where=$2 least most median

	if ! count "$name" "$where" >"$state/numbers"; then
		printf '%-8s %-10s failed\n' "$name" "$where"
		sed 's/^/  # /' "$state/said"
		failed=1
		return
	fi
	read -r median least most <"$state/numbers"
	cost[$name.$where]=$least
	awk -v name="$name" -v where="$where" -v median="$median" -v least="$least" -v most="$most" \
		-v plain="${cost[$name.plain]:-0}" 'BEGIN {
			printf "%-8s %-10s %9d to %9d %+8.2f %%\n", name, where, least, most,
				plain ? 100 * (least - plain) / plain : 0 }'
}

rows() {
	local name

	for name in "${workloads[@]}"; do
		row "$name" "$1"
	done
}

# A line for each workload, and those that miss the goal.
summary() {
	local name where

	printf '\n%-8s %10s' work "${places[0]}"
	printf ' %10s' "${places[@]:1}"
	printf '   by_run: under 5 %%, below Landlock\n'
	for name in "${workloads[@]}"; do
		for where in "${places[@]}"; do
			echo "${cost[$name.$where]:-0}"
		done | awk -v name="$name" '
			NR == 1 { plain = $1; printf "%-8s %10d", name, plain; next }
			!$1 || !plain { printf "     failed"; bad = 1; next }
			{ more = 100 * ($1 - plain) / plain; printf " %+8.2f %%", more }
			NR == 2 { landlock = more }
			NR == 4 { run = more }
			END { printf "   %s, %s\n", bad ? "-" : run < 5 ? "yes" : "no",
				bad ? "-" : run < landlock ? "yes" : "no" }'
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

# The files of the packages and of their dependencies, and of /etc.
list_files() {
	local names

	mapfile -t names < <(apt-cache depends --recurse --installed --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "${packages[@]}" "${tools[@]}" |
		grep '^[a-z]' | sort -u)
	mapfile -t names < <(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "${names[@]}" 2>/dev/null |
		sed -n 's/ ii $//p')
	{
		dpkg -L "${names[@]}" |
			sed -E 's,^/(bin|sbin|lib|lib64)/,/usr&,' | grep "^/usr/" |
			grep -vE "^/usr/share/(doc|man|locale|info|i18n|zoneinfo|perl)/|/npm/|/lib[a-z]*san[.]"
		ldd "$rvmctl" | sed -nE 's|.* => (/[^ ]*) .*|\1|p' | sed 's|^/lib|/usr/lib|' |
			while read -r name; do
				echo "$name"
				readlink -f "$name"
			done
		find /usr/bin /usr/sbin -lname '/etc/alternatives/*'
		find /etc -type f -o -type l
	} | sort -u | while read -r name; do
		[ ! -L "$name" ] && [ ! -f "$name" ] || echo "$name"
	done >"$listed"
}

# The copies are mounted over /usr and /etc.
own_files() {
	local own=/run/own dir

	mkdir -p "$own"
	mount -t tmpfs -o size=1500M tmpfs "$own"
	tar -C / -c --ignore-failed-read -T "$listed" -f - 2>/dev/null | tar -C "$own" -xf - ||
		echo '# not all files of the machine could be copied'
	for dir in etc usr; do
		mount --bind "$own/$dir" "/$dir"
	done
}

measure() {
	local name

	# The machine's own programs, not what a user put in front of them.
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin
	# rvmctl run would pass these variables on.
	unset "${!LC_@}" LANG TERM TZ TMPDIR
	mkdir -p "$state"
	insmod "$root/kmod/rvm.ko"
	own_files
	for name in "${workloads[@]}"; do
		mkdir -p "$folder/$name"
		"write_$name" "$folder/$name"
	done
	cd "$folder"
	write_table
	"$rvmctl" load "$state/table.json" --partition bench --workspace "$folder" --base "$bases" >/dev/null
	"$here/landlock_rules.py" "$folder" "$root/user/base" "$bases" "$state/table.json" >"$state/rules"
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	echo "# Landlock: $(wc -l <"$state/rules") rules; 1000 instructions, counted $times times"
	rows plain
	rows landlock
	"$rvmctl" hook attach >/dev/null
	rows hooks
	rows by_run
	rows inside
	summary
	"$rvmctl" witness tail -n 5 | sed 's/^/# /' || true
	"$rvmctl" partition del bench >/dev/null
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
	"$root/scripts/setup.sh" --quiet "${packages[@]}"
	list_files
	exec "$selftests/vm/run.sh" --icount --memory 4G --timeout "${RVM_TIMEOUT:-7200}" -- \
		env RVM_TIMES="$times" "$here/work.sh" measure "${workloads[@]}"
fi
