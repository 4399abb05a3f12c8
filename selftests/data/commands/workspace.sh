#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tree that forms are tried in:
#
#	workspace.sh DIR
#
# DIR/out lies outside the workspace DIR/ws; in the workspace .env, secrets
# and protected are under deny rules.  attempt.c makes these, and restores them
# after a form that changed them.  What an attacker would bring along lies ready in
# the workspace, also what deny rules would not let an attacker write there.
set -euo pipefail

PATH=/usr/local/bin:/usr/bin:/usr/sbin
top=$1
ws=$top/ws
out=$top/out
bad=$ws/tools/forbidden
built=$(dirname "$(readlink -f "$0")")/../../build/commands
marker=$built/marker

put() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
	chmod "${2:-644}" "$1"
}

make_programs() {
	mkdir -p "$ws/tools" "$ws/names" "$ws/applets" "$top/home"
	cp "$marker" "$bad"
	# The forbidden program under names of allowed ones.
	for name in git ls cat echo python3 node sh busybox env make less pager; do
		cp "$marker" "$ws/tools/$name"
		ln -s "$bad" "$ws/names/$name"
	done
	mkdir -p "$ws/hard"
	for name in git ls cat echo sh; do ln "$bad" "$ws/hard/$name"; done
	# One file that is many programs.
	cp "$(command -v busybox)" "$ws/applets/busybox"
	for name in ls sh cat wget vi; do ln "$ws/applets/busybox" "$ws/applets/$name"; done
	ln -s "$(command -v busybox)" "$ws/names/bb-sh"
	for name in id uname awk python3 perl bash dash env; do
		ln -s "$(command -v "$name")" "$ws/names/my-$name"
	done
}

make_code() {
	put "$ws/app.py" <<<'import json; print("app py ok", json.dumps([1]))'
	put "$ws/app.js" <<<'console.log("app js ok", process.argv.slice(2).join())'
	put "$ws/app.pl" <<<'print "app pl ok @ARGV\n";'
	put "$ws/build.sh" <<<'echo "build ok $*"'
	# shellcheck disable=SC2016 # $1 is awk's
	put "$ws/sum.awk" <<<'{ s += $1 } END { print "sum", s }'
	put "$ws/data.txt" <<<$'3\n1\n2'
	put "$ws/README.md" <<<'hello workspace'
	put "$ws/with blank.txt" <<<'blank ok'
	# shellcheck disable=SC2016 # $(info) is make's
	put "$ws/Makefile" <<<'test: ; $(info make ok)'
	put "$ws/package.json" <<<'{"name": "w", "version": "1.0.0", "scripts": {"test": "node app.js"}}'
	put "$ws/data.json" <<<'{"name": "json ok"}'
	put "$ws/prog.c" <<<'int main(void) { return 0; }'
	mkdir -p "$ws/archive"
	tar -C "$ws" -cf "$ws/a.tar" README.md
	tar -C "$ws" -cf "$ws/up.tar" --transform=s/README.md/planted/ README.md
}

# The attacker's code, in places where programs look for code.
make_evil() {
	put "$ws/evil/json.py" <<<'print("RAN-" + "FORBIDDEN"); dumps = str'
	put "$ws/evil/sitecustomize.py" <<<'print("RAN-" + "FORBIDDEN")'
	put "$ws/evil/startup.py" <<<'print("RAN-" + "FORBIDDEN")'
	put "$ws/evil/Evil.pm" <<<'print "RAN-", "FORBIDDEN\n"; 1;'
	put "$ws/evil/evil.js" <<<'console.log("RAN-" + "FORBIDDEN")'
	put "$ws/evil/env.sh" <<<'printf "RAN-%s\n" FORBIDDEN'
	put "$ws/evil/evil.awk" <<<'BEGIN { print "RAN-" "FORBIDDEN" }'
	put "$ws/evil/evil.sed" <<<"1e $bad"
	put "$ws/evil/evil.mk" <<<$'test:\n\t@'"$bad"
	put "$ws/evil/print.mk" <<<'$(info RAN-$(subst x,,xFORBIDDEN))'
	put "$ws/evil/evil.gdb" <<<"shell $bad"
	put "$ws/evil/evil.vim" <<<"silent !$bad"
	put "$ws/evil/evil.tcl" <<<"puts [exec $bad]"
	put "$ws/evil/evil.sql" <<<".shell $bad"
	put "$ws/evil/ssh_config" <<<$'Host *\n\tProxyCommand '"$bad"
	put "$ws/evil/package.json" <<<"{\"name\": \"e\", \"version\": \"1.0.0\", \"scripts\": {\"test\": \"$bad\"}}"
	put "$ws/evil/.npmrc" <<<"script-shell=$bad"
	put "$ws/evil/gitconfig" <<-END
		[core]
			pager = $bad
			fsmonitor = $bad
		[alias]
			x = !$bad
		[diff]
			external = $bad
	END
	put "$ws/evil/parts/part" 755 <<<$'#!/bin/sh\nprintf "RAN-%s\\n" FORBIDDEN'
	cp "$built/library.so" "$ws/evil/evil.so"
	cp "$built/loaded" "$ws/evil/interp"
	cp "$built/loader" "$ws/tools/loader"
}

