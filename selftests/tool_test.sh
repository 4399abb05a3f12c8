#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rvmctl without a module and without root: what it compiles, what it refuses,
# what it says.  KTAP.
#
#	selftests/tool_test.sh [CORPUS]
# A failed test in the middle of a && chain is meant to fall through to ||.
# shellcheck disable=SC2001,SC2015,SC2207
set -uo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
tool=${RVMCTL:-$root/user/rvmctl}
corpus=${1:-${CORPUS:-$root/../shared/corpus}}
[ -d "$corpus/claims" ] || corpus=$root/selftests/data/corpus
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
failed=0
cases=()

ok() {
	number=$((number + 1))
	echo "ok $number $1"
}

not_ok() {
	number=$((number + 1))
	failed=$((failed + 1))
	echo "not ok $number $1"
	[ $# -lt 2 ] || sed 's/^/# /' <<<"$2"
}

# Run the tool: $status, $work/out, $work/err.
run() {
	"$tool" "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# A one-line error, with the place in the file if it is about one.
is_clear() {
	[ "$(grep -cv '^rvmctl: warning: ' "$work/err")" = 1 ] &&
		grep -q '^rvmctl: .*: ' "$work/err" && ! grep -qP '[\x00-\x08\x0b-\x1f]' "$work/err"
}

has_place() {
	grep -qE ':[0-9]+:[0-9]+: ' "$work/err"
}

claims_are_compiled_byte_for_byte() {
	local file name refused=0 same=0
	local may_refuse=' edge-expiry-missing edge-expiry-not-an-integer edge-lone-surrogate '

	for file in "$corpus"/claims/*.claims.json; do
		name=$(basename "$file" .claims.json)
		run compile --claims "$file" -o "$work/table"
		if [[ $may_refuse = *" $name "* ]]; then
			[ $status = 2 ] && is_clear && has_place && [ ! -e "$work/table" ] || {
				echo "$name: $(cat "$work/err")"
				return 1
			}
			refused=$((refused + 1))
			continue
		fi
		[ $status = 0 ] && cmp -s "$work/table" "${file%.claims.json}.table.json" || {
			echo "$name: differs: $(cat "$work/err")"
			return 1
		}
		same=$((same + 1))
		rm -f "$work/table"
	done
	[ $same = 46 ] && [ $refused = 3 ] || { echo "$same same, $refused refused" && return 1; }
}

claims_in_an_object_are_the_same() {
	local file=$corpus/claims/readme-example

	printf '{"claims": %s}' "$(cat "$file.claims.json")" >"$work/in.json"
	run compile --claims "$work/in.json"
	[ $status = 0 ] && cmp -s "$work/out" "$file.table.json"
}

permissions_are_compiled_byte_for_byte() {
	local file same=0

	for file in "$corpus"/permissions/*.allow.json; do
		printf '{"name":"x","permissions":{"allow":%s}}' "$(cat "$file")" >"$work/in.json"
		run compile --spec "$work/in.json"
		[ $status = 0 ] && cmp -s "$work/out" "${file%.allow.json}.table.json" || {
			echo "$file: $(cat "$work/err")"
			return 1
		}
		same=$((same + 1))
	done
	[ $same = 19 ] || { echo "$same" && return 1; }
}

specs_are_compiled_byte_for_byte() {
	local file same=0

	for file in "$corpus"/harness-specs/*.json; do
		run compile --spec "$file"
		[ $status = 0 ] &&
			cmp -s "$work/out" "$corpus/harness/$(basename "$file" .json)/capability-table.json" || {
			echo "$file: $(cat "$work/err")"
			return 1
		}
		same=$((same + 1))
	done
	[ $same = 16 ] || { echo "$same" && return 1; }
}

claims_are_judged_as_the_kernel_does() {
	python3 - "$tool" "$corpus/authz/check.jsonl" "$work" <<'EOF'
import json, subprocess, sys
tool, path, work = sys.argv[1:]
n = 0
for line in open(path):
    case = json.loads(line)
    with open(work + "/claims.json", "w") as f:
        json.dump(case["claims"], f)
    args = [tool, "claims", "check", "--claims", work + "/claims.json",
            "--capability", case["capability"], "--now", str(case["now"])]
    if case["resource"] is not None:
        args += ["--resource", case["resource"]]
    done = subprocess.run(args, capture_output=True, text=True)
    want = "allow" if case["rust"] == "allow" else "deny: " + case["rust_reason"]
    if done.stdout.strip() != want or done.returncode != (want != "allow"):
        sys.exit(f"{case['note']}: {done.stdout!r} {done.stderr!r}")
    n += 1
sys.exit(n != 68 and f"{n} cases")
EOF
}

a_verdict_is_json_on_request() {
	echo '[{"capability":"a.read","expires_at":9}]' >"$work/in.json"
	run -j claims check --claims "$work/in.json" --capability a.read --now 1
	[ "$(cat "$work/out")" = '{"verdict":"allow","claim":0}' ]
}

zero_expiry_in_a_claim_warns() {
	echo '[{"capability":"a.read","expires_at":0}]' >"$work/in.json"
	run compile --claims "$work/in.json"
	[ $status = 0 ] && grep -q 'warning: .*claim 0: expires_at is 0' "$work/err"
}

# $1: the input's name, $2: the file.  Refused as claims, spec and table, with the place.
refuses_input() {
	local how

	for how in claims spec; do
		rm -f "$work/table"
		run compile "--$how" "$2" -o "$work/table"
		[ $status = 2 ] && is_clear && has_place && [ ! -e "$work/table" ] || {
			echo "$1 as $how: status $status: $(head -c 300 "$work/err")"
			return 1
		}
	done
	run load "$2" --partition x --dry-run
	[ $status = 2 ] && is_clear && has_place && [ ! -s "$work/out" ] || {
		echo "$1 as table: status $status: $(head -c 300 "$work/err")"
		return 1
	}
}

malformed_json_is_refused_with_its_place() {
	local name

	python3 - "$work" <<'EOF'
import os, sys
claim = '[{"capability":%s,"expires_at":%s,"rights":["READ"]}]'
text = {
    "empty": "", "blank": " \n", "truncated": '[{"capability": "a', "open": "[[1,2",
    "binary": bytes(range(256)), "not-utf-8": b'["\xff\xfe"]', "overlong": b'["\xc0\xaf"]',
    "utf-16": '[{"a":1}]'.encode("utf-16"), "bom": b'\xef\xbb\xbf[{}]',
    "deep-array": "[" * 100000 + "]" * 100000, "deep-object": '{"a":' * 100000,
    "deep-65": "[" * 65 + "]" * 65,
    "twice": '[{"capability":"a","capability":"b","expires_at":1,"rights":["READ"],"rights":[]}]',
    "twice-escaped": '[{"a":1,"\\u0061":2}]',
    "lone-surrogate": claim % ('"\\ud800"', 1), "low-surrogate": claim % ('"\\udc00x"', 1),
    "nul-in-key": '[{"a\\u0000b":1}]', "raw-nul": b'["a\0b"]', "raw-newline": '["a\nb"]',
    "beyond-2-53": claim % ('"a"', 2**53 + 1), "beyond-2-53-down": claim % ('"a"', -2**53 - 1),
    "beyond-2-64": claim % ('"a"', 2**64), "fraction": claim % ('"a"', "1.5"),
    "exponent": claim % ('"a"', "1e3"), "huge-number": claim % ('"a"', "1" * 5000),
    "huge-exponent": claim % ('"a"', "1e999"), "number-as-text": claim % ('"a"', '"1"'),
    "number": "1", "text": '"a"', "null": "null", "trailing": "[]]", "two": "[][]",
    "comma": '[{"capability":"a","expires_at":1,}]', "comment": "// x\n[]", "nan": "[NaN]",
    "element-null": "[null]", "element-list": "[[]]",
}
for name, value in text.items():
    with open(f"{sys.argv[1]}/bad-{name}.json", "wb") as f:
        f.write(value if isinstance(value, bytes) else value.encode())
with open(f"{sys.argv[1]}/bad-100-mb.json", "wb") as f:
    f.write(b"[")
    f.truncate(100 << 20)
with open(f"{sys.argv[1]}/bad-100-mb-of-lists.json", "wb") as f:
    f.write(b"[" + b"[]," * 6000000 + b"[]]")
EOF
	for name in "$work"/bad-*.json; do
		refuses_spec_too "$(basename "$name" .json)" "$name" || return 1
	done
}

# What is an array cannot be a spec, what is an object no table: both are refused.
refuses_spec_too() {
	refuses_input "$1" "$2"
}

nul_in_a_string_is_kept() {
	printf '[{"capability":"a\\u0000.write","expires_at":1}]' >"$work/in.json"
	run compile --claims "$work/in.json"
	[ $status = 0 ] && grep -q WRITE "$work/out"
}

# $1: JSON of the rows, $2: text that the error has.
refuses_table() {
	echo "$1" >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run
	[ $status != 0 ] && is_clear && grep -qF -- "$2" "$work/err" && [ ! -s "$work/out" ] && return
	echo "$1: status $status: $(cat "$work/err")"
	return 1
}

# A row that cannot hold takes nothing away from the others.
leaves_out() {
	local good='{"rights":["READ"],"resource":"Read(./good)","proof_tier":"P1","expires_at":0}'

	echo "${1%]},$good]" >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	[ $status = 0 ] && grep -qF -- "$2" "$work/err" &&
		grep -q '^rvmctl: warning: .*row 0 .*the row is left out' "$work/err" &&
		grep -qF 'Read(./good)' "$work/out" && ! grep -q '"origin":"table","row":0' "$work/out" &&
		run load "$work/in.json" --partition x --dry-run --base none --strict &&
		[ $status != 0 ] && is_clear && return
	echo "$1: status $status: $(cat "$work/err")"
	return 1
}

bad_rows_are_refused_or_left_out() {
	local end='"proof_tier":"P1","expires_at":0'

	refuses_table '{}' 'a capability table, an array' &&
		refuses_table "[{\"rights\":[\"READ\",\"FLY\"],$end}]" "1:20: there is no right 'FLY'" &&
		refuses_table "[{\"rights\":[\"read\"],$end}]" "no right 'read'" &&
		refuses_table "[{\"rights\":[],$end}]" 'the token has no right' &&
		refuses_table "[{\"rights\":\"READ\",$end}]" 'must be an array of names' &&
		refuses_table "[{$end}]" 'rights must be an array of names and is missing' &&
		refuses_table '[{"rights":["READ"],"expires_at":0,"proof_tier":"P4"}]' 'proof_tier must be' &&
		refuses_table '[{"rights":["READ"],"expires_at":-1}]' 'before there was time' &&
		refuses_table '[{"rights":["READ"]}]' 'expires_at must be an integer and is missing' &&
		refuses_table '[{"rights":["READ"],"expires_at":0,"grant_once":1}]' 'grant_once must be' &&
		refuses_table "[{\"rights\":[\"READ\"],\"resource\":7,$end}]" 'resource must be' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"\",$end}]" 'an empty name' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"a\\u0000b\",$end}]" 'a NUL in a name' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"Read(../x)\",$end}]" 'row 0 (Read(../x))' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"Read(./[a)\",$end}]" 'is wrong' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"Bash()\",$end}]" 'row 0 (Bash())' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"net:1.2.3.4.5:1\",$end}]" '' &&
		leaves_out "[{\"rights\":[\"EXECUTE\"],\"resource\":\"WebFetch(domain:a.b)\",$end}]" \
			'a name cannot be judged' &&
		leaves_out "[{\"rights\":[\"READ\"],\"resource\":\"$(printf 'x%.0s' {1..4097})\",$end}]" ''
}

domains_can_be_left_out() {
	echo '[]' >"$work/in.json"
	echo '{"permissions":{"deny":["WebFetch(domain:a.b)"]}}' >"$work/spec.json"
	run load "$work/in.json" --partition x --dry-run --spec "$work/spec.json" --base none
	[ $status = 1 ] && is_clear || return 1
	run load "$work/in.json" --partition x --dry-run --unenforced-domains --base none \
		--spec "$work/spec.json"
	[ $status = 0 ] && grep -q 'warning: .*row 0 .*left out' "$work/err"
}

every_table_of_the_corpus_is_planned() {
	local file n=0

	for file in "$corpus"/harness/*/capability-table.json "$corpus"/cli-scaffold/*/capability-table.json; do
		run -j load "$file" --dry-run
		[ $status = 0 ] && python3 - "$work/out" "$file" <<'EOF' || { echo "$file: $(cat "$work/err")" && return 1; }
import json, sys
plan = json.load(open(sys.argv[1]))
rows = {row["row"] for row in plan["rows"] if row["origin"] == "table"}
sys.exit(rows != set(range(len(json.load(open(sys.argv[2]))))))
EOF
		n=$((n + 1))
	done
	[ $n = 23 ] || { echo "$n tables" && return 1; }
}

hostile_manifests_are_refused() {
	local dir n=0

	for dir in "$corpus"/harness-hostile/*/; do
		run load "$dir/capability-table.json" --dry-run
		[ $status = 2 ] && is_clear && [ ! -s "$work/out" ] || { echo "$dir" && return 1; }
		# With a name of our own the table itself is harmless.
		run load "$dir/capability-table.json" --dry-run --partition x --base none
		[ $status = 0 ] || { echo "$dir: $(cat "$work/err")" && return 1; }
		n=$((n + 1))
	done
	[ $n = 5 ]
}

deny_rules_are_never_dropped() {
	echo '[]' >"$work/in.json"
	printf '{"permissions":{"deny":["Read(./.env)","Edit(a/**)","Bash(git push*)","WebFetch","mcp__x__*"]}}' \
		>"$work/spec.json"
	run -j load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
	[ $status = 0 ] && python3 - "$work/out" <<'EOF' || return 1
import json, sys
rows = [r for r in json.load(open(sys.argv[1]))["rows"] if "builtin" not in r["flags"]]
want = {0: "READ WRITE EXECUTE", 1: "WRITE", 2: "EXECUTE", 3: "WRITE EXECUTE", 4: "EXECUTE"}
for number, rights in want.items():
    mine = [r for r in rows if r["row"] == number]
    if not mine or any(r["kind"] != "exclude" or " ".join(r["rights"]) != rights for r in mine):
        sys.exit(f"rule {number}: {mine}")
EOF
	local rule

	for rule in 'WebFetch(domain:a.b)' 'Read(../x)' 'Read(./[)' 'Bash()' '*' 'a\u0000b'; do
		printf '{"permissions":{"deny":["%s"]}}' "$rule" >"$work/spec.json"
		run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
		[ $status != 0 ] && is_clear || { echo "$rule: $(cat "$work/err")" && return 1; }
	done
}

# Who is limited can make a link at any time: it must not stop a load.
links_in_the_workspace_leave_rows_out() {
	mkdir -p "$work/ws/docs"
	ln -sfn /etc "$work/ws/data"
	echo '[{"rights":["READ"],"resource":"Read(./data/**)","expires_at":0},
	{"rights":["READ"],"resource":"Read(./docs/**)","expires_at":0}]' >"$work/ws/t.json"
	run -j load "$work/ws/t.json" --partition x --dry-run --base none
	[ $status = 0 ] && grep -q 'row 0 .*symbolic link to /etc: the row is left out' "$work/err" &&
		grep -qF "\"resolved\":\"$work/ws/docs/**\"" "$work/out" &&
		! grep -q '"resolved":"/etc' "$work/out"
}

# Accepted, but not as whoever wrote it meant: said by load and by compile alike.
rules_that_hardly_mean_so_are_told() {
	mkdir -p "$work/lint/tls" "$work/lint/[id]" "$work/lint/src"
	echo '[]' >"$work/lint/t.json"
	echo '{"permissions":{"deny":["Read(./**/*.{pem,key})","Read(./.env{,.local})","Read(./[id]/**)",
		"Read(/etc/passwd)","Read(/src/x)","id_rsa","Bash(no-such-program-here:*)"]}}' >"$work/lint/s.json"
	run -j load "$work/lint/t.json" --partition x --dry-run --base none --spec "$work/lint/s.json"
	[ $status = 0 ] && python3 - "$work/out" "$work/err" "$work/lint" <<'EOF' || return 1
