# shellcheck shell=bash disable=SC2001,SC2015,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# What load plans to do with a table and a spec, and whose links it follows.  Sourced by
# tool_test.sh.

# $1: JSON of the rows, $2: text that the error has.
refuses_table() {
	echo "$1" >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run
	[ "$status" != 0 ] && is_clear && grep -qF -- "$2" "$work/err" && [ ! -s "$work/out" ] && return
	echo "$1: status $status: $(cat "$work/err")"
	return 1
}

# A row that cannot be enforced takes nothing away from the others.
leaves_out() {
	local good='{"rights":["READ"],"resource":"Read(./good)","proof_tier":"P1","expires_at":0}'

	echo "${1%]},$good]" >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -qF -- "$2" "$work/err" &&
		grep -q '^rvmctl: warning: .*row 0 .*row skipped' "$work/err" &&
		grep -qF 'Read(./good)' "$work/out" && ! grep -q '"origin":"table","row":0' "$work/out" &&
		run load "$work/in.json" --partition x --dry-run --base none --strict &&
		[ "$status" != 0 ] && is_clear && return
	echo "$1: status $status: $(cat "$work/err")"
	return 1
}

bad_rows_are_refused_or_left_out() {
	local end='"proof_tier":"P1","expires_at":0'

	refuses_table '{}' 'a capability table, an array' &&
		refuses_table "[{\"rights\":[\"READ\",\"FLY\"],$end}]" "1:20: unknown right 'FLY'" &&
		refuses_table "[{\"rights\":[\"read\"],$end}]" "unknown right 'read'" &&
		refuses_table "[{\"rights\":[],$end}]" 'no right is given' &&
		refuses_table "[{\"rights\":\"READ\",$end}]" 'must be an array of names' &&
		refuses_table "[{$end}]" 'rights must be an array of names and is missing' &&
		refuses_table '[{"rights":["READ"],"expires_at":0,"proof_tier":"P4"}]' 'proof_tier must be' &&
		refuses_table '[{"rights":["READ"],"expires_at":-1}]' 'expires_at is negative' &&
		refuses_table '[{"rights":["READ"]}]' 'expires_at must be an integer and is missing' &&
		refuses_table '[{"rights":["READ"],"expires_at":0,"grant_once":1}]' 'grant_once must be' &&
		refuses_table "[{\"rights\":[\"READ\"],\"resource\":7,$end}]" 'resource must be' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"\",$end}]" 'empty name' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"a\\u0000b\",$end}]" 'name with a NUL' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"Read(../x)\",$end}]" 'row 0 (Read(../x))' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"Read(./[a)\",$end}]" 'syntax error' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"Bash()\",$end}]" 'row 0 (Bash())' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"net:1.2.3.4.5:1\",$end}]" '' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"WebFetch(domain:a.b)\",$end}]" \
			'domain names are not supported' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"$(printf 'x%.0s' {1..4097})\",$end}]" ''
}

domains_can_be_left_out() {
	echo '[]' >"$work/in.json"
	echo '{"permissions":{"deny":["WebFetch(domain:a.b)"]}}' >"$work/spec.json"
	run load "$work/in.json" --partition x --dry-run --spec "$work/spec.json" --base none
	[ "$status" = 1 ] && is_clear || return 1
	run load "$work/in.json" --partition x --dry-run --unenforced-domains --base none \
		--spec "$work/spec.json"
	[ "$status" = 0 ] && grep -q 'warning: .*deny rule 0 .*skipped' "$work/err"
}

every_table_of_the_corpus_is_planned() {
	local file n=0

	for file in "$corpus"/harness/*/capability-table.json "$corpus"/cli-scaffold/*/capability-table.json; do
		run -j load "$file" --dry-run
		[ "$status" = 0 ] && python3 - "$work/out" "$file" <<'EOF' || { echo "$file: $(cat "$work/err")" && return 1; }
import json, sys
plan = json.load(open(sys.argv[1]))
rows = {row["row"] for row in plan["rows"] if row["origin"] == "table"}
sys.exit(rows != set(range(len(json.load(open(sys.argv[2]))))))
EOF
		n=$((n + 1))
	done
	[ $n = 23 ] || { echo "$n tables" && return 1; }
}

