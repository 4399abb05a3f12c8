#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Make the netlink code from its specification, with the kernel's generator, and the
# names that rvmctl prints.
#
#	scripts/nl-regen.sh             write the generated files
#	scripts/nl-regen.sh --check     compare them; exit 1 and a diff if they differ
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
spec=Documentation/netlink/specs/rvm.yaml
check='' tree='' status=0

cleanup() {
	[ -z "$tree" ] || rm -rf "$tree"
}

# The generator climbs from the specification to a directory with a MAINTAINERS
# file, and never stops if there is none; the schema must lie above the specs.
make_tree() {
	tree=$(mktemp -d "${TMPDIR:-/tmp}/rvm-nl.XXXXXX")
	mkdir -p "$tree/$(dirname "$spec")" "$tree/kmod/include/uapi/linux" "$tree/kmod/netlink"
	touch "$tree/MAINTAINERS"
	cp "$KSRC"/Documentation/netlink/*.yaml "$tree/Documentation/netlink/"
	cp "$root/$spec" "$tree/$spec"
}

generate() {
	local mode=$1 part=$2 file=$3

	timeout 120 /usr/bin/python3 "$KSRC/tools/net/ynl/ynl-gen-c.py" \
		--mode "$mode" "--$part" --spec "$tree/$spec" -o "$tree/$file"
	put "$file"
}

# The names that rvmctl prints.
generate_names() {
	local file=$1

	mkdir -p "$tree/$(dirname "$file")"
	/usr/bin/python3 "$root/scripts/spec-names.py" "$tree/$spec" >"$tree/$file"
	put "$file"
}

# Into the tree, or compare.
put() {
	local file=$1

	if [ -z "$check" ]; then
		cmp -s "$tree/$file" "$root/$file" || cp "$tree/$file" "$root/$file"
	elif ! diff -u --label "$file" --label "made from $spec" "$root/$file" "$tree/$file"; then
		status=1
	fi
}

case ${1:-} in
'') ;;
--check) check=1 ;;
*)
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
	exit 2
	;;
esac
# shellcheck source=/dev/null
. "$cache/env"
trap cleanup EXIT
make_tree
generate uapi header kmod/include/uapi/linux/rvm.h
generate kernel header kmod/netlink/gen.h
generate kernel source kmod/netlink/gen.c
generate_names user/lib/wire/spec-gen.c
exit "$status"
