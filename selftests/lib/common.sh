# shellcheck shell=bash disable=SC2034 # variables are for who sources it
# SPDX-License-Identifier: GPL-2.0-only
#
# What the shell tests share.  A test sources this file, sets a plan, and ends
# with ktap_finished.  Its directory is $RVM_TEST_DIR; rvmctl is in the PATH.

selftests=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
root=${RVM_ROOT:-$(dirname "$selftests")}
programs=$selftests/build
PATH=$root/user/bin:$PATH
dir=${RVM_TEST_DIR:-$(mktemp -d)}
ksrc=${RVM_KSRC:-${KSRC:-}}
# How many times longer than usual things may take.
patience=${RVM_PATIENCE:-1}

if [ -e "$selftests/../kselftest/ktap_helpers.sh" ]; then
	# shellcheck disable=SC1091
	. "$selftests/../kselftest/ktap_helpers.sh"
else
	# shellcheck disable=SC1091
	. "$ksrc/tools/testing/selftests/kselftest/ktap_helpers.sh"
fi

# NAME COMMAND...: the command succeeds; its output is shown if it does not.
check() {
	local name=$1 out status=0

	shift
	out=$("$@" 2>&1) || status=$?
	if ((status == 0)); then
		ktap_test_pass "$name"
		return
	fi
	printf '%s\n' "$out" | tail -n 20 | sed 's/^/# /'
	echo "# exit $status: $*"
	ktap_test_fail "$name"
}

# NAME PATTERN COMMAND...: the command fails and says why.
refused() {
	local name=$1 pattern=$2 out status=0

	shift 2
	out=$("$@" 2>&1) || status=$?
	if ((status)) && grep -Eiq -- "$pattern" <<<"$out"; then
		ktap_test_pass "$name"
		return
	fi
	printf '%s\n' "$out" | tail -n 20 | sed 's/^/# /'
	echo "# exit $status, expected a refusal that says $pattern: $*"
	ktap_test_fail "$name"
}

# NAME COMMAND...: a program that prints KTAP of its own, as subtests.
subtests() {
	local name=$1 status=0

	shift
	"$@" 2>&1 | sed -u 's/^/  /' || status=${PIPESTATUS[0]}
	if ((status == 0)); then
		ktap_test_pass "$name"
	else
		echo "# exit $status: $*"
		ktap_test_fail "$name"
	fi
}

# COMMAND...: again and again until it succeeds, a minute at most.
wait_until() {
	local end=$((SECONDS + 60 * patience))

	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

# A value of `rvmctl -j COMMAND...`, by a Python expression on d.
value() {
	local expression=$1

	shift
	rvmctl -j "$@" | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$expression"
}

# Counts of partitions, tokens, exclusions, anchors, open transactions, admissions.
objects() {
	"$programs/probe" objects | cut -d' ' -f1-6
}

objects_are() {
	[ "$(objects)" = "$1" ]
}

# Anchors are freed after a grace period.
objects_return() {
	wait_until objects_are "$1" || { echo "objects are $(objects), expected $1" && return 1; }
}

# The last program holds the module until a grace period has passed.
unload() {
	wait_until rmmod rvm 2>/dev/null || rmmod rvm
}

hooks_held() {
	"$programs/probe" objects | cut -d' ' -f7
}

attach_hooks() {
	[ "$(hooks_held)" != 0 ] || rvmctl hook attach >/dev/null
	[ "$(hooks_held)" != 0 ]
}

# NAME...: end the processes of these partitions and delete them, if they exist.
drop_partitions() {
	local name

	for name; do
		[ ! -e "/sys/fs/cgroup/rvm/$name/cgroup.kill" ] ||
			echo 1 >"/sys/fs/cgroup/rvm/$name/cgroup.kill"
		wait_until is_empty "$name" || true
		rvmctl partition del "$name" >/dev/null 2>&1 || true
	done
}

is_empty() {
	! grep -qs 'populated 1' "/sys/fs/cgroup/rvm/$1/cgroup.events"
}

# The home directory that the tool takes for the user's, one to write to: in the guest it is the
# machine's, to read only.
borrow_home() {
	real_home=$(getent passwd 0 | cut -d: -f6)
	[ -w "$real_home" ] || { mount -t tmpfs -o mode=0755 tmpfs "$real_home" && borrowed=1; }
}

return_home() {
	[ -z "${borrowed:-}" ] || umount -l "$real_home" || true
}
