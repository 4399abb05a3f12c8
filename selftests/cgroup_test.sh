#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Limits of a partition: processes, memory, and bytes of disks.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

partition=cgroup
group=/sys/fs/cgroup/rvm/$partition
size=$((32 << 20))

cleanup() {
	drop_partitions "$partition"
}
trap cleanup EXIT

make_partition() {
	drop_partitions "$partition"
	rvmctl partition new "$partition" --mode permissive "$@"
}

# How many processes came up, of COUNT that one process started.
count_children() {
	rvmctl run "$partition" -- /usr/bin/python3 - "$1" <<-'PY'
		import os, sys, time
		children = []
		for i in range(int(sys.argv[1])):
		    try:
		        pid = os.fork()
		    except BlockingIOError:
		        break
		    if not pid:
		        time.sleep(60)
		        os._exit(0)
		    children.append(pid)
		print(len(children))
		for pid in children:
		    os.kill(pid, 9)
	PY
}

processes_end() {
	make_partition --pids-max 10 && [ "$(count_children 5)" = 5 ] && [ "$(count_children 20)" = 9 ]
}

# How many bytes a process can fill before it is killed.
fill() {
	rvmctl run "$partition" -- /usr/bin/python3 -c \
		"b = bytearray($1)
for i in range(0, len(b), 4096): b[i] = 1"
}

memory_ends() {
	make_partition --memory-max $((2 * size)) && fill "$size" &&
		[ "$(cat "$group/memory.max")" = $((2 * size)) ] && ! fill $((4 * size)) &&
		[ "$(cat "$group/memory.peak")" -le $((2 * size)) ] &&
		[ "$(cat "$group/memory.swap.max" 2>/dev/null || echo 0)" = 0 ]
}

# Each disk that moves bytes has the limit; a loop device is one.
disks_end() {
	local number

	modprobe loop
	number=$(cat /sys/block/loop0/dev) || return
	make_partition --io-max 1000000 && grep -q "^$number rbps=1000000 wbps=1000000 " "$group/io.max" &&
		! grep -v " rbps=1000000 wbps=1000000 " "$group/io.max" && make_partition &&
		! [ -s "$group/io.max" ]
}

# Sessions without end, on one CPU.
start_sessions() {
	rvmctl run "$partition" -- /usr/bin/python3 - <<-'PY' &
		import os
		os.sched_setaffinity(0, {0})
		for i in range(30):
		    if not os.fork():
		        os.setsid()
		        while True:
		            pass
		os.wait()
	PY
}

# And the one that started them.
are_started() {
	(($(wc -l <"$group/cgroup.procs") > 30))
}

# The host has at least a quarter of a CPU: without cgroups it would have a thirtieth.
cpus_are_shared() {
	local runner status=0

	make_partition || return
	start_sessions
	runner=$!
	wait_until are_started || status=1
	/usr/bin/python3 - <<-'PY' || status=1
		import os, sys, time
		os.sched_setaffinity(0, {0})
		began, used = time.monotonic(), time.process_time()
		while time.monotonic() - began < 3:
		    pass
		share = (time.process_time() - used) / (time.monotonic() - began)
		print("# share of the host: %.2f" % share)
		sys.exit(share < 0.25)
	PY
	echo 1 >"$group/cgroup.kill"
	wait "$runner" 2>/dev/null
	return "$status"
}

ktap_print_header
ktap_set_plan 6
check hooks_attach attach_hooks
check processes_end_at_pids_max processes_end
check memory_ends_at_memory_max memory_ends
check disks_have_io_max disks_end
check many_sessions_have_one_share_of_a_cpu cpus_are_shared
refused a_limit_is_a_number 'io-max' rvmctl partition new "$partition-x" --io-max many
ktap_finished
