#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rights for a while, from the command to their end: for a time, for one use, until the last
# process ends, until they are taken back.  What is said of them meanwhile and afterwards,
# what an agent may do with its own tokens, and what loading the table again keeps.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

tool=$(command -v rvmctl)

cleanup() {
	drop_partitions grants grants-beside grants-come grants-go
}
trap cleanup EXIT

# MORE: further rows.
write_table() {
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["EXECUTE"], "resource": "exec:sh *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:cat *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:python3 *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "GRANT", "REVOKE", "PROVE"], "resource": "Read(/$dir/lent/**)", "proof_tier": "P3",
		  "expires_at": 0}$1]
	JSON
}

write_workspace() {
	mkdir -p "$dir/ws/docs" "$dir/out" "$dir/once" "$dir/lent/a" "$dir/lent/b"
	echo secret >"$dir/out/file"
	echo other >"$dir/out/other"
	echo once >"$dir/once/file"
	echo a >"$dir/lent/a/file"
	echo b >"$dir/lent/b/file"
	echo env >"$dir/ws/.env"
	echo '{"permissions": {"deny": ["Read(./.env)"]}}' >"$dir/spec.json"
	write_table ''
	cat >"$dir/ws/map.py" <<-'PY'
		import mmap, sys, time
		f = open(sys.argv[1], "rb")
		m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)
		f.close()
		print("ready", flush=True)
		time.sleep(600)
	PY
	cat >"$dir/ws/hold.py" <<-'PY'
		import os, sys
		fd = os.open(sys.argv[1], os.O_RDONLY)
		print("ready", flush=True)
		sys.stdin.readline()
		try:
		    os.pread(fd, 1, 0)
		    print("read", flush=True)
		except PermissionError:
		    print("refused", flush=True)
	PY
}

load() {
	rvmctl load "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json" "$@"
}

agent() {
	(cd "$dir/ws" && rvmctl run grants -- /bin/sh -c "$1")
}

# The tool itself, inside.
inside() {
	(cd "$dir/ws" && rvmctl run grants -- "$tool" "$@")
}

# It is shown if it does not say so.
says() {
	local pattern=$1 out

	shift
	out=$("$@" 2>&1)
	grep -E -- "$pattern" <<<"$out" || { echo "$out" && return 1; }
}

fails() {
	! "$@"
}

why() {
	rvmctl why --last --partition grants
}

granted() {
	value "len(d['granted'])" partition show "${1:-grants}"
}

granted_id() {
	value "d['granted'][0]['id']" partition show "${1:-grants}"
}

nothing_is_granted() {
	[ "$(granted)" = 0 ]
}

write_docs() {
	agent 'echo x >docs/new'
}

read_out() {
	agent "cat $dir/out/file"
}

read_once() {
	agent "cat $dir/once/file"
}

# Python tells when it has the file.
start_python() {
	rm -f "$dir/said" "$dir/go"
	mkfifo "$dir/go"
	(cd "$dir/ws" && exec rvmctl run grants -- /usr/bin/python3 "$@" <"$dir/go" >"$dir/said" 2>&1) &
	exec 5>"$dir/go"
	wait_until grep -qs ready "$dir/said" || { cat "$dir/said" && return 1; }
}

open_file_stops() {
	rvmctl grant grants "Read(/$dir/out/**)" --for 1h && start_python hold.py "$dir/out/file" || return
	rvmctl revoke grants "Read(/$dir/out/**)" || return
	echo >&5
	exec 5>&-
	wait_until grep -qs 'read\|refused' "$dir/said"
	grep refused "$dir/said"
}

mapped_file_is_told_of() {
	rvmctl grant grants "Read(/$dir/out/**)" --for 1h && start_python map.py "$dir/out/file" || return
	[ "$(value "d['mapped'][0]['path'] + ' ' + d['mapped'][0]['command']" revoke grants --all)" = \
		"$dir/out/file python3" ]
}

mapper_is_killed_afterwards() {
	[ "$(value "d['killed'], d['count']" revoke grants "Read(/$dir/out/**)" --kill)" = "(1, 0)" ] || return
	exec 5>&-
	wait_until is_empty grants
}

mapper_is_killed() {
	rvmctl grant grants "Read(/$dir/out/**)" --for 1h && start_python map.py "$dir/out/file" || return
	[ "$(value "d['killed']" revoke grants --all --kill)" = 1 ] || return
	exec 5>&-
	wait_until is_empty grants
}

# By id, and of whom: another partition's, and a row of the table.
other_keeps_its_token() {
	rvmctl partition new grants-beside && rvmctl grant grants-beside "Read(/$dir/out/**)" || return
	says 'it is of partition grants-beside, not of grants' \
		rvmctl revoke grants "$(granted_id grants-beside)" && [ "$(granted grants-beside)" = 1 ]
}

other_loses_it_by_its_name() {
	rvmctl revoke grants-beside "$(granted_id grants-beside)" && [ "$(granted grants-beside)" = 0 ]
}

come_and_go() {
	while [ -e "$dir/churn" ]; do
		rvmctl partition new "$1" && rvmctl partition del "$1"
	done >/dev/null 2>&1
}

# While others come and go, what was granted is found.
revoked_among_others() {
	local pids=() i status=0

	touch "$dir/churn"
	for i in come go; do
		come_and_go "grants-$i" &
		pids+=($!)
	done
	for ((i = 0; i < 15 && !status; i++)); do
		rvmctl grant grants 'Edit(src/**)' && rvmctl revoke grants 'Edit(src/**)' || status=1
	done
	rm "$dir/churn"
	wait "${pids[@]}"
	return "$status"
}

why_of_records() {
	local given taken

	given=$(value "d['sequence']" grant grants 'Edit(src/**)' --for 10m) &&
		says "granted: token [0-9]+ \\(Edit\\(src/\\*\\*\\)\\) to partition grants with READ and WRITE, until .*, by the host" \
			rvmctl why "$given" || return
	taken=$(value "d['sequence']" revoke grants 'Edit(src/**)') &&
		says 'taken back: token [0-9]+ .* of partition grants, by the host' rvmctl why "$taken"
}

other_grant_is_told_of() {
	rvmctl grant grants "Read(/$dir/out/**)" && rvmctl grant grants "Read(/$dir/out/file)" || return
	says 'token [0-9]+ \(Read\(.*/out/\*\*\)\) still gives' rvmctl revoke grants "Read(/$dir/out/file)" &&
		read_out && rvmctl revoke grants --all && fails read_out
}

