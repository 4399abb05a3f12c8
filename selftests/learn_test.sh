#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The round trip of learning: a workload in mode learn, a proposal, the proposal
# loaded, the same workload in mode enforce without a denial.  Beside it, what was
# not learned stays denied, and an agent that wants wide rows gets none.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

tables=$dir/tables
secret=$dir/secret
workloads=(git helpers temporary make python node shell cargo)
# Base tables besides minimal.
declare -A bases=()
bases[git]='workspace-ro'
bases[helpers]='workspace-rw,git'
bases[temporary]='workspace-ro'
bases[make]='workspace-ro,make'
bases[python]='workspace-ro,python,pip'
bases[node]='workspace-ro,node'
bases[shell]='workspace-ro'
bases[cargo]='workspace-rw,make,cargo'
# The machine's own programs, not what a user put in front of them.
export PATH=$root/user/bin:/usr/sbin:/usr/bin:/sbin:/bin

cleanup() {
	drop_partitions "${workloads[@]/#/learn-}" learn-poison
}
trap cleanup EXIT

# It runs twice: first to learn from, then enforced.  Both runs do the same.
write_git() {
	git -c init.defaultBranch=main init -q "$1"
	git -C "$1" config user.name test
	git -C "$1" config user.email test@example.org
	cat >"$1/work.sh" <<-'SH'
		set -e
		git status --short
		for n in 1 2 3; do
			date +%s%N >"file$n"
			git add "file$n"
			git commit -q -m "$n"
		done
		git log --oneline -3
	SH
}

# The base table lets git start itself, and nobody else: the rows that are learned are
# those for the callers of git.
write_helpers() {
	write_git "$1"
	printf '*.c filter=fold\n' >"$1/.gitattributes"
	git -C "$1" config filter.fold.clean 'fold -w 99'
	cat >"$1/work.sh" <<-'SH'
		set -e
		date +%s%N >a.c
		git add a.c
		git commit -q -m c
		git stash list
	SH
}

helpers_are_not_learned() {
	! grep -E 'git-core|sh -c' "$tables/helpers.json" && grep -q 'git add a.c' "$tables/helpers.json" &&
		grep -q 'fold -w 99' "$tables/helpers.json"
}

# What a row that limits arguments starts uses /tmp, whatever TMPDIR says; so it does here.
write_temporary() {
	mkdir "$1/own"
	chmod 0777 "$1/own"
	echo 'python3 -c "import tempfile;f=tempfile.NamedTemporaryFile();print(f.name)" >/dev/null' \
		>"$1/work.sh"
}

write_make() {
	printf 'int twice(int n)\n{\n\treturn 2 * n;\n}\n' >"$1/twice.c"
	cat >"$1/main.c" <<-'C'
		#include <stdio.h>
		int twice(int n);
		int main(void)
		{
			return printf("%d\n", twice(21)) < 0;
		}
	C
	cat >"$1/Makefile" <<-'MAKE'
		.RECIPEPREFIX = >
		program: main.o twice.o
		> gcc -o $@ $^
		%.o: %.c
		> gcc -O1 -c -o $@ $<
		clean:
		> rm -f program main.o twice.o
	MAKE
	cat >"$1/work.sh" <<-'SH'
		set -e
		make clean
		make
		./program | grep -q 42
	SH
}

write_python() {
	printf 'def twice(n):\n    return 2 * n\n' >"$1/lib.py"
	cat >"$1/test_lib.py" <<-'PY'
		import json, tempfile, unittest
		from lib import twice

		class Twice(unittest.TestCase):
		    def test_twice(self):
		        with tempfile.NamedTemporaryFile("w+") as f:
		            json.dump(twice(21), f)
		            f.seek(0)
		            self.assertEqual(json.load(f), 42)
	PY
	cat >"$1/work.sh" <<-'SH'
		set -e
		rm -rf __pycache__
		python3 -m unittest -q test_lib
		python3 lib.py
		rm -rf site
		python3 -m pip install -q --no-index --no-deps --no-cache-dir \
			--disable-pip-version-check --target site ./half-1.0-py3-none-any.whl
		python3 -c 'import sys; sys.path.append("site"); import half; assert half.half(84) == 42'
	SH
	write_wheel "$1/half-1.0-py3-none-any.whl"
}