import json, sys
ws = sys.argv[3]
there = {r["resolved"] for r in json.load(open(sys.argv[1]))["rows"]}
want = {"/**/*.pem", "/**/*.key", "/.env", "/.env.local", "/\\[id]/**", "/[id]/**", "/src/x"}
if not {ws + w for w in want} <= there:
    sys.exit(f"{there}")
told = open(sys.argv[2]).read()
rows = [n for n in range(7) if f"row {n} " in told]
sys.exit(0 if rows == [2, 3, 5, 6] else f"{told}")
EOF
	printf '%s\n' '{"permissions":{"allow":["Read(./good)","Bash(A=b npm test)","Bash(cd x && ls)","Bash(a\nb)",
		"Read(./{a,b})","Read(../x)"]}}' >"$work/lint/s.json"
	run compile --spec "$work/lint/s.json" -o "$work/lint/c.json"
	[ $status = 0 ] && cp "$work/err" "$work/lint/compiled" || return 1
	run load "$work/lint/c.json" --partition x --workspace "$work/lint" --dry-run --base none
	[ $status = 0 ] && [ "$(grep -o 'row [0-9]' "$work/err")" = "$(grep -o 'row [0-9]' "$work/lint/compiled")" ] &&
		[ "$(grep -o 'row [0-9]' "$work/err" | tr -d '\n')" = 'row 1row 2row 3row 4row 5' ]
}

