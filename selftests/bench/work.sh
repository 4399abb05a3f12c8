#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What real work costs, in guest instructions of user and kernel, in one boot, on a
# tmpfs, in each of these places:
#
#	before    outside, without hooks
#	landlock  in one layer of Landlock that handles all rights
#	between   as before
#	loaded    outside, with a table in force: the kernel tells the module of changes to
#	          what its rules begin at, and looks for who wants to know
#	hooks     outside, with the hooks attached too
#	inside    in a partition, as root with all capabilities
#	by_run    there, by rvmctl run
#	filtered  there, by rvmctl run --filter
#	after     as before
#
# Each is compared with what ran without hooks next before and after it, as memory and
# caches change with time.
#
# The work must be done in each place, with the same output.
#
#	bench/work.sh [WORKLOAD...]          boot a guest that counts, print the tables
#	bench/work.sh measure [WORKLOAD...]  in such a guest
#
# RVM_TIMES is how often each workload is counted (5), after a first run that is a figure
# of its own: inside, nothing is decided yet then.  Of the others the tables have the least
# count; the lines before them also have the range.  What a kernel thread does, such as
# hashing records, is not part of a process and not counted.
#
# The kernel's memory is not accounted in the guest: whether an open takes a page from the
# cgroup's controller depends on what ran before, and costs more than most hooks.  Nothing
# is random: where maps lie decides how many tables of pages a program needs.
#
# The guest has the machine's files by 9p, where no decisions are kept.  So programs,
# what they load, and /etc are copied to a tmpfs first.
#
# The partition's table is made of base tables and one row for each other program.
# Landlock gets a rule for each file, directory, program and port of these tables, so it
# judges the same accesses by equal rules.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
work=$here/build/work
rvmctl=$root/user/bin/rvmctl
times=${RVM_TIMES:-5}
workloads=(status log find each copy save unpack checkout make node pip serve)
bases=minimal,workspace-rw,git,make,node,python,pip
programs=(git find echo wc rm cp cat tar grep cksum)
# Of the bench itself.
helpers=(work save serve)
packages=(git findutils tar make gcc libc6-dev nodejs python3-pip)
# For this script.
tools=(coreutils bash dash mawk grep sed diffutils util-linux)
listed=$here/build/files
places=(landlock loaded hooks inside by_run filtered)
folder=/tmp/work
state=/run/bench
# A cgroup that is not a partition; its memory is accounted, as that of a partition is.
group=/sys/fs/cgroup/plain
failed=0
# Least count and first run, by workload and place.
declare -A cost first

# How much more than plain is wanted at most, in percent, inside and outside.  Inside,
# `landlock` stands for what Landlock costs, `half` for half of that.
goals='status 0.6 0.3
log 0.1 0.2
find 3.5,half 1.5
each 1.5 0.5
copy landlock 3
save landlock 3
unpack landlock 3
checkout landlock 3
make 0.4 0.2
node 1 1
pip 0.5 0.2
serve 5 1'

# shellcheck source=workloads.sh
. "$here/workloads.sh"

# GROUP COMMAND..., with the variables that rvmctl run leaves.
in_group() {
	# shellcheck disable=SC2016 # the inner shell expands it
	env -i PATH="$PATH" HOME="$folder" USER=root LOGNAME=root PYTHONHASHSEED=0 \
		bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$@"
}

# Each function takes the name of a workload.
plain() { in_group "$group" "$work" "$times" sh "$folder/$1/$1.sh"; }
before() { plain "$1"; }
between() { plain "$1"; }
after() { plain "$1"; }
loaded() { plain "$1"; }
hooks() { plain "$1"; }
landlock() { in_group "$group" "$work" "$times" landlock "$state/rules" sh "$folder/$1/$1.sh"; }
inside() { in_group /sys/fs/cgroup/rvm/bench "$work" "$times" sh "$folder/$1/$1.sh"; }
by_run() { run_in "$1"; }
filtered() { run_in "$1" --filter; }

# NAME [OPTION...]
run_in() {
	"$rvmctl" run --env HOME="$folder" --env PYTHONHASHSEED=0 "${@:2}" bench -- "$work" "$times" sh "$folder/$1/$1.sh"
}

# NAME WHERE: print the counts, if the work gave the same output as outside.
count() {
	local out=$folder/$1.out expected=$state/$1.out

	rm -f "$out"
	# Through a pipe, because the partition may not write to the file.
	"$2" "$1" </dev/null 2>&1 | cat >"$state/said" || return
	[ -e "$expected" ] || cp "$out" "$expected"
	[ -s "$out" ] && cmp "$out" "$expected" >>"$state/said" &&
		grep -xE '[0-9]+ [0-9]+ [0-9]+' "$state/said"
}

# A line: thousands of instructions of the first run, and of the others their range.
row() {
	local name=$1 where=$2 from to begin

	if ! count "$name" "$where" >"$state/numbers"; then
		printf '%-8s %-10s failed\n' "$name" "$where"
		sed 's/^/  # /' "$state/said"
		failed=1
		return
	fi
	read -r begin from to <"$state/numbers"
	# shellcheck disable=SC2034 # table() has it by name
	first[$name.$where]=$begin
	cost[$name.$where]=$from
	printf '%-8s %-10s first %9d, then %9d to %9d\n' "$name" "$where" "$begin" "$from" "$to"
}

