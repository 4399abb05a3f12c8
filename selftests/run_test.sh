#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `rvmctl run` makes for its command: a network that runs of the partition
# share, pipes that its user may open by name, no core dumps.  A run can be ended
# whatever the command, or others inside, do.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

cleanup() {
	drop_partitions run-one run-two
}
trap cleanup EXIT

port=8425

# NAME
load() {
	rvmctl load "$dir/table.json" --base minimal,workspace-ro,python --partition "$1" \
		--workspace "$dir/ws"
}

prepare() {
	mkdir -p "$dir/ws"
	chmod 0755 "$dir" "$dir/ws"
	cp "$selftests/tools/server.py" "$dir/ws/"
	cat >"$dir/ws/client.py" <<-'PY'
		import socket, sys
		socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
	PY
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["EXECUTE"], "resource": "exec:python3 *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:cat *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "run:$programs/filter_test", "proof_tier": "P2",
		  "expires_at": 0}]
	JSON
	load run-one && load run-two
}

options=()

# NAME COMMAND...: run as an unprivileged user, with these options.
run() {
	local name=$1

	shift
	(cd "$dir/ws" && rvmctl run --user nobody "${options[@]}" "$name" -- "$@" </dev/null)
}

# Until the test ends.
start_server() {
	run run-one python3 server.py 127.0.0.1 $port >"$dir/server" 2>&1 &
	wait_until grep -qs ready "$dir/server" || { cat "$dir/server" && return 1; }
}

ask() {
	run "$1" python3 client.py $port
}

# Several commands at once: each finds the network, or makes it.
ask_together() {
	local pids=() pid failed=0

	for _ in 1 2 3 4; do
		ask run-one &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	return $failed
}

start_together() {
	local pids=() pid failed=0

	for _ in 1 2 3 4; do
		run run-two cat client.py >"$dir/out" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	((!failed)) || cat "$dir/out"
	return $failed
}

open_by_name() {
	run run-one bash -c 'echo y >/dev/stdout && echo x >/dev/stderr' \
		>"$dir/out1" 2>"$dir/out2" && grep -q y "$dir/out1" && grep -q x "$dir/out2"
}

read_by_name() {
	(cd "$dir/ws" && echo hi >"$dir/in" &&
		rvmctl run --user nobody run-one -- cat /dev/stdin <"$dir/in" | grep hi >/dev/null)
}

# A core dump helper, which the kernel would start outside.
dump_to_program() {
	local pattern
	pattern=$(cat /proc/sys/kernel/core_pattern)

	printf '#!/bin/sh\necho dumped >%s/dumped\n' "$dir" >"$dir/take-dump"
	chmod 0755 "$dir/take-dump"
	rm -f "$dir/dumped"
	echo "|$dir/take-dump" >/proc/sys/kernel/core_pattern
	"$@" >/dev/null 2>&1 || true
	sleep 1
	echo "$pattern" >/proc/sys/kernel/core_pattern
	[ -e "$dir/dumped" ]
}

no_dump() {
	! dump_to_program run run-one python3 -c 'import os; os.abort()'
}

# SECONDS LINE...: a python command that has to end within that time.
ends_in_time() {
	local seconds=$1 status=0

	shift
	(cd "$dir/ws" && timeout -k $((40 * patience)) "$seconds" \
		rvmctl run --user nobody run-one -- python3 -c "$(printf '%s\n' "$@")" </dev/null) || status=$?
	# Killed by timeout itself if rvmctl did not end.
	[ $status = 124 ] || { echo "status $status" && return 1; }
}

# A command that stops itself gets no signal.
ends_stopped() {
	ends_in_time 3 'import os, signal' 'while True: os.kill(os.getpid(), signal.SIGSTOP)'
}

ends_deaf() {
	ends_in_time 3 'import signal, time' 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' \
		'while True: time.sleep(1)'
}

# Signals go by its number: nobody else gets that before rvmctl has seen that it ended.
keeps_number() {
	local pid tool ret=0

	run run-one python3 -c 'import time; time.sleep(777)' >/dev/null 2>&1 &
	wait_until pgrep -f '^python3 .*sleep.777' >/dev/null
	pid=$(pgrep -of '^python3 .*sleep.777')
	tool=$(pgrep -of '^rvmctl run .*sleep.777')
	kill -STOP "$tool"
	kill -KILL "$pid"
	sleep 2
	grep 'State:.*Z' "/proc/$pid/status" || ret=1
	kill -CONT "$tool"
	wait "$!" || true
	wait_until test ! -e "/proc/$pid" && return $ret
}