# With some words it would not find them; with any it does.
programs_with_libraries_beside_them_are_told() {
	mkdir -p "$work/beside/bin"
	# shellcheck disable=SC2016 # the loader's
	printf '\177ELF $ORIGIN/../lib' >"$work/beside/bin/tool"
	printf '\177ELF' >"$work/beside/bin/other"
	chmod 755 "$work"/beside/bin/*
	for words in 'tool --version' 'tool:*' 'other --version'; do
		echo "[{\"rights\": [\"EXECUTE\"], \"expires_at\": 0," \
			"\"resource\": \"Bash($work/beside/bin/$words)\"}]" >"$work/beside/t.json"
		run load "$work/beside/t.json" --partition x --workspace "$work/beside" --dry-run --base none
		[ $status = 0 ] || return 1
		[ "$(grep -c ORIGIN "$work/err")" = "$([ "$words" = 'tool --version' ] && echo 1 || echo 0)" ] || return 1
	done
}

links_do_not_weaken_deny_rules() {
	local path

	mkdir -p "$work/deny/pub" "$work/deny/[s]"
	ln -sfn pub "$work/deny/conf"
	ln -sfn /nowhere/a//b/../c "$work/deny/gone"
	ln -sfn '[s]' "$work/deny/set"
	echo '[]' >"$work/deny/t.json"
	echo '{"permissions":{"deny":["Read(./conf/prod.key)","Read(./gone/x)","Edit(./set/y)"]}}' \
		>"$work/deny/s.json"
	run -j load "$work/deny/t.json" --partition x --dry-run --base none --spec "$work/deny/s.json"
	[ $status = 0 ] || { cat "$work/err" && return 1; }
	for path in conf/prod.key pub/prod.key gone/x set/y '[s]/y'; do
		grep -qF "\"resolved\":\"$work/deny/$path\"" "$work/out" || { echo "$path" && return 1; }
	done
	# A row of links longer than any that is followed hides nothing and stops nothing.
	for path in {1..45}; do
		ln -sfn "l$((path + 1))" "$work/deny/l$path"
	done
	echo '{"permissions":{"deny":["Read(./l1/x)"]}}' >"$work/deny/s.json"
	run -j load "$work/deny/t.json" --partition x --dry-run --base none --spec "$work/deny/s.json"
	[ $status = 0 ] && grep -qF "\"resolved\":\"$work/deny/l1/x\"" "$work/out"
}

# Who is confined makes what no path can name; what can be looked at is denied all the same.
matches_that_lead_nowhere_stop_no_load() {
	local dir=$work/odd long

	mkdir -p "$dir"
	long=$(printf '%0300d' 0)
	echo secret >"$dir/other"
	ln -sfn "$long" "$dir/a.pem"
	ln -sfn "$(printf 'x/%.0s' {1..1500})" "$dir/b.pem"
	ln -sfn c.pem "$dir/c.pem"
	ln -sfn other "$dir/d.pem"
	echo '[]' >"$dir/t.json"
	echo '{"permissions":{"deny":["Read(**/*.pem)"]}}' >"$dir/s.json"
	run -j load "$dir/t.json" --partition x --dry-run --base none --spec "$dir/s.json"
	[ $status = 0 ] || { cat "$work/err" && return 1; }
	grep -q "a.pem: what it leads to is not excluded: File name too long" "$work/err" &&
		grep -qF "\"resolved\":\"$dir/other\"" "$work/out"
}

