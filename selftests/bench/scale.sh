#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What many tokens cost, in one boot of a guest that counts instructions:
#
#  - what a load takes for each row, rvmctl and kernel together;
#  - what memory of the kernel each token takes;
#  - the check of an open in a directory that was not seen before, with few tokens and
#    with many: in the partition, and on the host.
#
#	bench/scale.sh [PART...]           boot such a guest, print the tables
#	bench/scale.sh measure [PART...]   in such a guest
#
# PART is loads, memory or checks; all of them by default.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
selftests=$(dirname "$here")
root=$(dirname "$selftests")
bench=$here/build/bench
scale=$here/build/scale
partitions=4096
tokens=1000000
most=65536
rows=10000
# What is wanted at most.
row_most=10000
bytes_most=256
percent_most=10
# Directories that are opened in for the first time; as many as bench wants.
cold=1800
file=/tmp/ws/d3/d4/d5/file
failed=0

say() {
	printf '%-52s %12s %14s\n' "$@"
}

# NAME VALUE WANTED
row() {
	local over=''

	(($2 <= $3)) || over=' over'
	printf '%-52s %12s %14s%s\n' "$1" "$2" "$3" "$over"
}

# KIND COUNT FILE: a table, with what the measurements need at its end.
write_table() {
	awk -v kind="$1" -v n="$2" 'BEGIN {
		print "["
		for (i = 0; i < n; i++) {
			k = kind == "mixed" ? i % 20 : -1
			if (kind == "files" || (k >= 0 && k < 12))
				what = sprintf("Read(src/%d/module-%d.c)", i % 100, i)
			else if (kind == "there" || (k >= 12 && k < 14))
				what = sprintf("Read(src/%d/there-%d)", i % 100, i)
			else if (kind == "patterns" || k == 14)
				what = sprintf("Edit(src/%d/part-%d-*.[ch])", i % 100, i)
			else if (kind == "addresses" || (k >= 15 && k < 17))
				what = sprintf("net:10.%d.%d.%d:443", i / 65536 % 256, i / 256 % 256, i % 256)
			else if (kind == "programs" || k == 17)
				what = sprintf("Bash(git log part-%d *)", i)
			else if (kind == "tools" || k >= 18)
				what = sprintf("mcp__server%d__tool%d", i % 50, i)
			else if (kind == "elsewhere")
				what = sprintf("Read(//tmp/elsewhere/%d/module-%d.c)", i % 100, i)
			else if (kind == "here")
				what = sprintf("Read(./module-%d.c)", i)
			else
				exit 1
			right = what ~ /^(net|Bash|mcp)/ ? "EXECUTE" : what ~ /^Edit/ ? "WRITE" : "READ"
			printf "{\"rights\": [\"%s\"], \"resource\": \"%s\", \"proof_tier\": \"P1\"," \
				" \"expires_at\": 0},\n", right, what
		}
	}' >"$3"
	cat >>"$3" <<-JSON
		{"rights": ["READ", "WRITE"], "resource": "path:/tmp/ws/d3/**", "proof_tier": "P1",
		 "expires_at": 0},
		{"rights": ["EXECUTE"], "resource": "run:$bench", "proof_tier": "P1", "expires_at": 0}]
	JSON
}

# KIND COUNT: as a table of its own; nothing of the one before stays.
load() {
	write_table "$1" "$2" /run/table.json
	"$scale" clock rvmctl load /run/table.json --partition bench --workspace /tmp/ws \
		--base minimal --fresh 2>/run/log || {
		cat /run/log >&2
		return 1
	}
}

make_files() {
	local i

	mkdir -p /tmp/ws/src /tmp/elsewhere "$(dirname "$file")" /run/bench
	seq -f '/tmp/ws/src/%.0f' 0 99 | xargs mkdir
	seq -f '/tmp/elsewhere/%.0f' 0 99 | xargs mkdir
	for ((i = 0; i < rows + 10; i++)); do
		: >"/tmp/ws/src/$((i % 100))/there-$i"
	done
	seq -f "$file.d%.0f" 0 $((cold - 1)) | xargs mkdir
	for ((i = 0; i < cold; i++)); do
		: >"$file.d$i/x"
	done
}