hostile_manifests_are_refused() {
	local dir n=0

	for dir in "$corpus"/harness-hostile/*/; do
		run load "$dir/capability-table.json" --dry-run
		[ "$status" = 2 ] && is_clear && [ ! -s "$work/out" ] || { echo "$dir" && return 1; }
		# With a given name the table itself is harmless.
		run load "$dir/capability-table.json" --dry-run --partition x --base none
		[ "$status" = 0 ] || { echo "$dir: $(cat "$work/err")" && return 1; }
		n=$((n + 1))
	done
	[ $n = 5 ]
}

deny_rules_are_never_dropped() {
	echo '[]' >"$work/in.json"
	printf '{"permissions":{"deny":["Read(./.env)","Edit(a/**)","Bash(git push*)","WebFetch","mcp__x__*"]}}' \
		>"$work/spec.json"
	run -j load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
	[ "$status" = 0 ] && python3 - "$work/out" <<'EOF' || return 1
import json, sys
rows = [r for r in json.load(open(sys.argv[1]))["rows"] if "builtin" not in r["flags"]]
want = {0: "READ WRITE EXECUTE", 1: "WRITE", 2: "EXECUTE", 3: "WRITE EXECUTE", 4: "EXECUTE"}
for number, rights in want.items():
    mine = [r for r in rows if r["row"] == number]
    if not mine or any(r["kind"] != "exclude" or " ".join(r["rights"]) != rights for r in mine):
        sys.exit(f"rule {number}: {mine}")
EOF
	local rule

	for rule in 'WebFetch(domain:a.b)' 'Read(../x)' 'Read(./[)' 'Bash()' '*' 'a\u0000b' \
		'Read(.env),Read(x)' 'Bash(a b), Edit(x)' 'Read(x) Bash(y:*)' ' Read(.env)' \
		'read(.env),read(x)' 'Read(.env)Read(x)' 'WebFetch,WebSearch' 'mcp__a__b,mcp__c__d' \
		'path:./a,path:./b' \
		'Bash(/usr/bin/cu*)' 'Bash(*rl:*)'; do
		printf '{"permissions":{"deny":["%s"]}}' "$rule" >"$work/spec.json"
		run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
		[ "$status" != 0 ] && is_clear || { echo "$rule: $(cat "$work/err")" && return 1; }
	done
}

# A confined agent can make a link at any time: it must not stop a load.
links_in_the_workspace_leave_rows_out() {
	mkdir -p "$work/ws/docs"
	ln -sfn /etc "$work/ws/data"
	echo '[{"rights":["READ"],"resource":"Read(./data/**)","expires_at":0},
	{"rights":["READ"],"resource":"Read(./docs/**)","expires_at":0}]' >"$work/ws/t.json"
	run -j load "$work/ws/t.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -q 'row 0 .*symbolic link to /etc: row skipped' "$work/err" &&
		grep -qF "\"resolved\":\"$work/ws/docs/**\"" "$work/out" &&
		! grep -q '"resolved":"/etc' "$work/out"
}

links_do_not_weaken_deny_rules() {
	local path

	mkdir -p "$work/deny/pub" "$work/deny/[s]"
	ln -sfn pub "$work/deny/conf"
	ln -sfn /nowhere/a//b/../c "$work/deny/gone"
	ln -sfn '[s]' "$work/deny/set"
	echo '[]' >"$work/deny/t.json"
	echo '{"permissions":{"deny":["Read(./conf/prod.key)","Read(./gone/x)","Edit(./set/y)"]}}' \
		>"$work/deny/s.json"
	run -j load "$work/deny/t.json" --partition x --dry-run --base none --spec "$work/deny/s.json"
	[ "$status" = 0 ] || { cat "$work/err" && return 1; }
	for path in conf/prod.key pub/prod.key gone/x set/y '[s]/y'; do
		grep -qF "\"resolved\":\"$work/deny/$path\"" "$work/out" || { echo "$path" && return 1; }
	done
	# A chain of more links than are followed hides nothing and stops nothing.
	for path in {1..45}; do
		ln -sfn "l$((path + 1))" "$work/deny/l$path"
	done
	echo '{"permissions":{"deny":["Read(./l1/x)"]}}' >"$work/deny/s.json"
	run -j load "$work/deny/t.json" --partition x --dry-run --base none --spec "$work/deny/s.json"
	[ "$status" = 0 ] && grep -qF "\"resolved\":\"$work/deny/l1/x\"" "$work/out"
}

# A confined agent makes what no path can name; what can be looked at is denied all the same.
matches_that_lead_nowhere_stop_no_load() {
	local dir=$work/odd long

	mkdir -p "$dir"
	long=$(printf '%0300d' 0)
	echo secret >"$dir/other"
	ln -sfn "$long" "$dir/a.pem"
	ln -sfn "$(printf 'x/%.0s' {1..1500})" "$dir/b.pem"
	ln -sfn c.pem "$dir/c.pem"
	ln -sfn other "$dir/d.pem"
	echo '[]' >"$dir/t.json"
	echo '{"permissions":{"deny":["Read(**/*.pem)"]}}' >"$dir/s.json"
	run -j load "$dir/t.json" --partition x --dry-run --base none --spec "$dir/s.json"
	[ "$status" = 0 ] || { cat "$work/err" && return 1; }
	grep -q "a.pem: what it leads to is not excluded: File name too long" "$work/err" &&
		grep -qF "\"resolved\":\"$dir/other\"" "$work/out"
}

