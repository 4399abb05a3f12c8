#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each row of the design's table of operations.  Two partitions over one set of
# files:
#
#   limited   tokens on DIR/ws   what they cover is allowed, all else is denied
#   root      the root token     all is allowed, except what nobody may do
#
# "limited" is tried by rvmctl run, as users would do it, and with the hooks alone: no
# namespaces.  "root" is tried with the hooks alone.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

ws=$dir/ws
host_key=0x52564d00
foreign_key=0x52564d01
helpers=()

cleanup() {
	local key

	((${#helpers[@]} == 0)) || kill "${helpers[@]}" 2>/dev/null || true
	drop_partitions rows-limited rows-root
	for key in "$host_key" "$foreign_key"; do
		ipcrm -M "$key" -S "$key" -Q "$key" 2>/dev/null || true
	done
	umount "$ws/open/mnt" "$ws/sealed/mnt" 2>/dev/null || true
}
trap cleanup EXIT

make_files() {
	chmod 0755 "$dir"
	"$programs/probe" fill "$dir"
	for name in prog other runner suid; do
		cp "$programs/probe" "$ws/$name"
	done
	chmod u+s "$ws/suid"
	echo "#!$ws/prog" >"$ws/script"
	echo "#!$ws/other" >"$ws/script2"
	chmod 0755 "$ws/script" "$ws/script2"
	mkdir "$dir/pair"
	echo x | tee "$dir/pair/file" >"$dir/pair/hard"
}

# Two mounts in the workspace; what is below sealed/ may not be written.
make_mounts() {
	local name

	for name in open sealed; do
		mkdir -p "$ws/$name/mnt"
		mount -t tmpfs tmpfs "$ws/$name/mnt"
		echo x >"$ws/$name/mnt/file"
	done
	printf '{"name": "rows", "permissions": {"allow": [], "deny": ["Edit(./sealed/**)"]}}\n' \
		>"$dir/spec.json"
}

# These are parts of the kernel that may be missing, and that only the host loads.
load_parts() {
	local part

	for part in tun sctp; do
		modprobe "$part" 2>/dev/null || true
	done
}

# On the host: the servers that rows connect to, and a process outside.
start_helpers() {
	local ready

	mkfifo "$dir/ready"
	"$programs/probe" serve "$dir" >"$dir/ready" &
	helpers+=($!)
	read -r ready <"$dir/ready"
	[ "$ready" = ready ]
	sleep 1000 &
	outsider=$!
	helpers+=("$outsider")
}

token() {
	printf '{"rights": [%s], "resource": "%s", "proof_tier": "P1", "expires_at": 0}' "$1" "$2"
}

# All that the limited side needs, by name; nothing here covers readonly/ for WRITE.
write_limited_table() {
	local name

	{
		printf '['
		token '"READ"' 'Read(./**)'
		# The last one is the name that the kernel gives to an O_TMPFILE.
		for name in file file2 new folder gone symlink node victim moving moved \
			leaving left prog device mnt fifo bound 'open/**' 'sealed/mnt/**' \
			'#[0-9]*'; do
			printf ',\n '
			token '"WRITE"' "Edit(./$name)"
		done
		for name in file hard; do
			printf ',\n '
			token '"READ", "WRITE"' "path:/$dir/pair/$name"
		done
		for name in 'load:./code' 'Bash(./prog go)' 'Bash(./prog */script)' 'run:./runner' 'run:./suid' \
			'run:./script' 'run:./script2' 'tcp:127.0.0.1:7001' \
			'udp:127.0.0.1:7001' 'unix:./socket' 'unix:./datagram' \
			'unix:@rvm-allowed'; do
			printf ',\n '
			token '"EXECUTE"' "$name"
		done
		printf ',\n '
		token '"WRITE"' 'tcp:127.0.0.1:7003'
		printf ',\n '
		token '"READ"' '//dev/null'
		printf ',\n '
		token '"WRITE"' '//dev/null'
		printf ']\n'
	} >"$dir/limited.json"
}

write_root_table() {
	cat >"$dir/root.json" <<-'JSON'
		[{"rights": ["READ", "WRITE", "GRANT", "REVOKE", "EXECUTE", "PROVE", "GRANT_ONCE"],
		  "proof_tier": "P1", "expires_at": 0}]
	JSON
}

# As root with all capabilities, so that only RVM denies.
run_limited() {
	rvmctl run --keep-caps --host-net rows-limited -- "$programs/probe" limited "$dir" "$outsider" \
		</dev/null
}

# With the HOME of rvmctl run: rows that limit arguments match with no other.
enter_and_run() {
	local side=$1 what=${2:-$1}

	HOME=$(getent passwd root | cut -d: -f6) "$programs/probe" "$what" "$dir" "$outsider" "/sys/fs/cgroup/rvm/rows-$side" </dev/null
}

ktap_print_header
ktap_set_plan 8
make_files
make_mounts
load_parts
start_helpers
write_limited_table
write_root_table
check hooks_attach attach_hooks
check root_table_loads rvmctl load "$dir/root.json" --partition rows-root \
	--workspace "$ws" --base none --hide-attributes --recheck-always
check partition_makes_a_segment enter_and_run root segment
check limited_table_loads rvmctl load "$dir/limited.json" --partition rows-limited \
	--workspace "$ws" --base minimal --spec "$dir/spec.json" --hide-attributes --recheck-always
subtests rows_of_tokens_by_rvmctl_run run_limited
subtests rows_of_tokens_by_hooks_alone enter_and_run limited
subtests rows_of_the_root_token_by_hooks_alone enter_and_run root
drop_partitions rows-limited rows-root
check partitions_are_gone sh -c '! ls -d /sys/fs/cgroup/rvm/rows-* 2>/dev/null'
ktap_finished
