#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Install what building and testing need, on Debian 12 and 13, if it is missing.
#
#	scripts/setup.sh [--quiet] [PACKAGE...]   and these; --quiet: say nothing
#	                                         when nothing is to do
#
# It says what it is about to install.  Packages come from the machine's own mirror.
# The kernel for the virtual machine, parts of the kernel's source and, on Debian 12,
# virtme-ng and cbmc are unpacked into a cache directory (~/.cache/rvm, or $RVM_CACHE) and not
# installed.  What was found is written to the file "env" there.
set -euo pipefail

cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
series=6.12
# shellcheck source=scripts/debian.sh
. "$(dirname "$(readlink -f "$0")")/debian.sh"
quiet='' work='' changed='' updated=''
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)

# Building; the tool; tests and checks; the guest.
packages=(
	gcc make bc kmod libelf-dev pahole clang llvm lld bpftool libbpf-dev
	pkg-config libnl-3-dev libnl-genl-3-dev libsmartcols-dev libjansson-dev libssl-dev zlib1g-dev
	libclang-rt-dev clang-format codespell coccinelle sparse shellcheck perl
	python3 python3-yaml python3-jsonschema python3-pip python3-venv python3-pytest xz-utils
	qemu-system-x86 busybox-static dosfstools e2fsprogs xfsprogs file git iproute2
)

say() {
	echo "setup: $*"
}

die() {
	echo "setup: $*" >&2
	exit 1
}

cleanup() {
	[ -z "$work" ] || rm -rf "$work"
}

apt_get() {
	DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get -qq -o DPkg::Lock::Timeout=900 "$@"
}

update_lists() {
	[ -z "$updated" ] || return 0
	say "reading the package lists"
	apt_get update
	updated=1
}

