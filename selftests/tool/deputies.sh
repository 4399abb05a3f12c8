# shellcheck shell=bash disable=SC2001,SC2015,SC2016,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# Protection of files that outside tools obey.  Sourced by tool_test.sh.

deputies_are_excluded_and_can_be_lifted() {
	mkdir -p "$work/dep"
	echo '[]' >"$work/dep/t.json"
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw
	[ "$status" = 0 ] && grep -q 'deputy.list.*Edit(package.json)' "$work/out" || return 1
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw --allow-deputy package.json
	[ "$status" = 0 ] && ! grep -q 'Edit(package.json)' "$work/out" || return 1
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw --allow-deputy nothing
	[ "$status" = 2 ] && is_clear
}

# A load of $work/held/t.json for a workspace: each line "1 PATH" is excluded, "0 PATH" is not.
holds() {
	local held path found

	run -j load "$work/held/t.json" --partition x --workspace "$work/held/$1" --dry-run --base "$2"
	[ "$status" = 0 ] || { cat "$work/err" && return 1; }
	while read -r held path; do
		found=0
		! grep -qF "\"resolved\":\"$work/held/$path\"" "$work/out" || found=1
		[ "$held" = "$found" ] || { echo "$held $path" && return 1; }
	done
}

# Included files are named from the file that includes them, the rest from the top.
what_git_is_told_is_held() {
	local ws=$work/held/ws

	rm -rf "$work/held" && mkdir -p "$ws/scripts" && git init -q "$ws" || return 4
	echo '[]' >"$work/held/t.json"
	touch "$ws"/{clean.sh,conv.py,main,free.sh}
	ln -s real.cfg "$ws/team.cfg"
	printf '[include]\npath = deep.conf\n' >"$ws/real.cfg"
	cat >>"$ws/.git/config" <<-'EOF'
		[include]
		path = extra.conf
		path = ../team.cfg
		[filter "x"]
		clean = sh clean.sh
		[diff "x"]
		textconv = cd tools && python3 conv.py
		command = $(git rev-parse --show-toplevel)/scripts/lint.sh
		[remote "x"]
		uploadpack = bin/up
		url = some/where
		[alias]
		x = log main
	EOF
	printf '[core]\nhooksPath = myhooks\n[include]\npath = more.conf\n' >"$ws/.git/extra.conf"
	cat >"$ws/.git/config.worktree" <<-'EOF'
		[core]
		fsmonitor = $PWD/tools/watch
	EOF
	printf '[diff "y"]\ncommand = tools/y\n' >"$ws/deep.conf"
	holds ws workspace-rw <<-'EOF'
		1 ws/.git/extra.conf
		0 ws/extra.conf
		1 ws/.git/more.conf
		1 ws/myhooks
		1 ws/team.cfg
		1 ws/real.cfg
		1 ws/deep.conf
		1 ws/tools/y
		1 ws/clean.sh
		1 ws/conv.py
		0 ws/tools
		1 ws/scripts/lint.sh
		1 ws/tools/watch
		1 ws/bin/up
		1 ws/some/where
		0 ws/main
		0 ws/free.sh
	EOF
}

links_on_the_way_are_held() {
	local ws=$work/held/ws

	rm -rf "$work/held" && mkdir -p "$ws/real" || return 4
	echo '[]' >"$work/held/t.json"
	touch "$ws"/real/{main,other}.make
	ln -s a "$ws/Makefile"
	ln -s real/main.make "$ws/a"
	ln -s 'later[1].cfg' "$ws/setup.cfg"
	ln -s real/other.make "$ws/free"
	git init -q "$ws" && mkdir -p "$ws/deep/er" && ln -s deep/er "$ws/in" && git -C "$ws" config core.hooksPath in/../hk || return 4
	holds ws workspace-rw <<-'EOF'
		1 ws/a
		1 ws/real/main.make
		1 ws/later\\[1].cfg
		1 ws/in
		1 ws/deep/hk
		0 ws/free
		0 ws/real/other.make
	EOF
}

# Whatever git obeys there, as in the workspace.
other_repositories_are_held() {
	local main=$work/held/main

	rm -rf "$work/held" && mkdir -p "$work/held/ws" && git init -q "$main" || return 4
	echo "[{\"rights\": [\"READ\", \"WRITE\"], \"resource\": \"path:/$main/**\", \"expires_at\": 0}]" >"$work/held/t.json"
	printf '[core]\nhooksPath = myhooks\n[include]\npath = x.conf\n' >>"$main/.git/config"
	holds ws minimal <<-'EOF'
		1 main/**/config.worktree
		1 main/**/commondir
		1 main/**/.gitattributes
		1 main/**/.gitmodules
		1 main/**/.git/config
		0 main/**/.gitlint
		0 main/**/Makefile
		1 main/myhooks
		1 main/.git/x.conf
		0 main/hooks
	EOF
}