# A link at home is followed to be read, unless the partition may have made it: also
# by a row to write that is left out for the very link.
links_at_home_are_followed_to_read() {
	[ "$(id -u)" = 0 ] && command -v unshare >/dev/null || return 0
	local home=$work/home

	mkdir -p "$home/dot" "$home/.ssh" "$work/hws"
	touch "$home/dot/gitconfig" "$home/.ssh/id"
	ln -sfn dot/gitconfig "$home/.gitconfig"
	ln -sfn .ssh/id "$home/.npmrc"
	ln -sfn /etc/shadow "$home/.out"
	chown -hR 4321:4321 "$home"
	{ cat /etc/passwd; echo "dev:x:4321:4321:dev:$home:/bin/sh"; } >"$work/passwd"
	echo '[{"rights":["READ"],"resource":"path:~/.gitconfig","expires_at":0},
	{"rights":["READ"],"resource":"path:~/.npmrc","expires_at":0},
	{"rights":["WRITE"],"resource":"path:~/.npmrc","expires_at":0},
	{"rights":["READ"],"resource":"path:~/.out","expires_at":0}]' >"$work/in.json"
	unshare -m sh -c "mount --bind '$work/passwd' /etc/passwd && SUDO_UID=4321 '$tool' -j load \
		'$work/in.json' --partition x --workspace '$work/hws' --dry-run --base none" \
		>"$work/out" 2>"$work/err" || return 0
	grep -qF "\"resolved\":\"$home/dot/gitconfig\"" "$work/out" &&
		! grep -qF "$home/.ssh/id\"" "$work/out" && ! grep -q '"resolved":"/etc/shadow' "$work/out" &&
		[ "$(grep -c 'row is left out' "$work/err")" = 3 ]
}

# A program of the workspace by a link: bound to the file, and the link stays as it is.
programs_by_links_are_protected() {
	mkdir -p "$work/bin/pkg" "$work/bin/.bin"
	printf '#!/bin/sh\n' >"$work/bin/pkg/cli"
	chmod +x "$work/bin/pkg/cli"
	ln -sfn ../pkg/cli "$work/bin/.bin/tool"
	echo '[{"rights":["EXECUTE"],"resource":"Bash(./.bin/tool:*)","expires_at":0}]' >"$work/bin/t.json"
	run -j load "$work/bin/t.json" --partition x --dry-run --base none
	[ $status = 0 ] && python3 - "$work/out" "$work/bin" <<'EOF'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
ws = sys.argv[2]
kept = {r["resolved"] for r in rows if r["kind"] == "exclude" and r["rights"] == ["WRITE"]}
sys.exit(not rows[[r["kind"] for r in rows].index("token")]["resolved"].startswith(ws + "/pkg/cli") or
         not {ws + "/.bin/tool", ws + "/pkg/cli"} <= kept)
EOF
}

# A pipe in place of a file would never end, a device could do something.
only_regular_files_are_read() {
	local words

	mkdir -p "$work/fifo"
	echo '[]' >"$work/fifo/t.json"
	mkfifo "$work/fifo/rvm-partition.toml" "$work/fifo/pipe" 2>/dev/null
	for words in "load $work/fifo/t.json --dry-run" "load $work/fifo/pipe --partition x --dry-run" \
		"load $work/fifo/t.json --partition x --dry-run --spec $work/fifo/pipe" \
		"compile --spec $work/fifo/pipe" "claims check --claims $work/fifo/pipe --capability x" \
		"witness verify $work/fifo/pipe" "witness verify --format rvm --key $work/fifo/pipe $work/fifo/t.json" \
		"witness tail $work/fifo/pipe"; do
		# shellcheck disable=SC2086
		timeout 10 "$tool" $words >"$work/out" 2>"$work/err" </dev/null
		status=$?
		[ $status = 2 ] && is_clear && grep -q 'is no regular file' "$work/err" ||
			{ echo "$words: $status $(cat "$work/err")" && return 1; }
	done
	# What the caller has open is its own.
	"$tool" compile --claims /dev/stdin <<<'[]' >"$work/out" && [ "$(cat "$work/out")" = '[]' ]
}

# Root's tool does not go where somebody else's link leads.
links_of_others_are_not_followed_by_root() {
	[ "$(id -u)" = 0 ] || return 0
	local words

	mkdir -p "$work/vault" "$work/theirs/ws"
	echo '[]' >"$work/vault/t.json"
	chown 4321:4321 "$work/theirs"
	ln -sfn "$work/vault" "$work/theirs/b"
	chown -h 4321:4321 "$work/theirs/b"
	ln -sfn "$work/vault" "$work/mine"
	for words in "load $work/theirs/b/t.json --partition x --dry-run" \
		"load $work/vault/t.json --partition x --dry-run --workspace $work/theirs/b" \
		"load $work/vault/t.json --partition x --dry-run --spec $work/theirs/b/t.json" \
		"compile --claims $work/vault/t.json -o $work/theirs/b/new" \
		"load /proc/self/cwd/$work/vault/t.json --partition x --dry-run"; do
		# shellcheck disable=SC2086
		run $words
		[ $status != 0 ] && is_clear && grep -q 'symbolic link' "$work/err" && [ ! -e "$work/vault/new" ] ||
			{ echo "$words: $status $(cat "$work/err")" && return 1; }
	done
	run load "$work/mine/t.json" --partition x --dry-run --base none
	[ $status = 0 ]
}

links_of_root_are_followed_and_shown() {
	[ -L /lib ] || return 0
	echo '[{"rights":["READ"],"resource":"Read(//lib/**)","expires_at":0}]' >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run --base none
	[ $status = 0 ] && grep -q '/lib is a link to usr/lib' "$work/out"
}

files_with_two_names_are_excluded_by_inode() {
	mkdir -p "$work/hard"
	echo secret >"$work/hard/.env"
	ln -f "$work/hard/.env" "$work/hard/copy"
	echo '[]' >"$work/hard/t.json"
	echo '{"permissions":{"deny":["Read(./.en*)"]}}' >"$work/hard/s.json"
	run load "$work/hard/t.json" --partition x --dry-run --base none --spec "$work/hard/s.json"
	[ $status = 0 ] && grep -q 'has 2 names' "$work/err"
}

the_table_and_the_enforcer_are_excluded() {
	local word

	echo '[]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	for word in "$work/in.json" "$work/install-rvm.sh" "$work/.harness" /sys/fs/bpf \
		/sys/kernel/security /sys/fs/cgroup /dev/rvm_witness "$(readlink -f "$tool")"; do
		grep -qF "\"resolved\":\"$word\"" "$work/out" || { echo "$word" && return 1; }
	done
}