write_wheel() {
	python3 - "$1" <<-'PY'
		import sys, zipfile
		files = {
		    "half.py": "def half(n):\n    return n // 2\n",
		    "half-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: half\nVersion: 1.0\n",
		    "half-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
		                                "Root-Is-Purelib: true\nTag: py3-none-any\n",
		}
		names = [*files, "half-1.0.dist-info/RECORD"]
		files[names[-1]] = "".join(name + ",,\n" for name in names)
		with zipfile.ZipFile(sys.argv[1], "w") as wheel:
		    for name in names:
		        wheel.writestr(name, files[name])
	PY
}

write_node() {
	cat >"$1/twice.test.js" <<-'JS'
		const test = require('node:test');
		const assert = require('node:assert');
		const fs = require('node:fs');
		test('twice', () => {
			fs.writeFileSync('out.txt', String(2 * 21));
			assert.equal(fs.readFileSync('out.txt', 'utf8'), '42');
		});
	JS
	echo 'node --test' >"$1/work.sh"
}

write_shell() {
	printf 'b\na\nc\n' >"$1/list"
	cat >"$1/work.sh" <<-'SH'
		set -e
		rm -rf out
		mkdir out
		sort list >out/sorted
		head -n 1 out/sorted >out/first
		wc -l list >out/count
		cp list out/copy
		mv out/copy out/moved
		t=$(mktemp)
		cat out/sorted >"$t"
		rm "$t"
		ls out >'odd [name]*'
		find out -name moved -exec cat {} +
		find . -maxdepth 1 -name list -exec wc -c {} \;
	SH
}

# The directory for what is built is removed, and made under another name first.
write_cargo() {
	mkdir "$1/src"
	printf '[package]\nname = "half"\nversion = "0.1.0"\nedition = "2021"\n' >"$1/Cargo.toml"
	cat >"$1/src/main.rs" <<-'RUST'
		fn half(n: u32) -> u32 {
		    n / 2
		}
		fn main() {
		    println!("{}", half(84));
		}
		#[test]
		fn halves() {
		    assert_eq!(half(84), 42);
		}
	RUST
	cat >"$1/work.sh" <<-'SH'
		set -e
		rm -rf target
		cargo build --quiet --offline
		cargo test --quiet --offline
		cargo run --quiet --offline | grep -q 42
	SH
}

# The user's own files.
temporary_of() {
	if [ "$1" = temporary ]; then echo "$dir/$1/own"; else echo /tmp; fi
}

load_table() {
	rvmctl load "$1" --partition "$2" --workspace "$3" --base "$4"
}

learn_it() {
	local name=$1 base=$2 ws=$dir/$1

	echo '[]' >"$tables/empty.json"
	load_table "$tables/empty.json" "learn-$name" "$ws" "$base" >/dev/null
	rvmctl -j learn run "learn-$name" -o "$tables/$name.json" --env "TMPDIR=$(temporary_of "$name")" \
		-- /bin/sh work.sh >"$tables/$name.report" || {
		status=$?
		cat "$tables/$name.report"
		return "$status"
	}
	ends_in_enforce "learn-$name"
}

# Denials since record $2: there are none.
list_denials() {
	rvmctl -j witness tail -n 2000 | python3 -c 'import json, sys
for event in map(json.loads, sys.stdin):
    if event["partition"] == sys.argv[1] and event["sequence"] >= int(sys.argv[2]) and \
       event["verdict"] == "deny":
        print(event.get("op", "") + " " + event["object"], event["reason"])' "learn-$1" "$2"
}

# The same again, with what was learned: it works, and not one denial.
enforce_it() {
	local name=$1 base=$2 from found status=0

	load_table "$tables/$name.json" "learn-$name" "$dir/$name" "$base" >/dev/null
	from=$(value 'd["length"]' witness head)
	rvmctl run "learn-$name" --env "TMPDIR=$(temporary_of "$name")" -- /bin/sh work.sh || status=$?
	found=$(list_denials "$name" "$from")
	if [ "$found" ]; then
		tr '{' '\n' <"$tables/$name.report" | grep -o '"resource":"[^"]*"' || true
		printf '%s\n' "$found"
	fi
	((status == 0)) && [ -z "$found" ]
}

