#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which hooks this kernel has, and what happens where one is missing.  To imitate a
# kernel without a hook, the hook's name is changed in a copy of the type information,
# which is mounted over the real one while rvmctl looks.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

btf=/sys/kernel/btf/vmlinux
required=file_open
if_there=file_ioctl_compat

cleanup() {
	drop_partitions kernel
}
trap cleanup EXIT

# HOOK COMMAND...: run it where the kernel does not have the hook.
without() {
	local hook=$1

	shift
	python3 - "$btf" "$dir/btf" "bpf_lsm_$hook" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		name = b"\0" + sys.argv[3].encode() + b"\0"
		assert data.count(name) == 1
		open(sys.argv[2], "wb").write(data.replace(name, name[:-2] + b"0\0"))
	END
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$dir/btf" "$btf" "$@"
}

state_of() {
	rvmctl -j hook status 2>/dev/null | python3 -c '
import json, sys
print(*(hook["state"] for hook in json.load(sys.stdin) if hook["name"] == sys.argv[1]))' "$1"
}

is() {
	[ "$1" = "$(state_of "$2")" ] || { state_of "$2" && false; }
}

run_in_it() {
	rvmctl run kernel -- true </dev/null
}

nothing_is_attached() {
	[ "$(hooks_held)" = 0 ]
}

make_partition() {
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["READ", "WRITE", "GRANT", "REVOKE", "EXECUTE", "PROVE", "GRANT_ONCE"],
		  "proof_tier": "P1", "expires_at": 0}]
	JSON
	rvmctl load "$dir/table.json" --partition kernel --workspace "$dir" --base none
}

# Counts by class, for the table in Documentation/design/kernels.md.
report_hooks() {
	rvmctl -j hook status | python3 -c '
import json, os, sys
with open(os.environ.get("RVM_OUTDIR", "/tmp") + "/hooks", "w") as out:
    for hook in json.load(sys.stdin):
        print(hook["name"], hook["class"], hook["state"], sep="\t", file=out)
        waits = hook["state"] == "waiting" and hook["need"] != "always"
        assert waits or hook["state"] in ("attached", "not in this kernel"), hook'
}

ktap_print_header
ktap_set_plan 13
rvmctl hook detach >/dev/null 2>&1 || true
refused without_a_required_hook_nothing_is_attached "hook $required: missing in this kernel" \
	without "$required" rvmctl hook attach
check an_attach_that_fails_leaves_nothing nothing_is_attached
check without_one_that_may_be_missing_the_others_are without "$if_there" rvmctl hook attach
check which_the_status_says without "$if_there" rvmctl hook status
check partition_is_made make_partition
refused run_is_refused_if_the_kernel_has_the_hook "1 missing, for example $if_there" run_in_it
check the_missing_hook_is_said is missing "$if_there"
refused the_doctor_names_the_missing_hook "1 missing, for example $if_there" rvmctl doctor
check run_works_where_it_does_not_have_it without "$if_there" rvmctl run kernel -- true
check what_is_missing_is_added rvmctl hook attach
check an_added_hook_is_attached is attached "$if_there"
check run_works_with_the_added_hook run_in_it
check each_hook_is_attached_or_not_in_this_kernel report_hooks
ktap_finished
