# shellcheck shell=bash disable=SC2001,SC2015,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# Names that a confined agent chose, and that no row can express.  Sourced by tool_test.sh.

plan_names() {
	run -j load "$work/names/t.json" --partition x --workspace "$work/names/ws" --dry-run \
		--base workspace-rw
	[ "$status" = 0 ] || { cat "$work/err" && return 1; }
}

begin_names() {
	rm -rf "$work/names" && mkdir -p "$work/names/ws"
	echo '[]' >"$work/names/t.json"
}

# $1: resolved pattern below the workspace; nobody may write it.
is_held() {
	grep -qF "\"resolved\":\"$work/names/ws/$1\"" "$work/out" || { echo "$1" && return 1; }
}

# Each is reported in one line, without the bytes themselves.
control_bytes_in_names_stop_no_load() {
	begin_names
	mkdir -p "$work/names/ws/"$'a\nb/refs' "$work/names/ws/"$'c\x1b[31md/refs' \
		"$work/names/ws/"$'e\x7ff/refs' "$work/names/ws/fine/refs"
	plan_names && is_held 'a?b/hooks' && is_held 'c?\\[31md/hooks' && is_held 'e?f/hooks' &&
		is_held 'fine/hooks' &&
		[ "$(grep -c 'no rule can express this name' "$work/err")" = 3 ] &&
		! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$work/err"
}

long_paths_stop_no_load() {
	local long

	begin_names
	long=$(printf 'x%.0s' {1..200})
	mkdir -p "$work/names/ws/$long/$long/$long/$long/$long/$long/refs" \
		"$work/names/ws/$(printf 'a/%.0s' {1..58})refs" "$work/names/ws/fine/refs"
	plan_names && is_held 'fine/hooks' && grep -qF "/$long/**\"" "$work/out" &&
		grep -q '/a/a/a/\*\*"' "$work/out" &&
		[ "$(grep -c 'no rule can express this name' "$work/err")" = 2 ]
}

# A program that a link leads to, deeper than a pattern can be.
long_programs_stop_no_load() {
	local long ws

	begin_names
	ws=$work/names/ws
	long=$(printf 'x%.0s' {1..200})
	mkdir -p "$ws/$long/$long/$long/$long/$long/$long"
	(cd "$ws/$long/$long/$long" && cp /bin/true "$long/$long/$long/tool") || return 1
	(cd "$ws" && ln -s "$long" l && ln -s l/"$long/$long/$long/$long/$long/tool" run) || return 1
	echo '[{"rights":["EXECUTE"],"resource":"exec:./run *","expires_at":0}]' >"$work/names/t.json"
	plan_names && grep -q 'too long for a rule' "$work/err" && grep -qF "/$long/**\"" "$work/out"
}

more_folders_than_there_is_room_for_stop_no_load() {
	begin_names
	(cd "$work/names/ws" && mkdir d{1..900} && mkdir d{1..900}/refs) || return 1
	plan_names && is_held '**' && grep -q 'made read-only, since tools obey more' "$work/err" &&
		[ "$(grep -o '"kind":"exclude"' "$work/out" | wc -l)" -lt 12288 ]
}
