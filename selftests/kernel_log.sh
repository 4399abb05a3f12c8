# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel found wrong with itself.  To be sourced.  Most of it needs the
# kernel of `make check-debug`; where a check is not built in, it has found nothing.

kmemleak=/sys/kernel/debug/kmemleak

# Lines of the log.  At boot the kernel names its checks: that is not meant.
faults_in_log() {
	dmesg | grep -E 'WARNING:|BUG:?|INFO:|Oops|KASAN:|UBSAN:|ODEBUG:|general protection|refcount_t:|corruption|[1-9][0-9]* new suspected'
}

# It stops at the first thing that it finds, or when its tables are full.
lockdep_is_off() {
	grep -qs '^ *debug_locks: *0' /proc/lockdep_stats
}

# The checks of memory and locks cannot look again at what was there before.
forget_lost_memory() {
	[ ! -e "$kmemleak" ] || echo scan >"$kmemleak"
	[ ! -e "$kmemleak" ] || echo clear >"$kmemleak"
}

# Memory to which nothing points.  What was just made may be found at the second look.
lost_memory() {
	[ -e "$kmemleak" ] || return 0
	echo scan >"$kmemleak"
	sleep 6
	echo scan >"$kmemleak"
	cat "$kmemleak"
}
