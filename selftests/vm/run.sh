#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boot the packaged kernel in a virtual machine and run one command in it.
#
#	selftests/vm/run.sh [OPTION...] -- COMMAND [ARG...]
#
#	--cpus N       virtual CPUs (2)
#	--memory SIZE  memory (1G, or what the kernel needs)
#	--icount       one CPU whose clock advances 1 ns per guest instruction
#	--timeout S    end the guest after S seconds (600)
#	--outdir DIR   where results go (a temporary directory, kept on failure)
#	--append ARGS  more kernel parameters
#	--kernel V     a kernel that scripts/kernel.sh fetched, not setup's
#	--accel A      kvm or tcg; without it, what works on this machine
#	--qemu ARGS    more options of QEMU
#	--parallel     emulated CPUs run at the same time; QEMU may die of that
#
# The guest sees this machine's files, read-only and at the same paths.  /tmp,
# /run, /var/tmp and $HOME are empty and in memory.  The one directory it can
# write to is DIR, at the same path.  COMMAND runs as root in the current
# directory, with $RVM_OUTDIR naming DIR; no network but loopback.
#
# DIR receives: output (of COMMAND), status, console, dmesg, boot (seconds of
# guest time until COMMAND).  The exit status is COMMAND's; 124 if the time
# ran out, 125 if the guest died before COMMAND ended.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
cpus=2 memory='' icount='' timeout=600 outdir='' append='' accel='' temporary='' kernel='' qemu=''
thread=single
vm='' viewer=''

usage() {
	sed -n '3,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0"
}

die() {
	echo "run.sh: $*" >&2
	exit 125
}

