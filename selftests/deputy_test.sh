#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tools of the user, outside and after the agent: none of them runs what an agent
# with workspace-rw left.  Each trap is first set by the user, to see that the tool
# does fall into it, then by the agent.
# shellcheck disable=SC1091,SC2016,SC2028 # texts of scripts
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

export PATH=$root/user:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export HOME=$dir/home GIT_CONFIG_NOSYSTEM=1 NO_UPDATE_NOTIFIER=1
export ws=$dir/ws main=$dir/main

cleanup() {
	drop_partitions deputy
	return_home
}
trap cleanup EXIT

write_table() {
	cat >"$dir/table.json" <<-JSON
		[{"rights": ["EXECUTE"], "resource": "exec:*", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ"], "resource": "path:/$dir/*-plant", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "path:/$main/**", "proof_tier": "P2", "expires_at": 0}]
	JSON
}

# For scripts of the agent: what a trap runs, and a folder laid out as git wants it.
prelude() {
	cat <<-SH
		mark=$dir/$1-mark
		main=$main
		config() {
			printf '[core]\nrepositoryformatversion = 0\nbare = false\n'
			printf 'fsmonitor = "touch %s; false"\n%s\n' "\$mark" "\$1"
		}
		layout() {
			mkdir -p "\$1/objects" "\$1/refs/heads"
			echo 'ref: refs/heads/main' >"\$1/HEAD"
			config "\$2" >"\$1/config"
		}
		hook() {
			printf '#!/bin/sh\ntouch %s\n' "\$mark" >"\$1"
			chmod +x "\$1"
		}
		compiled() {
			python3 -c 'import importlib.util, marshal, os, sys
		source, tail, mark = sys.argv[1:]
		st = os.stat(source)
		code = compile("import os; os.system(\"touch " + mark + "\")", source, "exec")
		data = importlib.util.MAGIC_NUMBER + bytes(4) + int(st.st_mtime).to_bytes(4, "little") + \\
		    st.st_size.to_bytes(4, "little") + marshal.dumps(code)
		os.makedirs("kept", exist_ok=True)
		name = source[:-3] + "." + sys.implementation.cache_tag + tail.strip(".") + ".pyc"
		open("kept/" + name, "wb").write(data)' "\$@"
			mv -T kept __pycache__ || ln -s kept __pycache__ || cp -r kept __pycache__
		}
	SH
}

#
# Traps.  NAME_before: what the user has; NAME_plant: text of a script that sets the
# trap; NAME_use: what the user does.
#

repository() {
	git init -q -b main .
	git config user.name test
	git config user.email test@example.org
	echo 1 >file
	mkdir -p sub
	git add file
	git commit -q -m one
}

git_config_before() { repository; }
git_config_plant() { echo 'config >.git/config'; }
git_config_use() { git status; git log -p; git commit -q --allow-empty -m two; git reset -q --hard; }

# As an editor writes it, and by a second name from before.
git_config_renamed_before() { repository; }
git_config_renamed_plant() { echo 'config >x; mv -f x .git/config || ln -f x .git/config'; }
git_config_renamed_use() { git status; }

git_hook_before() { repository; }
git_hook_plant() { echo 'hook .git/hooks/pre-commit'; }
git_hook_use() { git commit -q --allow-empty -m two; }

git_reset_before() { repository; }
git_reset_plant() { echo 'hook .git/hooks/post-index-change'; }
git_reset_use() { git reset -q --hard; }

git_log_before() { repository; }
git_log_plant() { echo 'printf "[diff \"x\"]\ntextconv = touch $mark; cat\n" >>.git/config; echo "* diff=x" >.git/info/attributes'; }
git_log_use() { git log -p; }

# The user's own program, for files that the user means.
git_attributes_before() {
	repository
	git config filter.x.clean "touch $dir/git_attributes-mark; cat"
}
git_attributes_plant() { echo 'echo "* filter=x" >.gitattributes; echo 2 >file'; }
git_attributes_use() { git add file; }

git_info_attributes_before() {
	repository
	git config diff.x.textconv "touch $dir/git_info_attributes-mark; cat"
}
git_info_attributes_plant() { echo 'mkdir -p .git/info; echo "* diff=x" >.git/info/attributes'; }
git_info_attributes_use() { git log -p; }

# A remote that is a folder here: its hooks run as the user.
git_remote_before() {
	repository
	git clone -q --bare . remote.git
	git remote add origin "$PWD/remote.git"
}
git_remote_plant() { echo 'hook remote.git/hooks/post-receive; hook remote.git/hooks/post-update'; }
git_remote_use() { git commit -q --allow-empty -m two; git push -q origin HEAD:new; }

git_remote_config_before() { git_remote_before; }
git_remote_config_plant() { echo 'printf "[uploadpack]\n" >>remote.git/config; mkdir h; hook h/post-update; printf "[core]\nhooksPath = $PWD/h\n" >>remote.git/config'; }
git_remote_config_use() { git_remote_use; }

# As husky sets it up.
git_husky_before() {
	repository
	mkdir -p .husky/_
	printf '#!/bin/sh\n. ./.husky/pre-commit\n' >.husky/_/pre-commit
	chmod +x .husky/_/pre-commit
	echo true >.husky/pre-commit
	git config core.hooksPath .husky/_
}
git_husky_plant() { echo 'echo "touch $mark" >x; mv -f x .husky/pre-commit || ln -f x .husky/pre-commit'; }
git_husky_use() { git commit -q --allow-empty -m two; }

git_worktree_config_before() {
	repository
	git config extensions.worktreeConfig true
}
git_worktree_config_plant() { echo 'config >.git/config.worktree'; }
git_worktree_config_use() { git status; }

git_commondir_before() { repository; }
git_commondir_plant() { echo 'layout meta; rm -rf meta/objects meta/refs; cp -r .git/objects .git/refs meta; echo ../meta >.git/commondir'; }
git_commondir_use() { git status; }

# Nothing new is called refs: the one of the user serves.
git_commondir_links_before() { repository; }
git_commondir_links_plant() { echo 'mkdir meta; ln -s ../.git/objects ../.git/refs meta; config >meta/config; echo ../meta >.git/commondir'; }
git_commondir_links_use() { git status; }

git_file_before() { repository; }
git_file_plant() { echo 'layout e "worktree = $PWD/sub"; echo "gitdir: ../e" >sub/.git'; }
git_file_use() { git -C sub status; }

git_link_before() { repository; }
git_link_plant() { echo 'layout e; ln -s ../e sub/.git'; }
git_link_use() { git -C sub status; }

git_folder_before() { repository; }
git_folder_plant() { echo 'layout sub/.git || { layout e; mv e sub/.git; }'; }
git_folder_use() { git -C sub status; }

# The whole folder that git looks at is another one.
git_moved_before() { repository; }
git_moved_plant() { echo 'mv .git old; cp -r old .git; config >.git/config'; }
git_moved_use() { git status; }

git_bare_before() { repository; }
git_bare_plant() { echo 'layout sub "worktree = $PWD/sub"'; }
git_bare_use() { git -C sub status; }

git_bare_renamed_before() { repository; }
git_bare_renamed_plant() { echo 'layout logs "worktree = $PWD"; mkdir r; mv r sub/refs; mv logs/* sub; sed -i "s,^worktree.*,worktree = $PWD/sub," sub/config'; }
git_bare_renamed_use() { git -C sub status; git -C logs status; }

# A repository without .git, whose refs the agent makes a link.
git_bare_link_before() { repository; }
git_bare_link_plant() { echo 'layout sub "worktree = $PWD/sub"; ln -s ../.git/refs sub/refs'; }
git_bare_link_use() { git -C sub status; }

# HEAD and commondir are enough; git's own logs have HEAD and refs.
git_head_before() { repository; }
git_head_plant() {
	cat <<-'SH'
		echo 'ref: refs/heads/main' >sub/HEAD; echo ../.git/logs >sub/commondir
		mkdir .git/logs/objects
		printf '[core]\nrepositoryformatversion = 1\n[extensions]\nworktreeConfig = true\n' >.git/logs/config
		config "worktree = $PWD/sub" >sub/config.worktree
	SH
}
git_head_use() { git -C sub status; }

git_logs_before() { repository; }
git_logs_plant() { echo 'mkdir .git/logs/objects; config "worktree = $PWD" >.git/logs/config'; }
git_logs_use() { git -C .git/logs status; }

# By way of a submodule that the agent adds to the index.
git_submodule_before() { repository; }
git_submodule_plant() {
	cat <<-'SH'
		rmdir sub; mkdir sub; layout e "worktree = $PWD/sub"; echo "gitdir: ../e" >sub/.git
		git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub"
	SH
}
git_submodule_use() { git status; }

# One of several work trees, in which .git is a file.
git_worktree_before() {
	repository
	git worktree add -q sub/tree
}
git_worktree_plant() { echo 'layout e "worktree = $PWD/sub/tree"; echo "gitdir: $PWD/e" >sub/tree/.git'; }
git_worktree_use() { git -C sub/tree status; }

# core.hooksPath: what it names is a folder of the workspace.
git_hooks_path_before() {
	repository
	mkdir tools
	git config core.hooksPath tools/hooks
}
git_hooks_path_plant() { echo 'mkdir -p tools/hooks; hook tools/hooks/pre-commit || { mkdir h; hook h/pre-commit; mv h tools/hooks; }'; }
git_hooks_path_use() { git commit -q --allow-empty -m two; }

git_hooks_dots_before() {
	repository
	git config core.hooksPath my..hooks
}
git_hooks_dots_plant() { echo 'mkdir -p my..hooks; hook my..hooks/pre-commit'; }
git_hooks_dots_use() { git commit -q --allow-empty -m two; }

git_hooks_home_before() {
	repository
	printf '[core]\n\thooksPath = hooks-of-team ; all of us\n' >"$real_home/.gitconfig"
}
git_hooks_home_plant() { echo 'mkdir -p hooks-of-team; hook hooks-of-team/pre-commit'; }
git_hooks_home_use() { GIT_CONFIG_GLOBAL=$real_home/.gitconfig git commit -q --allow-empty -m two; }

# What a link of such a name leads to has another name.
git_hooks_link_before() {
	repository
	mkdir githooks
	rm -rf .git/hooks
	ln -s ../githooks .git/hooks
}
git_hooks_link_plant() { echo 'hook githooks/pre-commit'; }
git_hooks_link_use() { git commit -q --allow-empty -m two; }

git_hook_link_before() {
	repository
	mkdir -p tools .git/hooks
	printf '#!/bin/sh\n' >tools/check
	chmod +x tools/check
	ln -s ../../tools/check .git/hooks/pre-commit
}
git_hook_link_plant() { echo 'hook tools/check'; }
git_hook_link_use() { git commit -q --allow-empty -m two; }

git_hooks_path_link_before() {
	repository
	mkdir hk
	ln -s hk hk2
	git config core.hooksPath hk2
}
git_hooks_path_link_plant() { echo 'hook hk/pre-commit'; }
git_hooks_path_link_use() { git commit -q --allow-empty -m two; }

# The user's own settings, kept in the workspace.
git_home_link_before() {
	repository
	mkdir -p dot "$real_home/.config/git"
	printf '[user]\nname = x\n' >dot/gitconfig
	ln -sfn "$PWD/dot/gitconfig" "$real_home/.config/git/config"
}
git_home_link_plant() { echo 'config >dot/gitconfig'; }
git_home_link_use() { GIT_CONFIG_GLOBAL=$real_home/.config/git/config git status; }

git_include_before() {
	repository
	git config include.path ../team.cfg
}
git_include_plant() { echo 'config >team.cfg'; }
git_include_use() { git status; }

# What an included file names.
git_include_more_before() {
	repository
	printf '[core]\nhooksPath = team/hooks\n' >team.cfg
	git config include.path ../team.cfg
}
git_include_more_plant() { echo 'mkdir -p team/hooks; hook team/hooks/pre-commit'; }
git_include_more_use() { git commit -q --allow-empty -m two; }

git_filter_before() {
	repository
	echo 'file filter=x' >.gitattributes
	git config filter.x.clean 'tools/clean %f'
}
git_filter_plant() { echo 'mkdir -p tools; hook tools/clean; echo 2 >file'; }
git_filter_use() { git add file; }

# Of a repository outside that a row of the table gives.
git_outside_before() { repository; }
git_outside_plant() { echo 'hook $main/.git/hooks/pre-commit'; }
git_outside_use() { git -C "$main" commit -q --allow-empty -m two; }

git_outside_common_before() { repository; }
git_outside_common_plant() { echo 'mkdir $main/m; ln -s ../.git/objects ../.git/refs $main/m; config >$main/m/config; echo ../m >$main/.git/commondir'; }
git_outside_common_use() { git -C "$main" status; }

make_before() { printf 'all:\n\t@true\n-include *.mk\n' >Makefile; }
make_plant() { echo 'printf "all:\n\ttouch $mark\n" >GNUmakefile'; }
make_use() { make; }

make_included_before() { make_before; }
make_included_plant() { echo 'echo "x := \$(shell touch $mark)" >a.mk'; }
make_included_use() { make; }

# By the rules that make has built in it makes its own file anew.
make_remade_before() { make_before; }
make_remade_plant() { echo 'printf "all:\n\ttouch $mark\n" >Makefile.sh'; }
make_remade_use() { make; }

make_link_before() {
	mkdir mk
	printf 'all:\n\t@true\n' >mk/real
	ln -s mk/real Makefile
}
make_link_plant() { echo 'printf "all:\n\ttouch $mark\n" >mk/real'; }
make_link_use() { make; }

npm_needs() { command -v npm; }
npm_script_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "true"}}' >package.json; }
npm_script_plant() { echo 'echo "{\"scripts\": {\"test\": \"touch $mark\"}}" >p; mv -f p package.json'; }
npm_script_use() { npm test; }
npm_script_needs() { npm_needs; }

npm_shell_before() { npm_script_before; }
npm_shell_plant() { echo 'hook s; echo "script-shell=$PWD/s" >.npmrc'; }
npm_shell_use() { npm ls; npm test; }
npm_shell_needs() { npm_needs; }

npm_options_before() { npm_script_before; }
npm_options_plant() { echo 'echo "require(\"fs\").writeFileSync(\"$mark\", \"\")" >x.js; echo "node-options=--require $PWD/x.js" >.npmrc; echo "{}" >package-lock.json'; }
npm_options_use() { npm exec --offline -c 'node -e 0'; }
npm_options_needs() { npm_needs; }

# The folder itself is put in place.
npm_bin_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "tool"}}' >package.json; }
npm_bin_plant() { echo 'mkdir -p x/.bin; hook x/.bin/tool; mv -T x node_modules || cp -r x node_modules'; }
npm_bin_use() { npm test; }
npm_bin_needs() { npm_needs; }

python_venv_before() { python3 -m venv --without-pip .venv; }
python_venv_plant() { echo 'for d in .venv/lib/python3*/site-packages; do echo "import os; os.system(\"touch $mark\")" >$d/a.pth; done'; }
python_venv_use() { .venv/bin/python -c pass; }
python_venv_needs() { python3 -c 'import venv, ensurepip'; }

python_activate_before() { python_venv_before; }
python_activate_plant() { echo 'for f in .venv/bin/activate .venv/bin/python3; do echo "touch $mark" >x; chmod +x x; mv -f x $f; done'; }
python_activate_use() { . .venv/bin/activate; python3 -c pass; }
python_activate_needs() { python_venv_needs; }

# Which folder the library is in, and all of it at once.
python_venv_config_before() { python_venv_before; }
python_venv_config_plant() {
	cat <<-'SH'
		v=$(sed -n 's/^version = \([0-9]*[.][0-9]*\).*/\1/p' .venv/pyvenv.cfg)
		mkdir -p evil/bin evil/lib/python$v/site-packages; cp .venv/pyvenv.cfg evil; cp -d .venv/bin/python* evil/bin
		echo "import os; os.system(\"touch $mark\")" >evil/lib/python$v/site-packages/a.pth
		rm -rf .venv; mv .venv old; mv -T evil .venv || ln -s evil .venv
	SH
}
python_venv_config_use() { .venv/bin/python3 -c pass; }
python_venv_config_needs() { python_venv_needs; }

# Under a name that nobody lists.
python_other_venv_before() { python3 -m venv --without-pip tools/py; }
python_other_venv_plant() { echo 'for d in tools/py/lib/python3*/site-packages; do echo "import os; os.system(\"touch $mark\")" >$d/a.pth; done'; }
python_other_venv_use() { tools/py/bin/python -c pass; }
python_other_venv_needs() { python_venv_needs; }

# As a package, and without one of its own.
python_site_before() { :; }
python_site_plant() { echo 'mkdir sitecustomize; echo "import os; os.system(\"touch $mark\")" >sitecustomize/__init__.py'; }
python_site_use() { PYTHONPATH=. python3 -c pass; }
python_site_needs() { command -v python3; }

pytest_before() { echo 'def test_it(): pass' >test_it.py; }
pytest_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >conftest.py'; }
pytest_use() { python3 -m pytest -q -p no:cacheprovider; }
pytest_needs() { python3 -c 'import pytest'; }

pytest_ini_before() { pytest_before; }
pytest_ini_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >evil.py; printf "[pytest]\naddopts = -p evil\n" >pytest.ini'; }
pytest_ini_use() { pytest_use; }
pytest_ini_needs() { pytest_needs; }

vim_before() { echo 'set exrc' >"$HOME/.vimrc"; }
vim_plant() { echo 'echo "call system(\"touch $mark\")" >.exrc; cp .exrc .vimrc'; }
vim_use() { vim -T dumb --not-a-term -c q file; }
vim_needs() { vim --version | grep '+eval' >/dev/null; }

# The user's own settings, kept in the workspace.
vim_home_before() {
	mkdir dot
	echo 'set nocompatible' >dot/vimrc
	ln -sfn "$PWD/dot/vimrc" "$real_home/.vimrc"
}
vim_home_plant() { echo 'echo "call system(\"touch $mark\")" >x; cp x dot/vimrc || mv -f x dot/vimrc'; }
vim_home_use() { HOME=$real_home vim -T dumb --not-a-term -c q file; }
vim_home_needs() { vim_needs; }

gdb_before() { echo 'set auto-load safe-path /' >"$HOME/.gdbinit"; }
gdb_plant() { echo 'echo "shell touch $mark" >.gdbinit'; }
gdb_use() { gdb -batch; }
gdb_needs() { command -v gdb; }

bash_home_before() { :; }
bash_home_plant() { echo 'echo "touch $mark" >.bashrc'; }
bash_home_use() { HOME=$PWD bash -ic true; }

traps=(git_config git_config_renamed git_hook git_reset git_log git_attributes git_info_attributes git_remote
	git_remote_config git_husky git_worktree_config git_commondir git_commondir_links git_file git_link git_folder
	git_moved git_bare git_bare_renamed git_bare_link git_head git_logs git_submodule git_worktree git_hooks_path
	git_hooks_dots git_hooks_link git_hook_link git_hooks_path_link git_home_link git_hooks_home git_include
	git_include_more git_filter git_outside git_outside_common make make_included make_remade make_link npm_script
	npm_shell npm_options npm_bin python_venv python_activate python_venv_config python_other_venv python_site
	pytest pytest_ini vim vim_home gdb bash_home)

#
# What the guide names as open: these are run.
#

open_make_recipe_before() { printf 'all:\n\tsh check.sh\n' >Makefile; }
open_make_recipe_plant() { echo 'echo "touch $mark" >check.sh'; }
open_make_recipe_use() { make; }

open_make_depend_before() { printf 'all:\n\t@true\n-include main.d\n' >Makefile; }
open_make_depend_plant() { echo 'echo "x := \$(shell touch $mark)" >main.d'; }
open_make_depend_use() { make; }

open_npm_test_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "node t.js"}}' >package.json; }
open_npm_test_plant() { echo 'echo "require(\"fs\").writeFileSync(\"$mark\", \"\")" >t.js'; }
open_npm_test_use() { npm test; }
open_npm_test_needs() { npm_needs; }

open_python_module_before() { :; }
open_python_module_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >venv.py'; }
open_python_module_use() { python3 -m venv --without-pip new; }
open_python_module_needs() { command -v python3; }

open_pytest_before() { :; }
open_pytest_plant() { echo 'printf "import os\n\ndef test_it():\n    os.system(\"touch $mark\")\n" >test_it.py'; }
open_pytest_use() { pytest_use; }
open_pytest_needs() { pytest_needs; }

open_git_rebase_before() { repository; }
open_git_rebase_plant() { echo 'GIT_SEQUENCE_EDITOR="printf \"break\nexec touch $mark\n\" >" git rebase -q -i HEAD'; }
open_git_rebase_use() { git status; git rebase --continue; }

open_git_reset_before() {
	make_before
	repository
	git add Makefile
	git commit -q -m two
}
open_git_reset_plant() {
	cat <<-'SH'
		blob=$(printf 'all:\n\ttouch %s\n' "$mark" | git hash-object -w --stdin)
		git update-index --cacheinfo "100644,$blob,Makefile"
		git commit -q -m three
	SH
}
open_git_reset_use() { git reset -q --hard; make; }

open_vim_modeline_before() { echo 'set modeline' >"$HOME/.vimrc"; }
open_vim_modeline_plant() { echo 'echo "# vim: set ts=3 :" >file'; }
open_vim_modeline_use() { vim -T dumb --not-a-term -c "if &ts == 3 | call writefile([], '$ws/../open_vim_modeline-mark') | endif" -c q file; }
open_vim_modeline_needs() { vim_needs; }

# A source that the user has read, and what python keeps of it.
open_python_compiled_before() { echo 'x = 1' >work.py; }
open_python_compiled_plant() { echo "compiled work.py . \"\$mark\""; }
open_python_compiled_use() { python3 -c 'import work'; }
open_python_compiled_needs() { command -v python3; }

# Beside a program that is debugged.
open_gdb_program_before() {
	gdb_before
	cp /bin/true program
}
open_gdb_program_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >program-gdb.py; echo "shell touch $mark" >program-gdb.gdb'; }
open_gdb_program_use() { gdb -batch program; }
open_gdb_program_needs() { gdb_needs; }

opens=(open_make_recipe open_make_depend open_npm_test open_python_module open_python_compiled open_pytest
	open_git_rebase open_git_reset open_vim_modeline open_gdb_program)

#
# Setting and tripping them: each in a folder of its own.
#

fresh() {
	cd "$dir"
	rm -rf "$ws" "$main" "$HOME" "$dir"/*-mark
	mkdir -p "$ws" "$main" "$HOME"
	git config --global user.name test
	git config --global user.email test@example.org
	(cd "$main" && repository)
	cd "$ws"
}

# NAME...: what the user has.
prepare() {
	local name

	fresh
	for name; do
		mkdir "$ws/$name"
		(cd "$ws/$name" && "${name}_before") >"$dir/before" 2>&1 ||
			{ echo "# $name: $(cat "$dir/before")" && return 1; }
		{ prelude "$name" && "${name}_plant" && echo 'echo planted'; } >"$dir/$name-plant"
	done
}

# Its exit status says nothing: many fail at the end.
use() {
	(cd "$ws/$1" && timeout 60 bash -c "$(declare -f); $1_use") </dev/null >>"$dir/$1-out" 2>&1 || true
}

load() {
	rvmctl load "$dir/table.json" --partition deputy --workspace "$ws" \
		--base minimal,workspace-rw,git,node,python "$@" 2>&1
}

# All of them, of whatever is refused.
set_by_agent() {
	rvmctl run --chdir "$ws" deputy -- /bin/bash -c '
		for name; do
			(cd "$name" && bash "../../$name-plant") >"$name/out" 2>&1
		done' agent "$@" </dev/null
}

is_sprung() {
	[ -e "$dir/$1-mark" ] || { cat "$dir/$1-out" && return 1; }
}

# It did all that it could.
is_planted() {
	grep -q '^planted$' "$ws/$1/out" || { cat "$ws/$1/out" && return 1; }
}

is_harmless() {
	is_planted "$1" || return 1
	[ ! -e "$dir/$1-mark" ] || { cat "$ws/$1/out" "$dir/$1-out" && return 1; }
}

none_is_sprung() {
	! compgen -G "$dir/*-mark"
}

is_there() {
	! declare -F "$1_needs" >/dev/null || "$1_needs" >/dev/null 2>&1
}

# TESTS NAME...: those whose tools are here, as `there`; the TESTS of the others are skipped.
find_there() {
	local tests=$1 name test

	shift
	there=()
	for name; do
		if is_there "$name"; then
			there+=("$name")
			continue
		fi
		for test in $tests; do
			ktap_test_skip "${test//NAME/$name}: is not installed"
		done
	done
}

# EXPECTED: the agent sets all that are there, and the user comes by.
try_agent() {
	local name

	prepare "${there[@]}"
	load >/dev/null
	set_by_agent "${there[@]}" || true
	for name in "${there[@]}"; do
		: >"$dir/$name-out"
		use "$name"
		check "$name" "$1" "$name"
	done
}

try_traps() {
	local there name

	find_there 'NAME_by_user NAME' "${traps[@]}"
	prepare "${there[@]}"
	for name in "${there[@]}"; do
		(cd "$ws/$name" && bash "$dir/$name-plant") </dev/null >"$dir/$name-out" 2>&1 || true
		use "$name"
		check "${name}_by_user" is_sprung "$name"
	done
	try_agent is_harmless
}

try_opens() {
	local there

	find_there NAME "${opens[@]}"
	try_agent is_sprung
}

#
# What agents do all day goes on.
#

works() {
	local out

	out=$(rvmctl run --chdir "$ws" deputy -- /bin/bash -ec "$1" work "${@:2}" </dev/null 2>&1) || {
		echo "$out"
		rvmctl why --last --partition deputy
		return 1
	}
}

git_works() {
	fresh && repository && load >/dev/null || return 1
	works 'echo 2 >>file; git add file; git commit -q -m two; git switch -q -c other
		echo 3 >new; git add new; git commit -q -m three; git switch -q main
		git merge -q --no-edit other; git rebase -q HEAD~1; git tag v1; git stash list
		git log --oneline; git branch -d other; git status --short'
}

# The first commit makes the folder for logs of refs.
first_commit_works() {
	fresh && repository && rm -rf "$ws/.git" && git -C "$ws" init -q -b main &&
		cp "$HOME/.gitconfig" "$real_home" && load >/dev/null || return 1
	works 'git add file; git commit -q -m one; git log --oneline; git checkout -q -b a/b; git commit -q --allow-empty -m two'
}

work_in_a_tree_works() {
	fresh || return 1
	rm -rf "$ws"
	git -C "$main" worktree add -q "$ws" && cd "$ws" && load >/dev/null || return 1
	works 'echo 2 >>file; git commit -q -a -m two; git switch -q -c more; git log --oneline'
}

sources_work() {
	fresh && repository && load >/dev/null || return 1
	works 'mkdir -p src/objects src/logs; echo x >src/HEAD; echo x >src/config; echo x >src/main.py
		echo x >README.md; echo x >.gitignore; mv src lib; rm -rf lib/logs; echo x >lib/x.js
		echo x >requirements.txt; mkdir -p .github/ISSUE_TEMPLATE; echo x >.github/ISSUE_TEMPLATE/a.md'
}

a_lifted_line_works() {
	fresh && load --allow-deputy GNUmakefile >/dev/null || return 1
	works 'echo "all:" >GNUmakefile'
}

# However much the agent puts before them, and whatever they are called.
environments_are_found() {
	fresh && mkdir -p a my..env z/env && (cd a && seq 20100 | xargs touch) &&
		touch my..env/pyvenv.cfg z/env/pyvenv.cfg && load >/dev/null || return 1
	works '! touch my..env/x 2>&1 && ! touch z/env/x 2>&1 && touch z/x'
}

# Only rows that give all of the workspace count, whatever table they are of.
own_row_counts() {
	fresh || return 1
	cat >"$dir/own.json" <<-'JSON'
		[{"rights": ["EXECUTE"], "resource": "exec:*", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "Edit(./**)", "proof_tier": "P2", "expires_at": 0}]
	JSON
	rvmctl load "$dir/own.json" --partition deputy --workspace "$ws" --base minimal
	works 'echo x >file; ! echo x >GNUmakefile'
}

# A table that is hostile itself or names hostile files is read and no more.
hostile_config_is_read() {
	fresh
	mkdir -p "$ws/.git"
	mkfifo "$ws/.git/config"
	timeout 20 rvmctl load "$dir/table.json" --partition deputy --workspace "$ws" \
		--base minimal,workspace-rw
	rm "$ws/.git/config"
	head -c 3000000 /dev/zero | tr '\0' '[' >"$ws/.git/config"
	load >/dev/null
	python3 - "$ws/.git/config" <<-'PY'
		import sys
		with open(sys.argv[1], "w") as f:
		    f.write("[core]\n" + "hooksPath = a/b/" * 5000 + "\n")
		    f.write("[x \"\\\"]\"]\npath = \"" + "d/" * 3000 + "\"\npath = ../../..\npath = /\npath = *\n")
	PY
	load >/dev/null
	works 'echo x >source.c'
}

list_is_understood() {
	fresh
	rvmctl -j load "$dir/table.json" --partition deputy --workspace "$ws" \
		--base minimal,workspace-rw --dry-run 2>/dev/null |
		python3 -c 'import json, sys
lines = [x.strip() for x in open(sys.argv[1]) if x.strip() and x[0] != "#"]
there = {row.get("resource") for row in json.load(sys.stdin)["rows"]}
missing = [x for x in lines if "Edit(" + x + ")" not in there]
print("twice:", {x for x in lines if lines.count(x) > 1}, "missing:", missing)
sys.exit(bool(missing) or len(set(lines)) != len(lines))' "$root/user/base/deputy.list"
}

attach_hooks
borrow_home
export real_home
write_table
ktap_print_header
ktap_set_plan $((2 * ${#traps[@]} + ${#opens[@]} + 10))
check git_works git_works
check first_commit_works first_commit_works
check work_in_a_tree_works work_in_a_tree_works
check sources_work sources_work
check a_lifted_line_works a_lifted_line_works
check environments_are_found environments_are_found
check own_row_counts own_row_counts
check hostile_config_is_read hostile_config_is_read
check list_is_understood list_is_understood
try_traps
check nothing_that_the_agent_left_is_run none_is_sprung
try_opens
ktap_finished
