# shellcheck shell=bash disable=SC2001,SC2015,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# What load and compile say of rows and deny rules that hardly mean what they seem to.  Sourced by
# tool_test.sh.

# Accepted, but hardly meant so by the author: load and compile both say so.
rules_that_hardly_mean_so_are_told() {
	mkdir -p "$work/lint/tls" "$work/lint/[id]" "$work/lint/src"
	echo '[]' >"$work/lint/t.json"
	echo '{"permissions":{"deny":["Read(./**/*.{pem,key})","Read(./.env{,.local})","Read(./[id]/**)",
		"Read(/etc/passwd)","Read(/src/x)","id_rsa","Bash(no-such-program-here:*)"]}}' >"$work/lint/s.json"
	run -j load "$work/lint/t.json" --partition x --dry-run --base none --spec "$work/lint/s.json"
	[ "$status" = 0 ] && python3 - "$work/out" "$work/err" "$work/lint" <<'EOF' || return 1
import json, sys
ws = sys.argv[3]
there = {r["resolved"] for r in json.load(open(sys.argv[1]))["rows"]}
want = {"/**/*.pem", "/**/*.key", "/.env", "/.env.local", "/\\[id]/**", "/[id]/**", "/src/x"}
if not {ws + w for w in want} <= there:
    sys.exit(f"{there}")
told = open(sys.argv[2]).read()
rows = [n for n in range(7) if f"row {n} " in told]
sys.exit(0 if rows == [2, 3, 5, 6] else f"{told}")
EOF
	printf '%s\n' '{"permissions":{"allow":["Read(./good)","Bash(A=b npm test)","Bash(cd x && ls)","Bash(a\nb)",
		"Read(./{a,b})","Read(../x)"]}}' >"$work/lint/s.json"
	run compile --spec "$work/lint/s.json" -o "$work/lint/c.json"
	[ "$status" = 0 ] && cp "$work/err" "$work/lint/compiled" || return 1
	run load "$work/lint/c.json" --partition x --workspace "$work/lint" --dry-run --base none
	[ "$status" = 0 ] && [ "$(grep -o 'row [0-9]' "$work/err")" = "$(grep -o 'row [0-9]' "$work/lint/compiled")" ] &&
		[ "$(grep -o 'row [0-9]' "$work/err" | tr -d '\n')" = 'row 1row 2row 3row 4row 5' ]
}

