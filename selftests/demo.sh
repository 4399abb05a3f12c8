#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole path on real input: the table that the harness adapter emitted for
# "repo-maintainer", with its spec's deny list, enforced by the kernel on a
# scripted agent.  Runs as root in the guest; `make demo` boots one.
#
# Exit 0 only if every step did what it should.

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
corpus=$top/selftests/data/corpus
rvmctl=$top/user/bin/rvmctl
stage=$(mktemp -d /tmp/rvm-demo.XXXXXX)
ws=$stage/workspace
name=triage-bot
failures=0

bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
[ -t 1 ] || [ -n "${RVM_DEMO_COLOR:-}" ] || bold='' green='' red='' dim='' plain=''

cleanup() {
	"$rvmctl" partition del "$name" >/dev/null 2>&1 || true
	umount "$stage" 2>/dev/null || true
	rmdir "$stage" 2>/dev/null || true
}
trap cleanup EXIT

chapter() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

fail() {
	failures=$((failures + 1))
	printf '  %sWRONG%s  %s\n' "$red" "$plain" "$1"
}

# The agent is a shell, started on our authority; what it starts needs a token.
run() { (cd "$ws" && "$rvmctl" run "$name" -- sh -c '"$@"' agent "$@" </dev/null 2>&1); }

# What must work: prints the first line of its output.
allowed() {
	local what=$1 out
	shift
	if out=$(run "$@"); then
		printf '  %sworks%s    %-34s %s%s%s\n' "$green" "$plain" "$what" "$dim" \
			"$(head -n 1 <<<"$out" | cut -c1-60)" "$plain"
	else
		fail "$what should work: $out"
	fi
}

# What must be denied: prints the sentence that explains the newest denial.
denied() {
	local what=$1 before after out
	shift
	before=$(last_denial)
	if out=$(run "$@"); then
		fail "$what should be denied, it printed: $out"
		return
	fi
	after=$(last_denial)
	if [ "$before" = "$after" ]; then
		fail "$what failed, but not because of RVM: $out"
		return
	fi
	printf '  %sdenied%s   %s\n' "$red" "$plain" "$what"
	"$rvmctl" why --last --partition "$name" | fmt -s -w 92 | sed "s/^/           $dim/; s/\$/$plain/"
}

last_denial() {
	"$rvmctl" -j partition show "$name" | python3 -c 'import json, sys
d = json.load(sys.stdin)
d = d[0] if isinstance(d, list) else d
print(d["denials"])'
}

make_workspace() {
	mount -t tmpfs tmpfs "$stage"
	mkdir "$ws" "$stage/other-user"
	printf 'private\n' >"$stage/other-user/id_ed25519"
	printf 'TOKEN=hunter2\n' >"$ws/.env"
	printf '# Triage\n' >"$ws/README.md"
	printf 'const fs = require("fs");\nconsole.log(fs.readFileSync("README.md", "utf8").trim(), "read by node");\n' \
		>"$ws/read.js"
	ln -s "$stage/other-user/id_ed25519" "$ws/innocent"
	cp "$corpus/harness/repo-maintainer/"* "$ws/"
	cp "$corpus/harness-specs/repo-maintainer.json" "$stage/spec.json"
	git -C "$ws" -c init.defaultBranch=main init -q
	git -C "$ws" add README.md read.js
	git -C "$ws" -c user.name=Demo -c user.email=demo@localhost commit -q -m 'Start of the story'
	git -C "$ws" remote add origin https://localhost/nowhere.git
}

digest() { (cd "$ws" && find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum); }

show_load() {
	chapter 'The emitted table, with the deny list of its spec'
	(cd "$ws" && "$rvmctl" load capability-table.json --partition "$name" --workspace "$ws" \
		--spec "$stage/spec.json" --base minimal,workspace-ro,git,node) | sed 's/^/  /'
}

show_agent() {
	chapter 'What the agent may do'
	allowed 'git status' git status --short --branch
	allowed 'git log' git log --oneline
	allowed 'a node script that reads the workspace' node read.js

	chapter 'What it may not'
	denied 'git push' git push origin main
	denied 'rm -rf' rm -rf .
	denied 'reading .env' node -e 'require("fs").readFileSync(".env")'
	denied 'writing a file' node -e 'require("fs").writeFileSync("planted.txt", "x")'
	denied "another user's key" node -e "require('fs').readFileSync('$stage/other-user/id_ed25519')"
	denied 'a TCP connection' node -e 'require("net").connect(443, "192.0.2.1").on("error", () => process.exit(1))'
	denied 'python3 -c' python3 -c 'print(1)'
	denied 'the key through a symlink' node -e 'require("fs").readFileSync("innocent")'
	denied 'the key through /proc/self/root' \
		node -e "require('fs').readFileSync('/proc/self/root$stage/other-user/id_ed25519')"
}

show_unchanged() {
	chapter 'The workspace afterwards'
	if [ "$(digest)" = "$1" ]; then
		printf '  every file is as it was\n'
	else
		fail 'files of the workspace changed'
	fi
}

show_witness() {
	local log=$stage/witness.log head length record

	chapter 'What the kernel wrote down'
	"$rvmctl" witness export -o "$log" >/dev/null
	head=$("$rvmctl" -j witness head | python3 -c 'import json, sys; print(json.load(sys.stdin)["head"])')
	length=$(($(stat -c %s "$log") / 64))
	"$rvmctl" witness verify "$log" | sed 's/^/  /' || fail 'the log does not verify'
	printf '  kernel head %s...\n' "${head:0:32}"

	record=$((length / 2))
	python3 - "$log" "$log.bad" "$record" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[3]) * 64 + 24] ^= 1
open(sys.argv[2], "wb").write(data)
PY
	printf '  one bit of record %s is flipped in a copy:\n' "$record"
	if out=$("$rvmctl" witness verify "$log.bad" 2>&1); then
		fail 'the flipped bit went unnoticed'
	elif grep -q "\b$record\b" <<<"$out"; then
		printf '    %s\n' "${out//$'\n'/$'\n'    }"
	else
		fail "found, but not at record $record: $out"
	fi
}

main() {
	local before

	chapter 'RVM: what an agent may do, decided and recorded by the kernel'
	make_workspace
	before=$(digest)
	[ -d /sys/module/rvm ] || insmod "$top/kmod/rvm.ko"
	"$rvmctl" hook attach | sed 's/^/  /'
	show_load
	show_agent
	show_unchanged "$before"
	show_witness
	if [ "$failures" -gt 0 ]; then
		printf '\n%s%s steps went wrong%s\n' "$red" "$failures" "$plain"
		exit 1
	fi
	printf '\n%sEvery step did what it should.%s\n' "$green" "$plain"
}

main