parse_options() {
	while (($#)); do
		case $1 in
		--cpus) cpus=$2 ;;
		--memory) memory=$2 ;;
		--timeout) timeout=$2 ;;
		--outdir) outdir=$2 ;;
		--append) append=$2 ;;
		--accel) accel=$2 ;;
		--kernel) kernel=$2 ;;
		--qemu) qemu=$2 ;;
		--icount)
			icount=1
			shift
			continue
			;;
		--parallel)
			thread=multi
			shift
			continue
			;;
		--)
			shift
			command=("$@")
			break
			;;
		--help | -h)
			usage
			exit 0
			;;
		*) die "unknown option $1; see $0 --help" ;;
		esac
		shift 2 || die "$1 needs a value"
	done
	((${#command[@]})) || die "no command; see $0 --help"
}

# End only what this run started: timeout leads the process group of its guest.
cleanup() {
	[ -z "$vm" ] || kill -TERM -- "-$vm" 2>/dev/null || true
	[ -z "$viewer" ] || kill "$viewer" 2>/dev/null || true
}

make_outdir() {
	if [ -z "$outdir" ]; then
		outdir=$(mktemp -d "${TMPDIR:-/tmp}/rvm-vm.XXXXXX")
		temporary=1
	fi
	mkdir -p "$outdir"
	outdir=$(readlink -f "$outdir")
	case $outdir$here in
	*[[:space:],]*) die "a path with a space or a comma cannot be handed over: $outdir $here" ;;
	esac
	rm -f "$outdir"/{output,status,console,dmesg,boot}
	: >"$outdir/output"
}

# What the guest's init runs.
write_command() {
	{
		printf 'cd %q\n' "$PWD"
		printf 'export RVM_OUTDIR=%q RVM_KSRC=%q\n' "$outdir" "$KSRC"
		printf '%q ' "${command[@]}"
		echo
	} >"$outdir/command"
}

# KVM can exist and still not run a guest, so boot one to find out.
choose_accel() {
	local key answer=$cache/accel

	if [ -n "$accel" ]; then
		return
	fi
	accel=tcg
	[ -z "$icount" ] && [ -w /dev/kvm ] || return 0
	[ -z "$kernel" ] || answer=$cache/kernel/$kernel/accel
	key="$(uname -r) $(qemu-system-x86_64 --version | sed -n 1p) $KVER"
	if [ "$(sed 1q "$answer" 2>/dev/null)" != "$key" ]; then
		echo "# guest: trying KVM once" >&2
		if "$0" --accel kvm --timeout 40 ${kernel:+--kernel "$kernel"} -- true >/dev/null 2>&1; then
			accel=kvm
		fi
		printf '%s\n%s\n' "$key" "$accel" >"$answer"
	fi
	accel=$(sed -n 2p "$answer")
}

start_guest() {
	local opts args

	opts="-fsdev local,id=rvmroot,path=/,security_model=none,readonly=on,multidevs=remap"
	opts+=" -device virtio-9p-pci,fsdev=rvmroot,mount_tag=rvmroot"
	opts+=" -fsdev local,id=rvmout,path=$outdir,security_model=none,multidevs=remap"
	opts+=" -device virtio-9p-pci,fsdev=rvmout,mount_tag=rvmout"
	args=(--run "$KIMAGE" --force-9p --force-initramfs --verbose --memory "$memory")
	args+=(--append "init=$here/init rvm_out=$outdir" --append "loglevel=5 quiet")
	args+=(--append "lsm=landlock,lockdown,yama,apparmor,bpf $append")
	if [ -n "$icount" ]; then
		cpus=1
		opts+=" -icount shift=0,sleep=off"
	fi
	[ "$accel" = kvm ] || args+=(--disable-kvm)
	# A thread for each emulated CPU can run a kernel instruction while another
	# patches it: one boot in three died of that.
	[ "$accel" = kvm ] || opts+=" -accel tcg,thread=$thread"
	[ -z "$qemu" ] || opts+=" $qemu"
	setsid timeout --kill-after=5 "$timeout" "$VNG" "${args[@]}" --cpus "$cpus" \
		--qemu-opts="$opts" --exec true \
		</dev/null >"$outdir/console" 2>&1 &
	vm=$!
}

report_boot() {
	local up now

	[ -s "$outdir/boot" ] || return 0
	up=$(stat -c %.2Y "$outdir/boot")
	now=$EPOCHREALTIME
	echo "# guest: $accel, up in $(calc "$up - $started") s, done in $(calc "$now - $started") s" >&2
}

calc() {
	awk "BEGIN { printf \"%.1f\", $1 }"
}

launch() {
	started=$EPOCHREALTIME
	start_guest
	tail -n +1 -s 0.2 -f --pid="$vm" "$outdir/output" &
	viewer=$!
}

cause_of_death() {
	local line

	line=$(grep -aoE '(BUG|Oops|Kernel panic)[^[:cntrl:]]*' "$outdir/console" | sed 1q) || true
	if [ "$1" = 124 ]; then
		echo "$timeout s are over"
	else
		echo "it died: ${line:-no word of why}"
	fi
}

finish() {
	local status=0

	wait "$vm" || status=$?
	vm=''
	wait "$viewer" || true
	viewer=''
	report_boot
	if [ -s "$outdir/status" ]; then
		status=$(cat "$outdir/status")
	else
		tail -n 40 "$outdir/console" >&2
		((status == 124 || status == 137)) && status=124 || status=125
		echo "# guest: no result, $(cause_of_death "$status"); see $outdir" >&2
	fi
	if [ -n "$temporary" ] && [ "$status" = 0 ]; then
		rm -rf "$outdir"
	elif [ -n "$temporary" ]; then
		echo "# guest: results in $outdir" >&2
	fi
	exit "$status"
}

command=()
parse_options "$@"
[ -r "$cache/env" ] || die "run scripts/setup.sh first"
# shellcheck source=/dev/null
. "$cache/env"
if [ -n "$kernel" ]; then
	[ -r "$cache/kernel/$kernel/env" ] || die "no kernel $kernel: scripts/kernel.sh fetch $kernel"
	# shellcheck source=/dev/null
	. "$cache/kernel/$kernel/env"
fi
memory=${memory:-${KMEMORY:-1G}}
choose_accel
make_outdir
write_command
trap cleanup EXIT
trap 'exit 130' INT TERM
launch
finish
