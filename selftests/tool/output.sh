# shellcheck shell=bash disable=SC2001,SC2015,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# Output for people and for programs.  Sourced by tool_test.sh.

text_of_tables_is_escaped() {
	printf '[{"rights":["READ"],"resource":"a\\u001b[2J\\u202eb\\u0007\\n","expires_at":0}]' >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f]' "$work/out" &&
		! grep -q $'\u202e' "$work/out" && grep -qF 'a\033[2J' "$work/out"
}

json_is_escaped_too() {
	local format

	printf '[{"rights":["READ"],"resource":"a\\u009b2J\\u202eb\\u007f\\u200b\\ud83d\\ude00\\udb40\\udc41\\u00e4","expires_at":0}]' >"$work/in.json"
	for format in -j -p; do
		run $format load "$work/in.json" --partition x --dry-run --base none
		[ "$status" = 0 ] && ! LC_ALL=C grep -qP '\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\xae]|\xf3\xa0' "$work/out" &&
			python3 - "$work/out" <<'EOF' || return 1
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
name = [r for r in json.loads(text)["rows"] if r["kind"] == "token"][0]["resource"]
sys.exit(name != "a\u009b2J\u202eb\x7f\u200b\U0001f600\U000e0041\u00e4" or "\u00e4" not in text)
EOF
	done
}

a_reader_that_stops_is_no_error() {
	"$tool" -p load "$corpus/claims/row-star.table.json" --partition x --dry-run 2>"$work/err" |
		head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" = 0 ] && ! grep -v 'warning' "$work/err"
}

# On a terminal only, and not if it is switched off.
colour_is_for_people() {
	local esc=$'\033['

	command -v script >/dev/null || return 0
	TERM=xterm NO_COLOR='' script -qec "$tool token lis" /dev/null </dev/null >"$work/out" 2>&1
	grep -qF "$esc" "$work/out" || { cat -v "$work/out" && return 1; }
	TERM=xterm NO_COLOR=1 script -qec "$tool token lis" /dev/null </dev/null >"$work/out" 2>&1
	! grep -qF "$esc" "$work/out" || return 1
	TERM=xterm run token lis
	! grep -qF "$esc" "$work/err"
}

formats_may_stand_anywhere() {
	local words

	echo '[]' >"$work/in.json"
	run -p -j load "$work/in.json" --partition x --dry-run
	cp "$work/out" "$work/pretty"
	for words in "-j -p load $work/in.json --partition x --dry-run" \
		"-j load -p $work/in.json --partition x --dry-run" \
		"load $work/in.json --partition x --dry-run -p -j"; do
		# shellcheck disable=SC2086
		run $words
		cmp -s "$work/out" "$work/pretty" || { echo "$words" && return 1; }
	done
	run load "$work/in.json" --help
	[ "$status" = 0 ] && grep -q '^rvmctl .*load' "$work/out"
}

output_replaces_no_link() {
	echo keep >"$work/target"
	ln -sf target "$work/link"
	run compile --claims "$corpus/claims/row-read.claims.json" -o "$work/link"
	[ "$status" = 1 ] && is_clear && [ "$(cat "$work/target")" = keep ] || return 1
	run compile --claims "$corpus/claims/row-read.claims.json" -o "$work/no-such-dir/x"
	[ "$status" = 1 ] && is_clear
}

a_full_disk_is_an_error() {
	[ -e /dev/full ] || return 0
	"$tool" compile --claims "$corpus/claims/row-read.claims.json" >/dev/full 2>"$work/err"
	[ $? = 1 ] && is_clear
}

wrong_command_lines_exit_2() {
	local line

	while read -r line; do
		# shellcheck disable=SC2086
		run $line
		[ "$status" = 2 ] && [ -s "$work/err" ] || { echo "$line: $status" && return 1; }
	done <<-'EOF'
		-x
		nothing
		token
		token lis
		tok list
		compile
		compile --claims
		compile --claims a --claims b
		compile --claims a --spec b
		compile --claims /dev/null/x
		claims check --claims x
		claims check --claims x --capability y --now 1x
		load
		load a b
		load x --mode strict
		load x --partition ../x
		load x --partition Upper
		load x --partition
		load / --partition x
		load x --base
		load x --dry-run=yes
		load x --no-such-option
		diff
		diff x --no-such-option
		token show
		token show x
		token show 0
		token show 1:0
		token show 1:2:3
		token show 18446744073709551616
		token grant
		token grant 1:x
		token grant 1 --for 10
		token grant 1 --for 0s
		token grant 1 --for 1m --expires 2099-01-01
		token grant 1 --expires 2001-01-01
		token grant 1 --rights READ,
		token grant 1 --rights read
		token grant 1 --tier 4
		token revoke
		token revoke all
		token prove 1 --tier 0
		grant x
		grant X Read(a)
		grant x Read(a) --for ever
		revoke x
		revoke x Read(a) --all
		revoke x 1:
	EOF
}