# What programs of hooks that are attached are called by.
trampolines() {
	grep -c '\<bpf_trampoline_' /proc/kallsyms || true
}

# The kernel lets go of them one by one, in a worker.
wait_for_no_hooks() {
	local i

	for ((i = 0; i < 60; i++)); do
		(($(trampolines) > without_hooks)) || return 0
		sleep 1
	done
	echo '# hooks are still attached'
	failed=1
}

load() {
	"$rvmctl" load "$state/table.json" --partition bench --workspace "$folder" --base "$bases" \
		>/dev/null 2>"$state/warnings"
}

unload() {
	"$rvmctl" partition del bench >/dev/null
	"$rvmctl" hook detach >/dev/null
	wait_for_no_hooks
}

rows() {
	row "$1" before
	row "$1" landlock
	row "$1" between
	load
	row "$1" loaded
	"$rvmctl" hook attach >/dev/null
	row "$1" hooks
	row "$1" inside
	row "$1" by_run
	row "$1" filtered
	unload
	row "$1" after
}

# NAME PLACE: the lesser count without hooks of those beside that place.
beside() {
	local one=${cost[$1.before]:-} other=${cost[$1.between]:-}

	[ "$2" = landlock ] || one=${cost[$1.after]:-}
	[ -n "$one" ] && [ -n "$other" ] && echo $((one < other ? one : other))
}

# NAME PLACE COUNT: how many percent more than without hooks.
more() {
	local plain

	[ -n "$3" ] && plain=$(beside "$1" "$2") &&
		awk -v count="$3" -v plain="$plain" 'BEGIN { printf "%+.2f", 100 * (count - plain) / plain }'
}

# NAME: how far the counts without hooks lie apart.
spread() {
	printf '%s\n' "${cost[$1.before]:-0}" "${cost[$1.between]:-0}" "${cost[$1.after]:-0}" | sort -n |
		awk '{ n[NR] = $1 } END { printf "%.2f", n[1] ? 100 * (n[3] - n[1]) / n[1] : 100 }'
}

# TITLE WHICH PLACE...: of each workload the counts in array WHICH, in percent more.
table() {
	local name where cell
	local -n counts=$2

	printf '\n%-8s %10s %10s' "$1" plain apart
	printf ' %10s' "${@:3}"
	echo
	for name in "${workloads[@]}"; do
		printf '%-8s %10d %8s %%' "$name" "${cost[$name.between]:-0}" "$(spread "$name")"
		for where in "${@:3}"; do
			cell=$(more "$name" "$where" "${counts[$name.$where]:-}") || cell=failed
			printf ' %8s %%' "$cell"
		done
		echo
	done
}

# WORD LANDLOCK COST: is it at most that?
is_met() {
	awk -v words="$1" -v landlock="$2" -v cost="$3" 'BEGIN {
		n = split(words, word, ",")
		for (i = 1; i <= n; i++) {
			most = word[i] == "landlock" ? landlock : word[i] == "half" ? landlock / 2 : word[i]
			if (cost > most + 0)
				exit 1
		}
	}'
}

# NAME PLACE GOAL: a cell that says whether it is met.
goal() {
	local landlock here verdict=no

	if ! landlock=$(more "$1" landlock "${cost[$1.landlock]:-}") ||
		! here=$(more "$1" "$2" "${cost[$1.$2]:-}"); then
		printf '  %-24s' failed
		return
	fi
	! is_met "$3" "$landlock" "$here" || verdict=yes
	printf '  %-24s' "$verdict: $here of $3"
}

goals_table() {
	local name inside outside

	printf '\n%-8s  %-24s  %-24s\n' goal 'by_run' 'hooks'
	while read -r name inside outside; do
		[[ " ${workloads[*]} " = *" $name "* ]] || continue
		printf '%-8s' "$name"
		goal "$name" by_run "$inside"
		goal "$name" hooks "$outside"
		echo
	done <<<"$goals"
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
		for program in "${helpers[@]}"; do
			printf '{"rights": ["EXECUTE"], "resource": "run:%s", ' "$here/build/$program"
			echo '"proof_tier": "P1", "expires_at": 0},'
		done
		printf '{"rights": ["WRITE", "EXECUTE"], "resource": "tcp:127.0.0.1:%s", ' "$port"
		echo '"proof_tier": "P1", "expires_at": 0}]'
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
	"$here/landlock_rules.py" "$folder" "$root/user/base" "$bases" "$state/table.json" >"$state/rules"
	echo +memory +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	without_hooks=$(trampolines)
	echo "# Landlock: $(wc -l <"$state/rules") rules; 1000 instructions, counted $times times"
	for name in "${workloads[@]}"; do
		rows "$name"
	done
	table work cost "${places[@]}"
	table 'first' first landlock hooks inside
	goals_table
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
	exec "$selftests/vm/run.sh" --icount --memory 4G --append "cgroup.memory=nokmem norandmaps" \
		--timeout "${RVM_TIMEOUT:-14400}" -- \
		env RVM_TIMES="$times" "$here/work.sh" measure "${workloads[@]}"
fi
