#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetch a kernel of kernels.list, and build the module for it.
#
#	scripts/kernel.sh fetch VERSION          image, modules and headers, if missing
#	scripts/kernel.sh build VERSION DIR      the module, in DIR/kmod
#	scripts/kernel.sh list                   the versions
#
# The version "debug" is not in the list: it is the kernel of setup.sh with checks for
# faults.  It is compiled here, from Debian's source, as selftests/vm/debug.config
# says, and again when that file changes.
#
# Image and headers are unpacked, never installed, into kernel/VERSION of the
# cache directory (~/.cache/rvm, or $RVM_CACHE); "env" there says where.  Headers of a
# newer Debian bring programs that need its C library; kernels from 6.13 on need a
# newer pahole.  Where the machine's are too old, those of Debian 13 are used; they
# are unpacked into kernel-tools of the cache directory.
set -euo pipefail

scripts=$(dirname "$(readlink -f "$0")")
root=$(dirname "$scripts")
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
tools=$cache/kernel-tools
series=6.12
debug_config=$root/selftests/vm/debug.config
work=''
# shellcheck source=scripts/debian.sh
. "$scripts/debian.sh"

say() {
	echo "kernel: $*" >&2
}

die() {
	echo "kernel: $*" >&2
	exit 1
}

cleanup() {
	[ -z "$work" ] || rm -rf "$work"
}

# Allow one writer at a time, with a directory from which files are moved into place.
begin_work() {
	mkdir -p "$cache/kernel"
	exec 9>"$cache/lock"
	flock 9
	work=$(mktemp -d "$cache/work.XXXXXX")
	trap cleanup EXIT
	trap 'exit 130' INT TERM
}

versions() {
	awk '/^[0-9]/ && !seen[$1]++ { print $1 }' "$scripts/kernels.list"
}

# Unpack the packages of the version whose names begin so into a directory.
unpack() {
	local version=$1 names=$2 dir=$3 archive path sum mirror file

	mkdir -p "$dir"
	while read -r _ archive path sum; do
		file=$work/$(basename "$path")
		[[ $(basename "$path") =~ ^linux-($names)- ]] || continue
		mirror=$(mirror_of "$archive")
		[ -n "$mirror" ] || die "cannot tell this machine's mirror of $archive"
		say "downloading $(basename "$path")"
		/usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root download-file \
			"${mirror%/}/$path" "$file" "SHA256:$sum" >&2 || die "cannot download $path from $mirror"
		dpkg -x "$file" "$dir"
		rm -f "$file"
	done < <(grep -F "$version " "$scripts/kernels.list")
}

# Since 7.0 the image lies with the modules; since Debian 13 these lie in /usr/lib.
unpack_image() {
	local version=$1 dir=$work/image modules

	unpack "$version" 'image|binary|base|modules' "$dir"
	[ -d "$dir/lib" ] || ln -s usr/lib "$dir/lib"
	modules=lib/modules/$version
	mkdir -p "$dir/boot"
	[ -e "$dir/boot/vmlinuz-$version" ] || ln -s "../$modules/vmlinuz" "$dir/boot/vmlinuz-$version"
	/sbin/depmod -b "$dir" "$version"
	mv -T "$dir" "$cache/kernel/$version"
}

# Not with grep -q: ldd would end by SIGPIPE, which would count as "found" here.
runs_here() {
	[[ $(ldd "$1" 2>&1) != *'not found'* ]]
}

programs_of() {
	find "$1" -type f -perm -100 -exec sh -c '
		for file; do
			[ "$(head -c 4 "$file" | tail -c 3)" != ELF ] || echo "$file"
		done' sh {} +
}

