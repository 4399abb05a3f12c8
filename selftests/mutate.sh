#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Remove guards, one at a time, and see that the tests which try the way past the
# guard fail: a test that cannot fail proves nothing.  mutations.list says what is
# removed where; the tree itself is not changed.
#
#	selftests/mutate.sh [NAME...]      these guards, or all; exit 1 if a test
#	                                   did not notice, or did not pass before
#	selftests/mutate.sh --check        only that the list fits the tree
set -euo pipefail

selftests=$(dirname "$(readlink -f "$0")")
root=$(dirname "$selftests")
list=$selftests/mutations.list
work=$root/build/mutations
tree=$work/tree
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
# How many guards are tried in one guest.
batch=15
tool_changed=''

# Lines of the list, fields separated by tabs: name, files, sed, tests.
entries() {
	sed '/^#/d;/^$/d' "$list" | awk -F ' [|] ' -v OFS='\t' -v wanted=" $* " '
		NF != 5 { print "mutations.list: not 5 fields: " $0 >"/dev/stderr"; exit 1 }
		wanted == "  " || index(wanted, " " $1 " ") { print $1, $2, $3, $4 }'
}

# Those whose tests are all of the core need no guest.
unit_entries() {
	entries "$@" | awk -F '\t' '$4 ~ /^unit:/'
}

guest_entries() {
	entries "$@" | awk -F '\t' '$4 !~ /^unit:/'
}

