#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recording into a directory and reading it: without a module.
#
# tools/record_world.c is the kernel: it generates logs, and recorders that are killed.
# witness_verify.py and sha256sum, which share no code with rvmctl, verify the same files.
#
#	KILLS=N kills the recorder N times; default: 60, `make crash` has 1000
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
rvmctl=${RVMCTL:-$top/user/bin/rvmctl}
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
log=$work/log

# shellcheck source=lib/tap.sh
. "$here/lib/tap.sh"

cleanup() { rm -rf "$work"; }
trap cleanup EXIT

build_tool() {
	# shellcheck disable=SC2046 # words
	"${CC:-gcc}" -O2 -std=gnu11 -D_GNU_SOURCE -fno-strict-aliasing -funsigned-char \
		-iquote "$here" -iquote "$top/user/lib" -iquote "$top/kmod" \
		-I"$top/user/lib/shim" -I"$top/kmod/include/uapi" \
		"$here/tools/record_world.c" "$top/user/build/librvm.a" "$top/user/build/libcore.a" \
		-o "$work/world" $(pkg-config --libs smartcols jansson libcrypto)
}

world() { "$work/world" "$@"; }

# A directory of two logs, in segments of about 4096 records.
make_log() {
	rm -rf "$log"
	world make "$log" 20000 3 262144 1 2
}

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

verify() { "$rvmctl" -j witness verify "$@"; }

is_good() { [ "$(verify "$@" | field verdict)" = good ]; }

# STATUS TEXT COMMAND...: it ends so, and says so.
says() {
	local want=$1 text=$2 said status=0

	shift 2
	said=$("$@" 2>&1) || status=$?
	echo "$said"
	[ "$status" = "$want" ] && grep -qF -- "$text" <<<"$said"
}

whole_log_is_good() {
	make_log
	is_good "$log"
	[ "$(verify "$log" | field records)" = 40000 ]
	[ "$(verify "$log" | field logs)" = 2 ]
}

sha256sum_agrees() {
	make_log
	[ "$(find "$log" -name '*.seal' | wc -l)" -ge 8 ]
	(cd "$log" && sha256sum --strict --quiet -c -- *.seal)
	sealed=$(find "$log" -name '*.seal' | sort | head -n 1)
	printf x >>"${sealed%.seal}.lines"
	! (cd "$log" && sha256sum --strict --quiet -c -- *.seal) || return 1
}

# The heads of the seals, by programs that every system has; a changed file of each kind is
# found, and a segment that is gone.
coreutils_agree() {
	local name part

	make_log
	"$here/witness_coreutils.sh" "$log" >"$work/heads"
	[ "$(wc -l <"$work/heads")" = "$(find "$log" -name '*.seal' | wc -l)" ]
	while read -r name head length; do
		is_good --head "$head" --length "$length" "$log" || return 1
		[ -e "$log/$name.seal" ] || return 1
	done <"$work/heads"
	name=000001-00000000000000004096
	for part in records lines index seal; do
		cp "$log/$name.$part" "$work/kept"
		printf '\001' | dd of="$log/$name.$part" bs=1 seek=70 conv=notrunc status=none
		! "$here/witness_coreutils.sh" "$log" >/dev/null || return 1
		cp "$work/kept" "$log/$name.$part"
	done
	"$here/witness_coreutils.sh" "$log" | cmp - "$work/heads"
	rm "$log/$name".*
	! "$here/witness_coreutils.sh" "$log" >/dev/null || return 1
}

# Records that were made again, with digests that fit: the head tells.
coreutils_follow_the_chain() {
	make_log
	python3 - "$log" <<-'PY'
		import glob, hashlib, sys
		path = max(glob.glob(sys.argv[1] + "/*.seal"))[:-4]
		data = bytearray(open(path + "records", "rb").read())
		data[100 * 64 + 30] ^= 1
		open(path + "records", "wb").write(data)
		text = open(path + "seal").read().splitlines()
		text[-5 if text[-2].endswith(".seal") else -4] = \
		    f"{hashlib.sha256(data).hexdigest()}  {path[-28:]}records"
		body = "\n".join(text[:-1]) + "\n"
		open(path + "seal", "w").write(
		    f"{body}# sum {hashlib.sha256(body.encode()).hexdigest()}\n")
	PY
	(cd "$log" && sha256sum --strict --quiet -c -- *.seal)
	says 1 'the head is another' "$here/witness_coreutils.sh" "$log"
}

