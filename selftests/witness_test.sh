#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checking and copying logs: on files, without a module, without root.
#
# kmod/lib makes a log of 1000 records; witness_verify.py, which shares no code with
# it, checks the log again.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
rvmctl=${RVMCTL:-$top/user/bin/rvmctl}
work=$(mktemp -d)
log=$work/log

# shellcheck source=lib/tap.sh
. "$here/lib/tap.sh"

cleanup() { rm -rf "$work"; }
trap cleanup EXIT

build_tool() {
	"${CC:-gcc}" -O1 -std=gnu11 -fno-strict-aliasing -funsigned-char \
		-I"$top/user/lib/shim" -I"$top/user/lib" -I"$top/kmod" -I"$top/kmod/include/uapi" \
		"$here/tools/witness_make.c" "$top"/kmod/lib/log/{chain,ratchet,record,sha256}.c \
		"$top"/user/lib/log/chain_*.c -o "$work/make"
}

# Run python on a copy of the log: spoil COPY 'statements on the bytearray d'
spoil() {
	python3 -c 'import sys
d = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[3])
open(sys.argv[2], "wb").write(d)' "$log" "$1" "$2"
}

field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

verify() { "$rvmctl" -j witness verify "$@"; }

is_good() { [ "$(verify "$@" | field verdict)" = good ]; }

# Exit status 1, and the given record and reason.
is_bad_at() {
	local record=$1 reason=$2 said status=0

	shift 2
	said=$(verify "$@") || status=$?
	echo "$said"
	[ "$status" = 1 ] && [ "$(field sequence <<<"$said")" = "$record" ] &&
		[ "$(field offset <<<"$said")" = $((record * 64)) ] && grep -q "$reason" <<<"$said"
}

is_bad_end() {
	local reason=$1 said status=0

	shift
	said=$(verify "$@") || status=$?
	echo "$said"
	[ "$status" = 1 ] && grep -q "$reason" <<<"$said"
}

is_usage() {
	local status=0

	"$@" || status=$?
	[ "$status" = 2 ]
}

head_is_independent() { [ "$(verify "$log" | field head)" = "$(python3 "$here/witness_verify.py" "$log")" ]; }

flipped_is_found() {
	spoil "$work/bad" 'd[500 * 64 + 24] ^= 1'
	is_bad_at 500 'contents do not fit' "$work/bad"
}

# Each byte of a record but aux, and aux at the record after it.
every_byte_is_found() {
	local byte

	for byte in 0 8 16 17 18 20 24 32 36 40 43; do
		spoil "$work/bad" "d[77 * 64 + $byte] ^= 0x80"
		is_bad_at 77 . "$work/bad" || return 1
	done
	spoil "$work/bad" 'd[77 * 64 + 45] ^= 1'
	is_bad_at 77 'continue the chain' "$work/bad" || return 1
	spoil "$work/bad" 'd[77 * 64 + 19] ^= 1'
	is_bad_at 77 'not zero' "$work/bad" || return 1
	spoil "$work/bad" 'd[77 * 64 + 63] ^= 1'
	is_bad_at 77 'not zero' "$work/bad" || return 1
	spoil "$work/bad" 'd[77 * 64 + 52] ^= 1'
	is_bad_at 78 'contents do not fit' "$work/bad"
}

removed_is_found() {
	spoil "$work/bad" 'del d[300 * 64:301 * 64]'
	is_bad_at 300 'not the next one' "$work/bad"
}

doubled_is_found() {
	spoil "$work/bad" 'd[301 * 64:301 * 64] = d[300 * 64:301 * 64]'
	is_bad_at 301 'not the next one' "$work/bad"
}

swapped_is_found() {
	spoil "$work/bad" 'a, b = 10 * 64, 11 * 64; d[a:a + 64], d[b:b + 64] = d[b:b + 64], d[a:a + 64]'
	is_bad_at 10 'not the next one' "$work/bad"
}

torn_is_found() {
	spoil "$work/bad" 'del d[999 * 64 + 30:]'
	is_bad_at 999 'ends within' "$work/bad"
}

