#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The user's git, outside and after the agent: it obeys nothing in its directories that an
# agent with workspace-rw left.
# shellcheck disable=SC1091,SC2016,SC2028,SC2119,SC2120,SC2154 # texts of scripts
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/deputy.sh
. "$(dirname "$0")/lib/deputy.sh"

git_config_before() { repository; }
git_config_plant() { echo 'config >.git/config'; }
git_config_use() { git status; git log -p; commit; git reset -q --hard; }

# Written as an editor does, and by a second name from before.
git_config_renamed_before() { repository; }
git_config_renamed_plant() { echo 'config >x; mv -f x .git/config || ln -f x .git/config'; }
git_config_renamed_use() { git status; }

git_hook_before() { repository; }
git_hook_plant() { echo 'hook .git/hooks/pre-commit'; }
git_hook_use() { commit; }

git_reset_before() { repository; }
git_reset_plant() { echo 'hook .git/hooks/post-index-change'; }
git_reset_use() { git reset -q --hard; }

git_log_before() { repository; }
git_log_plant() { echo 'printf "[diff \"x\"]\ntextconv = touch $mark; cat\n" >>.git/config; echo "* diff=x" >.git/info/attributes'; }
git_log_use() { git log -p; }

# The user's own program, for files that the user intends.
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

# A remote that is a directory here: its hooks run as the user.
git_remote_before() {
	repository
	git clone -q --bare . remote.git
	git remote add origin "$PWD/remote.git"
}
git_remote_plant() { echo 'hook remote.git/hooks/post-receive; hook remote.git/hooks/post-update'; }
git_remote_use() { commit; git push -q origin HEAD:new; }

git_remote_config_before() { git_remote_before; }
git_remote_config_plant() { echo 'printf "[uploadpack]\n" >>remote.git/config; mkdir h; hook h/post-update; printf "[core]\nhooksPath = $PWD/h\n" >>remote.git/config'; }
git_remote_config_use() { git_remote_use; }

# Hooks as husky sets them up.
git_husky_before() {
	repository
	mkdir -p .husky/_
	printf '#!/bin/sh\n. ./.husky/pre-commit\n' >.husky/_/pre-commit
	chmod +x .husky/_/pre-commit
	echo true >.husky/pre-commit
	git config core.hooksPath .husky/_
}
git_husky_plant() { echo 'echo "touch $mark" >x; mv -f x .husky/pre-commit || ln -f x .husky/pre-commit'; }
git_husky_use() { commit; }

git_worktree_config_before() {
	repository
	git config extensions.worktreeConfig true
}
git_worktree_config_plant() { echo 'config >.git/config.worktree'; }
git_worktree_config_use() { git status; }

git_commondir_before() { repository; }
git_commondir_plant() { echo 'layout meta; rm -rf meta/objects meta/refs; cp -r .git/objects .git/refs meta; echo ../meta >.git/commondir'; }
git_commondir_use() { git status; }

# Nothing new can be called refs: the user's directory is used.
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

# The whole directory of git is replaced.
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

# FROM TO, of the same length: write a name into the index that git would refuse.
index_by_hand() {
	cat <<-'SH'
		python3 -c 'import hashlib, os, sys
		old, new = map(os.fsencode, sys.argv[1:])
		data = open(".git/index", "rb").read()[:-20].replace(old, new)
		open("by-hand", "wb").write(data + hashlib.sha1(data).digest())' "$from" "$to"
		mv by-hand .git/index
	SH
}

# The index may name what is outside: a repository in a cache.
git_cache_before() { repository; }
git_cache_plant() {
	cat <<-'SH'
		evil=$(mktemp -d)
		mkdir "$evil/.git"; cp -r .git/objects .git/refs .git/HEAD "$evil/.git"; config >"$evil/.git/config"
		to=$(realpath --relative-to=. "$evil") from=${to//../--}
		git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),$from"
	SH
	index_by_hand
}
git_cache_use() { git status; git diff; }

# git repeats resolutions of conflicts: it reads and writes the files of that list.
git_rerere_before() { repository; }
git_rerere_plant() {
	cat <<-'SH'
		id=$(printf '%040d' 1); mkdir -p ".git/rr-cache/$id"; echo x >".git/rr-cache/$id/preimage"
		printf '%s\t../../private\0' "$id" >.git/MERGE_RR
	SH
}
git_rerere_use() {
	echo secret >../../private
	commit
	! grep -rqs secret .git/rr-cache || touch ../../git_rerere-mark
}

