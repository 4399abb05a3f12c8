#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The first key is given once, to the host, before there is a partition; with it, what root
# changes after a seal is found, though the chain holds together.
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"

bot=keyed
log=$dir/log
store=$dir/store
module=${RVM_MODULE:-$root/kmod/rvm.ko}
tools=$selftests/tools

cleanup() { drop_partitions "$bot"; }
trap cleanup EXIT

# A log with a seal each second, and without a partition.
reload() {
	drop_partitions "$bot"
	rvmctl hook detach >/dev/null
	unload && insmod "$module" seal_seconds=1
}

export_log() {
	rm -f "$log" && rvmctl witness export -o "$log" >/dev/null
}

seals() {
	python3 -c 'import sys
d = open(sys.argv[1], "rb").read()
print(sum(d[at + 16] == 0xb0 for at in range(0, len(d), 64)))' "$log"
}

has_seals() { export_log && [ "$(seals)" -ge "$1" ]; }

# COUNT: until the log has so many seals, something happens now and then.
wait_for_seals() {
	until has_seals "$1"; do
		rvmctl partition set "$bot" --fence >/dev/null &&
			rvmctl partition set "$bot" --unfence >/dev/null && sleep 0.5 || return 1
	done
}

key_is_taken() {
	rvmctl witness key --to "$dir/key" && [ "$(stat -c %a:%s "$dir/key")" = 600:108 ]
}

taking_is_recorded() {
	export_log && python3 - "$log" "$dir/key" <<-'PY'
		import hashlib, sys
		data, key = open(sys.argv[1], "rb").read(), open(sys.argv[2]).read().split()
		name = hashlib.sha256(bytes.fromhex(key[-1])).digest()[:8]
		log = [data[at:at + 64] for at in range(0, len(data), 64)]
		assert int(key[3], 16) == int.from_bytes(log[0][24:32], "little"), key[3]
		taken = [record for record in log if record[16] == 0xB2]
		assert len(taken) == 1, taken
		assert taken[0][24:32] == name and taken[0][20:24] == bytes(4), taken[0].hex()
	PY
}

second_leaves_nothing() { [ ! -e "$dir/second" ] && ! ls "$dir"/.second.*; }

key_fits_the_log() {
	wait_for_seals 3 && rvmctl witness verify --key "$dir/key" "$log" &&
		rvmctl witness verify --key "$dir/key" /dev/rvm_witness &&
		python3 "$selftests/witness_verify.py" --key "$dir/key" "$log"
}

# What is before the last seal, though the chain is computed again.
forged_is_found() {
	local said

	python3 "$tools/witness_forge.py" "$log" "$log.bad" 2 "$dir/key" &&
		rvmctl witness verify "$log.bad" || return 1
	said=$(rvmctl witness verify --key "$dir/key" "$log.bad") && return 1
	grep -q 'record 2 .*not by this key' <<<"$said" || { echo "$said" && return 1; }
	! python3 "$selftests/witness_verify.py" --key "$dir/key" "$log.bad"
}

# In the module's memory there is the key of now, and none before it.  If a seal comes between
# counting and looking, the next try sees it.
only_the_last_key_is_there() {
	local n said

	export_log && n=$(seals) && said=$(python3 "$tools/kernel_key.py" "$dir/key" "$n") || return 1
	echo "$said"
	[ "$said" = "0 $(for ((; n; n--)); do printf '0 '; done)1" ]
}

directory_fits_its_key() {
	rvmctl witness record --once "$store" && rvmctl witness verify --key "$dir/key" "$store" &&
		python3 "$selftests/witness_verify.py" --key "$dir/key" "$store"
}

make_partition() { rvmctl partition new "$bot" >/dev/null; }

# COMMAND...: in the partition, whose tasks nobody judges as there are no hooks.
inside() { sh -c 'echo $$ >/sys/fs/cgroup/rvm/'"$bot"'/cgroup.procs && exec "$@"' sh "$@"; }

# Only the owner of the private key can read it; it fits the log.
envelope_has_the_key() {
	openssl genrsa -out "$dir/private.pem" 2048 2>/dev/null &&
		openssl pkey -in "$dir/private.pem" -pubout >"$dir/public.pem" &&
		rvmctl witness key --to "$dir/public.pem" -o "$dir/closed" &&
		[ "$(stat -c %a:%s "$dir/closed")" = 600:256 ] &&
		openssl pkeyutl -decrypt -inkey "$dir/private.pem" -in "$dir/closed" \
			-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 \
			-out "$dir/key2" &&
		rvmctl witness verify --key "$dir/key2" /dev/rvm_witness
}

two_logs_have_two_keys() {
	make_partition && rvmctl witness record --once "$store" &&
		rvmctl witness verify --key "$dir/key" --key "$dir/key2" "$store" | grep 'of 2 of'
}

ktap_print_header
ktap_set_plan 17
reload
check key_is_taken key_is_taken
check taking_is_recorded taking_is_recorded
refused key_is_given_once 'was taken: it is given once' rvmctl witness key --to "$dir/second"
check second_leaves_nothing second_leaves_nothing
check partition_is_made make_partition
check key_fits_the_log key_fits_the_log
check forged_is_found forged_is_found
check only_the_last_key_is_there wait_until only_the_last_key_is_there
check directory_fits_its_key directory_fits_its_key
refused after_both_it_is_still_taken 'was taken' rvmctl witness key --to "$dir/second"

reload
check other_partition_is_made make_partition
refused key_is_gone_with_the_first_partition 'a partition was made before' \
	rvmctl witness key --to "$dir/second"
check request_from_inside inside rvmctl token list
refused key_from_inside 'inside a partition' inside rvmctl witness key --to "$dir/second"

reload
check envelope_has_the_key envelope_has_the_key
refused other_key_of_this_log 'no key names this log' \
	rvmctl witness verify --key "$dir/key" /dev/rvm_witness
check two_logs_have_two_keys two_logs_have_two_keys
ktap_finished
