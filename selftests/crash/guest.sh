#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One life of the guest that run.sh stops dead: what the life before left on the disk is
# looked at, then the log is recorded there under load, until the end.
#
#	guest.sh LIFE LAST [unsafe]
set -euo pipefail

# shellcheck source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/cat.sh
. "$(dirname "$0")/../lib/cat.sh"

life=$1
last=$2
[ -z "${3:-}" ] || export CRASH_UNSAFE=1
out=$RVM_OUTDIR
disk=/tmp/disk
log=$disk/log
bot=crash

mount_disk() {
	modprobe virtio_blk
	wait_until test -b /dev/vda
	[ "$life" != 1 ] || mkfs.ext4 -q /dev/vda
	mkdir -p "$disk"
	# What an interrupted life left is replayed here.
	mount /dev/vda "$disk"
}

begin() {
	insmod "${RVM_MODULE:-$root/kmod/rvm.ko}"
	attach_hooks
	make_workspace
	load_table >/dev/null
}

# In every other life it says at once that what it has is safe.
start_recorder() {
	local sync=1s

	((life % 2)) || sync=always
	LD_PRELOAD=$out/tap.so CRASH_TOLD=$out/told.$life \
		rvmctl witness record --segment-size 65536 --sync "$sync" "$log" 2>"$out/said.$life" &
	wait_until grep -qs '^ack' "$out/told.$life"
}

verdict() { value "$1" witness verify "$log"; }

# The records of a log, by the sizes of its files.
records_of() {
	local bytes=0 file

	for file in "$log/$(printf '%06d' "$1")"-*.records; do
		bytes=$((bytes + $(stat -c %s "$file")))
	done
	echo $((bytes / 64))
}

last_acknowledged() { sed -n 's/^ack \([0-9]*\)$/\1/p' "$out/told.$1" | tail -n 1; }

# While nothing is denied the recorder has nothing to write: then all of them see the same.
looks_good() {
	local before=$((life - 1)) heads head length

	heads=$(python3 "$selftests/witness_verify.py" "$log") || return
	[ "$(wc -l <<<"$heads")" = "$life" ] || return
	[ "$(verdict 'd["verdict"], d["logs"], d["lost"] + d["lines-gone"]')" = "('good', $life, 0)" ] || return
	! compgen -G "$log/*.seal" >/dev/null ||
		(cd "$log" && sha256sum --strict --quiet -c -- *.seal) || return
	((before)) || return 0
	# The chain goes on: the record of attaching names the log before, where it ended.
	read -r head length < <(sed -n "${before}p" <<<"$heads")
	grep -aq "recorder=attached first=[0-9]* previous=$head length=$length\$" \
		"$log/$(printf '%06d' "$life")"-*.lines
}

check_life() {
	local before=$((life - 1)) kept told

	wait_until looks_good >/dev/null 2>&1 || {
		looks_good || true
		rvmctl witness verify "$log" || true
		echo "life $life: what is on the disk is not good"
		return 1
	}
	((before)) || return 0
	kept=$(records_of "$before") told=$(last_acknowledged "$before")
	echo "life $before: $told records acknowledged, $kept kept;" \
		"$(verdict 'd["segments"]') segments, $(sed 's/.*: //' "$out/said.$life" | tr '\n' ' ')"
	((kept >= told)) || { echo "life $before: acknowledged records are missing" && return 1; }
}

deny_for_ever() {
	(cd "$dir/ws" && rvmctl run "$bot" -- sh -c \
		'while :; do read -r x <../out/file; done 2>/dev/null' </dev/null)
}

change_for_ever() {
	while :; do
		rvmctl partition set "$bot" --mode permissive
		rvmctl partition set "$bot" --mode enforce
	done >/dev/null
}

mount_disk
begin
start_recorder
check_life
[ "$life" != "$last" ] || exit 0
deny_for_ever &
change_for_ever &
# There is something to lose.
acked=$(last_acknowledged "$life")
more_is_acknowledged() { [ "$(last_acknowledged "$life")" -gt $((acked + 500)) ]; }
wait_until more_is_acknowledged
: >"$out/ready.$life"
wait
