#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# File systems that know a file by more spellings than one: a deny rule by name
# applies to each spelling.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

partition=casefold

cleanup() {
	drop_partitions "$partition"
	for place in "$dir"/{ext4,vfat,xfs}; do
		! mountpoint -q "$place" || umount "$place"
	done
}
trap cleanup EXIT

# TYPE SIZE [OPTION...]: a file system, mounted on $dir/TYPE.
make_filesystem() {
	local type=$1 size=$2

	shift 2
	mkdir -p "$dir/$type"
	truncate -s "$size" "$dir/$type.img"
	"mkfs.$type" "$@" "$dir/$type.img" >/dev/null
	mount -o loop "$dir/$type.img" "$dir/$type"
}

# DIR: files that are excluded, and one that is not.
fill() {
	mkdir -p "$1/secrets" "$1/open" "$1/new" "$1/made"
	echo secret >"$1/.env"
	echo secret >"$1/secrets/key.txt"
	echo plain >"$1/plain"
	echo plain >"$1/open/key.txt"
}

load() {
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["READ", "WRITE"], "resource": "Edit(./**)", "proof_tier": "P2", "expires_at": 0}]
	JSON
	cat >"$dir/spec.json" <<-'JSON'
		{"permissions": {"deny": ["Read(./.env)", "Read(./secrets/**)", "Read(./new/.env)",
		                          "Read(./deep/.env)", "Read(./deep/secrets/**)", "Read(./made/key)"]}}
	JSON
	rvmctl load "$dir/table.json" --partition "$partition" --workspace "$1" \
		--spec "$dir/spec.json" --base minimal
}

as_agent() {
	rvmctl run "$partition" -- "$@"
}

# A file that was found by one spelling keeps that name while the kernel caches it.
forget_names() {
	sync
	echo 2 >/proc/sys/vm/drop_caches
}

# FILE...: the host can read each file by this spelling, the agent cannot.
none_is_read() {
	local file

	for file; do
		forget_names
		grep -q 'Permission denied' < <(as_agent /bin/cat "$file" 2>&1) || {
			echo "$file is read"
			return 1
		}
		if [ "$(cat "$file")" != secret ]; then
			echo "$file is no spelling of it"
			return 1
		fi
	done
}

all_are_read() {
	local file

	for file; do
		[ "$(as_agent /bin/cat "$file")" = plain ] || return
	done
}

# NAME OTHER: where others are made already, NAME could be a spelling of an excluded file that does not exist, OTHER could not.
only_second_is_made() {
	as_agent /bin/cp "$place/plain" "$(dirname "$1")/one" || return
	grep -q 'Permission denied' < <(as_agent /bin/cp "$place/plain" "$1" 2>&1) &&
		[ ! -e "$1" ] && as_agent /bin/cp "$place/plain" "$2"
}

# NAME EXCLUDED: they differ by case, which counts here.
only_first_is_made() {
	as_agent /bin/cp "$place/plain" "$1" && [ -e "$1" ] &&
		grep -q 'Permission denied' < <(as_agent /bin/cp "$place/plain" "$2" 2>&1)
}

ktap_print_header
modprobe ext4 2>/dev/null || true
if [ ! -e /sys/fs/ext4/features/casefold ]; then
	ktap_skip_all "ext4 does not fold case in this kernel"
	exit "$KSFT_SKIP"
fi
ktap_set_plan 25
check hooks_attach attach_hooks

place=$dir/ext4
check unicode_is_made make_filesystem ext4 16M -q -O casefold -E encoding=utf8
mkdir "$place/folds" "$place/plain"
chattr +F "$place/folds"
check unicode_is_loaded load "$place/folds"
fill "$place/folds"
place=$place/folds
check unicode_other_case none_is_read "$place/.env" "$place/.ENV" "$place/.Env" "$place/SECRETS/key.txt"
# The letters are Kelvin signs and a long s.
check unicode_other_letters none_is_read "$place/secrets/"$'\u212a'ey.txt "$place/"$'\u017f'ecrets/key.txt
check unicode_reads_others all_are_read "$place/plain" "$place/PLAIN" "$place/open/KEY.txt"
check unicode_new_names only_second_is_made "$place/new/.ENV" "$place/new/OTHER"

check unicode_new_names_beside_others only_second_is_made "$place/made/"$'\u212a'ey "$place/made/other"

# The directory that the rule is anchored at does not fold case, one below it does.
place=$dir/ext4/plain
mkdir "$place/deep"
check unicode_below_is_loaded load "$place"
chattr +F "$place/deep"
fill "$place/deep"
fill "$place"
check unicode_below none_is_read "$place/.env" "$place/deep/.ENV" "$place/deep/Secrets/key.txt"
check unicode_beside_it_case_counts all_are_read "$place/plain" "$place/deep/Plain"

place=$dir/vfat
check fat_is_made make_filesystem vfat 16M
check fat_is_loaded load "$place"
fill "$place"
check fat_other_spellings none_is_read "$place/.env" "$place/.ENV" "$place/ENV~1" \
	"$place/.env." "$place/SECRETS/KEY.TXT" "$place/secrets./key.txt"
check fat_reads_others all_are_read "$place/plain" "$place/PLAIN" "$place/open/KEY.TXT"
check fat_new_names only_second_is_made "$place/new/.ENV" "$place/new/OTHER"

# As it is usually made: build is not BUILD.
place=$dir/xfs
modprobe xfs 2>/dev/null || true
check xfs_is_made make_filesystem xfs 400M -q
check xfs_is_loaded load "$place"
fill "$place"
check xfs_reads_others all_are_read "$place/plain" "$place/open/key.txt"
check xfs_case_counts only_first_is_made "$place/new/.ENV" "$place/new/.env"
drop_partitions "$partition"
umount "$place"

# The kernel is not told that this one folds the case of letters.
check untold_is_made make_filesystem xfs 400M -q -n version=ci
check untold_is_loaded load "$place"
fill "$place"
# Not since 7.2.
if [ -e "$place/PLAIN" ]; then
	check untold_other_case none_is_read "$place/.env" "$place/.ENV" "$place/SECRETS/key.txt"
	check untold_reads_others all_are_read "$place/plain" "$place/PLAIN" "$place/open/KEY.txt"
	check untold_new_names only_second_is_made "$place/new/.ENV" "$place/new/OTHER"
else
	for name in other_case reads_others new_names; do
		ktap_test_skip "untold_$name: xfs does not fold case in this kernel"
	done
fi
ktap_finished