# ".git" is a file: of a submodule, of a directory elsewhere, of a linked work tree.
linked_configurations_are_read() {
	local ws=$work/held/ws git=$work/held/ws/.git/modules/sub

	rm -rf "$work/held" && git init -q "$ws" || return 4
	echo '[]' >"$work/held/t.json"
	mkdir -p "$git" "$ws/sub" "$ws/away" "$work/held/git/wt"
	echo 'gitdir: ../.git/modules/sub' >"$ws/sub/.git"
	printf '[core]\nhooksPath = subhooks\n' >"$git/config"
	printf '[core]\nfsmonitor = tools/watch\n' >"$git/config.worktree"
	echo "gitdir: $work/held/git/wt" >"$ws/away/.git"
	echo .. >"$work/held/git/wt/commondir"
	printf '[core]\nhooksPath = awayhooks\n' >"$work/held/git/config"
	printf '[core]\nfsmonitor = tools/own\n' >"$work/held/git/wt/config.worktree"
	holds ws workspace-rw <<-'EOF' || return 1
		1 ws/sub/subhooks
		1 ws/sub/tools/watch
		0 ws/subhooks
		1 ws/away/awayhooks
		1 ws/away/tools/own
		0 ws/away/tools/watch
		0 git/config
	EOF
	echo "[{\"rights\": [\"WRITE\"], \"resource\": \"path:/$work/held/**\", \"expires_at\": 0}]" >"$work/held/t.json"
	holds ws workspace-rw <<-'EOF'
		1 git/config
		1 git/hooks
		0 git/packed-refs
	EOF
}

# Listed once by the row that gives it, and once by the exclusion that takes it away.
is_closed() {
	grep -q 'nothing in the workspace or in other directories of the table is writable' "$work/err" &&
		[ "$(grep -oF "\"resolved\":\"$work/held/$1/**\"" "$work/out" | wc -l)" = 2 ]
}

# More than can be looked at or listed: then nothing is writable, and load says so.
too_much_that_is_named_closes_all() {
	local ws=$work/held/ws

	rm -rf "$work/held" && git init -q "$ws" || return 4
	echo '[]' >"$work/held/t.json"
	{
		seq -f '[x] url = https://example.org/%g' 300
		seq -f '[x] y = some/%g' 300
		printf '[core]\nhooksPath = myhooks\n'
	} >>"$ws/.git/config"
	holds ws workspace-rw <<-'EOF' || return 1
		1 ws/some/300
		1 ws/myhooks
	EOF
	! is_closed ws || return 1
	seq -f '[x] y = some/%g' 9000 >>"$ws/.git/config"
	holds ws workspace-rw <<<'1 ws/some/300' && is_closed ws || return 1
	{ printf '[core]\nhooksPath = myhooks\n' && head -c 5000000 /dev/zero | tr '\0' '#'; } >"$ws/.git/config"
	holds ws workspace-rw <<<'0 ws/myhooks' && is_closed ws
}

# Where the top is another directory: one above the workspace, a work tree that is elsewhere.
other_tops_are_seen() {
	local repo=$work/held/repo

	rm -rf "$work/held" && mkdir -p "$repo/ws/tree" && git init -q "$repo" && git init -q "$repo/ws/in" || return 4
	echo '[]' >"$work/held/t.json"
	git -C "$repo" config core.hooksPath ws/hk
	printf '[core]\nworktree = ../../tree\nhooksPath = hk\nfsmonitor = bin/watch\n' >>"$repo/ws/in/.git/config"
	holds repo/ws workspace-rw <<-'EOF'
		1 repo/ws/hk
		1 repo/ws/tree/hk
		1 repo/ws/tree/bin/watch
		1 repo/ws/in/.git/hk
		0 repo/ws/tree
	EOF
}

