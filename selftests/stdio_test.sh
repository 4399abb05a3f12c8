#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Standard descriptors of `rvmctl run`: what a command gets for files, sockets, terminals
# and /dev/null; that nothing is lost, taken from others, or passed over in silence.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

cleanup() {
	drop_partitions stdio stdio-denied
	umount "$dir/small" 2>/dev/null || true
}
trap cleanup EXIT

prepare() {
	mkdir -p "$dir/ws" "$dir/small"
	chmod 0755 "$dir" "$dir/ws"
	# A run in words, for shells and for scenes.
	printf '#!/bin/sh\nexec rvmctl run --user nobody stdio -- "$@"\n' >"$dir/in"
	chmod 0755 "$dir/in"
	printf '%s\n' one two three >"$dir/three"
	for _ in {1..40000}; do echo 12345; done >"$dir/long"
	echo '[]' >"$dir/empty.json"
	echo '{"permissions": {"deny": ["Read(//dev/null)"]}}' >"$dir/deny.json"
	rvmctl load "$dir/empty.json" --base minimal,workspace-rw,shell,python --partition stdio \
		--workspace "$dir/ws"
	rvmctl load "$dir/empty.json" --base minimal,shell --partition stdio-denied \
		--workspace "$dir/ws" --spec "$dir/deny.json"
}

# SCENE COMMAND...
scene() {
	timeout -k 1 $((60 * patience)) python3 "$selftests/tools/stdio.py" "$@"
}

# OUTPUT COMMAND...: that is what it prints.
prints() {
	local expected=$1 out

	shift
	out=$("$@") || { echo "status $?, printed $out" && return 1; }
	[ "$out" = "$expected" ] || { echo "printed $out, expected $expected" && return 1; }
}

slow_socket() {
	prints '1000000 0' scene slow-socket "$@" head -c 1000000 /dev/zero
}

slow_terminal() {
	prints '5000 0' scene slow-terminal "$@" seq 5000
}

# It ended and left more than the socket takes.
ends_when_asked() {
	prints $'waits\n143' scene stalled-socket "$dir/in" head -c 120000 /dev/zero
}

# The child writes for ever.
leaves_background() {
	timeout $((20 * patience)) "$dir/in" bash -c 'yes & echo started' >"$dir/out" </dev/null
}

# What is written to both, in turns.
# shellcheck disable=SC2016 # said in there
turns='for i in 1 2 3 4 5 6 7 8; do echo o$i; echo e$i >&2; done'
in_turn=$(bash -c "$turns" 2>&1)

order_in_file() {
	"$@" bash -c "$turns" >"$dir/log" 2>&1 </dev/null && [ "$(cat "$dir/log")" = "$in_turn" ]
}

order_in_appended() {
	rm -f "$dir/log"
	"$@" bash -c "$turns" >>"$dir/log" 2>>"$dir/log" </dev/null &&
		[ "$(cat "$dir/log")" = "$in_turn" ]
}

order_in_socket() {
	prints "$in_turn" scene socket "$@" bash -c "$turns"
}

two_files() {
	"$dir/in" bash -c "$turns" >"$dir/log" 2>"$dir/log2" </dev/null &&
		[ "$(cat "$dir/log" "$dir/log2")" = "$(grep o <<<"$in_turn" && grep e <<<"$in_turn")" ]
}

# TEXT SHELL-COMMAND [KEYS]: this is on the terminal, and its settings are as they were.
at_terminal() {
	local expected=$1

	shift
	prints "b'$expected' sane" scene terminal "$@"
}

lines_behind_pipe() {
	at_terminal 'a\r\nb\r\n' "$1 sh -c 'echo a; echo b' | cat"
}

keys_for_others() {
	at_terminal 'ready\r\nhello\r\ngot hello\r\ndone\r\n' \
		"$1 sh -c 'echo ready >&2; sleep 3; echo done' | (read x </dev/tty; echo got \$x; cat)" 'hello\n'
}

keys_when_asked() {
	at_terminal 'ready\r\nhello\r\n<hello>\r\n' \
		"$1 sh -c 'echo ready >&2; read x; sleep 1; echo \"<\$x>\"' | cat" 'hello\n'
}

keys_by_name() {
	at_terminal 'ready\r\nhello\r\n<hello>\r\n' \
		"echo x | $1 sh -c 'echo ready; read x </dev/tty; echo \"<\$x>\"'" 'hello\n'
}

keys_at_once() {
	at_terminal 'ready\r\nhello\r\n<hello>\r\n' \
		"$1 sh -c 'echo ready; read x; echo \"<\$x>\"'" 'hello\n'
}

