# shellcheck shell=bash disable=SC2001,SC2015,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# What compile makes of claims, permissions and specs, and of bad input.  Sourced by tool_test.sh.

claims_are_compiled_byte_for_byte() {
	local file name refused=0 same=0
	local may_refuse=' edge-expiry-missing edge-expiry-not-an-integer edge-lone-surrogate '

	for file in "$corpus"/claims/*.claims.json; do
		name=$(basename "$file" .claims.json)
		run compile --claims "$file" -o "$work/table"
		if [[ $may_refuse = *" $name "* ]]; then
			[ "$status" = 2 ] && is_clear && has_place && [ ! -e "$work/table" ] || {
				echo "$name: $(cat "$work/err")"
				return 1
			}
			refused=$((refused + 1))
			continue
		fi
		[ "$status" = 0 ] && cmp -s "$work/table" "${file%.claims.json}.table.json" || {
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
	[ "$status" = 0 ] && cmp -s "$work/out" "$file.table.json"
}

permissions_are_compiled_byte_for_byte() {
	local file same=0

	for file in "$corpus"/permissions/*.allow.json; do
		printf '{"name":"x","permissions":{"allow":%s}}' "$(cat "$file")" >"$work/in.json"
		run compile --spec "$work/in.json"
		[ "$status" = 0 ] && cmp -s "$work/out" "${file%.allow.json}.table.json" || {
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
		[ "$status" = 0 ] &&
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
	[ "$status" = 0 ] && grep -q 'warning: .*claim 0: expires_at is 0' "$work/err"
}

# $1: the input's name, $2: the file.  Refused as claims, spec and table, with the place.
refuses_input() {
	local how

	for how in claims spec; do
		rm -f "$work/table"
		run compile "--$how" "$2" -o "$work/table"
		[ "$status" = 2 ] && is_clear && has_place && [ ! -e "$work/table" ] || {
			echo "$1 as $how: status $status: $(head -c 300 "$work/err")"
			return 1
		}
	done
	run load "$2" --partition x --dry-run
	[ "$status" = 2 ] && is_clear && has_place && [ ! -s "$work/out" ] || {
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

# An array cannot be a spec, and an object cannot be a table: both are refused.
refuses_spec_too() {
	refuses_input "$1" "$2"
}

nul_in_a_string_is_kept() {
	printf '[{"capability":"a\\u0000.write","expires_at":1}]' >"$work/in.json"
	run compile --claims "$work/in.json"
	[ "$status" = 0 ] && grep -q WRITE "$work/out"
}
