#!/bin/bash
# shellcheck disable=SC2016 # what stands in single quotes is for the shell of the agent
# SPDX-License-Identifier: GPL-2.0-only
#
# Sub-agents: what an agent that was started with --may-nest has started for it, and what it
# may try with that.
#
#   host
#     nest-run          the agent: reads all of the workspace, writes in one and two
#       nest-run.N      its sub-agents
#     nest-other        somebody else
#     nest-run-prod     of the host, whatever the agent calls its sub-agents
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

tool=$root/user/bin/rvmctl
client=$selftests/tools/nest_client.py

cleanup() {
	[ ! -e "$dir/holder-of-lock" ] || kill "$(cat "$dir/holder-of-lock")" || true
	drop_partitions nest-run nest-other nest-run-prod
}
trap cleanup EXIT

# NAME
load() {
	rvmctl load "$dir/table.json" --base minimal,python,shell --partition "$1" \
		--workspace "$dir/ws" --mode "$mode"
}

mode=enforce

prepare() {
	mkdir -p "$dir/ws/one" "$dir/ws/two"
	echo 1 >"$dir/ws/one/file"
	echo 2 >"$dir/ws/two/file"
	cp "$client" "$dir/ws/client.py"
	chown -R nobody "$dir/ws"
	chmod 0755 "$dir" "$dir/ws"
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["READ"], "resource": "path:./**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:./one/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:./two/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:$tool *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:sleep *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "run:./one/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:true *", "proof_tier": "P2", "expires_at": 0}]
	JSON
	load nest-run && load nest-other
}

# How many sub-agents at a time.
may=2

# COMMAND...: the agent.
agent() {
	(cd "$dir/ws" && rvmctl run --user nobody --may-nest "$may" nest-run -- "$@")
}

# What a shell of the agent does; $1 is rvmctl.
agent_shell() {
	agent bash -c "$1" sh "$tool" </dev/null
}

inner_partitions() {
	rvmctl -j partition list | python3 -c 'import json, sys
print(sum(p["name"].startswith("nest-run.") for p in json.load(sys.stdin)))'
}

none_left() {
	[ "$(inner_partitions)" = 0 ] && ! ls -d /sys/fs/cgroup/rvm/nest-run/nest-run.* 2>/dev/null
}

passes_status() {
	local status=0

	agent_shell '"$1" run --inside -- bash -c "exit 7"' || status=$?
	[ $status = 7 ] && none_left
}

passes_text() {
	echo hi | agent "$tool" run --inside -- cat | grep -x hi
	agent_shell '"$1" run --inside -- bash -c "echo out; echo err >&2" >one/out 2>one/err' &&
		grep -x out "$dir/ws/one/out" && grep -x err "$dir/ws/one/err"
}

tells_not_found() {
	local status=0

	agent_shell '"$1" run --inside -- no-such-program' || status=$?
	[ $status = 127 ]
}

is_inside() {
	local outer

	agent_shell '"$1" run --inside --name sub -- sleep 100' &
	wait_until rvmctl partition show nest-run.sub >/dev/null 2>&1
	outer=$(value 'd["id"]' partition show nest-run)
	[ "$(value 'd["parent"]' partition show nest-run.sub)" = "$outer" ] &&
		[ -e /sys/fs/cgroup/rvm/nest-run/nest-run.sub ] &&
		rvmctl partition del nest-run.sub
	wait
	none_left
}

# COMMAND...: how many processes run it.
count() {
	pgrep -fcx "$*" || true
}

sleeper_is_there() {
	[ "$(count sleep "$1")" = 1 ]
}

sleeper_is_gone() {
	[ "$(count sleep "$1")" = 0 ]
}

ends_with_client() {
	local pid

	agent_shell '"$1" run --inside -- sleep 1001; exit 5' &
	wait_until sleeper_is_there 1001
	pid=$(pgrep -f 'rvmctl run --inside -- sleep 1001$' | tail -1)
	kill -KILL "$pid"
	wait_until sleeper_is_gone 1001 && wait_until none_left
	wait || true
}

# Also what it left behind.
ends_as_a_whole() {
	agent_shell '"$1" run --inside -- bash -c "sleep 1002 & sleep 1002 & exit 0"'
	sleeper_is_gone 1002 && none_left
}

# The agent, and the rvmctl that runs it.
ends_with_agent() {
	local pid

	agent_shell '"$1" run --inside -- sleep 1003' &
	wait_until sleeper_is_there 1003
	pid=$(pgrep -of 'rvmctl run --user nobody --may-nest .* nest-run')
	kill -TERM "$pid"
	wait_until sleeper_is_gone 1003 && wait_until none_left
	wait || true
	agent_shell '"$1" run --inside -- sleep 1004' &
	wait_until sleeper_is_there 1004
	pid=$(pgrep -of 'rvmctl run --user nobody --may-nest .* nest-run')
	kill -KILL "$pid"
	wait_until sleeper_is_gone 1004 && wait_until none_left
	wait || true
}

