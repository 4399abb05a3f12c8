#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Keep Documentation/design/verbs.md in step with the tables of kmod/lib/model/verb.c.
#
#	scripts/verbs.sh           write the page
#	scripts/verbs.sh --check   print a diff and exit 1 if it differs
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
source=kmod/lib/model/verb.c
page=Documentation/design/verbs.md
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

head_of_page() {
	cat <<-'TEXT'
		# What operations need

		`scripts/verbs.sh` makes this page from the tables in `kmod/lib/model/verb.c`; do not edit it by hand.

		What an operation needs depends on the kind of object and on the command. A command that is not
		in these tables needs all seven rights, in every mode, whatever the object is: nobody has checked
		what it does.

		| needs | meaning |
		|---|---|
		| nothing | only that the partition runs: neither it nor one around it is suspended or fenced |
		| READ, WRITE | that right on the object |
		| owner | the process that gets the signals is in the partition, or there is none yet |
		| process | the process is in the partition |
		| all seven | the root token |
		| all seven, quietly | likewise; the kernel goes on without, so a denial makes no record |
	TEXT
}

# NAME TITLE: the rows of a table; neighbours that are equal are joined.
table() {
	printf '\n## %s\n\n| objects | command | needs |\n|---|---|---|\n' "$2"
	sed -n "/^static const struct row $1\[\]/,/^};/s/^\t{ \([A-Z]*\), \([^{}]*\), \([A-Z_]*\) },\$/\1|\2|\3/p" \
		"$source" | awk -F '|' '
	BEGIN {
		object["EVERY"] = "all"
		object["REGULAR"] = "regular files"
		object["NAMED"] = "regular files, directories"
		object["TERMINAL"] = "its own terminal"
		object["MASTER"] = "terminal masters, `/dev/ptmx`"
		object["SOCKET"] = "sockets"
		object["EVENT"] = "event descriptors"
		object["PROCESS"] = "pidfds"
		object["SPACE"] = "namespaces"
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

		Pipes, sockets, memory and namespaces are recognised by their file systems. A door is any other
		nameless object: it may not be received, read, written or mapped without all seven rights. A ring
		may not be used even with them.
	TEXT
}

rest() {
	cat <<-'TEXT'

		## What is not in a table

		| operation | needs |
		|---|---|
		| `F_SETLEASE`, except to give a lease back | all seven: a process that opens the file would wait |
		| `F_SETFL` with `O_ASYNC` | owner |
		| `F_SETOWN` of a group, `F_SETOWN_EX` | all seven: it names a whole group, or an owner behind a pointer |
		| `F_SETOWN` of nobody, `F_SETSIG` of 0 | nothing |
		| lock for reading, for writing; unlock | READ, WRITE; nothing |
		| mode with set-id bits, except of a directory; a device node | all seven |
		| mode, owner, size of a pipe, socket or memory; of another nameless object | nothing; all seven |
		| `RENAME_WHITEOUT`, and unknown flags | all seven |
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
