# shellcheck shell=bash disable=SC2154 # the one who sources it has $selftests
# SPDX-License-Identifier: GPL-2.0-only
#
# To be sourced: many partitions, for measurements beside them.  Wants $selftests.

crowd=${RVM_CROWD:-1000}

# COMMAND...: run it while there are $crowd more partitions.
with_crowd() {
	local ready pid input status=0

	coproc CROWD { exec "$selftests/build/probe" crowd "$crowd"; }
	pid=$CROWD_PID
	input=${CROWD[1]}
	read -r ready <&"${CROWD[0]}"
	[ "$ready" = ready ] || return 1
	"$@" || status=$?
	exec {input}>&-
	wait "$pid" || status=$?
	return "$status"
}
