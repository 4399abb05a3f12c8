#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One file that several mounts show, changed by hooks that get the file but not the
# mount: what is denied at one place is denied.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

bot=places
ws=$dir/ws

others=

unmount_all() {
	local at

	for at in "$ws"/{other,sealed,place*,real} "$dir/out"; do
		while umount "$at" 2>/dev/null; do :; done
	done
}

cleanup() {
	[ -z "$others" ] || kill "$others" 2>/dev/null || true
	drop_partitions "$bot"
	unmount_all
}
trap cleanup EXIT

make_files() {
	chmod 0755 "$dir"
	mkdir -p "$ws"/{real,other,sealed,place{1..8}} "$dir/out"
	mount -t tmpfs tmpfs "$ws/real"
	echo text >"$ws/real/file"
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["READ"], "resource": "Read(./**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["WRITE"], "resource": "Edit(./**)", "proof_tier": "P1", "expires_at": 0}]
	JSON
	printf '{"name": "places", "permissions": {"allow": [], "deny": ["Edit(./sealed/**)"]}}\n' \
		>"$dir/spec.json"
}

show_at() {
	mount --bind "$ws/real" "$1"
}

# Times and attributes: for both the kernel tells the file, not the mount.
touch_it() {
	rvmctl run "$bot" -- touch -d @1000000 "$ws/real/file" </dev/null
}

list_it() {
	rvmctl run "$bot" -- ls -l "$ws/real/file" </dev/null
}

show_at_all() {
	local i

	for i in {1..8}; do
		show_at "$ws/place$i"
	done
}

# Many more mounts of it, in a mount namespace of another process.
show_to_others() {
	mkfifo "$dir/ready"
	unshare -m --propagation private python3 -c '
import ctypes, sys, time
libc = ctypes.CDLL(None, use_errno=True)
real, at, ready = (a.encode() for a in sys.argv[1:])
for i in range(4200):
    if libc.mount(real, at, None, 4096, None):
        sys.exit(1)
open(ready, "w").close()
time.sleep(600)
' "$ws/real" "$dir/out" "$dir/ready" &
	others=$!
	timeout 300 cat "$dir/ready"
}

ktap_print_header
ktap_set_plan 17
make_files
check hooks_attach attach_hooks
check table_loads rvmctl load "$dir/table.json" --partition "$bot" --workspace "$ws" \
	--base minimal --spec "$dir/spec.json"
check one_place_is_judged touch_it
show_at "$ws/other"
check two_places touch_it
show_at "$dir/out"
check a_place_without_a_token_takes_nothing_away touch_it
check a_place_without_a_token_hides_nothing list_it
show_at "$ws/sealed"
refused a_place_that_is_denied_hides_the_file 'denied|permitted' touch_it
check reading_is_not_denied_there list_it
show_to_others
refused however_many_there_are_elsewhere 'denied|permitted' touch_it
umount "$ws/sealed"
check a_place_that_is_gone_hides_nothing touch_it
check the_other_places_were_there_until_then kill "$others"
wait "$others" 2>/dev/null || true
others=
check without_it_all_is_as_before touch_it
show_at_all
refused more_places_than_are_looked_at 'denied|permitted' touch_it
check contents_are_not_judged_by_places rvmctl run "$bot" -- cat "$ws/real/file"
unmount_all
mount -t tmpfs tmpfs "$ws/real"
echo text >"$ws/real/file"
check one_place_behind_a_mount_is_judged touch_it
check attributes_behind_a_mount_are_seen list_it
drop_partitions "$bot"
check partition_is_gone [ ! -e "/sys/fs/cgroup/rvm/$bot" ]
ktap_finished
