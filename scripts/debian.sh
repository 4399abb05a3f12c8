# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Downloads from Debian's archives for setup.sh and kernel.sh.  To be sourced by a
# script that has say, die and a directory $work.
# shellcheck disable=SC2154

# Address of an archive by its label, from the machine's own package sources.
mirror_of() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' "Label: $1" | sed -n 1p
}

# Package lists of another release, in a directory of their own, so that the
# machine's stay as they were.  For commands with APT_CONFIG=DIR/apt.conf.
make_lists() {
	local dir=$1 suite=$2 mirror

	mirror=$(mirror_of Debian)
	[ -n "$mirror" ] || return
	mkdir -p "$dir"/{none,state/lists/partial,cache/archives/partial}
	touch "$dir/status"
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
		>"$dir/sources.list"
	cat >"$dir/apt.conf" <<-END
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "$dir/none";
		Dir::Etc::Preferences "$dir/none/preferences";
		Dir::Etc::PreferencesParts "$dir/none";
		Dir::State "$dir/state";
		Dir::State::Status "$dir/status";
		Dir::Cache "$dir/cache";
		Acquire::Languages "none";
		APT::Sandbox::User "root";
	END
	APT_CONFIG=$dir/apt.conf apt-get -qq update
}

# Download a package's file into the work directory, whole or not at all.
download() {
	say "downloading $1"
	(cd "$work" && apt-get -qq -o APT::Sandbox::User=root "${@:2}" download "$1" >&2) ||
		die "cannot download $1"
}

# Unpack the kernel's source, or the given parts, from its package in the work directory.
unpack_source_package() {
	local series=$1 dir=$2

	shift 2
	mkdir "$dir"
	dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb |
		tar -xO "./usr/src/linux-source-$series.tar.xz" | xz -dc |
		tar -x -C "$dir" --strip-components=1 "${@/#/linux-source-$series/}"
}
