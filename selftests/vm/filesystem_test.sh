#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests run on the file system that suite.sh names.
set -euo pipefail

echo "TAP version 13"
echo "1..1"
if [ "$(stat -f -c %T .)" = "${RVM_FS/ext4/ext2/ext3}" ]; then
	echo "ok 1 directory_is_on_$RVM_FS"
else
	echo "not ok 1 directory_is_on_$RVM_FS # it is $(stat -f -c %T .)"
	exit 1
fi
