#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One file that several mounts show, changed where the kernel tells which file it
# is and not by which mount: what is denied at one place is denied.
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

bot=places
ws=$dir/ws

unmount_all() {
	local at

	for at in "$ws"/{other,sealed,place*,real} "$dir/out"; do
		while umount "$at" 2>/dev/null; do :; done
	done
}

cleanup() {
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

# Its times, and its attributes: of both the kernel tells the file only.
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

ktap_print_header
ktap_set_plan 14
make_files
check hooks_attach attach_hooks
check table_loads rvmctl load "$dir/table.json" --partition "$bot" --workspace "$ws" \
	--base minimal --spec "$dir/spec.json"
check one_place touch_it
show_at "$ws/other"
check two_places touch_it
show_at "$dir/out"
check a_place_without_a_token_takes_nothing_away touch_it
check a_place_without_a_token_hides_nothing list_it
show_at "$ws/sealed"
refused a_place_that_is_denied_does 'denied|permitted' touch_it
check reading_is_not_denied_there list_it
umount "$ws/sealed"
check without_it_all_is_as_before touch_it
show_at_all
refused more_places_than_are_looked_at 'denied|permitted' touch_it
check contents_are_not_judged_by_places rvmctl run "$bot" -- cat "$ws/real/file"
unmount_all
mount -t tmpfs tmpfs "$ws/real"
echo text >"$ws/real/file"
check one_place_again touch_it
check its_attributes list_it
drop_partitions "$bot"
check partition_is_gone [ ! -e "/sys/fs/cgroup/rvm/$bot" ]
ktap_finished
