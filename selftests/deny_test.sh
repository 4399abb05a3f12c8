#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Deny rules apply by object and by name, even if their object is made again, moved,
# mounted over, or seen under another mount.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

bot=deny
ws=$dir/ws
data=$dir/data
# Rows give only two files of it, so that no rule is about other names in it.
plain=/tmp/rvm-deny-plain

unmount_all() {
	local at

	for at in "$data"/{over,stick} "$dir"/{shown,up,ws} "$data"; do
		while umount "$at" 2>/dev/null; do :; done
	done
}

cleanup() {
	drop_partitions "$bot"
	unmount_all
	rm -rf "$plain"
}
trap cleanup EXIT

# DIR...: make directories with a key in each.
make_keys() {
	local folder

	for folder; do
		mkdir -p "$folder"
		echo secret >"$folder/key"
	done
}

make_files() {
	chmod 0755 "$dir"
	mkdir -p "$data" "$dir/shown" "$dir/up"
	make_keys "$data"/{anew,moved,over,under,parts/deep} "$ws/priv" "$dir/up/deep/priv"
	mkdir -p "$plain" "$ws"/{pub,secret,app,config}
	echo open | tee "$plain/file" >"$plain/too"
	echo secret >"$ws/secret/.env"
	ln "$ws/secret/.env" "$ws/second"
	echo secret >"$ws/config/dev.conf"
	ln -s ../config/dev.conf "$ws/app/.env"
	# Files that load did not look at would keep their other names.
	mkdir "$ws/many"
	python3 -c 'import sys
for i in range(20100):
    open("%s/%d" % (sys.argv[1], i), "w").close()' "$ws/many"
	echo open >"$data/open"
	echo open >"$ws/open"
	echo one >"$data/file"
	mkdir "$data/stick"
	mount -t tmpfs tmpfs "$data/stick"
	make_keys "$data/stick/priv"
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["READ"], "resource": "Read(/$dir/**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["WRITE"], "resource": "Edit(/$dir/**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:/$plain/file", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:/$plain/too", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "Bash(mv:*)", "proof_tier": "P1", "expires_at": 0}]
	JSON
	cat >"$dir/spec.json" <<-JSON
		{"name": "deny", "permissions": {"allow": [], "deny": [
			"Read(/$data/anew/**)", "Read(/$data/moved/key)", "Read(/$data/over/**)",
			"Read(/$data/under/**)", "Read(/$data/parts/*/key)", "Read(/$data/file)",
			"Read(/$data/stick/priv/**)", "Read(/$dir/up/deep/priv/key)", "Read(./priv/**)",
			"Read(./conf/prod.key)", "Read(**/.env)"]}}
	JSON
}

read_it() {
	rvmctl run "$bot" -- cat "$1" </dev/null
}

link_it() {
	rvmctl run "$bot" -- ln "$@" </dev/null
}

gone() {
	rvmctl status | grep 'exclusions are gone'
}

move_it() {
	rvmctl run "$bot" -- mv "$1" "$2" </dev/null
}

# NAME FILE: the file is denied, and the one beside it is not.
denied() {
	if read_it "$2" >/dev/null 2>&1; then
		ktap_test_fail "$1"
	else
		check "$1" read_it "${3:-$data/open}"
	fi
}

ktap_print_header
ktap_set_plan 32
make_files
check hooks_attach attach_hooks
check table_loads rvmctl load "$dir/table.json" --partition "$bot" --workspace "$ws" \
	--base minimal --spec "$dir/spec.json"
denied the_table_denies_as_loaded "$data/anew/key"
denied the_table_denies_by_a_pattern "$data/parts/deep/key"
denied a_second_name_behind_many_files_is_denied "$ws/second" "$ws/open"
denied what_a_symbolic_link_leads_to_is_denied "$ws/config/dev.conf" "$ws/open"

refused a_link_on_the_way_to_what_is_denied_is_refused 'denied|permitted' link_it -s pub "$ws/conf"
check a_link_elsewhere_is_made link_it -s pub "$ws/elsewhere"
refused a_link_gets_no_name_on_the_way 'denied|permitted|cross-device' \
	move_it "$ws/elsewhere" "$ws/conf"
check a_link_gets_another_name move_it "$ws/elsewhere" "$ws/there"
check a_directory_on_the_way_is_made rvmctl run "$bot" -- mkdir "$ws/conf"

echo new >"$ws/.env.new"
refused what_takes_a_denied_name_gets_no_second_one 'cross-device' link_it "$ws/.env.new" "$ws/caught"
mv "$ws/.env.new" "$ws/.env"
denied what_took_a_denied_name_is_denied "$ws/.env" "$ws/open"
rm "$plain/too"
check a_second_name_where_nothing_is_denied_is_made link_it "$plain/file" "$plain/too"

refused no_denied_file_is_gone_yet '' gone
rm -r "$data/anew"
make_keys "$data/anew"
denied a_denied_file_that_is_made_again_is_denied "$data/anew/key"
check status_says_that_it_is_gone gone

mv "$data/moved" "$data/kept"
make_keys "$data/moved"
denied a_denied_object_that_was_moved_is_denied "$data/kept/key"
denied what_is_called_like_it_now_is_denied "$data/moved/key"
refused the_agent_does_not_move_it_away 'denied|permitted|cross-device' \
	move_it "$data/moved" "$data/other"
refused the_agent_moves_nothing_in_its_place 'denied|permitted|cross-device' move_it "$data/open" "$data/moved/key"

echo two >"$data/file.new"
mv "$data/file.new" "$data/file"
denied a_denied_file_that_was_replaced_is_denied "$data/file"

mount -t tmpfs tmpfs "$data/over"
make_keys "$data/over"
denied what_is_mounted_over_a_denied_file_is_denied "$data/over/key"

umount "$data/stick"
mount -t tmpfs tmpfs "$data/stick"
make_keys "$data/stick/priv"
denied on_another_file_system_of_the_same_place "$data/stick/priv/key"

rm -r "$data/under"
make_keys "$data/under"
mount --bind "$data" "$dir/shown"
denied under_another_mount "$dir/shown/under/key" "$dir/shown/open"
umount "$dir/shown"

mount -t tmpfs tmpfs "$dir/up"
make_keys "$dir/up/deep/priv"
denied below_what_was_mounted_over "$dir/up/deep/priv/key"

rm -r "$ws"
make_keys "$ws/priv"
echo open >"$ws/open"
denied in_a_workspace_made_anew "$ws/priv/key" "$ws/open"
mount -t tmpfs tmpfs "$ws"
make_keys "$ws/priv"
echo open >"$ws/open"
denied in_a_workspace_mounted_over "$ws/priv/key" "$ws/open"

rm -r "${data:?}/parts"
make_keys "$data/parts/deep"
denied a_pattern_in_a_folder_made_anew "$data/parts/deep/key"

echo open >"$data/anew.txt"
check names_like_it_are_not_denied read_it "$data/anew.txt"
unmount_all
check load_again rvmctl load "$dir/table.json" --partition "$bot" --workspace "$ws" \
	--base minimal --spec "$dir/spec.json"
drop_partitions "$bot"
check partition_is_gone [ ! -e "/sys/fs/cgroup/rvm/$bot" ]
ktap_finished
