#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's log is recorded: all of it, over kills of the recorder and reloads of the
# module, as one chain.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/cat.sh
. "$(dirname "$0")/lib/cat.sh"

bot=recorded
log=$dir/log
module=${RVM_MODULE:-$root/kmod/rvm.ko}
recorder=''

cleanup() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null || true
	drop_partitions "$bot"
}
trap cleanup EXIT

# COUNT: so many reads are denied, and one is allowed.
deny() {
	cat >"$dir/ws/deny" <<-SH
		for i in \$(cat count); do read -r x <../out/file; done 2>/dev/null
		cat file
	SH
	seq -s ' ' "$1" >"$dir/ws/count"
	(cd "$dir/ws" && rvmctl run "$bot" -- sh deny </dev/null) | grep -qx text
}

start_recorder() {
	rvmctl witness record --segment-size 8192 "$log" >>"$dir/said" 2>&1 &
	recorder=$!
}

stop_recorder() {
	local status=0

	kill "-${1:-TERM}" "$recorder"
	wait "$recorder" 2>/dev/null || status=$?
	recorder=''
	[ "${1:-TERM}" = KILL ] || [ "$status" = 0 ] || { cat "$dir/said" && return 1; }
}

# A value of the verdict, by a Python expression on d.
verdict() { value "$1" witness verify "$log"; }

is_good() {
	local said

	said=$(rvmctl -j witness verify "$log") || { echo "$said" && return 1; }
}

# What is denied from inside, in all logs of the directory, by the path in the lines; and how
# many more were equal to one of them.
denials() {
	python3 - "$log" <<-'PY'
		import glob, sys
		count = 0
		for name in sorted(glob.glob(sys.argv[1] + "/*.records")):
		    data = open(name, "rb").read()
		    lines = iter(open(name[:-8] + ".lines", "rb").read().split(b"\n"))
		    for at in range(0, len(data), 64):
		        line = next(lines) if data[at + 18] & 4 else b""
		        count += data[at + 16] == 0x53 and b"/out/file" in line
		        if data[at + 16] == 0xb7:
		            count += int.from_bytes(data[at + 40:at + 44], "little")
		print(count)
	PY
}

# Equal ones are told when their second is over.
has_denials() { [ "$(denials)" = "$1" ]; }

# The head that the kernel has is one that the directory has.
head_is_recorded() {
	local head

	head=$(value 'd["head"] + " --length " + str(d["length"])' witness head)
	wait_until is_recorded "$head" || { rvmctl witness verify "$log" && return 1; }
}

is_recorded() {
	# shellcheck disable=SC2086 # two words
	rvmctl witness verify --head $1 "$log" >/dev/null
}

denials_are_recorded() {
	deny 300 && wait_until has_denials 300 && head_is_recorded
}

others_agree() {
	is_good &&
		[ "$(python3 "$selftests/witness_verify.py" "$log" | tail -n 1)" = \
			"$(verdict 'd["head"] + " " + str(d["length"])')" ]
}

nothing_is_missing() {
	[ "$(verdict 'd["lost"] + d["lines-gone"]')" = 0 ]
}

killed_recorder_goes_on() {
	local i

	for i in 1 2 3 4 5; do
		start_recorder
		deny 100 &
		sleep "$i"
		stop_recorder KILL
		wait $! || return 1
	done
	start_recorder
	wait_until has_denials 800 && head_is_recorded && stop_recorder && is_good &&
		nothing_is_missing
}

has_denials_now() { rvmctl witness record --once "$log" && has_denials "$1"; }

once_records_what_there_is() {
	deny 10 && wait_until has_denials_now 810 && is_good
}

reload() {
	drop_partitions "$bot"
	rvmctl hook detach >/dev/null
	unload && insmod "$module" && attach_hooks && load_table
}

# One chain over a reload: the second log names the first one.
reload_begins_another_log() {
	reload || return 1
	start_recorder
	deny 50 && wait_until has_denials 860 && head_is_recorded && stop_recorder && is_good &&
		nothing_is_missing && [ "$(verdict 'd["logs"]')" = 2 ] &&
		grep -aq "previous=[0-9a-f]* length=" "$log"/000002-*.lines
}

# The first log has ended, so its last segment is sealed.
sealed_segments_verify() {
	(cd "$log" && sha256sum --strict --quiet -c -- *.seal) &&
		python3 "$selftests/witness_verify.py" "$log"
}

# The second log names the head of the first one: no other can take its place.
shortened_first_log_is_found() {
	local name

	rm -rf "$dir/short" && cp -a "$log" "$dir/short" || return 1
	for name in "$dir"/short/000001-*; do rm "$name"; done
	! rvmctl witness verify "$dir/short" || return 1
	! python3 "$selftests/witness_verify.py" "$dir/short"
}

ktap_print_header
ktap_set_plan 13
make_workspace
# A log that nobody recorded before.
reload >/dev/null
start_recorder
check denials_are_recorded denials_are_recorded
refused second_recorder_of_the_directory 'process [0-9]+ records here' \
	rvmctl witness record --once "$log"
refused second_recorder_of_the_log 'another recorder is at work' \
	rvmctl witness record --once "$dir/second"
refused unloading_while_it_is_recorded 'in use' rmmod rvm
# Not in a check: it is a child of this shell.
stop_recorder
check others_agree others_agree
check nothing_is_missing nothing_is_missing
check tail_has_the_lines grep -q /out/file <(rvmctl -j witness tail -n 1000 "$log")
check killed_recorder_goes_on killed_recorder_goes_on
check once_records_what_there_is once_records_what_there_is
check reload_begins_another_log reload_begins_another_log
check sealed_segments_verify sealed_segments_verify
check shortened_first_log_is_found shortened_first_log_is_found
refused directory_of_others 'has mode 0755' rvmctl witness record --once "$dir/ws"
ktap_finished
