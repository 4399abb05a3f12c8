#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Keep Documentation/design/rows.list true and rows.md made from it: each row has
# a verdict and a test, or a reason; each hook and each test that it names exists.
#
#	scripts/rows.sh           check, and write the page
#	scripts/rows.sh --tests   print what a row may name as a test
#	scripts/rows.sh --check   check, print a diff and exit 1 if the page differs
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
list=Documentation/design/rows.list
page=Documentation/design/rows.md
# How many rows each letter has.
expected='R29 W28 X23 T46 A33 E25'
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Everything that a row may name, one a line: "hook:NAME", "probe:NAME", ...
collect() {
	sed -n 's/^SEC("lsm[.s]*\/\([a-z_]*\)").*/hook:\1/p' bpf/*.bpf.c
	sed -n 's/^\t{ "[^"]*", "\([^"]*\)", [a-z_0-9]*, [A-Z]* },$/probe:\1/p' selftests/probe_*.c
	sed -n 's/^\t{ "\([^"]*\)", [a-z_0-9]*\(, .*\)\{0,1\} },$/escape:\1/p' \
		selftests/escape_*.c
	sed -n 's/^TEST_F[A-Z_]*(race, \([a-z_0-9]*\).*/race:\1/p' selftests/race_test.c
	sed -n 's/^TEST_F[A-Z_]*(decision, \([a-z_0-9]*\).*/decision:\1/p' \
		selftests/decision_test.c
	sed -n 's/^TEST_F[A-Z_]*(netlink, \([a-z_0-9]*\).*/netlink:\1/p' selftests/netlink_test.c
	sed -n 's/^[[:space:]]*\(check\|refused\|subtests\) \([a-z_0-9]*\) .*/shell:\2/p' \
		selftests/*.sh
}

# Prints what is wrong, if anything.
check() {
	awk -F ' *[|] ' -v known="$work/known" -v expected="$expected" '
	function wrong(text) { print FILENAME ":" FNR ": " text }
	BEGIN {
		while ((getline line < known) > 0)
			there[line] = 1
	}
	/^#/ || /^==/ || /^$/ { next }
	{
		sub(/ *\|$/, " | ")
		id = $1
		# A name may hold the separator without spaces, so six fields or it is wrong.
		if (NF != 6) {
			wrong(id ": " NF " fields, not 6")
			next
		}
		if (seen[id]++)
			wrong(id ": is there twice")
		count[substr(id, 1, 1)]++
		if (id != substr(id, 1, 1) count[substr(id, 1, 1)])
			wrong(id ": is out of order")
		if ($2 == "" || $4 == "")
			wrong(id ": no way or no verdict")
		if ($5 == "" && $6 == "")
			wrong(id ": neither a test nor a reason")
		if ($3 == "-" && $6 == "" && $5 == "")
			wrong(id ": no hook and no reason")
		hooks = split($3, hook, " ")
		for (i = 1; i <= hooks; i++)
			used["hook:" hook[i]] = 1
		for (i = 1; i <= hooks; i++)
			if (hook[i] != "-" && !(("hook:" hook[i]) in there))
				wrong(id ": no program is on the hook " hook[i])
		# A name may hold "; " itself: cut only where a kind of test follows.
		rest = $5
		gsub(/; (probe|escape|race|netlink|shell):/, "\n&", rest)
		gsub(/\n; /, "\n", rest)
		tests = rest == "" ? 0 : split(rest, test, "\n")
		for (i = 1; i <= tests; i++)
			if (!(test[i] in there))
				wrong(id ": there is no test \"" test[i] "\"")
	}
	END {
		for (name in there)
			if (name ~ /^hook:/ && !(name in used))
				print FILENAME ": no row names the " name
		kinds = split(expected, kind, " ")
		for (i = 1; i <= kinds; i++) {
			letter = substr(kind[i], 1, 1)
			if (count[letter] != substr(kind[i], 2))
				print FILENAME ": " count[letter] + 0 " rows " letter ", not " substr(kind[i], 2)
		}
	}' "$list"
}

generate() {
	cat <<-'TEXT'
		# Rows

		For whoever wants to know whether a way to act on somebody else is judged. This page does not
		say how a hook is asked ([hooks.md](hooks.md)). It is made by `scripts/rows.sh` from
		`rows.list`; a row without a verdict, or that names a hook or a test that does not exist, fails
		the static checks.

		*all seven*: only the root token covers it, and no mode relaxes it. *not stoppable*: no hook
		sees it. Tests are rows of `selftests/probe_*.c` (*probe*) and `selftests/escape_*.c`
		(*escape*), and named tests of `race_test.c`, `netlink_test.c` and the shell tests.
	TEXT
	awk -F ' *[|] ' '
	# Words that a table would take for its own.
	function cell(text) {
		gsub(/[|]/, "\\|", text)
		return text
	}
	/^#/ || /^$/ { next }
	/^==/ {
		print "\n## " substr($0, 4) "\n"
		print "| row | way | hooks | right | tests | left open, or why there is no test |"
		print "|---|---|---|---|---|---|"
		next
	}
	{
		sub(/ *\|$/, " | ")
		hooks = $3
		if (hooks == "-") {
			hooks = "none"
		} else {
			gsub(/[a-z_]+/, "`&`", hooks)
			gsub(/` `/, "`, `", hooks)
		}
		tests = $5
		gsub(/(probe|escape|race|netlink|shell):/, "*&* ", tests)
		gsub(/:\*/, "*:", tests)
		print "| " $1 " | " cell($2) " | " hooks " | " cell($4) " | " cell(tests) " | " cell($6) " |"
	}' "$list" | sed 's/  */ /g'
}

if [ "${1:-}" = --tests ]; then
	collect | grep -v '^hook:'
	exit 0
fi
collect | sort -u >"$work/known"
check >"$work/wrong"
if [ -s "$work/wrong" ]; then
	cat "$work/wrong"
	exit 1
fi
generate >"$work/new"
if [ "${1:-}" = --check ]; then
	diff -u "$page" "$work/new"
else
	cat "$work/new" >"$page"
fi