# A link at home is followed to be read, unless the partition may have made it: also
# by a row to write that is left out for the very link.
links_at_home_are_followed_to_read() {
	[ "$(id -u)" = 0 ] && command -v unshare >/dev/null || return 0
	local home=$work/home

	mkdir -p "$home/dot" "$home/.ssh" "$work/hws"
	touch "$home/dot/gitconfig" "$home/.ssh/id"
	ln -sfn dot/gitconfig "$home/.gitconfig"
	ln -sfn .ssh/id "$home/.npmrc"
	ln -sfn /etc/shadow "$home/.out"
	chown -hR 4321:4321 "$home"
	{ cat /etc/passwd; echo "dev:x:4321:4321:dev:$home:/bin/sh"; } >"$work/passwd"
	echo '[{"rights":["READ"],"resource":"path:~/.gitconfig","expires_at":0},
	{"rights":["READ"],"resource":"path:~/.npmrc","expires_at":0},
	{"rights":["WRITE"],"resource":"path:~/.npmrc","expires_at":0},
	{"rights":["READ"],"resource":"path:~/.out","expires_at":0}]' >"$work/in.json"
	unshare -m sh -c "mount --bind '$work/passwd' /etc/passwd && SUDO_UID=4321 '$tool' -j load \
		'$work/in.json' --partition x --workspace '$work/hws' --dry-run --base none" \
		>"$work/out" 2>"$work/err" || return 0
	grep -qF "\"resolved\":\"$home/dot/gitconfig\"" "$work/out" &&
		! grep -qF "$home/.ssh/id\"" "$work/out" && ! grep -q '"resolved":"/etc/shadow' "$work/out" &&
		[ "$(grep -c 'row skipped' "$work/err")" = 3 ]
}

# A program of the workspace by a link: the row is for the file, and the link is protected.
programs_by_links_are_protected() {
	mkdir -p "$work/bin/pkg" "$work/bin/.bin"
	printf '#!/bin/sh\n' >"$work/bin/pkg/cli"
	chmod +x "$work/bin/pkg/cli"
	ln -sfn ../pkg/cli "$work/bin/.bin/tool"
	echo '[{"rights":["EXECUTE"],"resource":"Bash(./.bin/tool:*)","expires_at":0}]' >"$work/bin/t.json"
	run -j load "$work/bin/t.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && python3 - "$work/out" "$work/bin" <<'EOF'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
ws = sys.argv[2]
kept = {r["resolved"] for r in rows if r["kind"] == "exclude" and r["rights"] == ["WRITE"]}
sys.exit(not rows[[r["kind"] for r in rows].index("token")]["resolved"].startswith(ws + "/pkg/cli") or
         not {ws + "/.bin/tool", ws + "/pkg/cli"} <= kept)
EOF
}