python_agrees() {
	make_log
	[ "$(python3 "$here/witness_verify.py" "$log" | tail -n 1)" = \
		"$(verify "$log" | field head) 20000" ]
}

python_finds_what_is_changed() {
	local name

	make_log
	for name in $(cd "$log" && ls -- 000001-*004096.* 000002-*.open); do
		cp "$log/$name" "$work/kept"
		python3 - "$log/$name" <<-'PY'
			import os, sys
			size = os.path.getsize(sys.argv[1])
			with open(sys.argv[1], "r+b") as f:
			    f.seek(size // 3)
			    byte = f.read(1)
			    f.seek(size // 3)
			    f.write(bytes([byte[0] ^ 1]))
		PY
		# Of what is open, what comes after the last seal is not covered.
		! python3 "$here/witness_verify.py" "$log" >/dev/null || return 1
		! is_good "$log" || return 1
		cp "$work/kept" "$log/$name"
	done
	is_good "$log"
}

export_is_one_log() {
	make_log
	"$rvmctl" witness export --from "$log" -o "$work/out" >/dev/null
	is_good "$work/out"
	[ "$(verify "$work/out" | field head)" = "$(verify "$log" | field head)" ]
	"$rvmctl" witness export --log 1 --from "$log" | cmp - <(cat "$log"/000001-*.records)
	"$rvmctl" witness export --format rvm --from "$log" -o "$work/rvm" >/dev/null
	is_good --format rvm "$work/rvm"
	says 1 'has no log 9' "$rvmctl" witness export --log 9 --from "$log" -o "$work/out"
}

# One object a line, as tail prints it; also of a file, which has no lines.
export_is_json() {
	make_log
	"$rvmctl" witness export --format jsonl --from "$log" >"$work/out"
	"$rvmctl" -j witness tail -n 20000 "$log" | cmp - "$work/out"
	[ "$(jq -c .sequence "$work/out" | sort -nu | wc -l)" = 20000 ]
	grep -q '"detail":"op=open right=1 pid=' "$work/out"
	"$rvmctl" witness export --log 1 --from "$log" -o "$work/file"
	says 0 '20000 records in jsonl format' "$rvmctl" witness export --format jsonl --log 1 \
		--from "$work/file" -o "$work/of_file"
	[ "$(jq -c .sequence "$work/of_file" | wc -l)" = 20000 ]
	says 1 'No space left on device' "$rvmctl" witness export --format jsonl --from "$log" -o /dev/full
}

# A line that a recorder would not write, with an escape, a line break of Unicode and no UTF-8.
exported_bytes_are_escaped() {
	make_log
	python3 - "$log" <<-'PY'
		import glob, sys
		path = sorted(glob.glob(sys.argv[1] + "/000002-*.lines"))[0]
		data = open(path, "rb").read()
		line = data.index(b"path=") + 6
		open(path, "wb").write(data[:line] + b'\x1b[2J\xff\xe2\x80\xa8"' + data[line + 8:])
	PY
	"$rvmctl" witness export --format jsonl --from "$log" >"$work/out"
	[ "$(jq -c .sequence "$work/out" | wc -l)" = 20000 ]
	[ "$(wc -l <"$work/out")" = 20000 ]
	grep -qF '\\033[2J\\377\\342\\200\\250' "$work/out"
	iconv -f utf-8 -t utf-8 "$work/out" >/dev/null
	! LC_ALL=C grep -q "$(printf '[\001-\037\177]')" "$work/out" || return 1
	! grep -qF "$(printf '\342\200\250')" "$work/out" || return 1
}

tail_has_lines() {
	make_log
	[ "$("$rvmctl" -j witness tail -n 3 "$log" | wc -l)" = 3 ]
	[ "$("$rvmctl" -j witness tail -n 1 "$log" | field sequence)" = 19999 ]
	[ "$("$rvmctl" -j witness tail -n 1 --log 1 "$log" | field sequence)" = 19999 ]
	"$rvmctl" -j witness tail -n 100 "$log" | grep '"detail":"op=open right=1 pid=' >/dev/null
	[ "$("$rvmctl" witness tail -n 20000 "$log" | wc -l)" = 20000 ]
	says 2 'does not grow' "$rvmctl" witness tail -f "$here/store_test.sh"
}

# FILE LINES: it has so many, within a while.
comes_to() {
	for _ in $(seq 200); do
		[ "$(wc -l <"$1")" -lt "$2" ] || return 0
		sleep 0.1
	done
	return 1
}

logs_of() { find "$log" -name '*.records' -size +0 -printf '%f\n' | cut -d - -f 1 | sort -u; }

export_all() {
	for number in $(logs_of); do
		"$rvmctl" witness export --format jsonl --log "$((10#$number))" --from "$log"
	done
}

# From before the first segment, over segments, killed recorders and another log.
tail_follows() {
	local follower number

	rm -rf "$log"
	mkdir -m 700 "$log"
	"$rvmctl" -j witness tail -f "$log" >"$work/out" &
	follower=$!
	world kill "$log" 5 7
	comes_to "$work/out" "$(export_all | wc -l)"
	world make "$log" 20000 3 262144 8
	export_all >"$work/all"
	comes_to "$work/out" "$(wc -l <"$work/all")"
	kill "$follower"
	wait "$follower" || [ $? = 143 ]
	cmp "$work/out" "$work/all"
	[ "$(logs_of | wc -l)" -ge 2 ]
	[ "$(find "$log" -name '*.seal' | wc -l)" -ge 4 ]
}

# One log of several, and its last records first; it ends when nobody reads.
tail_follows_one_log() {
	make_log
	[ "$("$rvmctl" -j witness tail -f -n 3 "$log" | head -n 3 | jq -c .sequence | tr '\n' ' ')" = \
		'19997 19998 19999 ' ]
	timeout 1 "$rvmctl" -j witness tail -f -n 2 --log 1 "$log" >"$work/out" || [ $? = 124 ]
	[ "$(wc -l <"$work/out")" = 2 ]
	says 1 'has no log 9' "$rvmctl" witness tail -f --log 9 "$log"
}

why_reads_a_directory() {
	make_log
	says 0 'is not a verdict' "$rvmctl" why --from "$log" 0
	says 1 'has no record 20000' "$rvmctl" why --from "$log" 20000
	"$rvmctl" -j why --from "$log" 12345 | field sequence | grep -qx 12345
}

anchor_holds() {
	local head

	make_log
	head=$(verify "$log" | field head)
	is_good --head "$head" --length 20000 "$log"
	says 1 'no log has the anchored head there' "$rvmctl" witness verify \
		--head "$head" --length 19999 "$log"
	says 1 'ends before the anchored length' "$rvmctl" witness verify \
		--head "$head" --length 20001 "$log"
}

truncation_shows_by_the_anchor() {
	local head last

	make_log
	head=$(verify "$log" | field head)
	last=$(basename "$log"/*.open .open)
	rm "$log/$last".*
	is_good "$log"
	says 1 'ends before the anchored length' "$rvmctl" witness verify \
		--head "$head" --length 20000 "$log"
}

archived_segments() {
	make_log
	rm "$log"/000001-00000000000000000000.*
	says 1 '000001-00000000000000000000.seal: is missing' "$rvmctl" witness verify "$log"
	says 0 'are good' "$rvmctl" witness verify --archived "$log"
}

a_place_is_named() {
	make_log
	printf '\001' | dd of="$log/000001-00000000000000000000.records" bs=1 seek=6424 conv=notrunc \
		status=none
	says 1 'record 100 at byte 6400: contents do not fit the chain' "$rvmctl" witness verify "$log"
}

nonsense_is_usage() {
	says 2 'for single files' "$rvmctl" witness verify --format rvm "$log"
	says 2 'is no directory' "$rvmctl" witness verify --archived "$here/store_test.sh"
	says 2 "--sync: 'soon'" "$rvmctl" witness record --sync soon "$work/new"
	[ ! -e "$work/new" ]
}

# Without a module it says so, and leaves the directory as it is.
without_a_module() {
	[ ! -e /dev/rvm_witness ] || return 0
	says 3 'module not loaded' "$rvmctl" witness record --once "$work/new"
	says 1 'has mode 0755' "$rvmctl" witness record --once "$here/data"
	make_log
	says 3 'module not loaded' "$rvmctl" witness record --once "$log"
	is_good "$log"
}

record_killed() {
	rm -rf "$log"
	world kill "$log" "${KILLS:-60}" 7
	is_good "$log"
	python3 "$here/witness_verify.py" "$log" >/dev/null
	(cd "$log" && sha256sum --strict --quiet -c -- *.seal)
}

# In a file system of 1 MiB: what is acknowledged is there, and with more room it goes on.
full_disk() {
	unshare -rm true 2>/dev/null || { echo "no namespaces here" && return 0; }
	# shellcheck disable=SC2016 # for the inner shell
	unshare -rm sh -ec '
		mkdir -p "$1" && mount -t tmpfs -o size=1m tmpfs "$1"
		if "$2" make "$1/log" 100000 3 262144 2>"$1.said"; then exit 1; fi
		grep -q "No space left" "$1.said"
		"$3" witness verify "$1/log"
		mount -o remount,size=20m "$1"
		"$2" make "$1/log" 100000 3 262144 9
		"$3" witness verify "$1/log" | grep "are good"
	' sh "$work/full" "$work/world" "$rvmctl"
}

# How fast is only said: that is for selftests/bench.
three_million() {
	local said

	rm -rf "$log"
	said=$(world speed "$log" 3000000)
	echo "# ${said//$'\n'/$'\n'# }" >&3
	is_good "$log"
	progress_is_told
}

# To whoever waits at a terminal, and to nobody else; it is halted, as if it took long.
progress_is_told() {
	python3 - "$rvmctl" "$log" <<-'PY'
		import os, pty, re, signal, subprocess, sys, time
		def verify(stderr):
		    tool = subprocess.Popen([sys.argv[1], "witness", "verify", sys.argv[2]],
		                            stdout=subprocess.PIPE, stderr=stderr)
		    time.sleep(0.05)
		    tool.send_signal(signal.SIGSTOP)
		    time.sleep(0.3)
		    tool.send_signal(signal.SIGCONT)
		    said = tool.communicate()
		    assert tool.returncode == 0 and b"are good" in said[0] and b"%" not in said[0], said
		    return said[1]
		ours, its = pty.openpty()
		verify(its)
		told = os.read(ours, 65536)
		assert re.search(rb"\r +[0-9]+% of 0\.2 GiB, [0-9]+ MiB/s", told), told
		assert told.endswith(b" \r"), told
		assert verify(subprocess.PIPE) == b""
	PY
}

anchor_of() { "$rvmctl" witness anchor "$log" | sed -n "s/.* $1=\([^ ]*\).*/\1/p"; }

# NUMBER [OPTION...]: proved, by rvmctl and by hashlib, against the same root.
is_proved() {
	"$rvmctl" witness prove "$@" "$log" -o "$work/proof"
	says 0 "record $1 " "$rvmctl" witness verify-proof --root "$root" "$work/proof"
	[ "$(python3 "$here/witness_verify.py" --proof "$work/proof")" = "$root $(xxd -p -c 64 \
		-s "$((64 * $1))" -l 64 "$work/out")" ]
}

records_are_proved() {
	local number root

	make_log
	"$rvmctl" witness export --from "$log" -o "$work/out"
	root=$(anchor_of root)
	[ "$root" = "$(python3 "$here/witness_verify.py" --root "$log")" ]
	# First and last of a leaf, of a segment, and between.
	for number in 0 1 15 16 100 4095 4096 8191 12345 16383; do
		is_proved "$number"
	done
	"$rvmctl" witness export --log 1 --from "$log" -o "$work/out"
	is_proved 19999 --log 1
	says 1 'is in none of its 9 seals' "$rvmctl" witness prove 19999 "$log"
	says 1 'is in none of its 9 seals' "$rvmctl" witness prove 20000 --log 1 "$log"
	says 1 'is in none of its 9 seals' "$rvmctl" witness prove 1 --log 3 "$log"
}

# Of a directory that went on since.
older_anchor_proves() {
	local old root

	rm -rf "$log"
	world make "$log" 20000 3 262144 1
	root=$(anchor_of root) old=$(anchor_of segments)
	make_log
	"$rvmctl" witness prove 1 --log 1 "$log" -o "$work/proof"
	says 1 'another root' "$rvmctl" witness verify-proof --root "$root" "$work/proof"
	# The same first segments, but for when they were sealed.
	root=$(python3 "$here/witness_verify.py" --root --segments "$old" "$log")
	"$rvmctl" witness prove 1 --log 1 --segments "$old" "$log" -o "$work/proof"
	says 0 'record 1 ' "$rvmctl" witness verify-proof --root "$root" "$work/proof"
	says 1 "in none of its $old seals" "$rvmctl" witness prove 1 --log 2 --segments "$old" "$log"
}

# Whatever is changed in a proof, it is none any more.
changed_proof_is_none() {
	local root

	make_log
	root=$(anchor_of root)
	"$rvmctl" witness prove 12345 "$log" -o "$work/proof"
	says 0 'record 12345 ' "$rvmctl" witness verify-proof --root "$root" "$work/proof"
	says 1 'another root' "$rvmctl" witness verify-proof --root "${root//[0-7]/8}" "$work/proof"
	says 2 'has to have 64' "$rvmctl" witness verify-proof --root 00 "$work/proof"
	says 2 'not what witness prove writes' "$rvmctl" witness verify-proof --root "$root" \
		"$here/store_test.sh"
	python3 - "$rvmctl" "$root" "$work/proof" <<-'PY'
		import random, subprocess, sys
		tool, root, path = sys.argv[1:]
		whole = open(path, "rb").read()
		random.seed(6)
		for _ in range(400):
		    text = bytearray(whole)
		    kind, at = random.randrange(3), random.randrange(len(text))
		    if kind == 0:
		        text[at] ^= 1 << random.randrange(8)
		    elif kind == 1:
		        del text[at:at + random.choice((1, 64, 1000))]
		    else:
		        text[at:at] = text[max(at - random.choice((1, 70, 140)), 0):at] or b"0"
		    if text == whole:
		        continue
		    open(path + ".changed", "wb").write(text)
		    ret = subprocess.run([tool, "witness", "verify-proof", "--root", root,
		                          path + ".changed"], capture_output=True)
		    if ret.returncode not in (1, 2):
		        sys.exit(f"status {ret.returncode}: kind {kind} at {at}")
	PY
}

anchor_is_handed_over() {
	make_log
	"$rvmctl" witness anchor "$log" --exec "cat >$work/line" >/dev/null
	grep -qE '^rvm-anchor time=[-0-9]{10}T[0-9:]{8}Z log=2 length=20000 head=[0-9a-f]{64} segments=9 root=[0-9a-f]{64}$' \
		"$work/line"
	[ "$(anchor_of head)" = "$(verify "$log" | field head)" ]
	says 1 "'exit 3' failed with status 3" "$rvmctl" witness anchor "$log" --exec 'exit 3'
	printf x | dd of="$log/$(basename "$log"/*.open .open).records" bs=1 seek=100 conv=notrunc \
		status=none
	says 1 'contents do not fit the chain' "$rvmctl" witness anchor "$log"
}

# Lines of the log as it is, as it was before its newest segments, and within the newest.
keep_anchors() {
	local copy=$work/copy

	make_log
	rm -rf "$copy"
	cp -a "$log" "$copy"
	"$rvmctl" witness anchor "$copy" >"$work/anchors"
	truncate -s 6400 "$copy/$(basename "$log"/*.open .open).records"
	"$rvmctl" witness anchor "$copy" >>"$work/anchors"
	echo >>"$work/anchors"
	rm "$copy/$(basename "$log"/*.open .open)".*
	"$rvmctl" witness anchor "$copy" >>"$work/anchors"
	rm "$copy"/000002-*
	"$rvmctl" witness anchor "$copy" >>"$work/anchors"
	grep -o ' log=.* length=[0-9]*' "$work/anchors" | sed 's/ head.*//' >"$work/lengths"
	[ "$(sort -u "$work/lengths" | wc -l)" = 4 ]
}

anchors_are_met() {
	keep_anchors
	says 0 '4 anchors are met' "$rvmctl" witness verify --anchor "$work/anchors" "$log"
	[ "$(verify --anchor "$work/anchors" --anchor "$(tail -n 1 "$work/anchors")" "$log" |
		field anchors)" = 5 ]
	is_good --anchor "$(head -n 1 "$work/anchors")" --head "$(anchor_of head)" \
		--length 20000 "$log"
	# An exported log is one log, and has no seals.
	"$rvmctl" witness export --log 2 --from "$log" -o "$work/out"
	grep ' log=2 ' "$work/anchors" >"$work/of_2"
	[ "$(wc -l <"$work/of_2")" = 3 ]
	is_good --anchor "$work/of_2" "$work/out"
	says 1 'not met (no log has the anchored head there): rvm-anchor' "$rvmctl" witness verify \
		--anchor "$work/anchors" "$work/out"
	# Moved away: then heads alone count, and that is said.
	rm "$log"/000001-00000000000000000000.*
	says 0 'roots of anchors were not compared' "$rvmctl" witness verify --archived \
		--anchor "$work/anchors" "$log"
}

# LINE REASON: it is the one of all that is not met.
misses() {
	echo "$1" | cat - "$work/anchors" >"$work/with"
	says 1 "not met ($2): $1" "$rvmctl" witness verify --anchor "$work/with" "$log" &&
		[ "$(verify --anchor "$work/with" "$log" | field notes | grep -o 'not met' | wc -l)" = 1 ]
}

changed_anchors_are_not_met() {
	local line

	keep_anchors
	line=$(head -n 1 "$work/anchors")
	misses "$(sed -E 's/head=[0-7]/head=8/;t;s/head=./head=0/' <<<"$line")" \
		'no log has the anchored head there'
	misses "${line/log=2/log=1}" 'no log has the anchored head there'
	misses "${line/log=2/log=3}" 'ends before the anchored length'
	misses "${line/length=20000/length=20001}" 'ends before the anchored length'
	misses "$(sed -E 's/root=[0-7]/root=8/;t;s/root=./root=0/' <<<"$line")" \
		'its seals do not have the anchored root'
	misses "$(sed -E 's/segments=[0-9]+/segments=99/' <<<"$line")" \
		'has fewer sealed segments than were anchored'
}

# What is cut off or written again holds together in itself.
anchors_find_what_is_gone() {
	keep_anchors
	rm "$log/$(basename "$log"/*.open .open)".*
	is_good "$log"
	says 1 'not met (ends before the anchored length)' "$rvmctl" witness verify \
		--anchor "$work/anchors" "$log"
	is_good --anchor "$(tail -n 1 "$work/anchors")" "$log"
	rm -rf "$log"
	world make "$log" 20000 3 262144 1 7
	is_good "$log"
	says 1 'not met (no log has the anchored head there)' "$rvmctl" witness verify \
		--anchor "$work/anchors" "$log"
}

anchors_are_lines() {
	local line

	keep_anchors
	line=$(head -n 1 "$work/anchors")
	says 2 'is not an anchor' "$rvmctl" witness verify --anchor "$line " "$log"
	says 2 'is not an anchor' "$rvmctl" witness verify --anchor "${line%?}" "$log"
	says 2 'is not an anchor' "$rvmctl" witness verify --anchor "${line/length=/length=0}" "$log"
	says 2 'is not an anchor' "$rvmctl" witness verify --anchor \
		"${line/length=/length=184467440737095516160}" "$log"
	sed '3s/.*/x/' "$work/anchors" >"$work/out"
	says 2 'line 3 is not an anchor' "$rvmctl" witness verify --anchor "$work/out" "$log"
	echo >"$work/out"
	says 2 'there is no anchor in it' "$rvmctl" witness verify --anchor "$work/out" "$log"
	says 2 'not with --format rvm' "$rvmctl" witness verify --format rvm --anchor "$line" "$log"
}

query() { "$rvmctl" -j witness query "$@"; }

# With the index and without it the same is found; ARG...
query_twice() {
	query "$@" "$log" >"$work/by" 2>"$work/said"
	query --no-index "$@" "$log" >"$work/all" 2>>"$work/said"
	cmp "$work/by" "$work/all"
	[ -s "$work/by" ] && [ ! -s "$work/said" ]
}

queries_find() {
	local first

	make_log
	query_twice --partition 3
	[ "$(jq -s 'all(.actor == 3)' "$work/by")" = true ]
	[ "$(wc -l <"$work/by")" -lt 40000 ]
	query_twice --kind LogSeal,0xb1
	query_twice --kind ProofRejected --reason expired --log 1
	[ "$(jq -s 'all(.reason | contains("expired"))' "$work/by")" = true ]
	query_twice --from 5000 --to 5004 --log 2
	[ "$(jq -s -c 'map(.sequence)' "$work/by")" = '[5000,5001,5002,5003,5004]' ]
	query_twice --limit 7 --object '/**'
	[ "$(wc -l <"$work/by")" = 7 ]
	# What lies below, of the first path that is found.
	first=$(head -n 1 "$work/by" | jq -r .object | cut -d / -f 2)
	query_twice --object "/$first"
	query_twice --object "/$first/"
	query_twice --object "/${first:0:5}*/*"
	query_twice --since 2023-11-14T22:13:30Z --until 2023-11-14T22:13:30.005Z
	[ "$(wc -l <"$work/by")" = 10 ]
	[ "$(query --since 5m "$log" | grep -vc RecorderState)" = 0 ]
	[ -z "$(query --partition nobody "$log")" ]
}

# FILE REASON: it is said, and all is found.
forged_index_says() {
	query --kind LogSeal --log 1 "$log" >"$work/found" 2>"$work/said" || return 1
	cmp "$work/by" "$work/found" && grep -qF -- "$1: $2" "$work/said"
}

index_hides_nothing() {
	local index

	make_log
	query_twice --kind LogSeal --log 1
	index=$(find "$log" -name '000001-*.index' | sort | sed -n 2p)
	cp "$index" "$work/kept"
	# No kinds at all.
	dd if=/dev/zero of="$index" bs=1 seek=32 count=32 conv=notrunc status=none
	forged_index_says "$(basename "$index")" 'is not the one that its seal has the digest of'
	says 1 'is not what the records say' "$rvmctl" witness verify "$log"
	head -c 100 "$work/kept" >"$index"
	forged_index_says "$(basename "$index")" 'has not the size of an index'
	rm "$index"
	forged_index_says "$(basename "$index")" 'cannot be read'
	ln -s "$work/kept" "$index"
	forged_index_says "$(basename "$index")" 'cannot be read'
	rm "$index"
	mkfifo "$index"
	forged_index_says "$(basename "$index")" 'cannot be read'
	rm "$index"
	truncate -s 4T "$index"
	forged_index_says "$(basename "$index")" 'has not the size of an index'
	rm "$index"
	cp "$work/kept" "$index"
	query_twice --kind LogSeal --log 1
	# With a seal that is changed as well, it is the seal that does not fit.
	printf x >>"${index%.index}.seal"
	forged_index_says "$(basename "${index%.index}.seal")" 'is not what a recorder writes'
	rm "${index%.index}.records"
	says 0 'is missing' "$rvmctl" witness query --kind LogSeal "$log"
	ln -s /dev/zero "${index%.index}.records"
	says 1 'a symbolic link' "$rvmctl" witness query --kind LogSeal "$log"
}

files_are_queried() {
	make_log
	"$rvmctl" witness export --log 1 --from "$log" -o "$work/out" >/dev/null
	query --kind ProofRejected --partition 3 --log 1 "$log" | jq .sequence >"$work/by"
	query --kind ProofRejected --partition 3 "$work/out" | jq .sequence >"$work/found"
	cmp "$work/by" "$work/found"
	tail -c +6401 "$work/out" >"$work/later"
	[ "$(query --from 150 --limit 1 "$work/later" | field sequence)" = 150 ]
	[ "$(query --from 3 --limit 1 "$work/later" | field sequence)" = 100 ]
	[ -z "$(query --from 18446744073709551615 "$work/later")" ]
	says 2 'only a directory has names' "$rvmctl" witness query --partition x "$work/out"
}

query_refuses_nonsense() {
	make_log
	says 2 'is no kind' "$rvmctl" witness query --kind Denied "$log"
	says 2 'is no kind' "$rvmctl" witness query --kind ProofRejected, "$log"
	says 2 'is no time' "$rvmctl" witness query --since yesterday-ish "$log"
	says 2 'is no time' "$rvmctl" witness query --until 2023-11-14T22:13:30+25:00 "$log"
	says 2 'part of no reason' "$rvmctl" witness query --reason 'bad luck' "$log"
	says 2 'not a glob' "$rvmctl" witness query --object '/a/../b' "$log"
	says 2 'too large' "$rvmctl" witness query --partition 4294967296 "$log"
	says 1 'has no log 9' "$rvmctl" witness query --log 9 "$log"
}

exec 3>&1
build_tool
echo "TAP version 13"
echo "1..34"
check whole_directory_is_good whole_log_is_good
check sealed_segments_are_what_sha256sum_says sha256sum_agrees
check directory_is_what_coreutils_say coreutils_agree
check coreutils_follow_the_chain coreutils_follow_the_chain
check directory_is_what_hashlib_says python_agrees
check what_is_changed_is_found_without_our_code python_finds_what_is_changed
check export_of_a_directory_is_one_log export_is_one_log
check export_is_one_object_a_line export_is_json
check exported_bytes_are_escaped exported_bytes_are_escaped
check tail_of_a_directory_has_the_lines tail_has_lines
check tail_follows_a_recorder tail_follows
check tail_follows_one_log tail_follows_one_log
check why_explains_a_record_of_a_directory why_reads_a_directory
check directory_holds_an_anchor anchor_holds
check truncated_directory_is_found_by_an_anchor truncation_shows_by_the_anchor
check segments_may_be_archived archived_segments
check the_place_of_a_change_is_named a_place_is_named
check nonsense_is_a_usage_error nonsense_is_usage
check without_a_module_nothing_is_recorded without_a_module
check killed_recorder_loses_nothing record_killed
check full_disk_loses_nothing full_disk
check three_million_records_are_good three_million
check records_are_proved_without_the_log records_are_proved
check proof_is_for_an_older_anchor older_anchor_proves
check changed_proof_is_refused changed_proof_is_none
check queries_find_what_fits queries_find
check wrong_index_hides_nothing index_hides_nothing
check exported_files_can_be_queried files_are_queried
check nonsense_is_not_queried query_refuses_nonsense
check anchor_is_one_line_for_any_command anchor_is_handed_over
check anchors_are_met anchors_are_met
check changed_anchors_are_not_met changed_anchors_are_not_met
check anchors_find_what_is_gone anchors_find_what_is_gone
check nonsense_is_no_anchor anchors_are_lines
exit "$failed"
