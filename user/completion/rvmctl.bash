# SPDX-License-Identifier: GPL-2.0-only
# bash completion of rvmctl: words come from the tool's own tables.
# shellcheck shell=bash

# Lines "noun<TAB>verb<TAB>read<TAB>argument:type[=words]..."
_rvmctl_commands() {
	"${COMP_WORDS[0]}" --dump-commands 2>/dev/null
}

# Arguments of the command that the words so far name, one a line.
_rvmctl_arguments() {
	_rvmctl_commands | awk -F '\t' -v noun="$1" -v verb="$2" '
		($1 == "-" && $2 == noun) || ($1 == noun && $2 == verb) {
			for (i = 4; i <= NF; i++)
				print $i
			exit
		}'
}

_rvmctl_partitions() {
	"${COMP_WORDS[0]}" -j partition list 2>/dev/null | grep -o '"name":"[^"]*"' | cut -d'"' -f4
}

_rvmctl_value() {
	local cur=$1 argument=$2

	case ${argument#*:} in
	word=*) mapfile -t COMPREPLY < <(compgen -W "$(tr ',' ' ' <<<"${argument#*=}")" -- "$cur") ;;
	rights) mapfile -t COMPREPLY < <(compgen -W 'READ WRITE GRANT REVOKE EXECUTE PROVE GRANT_ONCE' -- "$cur") ;;
	onoff) mapfile -t COMPREPLY < <(compgen -W 'on off' -- "$cur") ;;
	name) mapfile -t COMPREPLY < <(compgen -W "$(_rvmctl_partitions)" -- "$cur") ;;
	file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	dir) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	rest) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
	esac
}

_rvmctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local -a words=() arguments=()
	local i argument options

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} = -j || ${COMP_WORDS[i]} = -p ]] || words+=("${COMP_WORDS[i]}")
	done
	if ((${#words[@]} == 0)); then
		mapfile -t COMPREPLY < <(compgen -W "-j -p --help --version $(_rvmctl_commands |
			awk -F '\t' '{ print $1 == "-" ? $2 : $1 }' | sort -u)" -- "$cur")
		return
	fi
	mapfile -t arguments < <(_rvmctl_arguments "${words[0]}" "${words[1]-}")
	if ((${#words[@]} == 1 && ${#arguments[@]} == 0)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_rvmctl_commands |
			awk -F '\t' -v noun="${words[0]}" '$1 == noun { print $2 }')" -- "$cur")
		return
	fi
	for argument in "${arguments[@]}"; do
		if [[ ${argument%%:*} = "$prev" && ${argument#*:} != flag ]]; then
			_rvmctl_value "$cur" "$argument"
			return
		fi
	done
	if [[ $cur = -* ]]; then
		options=$(printf '%s\n' "${arguments[@]%%:*}" | grep '^-')
		mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$cur")
		return
	fi
	for argument in "${arguments[@]}"; do
		if [[ $argument != -* ]]; then
			_rvmctl_value "$cur" "$argument"
			return
		fi
	done
}

complete -o filenames -F _rvmctl rvmctl