# KIND: what a row more costs.
load_row() {
	local few many

	few=$(load "$1" 10)
	many=$(load "$1" $((rows + 10)))
	row "$2" $(((many - few) / rows)) "$row_most"
}

loads() {
	say "instructions to load a row, of $rows" 'each' 'at most'
	load_row mixed 'different ones'
	load_row files 'files by name, in 100 directories'
	load_row there 'files that exist'
	load_row patterns 'patterns in directories'
	load_row addresses 'addresses'
	load_row programs 'programs with arguments'
	load_row tools 'tools'
	rvmctl partition del bench >/dev/null
}

# By a module that was not used before: it keeps room.
memory_row() {
	rmmod rvm
	insmod "$root/kmod/rvm.ko"
	row "$2, $3" "$("$scale" "$1" "$3" /tmp/elsewhere)" "$bytes_most"
}

memory() {
	local count

	say $'\nbytes of kernel memory for each token' 'each' 'at most'
	for count in "$rows" "$most"; do
		memory_row table 'in a table' "$count"
		memory_row granted 'granted' "$count"
	done
}

# GROUP: an open and close in a directory that was not seen before.
in_group() {
	bash -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' bash "$1" "$bench" first "$file" 2>/dev/null
}

# NAME: the check, in percent of that with few tokens, which is the first.
check_row() {
	local all check

	all=$(in_group /sys/fs/cgroup/rvm/bench)
	check=$((all - outside))
	: "${few:=$check}"
	row "$1, $check" $(((check - few) * 100 / few)) "$percent_most"
}

grant() {
	local id

	id=$(rvmctl -j partition show bench | sed -n 's/.*"id": *\([0-9]*\).*/\1/p')
	"$scale" grant "$id" "$1" "$2"
}

checks() {
	local there outside

	rvmctl hook attach >/dev/null
	# Processes that still run from the boot would be counted too.
	sleep 5
	mkdir /sys/fs/cgroup/plain
	outside=$(in_group /sys/fs/cgroup/plain)
	say $'\ncheck of a first open, instructions' 'percent more' 'at most'
	load elsewhere 100 >/dev/null
	check_row 'few tokens: 100'
	load elsewhere $((most - 100)) >/dev/null
	check_row "$most in the table, elsewhere"
	load files $((most - 100)) >/dev/null
	check_row "$most in the table, below the workspace"
	load here $((most - 100)) >/dev/null
	check_row "$most in the table, all at the workspace"
	load elsewhere 100 >/dev/null
	grant $((most - 200)) /tmp/elsewhere
	check_row "$most granted, elsewhere"
	rvmctl partition del bench >/dev/null
	load elsewhere 100 >/dev/null
	grant $((most - 200)) /tmp/ws
	check_row "$most granted, all at the workspace"
	rvmctl partition del bench >/dev/null
	load elsewhere 100 >/dev/null
	coproc CROWD { exec "$scale" crowd "$partitions" "$tokens" /tmp/elsewhere; }
	read -r there <&"${CROWD[0]}"
	echo "# $there"
	[[ $there = ready* ]] || failed=1
	load elsewhere 100 >/dev/null
	check_row "few tokens, host full"
	load files 40000 >/dev/null
	check_row "40,000 in the table, host full"
}

measure() {
	PATH=$root/user/bin:$PATH
	make_files
	insmod "$root/kmod/rvm.ko"
	(($#)) || set -- loads memory checks
	for part; do
		"$part"
	done
	exit "$failed"
}

if [ "${1:-}" = measure ]; then
	shift
	measure "$@"
else
	exec "$selftests/vm/run.sh" --icount --memory 6G --append "cgroup.memory=nokmem norandmaps" \
		--timeout 1800 -- "$here/scale.sh" measure "$@"
fi