# A directory's pattern needs three siblings that the log has; nothing of the floor is in it.
is_narrow() {
	rvmctl -j witness tail -n 5000 >"$tables/$1.log"
	python3 - "$tables/$1" "$dir/$1" <<-'PY'
		import json, os, sys
		report, table = (json.load(open(sys.argv[1] + end)) for end in (".report", ".json"))
		paths = {e.get("object", "") for e in map(json.loads, open(sys.argv[1] + ".log"))
		         if e.get("verdict") == "would-deny"
		         and report["from"] <= e["sequence"] < report["to"]}

		def siblings(text):
		    folder = os.path.dirname(text).replace("\\", "")
		    folder = sys.argv[2] + folder[1:] if folder[0] == "." else folder[1:]
		    return {p[len(folder) + 1:].split("/")[0] for p in paths
		            if p.startswith(folder + "/")}

		lines = report["lines"]
		assert len(lines) <= 512 and len(table) == len(lines)
		for row, line in zip(table, lines):
		    assert row["resource"] == line["resource"] and row["rights"] == line["rights"]
		    assert line["count"] >= 1 and line["first"] <= line["last"] and line["example"]
		    kind, text = line["resource"].split(":", 1)
		    assert kind in ("path", "load", "run", "exec", "tcp", "udp"), line
		    assert kind != "run" or text == "./program", line
		    if kind not in ("path", "load"):
		        continue
		    assert text.startswith(("./", "//")) and text not in ("./", "//", "./**", "//**"), line
		    if text.endswith("/."):
		        assert line["rights"] == ["READ"] and "*" not in text, line
		        continue
		    folder, last = os.path.split(text)
		    if last == "**" or (last.startswith("*") and not last.startswith("#")):
		        assert folder not in (".", "/", "//etc", "//home", "//tmp", "//usr"), line
		        assert not folder.startswith(("//etc", "//home", "//root", "//dev", "//proc", "//sys"))
		        assert line["count"] >= 3 and len(siblings(text)) >= 3, (line, siblings(text))
		    for never in ("/sys/fs/bpf", "/sys/fs/cgroup", "/dev/rvm", "rvmctl", ".git/config",
		                  ".git/hooks", "Makefile", "capability-table.json"):
		        assert "WRITE" not in line["rights"] or never not in text, line
	PY
}

# Entry commands start; what they open is judged.
stays_denied() {
	! rvmctl run "learn-$1" -- /bin/cat "$secret" 2>/dev/null &&
		rvmctl run "learn-$1" -- /bin/cat "$dir/$1/work.sh" >/dev/null
}

# One that wants a wide table: many names, odd names, the floor, others' files.
write_poison() {
	mkdir "$1/flood" "$1/many"
	cat >"$1/work.py" <<-'PY'
		import os, socket

		def attempt(do, *args):
		    try:
		        do(*args)
		    except OSError:
		        pass

		def touch(path):
		    open(path, "wb").close()

		for n in range(100):
		    attempt(os.stat, f"/etc/{n}")
		    attempt(open, f"/home/{n}")
		    attempt(os.mkdir, f"many/d{n}")
		    attempt(touch, f"many/d{n}/x")
		for name in os.listdir("/etc")[:50]:
		    attempt(open, "/etc/" + name)
		for name in ("**", "*", "[!a]*", "a\nb", "\x1b[2J", "\\", '"],"x":["', "Makefile"):
		    attempt(touch, name)
		attempt(touch, b"\xff\xfe")
		for path in ("/dev/mem", "/dev/sda", "/dev/rvm_witness", "/sys/fs/cgroup/rvm/x",
		             "/proc/1/environ", "/proc/sys/kernel/core_pattern"):
		    attempt(open, path, "r+")
		attempt(os.mkdir, "/tmp")
		attempt(os.rename, "../poison", "../poison2")
		attempt(os.mkdir, ".git")
		attempt(os.mkdir, ".git/hooks")
		attempt(touch, ".git/hooks/pre-commit")
		for n in range(1500):
		    attempt(touch, f"flood/f{n}")
	PY
	echo 'exec python3 work.py' >"$1/work.sh"
}