# The tool that learns waits for one that stops with its command.
ends_learning() {
	local status=0

	(cd "$dir/ws" && timeout -k $((40 * patience)) 3 rvmctl learn run --user nobody run-one -- python3 -c \
		'import os, signal
while True: os.kill(os.getpid(), signal.SIGSTOP)' </dev/null) || status=$?
	[ $status = 124 ] || { echo "status $status" && return 1; }
}

# On a terminal without a shell that could continue it, it does not stop with its command.
goes_on_without_shell() {
	(cd "$dir/ws" && timeout -k 5 $((60 * patience)) python3 -c 'import pty, sys
pty.spawn(sys.argv[1:])' rvmctl run --user nobody run-one -- python3 -c 'import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
print("went on")' </dev/null) | grep 'went on'
}

tells_unset() {
	run run-one cat client.py >/dev/null && (cd "$dir/ws" &&
		rvmctl run --user nobody --env RVM_NOT_SET --env RVM_SET=1 run-one -- cat client.py 2>&1 >/dev/null </dev/null) |
		grep -c 'warning: --env RVM_.* not set' | grep -x 1
}

# zsh and less obey these instead of TMPDIR and HOME.
sets_variables() {
	local print='import os; print(*(os.environ.get(x) for x in ["TMPPREFIX", "LESSHISTFILE"]))'

	(cd "$dir/ws" && unset TMPPREFIX LESSHISTFILE TMPDIR &&
		rvmctl run --user nobody --env TMPDIR=/x run-one -- python3 -c "$print" </dev/null | grep -x '/x/zsh -' &&
		rvmctl run --user nobody --env TMPPREFIX=/y --env LESSHISTFILE=/z --env TMPDIR=/x run-one -- \
			python3 -c "$print" </dev/null | grep -x '/y /z')
}

# Each call that the filter refuses, with its errno; most do nothing with such arguments.
filter_refuses() {
	local options=(--filter)

	run run-one "$programs/filter_test" numbers >"$dir/numbers" && diff - "$dir/numbers" <<-END
		filter 2
		io_uring_setup 38
		io_uring_enter 38
		io_uring_register 38
		clone3 38
		add_key 38
		request_key 38
		keyctl new session 38
		keyctl own keyring 38
		keyctl describe 38
		keyctl read 38
		keyctl timeout 38
		keyctl capabilities 38
		userfaultfd 1
		open_by_handle_at 1
		kexec_load 1
		kexec_file_load 1
		init_module 1
		finit_module 1
		delete_module 1
		swapon 1
		swapoff 1
		reboot 1
		acct 1
		quotactl 1
		quotactl_fd 1
		quotactl set 1
		vhangup 1
		lookup_dcookie 38
		nfsservctl 38
		uselib 38
		ustat 38
		sysfs 38
		iopl 1
		ioperm 1
		modify_ldt 1
		remap_file_pages 38
		personality 1
		seccomp listener 22
	END
}

filter_ends_32() {
	local options=(--filter)

	! run run-one "$programs/filter_test" 32
}

# What is left is what hooks and the kernel say.
no_filter() {
	run run-one "$programs/filter_test" numbers >"$dir/numbers" &&
		grep -x 'filter 0' "$dir/numbers" && grep -x 'clone3 22' "$dir/numbers" &&
		grep -x 'sysfs 0' "$dir/numbers" && grep -x 'io_uring_setup 13' "$dir/numbers"
}

# Every process of the partition is stopped, before it runs its program and after.
start_stopper() {
	cat >"$dir/ws/stopper.py" <<-'PY'
		import os, signal
		print("ready", flush=True)
		while True:
		    try:
		        os.kill(-1, signal.SIGSTOP)
		    except OSError:
		        pass
	PY
	run run-one python3 stopper.py >"$dir/server" 2>&1 &
	wait_until grep -qs ready "$dir/server"
}

ends_among_stoppers() {
	local i status

	for i in 1 2 3; do
		status=0
		(cd "$dir/ws" && timeout -k $((40 * patience)) 3 \
			rvmctl run --user nobody run-one -- cat client.py </dev/null) || status=$?
		# The command may have started before it was stopped.
		[ $status = 124 ] || [ $status = 0 ] || { echo "$i: status $status" && return 1; }
	done
}

# A run in another partition does not wait for one that is held up.
others_go_on() {
	run run-two cat client.py >"$dir/out"
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

stopper_ends() {
	local pid

	pid=$(pgrep -of 'rvmctl run .* stopper.py')
	kill -TERM "$pid"
	wait_until has_ended "$pid"
}

ktap_print_header
ktap_set_plan 24
check hooks_are_attached rvmctl hook attach
check loads prepare
check a_server_starts start_server
check another_run_reaches_the_server ask run-one
check several_runs_reach_the_server ask_together
refused another_partition_does_not_reach_the_server 'refused' ask run-two
check runs_that_start_together start_together
check outputs_are_opened_by_name open_by_name
check input_is_opened_by_name read_by_name
check no_dump_goes_to_a_program no_dump
check one_that_stops_itself_ends ends_stopped
check one_that_ignores_signals_ends ends_deaf
check one_that_ended_keeps_its_number keeps_number
check learning_ends_with_it ends_learning
check on_a_terminal_it_goes_on goes_on_without_shell
check variables_that_are_not_set_are_told tells_unset
check variables_of_zsh_and_less_are_set sets_variables
check the_filter_refuses_its_calls filter_refuses
check the_filter_ends_programs_of_32_bits filter_ends_32
check without_it_there_is_no_filter no_filter
check a_stopper_starts start_stopper
check runs_end_while_others_stop_them ends_among_stoppers
check other_partitions_go_on others_go_on
check the_stopper_ends stopper_ends
ktap_finished