has_candidate() {
	[[ $(LC_ALL=C apt-cache policy "$1") = *"  Candidate: "[!\(]* ]]
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Names of those given that are not installed.
missing_packages() {
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		sed -n 's/ installed$//p' | sort -u |
		comm -13 - <(printf '%s\n' "$@" | sort -u)
}

install_packages() {
	local missing

	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	changed=1
	say "installing with apt-get${sudo:+ and sudo}: ${missing[*]}"
	[ -z "$quiet" ] || say "(make READY=no installs nothing and builds with what is there)"
	if ! apt-get -qq -s install --no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
		update_lists
	fi
	apt_get install -y --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 ||
		{ tail -n 20 "$work/apt.log" >&2 && die "apt-get install failed"; }
}

# Headers, image and modules of the running kernel are used if all of them exist:
# the module can then be loaded on the machine itself, too.
running_serves() {
	local version

	version=$(uname -r)
	[[ $version = "$series".* ]] && [ -d "/lib/modules/$version/build" ] &&
		[ -r "/boot/vmlinuz-$version" ]
}

newest_kernel() {
	apt-cache search --names-only "^linux-image-${series/./\\.}\\.[0-9]+\\+deb[0-9]+-amd64\$" |
		sed 's/^linux-image-//; s/ .*//' | sort -V | tail -n 1
}

unpack_kernel() {
	changed=1
	KVER=$(newest_kernel)
	if [ -z "$KVER" ]; then
		update_lists
		KVER=$(newest_kernel)
	fi
	[ -n "$KVER" ] || die "this machine's package sources have no linux-image-$series"
	KIMAGE=$cache/kernel/$KVER/boot/vmlinuz-$KVER
	if [ ! -e "$KIMAGE" ]; then
		download "linux-image-$KVER"
		say "unpacking kernel $KVER"
		dpkg -x "$work"/linux-image-*.deb "$work/kernel"
		# Debian 13 has the modules in /usr/lib only.
		[ -d "$work/kernel/lib" ] || ln -s usr/lib "$work/kernel/lib"
		/sbin/depmod -b "$work/kernel" "$KVER"
		mkdir -p "$cache/kernel"
		rm -rf "$cache/kernel/$KVER"
		mv "$work/kernel" "$cache/kernel/$KVER"
	fi
	KDIR=/usr/src/linux-headers-$KVER
}

find_kernel() {
	if running_serves; then
		KVER=$(uname -r)
		KDIR=$(readlink -f "/lib/modules/$KVER/build")
		KIMAGE=/boot/vmlinuz-$KVER
	elif [ ! -e "${KIMAGE:-}" ] || [ "$KIMAGE" = "/boot/vmlinuz-${KVER:-}" ] ||
		[ ! -e "$cache/kernel/$KVER/lib/modules/$KVER/modules.dep" ]; then
		unpack_kernel
	fi
	if [ ! -e "$KDIR/Makefile" ]; then
		install_packages "linux-headers-$KVER"
	fi
	[ -e "$KDIR/vmlinux" ] || die "$KDIR has no vmlinux: the module needs its type information"
}

# Unpack test headers, code generators and style checks; the rest stays packed.
unpack_source() {
	local parts=(
		MAINTAINERS Documentation/netlink LICENSES/exceptions/Linux-syscall-note
		include/uapi/linux/{landlock,seccomp,fs}.h samples/landlock
		scripts/{checkpatch.pl,spelling.txt,const_structs.checkpatch,kernel-doc,coccinelle}
		tools/net/ynl tools/testing/selftests/{kselftest,kselftest.h,kselftest_harness.h,lib.mk}
		tools/testing/selftests/{landlock,seccomp,clone3/clone3_selftests.h}
	)

	KSRC=$cache/linux-source
	# More than these may be there, for another version of this tree.
	if [ -e "$KSRC/complete" ] &&
		! printf '%s\n' "${parts[@]}" | grep -vxF -f "$KSRC/complete" >/dev/null; then
		return
	fi
	changed=1
	has_candidate "linux-source-$series" || update_lists
	download "linux-source-$series"
	say "unpacking parts of the kernel's source"
	unpack_source_package "$series" "$work/source" "${parts[@]}"
	printf '%s\n' "${parts[@]}" >"$work/source/complete"
	rm -rf "$KSRC"
	mv "$work/source" "$KSRC"
}

# Debian 12 has no virtme-ng.  The package of Debian 13 is a few Python files that
# run on Debian 12, too.  It is fetched with package lists of its own, so that the
# machine's stay as they were.
unpack_vng() {
	local dir=$work/apt

	say "reading the package lists of Debian 13, for virtme-ng"
	make_lists "$dir" trixie || die "cannot read Debian 13's lists from this machine's mirror"
	APT_CONFIG=$dir/apt.conf download virtme-ng
	dpkg -x "$work"/virtme-ng_*.deb "$work/virtme-ng"
	rm -rf "$cache/virtme-ng"
	mv "$work/virtme-ng" "$cache/virtme-ng"
}

# The system's python3, by its path: another one earlier in PATH lacks the modules.
write_vng() {
	cat >"$work/vng" <<-'END'
		#!/bin/sh
		root=$(dirname "$(readlink -f "$0")")/virtme-ng/usr
		PATH=$root/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=$root/lib/python3/dist-packages
		export PATH PYTHONPATH
		exec /usr/bin/python3 "$root/bin/vng" "$@"
	END
	chmod +x "$work/vng"
	mv "$work/vng" "$cache/vng"
}

find_vng() {
	if is_installed virtme-ng; then
		VNG=/usr/bin/vng
		return
	fi
	VNG=$cache/vng
	[ ! -x "$VNG" ] || [ ! -e "$cache/virtme-ng/usr/bin/vng" ] || return 0
	changed=1
	if has_candidate virtme-ng; then
		install_packages virtme-ng
		VNG=/usr/bin/vng
		return
	fi
	install_packages python3-argcomplete python3-pkg-resources python3-requests
	unpack_vng
	write_vng
}

# Debian 12 has no cbmc.  The program of Debian 13 runs there with the libraries it was
# built for, beside it.
unpack_cbmc() {
	local dir=$work/apt name

	say "reading the package lists of Debian 13, for cbmc"
	[ -e "$dir/apt.conf" ] || make_lists "$dir" trixie ||
		die "cannot read Debian 13's lists from this machine's mirror"
	for name in cbmc minisat libc6 libstdc++6 libgcc-s1; do
		APT_CONFIG=$dir/apt.conf download "$name"
		dpkg -x "$work/$name"_*.deb "$work/cbmc"
	done
	cat >"$work/cbmc/cbmc" <<-'END'
		#!/bin/sh
		root=$(dirname "$(readlink -f "$0")")/usr
		exec "$root/lib64/ld-linux-x86-64.so.2" \
			--library-path "$root/lib/x86_64-linux-gnu:$root/lib" "$root/bin/cbmc" "$@"
	END
	chmod +x "$work/cbmc/cbmc"
	rm -rf "$cache/cbmc"
	mv "$work/cbmc" "$cache/cbmc"
}

find_cbmc() {
	if command -v cbmc >/dev/null || [ -x "$cache/cbmc/cbmc" ]; then
		return
	fi
	changed=1
	if has_candidate cbmc; then
		install_packages cbmc
	else
		unpack_cbmc
	fi
}

# A user's configuration is the user's.
offer_hook() {
	cd "$(dirname "$0")/.."
	[ -d .git ] || [ -f .git ] || return 0
	[ -z "$(git config core.hooksPath)" ] || return 0
	say "to have the subjects of commits checked: git config core.hooksPath .githooks"
}

write_env() {
	cat >"$work/env" <<-END
		KVER=$KVER
		KDIR=$KDIR
		KIMAGE=$KIMAGE
		KSRC=$KSRC
		VNG=$VNG
	END
	cmp -s "$work/env" "$cache/env" || mv "$work/env" "$cache/env"
}

if [ "${1:-}" = --quiet ]; then
	quiet=1
	shift
fi
# Packages that only one target needs.
packages+=("$@")
command -v apt-get >/dev/null || die "this is not Debian: install ${packages[*]}," \
	"virtme-ng and the headers of a $series kernel, then write $cache/env"
[ "$(uname -m)" = x86_64 ] || die "only x86_64 is supported"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
trap cleanup EXIT
trap 'exit 130' INT TERM
rm -rf "$cache"/work.*
work=$(mktemp -d "$cache/work.XXXXXX")

KVER='' KDIR='' KIMAGE=''
# shellcheck source=/dev/null
[ ! -r "$cache/env" ] || . "$cache/env"
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
# What rustup puts in a home directory is not for all users.
[ -x /usr/bin/cargo ] || packages+=(cargo)
install_packages "${packages[@]}"
find_kernel
unpack_source
find_vng
find_cbmc
write_env
[ -n "$quiet$changed" ] || say "nothing to do"
[ -z "$changed" ] || say "done: kernel $KVER, headers $KDIR"
[ -n "$quiet" ] || offer_hook
