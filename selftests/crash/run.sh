#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest records its log on a disk, under load, and is stopped dead, again and again, at
# random moments: QEMU is killed, so that only what the guest has synced is on the disk.
# Each next life must find all that was acknowledged, in a log that verifies, and go on
# with a log that names it.  KTAP.
#
#	selftests/crash/run.sh		CRASHES=N times (20), SEED=N (1), UNSAFE=1: syncs nothing,
#					so that it has to fail
#
# What the kernel took as acknowledged is told by tap.c, over the results directory, which
# does not go through the guest's memory.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$here")")
crashes=${CRASHES:-20}
RANDOM=${SEED:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/rvm-crash.XXXXXX")
out=$work/out
guest=''

cleanup() {
	local status=$?

	[ -z "$guest" ] || kill "$guest" 2>/dev/null || true
	if ((status)); then
		echo "# what is left: $work"
	else
		rm -rf "$work"
	fi
}
trap cleanup EXIT

# LIFE: in the background.  Its disk writes through to a file: a sync of the guest reaches it.
boot() {
	"$root/selftests/vm/run.sh" --timeout 600 --outdir "$out" --qemu \
		"-pidfile $work/pid -drive file=$work/disk,format=raw,if=virtio,cache=writethrough" \
		-- "$here/guest.sh" "$1" $((crashes + 1)) ${UNSAFE:+unsafe} >"$work/log.$1" 2>&1 &
	guest=$!
}

ended() { ! kill -0 "$guest" 2>/dev/null; }

# LIFE: stopped dead, at most 4 s after it has something to lose.
stop_dead() {
	until [ -e "$out/ready.$1" ]; do
		! ended || return 1
		sleep 0.1
	done
	sleep "$((RANDOM % 4)).$((RANDOM % 10))$((RANDOM % 10))"
	! ended || return 1
	kill -KILL "$(cat "$work/pid")"
	# It says that it has no result.
	wait "$guest" || true
	guest=''
}

# LIFE STATUS: what it said of the life before.
report() {
	local status=$2

	sed -n "s/^life /# life /p" "$work/log.$1"
	if ((status == 0)); then
		echo "ok $1 life $1"
	else
		tail -n 20 "$work/log.$1" | sed 's/^/# /'
		echo "not ok $1 life $1"
		exit 1
	fi
}

mkdir -p "$out"
"${CC:-gcc}" -O2 -shared -fPIC -D_GNU_SOURCE -I"$root/kmod/include/uapi" "$here/tap.c" -o "$out/tap.so"
truncate -s 1G "$work/disk"
echo "KTAP version 1"
echo "1..$((crashes + 1))"
for ((life = 1; life <= crashes; life++)); do
	status=0
	boot "$life"
	stop_dead "$life" || status=$?
	report "$life" "$status"
done
status=0
boot "$life"
wait "$guest" || status=$?
guest=''
report "$life" "$status"