split_tests() {
	local tests=$1

	while [[ $tests = *'; '* ]]; do
		printf '%s\n' "${tests%%; *}"
		tests=${tests#*; }
	done
	printf '%s\n' "$tests"
}

check_list() {
	local name files file expression tests test known status=0

	known=$("$root/scripts/rows.py" --tests)
	while IFS=$'\t' read -r name files expression tests; do
		for file in $files; do
			if [ ! -e "$root/$file" ]; then
				echo "mutations.list: $name: there is no $file"
				status=1
			elif cmp -s "$root/$file" <(sed -E "$expression" "$root/$file"); then
				echo "mutations.list: $name: nothing of $file is changed"
				status=1
			fi
		done
		while read -r test; do
			grep -qxF "${test/#twin:/escape:}" <<<"$known" && continue
			echo "mutations.list: $name: there is no test \"$test\""
			status=1
		done < <(split_tests "$tests")
	done < <(entries)
	return "$status"
}

copy_tree() {
	mkdir -p "$tree/selftests"
	cp -pru "$root"/{Kbuild,kmod,bpf,user,scripts} "$tree/"
	cp -pru "$selftests"/{unit,lib} "$tree/selftests/"
	restore_all
}

# Files may be left changed by a run that was interrupted.
restore_all() {
	local file

	for file in $(entries | cut -f 2 | tr ' ' '\n' | sort -u); do
		cmp -s "$root/$file" "$tree/$file" || cp "$root/$file" "$tree/$file"
	done
}

# "1": the module only, because the tool's files are unchanged.
build() {
	make -C "$KDIR" M="$tree" modules
	[ -z "${1:-}" ] || return 0
	make -C "$tree/bpf" KDIR="$KDIR"
	make -C "$tree/user"
}

# Module and tool without the guard: $work/NAME/.
build_without() {
	local name=$1 files=$2 expression=$3 file module_only='' status=0

	for file in $files; do
		sed -E "$expression" "$root/$file" >"$tree/$file"
	done
	# Also after a guard in the tool: then the tool has to be built without the change.
	[[ "$files " = *kmod/lib/* || $files = *@(user|bpf)/* || -z $files || -n $tool_changed ]] ||
		module_only=1
	tool_changed=''
	[ -n "$module_only" ] || [ -z "$files" ] || tool_changed=1
	build "$module_only" >"$work/log.$name" 2>&1 || status=1
	for file in $files; do
		cp "$root/$file" "$tree/$file"
	done
	rm -rf "${work:?}/$name"
	if ((status)); then
		grep -E 'rror|Stop\.' "$work/log.$name" | sed 's/^/# /' || true
		echo "# $name does not build"
		return 1
	fi
	mkdir -p "$work/$name"
	cp -r "$tree/kmod/rvm.ko" "$tree/user/bin" "$tree/user/base" "$work/$name/"
	# Stripped it is ten times smaller, and the guest reads it each time.
	strip -g "$work/$name/rvm.ko"
}

# Runs in the guest.
attach() {
	insmod "$work/$1/rvm.ko"
	PATH=$work/$1/bin:$PATH
	rvmctl hook attach >/dev/null
}

detach() {
	local try

	rvmctl hook detach >/dev/null || return 1
	for ((try = 1; try <= 300; try++)); do
		! rmmod rvm 2>/dev/null || return 0
		sleep 0.2
	done
	return 1
}

# "decision:NAME" is a test of whichever program has it in a fixture of that name,
# "shell:NAME" one of a script, with the tool as it is in the tree.
program_of() {
	local source

	if [[ $1 = shell:* ]]; then
		grep -lE "^[[:space:]]*(check|denied|refused|subtests) ${1#*:} " "$selftests"/*_test.sh | head -n 1
		return
	fi
	source=$(grep -lE "^TEST_F[A-Z_]*\(${1%%:*}, ${1#*:}[,)]" "$selftests"/*_test.c | head -n 1)
	source=${source##*/}
	echo "$selftests/build/${source%.c}"
}

run_tests() {
	local test program names=() other=() ran=' '

	for test; do
		if [[ $test = @(escape|twin):* ]]; then
			names+=("${test#*:}")
		else
			other+=("$test")
		fi
	done
	((${#names[@]} == 0)) || "$selftests/build/escape_test" "${names[@]}" || true
	for test in "${other[@]}"; do
		program=$(program_of "$test")
		if [[ $test != shell:* ]]; then
			"$program" -t "${test#*:}" || true
		elif [[ $ran != *" $program "* ]]; then
			"$program" || true
			ran+="$program "
		fi
	done
}

# What a test of the core says in the tree as it is now.
run_unit() {
	local test=${1#unit:} program log=$work/log.unit

	program=$(basename "$(grep -lE "^	RUN\\($test\\);" "$selftests"/unit/*_test.c | head -n 1)" .c)
	# What is not used any more without the guard is no fault.
	if ! make -C "$tree/selftests/unit" O="$work/unit" WARN= "$work/unit/$program" >"$log" 2>&1; then
		echo "does not build"
		return
	fi
	timeout 300 "$work/unit/$program" >"$log" 2>&1 || true
	if grep -qE "^not ok [0-9]+ $test$" "$log"; then
		echo fails
	elif grep -qE "^ok [0-9]+ $test$" "$log"; then
		echo passes
	else
		echo "gives no result"
	fi
}

# A line for each test, as try() prints it.
try_units() {
	local name files expression tests file test

	unit_entries "$@" | cut -f 4 | while read -r tests; do split_tests "$tests"; done | sort -u |
		while read -r test; do
			printf '%s\t%s\t%s\n' 'as it is' "$test" "$(run_unit "$test")"
		done
	while IFS=$'\t' read -r name files expression tests; do
		for file in $files; do
			sed -E "$expression" "$root/$file" >"$tree/$file"
		done
		while read -r test; do
			printf '%s\t%s\t%s\n' "$name" "$test" "$(run_unit "$test")"
		done < <(split_tests "$tests")
		for file in $files; do
			cp "$root/$file" "$tree/$file"
		done
	done < <(unit_entries "$@")
}

# From the output of run_tests: "fails", "passes", or what else happened.
result_of() {
	local test=$1 log=$2 kind twin attack

	# Without a module everything fails.
	if grep -q '^mutate.sh:' "$log"; then
		echo "gives no result"
		return
	fi
	kind=${test%%:*}
	if [[ $kind != @(escape|twin) ]]; then
		# A variant may stand between the fixture and the test.
		[ "$kind" = shell ] && kind='' || kind+='\.([a-z_]+\.)?'
		test="$kind${test#*:}( |$)"
		grep -qE "^not ok [0-9]+ $test" "$log" && echo fails && return
		grep -qE "^ok [0-9]+ $test" "$log" && echo passes && return
		echo "gives no result"
		return
	fi
	test=${test#*:}
	twin=$(grep -F " $test: twin works" "$log" | head -n 1)
	attack=$(grep -F " $test: refused" "$log" | head -n 1)
	case "${attack%% [0-9]*}, ${twin%% [0-9]*}, $attack$twin" in
	*SKIP*) echo "is skipped" ;;
	'ok, not ok, '*) [ "$kind" = twin ] && echo "fails: ${twin##*\# }" || echo "passes, but its twin fails" ;;
	'ok, ok, '*) echo passes ;;
	'not ok, ok, '*) echo "fails: ${attack##*\# }" ;;
	'not ok, not ok, '*) echo "fails, but its twin too" ;;
	*) echo "gives no result" ;;
	esac
}

# Print a line for each test; NAME "" is the module as it is.
try() {
	local name=$1 log test tests=()

	mapfile -t tests < <(split_tests "$2")
	log=$(mktemp)
	(
		dir=$(mktemp -d -p "$filesystem")
		chmod 0755 "$dir"
		cd "$dir"
		export RVM_TEST_DIR=$dir RVM_FS=tmpfs RVM_ROOT=$root
		attach "${name:-as-it-is}"
		run_tests "${tests[@]}"
		detach
	) </dev/null >"$log" 2>&1 || echo "mutate.sh: ${name:-as it is}: did not end well" >>"$log"
	if [ -n "${RVM_MUTATE_VERBOSE:-}" ] || grep -q '^mutate.sh:' "$log"; then
		sed 's/^/# /' "$log"
	fi
	for test in "${tests[@]}"; do
		printf '%s\t%s\t%s\n' "${name:-as it is}" "$test" "$(result_of "$test" "$log")"
	done
	rm -f "$log"
	! grep -q '^rvm ' /proc/modules
}

guest() {
	local name files expression tests all

	filesystem=/tmp/rvm-mutate
	mkdir -p "$filesystem"
	mount -t tmpfs -o mode=0755 tmpfs "$filesystem"
	all=$(entries "$@" | cut -f 4 | while read -r tests; do split_tests "$tests"; done | sort -u |
		awk '{ printf "%s%s", (NR == 1 ? "" : "; "), $0 }')
	try "" "$all"
	while IFS=$'\t' read -r name files expression tests; do
		try "$name" "$tests" || break
	done < <(entries "$@")
}

# Lines of guest() on stdin: the report; 1 unless each test passes as it is and
# fails without its guard, for all names given.
judge() {
	awk -F '\t' -v names="$*" '
	/^#/ || NF != 3 { print; next }
	{
		good = $1 == "as it is" ? $3 == "passes" : $3 ~ /^fails(:|$)/
		bad += !good
		printf "%-4s %-34s %-60s %s\n", good ? "ok" : "BAD", $1, $2, $3
		rows++
		seen[$1] = 1
	}
	END {
		count = split(names, name, " ")
		for (i = 1; i <= count; i++) {
			if (name[i] in seen)
				continue
			print "BAD  " name[i] ": no result"
			bad++
		}
		print "# " rows + 0 " results, " bad + 0 " of them bad"
		exit bad > 0 || !rows
	}'
}

main() {
	local name files expression tests units names=() i status=0

	check_list
	# shellcheck source=/dev/null
	. "$cache/env"
	copy_tree
	mapfile -t units < <(unit_entries "$@" | cut -f 1)
	[ -z "$(guest_entries "$@")" ] || build_without as-it-is '' ''
	while IFS=$'\t' read -r name files expression tests; do
		if build_without "$name" "$files" "$expression"; then
			names+=("$name")
		else
			status=1
		fi
	done < <(guest_entries "$@")
	{
		try_units "$@"
		for ((i = 0; i < ${#names[@]}; i += batch)); do
			"$selftests/vm/run.sh" --cpus 1 --timeout 900 --outdir "$work/guest" -- \
				"$selftests/mutate.sh" --guest "${names[@]:i:batch}" 2>&1 |
				grep -v '^# guest:' || true
		done
	} | judge "${units[@]}" "${names[@]}" || status=1
	return "$status"
}

case ${1:-} in
--check) check_list ;;
--guest)
	shift
	guest "$@"
	;;
*) main "$@" ;;
esac