# pahole and the C library of Debian 13, and what they need.
unpack_tools() {
	local dir=$work/apt file

	[ ! -x "$tools/pahole" ] || return 0
	say "downloading pahole and the C library of Debian 13"
	make_lists "$dir" trixie || die "cannot read Debian 13's lists from this machine's mirror"
	APT_CONFIG=$dir/apt.conf apt-get -qq -y --no-install-recommends --download-only \
		-o Debug::NoLocking=1 install pahole zlib1g libelf1t64 >&2 || die "cannot download them"
	for file in "$dir"/cache/archives/*.deb; do
		dpkg -x "$file" "$work/tools"
	done
	write_wrapper "$work/tools/pahole" "$tools/usr/bin/pahole"
	mv -T "$work/tools" "$tools"
}

# A script that runs a program with the C library of the tools.
write_wrapper() {
	local lib=$tools/usr/lib/x86_64-linux-gnu

	cat >"$1" <<-END
		#!/bin/sh
		exec $lib/ld-linux-x86-64.so.2 --argv0 "\$0" --library-path $lib $2 "\$@"
	END
	chmod +x "$1"
}

# The headers name their own path, and their programs may not run here.
adapt_headers() {
	local version=$1 dir=$2 place=$3 program

	sed -i "s, */usr/src/, $place/usr/src/,; s,=\\( *\\)/usr/src/,=$place/usr/src/," \
		"$dir/usr/src/linux-headers-$version/Makefile"
	while read -r program; do
		runs_here "$program" && continue
		unpack_tools
		mv "$program" "$program.elf"
		write_wrapper "$program" "$place${program#"$dir"}.elf"
	done < <(programs_of "$dir/usr/lib")
}

# Number of SIZE bytes at OFFSET of a file.
number_at() {
	od -An -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '
}

# Type information, which that of the module is built on.  The headers of Debian 12's
# first kernel lack it.  The image has it, packed behind the code that unpacks it (the
# offsets are those of the x86 boot protocol; four bytes behind it are its size).
add_vmlinux() {
	local headers=$1 image=$2 start

	[ ! -e "$headers/vmlinux" ] || return 0
	start=$((($(number_at "$image" 497 1) + 1) * 512 + $(number_at "$image" 584 4)))
	dd if="$image" bs=1M iflag=skip_bytes,count_bytes skip="$start" \
		count=$(($(number_at "$image" 588 4) - 4)) status=none | xz -dc >"$work/vmlinux"
	objcopy --only-section=.BTF --strip-all "$work/vmlinux" "$headers/vmlinux" 2>/dev/null
	rm "$work/vmlinux"
}

unpack_headers() {
	local version=$1 dir=$work/headers
	local place=$cache/kernel/$version/headers

	unpack "$version" 'headers|kbuild' "$dir"
	adapt_headers "$version" "$dir" "$place"
	add_vmlinux "$dir/usr/src/linux-headers-$version" "$cache/kernel/$version/boot/vmlinuz-$version"
	mv -T "$dir" "$place"
}

config_of() {
	sed -n "s/^$2=//p" "$1/.config"
}

# The machine's pahole, unless the kernel was made with a newer one.
choose_pahole() {
	local wanted have

	wanted=$(config_of "$1" CONFIG_PAHOLE_VERSION)
	have=$(pahole --version | tr -d v.)
	if ((have >= wanted)); then
		command -v pahole
	else
		unpack_tools
		echo "$tools/pahole"
	fi
}

# An interrupted build can go on: the directory is removed when all is done.
begin_debug_build() {
	"$scripts/setup.sh" --quiet flex bison
	work=$cache/kernel-build
	mkdir -p "$work" "$cache/kernel"
	exec 8>"$work/lock"
	flock -n 8 || { say "somebody else builds it: waiting" && flock 8; }
}

unpack_debug_source() {
	[ ! -d "$work/source" ] || return 0
	rm -rf "$work"/{new,linux-source-*}
	download "linux-source-$series"
	say "unpacking the kernel's source"
	unpack_source_package "$series" "$work/new"
	rm -f "$work"/linux-source-*
	mv "$work/new" "$work/source"
}

# Options that the source does not know, or whose dependencies are missing, disappear
# without a message.
configure_debug() {
	local option missing=''

	make -s -C "$work/source" KCONFIG_ALLCONFIG="$debug_config" allnoconfig >&2
	while read -r option; do
		grep -qxF "$option" "$work/source/.config" || missing+=" $option"
	done < <(grep '^CONFIG_' "$debug_config" | grep -v '=n$')
	[ -z "$missing" ] || die "the source does not take$missing"
}

make_debug() {
	nice -n 5 make -C "$work/source" LOCALVERSION=-debug DEPMOD=/sbin/depmod "$@"
}

