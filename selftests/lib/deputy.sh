# shellcheck shell=bash disable=SC2015,SC2016,SC2028,SC2034,SC2120,SC2154,SC2164 # texts of scripts
# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the tests of files that others obey.  Each trap is set in a directory of its
# own: first by the user, to see that the tool does fall into it, then by the agent.
# Sourced by deputy*_test.sh, after common.sh.
#
# NAME_before: what the user has; NAME_plant: text of a script that sets the trap;
# NAME_use: what the user does; NAME_needs: is it there?  Besides the workspace each trap has
# a directory outside, $out; those in outsiders get it by a row of the table.

export PATH=$root/user/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export HOME=$dir/home GIT_CONFIG_NOSYSTEM=1 NO_UPDATE_NOTIFIER=1
export ws=$dir/ws outside=$dir/out
outsiders=()

cleanup() {
	drop_partitions deputy
	return_home
}
trap cleanup EXIT

# NAME...: make a table with a row for the directory outside of each trap.
write_table() {
	local name

	{
		echo '[{"rights": ["EXECUTE"], "resource": "exec:*", "proof_tier": "P2", "expires_at": 0}'
		echo ", {\"rights\": [\"READ\"], \"resource\": \"path:/$dir/*-plant\", \"proof_tier\": \"P1\", \"expires_at\": 0}"
		for name; do
			echo ", {\"rights\": [\"READ\", \"WRITE\"], \"resource\": \"path:/$outside/$name/**\", \"proof_tier\": \"P2\", \"expires_at\": 0}"
		done
		echo ']'
	} >"$dir/table.json"
}

# For the agent's scripts: the program that a trap runs, and a directory laid out as a repository.
prelude() {
	cat <<-SH
		mark=$dir/$1-mark
		out=$outside/$1
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

repository() {
	git init -q -b main .
	git config user.name test
	git config user.email test@example.org
	echo 1 >file
	mkdir -p sub
	git add file
	git commit -q -m one
}

# [OPTION...]: options of git.
commit() {
	git "$@" commit -q --allow-empty -m two
}

#
# Set and trip the traps, each in a directory of its own.
#

fresh() {
	cd "$dir"
	rm -rf "$ws" "$outside" "$HOME" "$dir"/*-mark
	mkdir -p "$ws" "$outside" "$HOME"
	git config --global user.name test
	git config --global user.email test@example.org
	write_table
	cd "$ws"
}

# NAME...: what the user has.
prepare() {
	local name

	fresh
	for name; do
		mkdir "$ws/$name" "$outside/$name"
		(cd "$ws/$name" && out=$outside/$name "${name}_before") >"$dir/before" 2>&1 ||
			{ echo "# $name: $(cat "$dir/before")" && return 1; }
		{ prelude "$name" && "${name}_plant" && echo 'echo beside >beside && echo planted'; } >"$dir/$name-plant"
		[[ " ${outsiders[*]} " != *" $name "* ]] || echo 'echo beside >$out/beside' >>"$dir/$name-plant"
	done
	write_table "${outsiders[@]}"
}

# The exit status says nothing: many scripts fail at the end.
use() {
	(cd "$ws/$1" && out=$outside/$1 timeout 60 bash -c "$(declare -f); $1_use") </dev/null >>"$dir/$1-out" 2>&1 || true
}

load() {
	rvmctl load "$dir/table.json" --partition deputy --workspace "$ws" \
		--base minimal,workspace-rw,git,node,python "$@" 2>&1
}

# All denials.
set_by_agent() {
	rvmctl run --chdir "$ws" deputy -- /bin/bash -c '
		for name; do
			(cd "$name" && bash "../../$name-plant") >"$name/out" 2>&1
		done' agent "$@" </dev/null
}

is_sprung() {
	[ -e "$dir/$1-mark" ] || { cat "$dir/$1-out" && return 1; }
}

# The agent did all that it could, and wrote what it may write beside the trap.
is_planted() {
	if [[ " ${outsiders[*]} " = *" $1 "* ]]; then
		grep -q beside "$outside/$1/beside" || { cat "$ws/$1/out" && return 1; }
	fi
	grep -q '^planted$' "$ws/$1/out" && grep -q beside "$ws/$1/beside" || { cat "$ws/$1/out" && return 1; }
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

# TESTS NAME...: set `there` to those whose tools are installed; skip the TESTS of the others.
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

# EXPECTED: the agent sets all traps in `there`, and the user uses the tools.
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

begin() {
	attach_hooks
	borrow_home
	export real_home
	ktap_print_header
	ktap_set_plan $((2 * ${#traps[@]} + ${#opens[@]} + $1))
}
