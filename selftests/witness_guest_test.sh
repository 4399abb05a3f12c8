#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel records: each change and each denial, by whom and why, in a
# chain that hashlib can follow.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/cat.sh
. "$(dirname "$0")/lib/cat.sh"

bot=witness
log=$dir/log

monitor=''
long_name=$(printf 'x%.0s' {1..200})

cleanup() {
	[ -z "$monitor" ] || kill "$monitor" 2>/dev/null || true
	drop_partitions "$bot" witness-other
}
trap cleanup EXIT

# COUNT: make that many directories with long names, one in another.
make_long_path() {
	local path=$dir/out i

	for ((i = 0; i < $1; i++)); do
		path+=/$long_name
	done
	mkdir -p "$path"
	cp /bin/true "$path/file"
	echo "$path/file"
}

# Run as an agent: admitted on our authority; what it starts needs a token.
run() {
	(cd "$dir/ws" && rvmctl run "$bot" -- sh -c "$1" </dev/null)
}

head_of_kernel() {
	value 'd["head"]' witness head
}

# The same with only hashlib.
head_of_file() {
	python3 - "$1" <<-'PY'
		import hashlib, sys
		data, aux, stream = open(sys.argv[1], "rb").read(), bytes(8), hashlib.sha256()
		for at in range(0, len(data), 64):
		    stream.update(data[at:at + 48] + aux + bytes(8))
		    aux = data[at + 52:at + 60]
		print(stream.hexdigest())
	PY
}

# Records as lines: sequence kind actor reason right class op.
records_of() {
	python3 - "$1" <<-'PY'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		for at in range(0, len(data), 64):
		    sequence, _, kind, tier, flags, _, actor = struct.unpack_from("<QQBBBBI", data, at)
		    print(sequence, hex(kind), actor, *data[at + 36:at + 40])
	PY
}

# Nothing is appended between the two, because nothing else runs.
heads_agree() {
	rvmctl witness export -o "$log" >/dev/null
	[ "$(head_of_kernel)" = "$(head_of_file "$log")" ]
}

device_agrees() {
	cat /dev/rvm_witness >"$dir/device"
	cmp -n "$(stat -c %s "$log")" "$log" "$dir/device"
}

# Where the log begins and ends, and whether there is more to read.
device_can_be_sought_and_polled() {
	python3 - "$(stat -c %s "$log")" <<-'PY'
		import ctypes, errno, os, select, sys
		size = int(sys.argv[1])
		fd = os.open("/dev/rvm_witness", os.O_RDONLY)
		poll = select.poll()
		poll.register(fd, select.POLLIN)
		assert poll.poll(0), "nothing to be read at the beginning"
		assert os.lseek(fd, 0, os.SEEK_DATA) == 0
		# Into an address without memory.
		libc = ctypes.CDLL(None, use_errno=True)
		assert libc.read(fd, ctypes.c_void_p(8), 64) < 0 and ctypes.get_errno() == errno.EFAULT
		assert os.lseek(fd, 0, os.SEEK_HOLE) == size, os.lseek(fd, 0, os.SEEK_HOLE)
		assert os.lseek(fd, 0, os.SEEK_END) == size
		assert not poll.poll(0), "something to be read at the end"
		assert os.read(fd, 64) == b""
		assert os.lseek(fd, -64, os.SEEK_END) == size - 64
		assert poll.poll(0) and len(os.read(fd, 100)) == 64
		# Woken by a new record.
		if not os.fork():
		    os.execvp("rvmctl", ["rvmctl", "partition", "new", "witness-other"])
		assert poll.poll(60000), "no new record"
		os.wait()
	PY
}

# PATTERN COMMAND...: it makes the monitor print PATTERN, at the latest when repeated, because
# the monitor may not listen yet.
is_told() {
	wait_until try_to_tell "$@" || { cat "$dir/events" && return 1; }
}

try_to_tell() {
	local pattern=$1

	shift
	"$@" >/dev/null 2>&1 || true
	grep -q -- "$pattern" "$dir/events"
}

# "KIND ACTOR REASON RIGHT CLASS OP": such a record is in the newest export.
has_record() {
	records_of "$log" | cut -d' ' -f2- | grep -x "$1" >/dev/null || {
		records_of "$log" | tail -n 20
		return 1
	}
}

denials() {
	value '(d[0] if isinstance(d, list) else d)["denials"]' partition show "$bot"
}

# All denials that the partition counts are in the log, with the partition as actor.
denials_are_recorded() {
	[ "$(records_of "$log" | cut -d' ' -f2,3 | grep -cx "0x53 $id")" = "$(denials)" ]
}

sequences_have_no_holes() {
	records_of "$log" | awk '$1 != NR - 1 { exit 1 } END { exit !NR }'
}

flipped_bit_is_found() {
	python3 - "$log" "$log.bad" <<-'PY'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		data[3 * 64 + 24] ^= 1
		open(sys.argv[2], "wb").write(data)
	PY
	! rvmctl witness verify "$log.bad"
}

fails() {
	! "$@"
}

ktap_print_header
ktap_set_plan 31
make_workspace
check hooks_attach attach_hooks
check table_loads load_table
id=$(value '(d[0] if isinstance(d, list) else d)["id"]' partition show "$bot")

check allowed_read run 'cat file'
check denied_read fails run 'cat ../out/file'
check denied_write fails run 'echo x >file'
check denied_program fails run 'ls'
check log_is_out_of_reach fails run 'cat /dev/rvm_witness'
# What was answered from what is kept is told a second later, and then nothing more.
sleep 3

check heads_agree heads_agree
check device_is_the_log device_agrees
check device_can_be_sought_and_polled device_can_be_sought_and_polled
check log_grows_by_it heads_agree
check log_verifies rvmctl witness verify "$log"
check flipped_bit_is_found flipped_bit_is_found
check sequences_have_no_holes sequences_have_no_holes
# Actor; no-token 4, rights 5; READ 1, WRITE 2, EXECUTE 16; PATH 3, EXEC 4; open 1, exec 24.
check denied_read_is_recorded has_record "0x53 $id 4 1 3 1"
check denied_write_is_recorded has_record "0x53 $id 5 2 3 1"
check denied_program_is_recorded has_record "0x53 $id 4 16 4 24"
# A table, a task admitted, and what it started.
check load_is_recorded has_record '0xb3 0 0 0 0 54'
check admission_is_recorded has_record '0x62 0 0 0 0 51'
check start_is_recorded has_record "0x50 $id 3 16 4 24"
check allowed_program_is_recorded has_record "0x50 $id 0 16 4 24"
check started_program_is_recorded has_record "0x62 $id 0 0 0 24"
# A sum: what it has no byte for is 0.
check sum_is_recorded has_record "0x60 $id 0 0 0 0"
check all_denials_are_recorded denials_are_recorded

rvmctl monitor >"$dir/events" 2>&1 &
monitor=$!
check change_is_told is_told "partition $bot: .*fenced" rvmctl partition set "$bot" --fence
check other_change_is_told is_told "partition $bot: running, enforce\$" \
	rvmctl partition set "$bot" --unfence
check load_is_told is_told "partition $bot: table with" load_table
check denial_is_told is_told "out/file" run 'cat ../out/file'
# A line that is too long keeps both ends, and half of the room is for arguments.
check long_path_is_told is_told '/[.][.][.]/.*x/file' run "cat $(make_long_path 12)"
check half_a_path_is_told is_told '/out/x.*/[.][.][.]/.*x/file' run "$(make_long_path 6) words"
check long_words_are_told is_told "$long_name" run "ls $(printf "$long_name %.0s" {1..20})"
ktap_finished