truncated_is_found() {
	spoil "$work/short" 'del d[900 * 64:]'
	is_good "$work/short"
	is_bad_end 'before the anchored length' --head "$head" --length 1000 "$work/short"
}

grown_log_holds_its_anchor() {
	local anchor

	spoil "$work/short" 'del d[900 * 64:]'
	anchor=$(verify "$work/short" | field head)
	is_good --head "$anchor" --length 900 "$log"
	is_bad_end 'head is not' --head "$anchor" --length 901 "$log"
	is_bad_end 'head is not' --head "$anchor" "$log"
}

# The same records, written again from some point on: only an anchor tells.
rewritten_is_found() {
	"$work/make" 1000 8 >"$work/other"
	is_good "$work/other"
	is_bad_end 'head is not' --head "$head" --length 1000 "$work/other"
}

signatures_are_checked() {
	is_good --key "$work/key" "$log" && is_good --key "$work/key8" --key "$work/key" "$log" &&
		python3 "$here/witness_verify.py" --key "$work/key" "$log" || return 1
	"$work/make" 1000 8 >"$work/other"
	is_bad_at 0 'no key names' --key "$work/key" "$work/other" || return 1
	spoil "$work/bad" 'd[-12] ^= 1'
	is_good "$work/bad" && is_bad_at 999 'not by this key' --key "$work/key" "$work/bad" ||
		return 1
	! python3 "$here/witness_verify.py" --key "$work/key" "$work/bad"
}

# SEQUENCE: it was sealed before root changed it.
forged_is_found() {
	python3 "$here/tools/witness_forge.py" "$log" "$work/bad" "$1" "$work/key" &&
		is_good "$work/bad" || return 1
	is_bad_at "$1" 'not by this key' --key "$work/key" "$work/bad" || return 1
	! python3 "$here/witness_verify.py" --key "$work/key" "$work/bad"
}

sealed_is_protected() {
	forged_is_found 10 && forged_is_found 254 && forged_is_found 700
}

# From the last seal on root has the key.
open_epoch_is_not() {
	python3 "$here/tools/witness_forge.py" "$log" "$work/bad" 800 "$work/key" &&
		! cmp -s "$log" "$work/bad" && is_good --key "$work/key" "$work/bad"
}

# A key that is none is said with its place; so is a raw key, which is for RVM's format.
spoilt_key_is_said() {
	sed 's/^log 0/log G/' "$work/key" >"$work/none"
	[[ $("$rvmctl" witness verify --key "$work/none" "$log" 2>&1) == *"byte 22: not a hex"* ]] &&
		is_usage "$rvmctl" witness verify --key "$work/none" "$log" &&
		is_usage "$rvmctl" witness verify --key "$work/raw" "$log" &&
		is_usage "$rvmctl" witness verify --format rvm --key "$work/raw" --key "$work/raw" \
			"$log"
}

# Without a module nothing is left of the file.
key_without_module_leaves_nothing() {
	local before

	before=$(ls -A "$work")
	! "$rvmctl" witness key --to "$work/new" || return 1
	[ "$(ls -A "$work")" = "$before" ]
}

# Before the module is asked.
key_is_not_written_over() {
	local said

	said=$("$rvmctl" witness key --to "$work/key" 2>&1) && return 1
	[[ $said == *"is there already"* ]] || return 1
	openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null |
		openssl pkey -pubout >"$work/public.pem" 2>/dev/null
	said=$("$rvmctl" witness key --to "$work/public.pem" -o "$work/out" 2>&1) && return 1
	[[ $said == *"another kind than RSA"* ]] && [ ! -e "$work/out" ]
}

export_is_the_log() {
	"$rvmctl" witness export --from "$log" -o "$work/copy" >/dev/null
	cmp "$log" "$work/copy"
	"$rvmctl" witness export --from "$log" | cmp "$log" -
}

rvm_export_verifies() {
	"$rvmctl" witness export --format rvm --from "$log" -o "$work/rvm" >/dev/null
	is_good --format rvm "$work/rvm"
	[ "$(verify --format rvm "$work/rvm" | field head)" = \
		"$(python3 "$here/witness_verify.py" --rvm "$work/rvm")" ]
}

