#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Keep Documentation/design/verbs.md as the tables of kmod/lib/verb.c are.
#
#	scripts/verbs.sh           write the page
#	scripts/verbs.sh --check   print a diff and exit 1 if it differs
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
source=kmod/lib/verb.c
page=Documentation/design/verbs.md
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

head_of_page() {
	cat <<-'TEXT'
		# What operations take

		Made by `scripts/verbs.sh` from the tables in `kmod/lib/verb.c`; nothing is written here by hand.

		What an operation takes depends on the kind of object and on the command. A command that is not
		in these tables takes all seven rights, in every mode, whatever the object is: nobody has read what
		it does.

		| word | it takes |
		|---|---|
		| nothing | that the partition runs: neither it nor one around it is suspended or fenced |
		| READ, WRITE | that right on the object |
		| owner | that who is sent the signals is a process of the partition, or nobody yet |
		| process | that the process is one of the partition |
		| all seven | the root token |
		| all seven, quietly | likewise; the kernel goes on without, so that a refusal is no event |
	TEXT
}

# NAME TITLE: the rows of a table, equal ones of neighbours together.
table() {
	printf '\n## %s\n\n| objects | command | it takes |\n|---|---|---|\n' "$2"
	sed -n "/^static const struct row $1\[\]/,/^};/s/^\t{ \([A-Z]*\), \([^{}]*\), \([A-Z_]*\) },\$/\1|\2|\3/p" \
		"$source" | awk -F '|' '
	BEGIN {
		object["EVERY"] = "all"
		object["REGULAR"] = "regular files"
		object["NAMED"] = "regular files, folders"
		object["TERMINAL"] = "the own terminal"
		object["MASTER"] = "masters of terminals, `/dev/ptmx`"
		object["SOCKET"] = "sockets"
		object["EVENT"] = "event descriptors"
		object["PROCESS"] = "pidfds"
		object["SPACE"] = "name spaces"
		demand["NOTHING"] = "nothing"
		demand["TO_READ"] = "READ"
		demand["TO_WRITE"] = "WRITE"
		demand["OWNER"] = "owner"
		demand["OWN_PROCESS"] = "process"
		demand["QUIET"] = "all seven, quietly"
	}
	!($1 in object) || !($3 in demand) { print "verbs: unknown word in " $0 > "/dev/stderr"; exit 1 }
	$1 != kind || $3 != what { close_row(); kind = $1; what = $3 }
	{ list = list (list == "" ? "" : ", ") "`" $2 "`" }
	function close_row() {
		if (list != "")
			print "| " object[kind] " | " list " | " demand[what] " |"
		list = ""
	}
	END { close_row() }'
}

names() {
	printf '\n## Objects without a file system\n\n| name | kind |\n|---|---|\n'
	# shellcheck disable=SC2016 # marks of the page
	sed -n '/^} anonymous\[\]/,/^};/s/^\t{ "\(.*\)", RVM_OBJECT_\([A-Z]*\) },$/| `\1` | \2 |/p' \
		"$source" | tr '[:upper:]' '[:lower:]'
	cat <<-'TEXT'
		| any other | door |

		Pipes, sockets, memory and name spaces are known by their file systems. A door may be neither
		received, read, written nor mapped without all seven rights; a ring not even with them.
	TEXT
}

rest() {
	cat <<-'TEXT'

		## What is not in a table

		| operation | it takes |
		|---|---|
		| `F_SETLEASE` but to give one back | all seven: who opens the file would wait |
		| `F_SETFL` with `O_ASYNC` | owner |
		| `F_SETOWN` of a group, `F_SETOWN_EX` | all seven: whole groups, and who is named behind a pointer |
		| `F_SETOWN` of nobody, `F_SETSIG` of 0 | nothing |
		| lock for reading, for writing; unlock | READ, WRITE; nothing |
		| mode with set-id bits, but of a folder; a device node | all seven |
		| mode, owner, size of a pipe, socket or memory; of another object without a name | nothing; all seven |
		| `RENAME_WHITEOUT`, and flags that nobody knows | all seven |
	TEXT
}

{
	head_of_page
	table ioctls 'ioctl(2)'
	table fcntls 'fcntl(2)'
	table capabilities 'Capabilities'
	names
	rest
} >"$work/page"
if [ "${1:-}" = --check ]; then
	diff -u "$page" "$work/page"
else
	cat "$work/page" >"$page"
fi