deputies_are_excluded_and_can_be_lifted() {
	mkdir -p "$work/dep"
	echo '[]' >"$work/dep/t.json"
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw
	[ $status = 0 ] && grep -q 'deputy.list.*Edit(package.json)' "$work/out" || return 1
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw --allow-deputy package.json
	[ $status = 0 ] && ! grep -q 'Edit(package.json)' "$work/out" || return 1
	run load "$work/dep/t.json" --partition x --dry-run --base workspace-rw --allow-deputy nothing
	[ $status = 2 ] && is_clear
}

# A load of $work/held/t.json for a workspace: each line "1 PATH" is excluded, "0 PATH" is not.
holds() {
	local held path found

	run -j load "$work/held/t.json" --partition x --workspace "$work/held/$1" --dry-run --base "$2"
	[ $status = 0 ] || { cat "$work/err" && return 1; }
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
		0 ws/some/where
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
	holds ws workspace-rw <<-'EOF'
		1 ws/a
		1 ws/real/main.make
		1 ws/later\\[1].cfg
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

# ".git" is a file: of a submodule, of a folder elsewhere, of a linked work tree.
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

too_many_named_files_are_told() {
	local ws=$work/held/ws

	rm -rf "$work/held" && git init -q "$ws" || return 4
	echo '[]' >"$work/held/t.json"
	seq -f '[x] url = https://example.org/%g' 300 >>"$ws/.git/config"
	printf '[core]\nhooksPath = myhooks\n' >>"$ws/.git/config"
	holds ws workspace-rw <<<'1 ws/myhooks' && ! grep -q 'names more than' "$work/err" || return 1
	seq -f '[x] y = some/%g' 300 >>"$ws/.git/config"
	holds ws workspace-rw <<<'0 ws/some/300' && [ "$(grep -c 'names more than 256 files' "$work/err")" = 1 ]
}

root_tokens_warn_and_can_be_refused() {
	run load "$corpus/claims/row-star.table.json" --partition x --dry-run --base none
	[ $status = 0 ] && grep -q 'warning: .*root token' "$work/err" || return 1
	run load "$corpus/claims/row-star.table.json" --partition x --dry-run --base none --refuse-root
	[ $status = 1 ] && is_clear && grep -q 'is the root token' "$work/err"
}

programs_are_classed() {
	echo '[{"rights":["EXECUTE"],"resource":"Bash(sh -c *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(systemctl status*)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(cat *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"Bash(no-such-program-here)","expires_at":0}]' >"$work/in.json"
	run -j load "$work/in.json" --partition x --dry-run --base none
	python3 - "$work/out" <<'EOF'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
got = [r["program"] for r in rows[:4]]
sys.exit(got != ["interpreter", "launcher", "fixed", "fixed"] or
         "not found" not in rows[3]["notes"] or "unresolved" not in rows[3]["flags"])
EOF
}

text_of_tables_is_escaped() {
	printf '[{"rights":["READ"],"resource":"a\\u001b[2J\\u202eb\\u0007\\n","expires_at":0}]' >"$work/in.json"
	run load "$work/in.json" --partition x --dry-run --base none
	[ $status = 0 ] && ! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f]' "$work/out" &&
		! grep -q $'\u202e' "$work/out" && grep -qF 'a\033[2J' "$work/out"
}

json_is_escaped_too() {
	local format

	printf '[{"rights":["READ"],"resource":"a\\u009b2J\\u202eb\\u007f\\u200b\\ud83d\\ude00\\udb40\\udc41\\u00e4","expires_at":0}]' >"$work/in.json"
	for format in -j -p; do
		run $format load "$work/in.json" --partition x --dry-run --base none
		[ $status = 0 ] && ! LC_ALL=C grep -qP '\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\xae]|\xf3\xa0' "$work/out" &&
			python3 - "$work/out" <<'EOF' || return 1
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
name = [r for r in json.loads(text)["rows"] if r["kind"] == "token"][0]["resource"]
sys.exit(name != "a\u009b2J\u202eb\x7f\u200b\U0001f600\U000e0041\u00e4" or "\u00e4" not in text)
EOF
	done
}

a_reader_that_stops_is_no_error() {
	"$tool" -p load "$corpus/claims/row-star.table.json" --partition x --dry-run 2>"$work/err" |
		head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" = 0 ] && ! grep -v 'warning' "$work/err"
}

# On a terminal only, and not where somebody says so.
colour_is_for_people() {
	local esc=$'\033['

	command -v script >/dev/null || return 0
	TERM=xterm NO_COLOR='' script -qec "$tool token lis" /dev/null </dev/null >"$work/out" 2>&1
	grep -qF "$esc" "$work/out" || { cat -v "$work/out" && return 1; }
	TERM=xterm NO_COLOR=1 script -qec "$tool token lis" /dev/null </dev/null >"$work/out" 2>&1
	! grep -qF "$esc" "$work/out" || return 1
	TERM=xterm run token lis
	! grep -qF "$esc" "$work/err"
}

formats_may_stand_anywhere() {
	local words

	echo '[]' >"$work/in.json"
	run -p -j load "$work/in.json" --partition x --dry-run
	cp "$work/out" "$work/pretty"
	for words in "-j -p load $work/in.json --partition x --dry-run" \
		"-j load -p $work/in.json --partition x --dry-run" \
		"load $work/in.json --partition x --dry-run -p -j"; do
		# shellcheck disable=SC2086
		run $words
		cmp -s "$work/out" "$work/pretty" || { echo "$words" && return 1; }
	done
	run load "$work/in.json" --help
	[ $status = 0 ] && grep -q '^rvmctl .*load' "$work/out"
}

output_replaces_no_link() {
	echo keep >"$work/target"
	ln -sf target "$work/link"
	run compile --claims "$corpus/claims/row-read.claims.json" -o "$work/link"
	[ $status = 1 ] && is_clear && [ "$(cat "$work/target")" = keep ] || return 1
	run compile --claims "$corpus/claims/row-read.claims.json" -o "$work/no-such-dir/x"
	[ $status = 1 ] && is_clear
}

a_full_disk_is_an_error() {
	[ -e /dev/full ] || return 0
	"$tool" compile --claims "$corpus/claims/row-read.claims.json" >/dev/full 2>"$work/err"
	[ $? = 1 ] && is_clear
}

wrong_command_lines_exit_2() {
	local line

	while read -r line; do
		# shellcheck disable=SC2086
		run $line
		[ $status = 2 ] && [ -s "$work/err" ] || { echo "$line: $status" && return 1; }
	done <<-'EOF'
		-x
		nothing
		token
		token lis
		tok list
		compile
		compile --claims
		compile --claims a --claims b
		compile --claims a --spec b
		compile --claims /dev/null/x
		claims check --claims x
		claims check --claims x --capability y --now 1x
		load
		load a b
		load x --mode strict
		load x --partition ../x
		load x --partition Upper
		load x --partition
		load / --partition x
		load x --base
		load x --dry-run=yes
		load x --no-such-option
	EOF
}

