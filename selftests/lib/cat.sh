# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The partition $bot in which cat may read ws, not out, both in $dir.

# shellcheck disable=SC2154 # who sources this sets them
make_workspace() {
	mkdir -p "$dir/ws" "$dir/out"
	chmod 0755 "$dir"
	echo text >"$dir/ws/file"
	echo secret >"$dir/out/file"
	cat >"$dir/table.json" <<-'JSON'
		[{"rights": ["READ"], "resource": "Read(./**)", "proof_tier": "P1", "expires_at": 0},
		 {"rights": ["EXECUTE"], "resource": "Bash(cat:*)", "proof_tier": "P1", "expires_at": 0}]
	JSON
}

load_table() {
	rvmctl load "$dir/table.json" --partition "$bot" --workspace "$dir/ws" --base minimal
}