# A row that limits arguments does not find them; one for any arguments does.
programs_with_libraries_beside_them_are_told() {
	mkdir -p "$work/beside/bin"
	# shellcheck disable=SC2016 # the loader's
	printf '\177ELF $ORIGIN/../lib' >"$work/beside/bin/tool"
	printf '\177ELF' >"$work/beside/bin/other"
	chmod 755 "$work"/beside/bin/*
	for words in 'tool --version' 'tool:*' 'other --version'; do
		echo "[{\"rights\": [\"EXECUTE\"], \"expires_at\": 0," \
			"\"resource\": \"Bash($work/beside/bin/$words)\"}]" >"$work/beside/t.json"
		run load "$work/beside/t.json" --partition x --workspace "$work/beside" --dry-run --base none
		[ "$status" = 0 ] || return 1
		[ "$(grep -c ORIGIN "$work/err")" = "$([ "$words" = 'tool --version' ] && echo 1 || echo 0)" ] || return 1
	done
}

# A string that was meant to deny something, but denies nothing, is reported.
settings_that_do_nothing_are_told() {
	local how line json want

	echo '[]' >"$work/in.json"
	while IFS='|' read -r how json want; do
		echo "$json" >"$work/spec.json"
		for line in $how; do
			if [ "$line" = load ]; then
				run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
			else
				run compile --spec "$work/spec.json"
			fi
			[ "$status" = 0 ] && grep -qE -- "warning: .*$want" "$work/err" ||
				{ echo "$line $json: $status $(cat "$work/err")" && return 1; }
		done
	done <<-'EOF'
		load|{"name":"x"}|no permissions.deny, so nothing is denied
		load|{"name":"x","permissions":{"allow":["Read(a)"]}}|no permissions.deny, so nothing is denied
		load compile|{"name":"x","deny":["Read(a)"]}|unknown key 'deny' .*belongs into 'permissions'
		load compile|{"permissions":{"deny":["Read(a)"],"denied":["Read(b)"]}}|permissions: unknown key 'denied'
		load compile|{"permissions":{"allow":["Bash(git:*)"],"ask":["Bash(git push:*)"]}}|permissions.ask is ignored: 1 rule does nothing here
		load compile|{"permissions":{"deny":["Read(a)"]},"sandbox":{"filesystem":{"denyRead":["a","b"]}}}|denyRead is ignored: 2 rules do nothing here
		load compile|{"permissions":{"deny":["Read(a)"]},"sandbox":{"filesystem":{"denyWrite":["a"]}}}|denyWrite is ignored: 1 rule does nothing here
		load compile|{"permissions":{"deny":["Read(a)"],"additionalDirectories":["/a","/b"]}}|additionalDirectories is ignored: 2 directories give no right here
		load compile|{"permissions":{"deny":["Read(a)"],"defaultMode":"plan"}}|defaultMode 'plan' is ignored
	EOF
	for json in '{"permission":{"deny":["Read(a)"]}}' '{"model":"x"}' '{}'; do
		# A pipe is a file like others, except that it can be read only once.
		run load "$work/in.json" --partition x --dry-run --base none --spec <(echo "$json")
		[ "$status" = 2 ] && is_clear || { echo "piped $json: $status $(cat "$work/err")" && return 1; }
		echo "$json" >"$work/spec.json"
		run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
		[ "$status" = 2 ] && is_clear || { echo "$json: $status $(cat "$work/err")" && return 1; }
		run compile --spec "$work/spec.json"
		[ "$status" = 2 ] && is_clear || { echo "$json: $status $(cat "$work/err")" && return 1; }
	done
	# There is no warning of keys that are used, nor of other programs' keys.
	echo '{"model":"x","env":{},"permissions":{"deny":["Read(a)"],"additionalDirectories":[],"defaultMode":"default"}}' >"$work/spec.json"
	run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
	[ "$status" = 0 ] && ! [ -s "$work/err" ]
}

# Strings that other programs read as several names, or as a name of another kind.
rules_of_other_kinds_are_told() {
	local want rule row

	mkdir -p "$work/kinds"
	echo '[]' >"$work/kinds/t.json"
	while IFS='~' read -r want rule; do
		row=$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$rule")
		echo "{\"permissions\":{\"deny\":[$row]}}" >"$work/kinds/spec.json"
		run load "$work/kinds/t.json" --partition x --dry-run --base none --spec "$work/kinds/spec.json"
		if [ "$want" = - ]; then
			[ "$status" = 0 ] && [ ! -s "$work/err" ]
		else
			[ "$status" = 0 ] && grep -qF "row 0 ($rule): $want" "$work/err"
		fi || { echo "$rule: $status $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		a comma is an ordinary character~Read(.env, .env.local)
		a comma is an ordinary character~Read(./a/**, ./b/**)
		-~Read(a,b)
		? and [ in~Bash(c?rl:*)
		-~Bash([ -f:*)
		'|' is an ordinary character~Read(.env|.env.local)
		quotes are ordinary characters~Read("./x y")
		-~Read(./x y)
		a pattern is not a regular expression~Read(^.*\.env$)
		a pattern is not a regular expression~Read(.*\.pem)
		-~Read(*.pem)
		-~Read(./app/$id.tsx)
		within brackets 'file:' is part~Read(file:./.env)
		there are no drives here~Read(C:\Users\x)
		variables are not expanded~Read(%USERPROFILE%/x)
		-~Read(./100%/x)
		variables are not expanded~unix:$XDG_RUNTIME_DIR/bus
		-~unix:/run/bus
	EOF
}

# A row that allows nothing is reported; one beside it that allows something is not.
rows_that_allow_nothing_are_told() {
	mkdir -p "$work/idle/links" "$work/idle/files"
	ln -sfn /usr/bin/env "$work/idle/links/python"
	cp /bin/true "$work/idle/files/true"
	ln -sfn true "$work/idle/files/same"
	mkdir -p "$work/idle/mixed"
	cp /bin/true "$work/idle/mixed/true"
	ln -sfn ../files/true "$work/idle/mixed/other"
	echo '[{"rights":["READ"],"resource":"Read(./old)","expires_at":1},
	{"rights":["READ"],"resource":"Read(./new)","expires_at":9999999999},
	{"rights":["EXECUTE"],"resource":"Bash(agentx *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./links/*","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./files/*","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./mixed/*","expires_at":0}]' >"$work/idle/t.json"
	run load "$work/idle/t.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -q 'warning: .*row 0 .*has expired already' "$work/err" &&
		grep -q "warning: .*row 2 .*'agentx' not found in .*; write exec:/whole" "$work/err" || { cat "$work/err" && return 1; }
	grep -q 'warning: .*row 3 .*links/python is a symbolic link' "$work/err" &&
		grep -q 'warning: .*row 5 .*mixed/other is a symbolic link to .*files/true' "$work/err" &&
		! grep -qE 'row (1|4) ' "$work/err" || { cat "$work/err" && return 1; }
}

# Rows as people approve them, and what they mean.
words_of_shells_are_told() {
	local rule n

	mkdir -p "$work/words"
	while read -r n rule; do
		python3 -c 'import json, sys
print(json.dumps([{"rights": ["EXECUTE"], "resource": sys.argv[1], "expires_at": 0}]))' "$rule" >"$work/words/t.json"
		run load "$work/words/t.json" --partition x --dry-run --base minimal,git
		[ "$status" = 0 ] && [ "$(grep -c 'quotes and [$]' "$work/err")" = "$n" ] ||
			{ echo "$rule: $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		1 Bash(git commit -m "two words")
		1 Bash(git log --format='%h %s')
		1 Bash(ls $HOME)
		0 Bash(git log --format=%h)
		0 Bash(git commit -m it's)
		0 Bash(git grep end$)
	EOF
}

# A program's row does not give what the program needs; learned rows do.
base_tables_are_named() {
	local n rest rule

	mkdir -p "$work/bases"
	while read -r n rest rule; do
		echo "[{\"rights\": [\"EXECUTE\"], \"resource\": \"$rule\", \"expires_at\": 0}]" >"$work/bases/t.json"
		run load "$work/bases/t.json" --partition x --dry-run --base "$rest"
		[ "$status" = 0 ] && [ "$(grep -c 'add --base minimal,git' "$work/err")" = "$n" ] ||
			{ echo "$rest $rule: $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		1 minimal Bash(git:*)
		1 none Bash(git status)
		0 minimal,git Bash(git:*)
		0 minimal exec:/usr/bin/git status
		0 minimal Bash(ls:*)
	EOF
}

# The repository is elsewhere, or its work trees are where agents keep their settings.
work_trees_are_told() {
	local git=(git -c user.name=x -c user.email=x@example.org -c init.defaultBranch=main)

	rm -rf "$work/trees"
	mkdir -p "$work/trees/main"
	(
		cd "$work/trees/main" && "${git[@]}" init -q && "${git[@]}" commit -q --allow-empty -m one &&
			"${git[@]}" worktree add -q ../linked && "${git[@]}" worktree add -q .claude/worktrees/one
	) || return 4
	echo '[{"rights": ["EXECUTE"], "resource": "exec:git *", "expires_at": 0}]' >"$work/trees/t.json"
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/linked" --dry-run --base minimal,workspace-rw,git
	[ "$status" = 0 ] && grep -qF "add {\"rights\":[\"READ\",\"WRITE\"],\"resource\":\"path:/$work/trees/main/.git/**\"" "$work/err" || return 1
	python3 - "$work/trees" "$(grep -oE '\{"rights.*\}' "$work/err")" <<-'EOF' || return 1
		import json, sys
		t = json.load(open(sys.argv[1] + "/t.json"))
		t.append(json.loads(sys.argv[2]))
		json.dump(t, open(sys.argv[1] + "/t2.json", "w"))
	EOF
	run load "$work/trees/t2.json" --partition x --workspace "$work/trees/linked" --dry-run --base minimal,workspace-rw,git
	[ "$status" = 0 ] && ! grep -q 'linked work tree' "$work/err" || return 1
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/main" --dry-run --base minimal,workspace-rw,git
	[ "$status" = 0 ] && grep -qF "$work/trees/main/.claude/worktrees/one: a work tree in which nothing can be written" "$work/err" || return 1
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/main" --dry-run --base minimal,workspace-rw,git --allow-deputy '**/.claude'
	[ "$status" = 0 ] && ! grep -q ': a work tree' "$work/err"
}

