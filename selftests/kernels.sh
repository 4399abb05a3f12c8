#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest tests on each kernel: that of setup.sh, and those of
# scripts/kernels.list; or on "debug", the kernel with checks for faults.
#
#	selftests/kernels.sh [-t PATTERN] [--patience N] [VERSION...]
#	                                                 build, boot, run, count
#	selftests/kernels.sh --write                     write the table of the document
#
# BPF programs, tool and tests are built once, by `make`, the module for each kernel.
# The BPF programs are also compiled with each kernel's own types.  For each kernel
# one line counts the results and one the hooks by class; skipped tests are listed
# with their reasons.  The last line is the sum.  Reports and the hooks of each kernel
# stay in build/kernels/VERSION.  With --patience N tests may take N times longer than
# usual; the default is 1, for "debug" 6.
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
document=Documentation/design/kernels.md
out=build/kernels
pattern=()
patience=''

say() {
	echo "== $* ($SECONDS s)"
}

# In the order of their numbers.
all_versions() {
	{
		echo "$KVER"
		scripts/kernel.sh list
	} | sort -V
}

# 6.17 from 6.17.13+deb13-amd64: the machine decides which one of the series it is.
series_of() {
	cut -d. -f1,2 <<<"$1"
}

# The module that setup's kernel takes is that of the tree.  Asked as a condition,
# so nothing ends it at the first error by itself.
build_for() {
	local version=$1 headers=$KDIR

	if [ "$version" = "$KVER" ]; then
		make -C "$KDIR" M="$root" modules || return
	else
		scripts/kernel.sh build "$version" "$out/$version" || return
		headers=$(sed -n 's/^KDIR=//p' "$cache/kernel/$version/env")
	fi
	make -C bpf OUT="$root/$out/$version/bpf" KDIR="$headers"
}

boot() {
	local version=$1 options=() module=$root/$out/$1/kmod/rvm.ko
	local patience=${patience:-$([ "$1" = debug ] && echo 6 || echo 1)}

	if [ "$version" = "$KVER" ]; then
		module=$root/kmod/rvm.ko
	else
		options=(--kernel "$version")
	fi
	selftests/vm/run.sh "${options[@]}" --timeout $((2700 * patience)) \
		--outdir "$out/$version/guest" -- \
		env RVM_MODULE="$module" RVM_PATIENCE="$patience" selftests/vm/suite.sh "${pattern[@]}" tmpfs
}

# Results of one kernel, in its report.
try_kernel() {
	local version=$1 status=0

	mkdir -p "$out/$version"
	rm -f "$out/$version/guest/hooks" "$out/$version/kmod/rvm.ko"
	echo "KTAP version 1"
	if ! build_for "$version" >"$out/$version/build.log" 2>&1; then
		grep -aE 'error|Error' "$out/$version/build.log" | sed 's/^/# /' || true
		echo "not ok 1 it builds for $version"
		return
	fi
	echo "ok 1 it builds for $version"
	boot "$version" || status=$?
	if ((status)) && ! grep -q '^not ok ' "$out/$version/guest/output"; then
		echo "not ok 2 guest of $version # exit $status"
	fi
}

# "required 74 of 74 attached; if there 13 of 20 attached, not in this kernel: ..."
hook_classes() {
	awk -F '\t' '
	{ all[$2]++ }
	$3 == "attached" || $3 == "waiting" { attached[$2]++ }
	$3 != "attached" && $3 != "waiting" { without[$2] = without[$2] " " $1 }
	END {
		for (class in all)
			printf "%s hooks: %d of %d attached%s\n", class, attached[class], all[class],
				without[class] ? ", not in this kernel:" without[class] : ""
	}' "$1" | sort -r
}

list_skips() {
	sed -nE 's/^ *ok [0-9]+ (.*) # SKIP *(.*)$/skipped: \1: \2/p' "$1" | sort -u
}

report() {
	local version=$1 dir=$out/$1

	list_skips "$dir/report"
	if [ -s "$dir/guest/hooks" ]; then
		hook_classes "$dir/guest/hooks" | sed "s/^/$version: /"
	elif ((${#pattern[@]} == 0)); then
		echo "not ok 3 hooks of $version are known" >>"$dir/report"
	fi
	echo "$version: $(scripts/ktap-summary "$dir/report" | tail -n 1)"
}

# Kernels whose hooks are known, and their files, by series.
known() {
	local version

	for version in $(all_versions); do
		[ ! -s "$out/$version/guest/hooks" ] ||
			echo "$(series_of "$version") $out/$version/guest/hooks"
	done
}

class_table() {
	local series file

	echo '| kernel | required | if there | not in this kernel |'
	echo '|---|---|---|---|'
	known | while read -r series file; do
		awk -F '\t' -v series="$series" '
		{ all[$2]++ }
		$3 == "attached" || $3 == "waiting" { attached[$2]++ }
		$3 != "attached" && $3 != "waiting" { without = without ? without ", `" $1 "`" : "`" $1 "`" }
		END {
			printf "| %s | %d of %d | %d of %d | %s |\n", series, attached["required"],
				all["required"], attached["if there"], all["if there"],
				without ? without : "-"
		}' "$file"
	done
}

generate() {
	class_table >"$out/table"
	awk -v table="$out/table" '
	/^<!-- begin kernels / {
		print
		while ((getline line < table) > 0)
			print line
		skip = 1
	}
	/^<!-- end kernels / { skip = 0 }
	!skip { print }' "$document"
}

# The committed table is what the boots said.
check_table() {
	generate >"$out/document"
	echo "KTAP version 1"
	if diff -u "$document" "$out/document" >&2; then
		echo "ok 1 table_is_that_of_the_boots"
	else
		echo "not ok 1 table_is_that_of_the_boots # $0 --write"
	fi
}

write_table() {
	generate >"$out/document"
	cp "$out/document" "$document"
}

run_all() {
	local version reports=()

	for version; do
		mkdir -p "$out/$version"
		say "$version"
		try_kernel "$version" | tee "$out/$version/report"
		reports+=("$out/$version/report")
	done
	say "done"
	for version; do
		report "$version"
	done
	if ((${#pattern[@]} == 0)) && [ "$*" = "$(all_versions | xargs)" ]; then
		check_table | tee "$out/table.report"
		reports+=("$out/table.report")
	fi
	scripts/ktap-summary "${reports[@]}"
}

cd "$root"
# shellcheck source=/dev/null
. "$cache/env"
if [ "${1:-}" = --write ]; then
	write_table
	exit
fi
while [[ ${1:-} = -* ]]; do
	case $1 in
	-t) pattern=(-t "$2") ;;
	--patience) patience=$2 ;;
	*) sed -n '4,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0" && exit 1 ;;
	esac
	shift 2
done
if (($# == 0)); then
	mapfile -t versions < <(all_versions)
	set -- "${versions[@]}"
fi
run_all "$@"
