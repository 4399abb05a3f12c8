#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For work.sh to include.  write_NAME DIR makes the files of workload NAME, always the
# same, and DIR/NAME.sh.  That script does the work, fails if it was not done, and
# leaves in DIR.out what must be the same in each place.  $here is the directory of this
# file.

files=5000
commits=20
# Small files that are copied, unpacked and saved; and those of a checkout.
few=400
saved=200
switched=1000
requests=1000
port=8123

# FILE: the standard input, to be run in the directory of the file, and to fail if
# anything does.
write_script() {
	# shellcheck disable=SC2016 # the script expands it
	{
		printf 'set -e\ncd "${0%%/*}"\nexec >"${0%%/*}.out"\n'
		cat
	} >"$1"
}

# Files in directories of 100, and commits that change 25 files each.
write_repository() {
	git -c init.defaultBranch=main init -q "$1"
	awk -v files="$files" -v commits="$commits" '
		function text(i, n,    s, j) {
			s = ""
			for (j = 0; j < 20; j++)
				s = s "line " j " of file " i (j == 7 ? " at " n : "") "\n"
			return s
		}
		function change(i, n,    s) {
			s = text(i, n)
			printf "M 100644 inline d%02d/f%02d.txt\ndata %d\n%s\n", i / 100, i % 100, length(s), s
		}
		BEGIN {
			for (n = 0; n <= commits; n++) {
				printf "commit refs/heads/main\ncommitter t <t@example.org> %d +0000\n", 1700000000 + n
				printf "data 2\nc\n\n"
				for (i = n ? n * 11 : 0; i < files; i += n ? 200 : 1)
					change(i, n)
			}
		}' | git -C "$1" fast-import --quiet
	git -C "$1" config gc.auto 0
	git -C "$1" config core.fsmonitor false
	git -C "$1" reset -q --hard main
}

# The tool's own files must not show up as changes.
write_status() {
	write_repository "$1"
	echo /status.sh >"$1/.git/info/exclude"
	write_script "$1/status.sh" <<<'git status'
}

write_log() {
	write_repository "$1"
	write_script "$1/log.sh" <<<'git log -p'
}

write_files() {
	local i

	for ((i = 0; i < $2; i++)); do
		((i % 100)) || mkdir -p "$1/d$((i / 100))"
		echo "$i" >"$1/d$((i / 100))/f$((i % 100))"
	done
}

write_find() {
	write_files "$1" "$files"
	write_script "$1/find.sh" <<<'find . -type f -exec wc -l {} +'
}

write_each() {
	write_files "$1" 200
	write_script "$1/each.sh" <<<'find . -type f -exec echo {} ";"'
}

write_copy() {
	write_files "$1/from" "$few"
	write_script "$1/copy.sh" <<-'SH'
		rm -rf to
		cp -r from to
		cat to/*/* | cksum
	SH
}

write_unpack() {
	write_files "$1/from" "$few"
	tar -C "$1" -cf "$1/files.tar" from
	write_script "$1/unpack.sh" <<-'SH'
		rm -rf from
		tar xf files.tar
		cat from/*/* | cksum
	SH
}

# shellcheck disable=SC2154 # from work.sh
write_save() {
	write_script "$1/save.sh" <<-SH
		$here/build/save $saved
		cat note*.txt | cksum
	SH
}

# Two branches; each file is another one there.
write_checkout() {
	git -c init.defaultBranch=one init -q "$1"
	echo /checkout.sh >"$1/.git/info/exclude"
	awk -v files="$switched" 'BEGIN {
			for (n = 1; n <= 2; n++) {
				printf "commit refs/heads/%s\ncommitter t <t@example.org> %d +0000\n", \
					n == 1 ? "one" : "two", 1700000000 + n
				printf "data 2\nc\n\n"
				for (i = 0; i < files; i++)
					printf "M 100644 inline d%d/f%d\ndata 7\n%d %04d\n\n", i / 100, i % 100, n, i
			}
		}' | git -C "$1" fast-import --quiet
	git -C "$1" config gc.auto 0
	git -C "$1" reset -q --hard one
	write_script "$1/checkout.sh" <<-'SH'
		git switch -q two
		cat d*/f* | cksum
		git switch -q one
		cat d*/f* | cksum
	SH
}

# shellcheck disable=SC2154 # from work.sh
write_serve() {
	seq 500 >"$1/page"
	write_script "$1/serve.sh" <<<"$here/build/serve $requests $port page"
}

write_make() {
	local i

	for i in 1 2 3 4; do
		printf '#include <stdio.h>\nint part%d(int n)\n{\n\treturn printf("%%d\\n", n) + %d;\n}\n' \
			"$i" "$i" >"$1/part$i.c"
	done
	cat >"$1/main.c" <<-'C'
		int part1(int n), part2(int n), part3(int n), part4(int n);
		int main(void)
		{
			return part1(part2(part3(part4(1)))) < 0;
		}
	C
	cat >"$1/Makefile" <<-'MAKE'
		.RECIPEPREFIX = >
		program: main.o part1.o part2.o part3.o part4.o
		> gcc -o $@ $^
		%.o: %.c
		> gcc -O1 -c -o $@ $<
		clean:
		> rm -f program *.o
	MAKE
	write_script "$1/make.sh" <<-'SH'
		make clean
		make
		cksum program
	SH
}

write_node() {
	cat >"$1/twice.test.js" <<-'JS'
		const test = require('node:test');
		const assert = require('node:assert');
		const fs = require('node:fs');
		for (let i = 0; i < 20; i++)
			test('twice ' + i, () => {
				fs.writeFileSync('state.json', JSON.stringify({ n: 2 * i }));
				assert.strictEqual(JSON.parse(fs.readFileSync('state.json')).n, 2 * i);
			});
	JS
	write_script "$1/node.sh" <<<'node --test --test-reporter=tap twice.test.js >tap
grep -E "^(ok|not ok|# (tests|pass|fail) )" tap'
}

write_pip() {
	python3 - "$1/half-1.0-py3-none-any.whl" <<-'PY'
		import sys, zipfile
		files = {f"half/m{i}.py": f"def half(n):\n    return n // 2 + {i}\n" for i in range(50)}
		files["half/__init__.py"] = ""
		files["half-1.0.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: half\nVersion: 1.0\n"
		files["half-1.0.dist-info/WHEEL"] = (
		    "Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
		record = "half-1.0.dist-info/RECORD"
		files[record] = "".join(name + ",,\n" for name in [*files, record])
		with zipfile.ZipFile(sys.argv[1], "w") as wheel:
		    for name, text in files.items():
		        wheel.writestr(zipfile.ZipInfo(name), text)
	PY
	write_script "$1/pip.sh" <<-'SH'
		rm -rf site
		python3 -m pip install -q --no-index --no-deps --no-cache-dir --no-compile \
			--disable-pip-version-check --root-user-action ignore \
			--target site ./half-1.0-py3-none-any.whl
		cksum site/half/*.py
	SH
}
