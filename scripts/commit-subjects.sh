#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Check the subjects of commits: "area: imperative", 72 columns, one change.
#
#	scripts/commit-subjects.sh [RANGE]          the commits since the rule, or those
#	scripts/commit-subjects.sh --message FILE   a message, as git's hook commit-msg has it
#
# Exit 1 if one is wrong, 4 if there is no history to look at.
set -euo pipefail

scripts=$(dirname "$(readlink -f "$0")")
# The last commit before the rule: what is older stays as it is.
since=400427688e7f

areas() {
	sed 's/#.*//' "$scripts/areas.list" | tr -s ' ' '\n' | grep . | sort -u
}

# Words that no command begins with, and endings of verbs in other forms.
is_imperative() {
	case ${1,,} in
	a | an | the | no | not | nothing | only | it | its | they | this | that | these | those) false ;;
	what | where | when | which | who | whose | how | why | all | some | more | less) false ;;
	bring* | string* | ping | ring | need | feed | embed | seed | heed | proceed | exceed | speed) true ;;
	*ing | *ed) false ;;
	*) true ;;
	esac
}

# One line for each fault of a subject.
faults_of() {
	local subject=$1 area rest

	((${#subject} <= 72)) || echo "has ${#subject} columns, 72 are the most"
	[[ $subject != *';'* ]] || echo "has a ';': make it two commits, or one thought"
	[[ $subject != *. ]] || echo "ends in a full stop"
	if [[ $subject != *': '* ]]; then
		echo "has no area: write 'area: what it does'"
		return
	fi
	rest=${subject#*: }
	for area in $(tr -s ', ' ' ' <<<"${subject%%: *}"); do
		grep -qxF -- "$area" <<<"$areas" || echo "'$area' is not in scripts/areas.list"
	done
	is_imperative "${rest%% *}" || echo "'${rest%% *}' does not command: add, fix, drop, ..."
}

check_subject() {
	local place=$1 subject=$2 faults fault

	faults=$(faults_of "$subject")
	[ -n "$faults" ] || return 0
	echo "$place: $subject"
	while read -r fault; do echo "	$fault"; done <<<"$faults"
	return 1
}

# What git writes itself, and what a rebase will melt into another commit, passes.
check_message() {
	local subject

	subject=$(grep -v '^#' "$1" | sed -n '/./{p;q}')
	case $subject in
	'' | 'Merge '* | 'Revert "'* | 'fixup! '* | 'squash! '* | 'amend! '*) return 0 ;;
	esac
	check_subject "this commit" "$subject"
}

check_range() {
	local range=$1 commit subject status=0

	while read -r commit subject; do
		[[ $subject != 'Revert "'* ]] || continue
		check_subject "$commit" "$subject" || status=1
	done < <(git log --no-merges --format='%h %s' "$range")
	return "$status"
}

areas=$(areas)
if [ "${1:-}" = --message ]; then
	check_message "$2"
	exit
fi
cd "$scripts"
if (($# == 0)) && ! git merge-base --is-ancestor "$since" HEAD 2>/dev/null; then
	echo "there is no history back to $since here"
	exit 4
fi
check_range "${1:-$since..HEAD}"