options_are_told_how_to_be_given() {
	run load --help
	grep -qF ' [--allow-deputy PATTERN]...' "$work/out" || return 1
	run load x --allow-deputy a b
	[ "$status" = 2 ] && is_clear && grep -qF 'repeat --allow-deputy for each value' "$work/err" || return 1
	run load x y
	[ "$status" = 2 ] && is_clear && ! grep -q 'for each value' "$work/err" || return 1
	run --hlep
	[ "$status" = 2 ] && is_clear && grep -qF -- '--hlep: unknown option' "$work/err" && [ ! -s "$work/out" ] &&
		[ "$(wc -l <"$work/err")" = 1 ]
}

tables_of_commands_are_complete() {
	run --dump-commands
	[ "$status" = 0 ] && awk -F '\t' 'NF < 3 { exit 1 }' "$work/out" || return 1
	local noun verb rest

	while IFS=$'\t' read -r noun verb rest; do
		[ "$noun" = - ] && noun=''
		# shellcheck disable=SC2086
		"$tool" $noun $verb --help 2>&1 | grep "^rvmctl .*$verb" >/dev/null || { echo "$noun $verb $rest" && return 1; }
	done <"$work/out"
}

without_a_module_it_says_so() {
	[ ! -e /sys/module/rvm ] || return 0
	run token list
	[ "$status" = 3 ] && is_clear && grep -q 'module not loaded' "$work/err"
}

help_is_a_word() {
	local words

	run help
	[ "$status" = 0 ] && grep -q '^usage: rvmctl' "$work/out" && [ ! -s "$work/err" ] || return 1
	for words in run 'partition set' partition check; do
		# shellcheck disable=SC2086 # words
		run help $words
		# shellcheck disable=SC2086 # words
		[ "$status" = 0 ] && cp "$work/out" "$work/help" && run $words --help &&
			cmp -s "$work/out" "$work/help" || { echo "$words" && return 1; }
	done
	for words in nothing 'partition nothing'; do
		# shellcheck disable=SC2086 # words
		run help $words
		[ "$status" = 2 ] && is_clear || { echo "$words" && return 1; }
	done
}

# ROW SAYS
is_meant() {
	run grant x "$1"
	[ "$status" = 2 ] && is_clear && grep -qF -- "$2" "$work/err" ||
		{ echo "$1" && cat "$work/err" && return 1; }
}

typed_rows_are_no_bare_names() {
	is_meant src/a.c "write 'Read(./src/a.c)'" && is_meant README.md "'Read(./README.md)'" &&
		is_meant 'src/*.c' "'Read(./src/*.c)'" && is_meant 'npm test' "'Bash(npm test)'" &&
		is_meant 'Edit src/**' "'Edit(src/**)'" && is_meant 'Edit (src/**)' "'Edit(src/**)'" &&
		is_meant 'Eidt(src/**)' "'Edit(src/**)'" && is_meant '' 'empty' || return 1
	run grant x 'Edit(src/**)'
	[ "$status" != 2 ] || return 1
	run grant x name:src
	[ "$status" != 2 ]
}

# WORD SAYS ARGUMENT...
suggests() {
	local says=$1

	shift
	run "$@"
	[ "$status" = 2 ] && is_clear && grep -q "did you mean $says?" "$work/err"
}

typed_words_are_near_others() {
	suggests grant grnat && suggests 'token grant' token grnat && suggests --for grant --fro 1m &&
		suggests load lload || return 1
	run nothing
	[ "$status" = 2 ] && ! grep -q 'did you mean' "$work/err"
}

# One exclusion by file and by name is shown once.
exclusions_are_shown_once() {
	echo '[]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && [ "$(grep -o "\"resolved\":\"$work/in.json\"" "$work/out" | wc -l)" = 1 ]
}
