#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rows that apply within a program, from the table to the explanation: make may
# start what the shell of the agent may not.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

cleanup() {
	drop_partitions within
}
trap cleanup EXIT

# MORE: further keys of the row for id.
write_table() {
	mkdir -p "$dir/ws"
	printf 'all:\n\tid -u\n' >"$dir/ws/Makefile"
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["EXECUTE"], "resource": "exec:make *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:bash *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:id *", "proof_tier": "P2", "expires_at": 0$1}]
	JSON
}

load() {
	write_table "$1" && rvmctl load "$dir/table.json" --partition within --workspace "$dir/ws"
}

# Only by the entered program, and by make that a shell starts.  A shell would
# look at what it may not start, and that would be the last denial.
direct() {
	(cd "$dir/ws" && rvmctl run within -- /usr/bin/env id -u)
}

by_make() {
	(cd "$dir/ws" && rvmctl run within -- /bin/bash -c 'make; exit $?')
}

make_as_entry() {
	(cd "$dir/ws" && rvmctl run within -- /usr/bin/make)
}

says() {
	local pattern=$1

	shift
	"$@" 2>&1 | grep -E -- "$pattern"
}

ktap_print_header
ktap_set_plan 15
check hooks_are_attached rvmctl hook attach
check loads load ', "within": "make"'
check list_shows_it says make value "[t['within'] for t in d if t.get('resource') == 'exec:id *']" \
	token list within
refused the_shell_itself_may_not "denied|ermission" direct
check why_names_the_program says 'only within make' rvmctl why --last --partition within
check why_has_it_in_json says '^make$' value "d['within']" why --last --partition within
check make_may by_make
check make_as_entry_may make_as_entry
refused check_says_no 'only within make' rvmctl check within -- id -u
check check_within_says_yes rvmctl check --within make within -- id -u
refused check_within_another_says_no 'only within make' rvmctl check --within bash within -- id -u
check dry_run_shows_it says make value "[r['within'] for r in d['rows'] if r['resource'] == 'exec:id *']" \
	load "$dir/table.json" --partition within --workspace "$dir/ws" --dry-run
check without_it_the_shell_may eval 'load "" && direct'
check nobody_starts_it says "no row starts" load ', "within": "nobody"'
refused no_name 'not the name of a program' load ', "within": "a/b"'
ktap_finished
