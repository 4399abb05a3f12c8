#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bounded model checking of the token core: each proof_*() of token_proof.c, for every input,
# with every access to memory looked at as well.
#
#	proof/run.sh [PROOF...]
#
# The sizes are in the table below and in token_proof.c.  The code is that of the module, but
# for the constants that `shrink` makes smaller, so that what is bounded there goes round.
set -euo pipefail

proof=$(dirname "$(readlink -f "$0")")
root=$(dirname "$(dirname "$proof")")
tree=$proof/build
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
failed=0
number=0

# What is proved, how often loops go round, and for what size.
bounds() {
	cat <<-'END'
		proof_derive 3 any source at any depth, any wish
		proof_chain 3 any root, any wish
		proof_step 3 any two tokens, one above the other
		proof_revoke 5 each tree of four tokens, taken apart at each of them
		proof_slots 6 three slots of any generation, five steps of taking and releasing
		proof_find 5 one token in three slots, any handle
		proof_nonces 5 a ring of two, two buckets, four requests of any numbers and times
	END
}

find_cbmc() {
	if command -v cbmc >/dev/null; then
		cbmc=(cbmc)
	elif [ -x "$cache/cbmc/cbmc" ]; then
		cbmc=("$cache/cbmc/cbmc")
	else
		echo "1..0 # SKIP no cbmc: scripts/setup.sh installs it"
		exit 0
	fi
}

shrink() {
	rm -rf "$tree"
	mkdir -p "$tree/lib"
	cp -r "$root"/kmod/lib/{token,model,pattern} "$tree/lib/"
	sed -i 's/^#define RVM_NONCES 4096$/#define RVM_NONCES 2/
		s/^#define RVM_NONCE_BUCKET_BITS 11$/#define RVM_NONCE_BUCKET_BITS 1/' "$tree/lib/token/nonce.h"
	sed -i 's/^#define RVM_SLOT_CHUNKS 256$/#define RVM_SLOT_CHUNKS 1/' "$tree/lib/token/slots.h"
	# The model checker knows no inline assembler, and nobody else runs.
	mkdir -p "$tree/shim/linux"
	cp "$root"/user/lib/shim/linux/*.h "$tree/shim/linux/"
	sed -i '/OPTIMIZER_HIDE_VAR/s/__asm__.*/do { } while (0)/' "$tree/shim/linux/compiler.h"
}

prove() {
	local name=$1 loops=$2 size=$3 log=$tree/$1.log start=$SECONDS status=0

	number=$((number + 1))
	"${cbmc[@]}" --function "$name" --unwind "$loops" --unwinding-assertions --bounds-check \
		--pointer-check --div-by-zero-check --slice-formula \
		-I "$tree/shim" -I "$tree" -I "$root/kmod/include/uapi" \
		"$proof/token_proof.c" "$tree"/lib/token/{derive,prove,slots,nonce}.c \
		>"$log" 2>&1 || status=$?
	if ((status == 0)) && grep -q '^VERIFICATION SUCCESSFUL' "$log"; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
		{ grep -E 'FAILURE|rror' "$log" || tail -n 5 "$log"; } | sed 's/^/# /' | head -n 20
		failed=1
	fi
	echo "# $size: $(sed -n 's/^\*\* [0-9]* of \([0-9]*\) failed.*/\1 properties/p' "$log"), $((SECONDS - start)) s"
}

find_cbmc
shrink
echo "KTAP version 1"
while read -r name loops size; do
	if (($# == 0)) || [[ " $* " = *" $name "* ]]; then
		prove "$name" "$loops" "$size"
	fi
done < <(bounds)
echo "1..$number"
exit "$failed"
