#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Check rows.list and escapes.list in Documentation/design, and make rows.md and
# escapes.md from them: each row must have a verdict and a test, or a reason; each
# hook and each test that it names must exist.
#
#	scripts/rows.sh           check, and write the pages
#	scripts/rows.sh --tests   print what a row may name as a test
#	scripts/rows.sh --check   check, print a diff and exit 1 if a page differs
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
design=Documentation/design
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Everything that a row may name, one in each line: "hook:NAME", "probe:NAME", ...
collect() {
	sed -n 's/^SEC("lsm[.s]*\/\([a-z_]*\)").*/hook:\1/p' bpf/*.bpf.c
	sed -n 's/^\t{ "[^"]*", "\([^"]*\)", [a-z_0-9]*, [A-Z]* },$/probe:\1/p' selftests/probe_*.c
	sed -n 's/^\t{ "\([^"]*\)", [a-z_0-9]*\(, .*\)\{0,1\} },$/escape:\1/p' \
		selftests/escape_*.c
	sed -nE 's/^TEST_F[A-Z_]*\((race|decision|nest|container|entry|enter|network|share|program|lineage|verb|terminal|netlink|brake), ([a-z_0-9]*).*/\1:\2/p' \
		selftests/*_test.c
	sed -n 's/^[[:space:]]*\(check\|refused\|denied\|subtests\) \([a-z_0-9]*\) .*/shell:\2/p' \
		selftests/*.sh
}

# Lines "test, tab, guard": the test fails without the guard.  The guard is in brackets
# if mutations.txt does not show that.
collect_guards() {
	sed '/^#/d;/^$/d' selftests/mutations.list |
		awk -F ' [|] ' -v results=selftests/data/mutations.txt '
	BEGIN {
		while ((getline line < results) > 0) {
			if (line !~ /^ok /)
				continue
			name = substr(line, 6, 34)
			what = substr(line, 41, 60)
			sub(/ *$/, "", name)
			sub(/ *$/, "", what)
			shown[name "\t" what] = 1
		}
	}
	{
		count = split($4, test, "; ")
		for (i = 1; i <= count; i++) {
			guard = ($1 "\t" test[i]) in shown ? $1 : "(" $1 ")"
			sub(/^twin:/, "escape:", test[i])
			print test[i] "\t" guard
		}
	}'
}

# LIST EXPECTED KIND: print errors.  EXPECTED says how many rows each letter has.  In
# "rows" each hook must be named; in "escapes" each row must have a test that a guard
# is listed for, or a reason.
check() {
	awk -F ' *[|] ' -v known="$work/known" -v expected="$2" -v kind="$3" \
		-v guards="$work/guards" '
	function wrong(text) { print FILENAME ":" FNR ": " text }
	BEGIN {
		while ((getline line < known) > 0)
			there[line] = 1
		while ((getline line < guards) > 0)
			guarded[substr(line, 1, index(line, "\t") - 1)] = 1
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
		gsub(/; (probe|escape|race|decision|nest|container|entry|enter|network|share|program|lineage|verb|terminal|netlink|shell):/, "\n&", rest)
		gsub(/\n; /, "\n", rest)
		tests = rest == "" ? 0 : split(rest, test, "\n")
		tried = 0
		for (i = 1; i <= tests; i++) {
			tried += test[i] in guarded
			if (!(test[i] in there))
				wrong(id ": there is no test \"" test[i] "\"")
		}
		if (kind == "escapes" && !tried && $6 == "")
			wrong(id ": no guard is listed for its tests, and no reason")
	}
	END {
		for (name in there)
			if (kind == "rows" && name ~ /^hook:/ && !(name in used))
				print FILENAME ": no row names the " name
		letters = split(expected, want, " ")
		for (i = 1; i <= letters; i++) {
			letter = substr(want[i], 1, 1)
			if (count[letter] != substr(want[i], 2))
				print FILENAME ": " count[letter] + 0 " rows " letter ", not " substr(want[i], 2)
		}
	}' "$1"
}

head_of_rows() {
	cat <<-'TEXT'
		# Rows

		For readers who want to know whether a way to act on somebody else is judged. This page does
		not say how a hook is asked ([hooks](hooks.md)). `scripts/rows.sh` makes it from `rows.list`.
		The static checks fail if a row has no verdict, or names a hook or a test that does not exist.

		*all seven*: only the root token covers it, and no mode relaxes it. *not stoppable*: no hook
		sees it. Tests are rows of `selftests/probe_*.c` (*probe*) and `selftests/escape_*.c`
		(*escape*), named tests of other programs (*race*, *nest*, *netlink*, ...) and of the shell
		tests (*shell*).
	TEXT
}

head_of_escapes() {
	cat <<-'TEXT'
		# Escapes

		For readers who want to know which ways out were tried, and whether the tests would notice if
		one opened. This page does not list every way to act on somebody else: [rows](rows.md) does.
		`scripts/rows.sh` makes it from `escapes.list`.

		Each row of `selftests/escape_*.c` (*escape*) is an attack with the powers of root inside a
		partition, and its twin, the harmless thing that looks most like it. The attack must be denied
		and recorded, the twin must work. *Guards* are those of `selftests/mutations.list`: they were
		removed one at a time to see a test of the row fail (`selftests/mutate.sh`). A guard stands in
		brackets if `selftests/data/mutations.txt` does not show that. Other kinds of tests are as in
		[rows](rows.md).
	TEXT
}

# LIST KIND TITLES: the tables of a page.
generate() {
	awk -F ' *[|] ' -v kind="$2" -v titles="$3" -v guards="$work/guards" '
	BEGIN {
		lines = titles
		gsub(/[^|]+/, "---", lines)
		while ((getline line < guards) > 0) {
			at = index(line, "\t")
			test = substr(line, 1, at - 1)
			guard[test] = guard[test] " " substr(line, at + 1)
		}
	}
	# Guards that some test of the row needs, each once.
	function guards_of(tests,	n, test, i, j, count, name, seen, out) {
		gsub(/; (probe|escape|race|decision|nest|container|entry|enter|network|share|program|lineage|verb|terminal|netlink|shell):/, "\n&", tests)
		gsub(/\n; /, "\n", tests)
		n = split(tests, test, "\n")
		for (i = 1; i <= n; i++) {
			count = test[i] in guard ? split(guard[test[i]], name, " ") : 0
			for (j = 1; j <= count; j++)
				if (!seen[name[j]]++)
					out = out (out == "" ? "" : ", ") name[j]
		}
		return out
	}
	# Text that has the separator of table cells.
	function cell(text) {
		gsub(/[|]/, "\\|", text)
		return text
	}
	/^#/ || /^$/ { next }
	/^==/ {
		print "\n## " substr($0, 4) "\n"
		print titles
		print lines
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
		gsub(/(probe|escape|race|decision|nest|container|entry|enter|network|share|program|lineage|verb|terminal|netlink|shell):/, "*&* ", tests)
		gsub(/:\*/, "*:", tests)
		if (kind == "escapes")
			tests = cell(tests) " | " guards_of($5)
		else
			tests = cell(tests)
		print "| " $1 " | " cell($2) " | " hooks " | " cell($4) " | " tests " | " cell($6) " |"
	}' "$1" | sed 's/  */ /g'
}

if [ "${1:-}" = --tests ]; then
	collect | grep -v '^hook:'
	exit 0
fi
collect | sort -u >"$work/known"
collect_guards >"$work/guards"
{
	check "$design/rows.list" 'R29 W28 X24 T46 A33 E25' rows
	check "$design/escapes.list" 'O76' escapes
} >"$work/wrong"
if [ -s "$work/wrong" ]; then
	cat "$work/wrong"
	exit 1
fi
{
	head_of_rows
	generate "$design/rows.list" rows \
		'| row | way | hooks | right | tests | left open, or why there is no test |'
} >"$work/rows.md"
{
	head_of_escapes
	generate "$design/escapes.list" escapes \
		'| row | way out | hooks | denied | tests | guards | what is left |'
} >"$work/escapes.md"
status=0
for page in rows.md escapes.md; do
	if [ "${1:-}" = --check ]; then
		diff -u "$design/$page" "$work/$page" || status=1
	else
		cat "$work/$page" >"$design/$page"
	fi
done
exit "$status"