# Among the files of the workspace, in a path of git's own, at a user's home, too long.
any_spelling_of_a_path_is_held() {
	local ws=$work/held/ws long

	rm -rf "$work/held" && git init -q "$ws" || return 4
	echo '[]' >"$work/held/t.json"
	long=$(printf 'd%.0s/' {1..300})
	printf '[core]\nhooksPath = .\nsshCommand = %sx\n' "$long" >>"$ws/.git/config"
	printf '[x]\ny = t1/*/x.sh t2/${A}/b\nz = ${B:-t3/x}\n' >>"$ws/.git/config"
	mkdir -p "$ws/bin" && ln -s "$(command -v git)" "$ws/bin/git" || return 1
	printf '[include]\npath = "%%(prefix)/conf"\n' >>"$ws/.git/config"
	PATH=$ws/bin:$PATH holds ws workspace-rw <<-EOF || return 1
		1 ws/pre-commit
		1 ws/.git/pre-receive
		0 ws/.git
		0 ws/free
		1 ws/$(printf 'd%.0s/' {1..59})d
		1 ws/t1
		1 ws/t2
		1 ws/t3/x
		1 ws/conf
		1 ws/bin
	EOF
	grep -q "$ws/bin: made read-only, since PATH names it" "$work/err" || return 1
	PATH=.:$PATH holds ws workspace-rw <<<'0 ws/.' && grep -q "PATH has '.'" "$work/err"
}

remotes_in_folders_are_held() {
	local ws=$work/held/ws

	rm -rf "$work/held" && git init -q "$ws" && git init -q --bare "$ws/there.git" || return 4
	echo '[]' >"$work/held/t.json"
	ln -s there.git "$ws/link"
	cat >>"$ws/.git/config" <<-EOF
		[remote "x"]
		url = backup
		url = https://example.org/a
		pushurl = ./there.git
		[remote "y"]
		url = link
		[branch "main"]
		remote = ./later
		[url "$ws/mirror/"]
		insteadOf = https://example.org/
		[url "m/x"]
		insteadOf = other:
	EOF
	git -C "$ws/there.git" config core.hooksPath "$ws/hk"
	holds ws workspace-rw <<-'EOF'
		1 ws/backup
		1 ws/backup.git
		1 ws/later
		1 ws/link
		1 ws/mirror
		1 ws/m/x*
		1 ws/there.git/hooks
		1 ws/hk
		0 ws/there.git/packed-refs
		0 ws/origin
	EOF
}

# Further down in the directory of a row, whatever they are called.
repositories_below_rows_are_held() {
	local main=$work/held/main

	rm -rf "$work/held" && mkdir -p "$work/held/ws" "$main/a/b" "$main/other" && git init -q "$main/a/b/c" &&
		git init -q --bare "$main/a/b/r.git" && git init -q --bare "$main/other/q.git" || return 4
	echo "[{\"rights\": [\"READ\", \"WRITE\"], \"resource\": \"path:/$main/a/**\", \"expires_at\": 0}]" >"$work/held/t.json"
	git -C "$main/a/b/c" config core.hooksPath hk
	rm -rf "$main/a/b/c/.git/hooks" && ln -s ../later "$main/a/b/c/.git/hooks"
	holds ws minimal <<-'EOF' || return 1
		1 main/a/b/c/hk
		1 main/a/b/c/later
		1 main/a/b/r.git/hooks
		1 main/a/b/r.git/config
		0 main/a/**/config
		0 main/other/q.git/hooks
	EOF
	mkdir "$main/a/0" && (cd "$main/a/0" && seq 200100 | xargs touch) || return 1
	holds ws minimal <<-'EOF' && grep -q 'too many files to search' "$work/err"
		1 main/a/**/config
		1 main/a/**/hooks
		0 main/a/**/src
	EOF
}

# Whatever a base table gives in which a directory can be made: also names in shared memory.
caches_take_no_repository() {
	local path

	mkdir -p "$work/caches"
	echo '[]' >"$work/caches/t.json"
	run -j load "$work/caches/t.json" --partition x --workspace "$work/caches" --dry-run \
		--base minimal,workspace-rw,shell,pip,python
	[ "$status" = 0 ] || return 1
	for path in .cache/rvm-x .cache/pip/rvm-x; do
		grep -qF "\"resolved\":\"$HOME/$path/**/.git\"" "$work/out" || { echo "$path" && return 1; }
	done
	grep -qF '"resolved":"/dev/shm/psm_????????/**/.git"' "$work/out" &&
		! grep -qF '/dev/null/**/.git' "$work/out" || return 1
	run -j load "$work/caches/t.json" --partition x --workspace "$work/caches" --dry-run \
		--base minimal,workspace-rw,shell --allow-deputy '**/.git/.'
	[ "$status" = 0 ] && ! grep -qF 'rvm-x/**/.git"' "$work/out"
}