show_as_owner() {
	rvmctl partition new grants-go --user 65534 && rvmctl grant grants-go "Read(/$dir/out/**)" || return
	setpriv --reuid 65534 --clear-groups rvmctl partition show grants-go
}

# A row that was taken back, and loading its table again.
taken_row_is_shown() {
	[ "$(value "d['added'], d['removed'], d['taken-back'], d['changes'][0]['change']" \
		diff "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json")" = "(0, 0, 1, '!')" ]
}

load_says_it_is_taken() {
	[ "$(value "d['taken-back']" load "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json")" = 1 ] || return
	! agent "cat $dir/lent/b/file"
}

read_lent() {
	agent "cat $dir/lent/b/file"
}

for_a_moment() {
	rvmctl grant grants "Read(/$dir/out/**)" --for 3s && read_out || return
	wait_until fails read_out
}

once_for_a_program() {
	rvmctl grant grants 'exec:id *' --once && agent 'id -u; exit $?' || return
	! agent 'id -u; exit $?'
}

until_exit() {
	start_python hold.py "$dir/lent/a/file" &&
		rvmctl grant grants "Read(/$dir/out/**)" --until-exit && read_out || return
	exec 5>&-
	wait_until is_empty grants
	fails read_out
}

id_of() {
	value "[t['id'] for t in d if t['resource'] == '$1'][0]" token list grants
}

same_table_changes_nothing() {
	local before

	before=$(rvmctl token list grants)
	load || return
	[ "$(value "d['added'], d['removed']" diff "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json")" = "(0, 0)" ] || return
	diff <(echo "$before") <(rvmctl token list grants)
}

changed_row_is_shown() {
	write_table ', {"rights": ["READ"], "resource": "Read(docs/**)", "proof_tier": "P1", "expires_at": 0}'
	[ "$(value "d['added'], d['removed'], d['changes'][0]['resource']" \
		diff "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json")" = "(1, 0, 'Read(docs/**)')" ]
}