# What somebody wrote to deny something, and denies nothing, is told.
settings_that_do_nothing_are_told() {
	local how line json want

	echo '[]' >"$work/in.json"
	while IFS='|' read -r how json want; do
		echo "$json" >"$work/spec.json"
		for line in $how; do
			if [ "$line" = load ]; then
				run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
			else
				run compile --spec "$work/spec.json"
			fi
			[ $status = 0 ] && grep -qE -- "warning: .*$want" "$work/err" ||
				{ echo "$line $json: $status $(cat "$work/err")" && return 1; }
		done
	done <<-'EOF'
		load|{"name":"x"}|has no permissions.deny: nothing is denied
		load|{"name":"x","permissions":{"allow":["Read(a)"]}}|has no permissions.deny: nothing is denied
		load compile|{"name":"x","deny":["Read(a)"]}|key 'deny' is not known.*belongs into 'permissions'
		load compile|{"permissions":{"deny":["Read(a)"],"denied":["Read(b)"]}}|permissions: key 'denied' is not known
		load compile|{"permissions":{"allow":["Bash(git:*)"],"ask":["Bash(git push:*)"]}}|permissions.ask is not taken: 1 rule does nothing here
		load compile|{"permissions":{"deny":["Read(a)"]},"sandbox":{"filesystem":{"denyRead":["a","b"]}}}|denyRead is not taken: 2 rules do nothing here
		load compile|{"permissions":{"deny":["Read(a)"]},"sandbox":{"filesystem":{"denyWrite":["a"]}}}|denyWrite is not taken: 1 rule does nothing here
	EOF
	for json in '{"permission":{"deny":["Read(a)"]}}' '{"model":"x"}' '{}'; do
		# A pipe is a file like others, but that it is read once.
		run load "$work/in.json" --partition x --dry-run --base none --spec <(echo "$json")
		[ $status = 2 ] && is_clear || { echo "piped $json: $status $(cat "$work/err")" && return 1; }
		echo "$json" >"$work/spec.json"
		run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
		[ $status = 2 ] && is_clear || { echo "$json: $status $(cat "$work/err")" && return 1; }
		run compile --spec "$work/spec.json"
		[ $status = 2 ] && is_clear || { echo "$json: $status $(cat "$work/err")" && return 1; }
	done
	# What is taken is not warned of, nor are keys of other programs.
	echo '{"model":"x","env":{},"permissions":{"deny":["Read(a)"],"defaultMode":"plan"}}' >"$work/spec.json"
	run load "$work/in.json" --partition x --dry-run --base none --spec "$work/spec.json"
	[ $status = 0 ] && ! [ -s "$work/err" ]
}