# If cat were interrupted too, and the shell heard of that last, then it would say nothing.
interrupt() {
	at_terminal 'ready\r\n^C130\r\n' \
		"$1 sh -c 'echo ready >&2; sleep 60' | (trap '' INT; cat); echo \${PIPESTATUS[0]}" '\x03'
}

# The second begins while the first has changed the terminal, and ends after it.
two_on_terminal() {
	at_terminal '' "exec 9<&0; $1 sleep 2 <&9 & sleep 1; $1 sleep 3; wait"
}

loop_reads_all() {
	local x n=''

	while read -r x; do
		"$@" true
		n=$n$x
	done <"$dir/three"
	[ "$n" = onetwothree ]
}

# From a file that is longer than a pipe is large.
rest_is_left() {
	prints $'one\ntwo\nthree' rest_of "$dir/three" "$@" &&
		prints 12345 head_of_rest "$@"
}

# shellcheck disable=SC2016 # said in there
rest_of() {
	local file=$1

	shift
	("$@" bash -c 'read x; echo "$x"' && cat) <"$file"
}

# It writes to its own standard input, which is a pipe.
writes_to_input() {
	local file=$1

	shift
	{
		read -r _
		"$@" bash -c 'printf "%99s" "" >/dev/stdin && echo written'
		cat
	} <"$file"
}

head_of_rest() {
	rest_of "$dir/long" "$@" >"$dir/out" && cmp "$dir/long" "$dir/out" >&2 && head -n 1 "$dir/out"
}

# PARTITION
kind_of_null() {
	rvmctl run --user nobody "$1" -- stat -L -c %F /dev/stdin </dev/null
}

kind_of_closed() {
	"$dir/in" stat -L -c %F - <&-
}

denied_kind() {
	rvmctl run --user nobody stdio-denied -- stat -c %F - </dev/null
}

no_mark() {
	prints False value '"rechecked" in d["flags"]' partition show "$1"
}

# STATUS MESSAGE COMMAND...
fails() {
	local expected=$1 message=$2 status=0

	shift 2
	"$@" 2>"$dir/err" || status=$?
	[ $status = "$expected" ] || { echo "status $status" && return 1; }
	grep "$message" "$dir/err"
}

to_full_device() {
	"$dir/in" python3 -c 'print(1)' >/dev/full
}

# BYTES
to_small_disk() {
	local status=0

	mount -t tmpfs -o size=64k tmpfs "$dir/small"
	"$dir/in" head -c "$1" /dev/zero >"$dir/small/log" || status=$?
	umount "$dir/small"
	return $status
}

from_directory() {
	"$dir/in" "$@" </
}

ktap_print_header
ktap_set_plan 32
check hooks_are_attached rvmctl hook attach
check loads prepare
check a_slow_socket_gets_all slow_socket "$dir/in"
check a_slow_terminal_gets_all slow_terminal "$dir/in"
check a_socket_that_nobody_reads_is_left ends_when_asked
check what_goes_on_in_the_background_is_left leaves_background
check a_file_for_both_outputs_has_their_order order_in_file "$dir/in"
check it_does_without order_in_file env
check an_appended_file_has_it order_in_appended "$dir/in"
check a_socket_has_it order_in_socket "$dir/in"
check two_files_have_their_own two_files
check lines_behind_a_pipe_are_lines lines_behind_pipe "$dir/in"
check keys_are_left_to_others keys_for_others "$dir/in"
check they_are_without keys_for_others env
check keys_come_when_asked_for keys_when_asked "$dir/in"
check keys_come_from_the_terminal_by_name keys_by_name "$dir/in"
check keys_come_at_once keys_at_once "$dir/in"
check an_interrupt_ends_it interrupt "$dir/in"
check two_runs_leave_the_terminal_as_it_was two_on_terminal "$dir/in"
check a_loop_reads_its_file loop_reads_all "$dir/in"
check the_rest_of_a_file_is_left rest_is_left "$dir/in"
check it_is_without rest_is_left env
check what_was_before_is_not_given_again prints $'written\ntwo\nthree' writes_to_input "$dir/three" "$dir/in"
check null_is_null prints 'character special file' kind_of_null stdio
check what_was_closed_is_null prints 'character special file' kind_of_closed
check null_leaves_no_mark no_mark stdio
check a_null_that_is_denied_is_a_pipe prints fifo denied_kind
check it_leaves_no_mark no_mark stdio-denied
check a_full_device_is_told fails 1 'standard output: No space left' to_full_device
check a_full_disk_is_told fails 141 'standard output: No space left' to_small_disk 300000
check a_disk_with_room_is_not to_small_disk 30000
check a_directory_cannot_be_read fails 1 'Bad file descriptor' from_directory cat
ktap_finished
