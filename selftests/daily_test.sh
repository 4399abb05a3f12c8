#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A day's work with each base table and the programs of the machine: all of it
# works, and the log has no denial.  Beside it, what the table must not give.
# shellcheck disable=SC2016 # texts of scripts
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

# The machine's own programs, not what a user put in front of them.
export PATH=$root/user/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 GIT_CONFIG_NOSYSTEM=1
unset TMPDIR
days=(shell git make node npm python cargo pip)

cleanup() {
	drop_partitions "${days[@]/#/daily-}"
	return_home
}
trap cleanup EXIT

#
# DAY_base: tables besides minimal and workspace-rw.  DAY_rows: the table.  DAY_lift: lines of
# deputy.list.  DAY_before: what the user has.  DAY_work: a script.  DAY_needs: is it there?
#

row() {
	printf '{"rights": ["%s"], "resource": "%s", "proof_tier": "P2", "expires_at": 0}\n' "$1" "$2"
}

declare -A base=([shell]='shell' [git]='shell,git' [make]='shell,make' [python]='shell,python'
	[pip]='shell,python,pip' [node]='shell,node' [npm]='shell,node,npm' [cargo]='shell,cargo')
declare -A lift=([npm]='package.json package-lock.json **/node_modules/.bin' [cargo]='')