# A pipe in place of a file might never end; opening a device could have an effect.
only_regular_files_are_read() {
	local words

	mkdir -p "$work/fifo"
	echo '[]' >"$work/fifo/t.json"
	mkfifo "$work/fifo/rvm-partition.toml" "$work/fifo/pipe" 2>/dev/null
	for words in "load $work/fifo/t.json --dry-run" "load $work/fifo/pipe --partition x --dry-run" \
		"load $work/fifo/t.json --partition x --dry-run --spec $work/fifo/pipe" \
		"compile --spec $work/fifo/pipe" "claims check --claims $work/fifo/pipe --capability x" \
		"witness verify $work/fifo/pipe" "witness verify --format rvm --key $work/fifo/pipe $work/fifo/t.json" \
		"witness tail $work/fifo/pipe"; do
		# shellcheck disable=SC2086
		timeout 10 "$tool" $words >"$work/out" 2>"$work/err" </dev/null
		status=$?
		[ "$status" = 2 ] && is_clear && grep -q 'not a regular file' "$work/err" ||
			{ echo "$words: $status $(cat "$work/err")" && return 1; }
	done
	# The caller's open files are its own.
	"$tool" compile --claims /dev/stdin <<<'[]' >"$work/out" && [ "$(cat "$work/out")" = '[]' ]
}

# Called by root, the tool does not follow links of others.
links_of_others_are_not_followed_by_root() {
	[ "$(id -u)" = 0 ] || return 0
	local words

	mkdir -p "$work/vault" "$work/theirs/ws"
	echo '[]' >"$work/vault/t.json"
	chown 4321:4321 "$work/theirs"
	ln -sfn "$work/vault" "$work/theirs/b"
	chown -h 4321:4321 "$work/theirs/b"
	ln -sfn "$work/vault" "$work/mine"
	for words in "load $work/theirs/b/t.json --partition x --dry-run" \
		"load $work/vault/t.json --partition x --dry-run --workspace $work/theirs/b" \
		"load $work/vault/t.json --partition x --dry-run --spec $work/theirs/b/t.json" \
		"compile --claims $work/vault/t.json -o $work/theirs/b/new" \
		"load /proc/self/cwd/$work/vault/t.json --partition x --dry-run"; do
		# shellcheck disable=SC2086
		run $words
		[ "$status" != 0 ] && is_clear && grep -q 'symbolic link' "$work/err" && [ ! -e "$work/vault/new" ] ||
			{ echo "$words: $status $(cat "$work/err")" && return 1; }
	done
	run load "$work/mine/t.json" --partition x --dry-run --base none
	[ "$status" = 0 ]
}

links_of_root_are_followed_and_shown() {
	[ -L /lib ] || return 0
	echo '[{"rights":["READ"],"resource":"Read(//lib/**)","expires_at":0}]' >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -q '/lib is a link to usr/lib' "$work/out"
}

files_with_two_names_are_excluded_by_inode() {
	mkdir -p "$work/hard"
	echo secret >"$work/hard/.env"
	ln -f "$work/hard/.env" "$work/hard/copy"
	echo '[]' >"$work/hard/t.json"
	echo '{"permissions":{"deny":["Read(./.en*)"]}}' >"$work/hard/s.json"
	run load "$work/hard/t.json" --partition x --dry-run --base none --spec "$work/hard/s.json"
	[ "$status" = 0 ] && grep -q 'has 2 names' "$work/err"
}

the_table_and_the_enforcer_are_excluded() {
	local word

	echo '[]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	for word in "$work/in.json" "$work/install-rvm.sh" "$work/.harness" /sys/fs/bpf \
		/sys/kernel/security /sys/fs/cgroup /dev/rvm_witness "$(readlink -f "$tool")"; do
		grep -qF "\"resolved\":\"$word\"" "$work/out" || { echo "$word" && return 1; }
	done
}

root_tokens_warn_and_can_be_refused() {
	run load "$corpus/claims/row-star.table.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -q 'warning: .*root token' "$work/err" || return 1
	run load "$corpus/claims/row-star.table.json" --partition x --dry-run --base none --refuse-root
	[ "$status" = 1 ] && is_clear && grep -q 'is the root token' "$work/err"
}

