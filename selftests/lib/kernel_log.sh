# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Faults that the kernel found in itself.  To be sourced.  Most checks need the kernel
# of `make check-debug`; a check that is not built in has found nothing.

kmemleak=/sys/kernel/debug/kmemleak

# Lines of the log.  At boot the kernel names its checks: that is not meant.
faults_in_log() {
	dmesg | grep -E 'WARNING:|BUG:?|INFO:|Oops|KASAN:|UBSAN:|ODEBUG:|general protection|refcount_t:|corruption'
}

# It stops at the first thing that it finds, or when its tables are full.
lockdep_is_off() {
	grep -qs '^ *debug_locks: *0' /proc/lockdep_stats
}

# Memory of a module to which nothing points.  Of a module that was unloaded there
# are only addresses.  Memory that was just allocated is not reported, so wait a while.
lost_memory() {
	[ -e "$kmemleak" ] || return 0
	sleep 6
	echo scan >"$kmemleak"
	awk '
	/^unreferenced object/ {
		if (ours)
			printf "%s", text
		text = ""
		ours = 0
	}
	/\[rvm\]|^ +0xf/ { ours = 1 }
	{ text = text $0 "\n" }
	END {
		if (ours)
			printf "%s", text
	}' "$kmemleak"
}
