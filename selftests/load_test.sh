#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tables come and go and leave nothing behind: one table 200 times, and each table
# that the harness adapter and its command-line tool have written.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

cycles=${RVM_CYCLES:-200}
corpus=$selftests/data/corpus

cleanup() {
	# shellcheck disable=SC2046 # names have no blanks
	drop_partitions $(rvmctl -j partition list | python3 -c 'import json, sys
print(*(p["name"] for p in json.load(sys.stdin) if p["name"].startswith("load-")))')
}
trap cleanup EXIT

write_table() {
	mkdir -p "$dir/ws/src"
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["READ"], "resource": "Read(./**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["WRITE"], "resource": "Edit(./src/*.c)", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "Bash(sh -c:*)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "mcp__tool__*", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "tcp:127.0.0.1:80", "proof_tier": "P3", "expires_at": 0}]
	JSON
}

load_one() {
	rvmctl load "$dir/table.json" --partition load-cycle --workspace "$dir/ws"
}

load_and_delete() {
	local i

	for ((i = 0; i < cycles; i++)); do
		load_one || return
		rvmctl partition del load-cycle || return
	done
}

replace() {
	local i

	for ((i = 0; i < 20; i++)); do
		load_one || return
	done
}

# NAME DIR...: each directory's table into a partition of its own.
load_corpus() {
	local name folder

	for folder in "$corpus/$1"/*/; do
		name=load-$1-$(basename "$folder")
		mkdir -p "$dir/$name"
		check "${1}_$(basename "$folder")" rvmctl load "$folder/capability-table.json" \
			--partition "$name" --workspace "$dir/$name" --unenforced-domains
	done
}

loaded() {
	[ "$(value "len([p for p in d if p['name'].startswith('load-')])" partition list)" = "$1" ]
}

# Loaded from a copy, to see what is executed; the name comes from the manifest.
load_hostile() {
	local copy=$dir/hostile/$1 before after status=0 said

	mkdir -p "$dir/hostile"
	cp -r "$corpus/harness-hostile/$1" "$copy"
	before=$(find "$dir" /tmp -maxdepth 4 -not -path "$copy*" 2>/dev/null | sort | sha256sum)
	said=$(cd "$copy" && rvmctl load capability-table.json --workspace "$copy" 2>&1) || status=$?
	after=$(find "$dir" /tmp -maxdepth 4 -not -path "$copy*" 2>/dev/null | sort | sha256sum)
	echo "$said"
	[ "$before" = "$after" ] || { echo "something was written"; return 1; }
	! grep -x pwned >/dev/null <<<"$said" || { echo "something was executed"; return 1; }
	# It may succeed, be refused or be malformed, but not crash or use a bad name.
	((status <= 2)) || { echo "exit $status"; return 1; }
	[ "$(value "all(__import__('re').fullmatch('[a-z][a-z0-9-]*', p['name']) for p in d)" \
		partition list)" = True ]
}

drop_hostile() {
	local name

	for name in $(value "' '.join(p['name'] for p in d)" partition list); do
		[ "$name" = unregistered ] || drop_partitions "$name"
	done
}

# Links that the agent can make do not stop a load, and open nothing.
write_links() {
	mkdir -p "$dir/links/pub" "$dir/links/docs"
	ln -s pub "$dir/links/conf"
	ln -s /etc "$dir/links/.venv"
	ln -s /etc "$dir/links/target"
	echo open >"$dir/links/pub/a"
	cat >"$dir/links.json" <<-'JSON'
		[{"rights": ["READ"], "resource": "Read(./docs/**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["READ"], "resource": "Read(./target/**)", "proof_tier": "P1", "expires_at": 0}]
	JSON
	echo '{"permissions": {"deny": ["Read(./conf/prod.key)"]}}' >"$dir/links-spec.json"
}

load_links() {
	rvmctl load "$dir/links.json" --partition load-links --workspace "$dir/links" \
		--base minimal,workspace-ro,python --spec "$dir/links-spec.json" 2>"$dir/links.err" || return
	grep -q 'target is a symbolic link to /etc: row skipped' "$dir/links.err"
}

# The host writes through the link.
denied_by_links() {
	echo secret >"$dir/links/conf/prod.key"
	rvmctl check --read load-links "$dir/links/pub/a" || return
	! rvmctl check --read load-links "$dir/links/pub/prod.key" || return
	! rvmctl check --read load-links "$dir/links/conf/prod.key" || return
	! rvmctl check --read load-links /etc/shadow
}

# A table that another partition may write.
tells_of_writers() {
	mkdir -p "$dir/around/b"
	echo '[]' >"$dir/around/b/t.json"
	cp "$dir/around/b/t.json" "$dir/around-table.json"
	rvmctl load "$dir/around-table.json" --partition load-around --workspace "$dir/around" \
		--base minimal,workspace-rw || return
	rvmctl load "$dir/around/b/t.json" --partition load-inner 2>"$dir/around.err" || return
	grep -q "writable by partition load-around" "$dir/around.err" || return
	# From then on it is excluded there as well; the file beside it is not.
	rvmctl load "$dir/around-table.json" --partition load-around --workspace "$dir/around" \
		--base minimal,workspace-rw || return
	! rvmctl check --write load-around "$dir/around/b/t.json" || return
	rvmctl check --write load-around "$dir/around/b/other" || return
	rvmctl load "$dir/around/b/t.json" --partition load-inner 2>"$dir/around.err" || return
	! grep -q "writable by partition" "$dir/around.err"
}

# Names and numbers that a confined agent chose: the module accepts what load makes of them.
write_names() {
	local long

	long=$(printf 'x%.0s' {1..200})
	mkdir -p "$dir/names/"$'a\nb/refs' "$dir/names/"$'c\x1bd/refs' "$dir/names/fine" \
		"$dir/names/$long/$long/$long/$long/$long/$long/refs"
	(cd "$dir/names" && mkdir d{1..60} && mkdir d{1..60}/refs)
	echo '[]' >"$dir/names.json"
}

load_names() {
	rvmctl load "$dir/names.json" --partition load-names --workspace "$dir/names" \
		--base minimal,workspace-rw
}

# DIR...: nothing that git obeys can be written there, beside a file that can.
names_hold() {
	local name

	rvmctl check load-names --write "$dir/names/fine/x" || return
	for name in $'a\nb' $'c\x1bd' d7; do
		! rvmctl check load-names --write "$dir/names/$name/config" || return
	done
}

load_many() {
	(cd "$dir/names" && mkdir d{61..900} && mkdir d{61..900}/refs)
	load_names && ! rvmctl check load-names --write "$dir/names/d900/config"
}

ktap_print_header
ktap_set_plan 43
write_table
check hooks_attach attach_hooks
check first_load load_one
drop_partitions load-cycle
write_links
check agents_links_stop_no_load load_links
check denied_by_links denied_by_links
drop_partitions load-links
check tells_of_writers tells_of_writers
drop_partitions load-around load-inner
write_names
check names_that_no_rule_can_say_stop_no_load load_names
check what_has_such_names_is_held names_hold
check more_than_there_is_room_for_stops_no_load load_many
drop_partitions load-names
start=$(objects)
check "loads_and_deletes_${cycles}_times" load_and_delete
check objects_are_back objects_return "$start"
check replaces_20_times replace
drop_partitions load-cycle
check objects_are_back_again objects_return "$start"

load_corpus harness
load_corpus cli-scaffold
check all_are_there loaded 23
cleanup
check all_are_gone objects_return "$start"
for folder in "$corpus"/harness-hostile/*/; do
	check "hostile_$(basename "$folder")" load_hostile "$(basename "$folder")"
done
drop_hostile
check hostile_are_gone objects_return "$start"
ktap_finished