programs_are_classed() {
	echo '[{"rights":["EXECUTE"],"resource":"Bash(sh -c *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(systemctl status*)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(cat *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(no-such-program-here)","expires_at":0}]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	python3 - "$work/out" <<'EOF'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
got = [r["program"] for r in rows[:4]]
sys.exit(got != ["interpreter", "launcher", "fixed", "fixed"] or
         "not found" not in rows[3]["notes"] or "unresolved" not in rows[3]["flags"])
EOF
}

# A key that is nearly right is refused, at each level; another program's key beside it is not.
keys_that_are_nearly_known_refuse() {
	local json want

	mkdir -p "$work/keys"
	echo '[]' >"$work/keys/t.json"
	while IFS='|' read -r want json; do
		echo "$json" >"$work/keys/spec.json"
		for line in "load $work/keys/t.json --partition x --dry-run --base none" compile; do
			# shellcheck disable=SC2086
			run $line --spec "$work/keys/spec.json"
			if [ "$want" = - ]; then
				[ "$status" = 0 ]
			else
				[ "$status" = 2 ] && is_clear && has_place && grep -qF "write '$want', or remove it" "$work/err"
			fi || { echo "$json: $status $(cat "$work/err")" && return 1; }
		done
	done <<-'EOF'
		permissions|{"name":"x","permission":{"deny":["Read(a)"]}}
		permissions|{"name":"x","Permissions":{"deny":["Read(a)"]}}
		deny|{"permissions":{"allow":["Read(b)"],"Deny":["Read(a)"]}}
		deny|{"permissions":{"deny":["Read(a)"],"dney":["Read(b)"]}}
		allow|{"permissions":{"deny":["Read(a)"],"allows":["Read(b)"]}}
		ask|{"permissions":{"deny":["Read(a)"],"Ask":["Read(b)"]}}
		-|{"permissions":{"deny":["Read(a)"],"denied":["Read(b)"],"task":1},"model":"x","env":{}}
	EOF
	while IFS='|' read -r want json; do
		echo "[{\"rights\":[\"EXECUTE\"],\"expires_at\":0,$json}]" >"$work/keys/t.json"
		run load "$work/keys/t.json" --partition x --dry-run --base none
		if [ "$want" = - ]; then
			[ "$status" = 0 ]
		else
			[ "$status" = 2 ] && is_clear && has_place && grep -qF "write '$want', or remove it" "$work/err"
		fi || { echo "$json: $status $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		resource|"Resource":"Bash(ls)"
		resource|"resources":"Bash(ls)"
		within|"resource":"Bash(ls)","withn":"git"
		-|"resource":"Bash(ls)","within":"ls","comment":"x"
	EOF
}

# A bare name matches any file of that name: load says so of a row, which allows.
bare_names_match_at_any_depth() {
	mkdir -p "$work/bare"
	echo '[{"rights":["READ"],"resource":"Edit(docs)","expires_at":0},
	{"rights":["READ"],"resource":"Edit(./docs)","expires_at":0},
	{"rights":["READ"],"resource":"Read(*.md)","expires_at":0}]' >"$work/bare/t.json"
	echo '{"permissions":{"deny":["Read(docs)"]}}' >"$work/bare/spec.json"
	run load "$work/bare/t.json" --partition x --dry-run --base none --spec "$work/bare/spec.json"
	[ "$status" = 0 ] && grep -qF "$work/bare/**/docs" "$work/out" && grep -qF "$work/bare/docs" "$work/out" || return 1
	[ "$(grep -c 'matches at any' "$work/err")" = 1 ] && grep -qF 'row 0 (Edit(docs)): matches at any depth; write ./docs' "$work/err"
}