# A signal that the client gets ends it.
ends_by_signal() {
	local pid

	agent_shell '"$1" run --inside -- sleep 1005; echo $? >one/status' &
	wait_until sleeper_is_there 1005
	pid=$(pgrep -f 'rvmctl run --inside -- sleep 1005$' | tail -1)
	kill -INT "$pid"
	wait
	grep -x 130 "$dir/ws/one/status" && none_left
}

two_sleep() {
	[ "$(count sleep 1006)" = 2 ]
}

not_more_than() {
	agent_shell '"$1" run --inside -- sleep 1006 & "$1" run --inside -- sleep 1006 &
		while [ ! -e one/go ]; do sleep 0.1; done
		"$1" run --inside -- true 2>one/err; echo $? >one/status; kill %1 %2; wait' &
	wait_until two_sleep || true
	touch "$dir/ws/one/go"
	wait
	grep 'as many as may' "$dir/ws/one/err" && grep -x 1 "$dir/ws/one/status" && none_left
}

without_may_nest() {
	(cd "$dir/ws" && rvmctl run --user nobody nest-run -- "$tool" run --inside -- true </dev/null)
}

sub_agents_may_not() {
	agent_shell 'export HERE=$RVM_NEST; "$1" run --inside -- bash -c "RVM_NEST=\$HERE exec \$0 run --inside -- true" "$1"'
}