# Both outputs in one file: remarks on rows, the rows, remarks on the whole table.
warnings_stand_where_they_belong() {
	mkdir -p "$work/order"
	echo '[{"rights": ["EXECUTE"], "resource": "Bash(sh:*)", "expires_at": 0},
		{"rights": ["READ"], "resource": "Read(./{a,b})", "expires_at": 0}]' >"$work/order/t.json"
	"$tool" load "$work/order/t.json" --partition x --dry-run --base none >"$work/out" 2>&1
	grep -nE 'braces|^KIND|start an interpreter' "$work/out" | cut -d: -f1 >"$work/order/lines"
	[ "$(wc -l <"$work/order/lines")" = 3 ] && sort -nc "$work/order/lines" &&
		sed -n "$(head -1 "$work/order/lines")p" "$work/out" | grep -q braces &&
		sed -n "$(tail -1 "$work/order/lines")p" "$work/out" | grep -q interpreter || return 1
	"$tool" load "$work/order/t.json" --partition x --dry-run --base minimal 2>&1 >"$work/out" | cat >/dev/null
	[ "$(grep -c 'localtime): .* is a link' "$work/out")" = 1 ]
}

# A row that an exclusion takes away is reported, with what lifts the exclusion; others are not.
rows_that_exclusions_take_away_are_told() {
	rm -rf "$work/taken" && mkdir -p "$work/taken/.vscode" "$work/taken/src"
	echo '[{"rights":["READ","WRITE"],"resource":"Edit(./.vscode/settings.json)","expires_at":0},
	{"rights":["WRITE"],"resource":"Edit(./package.json)","expires_at":0},
	{"rights":["READ","WRITE"],"resource":"Edit(./.idea/**)","expires_at":0},
	{"rights":["WRITE"],"resource":"Edit(./src/**)","expires_at":0},
	{"rights":["READ"],"resource":"Read(./secret)","expires_at":0},
	{"rights":["READ"],"resource":"Read(./.vscode/settings.json)","expires_at":0},
	{"rights":["WRITE"],"resource":"Edit(./**)","expires_at":0}]' >"$work/taken/t.json"
	echo '{"permissions":{"deny":["Read(secret)"]}}' >"$work/spec.json"
	run load "$work/taken/t.json" --partition x --dry-run --base workspace-rw --spec "$work/spec.json"
	[ "$status" = 0 ] && [ "$(grep -c ': gives no ' "$work/err")" = 4 ] &&
		grep -q "row 0 .*gives no WRITE: tools outside obey it; --allow-deputy '\*\*/.vscode'" "$work/err" &&
		grep -q "row 1 .*--allow-deputy 'package.json'" "$work/err" && grep -q 'row 2 .*gives no WRITE' "$work/err" &&
		grep -q 'row 4 .*gives no READ: .*spec.json denies it (Read(secret))' "$work/err" ||
		{ cat "$work/err" && return 1; }
}