# Addresses, bits and ports as they were written.
networks_are_shown_as_written() {
	local want resource

	while IFS='|' read -r resource want; do
		echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"$resource\",\"expires_at\":0}]" >"$work/in.json"
		run -j load "$work/in.json" --partition x --dry-run --base none
		[ "$status" = 0 ] && grep -qF "\"resolved\":\"$want\"" "$work/out" ||
			{ echo "$resource: $(head -c 400 "$work/out")" && return 1; }
	done <<-'EOF'
		tcp:1.2.3.4:443|tcp 1.2.3.4 port 443
		udp:10.0.0.0/8:*|udp 10.0.0.0/8 ports 0-65535
		net:0.0.0.0/0:80-90|0.0.0.0/0 ports 80-90
		net:[2001:db8::]/32:*|[2001:db8::]/32 ports 0-65535
		tcp:[::1]:22|tcp [::1] port 22
		net:*:53|any address port 53
	EOF
}

# All ports are given only by a row that says so, or with a warning.
rows_without_a_port_warn() {
	local resource

	for resource in tcp:1.2.3.4 'udp:10.0.0.0/8' 'net:[::1]' 'net:[2001:db8::]/32'; do
		echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"$resource\",\"expires_at\":0}]" >"$work/in.json"
		run load "$work/in.json" --partition x --dry-run --base none
		[ "$status" = 0 ] && grep -qF "no port: this covers all ports; write $resource:443, or $resource:* to say so" "$work/err" ||
			{ echo "$resource: $(cat "$work/err")" && return 1; }
		echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"$resource:*\",\"expires_at\":0}]" >"$work/in.json"
		run load "$work/in.json" --partition x --dry-run --base none
		[ "$status" = 0 ] && ! grep -q 'no port' "$work/err" || { echo "$resource:*" && return 1; }
	done
}

# In a deny rule a star that is glued to an argument extends it; in a row it does not.
glued_stars_deny_what_they_read() {
	mkdir -p "$work/glued"
	echo '[{"rights":["EXECUTE"],"resource":"Bash(ls -l /*)","expires_at":0}]' >"$work/glued/t.json"
	echo '{"permissions":{"deny":["Bash(rm -rf /*)", "Bash(cp http*://evil*)", "Bash(mv a:*)", "Bash(cat b *)", "Bash(sed*)", "Bash(tr c**)", "Bash(base6*)"]}}' >"$work/glued/spec.json"
	run -j load "$work/glued/t.json" --partition x --dry-run --base none --spec "$work/glued/spec.json"
	[ "$status" = 0 ] && [ ! -s "$work/err" ] && python3 - "$work/out" <<-'EOF'
		import json, sys
		rows = json.load(open(sys.argv[1]))["rows"]
		deny = {r["resolved"].split("/", 3)[-1] for r in rows if r["kind"] == "exclude" and r["class"] == "exec"}
		want = {"rm -rf / ...", "rm -rf /* ...", "cp http*://evil ...", "cp http*://evil* ...", "mv a ...",
		        "cat b ...", "sed ...", "tr c ...", "tr c** ...", "(not found) base6 ...", "base64 ..."}
		allow = {r["resolved"].split("/", 3)[-1] for r in rows if r["kind"] == "token"}
		sys.exit((deny != want or allow != {"ls -l / ..."}) and f"{deny} {allow}")
	EOF
}