shell_rows() { :; }
shell_before() { printf 'b\na\nb\n' >list; }
shell_work() {
	cat <<-'SH'
		set -e
		ls -la . >/dev/null; cat list | sort | uniq -c | tr a-z A-Z | cut -c1-20 >sorted
		grep -rn b . >/dev/null; grep -c b list; sed -i s/a/c/ list; head -n1 list; tail -n1 list; wc -l list
		mkdir -p src/sub; cp list src/; cp -r src src2; mv src2 src3; touch src/new; ln -s list l; readlink l
		find . -name '*' -type f -exec cat {} + >/dev/null; find . -name new | xargs -n1 rm
		diff list src/list; cmp list src/list; stat -c %s list; du -s . >/dev/null; basename /a/b; dirname /a/b
		awk '{ n += length($1) } END { print n }' list; date >/dev/null; seq 3 | tee three; tac three
		tar czf a.tgz src; tar xzf a.tgz; gzip -c list | gunzip >/dev/null; sha256sum list; base64 list; file list || true
		chmod 600 list; rm -rf src3 a.tgz; id -u; whoami; uname -r; pwd; env >/dev/null; which ls; test -e list
		f=$(mktemp); [[ $f = */rvm-daily-shell/* ]]; realpath /bin/ls /lib/os-release; sort -o "$f" list; cat >"$f" <list; rm "$f"; mktemp -d >/dev/null
		timeout 5 true; tty || true; tput -T xterm cols; printenv HOME; shuf -n1 list; nice true; cksum list
		dd if=list of=l2 2>/dev/null; truncate -s 1 l2; kill -0 $$; yes | head -n1; echo x >/dev/stderr; echo y | tee /dev/stdout
		sh -c 'echo $0 | od -c >/dev/null'; bash -c 'read -r x <list; echo "$x"'; sleep 0; true
	SH
}

git_rows() { row EXECUTE 'exec:git *'; }
git_before() {
	git config --global user.name test
	git config --global user.email test@example.org
	git init -q -b main .
	echo 1 >a
	git add a
	git commit -q -m one
	git clone -q --bare . remote.git
	git remote add origin "$PWD/remote.git"
	echo remote.git >.git/info/exclude
}
git_work() {
	cat <<-'SH'
		set -e
		echo 2 >>a; git status --short; git diff | cat; git add a; git commit -q -m two; git log --oneline
		echo 3 >>a; git stash -q; git stash pop -q; git commit -q -a -m "three words here"
		git switch -q -c other HEAD~1; echo x >b; git add b; git commit -q -m b; git rebase -q main
		git switch -q main; git merge -q --no-edit other; git tag v1; git show --stat | cat; git blame a >/dev/null
		git fetch -q origin; git push -q origin main; git branch -d other; git grep -n x; git reset -q --hard HEAD~1
		git cherry-pick v1 >/dev/null; git reflog >/dev/null; git clean -qfd; git gc -q; git fsck; git ls-files
		git bisect start HEAD HEAD~1; git bisect run git grep -q x || true; git bisect reset; git submodule foreach ls
		FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --msg-filter "sed s/o/0/" HEAD~1..HEAD
		git checkout -q -b c; git commit -q --allow-empty -m four; git format-patch -1 --stdout >p; git am -q <p || git am --abort
	SH
}

make_rows() { row EXECUTE 'run:./\\program'; }
make_before() {
	printf 'int twice(int n)\n{\n\treturn 2 * n;\n}\n' >twice.c
	printf '#include <stdio.h>\nint twice(int n);\nint main(void)\n{\n\treturn printf("%%d\\n", twice(21)) < 0;\n}\n' >main.c
	printf 'program: main.o twice.o\n\t$(CC) -o $@ $^\n%%.o: %%.c\n\t$(CC) -g -O2 -MMD -c -o $@ $<\ntest: program\n\t./program | grep 42\nclean:\n\trm -f program *.o *.d\nlib.a: twice.o\n\tar rcs $@ $^\n\tranlib $@\n-include main.d twice.d\n' >Makefile
}
make_work() { echo 'set -e; make; make test; touch twice.c; make -j2 test lib.a; make -s clean; make test; gcc -pipe -Wall -o program main.c twice.c; ./program'; }

python_rows() { :; }
python_before() { printf 'import json, multiprocessing, sqlite3, subprocess, ssl, hashlib, tempfile, unittest\n\ndef double(n):\n    return 2 * n\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(json.loads("1"), 1)\n        with multiprocessing.Pool(2) as pool:\n            self.assertEqual(pool.map(double, [1, 2]), [2, 4])\n        with tempfile.TemporaryFile() as f:\n            f.write(b"x")\n        print(subprocess.run(["ls"], capture_output=True).stdout, file=open("out", "w"))\n\nif __name__ == "__main__":\n    unittest.main()\n' >work.py; }
python_work() { echo 'set -e; python3 --version; python3 work.py; python3 -m unittest -q work; python3 -c "import work"; python3 -m venv --without-pip env; env/bin/python -c "import sys; print(sys.prefix)"; env/bin/python3 -V; python3 -m json.tool <<<"{}"; python3 -m compileall -q .; rm -rf env'; }
python_needs() { python3 -c 'import venv'; }

pip_rows() { :; }
# A wheel is a zip file: nothing is fetched or built.
pip_before() {
	python3 - <<-'PY'
		import zipfile
		with zipfile.ZipFile("small-1.0-py3-none-any.whl", "w") as z:
		    z.writestr("small.py", "def main():\n    print(42)\n")
		    info = "small-1.0.dist-info/"
		    z.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
		    z.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		    z.writestr(info + "RECORD", "small.py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n")
	PY
}
pip_work() { echo 'set -e; python3 -m venv env; env/bin/python -m pip install -q --disable-pip-version-check --no-index ./small-1.0-py3-none-any.whl; env/bin/python -c "import small; small.main()"; env/bin/python -m pip uninstall -q -y small'; }
pip_needs() { python3 -c 'import venv, ensurepip'; }

node_rows() { :; }
node_before() { printf 'const fs = require("fs");\nfs.writeFileSync("out", JSON.stringify({ n: require("os").cpus().length > 0 }));\nconst { execSync } = require("child_process");\nconsole.log(execSync("ls").toString().length > 0, fs.existsSync("out"));\n' >work.js; }
node_work() { echo 'set -e; node --version; node work.js; node -e "console.log(1 + 1)"; node --test work.js >/dev/null; ls out'; }
node_needs() { command -v node; }

npm_rows() { :; }
npm_before() {
	mkdir pkg
	# By default pip looks for a newer version of itself.
	echo update-notifier=false >.npmrc
	echo '{"name": "pkg", "version": "1.0.0", "main": "i.js"}' >pkg/package.json
	echo 'module.exports = 42' >pkg/i.js
	echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "ls && node t.js"}, "dependencies": {"pkg": "file:pkg"}}' >package.json
	echo 'console.log(require("pkg"))' >t.js
}
npm_work() { echo 'set -e; npm install --offline --no-audit --no-fund; npm ls; npm test; echo $npm_config_cache | grep rvm-daily-npm; mkdir -p node_modules/hi node_modules/.bin; { echo "#!/usr/bin/env node"; echo "console.log(42)"; } >node_modules/hi/cli.js; chmod +x node_modules/hi/cli.js; ln -s ../hi/cli.js node_modules/.bin/hi; ./node_modules/.bin/hi'; }
npm_needs() { command -v npm; }

cargo_rows() { :; }
cargo_before() {
	mkdir src
	printf '[package]\nname = "half"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
	printf 'fn main() { println!("{}", 84 / 2); }\n#[test]\nfn halves() { assert_eq!(84 / 2, 42); }\n' >src/main.rs
}
cargo_work() { echo 'set -e; rm -rf target; cargo build --quiet --offline; cargo test --quiet --offline; cargo run --quiet --offline | grep 42; cargo clean --quiet; echo $CARGO_HOME | grep rvm-daily-cargo'; }
cargo_needs() { command -v cargo; }

#
# The same test for each base table.
#

begin() {
	local day=$1 lifted=() line

	rm -rf "${dir:?}/$day"
	mkdir -p "$dir/$day"
	cd "$dir/$day"
	"${day}_before" >"$dir/before" 2>&1 || { cat "$dir/before" && return 1; }
	"${day}_work" >work.sh
	"${day}_rows" | sed '$!s/$/,/; 1s/^/[/; $s/$/]/' >"$dir/$day.json"
	[ -s "$dir/$day.json" ] || echo '[]' >"$dir/$day.json"
	read -ra lines <<<"${lift[$day]:-}"
	for line in "${lines[@]}"; do
		lifted+=(--allow-deputy "$line")
	done
	rvmctl load "$dir/$day.json" --partition "daily-$day" --workspace "$dir/$day" \
		--base "minimal,workspace-rw,${base[$day]}" "${lifted[@]}" >"$dir/load" 2>&1 ||
		{ cat "$dir/load" && return 1; }
}

# git itself does without these: a section of its configuration that is empty now, a list for
# servers that it does not serve, a directory that is not empty.  And pip, which would
# list /etc, and look at every file there, to tell servers what system this is.
denials() {
	rvmctl -j witness tail -n 2000 | python3 -c 'import json, re, sys
known = re.compile(r"^/etc$" if sys.argv[1] == "daily-pip" else r"/[.]git(/config[.]lock|/info/refs)?$")
for event in map(json.loads, sys.stdin):
    if event["partition"] == sys.argv[1] and event["sequence"] >= int(sys.argv[2]) and \
       event["verdict"] == "deny" and not known.search(event["object"]):
        print(event.get("op", "") + " " + event["object"], event["reason"])' "daily-$1" "$2"
}

works() {
	local from found status=0

	begin "$1" || return 1
	from=$(value 'd["length"]' witness head)
	rvmctl run "daily-$1" -- /bin/bash work.sh </dev/null || status=$?
	found=$(denials "$1" "$from")
	[ -z "$found" ] || echo "$found"
	((status == 0)) && [ -z "$found" ]
}

is_refused() {
	! rvmctl run "daily-$1" -- /bin/bash -c "$2" </dev/null >/dev/null 2>&1
}

# Files that are run outside later, and files with logins.
caches_of_the_user_are_not_given() {
	mkdir -p ~/.npm/_npx ~/.npm/_cacache ~/.cache/pip ~/.cargo/registry ~/.config/git
	echo secret >~/.config/git/credentials
	echo secret >~/.npmrc
	begin git && begin npm && begin pip && begin cargo || return 1
	is_refused git 'read -r x <~/.config/git/credentials' || return 1
	is_refused npm 'read -r x <~/.npmrc' || return 1
	is_refused npm 'echo x >~/.npm/_npx/x' || return 1
	is_refused npm 'echo x >~/.npm/_cacache/x' || return 1
	is_refused pip 'echo x >~/.cache/pip/x' || return 1
	is_refused cargo 'echo x >~/.cargo/registry/x' || return 1
	# Caches of other partitions are not writable either; its own is.
	is_refused npm 'mkdir ~/.npm/rvm-daily-pip' || return 1
	rvmctl run daily-npm -- /bin/bash -c 'echo x >~/.npm/rvm-daily-npm/x'
}

# The linker and its temporary files: those of a TMPDIR that other tables made before, too.
cargo_needs_no_other_table() {
	local with_shell=${base[cargo]}

	base[cargo]=cargo
	begin cargo || return 1
	base[cargo]=$with_shell
	rvmctl run daily-cargo -- "$(command -v cargo)" run --quiet --offline </dev/null | grep 42 || return 1
	rm -r target
	rvmctl run --env TMPDIR=/tmp daily-cargo -- "$(command -v cargo)" run --quiet --offline </dev/null | grep 42
}

# What the guide says of git where a protected file differs between two commits.
git_stops_half_way_at_protected_files() {
	begin git || return 1
	{
		echo one >Makefile && git add Makefile && git commit -q -m one-make
		git switch -q -c other && echo two >Makefile && echo two >a && git commit -q -a -m two-make
		git switch -q main
	} || return 1
	rvmctl run daily-git -- /bin/bash -c 'git switch other; echo "switch $? $(git status --short | tr "\n" ,)"
		git reset --hard main; echo "reset $? $(git symbolic-ref --short HEAD) $(cat a | tr "\n" ,) $(git status --short | tr "\n" ,)"' \
		</dev/null >"$dir/steps" 2>&1 || true
	cat "$dir/steps"
	grep -q '^switch 0  M Makefile,' "$dir/steps" && grep -q '^reset 128 other 1,' "$dir/steps" &&
		grep -q 'M Makefile, M a,\|^reset.* M a,' "$dir/steps" || return 1
	git reset -q --hard other
	echo three >Makefile
	echo three >a
	rvmctl run daily-git -- /bin/bash -c 'git stash; echo "stash $? $(git stash list | wc -l) $(git status --short | tr "\n" ,)"' \
		</dev/null >"$dir/steps" 2>&1 || true
	cat "$dir/steps"
	grep -q '^stash 1 1 .*M Makefile,' "$dir/steps" || return 1
	# Outside it is mended as the guide says.
	git reset -q --hard other && git stash drop -q && [ -z "$(git status --short -uno)" ]
}

git_alone_starts_nothing() {
	begin git || return 1
	rvmctl run daily-git -- /bin/bash -c 'git status --short' >/dev/null
	is_refused git '/usr/lib/git-core/git status' || return 1
	is_refused git 'git-upload-pack .'
}

attach_hooks
borrow_home
export HOME=$real_home
chmod 755 "$dir"
ktap_print_header
ktap_set_plan $((${#days[@]} + 4))
for day in "${days[@]}"; do
	if declare -F "${day}_needs" >/dev/null && ! "${day}_needs" >/dev/null 2>&1; then
		ktap_test_skip "a_day_of_$day: is not installed"
		continue
	fi
	check "a_day_of_$day" works "$day"
done
if cargo_needs >/dev/null 2>&1; then
	check cargo_needs_no_other_table cargo_needs_no_other_table
else
	ktap_test_skip "cargo_needs_no_other_table: is not installed"
fi
check git_stops_half_way_at_protected_files git_stops_half_way_at_protected_files
check caches_of_the_user_are_not_given caches_of_the_user_are_not_given
check git_alone_starts_nothing git_alone_starts_nothing
ktap_finished