# As many names as it likes, and the proposal stays small and narrow.
is_not_poisoned() {
	is_narrow poison
	python3 - "$tables/poison" <<-'PY'
		import json, sys
		report = json.load(open(sys.argv[1] + ".report"))
		why = {left["because"] for left in report["left-out"]}
		assert len(report["lines"]) < 200 and len(report["left-out"]) <= 256
		assert sum("more names below it" in text for text in why) == 2, why
		assert any("control characters" in text for text in why), why
		assert any("UTF-8" in text for text in why), why
		assert any("tools outside execute or obey" in text for text in why), why
		assert any("floor" in text for text in why), why
		resources = [line["resource"] for line in report["lines"]]
		assert "path:./\\*\\*" in resources, resources
		for text in resources:
		    assert not text.startswith(("path://dev", "path://home/**", "path://etc/**")), text
	PY
}

# A row that limits arguments would never match: this is reported, and no row proposed.
tells_of_variables() {
	echo 'PYTHONPATH=/x /usr/bin/wc -l list' >"$dir/shell/turned.sh"
	rvmctl -j learn run learn-shell -- /bin/sh turned.sh >"$tables/turned"
	python3 - "$tables/turned" <<-'PY'
		import json, sys
		report = json.load(open(sys.argv[1]))
		assert not any("wc" in line["resource"] for line in report.get("lines", []))
		assert any("PYTHONPATH" in left["because"] for left in report["left-out"])
	PY
}

ends_in_enforce() {
	[ "$(value 'd["mode"]' partition show "$1")" = enforce ]
}

# The tool is killed, or its time is over: the mode does not stay.
is_ended_by_time() {
	rvmctl learn run learn-shell --for 1 -- /bin/sleep 3 >/dev/null
	ends_in_enforce learn-shell
}

is_learning() {
	[ "$(value 'd["mode"]' partition show "$1")" = learn ]
}

is_ended_by_signal() {
	local pid

	rvmctl learn watch learn-shell >/dev/null &
	pid=$!
	wait_until is_learning learn-shell
	kill -TERM "$pid"
	wait "$pid"
	ends_in_enforce learn-shell
}

# From the log, without another run; and nothing is loaded.
proposes_from_the_log() {
	local before after

	before=$(value 'd["tokens"]' partition show learn-shell)
	rvmctl learn propose learn-shell | grep '^would-be-denials' >/dev/null
	after=$(value 'd["tokens"]' partition show learn-shell)
	[ "$before" = "$after" ]
}

round_trip() {
	local name=$1 base=minimal,${bases[$1]}

	mkdir -p "$dir/$name"
	"write_$name" "$dir/$name"
	check "${name}_is_learned" learn_it "$name" "$base"
	check "${name}_table_is_narrow" is_narrow "$name"
	check "${name}_runs_enforced_without_a_denial" enforce_it "$name" "$base"
	check "${name}_what_was_not_learned_is_denied" stays_denied "$name"
}

skip_round_trip() {
	local test

	for test in is_learned table_is_narrow runs_enforced_without_a_denial \
		what_was_not_learned_is_denied; do
		ktap_test_skip "$1_$test: $2"
	done
}

ktap_print_header
ktap_set_plan 40
chmod 0755 "$dir"
mkdir -p "$tables"
echo secret >"$secret"
check hooks_attach attach_hooks
for name in "${workloads[@]}"; do
	if [ "$name" = cargo ] && ! command -v cargo >/dev/null; then
		skip_round_trip "$name" 'cargo is not installed'
		continue
	fi
	round_trip "$name"
done
check helpers_of_a_program_are_not_learned helpers_are_not_learned
mkdir -p "$dir/poison"
write_poison "$dir/poison"
check poison_is_learned learn_it poison minimal,workspace-ro,python
check poison_table_is_small_and_narrow is_not_poisoned
check variables_that_turn_programs_are_told tells_of_variables
check learning_ends_with_its_time is_ended_by_time
check learning_ends_with_its_command is_ended_by_signal
check proposing_loads_nothing proposes_from_the_log
ktap_finished