# What is nearly a key refuses, at each level; that of another program beside it does not.
keys_that_are_nearly_known_refuse() {
	local json want

	mkdir -p "$work/keys"
	echo '[]' >"$work/keys/t.json"
	while IFS='|' read -r want json; do
		echo "$json" >"$work/keys/spec.json"
		for line in "load $work/keys/t.json --partition x --dry-run --base none" compile; do
			# shellcheck disable=SC2086
			run $line --spec "$work/keys/spec.json"
			if [ "$want" = - ]; then
				[ $status = 0 ]
			else
				[ $status = 2 ] && is_clear && has_place && grep -qF "write '$want', or take it out" "$work/err"
			fi || { echo "$json: $status $(cat "$work/err")" && return 1; }
		done
	done <<-'EOF'
		permissions|{"name":"x","permission":{"deny":["Read(a)"]}}
		permissions|{"name":"x","Permissions":{"deny":["Read(a)"]}}
		deny|{"permissions":{"allow":["Read(b)"],"Deny":["Read(a)"]}}
		deny|{"permissions":{"deny":["Read(a)"],"dney":["Read(b)"]}}
		allow|{"permissions":{"deny":["Read(a)"],"allows":["Read(b)"]}}
		ask|{"permissions":{"deny":["Read(a)"],"Ask":["Read(b)"]}}
		-|{"permissions":{"deny":["Read(a)"],"denied":["Read(b)"],"task":1},"model":"x","env":{}}
	EOF
	while IFS='|' read -r want json; do
		echo "[{\"rights\":[\"EXECUTE\"],\"expires_at\":0,$json}]" >"$work/keys/t.json"
		run load "$work/keys/t.json" --partition x --dry-run --base none
		if [ "$want" = - ]; then
			[ $status = 0 ]
		else
			[ $status = 2 ] && is_clear && has_place && grep -qF "write '$want', or take it out" "$work/err"
		fi || { echo "$json: $status $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		resource|"Resource":"Bash(ls)"
		resource|"resources":"Bash(ls)"
		within|"resource":"Bash(ls)","withn":"git"
		-|"resource":"Bash(ls)","within":"ls","comment":"x"
	EOF
}

# What other programs read as several names, or as one of another kind, and is none here.
rules_of_other_kinds_are_told() {
	local want rule row

	mkdir -p "$work/kinds"
	echo '[]' >"$work/kinds/t.json"
	while IFS='~' read -r want rule; do
		row=$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$rule")
		echo "{\"permissions\":{\"deny\":[$row]}}" >"$work/kinds/spec.json"
		run load "$work/kinds/t.json" --partition x --dry-run --base none --spec "$work/kinds/spec.json"
		if [ "$want" = - ]; then
			[ $status = 0 ] && [ ! -s "$work/err" ]
		else
			[ $status = 0 ] && grep -qF "row 0 ($rule): $want" "$work/err"
		fi || { echo "$rule: $status $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		a comma is a letter~Read(.env, .env.local)
		a comma is a letter~Read(./a/**, ./b/**)
		-~Read(a,b)
		'|' is a letter~Read(.env|.env.local)
		quotes are letters~Read("./x y")
		-~Read(./x y)
		a pattern is no regular expression~Read(^.*\.env$)
		a pattern is no regular expression~Read(.*\.pem)
		-~Read(*.pem)
		-~Read(./app/$id.tsx)
		within brackets 'file:' is part~Read(file:./.env)
		there are no drives here~Read(C:\Users\x)
		variables are letters~Read(%USERPROFILE%/x)
		-~Read(./100%/x)
		variables are letters~unix:$XDG_RUNTIME_DIR/bus
		-~unix:/run/bus
	EOF
}

# A bare name is any of that name: in a row, which gives it, that is told.
bare_names_match_at_any_depth() {
	mkdir -p "$work/bare"
	echo '[{"rights":["READ"],"resource":"Edit(docs)","expires_at":0},
	{"rights":["READ"],"resource":"Edit(./docs)","expires_at":0},
	{"rights":["READ"],"resource":"Read(*.md)","expires_at":0}]' >"$work/bare/t.json"
	echo '{"permissions":{"deny":["Read(docs)"]}}' >"$work/bare/spec.json"
	run load "$work/bare/t.json" --partition x --dry-run --base none --spec "$work/bare/spec.json"
	[ $status = 0 ] && grep -qF "$work/bare/**/docs" "$work/out" && grep -qF "$work/bare/docs" "$work/out" || return 1
	[ "$(wc -l <"$work/err")" = 1 ] && grep -qF 'row 0 (Edit(docs)): matches at any depth; write ./docs' "$work/err"
}

# In a deny rule a star that is glued to a word extends it; in a row it does not.
glued_stars_deny_what_they_read() {
	mkdir -p "$work/glued"
	echo '[{"rights":["EXECUTE"],"resource":"Bash(ls -l /*)","expires_at":0}]' >"$work/glued/t.json"
	echo '{"permissions":{"deny":["Bash(rm -rf /*)", "Bash(cp http*://evil*)", "Bash(mv a:*)", "Bash(cat b *)", "Bash(sed*)", "Bash(tr c**)"]}}' >"$work/glued/spec.json"
	run -j load "$work/glued/t.json" --partition x --dry-run --base none --spec "$work/glued/spec.json"
	[ $status = 0 ] && python3 - "$work/out" <<-'EOF'
		import json, sys
		rows = json.load(open(sys.argv[1]))["rows"]
		deny = {r["resolved"].split("/", 3)[-1] for r in rows if r["kind"] == "exclude" and r["class"] == "exec"}
		want = {"rm -rf / ...", "rm -rf /* ...", "cp http*://evil ...", "cp http*://evil* ...", "mv a ...",
		        "cat b ...", "sed ...", "tr c ...", "tr c** ..."}
		allow = {r["resolved"].split("/", 3)[-1] for r in rows if r["kind"] == "token"}
		sys.exit((deny != want or allow != {"ls -l / ..."}) and f"{deny} {allow}")
	EOF
}

# As in other rows, ~ is the home: of a socket and of a program.
homes_are_those_of_the_user() {
	local home entry

	home=$(getent passwd "$(id -u)" | cut -d: -f6)
	[ -d "$home" ] && entry=$(mktemp "$home/.rvm-test-XXXXXX") || return 1
	chmod 755 "$entry"
	mkdir -p "$work/homes"
	echo "[{\"rights\":[\"EXECUTE\"],\"resource\":\"exec:~/${entry##*/} *\",\"expires_at\":0},
	{\"rights\":[\"EXECUTE\"],\"resource\":\"unix:~/rvm.sock\",\"expires_at\":0},
	{\"rights\":[\"EXECUTE\"],\"resource\":\"unix:./rvm.sock\",\"expires_at\":0}]" >"$work/homes/t.json"
	run load "$work/homes/t.json" --partition x --dry-run --base none
	rm -f "$entry"
	[ $status = 0 ] && [ "$(grep -cF "$entry ..." "$work/out")" = 1 ] && grep -qF "${home%/}/rvm.sock" "$work/out" &&
		grep -qF "$work/homes/rvm.sock" "$work/out" && ! grep -q 'no such program' "$work/err" || { cat "$work/out" "$work/err" && return 1; }
}

# A row that allows nothing is told, and one beside it that allows something is not.
rows_that_allow_nothing_are_told() {
	mkdir -p "$work/idle/links" "$work/idle/files"
	ln -sfn /usr/bin/env "$work/idle/links/python"
	cp /bin/true "$work/idle/files/true"
	ln -sfn true "$work/idle/files/same"
	mkdir -p "$work/idle/mixed"
	cp /bin/true "$work/idle/mixed/true"
	ln -sfn ../files/true "$work/idle/mixed/other"
	echo '[{"rights":["READ"],"resource":"Read(./old)","expires_at":1},
	{"rights":["READ"],"resource":"Read(./new)","expires_at":9999999999},
	{"rights":["EXECUTE"],"resource":"Bash(agentx *)","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./links/*","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./files/*","expires_at":0},
	{"rights":["EXECUTE"],"resource":"run:./mixed/*","expires_at":0}]' >"$work/idle/t.json"
	run load "$work/idle/t.json" --partition x --dry-run --base none
	[ $status = 0 ] && grep -q 'warning: .*row 0 .*has expired already' "$work/err" &&
		grep -q "warning: .*row 2 .*'agentx' is in none of the folders that are searched (.*); write exec:/whole" "$work/err" || { cat "$work/err" && return 1; }
	grep -q 'warning: .*row 3 .*links/python is a symbolic link' "$work/err" &&
		grep -q 'warning: .*row 5 .*mixed/other is a symbolic link to .*files/true' "$work/err" &&
		! grep -qE 'row (1|4) ' "$work/err" || { cat "$work/err" && return 1; }
}

# Rows as they are approved, and how they are meant.
words_of_shells_are_told() {
	local rule n

	mkdir -p "$work/words"
	while read -r n rule; do
		python3 -c 'import json, sys
print(json.dumps([{"rights": ["EXECUTE"], "resource": sys.argv[1], "expires_at": 0}]))' "$rule" >"$work/words/t.json"
		run load "$work/words/t.json" --partition x --dry-run --base minimal,git
		[ $status = 0 ] && [ "$(grep -c 'quotes and [$]' "$work/err")" = "$n" ] ||
			{ echo "$rule: $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		1 Bash(git commit -m "two words")
		1 Bash(git log --format='%h %s')
		1 Bash(ls $HOME)
		0 Bash(git log --format=%h)
		0 Bash(git commit -m it's)
		0 Bash(git grep end$)
	EOF
}

# The rows of a program do not bring what it needs; those that were learned do.
base_tables_are_named() {
	local n rest rule

	mkdir -p "$work/bases"
	while read -r n rest rule; do
		echo "[{\"rights\": [\"EXECUTE\"], \"resource\": \"$rule\", \"expires_at\": 0}]" >"$work/bases/t.json"
		run load "$work/bases/t.json" --partition x --dry-run --base "$rest"
		[ $status = 0 ] && [ "$(grep -c 'comes with --base minimal,git' "$work/err")" = "$n" ] ||
			{ echo "$rest $rule: $(cat "$work/err")" && return 1; }
	done <<-'EOF'
		1 minimal Bash(git:*)
		1 none Bash(git status)
		0 minimal,git Bash(git:*)
		0 minimal exec:/usr/bin/git status
		0 minimal Bash(ls:*)
	EOF
}

# git's repository is elsewhere, or its work trees are where agents have their settings.
work_trees_are_told() {
	local git=(git -c user.name=x -c user.email=x@example.org -c init.defaultBranch=main)

	rm -rf "$work/trees"
	mkdir -p "$work/trees/main"
	(
		cd "$work/trees/main" && "${git[@]}" init -q && "${git[@]}" commit -q --allow-empty -m one &&
			"${git[@]}" worktree add -q ../linked && "${git[@]}" worktree add -q .claude/worktrees/one
	) || return 4
	echo '[{"rights": ["EXECUTE"], "resource": "exec:git *", "expires_at": 0}]' >"$work/trees/t.json"
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/linked" --dry-run --base minimal,workspace-rw,git
	[ $status = 0 ] && grep -qF "add {\"rights\":[\"READ\",\"WRITE\"],\"resource\":\"path:/$work/trees/main/.git/**\"" "$work/err" || return 1
	python3 - "$work/trees" "$(grep -oE '\{"rights.*\}' "$work/err")" <<-'EOF' || return 1
		import json, sys
		t = json.load(open(sys.argv[1] + "/t.json"))
		t.append(json.loads(sys.argv[2]))
		json.dump(t, open(sys.argv[1] + "/t2.json", "w"))
	EOF
	run load "$work/trees/t2.json" --partition x --workspace "$work/trees/linked" --dry-run --base minimal,workspace-rw,git
	[ $status = 0 ] && ! grep -q 'linked work tree' "$work/err" || return 1
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/main" --dry-run --base minimal,workspace-rw,git
	[ $status = 0 ] && grep -qF "$work/trees/main/.claude/worktrees/one: is a work tree in which nothing can be written" "$work/err" || return 1
	run load "$work/trees/t.json" --partition x --workspace "$work/trees/main" --dry-run --base minimal,workspace-rw,git --allow-deputy '**/.claude'
	[ $status = 0 ] && ! grep -q 'is a work tree' "$work/err"
}

# Where both go into one file: what is said of rows, the rows, what is said of all.
warnings_stand_where_they_belong() {
	mkdir -p "$work/order"
	echo '[{"rights": ["EXECUTE"], "resource": "Bash(sh:*)", "expires_at": 0},
		{"rights": ["READ"], "resource": "Read(./{a,b})", "expires_at": 0}]' >"$work/order/t.json"
	"$tool" load "$work/order/t.json" --partition x --dry-run --base none >"$work/out" 2>&1
	grep -nE 'braces|^KIND|start an interpreter' "$work/out" | cut -d: -f1 >"$work/order/lines"
	[ "$(wc -l <"$work/order/lines")" = 3 ] && sort -nc "$work/order/lines" &&
		sed -n "$(head -1 "$work/order/lines")p" "$work/out" | grep -q braces &&
		sed -n "$(tail -1 "$work/order/lines")p" "$work/out" | grep -q interpreter || return 1
	"$tool" load "$work/order/t.json" --partition x --dry-run --base minimal 2>&1 >"$work/out" | cat >/dev/null
	[ "$(grep -c 'localtime): .* is a link' "$work/out")" = 1 ]
}

options_are_told_how_to_be_given() {
	run load --help
	grep -qF ' [--allow-deputy PATTERN]...' "$work/out" || return 1
	run load x --allow-deputy a b
	[ $status = 2 ] && is_clear && grep -qF 'give --allow-deputy once for each' "$work/err" || return 1
	run load x y
	[ $status = 2 ] && is_clear && ! grep -q 'once for each' "$work/err" || return 1
	run --hlep
	[ $status = 2 ] && is_clear && grep -qF -- '--hlep: no such option' "$work/err" && [ ! -s "$work/out" ] &&
		[ "$(wc -l <"$work/err")" = 1 ]
}

tables_of_commands_are_complete() {
	run --dump-commands
	[ $status = 0 ] && awk -F '\t' 'NF < 3 { exit 1 }' "$work/out" || return 1
	local noun verb rest

	while IFS=$'\t' read -r noun verb rest; do
		[ "$noun" = - ] && noun=''
		# shellcheck disable=SC2086
		"$tool" $noun $verb --help 2>&1 | grep "^rvmctl .*$verb" >/dev/null || { echo "$noun $verb $rest" && return 1; }
	done <"$work/out"
}

# A row of everything beside bases: what they lose, they lose by links that are there.
a_row_of_everything_makes_up_no_links() {
	local link rows

	mkdir -p "$work/star"
	echo '[{"rights":["READ","WRITE","EXECUTE"],"resource":"*","expires_at":0}]' >"$work/star/t.json"
	run load "$work/star/t.json" --partition x --dry-run --base minimal,git,shell
	[ $status = 0 ] && grep -q '/etc/hosts' "$work/out" || { cat "$work/err" && return 1; }
	sed -n 's/.*make the symbolic link \(.*\) itself: the row.*/\1/p' "$work/err" >"$work/star/links"
	while IFS= read -r link; do
		[ -L "$link" ] || { echo "no link: $link" && return 1; }
	done <"$work/star/links"
	rows=$(grep -c 'the row is left out' "$work/err")
	[ "$rows" = "$(wc -l <"$work/star/links")" ] || { cat "$work/err" && return 1; }
}

# What is piped in lies in no folder: it needs a name and a workspace, and nothing else.
tables_are_piped_in() {
	local row='[{"rights":["READ"],"resource":"Read(./a)","expires_at":0}]' file

	mkdir -p "$work/piped"
	for file in /dev/stdin /proc/self/fd/0 /dev/fd/0; do
		echo "$row" | "$tool" load "$file" --partition x --workspace "$work/piped" --dry-run --base none >"$work/out" 2>"$work/err" &&
			grep -qF 'Read(./a)' "$work/out" && grep -qF "$work/piped/.harness" "$work/out" && [ ! -s "$work/err" ] ||
			{ echo "$file: $(cat "$work/err")" && return 1; }
		echo "$row" | "$tool" load "$file" --partition x --dry-run --base none >"$work/out" 2>"$work/err"
		status=$?
		[ $status = 2 ] && is_clear && grep -q 'give --partition and --workspace' "$work/err" || { cat "$work/err" && return 1; }
	done
	run load <(echo "$row") --partition x --workspace "$work/piped" --dry-run --base none
	[ $status = 0 ] && [ ! -s "$work/err" ] || return 1
	# A file that is named by a descriptor keeps its folder, one that was removed has none.
	echo "$row" >"$work/piped/t.json"
	run load /dev/stdin --partition x --dry-run --base none <"$work/piped/t.json"
	[ $status = 0 ] && grep -qF "$work/piped/t.json" "$work/out" || return 1
	exec 8<"$work/piped/t.json" && rm "$work/piped/t.json"
	run load /dev/fd/8 --partition x --workspace "$work/piped" --dry-run --base none
	exec 8<&-
	[ $status = 0 ] && [ ! -s "$work/err" ]
}

without_a_module_it_says_so() {
	[ ! -e /sys/module/rvm ] || return 0
	run token list
	[ $status = 3 ] && is_clear && grep -q 'module is not loaded' "$work/err"
}

cases=($(declare -F | awk '{ print $3 }' | grep '_' |
	grep -vxE 'not_ok|is_clear|has_place|refuses_input|refuses_spec_too|refuses_table|leaves_out'))
echo 'KTAP version 1'
echo "1..${#cases[@]}"
[ -x "$tool" ] || { echo "Bail out! $tool is not built: make -C user" && exit 1; }
for name in "${cases[@]}"; do
	if out=$("$name" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "$out"
	fi
done
[ $failed = 0 ]