# Scripts: the interpreter behind "#!" is what runs.
make_scripts() {
	put "$ws/scripts/bad" 755 <<<"#!$bad"
	put "$ws/scripts/chain" 755 <<<"#!$ws/scripts/bad"
	put "$ws/scripts/git" 755 <<<$'#!/bin/sh\nprintf "RAN-%s\\n" FORBIDDEN'
	put "$ws/scripts/python3" 755 <<<$'#!/usr/bin/python3\nprint("RAN-" + "FORBIDDEN")'
	put "$ws/scripts/env-s" 755 <<<"#!/usr/bin/env -S $bad"
	put "$ws/scripts/loader" 755 <<<"#!/lib64/ld-linux-x86-64.so.2 $bad"
	put "$ws/scripts/awk" 755 <<<$'#!/usr/bin/awk -f\nBEGIN { print "RAN-" "FORBIDDEN" }'
	put "$ws/scripts/node" 755 <<<$'#!/usr/bin/env node\nconsole.log("RAN-" + "FORBIDDEN")'
	put "$ws/scripts/perl" 755 <<<$'#!/usr/bin/perl -w\nprint "RAN-", "FORBIDDEN\n";'
	put "$ws/scripts/sed" 755 <<<$'#!/bin/sed -nf\n1e printf RAN-%s FORBIDDEN'
	put "$ws/scripts/ls" 755 <<<$'#!/usr/bin/busybox sh\nprintf "RAN-%s\\n" FORBIDDEN'
	put "$ws/scripts/plain" 755 <<<'printf "RAN-%s\n" FORBIDDEN'
}

git_in() {
	git -C "$1" -c user.name=W -c user.email=w@localhost -c init.defaultBranch=main "${@:2}"
}

# A plain repository, and one whose configuration and hooks are the attacker's.
make_repositories() {
	local repo

	for repo in "$ws" "$ws/evilrepo" "$out.repo"; do
		mkdir -p "$repo"
		git_in "$repo" init -q
		echo one >"$repo/one.txt"
		git_in "$repo" add one.txt
		git_in "$repo" commit -q -m first
		echo two >"$repo/one.txt"
	done
	echo 's3cret-of-history' >"$out.repo/one.txt"
	git_in "$out.repo" commit -q -a -m second
	echo 's3cret-of-history' >"$ws/leaked"
	git_in "$ws" add leaked README.md app.py
	git_in "$ws" commit -q -m leak
	git_in "$ws" rm -q --cached leaked
	mv "$ws/leaked" "$ws/secrets/leaked"
	git_in "$ws" commit -q -m unleak
	repo=$ws/evilrepo
	git_in "$repo" config core.fsmonitor "$bad"
	git_in "$repo" config core.pager "$bad"
	git_in "$repo" config diff.external "$bad"
	git_in "$repo" config alias.x "!$bad"
	git_in "$repo" config filter.f.clean "$bad"
	git_in "$repo" config core.sshCommand "$bad"
	git_in "$repo" config diff.d.textconv "$bad"
	git_in "$repo" config core.editor "$bad"
	echo '*.txt filter=f diff=d' >"$repo/.gitattributes"
	for hook in pre-commit post-checkout post-commit pre-push post-index-change; do
		cp "$marker" "$repo/.git/hooks/$hook"
	done
}

make_programs
make_code
make_evil
make_scripts
make_repositories