# git would write to where a link of the agent leads.
git_message_link_before() { repository; }
git_message_link_plant() { echo 'rm -f .git/COMMIT_EDITMSG; ln -s "$mark" .git/COMMIT_EDITMSG || { ln -s "$mark" x; mv x .git/COMMIT_EDITMSG; }'; }
git_message_link_use() { commit; }

git_log_link_before() { repository; }
git_log_link_plant() { echo 'rm .git/logs/HEAD; ln -s "$mark" .git/logs/HEAD || { mkdir x; ln -s "$mark" x/HEAD; mv .git/logs y; mv x .git/logs; }'; }
git_log_link_use() { commit; }

git_branch_link_before() { repository; }
git_branch_link_plant() { echo 'ln -s "${mark%/*}" .git/refs/heads/x || ln -s "${mark%/*}" .git/logs/refs/heads/x'; }
git_branch_link_use() { git branch x/git_branch_link-mark; }

# The rest of a rebase is removed.
git_am_link_before() {
	repository
	mkdir "$out/mine"
	touch "$out/mine/x"
}
git_am_link_plant() { echo 'ln -s "$out/mine" .git/rebase-apply'; }
git_am_link_use() {
	git am --abort
	[ -e "$out/mine/x" ] || touch ../../git_am_link-mark
}

traps=(git_config git_config_renamed git_hook git_reset git_log git_attributes git_info_attributes
	git_remote git_remote_config git_husky git_worktree_config git_commondir git_commondir_links git_file
	git_link git_folder git_moved git_bare git_bare_renamed git_bare_link git_head git_logs git_submodule
	git_worktree git_cache git_rerere git_message_link git_log_link git_branch_link git_am_link)

#
# What the guide names as open: these do run.
#

open_git_rebase_before() { repository; }
open_git_rebase_plant() { echo 'GIT_SEQUENCE_EDITOR="printf \"break\nexec touch $mark\n\" >" git rebase -q -i HEAD'; }
open_git_rebase_use() { git status; git rebase --continue; }

open_git_reset_before() {
	printf 'all:\n\t@true\n' >Makefile
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

# git writes what its index names, and that may be anywhere.
open_git_index_before() { repository; }
open_git_index_plant() {
	cat <<-'SH'
		to=../../${mark##*/} from=${to//../--}
		git update-index --add --cacheinfo "100644,$(git rev-parse HEAD:file),$from"
	SH
	index_by_hand
}
open_git_index_use() { git restore .; }

opens=(open_git_rebase open_git_reset open_git_index)

#
# What agents do all day goes on.
#

git_works() {
	fresh && repository && load >/dev/null || return 1
	works 'echo 2 >>file; git add file; git commit -q -m two; git switch -q -c other
		echo 3 >new; git add new; git commit -q -m three; git switch -q main
		git merge -q --no-edit other; git rebase -q HEAD~1; git tag v1; git stash list
		git log --oneline; git branch -d other; git status --short'
}

# The first commit makes the directory for logs of refs.
first_commit_works() {
	fresh && repository && rm -rf "$ws/.git" && git -C "$ws" init -q -b main &&
		cp "$HOME/.gitconfig" "$real_home" && load >/dev/null || return 1
	works 'git add file; git commit -q -m one; git log --oneline; git checkout -q -b a/b; git commit -q --allow-empty -m two'
}

work_in_a_tree_works() {
	fresh || return 1
	rm -rf "$ws"
	mkdir "$outside/main" && write_table main && (cd "$outside/main" && repository) || return 1
	git -C "$outside/main" worktree add -q "$ws" && cd "$ws" && load >/dev/null || return 1
	works 'echo 2 >>file; git commit -q -a -m two; git switch -q -c more; git log --oneline'
}

begin 4
check git_works git_works
check first_commit_works first_commit_works
check work_in_a_tree_works work_in_a_tree_works
try_traps
check nothing_left_in_a_repository_is_run none_is_sprung
try_opens
ktap_finished