load_keeps() {
	local lent

	lent=$(id_of "Read(/$dir/lent/**)")
	[ "$(value "d['revoked']" load "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-ro,python --spec "$dir/spec.json")" = 0 ] || return
	[ "$(id_of "Read(/$dir/lent/**)")" = "$lent" ]
}

fresh_keeps_none() {
	local lent

	lent=$(id_of "Read(/$dir/lent/**)")
	load --fresh && [ "$(id_of "Read(/$dir/lent/**)")" != "$lent" ]
}

derive() {
	inside token grant "$(id_of "Read(/$dir/lent/**)")" "$@"
}

derived_is_narrower() {
	derive --scope "Read(/$dir/lent/a/**)" --for 1h || return
	[ "$(value "[t['pattern'] for t in d if t['depth'] == 1]" token list grants)" = "['a/**']" ]
}

tree_has_it() {
	local source

	source=$(id_of "Read(/$dir/lent/**)")
	[ "$(value "[t['depth'] for t in d if t['id'] == $source or t['parent'] == $source]" \
		token tree grants)" = '[0, 1]' ] && rvmctl token tree | grep -E '└─[0-9]+ +grants'
}

revoked_with_its_source() {
	local source

	source=$(id_of "Read(/$dir/lent/**)")
	[ "$(value "d['count']" token revoke "$source")" = 2 ] || return
	! agent "cat $dir/lent/b/file"
}

# The row for all programs gives one of them.
one_program_of_all() {
	write_table ', {"rights": ["EXECUTE", "GRANT"], "resource": "Bash(*)", "proof_tier": "P3", "expires_at": 0}'
	load && inside token grant "$(id_of 'Bash(*)')" --scope 'exec:id -u' || return
	[ "$(value "[t['anchor'] for t in d if t['depth'] == 1 and 'revoked' not in t['flags']]" token list grants)" = "['/usr/bin/id']" ]
}

# Repositories in the workspace, as somebody's clones would be.
make_repositories() {
	mkdir -p "$dir/ws/clones/one/.git/hooks" "$dir/ws/trees/two" "$dir/ws/src"
	echo "gitdir: $dir/ws/clones/one/.git" >"$dir/ws/trees/two/.git"
	echo all: >"$dir/ws/Makefile"
	printf '#!/bin/sh\n' >"$dir/out/deploy.sh"
	chmod +x "$dir/out/deploy.sh"
}

line_is_lifted() {
	rvmctl grant grants 'Write(Makefile)' --allow-deputy Makefile &&
		agent 'echo x: >>Makefile' && rvmctl revoke grants --all
}

# With a table that gives the workspace these files are excluded, beside it as well.
whole_with_exclusions() {
	rvmctl load "$dir/table.json" --partition grants --workspace "$dir/ws" \
		--base minimal,workspace-rw,python && rvmctl grant grants 'Edit(**)' &&
		agent 'echo x >src/new' && fails agent 'echo x >>Makefile' &&
		rvmctl revoke grants --all && load
}

told_of_its_network() {
	start_python hold.py "$dir/lent/a/file" &&
		says 'network of its own' rvmctl grant grants 'tcp:192.0.2.7:5432' --until-exit || return
	exec 5>&-
	wait_until is_empty grants
}

quiet() {
	local out

	out=$("$@" 2>&1) || { echo "$out" && return 1; }
	[[ $out != *warning* ]] || { echo "$out" && return 1; }
}

ktap_print_header
ktap_set_plan 86
check hooks_are_attached rvmctl hook attach
write_workspace
check loads load
check denied_before fails write_docs
check why_has_the_command says "for a while: rvmctl grant grants 'Edit\(/$dir/ws/docs/new\)' --for 10m" why
check granted_for_a_while says '10 min left' rvmctl grant grants 'Edit(docs/**)' --for 10m
check allowed_after write_docs
check status_shows_it says 'Edit\(docs/\*\*\).*min left' rvmctl status
check partition_shows_it says 'Edit\(docs/\*\*\).*min left' rvmctl partition show grants
check table_shows_it says 'Edit\(docs/\*\*\).*min left' rvmctl table show grants
check list_shows_it says granted rvmctl token list grants
refused another_row_is_not_that 'granted are .Edit\(docs/\*\*\)' rvmctl revoke grants 'Edit(src/**)'
check taken_back says 'WRITE +Edit\(docs' rvmctl revoke grants 'Edit(./docs/**)'
check denied_after fails write_docs
check why_says_who_though_another_covers says 'The host took token [0-9]+ back .*again: rvmctl grant grants .Edit\(docs' why
check no_more_is_shown nothing_is_granted
refused nothing_to_take_back 'nothing is granted.*The host took token' rvmctl revoke grants 'Edit(docs/**)'
check other_partition_keeps_its_token other_keeps_its_token
check its_name_takes_it_back other_loses_it_by_its_name
refused row_of_the_table_is_not_granted 'a row of the table' rvmctl revoke grants "$(id_of "Read(/$dir/lent/**)")"
check row_still_holds read_lent
check taken_back_among_others revoked_among_others
check why_tells_of_its_records why_of_records
check other_grant_still_gives_it other_grant_is_told_of
check owner_is_told_who_may_list says 'only root may list' show_as_owner
check denied_outside fails read_out
check granted_outside rvmctl grant grants "Read(/$dir/out/**)"
check allowed_outside read_out
check taken_back_by_its_id says 'count +1' rvmctl revoke grants "$(granted_id)"
check denied_again fails read_out
check why_says_who says 'The host took token [0-9]+ back .* ago, in record [0-9]+' why
check why_gives_it_again says "again: rvmctl grant grants 'Read\(/$dir/out/\*\*\)' --for 10m" why
check over_after_its_time for_a_moment
check why_says_it_is_over says 'given for a while, which is over|not good any more' why
# shellcheck disable=SC2016 # eval expands it
check given_before_for_a_moment eval 'rvmctl grant grants "Read(/$dir/once/**)" --for 1s && sleep 2'
check granted_once says once rvmctl grant grants "Read(/$dir/once/**)" --once
check first_use_is_allowed read_once
check second_is_not fails read_once
check why_says_it_was_used says 'good for one use, and was used' why
check a_program_once once_for_a_program
check until_the_last_process_ends until_exit
refused no_process_to_end_it 'no process is in partition grants' rvmctl grant grants 'Edit(docs/**)' --until-exit
check all_is_taken_back eval 'rvmctl grant grants "Read(docs/**)" && rvmctl grant grants "Edit(src/**)" &&
	says "count +2" rvmctl revoke grants --all'
check open_file_cannot_be_read open_file_stops
check mapped_file_is_listed mapped_file_is_told_of
check its_process_is_ended_afterwards mapper_is_killed_afterwards
check its_process_is_ended mapper_is_killed
check deny_rule_is_told_of says 'gives no READ of .*\.env: a deny rule' \
	rvmctl grant grants 'Read(.env)' --for 1m
refused nothing_is_granted_then 'a deny rule covers all of it' rvmctl grant grants 'Read(.env)' --for 1m
check that_leaves_nothing nothing_is_granted
check repositories_are_there make_repositories
refused not_all_of_the_workspace 'tools outside the partition.*load a table' rvmctl grant grants 'Edit(**)'
refused no_file_of_the_list "allow-deputy 'Makefile'" rvmctl grant grants 'Write(Makefile)'
refused nor_by_a_pattern 'allow-deputy' rvmctl grant grants 'Edit(**/Makefile)'
refused nothing_of_git 'allow-deputy' rvmctl grant grants 'Edit(.git/config)'
refused not_all_of_git 'allow-deputy' rvmctl grant grants 'Edit(.git/**)'
refused no_repository_in_it '\.git/config.*allow-deputy' rvmctl grant grants 'Edit(clones/**)'
refused no_file_that_leads_to_one 'trees/two/\.git,' rvmctl grant grants 'Edit(trees/**)'
refused no_other_line 'not a line' rvmctl grant grants 'Write(Makefile)' --allow-deputy nothing
check a_directory_without_them quiet rvmctl grant grants 'Edit(src/**)' --for 1m
check a_line_that_is_lifted line_is_lifted
check all_of_it_with_exclusions whole_with_exclusions
check one_open_is_told_of says 'used up by the first open' rvmctl grant grants 'Edit(src/**)' --once
check any_program_is_told_of says 'any program with any' rvmctl grant grants 'Bash(*)' --for 1s
check interpreter_is_told_of says 'choice' rvmctl grant grants 'Bash(python3:*)' --for 1s
check script_is_told_of says 'is a script' rvmctl grant grants "Bash($dir/out/deploy.sh prod)" --for 1s
check network_is_told_of told_of_its_network
check these_are_taken_back eval 'rvmctl revoke grants --all || true'
refused unknown_program 'program not found' rvmctl grant grants 'exec:no-such-program *'
refused no_rights 'give --rights' rvmctl grant grants '*'
check same_table_again same_table_changes_nothing
check diff_shows_a_row changed_row_is_shown
check load_keeps_the_others load_keeps
check list_inside says lent inside token list
check agent_passes_on derived_is_narrower
refused not_more 'RightsEscalation' derive --rights READ,WRITE
refused not_elsewhere 'does not lie below' derive --scope "Read(/$dir/out/**)"
check tree_draws_it tree_has_it
check agent_proves says 'proved at P3' inside token prove "$(id_of "Read(/$dir/lent/**)")" --tier 3
check status_shows_what_was_derived says 'lent/a.* token [0-9]+' rvmctl status
check source_takes_it_along revoked_with_its_source
check why_says_how_a_row_comes_back says 'load --fresh gives it again' why
check diff_shows_that_it_stays_taken taken_row_is_shown
check load_does_not_give_it_again load_says_it_is_taken
check fresh_load_gives_it_again fresh_keeps_none
check it_holds_again read_lent
check one_program_of_all_programs one_program_of_all
ktap_finished