# A partition that may have others work outside is not confined.
sockets_of_services_are_told() {
	local row want

	while read -r want row; do
		echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"$row\",\"expires_at\":0}]" >"$work/in.json"
		run load "$work/in.json" --partition x --dry-run --base none
		[ "$status" = 0 ] || { cat "$work/err" && return 1; }
		if [ "$want" = - ]; then
			! grep -q 'a process that talks' "$work/err"
		else
			grep -qF "row 0 ($row): a process that talks to this socket $want" "$work/err"
		fi || { echo "$row: $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		starts unix:/var/run/docker.sock
		starts unix:/srv/x/docker.sock
		starts unix:/run/podman/podman.sock
		starts unix:/run/containerd/containerd.sock
		starts unix:/run/dbus/system_bus_socket
		starts unix:/run/user/1000/bus
		starts unix:/run/**
		uses unix:/tmp/ssh-abc/agent.123
		uses unix:/run/user/1000/gnupg/S.gpg-agent.ssh
		types unix:@/tmp/.X11-unix/X0
		- unix:/run/postgresql/.s.PGSQL.5432
		- unix:./app.sock
		- unix:@app
	EOF
}

# No PATH counts: the row has to say where the program is.
programs_of_version_managers_are_named() {
	mkdir -p "$work/bin"
	printf '#!/bin/sh\n' >"$work/bin/rvmnode"
	chmod 755 "$work/bin/rvmnode"
	echo '[{"rights":["EXECUTE"],"resource":"Bash(rvmnode:*)","expires_at":0}]' >"$work/in.json"
	PATH=$PATH:$work/bin run load "$work/in.json" --partition x --dry-run --base none
	[ "$status" = 0 ] && grep -qF "but there is $work/bin/rvmnode: write exec:$work/bin/rvmnode *" "$work/err" || return 1
	chmod 777 "$work/bin/rvmnode"
	PATH=$PATH:$work/bin run load "$work/in.json" --partition x --dry-run --base none
	grep -qF "$work/bin/rvmnode, writable by others" "$work/err" || return 1
	# A relative directory is one that an agent could fill.
	(cd "$work" && PATH=$PATH:bin run load "$work/in.json" --partition x --dry-run --base none)
	grep -qF "write exec:/whole/path/of/rvmnode *" "$work/err"
}