show_progress() {
	awk -v every=100 '
	/^  (CC|AS) / && !(++files % every) {
		print "kernel: " files " files compiled"
		fflush()
	}
	/error|Error|warning: / || /^  (LD|BTF) *(.tmp_)?vmlinux/'
}

compile_debug() {
	say "compiling the debug kernel, about 1500 files"
	make_debug -j"$(nproc)" bzImage modules 2>&1 | show_progress >&2
}

# The same order in which fetch() finds the others.
install_debug() {
	local dir=$work/kernel source=$work/source version headers

	version=$(make_debug -s kernelrelease)
	headers=$cache/kernel/debug/headers
	rm -rf "$dir"
	mkdir -p "$dir/boot" "$dir/headers"
	cp "$source/arch/x86/boot/bzImage" "$dir/boot/vmlinuz-$version"
	make_debug -s INSTALL_MOD_PATH="$dir" modules_install >&2
	rm -f "$dir/lib/modules/$version/build"
	# shellcheck disable=SC2016 # make expands it
	make_debug -s run-command \
		KBUILD_RUN_COMMAND='+$(srctree)/scripts/package/install-extmod-build '"$dir/headers" >&2
	cp "$source/.config" "$dir/headers/"
	objcopy --only-section=.BTF --strip-all "$source/vmlinux" "$dir/headers/vmlinux" 2>/dev/null
	cp "$debug_config" "$dir/debug.config"
	cat >"$dir/env" <<-END
		KVER=$version
		KDIR=$headers
		KIMAGE=$cache/kernel/debug/boot/vmlinuz-$version
		KPAHOLE=$(command -v pahole)
		KMEMORY=3G
	END
	rm -rf "$cache/kernel/debug"
	mv "$dir" "$cache/kernel/debug"
}

fetch_debug() {
	! cmp -s "$debug_config" "$cache/kernel/debug/debug.config" || return 0
	begin_debug_build
	! cmp -s "$debug_config" "$cache/kernel/debug/debug.config" || return 0
	unpack_debug_source
	configure_debug
	compile_debug
	install_debug
	rm -rf "$work/source"
}

fetch() {
	local version=$1 dir=$cache/kernel/$1 headers

	if [ "$version" = debug ]; then
		fetch_debug
		return
	fi
	versions | grep -xF "$version" >/dev/null || die "$version is not in kernels.list"
	headers=$dir/headers/usr/src/linux-headers-$version
	[ ! -e "$dir/env" ] || return 0
	begin_work
	[ -e "$dir/boot/vmlinuz-$version" ] || unpack_image "$version"
	[ -e "$headers/Makefile" ] || unpack_headers "$version"
	cat >"$work/env" <<-END
		KVER=$version
		KDIR=$headers
		KIMAGE=$dir/boot/vmlinuz-$version
		KPAHOLE=$(choose_pahole "$headers")
	END
	mv "$work/env" "$dir/env"
}

# Does the machine's compiler take an option?
takes() {
	gcc "$1" -x c -c /dev/null -o /dev/null 2>/dev/null
}

# It builds a copy, because objects for one kernel do not fit another.  The compiler is
# the machine's, which may be older than the one that the kernel was made with: what the
# kernel's configuration says of its compiler does not apply to it.  Headers without
# resolve_btfids use that of the kernel that setup.sh found.
build() {
	local dir=$2 options=() resolve

	fetch "$1"
	# shellcheck source=/dev/null
	. "$cache/env"
	resolve=$KDIR/tools/bpf/resolve_btfids/resolve_btfids
	# shellcheck source=/dev/null
	. "$cache/kernel/$1/env"
	(cd "$root" && find Kbuild kmod '(' -name Kbuild -o -name '*.[ch]' ')' ! -name '*.mod.c' \
		-exec cp -pu --parents -t "$dir" {} +)
	takes -fmin-function-alignment=16 || options+=(CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
	[ -e "$KDIR/tools/bpf/resolve_btfids/resolve_btfids" ] || options+=(RESOLVE_BTFIDS="$resolve")
	make -C "$KDIR" M="$dir" CC=gcc PAHOLE="$KPAHOLE" "${options[@]}" modules
}

case ${1:-} in
list) versions ;;
fetch) fetch "$2" ;;
build) build "$2" "$(mkdir -p "$3" && readlink -f "$3")" ;;
*)
	sed -n '4,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0"
	exit 1
	;;
esac
