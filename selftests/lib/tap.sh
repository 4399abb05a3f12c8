# shellcheck shell=bash disable=SC2034 # variables are for who sources it
# SPDX-License-Identifier: GPL-2.0-only
#
# For tests that run without a guest and without the kernel's helpers.

number=0
failed=0

# NAME COMMAND...: the command succeeds; its output is shown if it does not.
check() {
	local name=$1 said status

	shift
	number=$((number + 1))
	# Not inside a condition: there errexit would be off, and steps could fail unseen.
	set +e
	said=$(set -e; "$@" 2>&1)
	status=$?
	set -e
	if [ "$status" = 0 ]; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
		echo "# ${said//$'\n'/$'\n'# }"
		failed=1
	fi
}
