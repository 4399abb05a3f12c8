#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Inside the guest: run the tests with the counting module in place of the
# other one, and copy out what it counted.
#
#	guest.sh DIR [ARG...]     where it was built; arguments of suite.sh
set -euo pipefail

root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
built=$1
status=0

shift
insmod "$built/rvm_coverage.ko"
mount --bind "$built/rvm.ko" "$root/kmod/rvm.ko"
"$root/selftests/vm/suite.sh" "$@" || status=$?
mkdir -p "$RVM_OUTDIR/counters"
cp /sys/kernel/debug/rvm_coverage/* "$RVM_OUTDIR/counters/"
exit "$status"
