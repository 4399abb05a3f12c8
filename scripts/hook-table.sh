#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Keep the tables of Documentation/design/hooks.md in step with the code: hooks
# and questions are in bpf/*.bpf.c, classes in user/rvmctl/hook/bpf.c, operations in
# selftests/probe/*.c.
#
#	scripts/hook-table.sh           write the tables into the document
#	scripts/hook-table.sh --check   print a diff and exit 1 if they differ
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
document=Documentation/design/hooks.md
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Lines "family hook sleeps question operation", in the order of the programs.  One that
# asks by cases would need more than one: the table has none for that.
programs() {
	for file in bpf/*.bpf.c; do
		awk -v family="$(basename "$file" .bpf.c)" '
		/^SEC\("lsm/ {
			sleeps = $0 ~ /^SEC\("lsm\.s\// ? "yes" : "no"
			hook = $0
			sub(/^[^\/]*\//, "", hook)
			sub(/".*/, "", hook)
		}
		/^}/ { hook = asked = "" }
		hook != "" && match($0, /bpf_rvm_[a-z_]+\(/) {
			if (asked++) {
				print "hook-table: " hook " asks more than one question" >"/dev/stderr"
				exit 1
			}
			question = substr($0, RSTART + 8, RLENGTH - 9)
			op = "-"
			if (match($0, /RVM_OP_[A-Z_]+/)) {
				op = tolower(substr($0, RSTART + 7, RLENGTH - 7))
				gsub(/_/, "-", op)
			}
			print family, hook, sleeps, question, op
		}' "$file"
	done
}

# Lines "hook|class|what is open without it".
classes() {
	sed -n 's/^\t{ "\([a-z_]*\)", HOOK_\([A-Z_]*\), "\(.*\)"\(, RVM_NEED_[A-Z]*\)* },$/\1|\2|\3\4/p' \
		user/rvmctl/hook/bpf.c |
		sed 's/|REQUIRED|\(.*\), RVM_NEED_RECHECK$/|by need: recheck|\1/
			s/|REQUIRED|\(.*\), RVM_NEED_HIDE$/|by need: hide|\1/
			s/|REQUIRED|/|required|/; s/|IF_THERE|/|if there|/; s/|MESSAGE|/|message|/'
}

# A hook in only one of the two lists would be attached without notice, or not at all.
compare_lists() {
	programs | cut -d' ' -f2 | sort >"$work/programs"
	classes | cut -d'|' -f1 | sort >"$work/classes"
	diff -u "$work/programs" "$work/classes" >&2 || {
		echo "hook-table: bpf/*.bpf.c and user/rvmctl/hook/bpf.c do not have the same hooks" >&2
		exit 1
	}
}

# The functions that a file names at the start of its lines, after a prefix, sorted.
kfuncs() {
	sed -n "s/^$1\(bpf_rvm_[a-z_]*\).*/\1/p" "$2" | sort >"$work/kfuncs.$(basename "$2")"
}

# A function that is not registered, or not declared, would be found at the next load only.
compare_kfuncs() {
	kfuncs 'int ' kmod/kfunc/common.h
	kfuncs 'BTF_ID_FLAGS(func, ' kmod/kfunc/list.c
	kfuncs 'extern int ' bpf/rvm.bpf.h
	for file in list.c rvm.bpf.h; do
		diff -u "$work/kfuncs.common.h" "$work/kfuncs.$file" >&2 && continue
		echo "hook-table: $file does not have the functions of kmod/kfunc/common.h" >&2
		exit 1
	done
	[ -s "$work/kfuncs.common.h" ]
}

hook_table() {
	classes >"$work/class"
	echo '| hook | family | question | operation | class | open without it |'
	echo '|---|---|---|---|---|---|'
	programs | awk -v classes="$work/class" '
	BEGIN {
		while ((getline line < classes) > 0) {
			split(line, part, "|")
			class[part[1]] = part[2]
			opens[part[1]] = part[3]
		}
	}
	{
		name = "`" $2 "`" ($3 == "yes" ? " (may sleep)" : "")
		printf "| %s | %s | `%s` | %s | %s | %s |\n", name, $1, $4, $5, class[$2], opens[$2]
	}'
}

row_table() {
	echo '| right and class | operation | who can do what no narrower token covers |'
	echo '|---|---|---|'
	# A name may hold the character that divides the cells of a table.
	sed -n 's/^\t{ "\([^"]*\)", "\([^"]*\)", [a-z_0-9]*, \([A-Z]*\) },$/\1\t\2\t\3/p' \
		selftests/probe/*.c | sed 's/|/\\|/g; s/^/| /; s/\t/ | /g; s/$/ |/' |
		sed 's/| ROOT |$/| the root token |/
			s/| SEVEN |$/| the root token; nothing narrower names it |/
			s/| NOBODY |$/| nobody |/
			s/| LOG |$/| a token of type WitnessLog |/'
}

# The document with new tables.
generate() {
	hook_table >"$work/hooks"
	row_table >"$work/rows"
	awk -v work="$work" '
	/^<!-- begin / {
		print
		while ((getline line < (work "/" $3)) > 0)
			print line
		skip = 1
	}
	/^<!-- end / { skip = 0 }
	!skip { print }' "$document"
}

compare_lists
compare_kfuncs
generate >"$work/new"
if [ "${1:-}" = --check ]; then
	diff -u "$document" "$work/new"
else
	cat "$work/new" >"$document"
fi
