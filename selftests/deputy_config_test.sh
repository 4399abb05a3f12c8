#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What git obeys outside its own directories: what its configuration names, links, other
# repositories that a table gives.  Git runs nothing there that the agent left.
# shellcheck disable=SC1091,SC2016,SC2028,SC2119,SC2120,SC2154 # texts of scripts
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/deputy.sh
. "$(dirname "$0")/lib/deputy.sh"

# core.hooksPath, which names a directory of the workspace.
git_hooks_path_before() {
	repository
	mkdir tools
	git config core.hooksPath tools/hooks
}
git_hooks_path_plant() { echo 'mkdir -p tools/hooks; hook tools/hooks/pre-commit || { mkdir h; hook h/pre-commit; mv h tools/hooks; }'; }
git_hooks_path_use() { commit; }

git_hooks_dots_before() {
	repository
	git config core.hooksPath my..hooks
}
git_hooks_dots_plant() { echo 'mkdir -p my..hooks; hook my..hooks/pre-commit'; }
git_hooks_dots_use() { commit; }

git_hooks_home_before() {
	repository
	printf '[core]\n\thooksPath = hooks-of-team ; all of us\n' >"$real_home/.gitconfig"
}
git_hooks_home_plant() { echo 'mkdir -p hooks-of-team; hook hooks-of-team/pre-commit'; }
git_hooks_home_use() { GIT_CONFIG_GLOBAL=$real_home/.gitconfig commit; }

# A link of such a name leads to a file of another name.
git_hooks_link_before() {
	repository
	mkdir githooks
	rm -rf .git/hooks
	ln -s ../githooks .git/hooks
}
git_hooks_link_plant() { echo 'hook githooks/pre-commit'; }
git_hooks_link_use() { commit; }

git_hook_link_before() {
	repository
	mkdir -p tools .git/hooks
	printf '#!/bin/sh\n' >tools/check
	chmod +x tools/check
	ln -s ../../tools/check .git/hooks/pre-commit
}
git_hook_link_plant() { echo 'hook tools/check'; }
git_hook_link_use() { commit; }

git_hooks_path_link_before() {
	repository
	mkdir hk
	ln -s hk hk2
	git config core.hooksPath hk2
}
git_hooks_path_link_plant() { echo 'hook hk/pre-commit'; }
git_hooks_path_link_use() { commit; }

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

# Files that an included file names.
git_include_more_before() {
	repository
	printf '[core]\nhooksPath = team/hooks\n' >team.cfg
	git config include.path ../team.cfg
}
git_include_more_plant() { echo 'mkdir -p team/hooks; hook team/hooks/pre-commit'; }
git_include_more_use() { commit; }

git_filter_before() {
	repository
	echo 'file filter=x' >.gitattributes
	git config filter.x.clean 'tools/clean %f'
}
git_filter_plant() { echo 'mkdir -p tools; hook tools/clean; echo 2 >file'; }
git_filter_use() { git add file; }

# Of a repository outside, which a row of the table gives.
git_outside_before() { (cd "$out" && repository); }
git_outside_plant() { echo 'hook $out/.git/hooks/pre-commit'; }
git_outside_use() { commit -C "$out"; }

git_outside_common_before() { git_outside_before; }
git_outside_common_plant() { echo 'mkdir $out/m; ln -s ../.git/objects ../.git/refs $out/m; config >$out/m/config; echo ../m >$out/.git/commondir'; }
git_outside_common_use() { git -C "$out" status; }

#
# What the configuration names: arguments of commands, other git directories, work trees.
#

# A file that a command is told to read.
git_word_before() {
	repository
	echo 'file filter=x' >.gitattributes
	echo cat >clean.sh
	git config filter.x.clean 'sh clean.sh'
}
git_word_plant() { echo 'echo "touch $mark; cat" >clean.sh || { hook x; mv -f x clean.sh; }; echo 2 >file'; }
git_word_use() { git add file; }

git_toplevel_before() {
	repository
	echo 'file filter=x' >.gitattributes
	git config filter.x.clean '$(git rev-parse --show-toplevel)/tools/clean'
}
git_toplevel_plant() { echo 'mkdir -p tools; hook tools/clean; echo 2 >file'; }
git_toplevel_use() { git add file; }

git_cd_before() {
	repository
	mkdir tools
	echo 'file filter=x' >.gitattributes
	git config filter.x.clean 'cd tools && sh clean.sh'
	echo cat >tools/clean.sh
}
git_cd_plant() { echo 'echo "touch $mark; cat" >tools/clean.sh; echo 2 >file'; }
git_cd_use() { git add file; }