on_a_terminal() {
	cat >"$dir/ws/look.py" <<-'PY'
		import os
		print("terminals", [os.isatty(i) for i in range(3)], tuple(os.get_terminal_size()))
	PY
	(cd "$dir/ws" && timeout -k 5 $((60 * patience)) python3 -c 'import pty, sys
pty.spawn(sys.argv[1:])' bash -c 'stty cols 33 rows 11; exec "$@"' sh \
		rvmctl run --user nobody --may-nest 2 nest-run -- \
		"$tool" run --inside -- python3 look.py </dev/null) | tee "$dir/said" |
		grep 'terminals \[True, True, True\] (33, 11)' || { cat "$dir/said" && return 1; }
}

# CASE TEXT: what the client is told.
hostile() {
	agent python3 client.py "$1" </dev/null >"$dir/said" && cat "$dir/said" &&
		! grep -v "$2" "$dir/said" && none_left
}

hostile_requests() {
	hostile empty 'cut short' && hostile short 'cut short' && hostile cut 'cut short' &&
		hostile long 'more than it says' && hostile huge 'too long' &&
		hostile counts 'too many' && hostile many 'too many' && hostile grants 'too many' &&
		hostile magic 'another version' && hostile no-argv 'it needs' &&
		hostile relative 'it needs' && hostile no-fds 'descriptors' &&
		hostile many-fds 'descriptors' && hostile wrong-fds 'neither a pipe' &&
		hostile silent 'none came' && hostile other-sender 'another process'
}

good_request() {
	hostile good '^3 0'
}

# Somebody else who knows the name.
start_holder() {
	agent_shell 'echo $RVM_NEST >one/name; exec sleep 1007' >"$dir/holder" 2>&1 &
	wait_until test -s "$dir/ws/one/name"
}

name() {
	cat "$dir/ws/one/name"
}

# PARTITION USER
try_from() {
	(cd "$dir/ws" && rvmctl run --user "$2" --env RVM_NEST="$(name)" "$1" -- python3 client.py good </dev/null)
}

# USER
from_outside() {
	(cd "$dir/ws" && RVM_NEST=$(name) setpriv --reuid "$1" --clear-groups python3 client.py good)
}

tells_outsider() {
	from_outside "$1" | grep "$2"
}

stop_holder() {
	kill "$(pgrep -fx 'sleep 1007')"
	wait_until test ! -e "$(name)"
}

# The agent goes on, and has sub-agents again when it is over.
flood_is_bounded() {
	agent_shell 'python3 client.py flood & python3 client.py flood & wait
		for i in 1 2 3 4 5 6 7 8 9; do "$1" run --inside -- true && exit; sleep 1; done; exit 1' ||
		{ echo "no sub-agent afterwards" && return 1; }
	wait_until none_left || { rvmctl partition list && return 1; }
}

# COMMANDS [OPTION...]: what a sub-agent with these options does.
sub_agent() {
	local what=$1

	shift
	agent "$tool" run --inside "$@" -- bash -c "$what" </dev/null
}

# Each does its own work and is denied the other's.
has_its_own() {
	sub_agent 'cat one/file && echo 1 >one/new' --grant 'Edit(one/**)' &&
		sub_agent 'cat two/file && echo 1 >two/new' --grant 'Edit(two/**)'
}

has_not_the_other() {
	sub_agent 'cat two/file' --grant 'Edit(one/**)'
}

writes_not_the_other() {
	sub_agent 'echo 1 >one/file' --grant 'Edit(two/**)' --grant 'Read(one/**)'
}

reads_what_it_gets() {
	sub_agent 'cat one/file' --grant 'Edit(two/**)' --grant 'Read(one/**)'
}

has_all_but() {
	sub_agent 'cat one/file && echo 1 >one/new && [ -r two/file ]' --grant-all-but 'Edit(two/**)'
}

has_not_what_was_left_out() {
	sub_agent 'echo 1 >two/new' --grant-all-but 'Edit(two/**)'
}

gets_no_more() {
	sub_agent true --grant "$1"
}

# What the host granted is beside a table with more rows than are ever asked about.
passes_granted_on() {
	mkdir -p "$dir/lent" && echo lent >"$dir/lent/file" || return
	rvmctl grant nest-run "Read(/$dir/lent/**)" --for 1h || return
	sub_agent "cat $dir/lent/file" --grant "Read(/$dir/lent/**)" --grant 'Read(one/**)' ||
		{ rvmctl revoke nest-run --all && return 1; }
	! sub_agent "cat $dir/lent/file" --grant 'Read(one/**)' && rvmctl revoke nest-run --all
}

starts() {
	agent "$tool" run --inside "$@" -- "$tool" --version </dev/null
}

# A script starts only what the sub-agent may start.
starts_script() {
	printf '#!%s --version\n' "$tool" >"$dir/ws/one/script"
	chmod 0755 "$dir/ws/one/script"
	agent "$tool" run --inside --grant 'run:./one/**' "$@" -- one/script </dev/null
}

from_the_host() {
	(cd "$dir/ws" && rvmctl run --user nobody --inside --grant 'Edit(one/**)' nest-run -- \
		bash -c "cat one/file && ! cat two/file" </dev/null) && none_left
}

# Directories with a file that has two names, and a link: one of root's only.
write_trees() {
	local tree

	for tree in closed open; do
		mkdir -p "$dir/$tree"
		echo text >"$dir/$tree/layoffs"
		ln -f "$dir/$tree/layoffs" "$dir/$tree/copy"
		ln -sf /etc/hostname "$dir/$tree/link"
	done
	chmod 0700 "$dir/closed"
	! setpriv --reuid nobody --clear-groups ls "$dir/closed"
}

# [OPTION...]: what a sub-agent is told of what was taken away.
exclusions() {
	agent "$tool" run --inside "$@" -- "$tool" -j token exclusions </dev/null
}

# PATTERN: the rule is there, and tells no more than was asked for.
tells_no_names() {
	exclusions --grant-all-but "Read(/$dir/$1/**)" >"$dir/said" && cat "$dir/said" &&
		grep "$1" "$dir/said" && ! grep -E 'layoffs|copy|hostname' "$dir/said"
}

# The same number of rows for a name that is there, and for one that is not.
tells_no_existence() {
	exclusions --grant-all-but "Read(/$dir/closed/layoffs)" >"$dir/there" &&
		exclusions --grant-all-but "Read(/$dir/closed/nothing)" >"$dir/not-there" &&
		grep closed "$dir/there" && sed -i 's/layoffs/nothing/g' "$dir/there" &&
		sed -i 's/"partition":[0-9]*//' "$dir/there" "$dir/not-there" &&
		diff "$dir/there" "$dir/not-there"
}

# Who may look there is told: the host asks for itself.
tells_the_host() {
	(cd "$dir/ws" && rvmctl run --user nobody --inside --grant-all-but "Read(/$dir/closed/**)" \
		nest-run -- "$tool" token exclusions </dev/null) 2>&1 | tee "$dir/said" | grep layoffs ||
		{ cat "$dir/said" && return 1; }
}

takes_away() {
	sub_agent true --grant-all-but "$1"
}

# What it is denied of a tree that nobody walked.
denied_by_name() {
	sub_agent "cat $dir/ws/two/file" --grant-all-but "Read(/$dir/ws/two/**)"
}

# Partitions that the agent has made, and those of the host, never have one name.
start_prod() {
	agent_shell '"$1" run --inside --name prod --grant "exec:sleep *" -- sleep 1008' >"$dir/prod" 2>&1 &
	wait_until rvmctl partition show nest-run.prod >/dev/null 2>&1 || { cat "$dir/prod" && return 1; }
}

runs_in_prod() {
	rvmctl run nest-run-prod -- true </dev/null
}

loads_prod() {
	load nest-run-prod && [ "$(value 'd["parent"]' partition show nest-run-prod)" = None ] &&
		[ -e /sys/fs/cgroup/rvm/nest-run-prod ] && runs_in_prod
}

stop_prod() {
	kill "$(pgrep -fx 'sleep 1008')"
	wait_until none_left && runs_in_prod
}

names() {
	sub_agent true --name "$1"
}

# PATH: what root reads in a partition that may read all of /run.
reads_in_run() {
	echo text >/run/nest-run-file
	cat >"$dir/run.json" <<-JSON
		[{"rights": ["READ"], "resource": "path://run/**", "proof_tier": "P2", "expires_at": 0}]
	JSON
	rvmctl load "$dir/run.json" --base minimal,shell --partition nest-other --workspace "$dir/ws"
	rvmctl run --user root nest-other -- cat "$1" </dev/null
}

# A reader holds up nobody for ever, and is named.
hold_lock() {
	python3 -c 'import fcntl, sys, time
f = open(sys.argv[1])
fcntl.lockf(f, fcntl.LOCK_SH)
open(sys.argv[2], "w").close()
time.sleep(900)' /run/rvmctl.nest.lock "$dir/held" >/dev/null 2>&1 &
	echo $! >"$dir/holder-of-lock"
	wait_until test -e "$dir/held"
}

release_lock() {
	kill "$(cat "$dir/holder-of-lock")" && rm "$dir/holder-of-lock" && from_the_host
}

ktap_print_header
ktap_set_plan 63
check hooks_are_attached attach_hooks
check loads prepare
check each_has_its_own has_its_own
refused and_not_the_others 'denied' has_not_the_other
check it_reads_what_it_gets reads_what_it_gets
refused and_does_not_write_it 'denied' writes_not_the_other
check it_has_all_but_something has_all_but
refused and_not_that 'denied' has_not_what_was_left_out
refused what_the_agent_may_not_it_may_not 'no token that covers' gets_no_more 'Edit(./**)'
check what_was_granted_it_may_pass_on passes_granted_on
refused nor_what_is_elsewhere 'no token that covers' gets_no_more 'Read(//etc/**)'
refused what_is_no_resource 'grant' gets_no_more 'tcp:'
check it_starts_what_it_may starts --grant "exec:$tool *"
refused it_does_not_start_the_rest 'denied' starts
refused nor_an_interpreter 'denied' starts_script
check with_a_token_it_does starts_script --grant "exec:$tool *"
check from_the_host_likewise from_the_host
check nothing_is_left none_left
check there_are_closed_and_open_trees write_trees
check of_a_closed_one_no_names_are_told tells_no_names closed
check nor_what_is_there tells_no_existence
check an_open_one_is_not_searched_either tells_no_names open
check the_host_is_told_for_itself tells_the_host
check what_is_taken_away_needs_no_search takes_away 'Read(two/**)'
refused and_is_denied 'denied' denied_by_name
check a_link_is_there ln -sf ../two "$dir/ws/one/link"
refused but_not_followed 'cannot be taken away' takes_away 'Edit(one/link/**)'
check a_name_is_the_sub_agents start_prod
refused not_one_of_the_host 'no such partition' runs_in_prod
check which_makes_its_own loads_prod
check that_stays_when_the_other_goes stop_prod
refused no_dot_in_the_name_inside 'not a name' names a.b
refused no_dot_in_one_of_the_host 'not a valid name' load nest-run.prod
refused nor_in_a_new_one 'names with a dot' rvmctl partition new nest-run.prod
check root_inside_reads_in_run reads_in_run /run/nest-run-file
refused but_not_the_locks 'denied' reads_in_run /run/rvmctl.nest.lock
refused nor_the_other_one 'denied' reads_in_run /run/rvmctl.lock
check somebody_holds_the_lock hold_lock
refused who_is_named 'process [0-9]+ holds it' from_the_host
check afterwards_it_goes_on release_lock
check loads_other_again load nest-other
mode=permissive
check loads_again load nest-run
check its_status_is_passed_on passes_status
check its_text_is_passed_on passes_text
check what_is_not_found_is_told tells_not_found
check it_is_inside is_inside
check it_ends_as_a_whole ends_as_a_whole
check it_ends_with_its_client ends_with_client
check it_ends_by_a_signal ends_by_signal
check it_ends_with_the_agent ends_with_agent
check no_more_than_may not_more_than
refused not_without_may_nest 'RVM_NEST' without_may_nest
refused not_from_a_sub_agent 'denied' sub_agents_may_not
check on_a_terminal_it_has_one on_a_terminal
check a_request_by_hand good_request
check hostile_requests_are_refused hostile_requests
check a_holder_starts start_holder
refused not_from_another_partition 'denied' try_from nest-other nobody
refused not_by_another_user 'denied' try_from nest-run 1
check from_outside_it_is_refused tells_outsider nobody 'not from the agent'
check root_outside_is_refused tells_outsider root 'another user'
check the_holder_stops stop_holder
check a_flood_is_bounded flood_is_bounded
ktap_finished