# As in other rows, ~ is the home, for a socket and for a program.
homes_are_those_of_the_user() {
	local home entry

	home=$(getent passwd "$(id -u)" | cut -d: -f6)
	[ -d "$home" ] && entry=$(mktemp "$home/.rvm-test-XXXXXX") || return 1
	chmod 755 "$entry"
	mkdir -p "$work/homes"
	echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"exec:~/${entry##*/} *\",\"expires_at\":0},
	{\"rights\":[\"EXECUTE\"],\"resource\":\"unix:~/rvm.sock\",\"expires_at\":0},
	{\"rights\":[\"EXECUTE\"],\"resource\":\"unix:./rvm.sock\",\"expires_at\":0}]" >"$work/homes/t.json"
	run load "$work/homes/t.json" --partition x --dry-run --base none
	rm -f "$entry"
	[ "$status" = 0 ] && [ "$(grep -cF "$entry ..." "$work/out")" = 1 ] && grep -qF "${home%/}/rvm.sock" "$work/out" &&
		grep -qF "$work/homes/rvm.sock" "$work/out" && ! grep -q 'program not found' "$work/err" || { cat "$work/out" "$work/err" && return 1; }
}

# A row for everything beside base tables: rows are lost only by links that exist.
a_row_of_everything_makes_up_no_links() {
	local link rows

	mkdir -p "$work/star"
	echo '[{"rights":["READ","WRITE","EXECUTE"],"resource":"*","expires_at":0}]' >"$work/star/t.json"
	run load "$work/star/t.json" --partition x --dry-run --base minimal,git,shell
	[ "$status" = 0 ] && grep -q '/etc/hosts' "$work/out" || { cat "$work/err" && return 1; }
	sed -n 's/.*made the symbolic link \(.*\) itself: row.*/\1/p' "$work/err" >"$work/star/links"
	while IFS= read -r link; do
		[ -L "$link" ] || { echo "no link: $link" && return 1; }
	done <"$work/star/links"
	rows=$(grep -c 'row skipped' "$work/err")
	[ "$rows" = "$(wc -l <"$work/star/links")" ] || { cat "$work/err" && return 1; }
}

# A table that is piped in has no directory: it needs a name and a workspace, and nothing else.
tables_are_piped_in() {
	local row='[{"rights":["READ"],"resource":"Read(./a)","expires_at":0}]' file

	mkdir -p "$work/piped"
	for file in /dev/stdin /proc/self/fd/0 /dev/fd/0; do
		echo "$row" | "$tool" load "$file" --partition x --workspace "$work/piped" --dry-run --base none >"$work/out" 2>"$work/err" &&
			grep -qF 'Read(./a)' "$work/out" && grep -qF "$work/piped/.harness" "$work/out" && [ ! -s "$work/err" ] ||
			{ echo "$file: $(cat "$work/err")" && return 1; }
		echo "$row" | "$tool" load "$file" --partition x --dry-run --base none >"$work/out" 2>"$work/err"
		status=$?
		[ "$status" = 2 ] && is_clear && grep -q 'give --partition and --workspace' "$work/err" || { cat "$work/err" && return 1; }
	done
	run load <(echo "$row") --partition x --workspace "$work/piped" --dry-run --base none
	[ "$status" = 0 ] && [ ! -s "$work/err" ] || return 1
	# A file that is named by a descriptor keeps its directory; a removed file has none.
	echo "$row" >"$work/piped/t.json"
	run load /dev/stdin --partition x --dry-run --base none <"$work/piped/t.json"
	[ "$status" = 0 ] && grep -qF "$work/piped/t.json" "$work/out" || return 1
	exec 8<"$work/piped/t.json" && rm "$work/piped/t.json"
	run load /dev/fd/8 --partition x --workspace "$work/piped" --dry-run --base none
	exec 8<&-
	[ "$status" = 0 ] && [ ! -s "$work/err" ]
}

# The file that root inserts is nobody's to write, nor are the base tables and the tool.
files_of_rvm_are_protected() {
	local file

	echo '[{"rights":["READ","WRITE"],"resource":"path://**","proof_tier":"P1","expires_at":0}]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	for file in kmod/rvm.ko user/bin/rvmctl user/base; do
		grep -qF "\"$root/$file\"" "$work/out" && continue
		echo "$file: no exclusion: $(cat "$work/err")"
		return 1
	done
}

# Tables that somebody else put beside the tool are not those that come with it.
base_tables_of_others_are_not_used() {
	local top=$work/installed

	mkdir -p "$top/bin" "$top/base"
	cp "$tool" "$top/bin/rvmctl"
	cp "$root"/user/base/* "$top/base/"
	echo '[{"rights":["READ"],"resource":"path://planted","proof_tier":"P1","expires_at":0}]' >"$top/base/minimal.json"
	echo '[]' >"$work/in.json"
	"$top/bin/rvmctl" -j load "$work/in.json" --partition x --dry-run >"$work/out" 2>"$work/err"
	grep -qF planted "$work/out" || { cat "$work/err" && return 1; }
	# Only root can make it somebody else's.
	chown 65534 "$top/base" 2>/dev/null || return 0
	! "$top/bin/rvmctl" -j load "$work/in.json" --partition x --dry-run 2>&1 | grep -F planted
}