git_uploadpack_before() {
	git_remote_before
	git config remote.origin.uploadpack bin/up
}
git_remote_before() {
	repository
	git clone -q --bare . remote.git
	git remote add origin "$PWD/remote.git"
}
git_uploadpack_plant() { echo 'mkdir -p bin; hook bin/up'; }
git_uploadpack_use() { git fetch -q; }

# A name without a directory: the file that exists when the table is loaded.
show() {
	repository
	git config diff.x.command show
	echo 'file diff=x' >.gitattributes
	echo 2 >file
	mkdir bin
	cp /bin/true bin/show
}
git_name_before() {
	show
	cp bin/show .
}
git_name_plant() { echo 'echo "touch $mark" >show || { hook x; mv -f x show; }'; }
git_name_use() { PATH=.:$PATH git diff; }

# Links, with another link in the middle of the path.
git_link_way_before() {
	repository
	mkdir c
	ln -s c b
	ln -s b a
	git config core.hooksPath a/hooks
}
git_link_way_plant() { echo 'mkdir -p evil/hooks; hook evil/hooks/pre-commit; rm b; ln -sfn evil b'; }
git_link_way_use() { commit; }

# Behind a link ".." leads elsewhere than it says.
git_link_up_before() {
	repository
	mkdir -p other/below
	ln -s other/below in
	git config core.hooksPath in/../hooks
}
git_link_up_plant() { echo 'mkdir -p other/hooks; hook other/hooks/pre-commit || { mkdir -p evil/x evil/hooks; hook evil/hooks/pre-commit; ln -sfn evil/x in; }'; }
git_link_up_use() { commit; }

git_link_dangling_before() {
	repository
	rm -rf .git/hooks
	ln -s ../later .git/hooks
}
git_link_dangling_plant() { echo 'mkdir later; hook later/pre-commit'; }
git_link_dangling_use() { commit; }

# The path of an included file is relative to the file that includes it.
git_include_relative_before() {
	repository
	mkdir conf
	printf '[include]\npath = more.cfg\n' >conf/team.cfg
	git config include.path ../conf/team.cfg
}
git_include_relative_plant() { echo 'config >conf/more.cfg'; }
git_include_relative_use() { git status; }

# A repository laid out as a submodule is.
submodule() {
	repository
	rmdir sub && mkdir .git/modules
	git init -q --separate-git-dir .git/modules/sub sub
	(cd sub && repository)
	git -C sub config core.worktree ../../../sub
}
git_submodule_names_before() {
	submodule
	git -C sub config core.hooksPath subhooks
}
git_submodule_names_plant() { echo 'mkdir -p sub/subhooks; hook sub/subhooks/pre-commit'; }
git_submodule_names_use() { commit -C sub; }

git_submodule_config_before() { submodule; }
git_submodule_config_plant() { echo 'config >.git/modules/sub/config; hook .git/modules/sub/hooks/pre-commit'; }
git_submodule_config_use() { commit -C sub; }

# A submodule that is not checked out: its paths are relative to where it will be.
git_submodule_absent_before() {
	submodule
	git -C sub config core.hooksPath subhooks
	git add sub 2>/dev/null
	mv sub/.git "$out/dot"
}
git_submodule_absent_plant() { echo 'mkdir -p sub/subhooks; hook sub/subhooks/pre-commit'; }
git_submodule_absent_use() { cp "$out/dot" sub/.git; commit -C sub; }

git_separate_before() {
	repository
	mv .git meta
	echo 'gitdir: meta' >.git
	git config core.hooksPath hk
}
git_separate_plant() { echo 'mkdir -p hk; hook hk/pre-commit; config >meta/config'; }
git_separate_use() { commit; git status; }

git_separate_outside_before() {
	repository
	mv .git "$out/meta"
	echo "gitdir: $out/meta" >.git
}
git_separate_outside_plant() { echo 'config >$out/meta/config; hook $out/meta/hooks/pre-commit'; }
git_separate_outside_use() { commit; }

# Paths are relative to the work tree.
git_core_worktree_before() {
	repository
	mkdir tree
	git config core.worktree ../tree
	git config core.hooksPath hk
}
git_core_worktree_plant() { echo 'mkdir -p tree/hk; hook tree/hk/pre-commit'; }
git_core_worktree_use() { commit; }

# A repository without .git, as people keep settings of their home.
git_bare_worktree_before() {
	git init -q --bare -b main store
	git -C store config core.bare false
	git -C store config core.worktree ..
	git -C store config core.hooksPath hk
}
git_bare_worktree_plant() { echo 'mkdir -p hk; hook hk/pre-commit'; }
git_bare_worktree_use() { commit --git-dir=store; }

#
# Remotes that are directories here: git runs there what pushing and fetching need.
#

