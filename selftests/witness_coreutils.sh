#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Check the sealed segments of a directory that was recorded into, with programs that every
# system has: sha256sum, dd, xxd, cmp, and those that cut text.
#
#	witness_coreutils.sh DIR
#
# Prints for each seal the head of its log and its length there, of logs that are here from
# record 0 on.  Whoever trusts no script of ours may type these commands: there are five steps.
set -eu

fail() { echo "$*" >&2 && exit 1; }

# FIELD SEAL: what it says.
field() { sed -n "s/^# $1 //p" "$2"; }

# NAME AUX: the blocks of a segment: bytes 0 to 47 of each record, bytes 52 to 59 of the
# record before, zeros.
blocks() {
	xxd -p -c 64 "$1" >"$work/hex"
	cut -c 1-96 "$work/hex" >"$work/record"
	{ echo "$2" && cut -c 105-120 "$work/hex" | head -n -1; } >"$work/aux"
	paste -d '\0' "$work/record" "$work/aux" | sed 's/$/0000000000000000/' | xxd -r -p
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$1"

# 1. The files of each segment, and the seal before it, are what the seal says.
sha256sum --strict --quiet -c -- *.seal

before='' next='' log=''
for seal in *.seal; do
	# 2. So is the seal itself: its last line is the sum of what is before.
	size=$(($(wc -c <"$seal") - 71))
	sum=$(dd if="$seal" bs="$size" count=1 status=none | sha256sum | cut -c 1-64)
	printf '# sum %s\n' "$sum" | cmp -s - "$seal" -i "0:$size" || fail "$seal: its sum is another"

	# 3. None is missing, neither between two segments nor between two logs.
	if [ -n "$before" ]; then
		grep -q "^[0-9a-f]\{64\}  $before\$" "$seal" || fail "$seal: does not name $before"
	fi
	name=$(printf '%06d-%020d.seal' "$(field log "$seal")" "$(field first "$seal")")
	[ "$name" = "$seal" ] || fail "$seal: is of another segment"
	if [ "$(field log "$seal")" != "$log" ]; then
		# It is in one chain with the one before by that name only.
		next=$(field first "$seal")
		whole=$next
		log=$(field log "$seal")
		: >"$work/chain"
	fi
	[ "$((next + $(field lost-before "$seal")))" = "$(field first "$seal")" ] ||
		[ "$next" = "$(field first "$seal")" ] || fail "$seal: records before it are missing"
	[ "$(field lost-before "$seal")" = 0 ] || whole=gap
	records=$(($(wc -c <"${seal%seal}records") / 64))
	[ "$records" = "$(field records "$seal")" ] || fail "$seal: has $records records"
	next=$(($(field first "$seal") + records))
	before=$seal

	# 4. The head is the SHA-256 of the blocks, from record 0 on.
	blocks "${seal%seal}records" "$(field aux "$seal")" >>"$work/chain"

	# 5. Records are numbered without holes: the last one here.
	last=$(tail -n 1 "$work/hex" | cut -c 1-16 | sed 's/\(..\)\(..\)\(..\)\(..\).*/\4\3\2\1/')
	[ "$((0x$last))" = "$((next - 1))" ] || fail "$seal: its last record is $((0x$last))"
	[ "$whole" = 0 ] || continue
	head=$(sha256sum <"$work/chain" | cut -c 1-64)
	[ "$head" = "$(field head "$seal")" ] || fail "$seal: the head is another"
	echo "${seal%.seal} $head $next"
done
