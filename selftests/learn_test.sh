#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The round trip of learning: a workload in mode learn, a proposal, the proposal
# loaded, the same workload in mode enforce without a denial.  Beside it what was
# not learned stays refused, and an agent that wants wide lines gets none.
set -euo pipefail

# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

tables=$dir/tables
secret=$dir/secret
workloads=(git make python node shell)
bases=(
	[0]=minimal,workspace-ro
	[1]=minimal,workspace-ro,make
	[2]=minimal,workspace-ro,python
	[3]=minimal,workspace-ro,node
	[4]=minimal,workspace-ro
)
# The machine's own programs, not what a user put in front of them.
export PATH=$root/user:/usr/sbin:/usr/bin:/sbin:/bin

cleanup() {
	drop_partitions learn-git learn-make learn-python learn-node learn-shell learn-poison \
		learn-floor
}
trap cleanup EXIT

# Run twice: first learned from, then enforced.  Nothing is left to the first run alone.
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
	SH
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
		ls out >'out/odd [name]*'
		rm 'out/odd [name]*'
	SH
}

load_table() {
	rvmctl load "$1" --partition "$2" --workspace "$3" --base "$4"
}

learn_it() {
	local name=$1 base=$2 ws=$dir/$1

	echo '[]' >"$tables/empty.json"
	load_table "$tables/empty.json" "learn-$name" "$ws" "$base" >/dev/null
	rvmctl -j learn run "learn-$name" -o "$tables/$name.json" --env TMPDIR=/tmp \
		-- /bin/sh work.sh >"$tables/$name.report" || {
		status=$?
		cat "$tables/$name.report"
		return "$status"
	}
	[ "$(value 'd["mode"]' partition show "learn-$name")" = enforce ]
}

denials() {
	value 'd["denials"]' partition show "$1"
}

# The same again, with what was learned; not one denial.
enforce_it() {
	local name=$1 base=$2 before after status=0

	load_table "$tables/$name.json" "learn-$name" "$dir/$name" "$base" >/dev/null
	before=$(denials "learn-$name")
	rvmctl run "learn-$name" --env TMPDIR=/tmp -- /bin/sh work.sh || status=$?
	after=$(denials "learn-$name")
	if [ "$before" != "$after" ]; then
		tr '{' '\n' <"$tables/$name.report" | grep -o '"resource":"[^"]*"' || true
		rvmctl witness tail -n 40 | grep ' deny ' || true
	fi
	((status == 0)) && [ "$before" = "$after" ]
}

# A folder's pattern needs three that are there, below the workspace or where software lies.
is_narrow() {
	python3 - "$tables/$1.report" "$tables/$1.json" "$dir/$1" <<-'PY'
		import glob, json, os, sys
		report, table, ws = json.load(open(sys.argv[1])), json.load(open(sys.argv[2])), sys.argv[3]
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
		    folder, last = os.path.split(text)
		    if last == "**" or (last.startswith("*") and not last.startswith("#")):
		        assert folder not in (".", "/", "//etc", "//home", "//tmp", "//usr"), line
		        assert not folder.startswith(("//etc", "//home", "//root", "//dev", "//proc", "//sys"))
		        assert line["count"] >= 3, line
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

round_trip() {
	local name=${workloads[$1]} base=${bases[$1]}

	mkdir -p "$dir/$name"
	"write_$name" "$dir/$name"
	check "${name}_is_learned" learn_it "$name" "$base"
	check "${name}_table_is_narrow" is_narrow "$name"
	check "${name}_runs_enforced_without_a_denial" enforce_it "$name" "$base"
	check "${name}_what_was_not_learned_is_denied" stays_denied "$name"
}

ktap_print_header
ktap_set_plan 21
chmod 0755 "$dir"
mkdir -p "$tables"
echo secret >"$secret"
check hooks_attach attach_hooks
for i in "${!workloads[@]}"; do
	round_trip "$i"
done
ktap_finished
