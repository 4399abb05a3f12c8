#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `why` says of denials: a row that helps once it is in the table, or what is
# wrong; and of several denials the one that matters.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

cleanup() {
	drop_partitions why
}
trap cleanup EXIT

write_workspace() {
	mkdir -p "$dir/ws/dist" "$dir/ws/pkg" "$dir/ws/.bin" "$dir/[id]"
	printf '#!/bin/sh\necho done\n' >"$dir/ws/tool"
	printf '#!/bin/sh\necho by link\n' >"$dir/ws/pkg/cli"
	chmod +x "$dir/ws/tool" "$dir/ws/pkg/cli"
	ln -s ../pkg/cli "$dir/ws/.bin/linked"
	echo text >"$dir/[id]/page"
	echo text >"$dir/other"
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["EXECUTE"], "resource": "exec:sh *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:bash *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:mkdir *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:rm *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "exec:cat *", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "Bash(./tool:*)", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "Edit(./dist/**)", "proof_tier": "P2", "expires_at": 0}]
	JSON
}

base=minimal,workspace-ro

load() {
	rvmctl load "$dir/table.json" --partition why --workspace "$dir/ws" --base $base
}

agent() {
	(cd "$dir/ws" && rvmctl run why -- /bin/sh -c "$1")
}

why() {
	rvmctl why --last --partition why
}

says() {
	local pattern=$1

	shift
	"$@" 2>&1 | grep -E -- "$pattern"
}

does_not_say() {
	! says "$@"
}

offers_nothing() {
	[ "$(value "d.get('grant')" why --last --partition why)" = None ]
}

# Put the row that is offered into the table.
take_line() {
	rvmctl -j why --last --partition why | python3 -c 'import json, sys
grant = json.load(sys.stdin)["grant"]
print(grant)
table = json.load(open(sys.argv[1]))
json.dump(table + [json.loads(grant)], open(sys.argv[1], "w"))' "$dir/table.json" && load
}

# COMMAND [ANOTHER]: then it works, and so does ANOTHER with a new name.
helps() {
	! agent "$1" && take_line && agent "${2:-$1}"
}

# COMMAND: several rows are offered one after the other; then it works.
helps_at_last() {
	for _ in 1 2 3 4 5; do
		! agent "$1" || return 0
		take_line || return
	done
	return 1
}

write_scripts() {
	cp "$selftests/tools/server.py" "$dir/ws/"
	cat >"$dir/client.py" <<-'PY'
		import socket, sys
		c = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
		c.sendall(b"x")
		sys.exit(c.recv(1) != b"y")
	PY
	mkdir -p "$dir/ws/env/bin"
	ln -s /usr/bin/python3 "$dir/ws/env/bin/python"
	printf 'home = /usr/bin\n' >"$dir/ws/env/pyvenv.cfg"
	printf '#!%s/ws/env/bin/python\nprint("test")\n' "$dir" >"$dir/ws/env/bin/console"
	printf '#!/usr/bin/env python3\nprint("test")\n' >"$dir/ws/env-tool"
	printf '#!/usr/bin/python3\nprint("test")\n' >"$dir/ws/plain-tool"
	printf '#!/usr/bin/python3\nimport tempfile\ntempfile.gettempdir()\n' >"$dir/ws/temporary-tool"
	chmod +x "$dir/ws/env/bin/console" "$dir/ws"/*-tool
}

# ADDRESS:PORT...: where a server may listen.
write_server_table() {
	python3 - "$@" >"$dir/table.json" <<-'PY'
		import json, sys
		rows = [(["EXECUTE"], "exec:python3 *")] + [(["WRITE"], "tcp:" + a) for a in sys.argv[1:]]
		print(json.dumps([{"rights": r, "resource": x, "proof_tier": "P2", "expires_at": 0} for r, x in rows]))
	PY
}

# PORT: start a server that serves one client of the host.
serve() {
	(cd "$dir/ws" && rvmctl run why -- /usr/bin/python3 server.py 0.0.0.0 "$1" 1 >"$dir/served" 2>&1 </dev/null) &
	wait_until grep -qs ready "$dir/served" || true
	if python3 "$dir/client.py" "$1"; then
		wait $!
		return
	fi
	wait $! || true
	cat "$dir/served"
	return 1
}

server_helps() {
	! serve "$1" && take_line && serve "$1"
}

replace_tool() {
	printf '#!/bin/sh\necho another\n' >"$dir/ws/new"
	chmod +x "$dir/ws/new"
	mv "$dir/ws/new" "$dir/ws/tool"
}

ktap_print_header
ktap_set_plan 65
check hooks_are_attached rvmctl hook attach
write_workspace
check loads load

check works_as_loaded agent ./tool
replace_tool
refused another_file_of_its_name_does_not_work 'denied' agent ./tool
check why_says_that_it_is_another_file says 'replaced since' why
check no_line_is_offered offers_nothing
load
check loaded_again_it_works agent ./tool

agent 'rm -r dist'
refused folder_is_another 'denied' agent 'mkdir dist && mkdir dist/x'
check it_is_another_folder says 'made again|removed or replaced' why

# Bash looks at a program that it could not start.
(cd "$dir/ws" && rvmctl run why -- /bin/bash -c 'id -u; true') || true
check shells_look_does_not_count says 'exec of /usr/bin/id' why

check line_for_words helps 'exec id -u'
check allowed_since_is_told says 'in force now allows it' why
check no_line_is_offered_then offers_nothing
check number_and_age_are_told says '^record [0-9]+, [0-9]+ (s|min) ago: denied: ' why
# Programs take code from HOME unasked: rows that limit arguments need the partition's HOME.
refused words_are_for_the_own_home 'denied' agent 'export HOME=/elsewhere; exec id -u'
check the_home_is_told says 'Start it with the HOME that the partition was entered with' why
check the_own_home_is_allowed agent 'export HOME; exec id -u'
check who_comes_in_brings_its_home rvmctl run why --env HOME=/elsewhere -- \
	/bin/sh -c 'exec id -u'
refused variables_of_code_turn 'denied' agent 'export BASH_ENV=/x; exec id -u'
check the_variable_is_told says 'Start it without BASH_ENV, or' why
check line_for_words_with_blanks helps 'exec expr "a b" : "a b"'
check line_for_a_name_with_brackets helps "cat '$dir/[id]/page'"
check line_for_a_link helps './.bin/linked'
check line_for_a_file helps "cat $dir/other"

# Only the root token would do.
agent 'kill -CONT 1' || true
check floor_is_told says 'refused in every mode' why
check floor_is_told_once does_not_say 'seven rights' why
agent 'read x </proc/sys/kernel/overflowuid' || true
check inner_sandboxes_are_told says 'No row helps: a sandbox inside' why
check no_line_is_offered_for_their_first_step offers_nothing

# `why` reports a file that could not be made, not an earlier denial.
agent 'echo x >made' || true
check create_is_told says 'create of .*/ws/made for WRITE' why
# The name of a descriptor in /proc is not a file, and existed.
agent '/usr/bin/env; echo x >/dev/stdout' | cat || true
check descriptors_are_not_told says 'exec of /usr/bin/env' why

# The next one has another name.
agent 'echo x >/tmp/tmp.Ab12cD34eF' || true
check temporary_names_are_patterns says 'Edit\(//tmp/tmp\.\?{10}\)' why
agent 'echo x >/tmp/notes' || true
check names_that_are_not_temporary_are_names says 'Edit\(//tmp/notes\)' why

agent 'echo x >/tmp/zshMzz1E4' || true
check temporary_names_are_to_be_read_back says '"rights":\["READ","WRITE"\],"resource":"Edit\(//tmp/zsh\?{6}\)' why
agent 'exec cmp /tmp/cclfe9mE.res -x=/tmp/cclfe9mE.res' || true
check temporary_names_in_arguments_are_patterns says 'Bash\(cmp /tmp/cc\*.res -x=/tmp/cc\*.res\)' why

# For what no row can allow: which rule made the exclusion.
agent 'echo x >tool' || true
check program_of_a_row_is_told says 'A row names it as a program' why
agent 'echo x >.harness' || true
check own_files_are_told says 'RVM protects it, and nothing overrides that' why

# An expired row comes before one that applies within another program.
cp "$dir/table.json" "$dir/before.json"
python3 - "$dir/table.json" <<-'PY'
	import json, sys
	row = {"rights": ["EXECUTE"], "resource": "exec:wc *", "proof_tier": "P2", "expires_at": 0}
	table = json.load(open(sys.argv[1]))
	json.dump(table + [row | {"within": "mkdir"}, row | {"expires_at": 1}], open(sys.argv[1], "w"))
PY
check load_an_expired_row says 'has expired already' load
agent 'wc -c /dev/null' || true
check expired_comes_first says 'exec:wc \*, which has expired' why
cp "$dir/before.json" "$dir/table.json"
rvmctl load "$dir/table.json" --partition why --workspace "$dir/ws" --base minimal,workspace-rw
agent 'echo x >Makefile' || true
check deputies_are_told says "allow-deputy 'Makefile' to allow it" why
check made_beside_it agent 'echo x >made'
cp "$dir/before.json" "$dir/table.json"
check loads_again load
check line_for_a_name_of_mktemp helps 'mkdir tmp.Qx81AbCd2z' 'mkdir tmp.Aa91AbCd3y'
check line_for_a_name_of_mktemp_holds_inside_too agent 'echo x >tmp.Aa91AbCd3y/one'

# A server that listens at all addresses is judged by the one that the client uses.
write_scripts
base=minimal,workspace-ro,python
write_server_table 0.0.0.0:8425 0.0.0.0:41425
check load_names_the_row says 'row 1 .*reached by .*tcp:127.0.0.1:8425' load
check line_for_a_server server_helps 8425
check line_for_a_server_with_a_high_port server_helps 41425

# Opened for both: a row for one of them would not help.
# PROGRAM: as python starts it
deed() {
	rvmctl run why -- /usr/bin/python3 -c "$1"
}

built_again() {
	agent './built' && cp /bin/true "$dir/ws/new" && mv "$dir/ws/new" "$dir/ws/built" && agent './built'
}

built_is_named() {
	! agent './built' && says 'run:\./built"' why && take_line && built_again
}

deed_helps() {
	! deed "$1" && take_line && deed "$1"
}

echo '[]' >"$dir/table.json"
load
check line_for_an_open_has_all_rights deed_helps 'import os; os.open("/dev/ptmx", os.O_RDWR)'
deed 'import os; os.chmod("'"$dir/other"'", 0o4755)' || true
check set_id_bits_are_told says 'chmod of .*/other with mode set-id \(by' why
deed 'import os; os.mknod("x", 0o20600, 0x103)' || true
check devices_are_told says 'mknod of .*/x with object device \(by' why
deed 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)' || true
check sockets_are_told says '(socket of family 17, type 3, protocol 0|capable of cap 13) \(by' why
deed 'import fcntl, os, pty; m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b"x")' || true
check commands_are_told says 'ioctl of command 0x5412 \(by' why
deed 'import ctypes; r = ctypes.CDLL(None).unshare(0x10000000); 1 / (not r)' || true
check new_namespaces_are_told says 'denied: userns \(by' why
rvmctl partition set why --hide-attributes on
deed 'import os; os.stat("/etc/shadow")' || true
check a_look_is_told says 'stat of /etc/shadow for READ' why
rvmctl partition set why --hide-attributes off

# What the partition builds is built again.
base=minimal,workspace-rw
load
cp /bin/true "$dir/ws/built"
check line_for_what_is_built_is_for_its_name built_is_named
base=minimal,workspace-ro,python

# What doctor has denied is no news.
rvmctl doctor >/dev/null || true
check doctor_is_in_the_log says 'deny open /tmp/rvm-doctor-' rvmctl witness tail
check doctor_is_not_the_newest does_not_say rvm-doctor rvmctl why --last

# Scripts, by their interpreters.
write_sh_table() {
	echo '[{"rights": ["EXECUTE"], "resource": "exec:sh *", "proof_tier": "P2", "expires_at": 0}]' \
		>"$dir/table.json"
	load
}

write_sh_table
check lines_for_a_script helps_at_last ./plain-tool
check lines_for_a_script_by_env helps_at_last ./env-tool
check lines_for_a_console_script helps_at_last ./env/bin/console
write_sh_table
# shellcheck disable=SC2016 # for the shell inside
check lines_for_a_console_script_by_path helps_at_last 'PATH=$PWD/env/bin:$PATH; console'
write_sh_table
check line_for_names_that_python_draws helps_at_last ./temporary-tool
write_sh_table
check lines_for_an_interpreter_by_path helps_at_last './env/bin/python ./env/bin/console -q'
base=minimal,workspace-rw
load
agent 'echo x >env/bin/console' || true
check environments_are_told says "environment .venv and load with --allow-deputy" why
# Questions of which `check` gives only the verdict.
refused check_names_the_exclusion "allow-deputy 'package.json' to allow it" \
	rvmctl check why --write "$dir/ws/package.json"
refused check_names_what_nothing_lifts 'RVM protects it, and nothing overrides that' \
	rvmctl check why --write "$dir/ws/.harness"
ktap_finished