rvm_export_is_signed_by_default_key() {
	python3 -c 'import hashlib, sys
sys.stdout.write(hashlib.sha256(b"rvm-witness-default-key-v1").hexdigest())' >"$work/default"
	is_good --format rvm --key "$work/default" "$work/rvm"
	is_bad_at 0 'not by this key' --format rvm --key "$work/raw" "$work/rvm"
}

rvm_swap_is_found() {
	python3 -c 'import sys
d = bytearray(open(sys.argv[1], "rb").read())
d[640:704], d[704:768] = d[704:768], d[640:704]
open(sys.argv[2], "wb").write(d)' "$work/rvm" "$work/bad"
	is_bad_at 10 . --format rvm "$work/bad"
}

export_follows_no_link() {
	ln -s "$work/elsewhere" "$work/link"
	! "$rvmctl" witness export --from "$log" -o "$work/link" && [ ! -e "$work/elsewhere" ]
}

tail_shows_the_last() {
	[ "$("$rvmctl" -j witness tail -n 3 "$log" | wc -l)" = 3 ] &&
		[ "$("$rvmctl" -j witness tail -n 1 "$log" | field sequence)" = 999 ]
}

nonsense_is_usage() {
	is_usage "$rvmctl" witness verify --head 00 "$log"
	is_usage "$rvmctl" witness verify --length 3 "$log"
	is_usage "$rvmctl" witness verify --key "$log" "$log"
}

missing_file_is_said() { [[ $("$rvmctl" witness verify "$work/none" 2>&1) == *"$work/none"* ]]; }

empty_is_bad() {
	: >"$work/empty"
	is_bad_end 'no records' "$work/empty"
}

large_log_in_little_memory() {
	"$work/make" 500000 7 >"$work/large"
	(ulimit -v 200000 && is_good "$work/large")
}

build_tool
"$work/make" 1000 7 >"$log"
make_key() { python3 -c 'import sys
n = int(sys.argv[1])
print(f"rvm-witness-key 1\nlog {n:016x}\nkey {bytes([n] * 32).hex()}")' "$1"; }

make_key 7 >"$work/key"
make_key 8 >"$work/key8"
python3 -c 'import sys; sys.stdout.buffer.write(bytes([7]) * 32)' >"$work/raw"
head=$(verify "$log" | field head)

echo "TAP version 13"
echo "1..28"
check whole_log_is_good is_good "$log"
check head_is_what_hashlib_says head_is_independent
check whole_log_fits_its_anchor is_good --head "$head" --length 1000 "$log"
check flipped_bit_is_found_at_its_record flipped_is_found
check every_field_is_covered every_byte_is_found
check removed_record_is_found removed_is_found
check doubled_record_is_found doubled_is_found
check swapped_records_are_found swapped_is_found
check torn_record_is_found torn_is_found
check truncation_is_found_by_an_anchor truncated_is_found
check grown_log_holds_its_anchor grown_log_holds_its_anchor
check rewritten_log_is_found_by_an_anchor rewritten_is_found
check signatures_are_checked_across_ratchets signatures_are_checked
check what_root_changes_after_a_seal_is_found sealed_is_protected
check open_epoch_is_not_protected open_epoch_is_not
check spoilt_key_is_said spoilt_key_is_said
check key_without_module_leaves_nothing key_without_module_leaves_nothing
check key_is_not_written_over key_is_not_written_over
check export_is_the_log_byte_for_byte export_is_the_log
check rvm_export_is_what_hashlib_says rvm_export_verifies
check rvm_export_is_signed_with_the_default_key rvm_export_is_signed_by_default_key
check swapped_records_are_found_in_rvm_format rvm_swap_is_found
check export_follows_no_link export_follows_no_link
check tail_shows_the_last_records tail_shows_the_last
check nonsense_is_a_usage_error nonsense_is_usage
check missing_file_is_named missing_file_is_said
check empty_log_is_bad empty_is_bad
check half_a_million_records_in_little_memory large_log_in_little_memory
exit "$failed"