git_remote_names_before() {
	git_remote_before
	git -C remote.git config core.hooksPath "$PWD/hk"
}
git_remote_names_plant() { echo 'mkdir -p hk; hook hk/post-receive'; }
git_remote_names_use() { commit; git push -q origin HEAD:new; }

# The directory is not there: a file may say where it is.
git_remote_absent_before() {
	repository
	git clone -q --bare . "$out-else"
	printf '#!/bin/sh\ntouch %s\n' "$dir/${out##*/}-mark" >"$out-else/hooks/post-receive"
	chmod +x "$out-else/hooks/post-receive"
	git remote add origin ./backup
}
git_remote_absent_plant() { echo 'echo "gitdir: $out-else" >backup'; }
git_remote_absent_use() { git push -q origin HEAD:new; }

git_instead_of_before() {
	git_remote_absent_before
	git remote set-url origin https://example.org/backup
	git config "url.$PWD/mirror/.insteadOf" https://example.org/
}
git_instead_of_plant() { echo 'mkdir -p mirror; echo "gitdir: $out-else" >mirror/backup'; }
git_instead_of_use() { git_remote_absent_use; }

#
# Other repositories of which rows let something be written.
#

outside() {
	(cd "$out" && repository)
}

# First that of a linked work tree.
linked() {
	outside
	git -C "$out" config extensions.worktreeConfig true
	git -C "$out" worktree add -q "$PWD/tree"
}
git_linked_common_before() { linked; }
git_linked_common_plant() { echo 'config >$out/.git/config.worktree'; }
git_linked_common_use() { git -C "$out" status; }

git_linked_own_before() { linked; }
git_linked_own_plant() { echo 'config >$out/.git/worktrees/tree/config.worktree'; }
git_linked_own_use() { git -C tree status; }

git_linked_names_before() {
	linked
	git -C "$out" config core.hooksPath hk
}
git_linked_names_plant() { echo 'mkdir -p tree/hk; hook tree/hk/pre-commit'; }
git_linked_names_use() { commit -C tree; }

git_outside_names_before() {
	outside
	git -C "$out" config core.hooksPath hk
}
git_outside_names_plant() { echo 'mkdir -p $out/hk; hook $out/hk/pre-commit'; }
git_outside_names_use() { commit -C "$out"; }

git_outside_attributes_before() {
	outside
	git -C "$out" config filter.x.clean "touch $dir/git_outside_attributes-mark; cat"
}
git_outside_attributes_plant() { echo 'echo "* filter=x" >$out/.gitattributes; echo 2 >$out/file'; }
git_outside_attributes_use() { git -C "$out" add file; }

# A repository further down in the directory of a row, and without .git.
git_outside_deep_before() {
	mkdir -p "$out/a/b/c"
	(cd "$out/a/b/c" && repository && git config core.hooksPath hk)
}
git_outside_deep_plant() { echo 'mkdir -p $out/a/b/c/hk; hook $out/a/b/c/hk/pre-commit; config >$out/a/b/c/.git/config'; }
git_outside_deep_use() { commit -C "$out/a/b/c"; }

git_outside_bare_before() {
	repository
	git clone -q --bare . "$out/a/b/r.git"
	git remote add origin "$out/a/b/r.git"
}
git_outside_bare_plant() { echo 'hook $out/a/b/r.git/hooks/post-receive; config >$out/a/b/r.git/config'; }
git_outside_bare_use() { git push -q origin HEAD:new; }

traps=(git_hooks_path git_hooks_dots git_hooks_home git_hooks_link git_hook_link git_hooks_path_link
	git_home_link git_include git_include_more git_filter git_outside git_outside_common git_word
	git_toplevel git_cd git_uploadpack git_name git_link_way git_link_up git_link_dangling git_include_relative
	git_submodule_names git_submodule_config git_submodule_absent git_separate git_separate_outside
	git_core_worktree git_bare_worktree git_remote_names git_remote_absent git_instead_of git_linked_common
	git_linked_own git_linked_names git_outside_names git_outside_attributes git_outside_deep
	git_outside_bare)

outsiders=(git_outside git_outside_common git_submodule_absent git_separate_outside git_linked_common git_linked_own
	git_linked_names git_outside_names git_outside_attributes git_outside_deep git_outside_bare)

#
# What the guide names as open: this does run.
#

open_git_name_before() { show; }
open_git_name_plant() { echo 'hook show'; }
open_git_name_use() { git_name_use; }

opens=(open_git_name)

# A table that is hostile itself or names hostile files is only read.
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

begin 2
check hostile_config_is_read hostile_config_is_read
try_traps
check nothing_that_git_is_told_of_is_run none_is_sprung
try_opens
ktap_finished
