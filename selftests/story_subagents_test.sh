#!/bin/bash
# shellcheck disable=SC2016 # what stands in single quotes is for the shell of the agent
# SPDX-License-Identifier: GPL-2.0-only
#
# A story: an orchestrator hands less than it has to two helpers; one of them hands a file on
# to the other, once; then a person takes back what all of that came from.
#
#   host
#     story             the orchestrator: reads a and may hand that on, edits b
#       story.a         reads a, and may hand it on once
#       story.b         edits b; a/shared by story.a
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

tool=$root/user/bin/rvmctl
ws=$dir/ws

cleanup() {
	drop_partitions story
}
trap cleanup EXIT

write_workspace() {
	mkdir -p "$ws/bin" "$ws/a" "$ws/b" "$ws/out"
	echo alpha >"$ws/a/file"
	echo shared >"$ws/a/shared"
	echo beta >"$ws/b/file"
	cat >"$ws/bin/common.py" <<-'PY'
		import errno, os, subprocess, sys, time
		def say(name, text):
		    with open("out/" + name + ".new", "w") as f:
		        f.write(str(text) + "\n")
		    os.rename("out/" + name + ".new", "out/" + name)
		def wait(name):
		    while not os.path.exists("out/" + name):
		        time.sleep(0.1)
		    return open("out/" + name).read().strip()
		def read(path):
		    try:
		        return open(path).read().strip()
		    except OSError as e:
		        return errno.errorcode[e.errno]
	PY
	cat >"$ws/bin/a.py" <<-'PY'
		from common import *
		import json
		say("a-own", read("a/file"))
		say("a-other", read("b/file"))
		tool, b, ws = sys.argv[1], wait("b-number"), os.getcwd()
		listed = subprocess.run([tool, "-j", "token", "list"], stdout=subprocess.PIPE).stdout
		token = [t["id"] for t in json.loads(listed) if "GRANT_ONCE" in str(t["rights"])][0]
		def hand_on():
		    r = subprocess.run([tool, "token", "grant", str(token), "--to", b, "--scope",
		                        "Read(/" + ws + "/a/shared)"], stdout=subprocess.PIPE,
		                       stderr=subprocess.STDOUT, text=True)
		    return str(r.returncode) + " " + r.stdout
		say("a-first", hand_on())
		wait("b-read")
		say("a-second", hand_on())
		time.sleep(600)
	PY
	cat >"$ws/bin/b.py" <<-'PY'
		from common import *
		say("b-own", read("b/file"))
		say("b-other", read("a/file"))
		say("b-before", read("a/shared"))
		wait("a-first")
		say("b-first", read("a/shared"))
		say("b-rest", read("a/file"))
		fd = os.open("a/shared", os.O_RDONLY)
		say("b-read", os.pread(fd, 6, 0).decode())
		try:
		    while os.pread(fd, 6, 0):
		        time.sleep(0.05)
		except OSError as e:
		    say("b-stopped", errno.errorcode[e.errno])
		time.sleep(600)
	PY
	chown -R nobody "$ws"
	chmod 0755 "$dir" "$ws"
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["READ", "GRANT_ONCE"], "resource": "path:./a/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:./b/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:./out/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ"], "resource": "path:./bin/**", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "partition/story.b", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:$tool *", "proof_tier": "P2", "expires_at": 0}]
	JSON
	rvmctl load "$dir/table.json" --base minimal,python,shell --partition story --workspace "$ws"
}

start_orchestrator() {
	(cd "$ws" && rvmctl run --user nobody --may-nest 2 --env PYTHONDONTWRITEBYTECODE=1 story -- bash -c '
		"$1" run --inside --name b --grant "Edit(b/**)" --grant "Edit(out/**)" --grant "Read(bin/**)" -- \
			python3 bin/b.py &
		"$1" run --inside --name a --grant "READ,GRANT_ONCE:Read(a/**)" --grant "Edit(out/**)" \
			--grant "Read(bin/**)" --grant "WRITE:partition/story.b" --grant "exec:$1 *" -- \
			python3 bin/a.py "$1" &
		wait' sh "$tool") </dev/null >"$dir/orchestrator" 2>&1 &
	wait_until test -e "$ws/out/b-before" || { cat "$dir/orchestrator" && return 1; }
	value 'd["id"]' partition show story.b >"$ws/out/number" && mv "$ws/out/number" "$ws/out/b-number"
}

# FILE PATTERN
said() {
	wait_until test -e "$ws/out/$1" || { cat "$dir/orchestrator" && return 1; }
	grep -E "$2" "$ws/out/$1" || { cat "$ws/out/$1" && return 1; }
}

# KIND PARTITION: there is a record of that.
# All is read, so that the tool does not write to nobody.
recorded() {
	rvmctl -j witness tail -n 4000 | python3 -c 'import json, sys
found = None
for line in sys.stdin:
    r = json.loads(line)
    if sys.argv[1] in (r.get("kind"), r.get("verdict")) and sys.argv[2] in json.dumps(r):
        found = found or line
print(found)
sys.exit(not found)' "$1" "$2"
}

source_token() {
	value "[t['id'] for t in d if t['resource'] == 'path:./a/**'][0]" token list story
}

tree_before() {
	rvmctl token tree story | tee "$dir/before"
	[ "$(grep -c 'a/' "$dir/before")" -ge 3 ]
}

take_back() {
	[ "$(value '(d[0] if isinstance(d, list) else d)["count"]' token revoke "$(source_token)")" = 3 ]
}

tree_after() {
	rvmctl token tree story | tee "$dir/after"
	! diff -q "$dir/before" "$dir/after"
}

ends() {
	kill "$(pgrep -of 'rvmctl run --user nobody --may-nest 2 .* story')"
	wait_until test "$(rvmctl -j partition list | grep -c '"story\.')" = 0
}

ktap_print_header
ktap_set_plan 21
check hooks_are_attached attach_hooks
check loads write_workspace
check an_orchestrator_starts_two start_orchestrator
check what_they_got_is_recorded recorded CapabilityAttenuated story.b
check a_does_its_own_work said a-own alpha
check a_is_refused_what_is_of_b said a-other EACCES
check b_does_its_own_work said b-own beta
check b_is_refused_what_is_of_a said b-other EACCES
check and_that_is_recorded recorded deny story.b
check b_is_refused_the_file_before said b-before EACCES
check a_hands_it_on said a-first '^0 '
check and_that_is_recorded_too recorded CapabilityAttenuated a/shared
check b_reads_it said b-first shared
check b_is_refused_the_rest said b-rest EACCES
check a_second_time_is_refused said a-second '^1 .*GrantNotPermitted'
check the_refusal_is_recorded recorded CapabilityEscalate story
check the_tree_shows_it tree_before
check the_host_takes_it_back take_back
check the_open_file_stops said b-stopped EACCES
check the_taking_is_recorded recorded CapabilityRevoke story
check the_tree_is_smaller tree_after
ktap_finished
