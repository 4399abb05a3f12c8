#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Static checks.  Every check runs, even if others fail, and prints one line;
# its findings stand above a FAIL line.  Exit 1 if one failed.
#
#	scripts/check.sh [--ktap FILE] [NAME...]
set -euo pipefail

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${RVM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rvm}
work=$root/build/check
ktap=''
only=()
passed=0
failed=0
skipped=0

# Generated files are the generator's business.
generated='^(kmod/netlink/gen\.[ch]|kmod/include/uapi/linux/rvm\.h|user/lib/wire/spec-gen\.c)$'
libs=(libnl-3.0 libnl-genl-3.0 smartcols jansson libbpf libcrypto)

# Files of the tree that exist, without what git ignores and without the test data,
# which others made.
files() {
	git ls-files --cached --others --exclude-standard -- "$@" ':!selftests/data' |
		grep -v '\.skel\.h$' | sort -u |
		while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

own_c() {
	files '*.c' '*.h' | grep -vE "$generated"
}

note_result() {
	[ -z "$ktap" ] || echo "$1 $((passed + failed + skipped)) $2" >>"$ktap"
}

# End a check that cannot run here.
skip() {
	echo "$*"
	exit 4
}

# Run a check in the tree's top directory and print its result.
run() {
	local name=$1 advice=$2 log=$work/log.$1 status

	((${#only[@]} == 0)) || [[ " ${only[*]} " = *" $name "* ]] || return 0
	# In the condition of an if, a failing command would not end the function.
	set +e
	(
		set -e
		"check_${name//-/_}"
	) >"$log" 2>&1
	status=$?
	set -e
	if ((status == 0)); then
		passed=$((passed + 1))
		printf 'ok    %s\n' "$name"
		note_result "ok" "$name"
		return 0
	fi
	if ((status == 4)); then
		skipped=$((skipped + 1))
		printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "$log")"
		note_result "ok" "$name # SKIP $(tail -n 1 "$log")"
		return 0
	fi
	failed=$((failed + 1))
	head -n 40 "$log" | sed 's/^/      /'
	(($(wc -l <"$log") <= 40)) || echo "      ... all of it: $log"
	printf 'FAIL  %s: %s\n' "$name" "$advice"
	note_result "not ok" "$name"
}

# Succeed if the command finds nothing.
none() {
	! "$@"
}

check_format() {
	own_c | xargs clang-format --dry-run -Werror --ferror-limit=5
}

# It leaves a file where it runs, so it runs in a directory of its own.
checkpatch() {
	local ignore=$1

	(cd "$work" && sed "s,^,$root/," |
		xargs -r perl "$KSRC/scripts/checkpatch.pl" --no-tree --root="$work" --strict --no-summary \
			--max-line-length=100 --terse --show-types --ignore "$ignore" -f) |
		sed "s,^$root/,,"
}

# MACRO_ARG_REUSE: such macros are few and take plain names.  CAMELCASE: checkpatch
# does not know the kernel's own such names here.  LONG_LINE_STRING: strings that
# people search for are not cut.  The others are about patches.  Outside the kernel,
# its types, its macros and its rules for extern, strings and errno do not apply.
check_checkpatch() {
	local everywhere=MACRO_ARG_REUSE,CAMELCASE,LONG_LINE_STRING,FILE_PATH_CHANGES,SPDX_LICENSE_TAG
	local outside=$everywhere,AVOID_EXTERNS,PREFER_KERNEL_TYPES,ENOSYS,ARRAY_SIZE,COMPARISON_TO_NULL
	local bpf user tests compat trace

	outside+=,PREFER_DEFINED_ATTRIBUTE_MACRO,STATIC_CONST_CHAR_ARRAY,MACRO_WITH_FLOW_CONTROL
	outside+=,EMBEDDED_FUNCTION_NAME,SPLIT_STRING,STRING_FRAGMENTS,MISSING_SPACE
	# This file makes one kernel look like another: it tests versions and headers, and
	# has macros where the other kernel has macros.
	compat=$everywhere,LINUX_VERSION_CODE,CONSTANT_COMPARISON,SPACING,COMPLEX_MACRO
	compat+=,MULTISTATEMENT_MACRO_USE_DO_WHILE,MACRO_ARG_UNUSED
	# TRACE_EVENT() is laid out as the kernel lays it out.
	trace=$everywhere,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
	# checkpatch takes "sys_ipc(void)" in a declaration for a cast.
	bpf=$outside,SPACING
	# "auto_free char *x" and json_t are not known as declarations; clang-format ends
	# a line with "(" where what follows is long; BIT() is the kernel's; "enum kind
	# kind" repeats no word; positions that belong together are set together; a row
	# of a table stays one line; an else may follow an arm that does not return.
	user=$outside,LINE_SPACING,OPEN_ENDED_LINE,BIT_MACRO,REPEATED_WORD,MULTIPLE_ASSIGNMENTS
	user+=,LONG_LINE,UNNECESSARY_ELSE
	# Rows of vectors stay one line; macros of the harness are more than one statement,
	# so blocks with them need braces, and macros around them no parentheses; blank
	# lines in them, and long conditions in arguments, are clang-format's; libc has no
	# strscpy(); EXACT is not an errno; memory that may be gone is read as volatile.
	tests=$outside,LINE_SPACING,OPEN_ENDED_LINE,LONG_LINE,BRACES,OPEN_BRACE,COMPLEX_MACRO
	tests+=,CODE_INDENT,LEADING_SPACE,STRCPY,USE_NEGATIVE_ERRNO
	tests+=,PARENTHESIS_ALIGNMENT,VOLATILE
	mkdir -p "$work/include"
	{
		own_c | grep '^kmod/' | grep -vE '^kmod/(compat|rvm_trace)' | checkpatch "$everywhere" || true
		own_c | grep '^kmod/compat' | checkpatch "$compat" || true
		own_c | grep '^kmod/rvm_trace' | checkpatch "$trace" || true
		own_c | grep '^bpf/' | checkpatch "$bpf" || true
		own_c | grep '^selftests/' | checkpatch "$tests" || true
		own_c | grep -vE '^(kmod|bpf|selftests)/' | checkpatch "$user" || true
	} >"$work/checkpatch"
	cat "$work/checkpatch"
	[ ! -s "$work/checkpatch" ]
}

check_kernel_doc() {
	local out

	out=$(files 'kmod/*.h' 'kmod/lib/*.h' | grep -vE "$generated" |
		xargs perl "$KSRC/scripts/kernel-doc" -none -Wall -Werror 2>&1 |
		grep -v 'no structured comments found') || true
	[ -z "$out" ] || { echo "$out" && false; }
}

# Build the module with all warnings, in a copy, because other options would rebuild the
# module itself.  Arguments are for make; the log is NAME.log.
build_copy() {
	local tree=$work/$1 log=$work/$1.log

	shift
	rm -rf "$tree"
	mkdir -p "$tree"
	find Kbuild kmod '(' -name Kbuild -o -name '*.[ch]' ')' ! -name '*.mod.c' \
		-exec cp -p --parents -t "$tree" {} +
	make -C "$KDIR" M="$tree" -k -j"$(nproc)" W=1 "$@" modules >"$log" 2>&1 ||
		{ grep -E 'error|Error' "$log" && false; }
}

check_module() {
	local log=$work/module.log

	build_copy module C=1 CF=-D__CHECK_ENDIAN__
	# kfuncs are called by BPF programs only and need no header.
	grep -vE "symbol 'bpf_rvm_[a-z_]+' was not declared" "$log" | none grep -E '(warning|error):'
}

clang_takes() {
	clang -Werror "$1" -x c -c /dev/null -o /dev/null 2>/dev/null
}

# Debian makes its kernels with gcc: what their configuration says of the compiler and of
# its options does not hold for clang; it also finds an address space named twice in
# the kernel's own headers.
check_llvm() {
	local version options

	command -v ld.lld >/dev/null || skip "there is no ld.lld"
	version=$(clang -E -P -x c - <<<'__clang_major__ __clang_minor__ __clang_patchlevel__')
	# shellcheck disable=SC2086 # three numbers
	options=(
		LLVM=1 CC=clang CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0
		CONFIG_CC_IS_CLANG=y "CONFIG_CLANG_VERSION=$(printf '%d%02d%02d' $version)"
		CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough
		CONFIG_FTRACE_MCOUNT_USE_CC= CONFIG_FTRACE_MCOUNT_USE_OBJTOOL=y
		KCFLAGS=-Wno-duplicate-decl-specifier
	)
	clang_takes -mfunction-return=thunk-extern || options+=(CONFIG_MITIGATION_RETHUNK=)
	clang_takes -mharden-sls=all || options+=(CONFIG_MITIGATION_SLS=)
	clang_takes -fmin-function-alignment=16 || options+=(CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
	clang_takes -ftrivial-auto-var-init=zero || options+=(CONFIG_CC_HAS_AUTO_VAR_INIT_ZERO_ENABLER=y)
	build_copy llvm "${options[@]}"
	none grep -E '(warning|error):' "$work/llvm.log"
}

# The kernel's own patterns of mistakes except those written in OCaml, which need its
# compiler, and minmax.cocci: it is slow, and kmod/lib has no min().
check_coccinelle() {
	command -v spatch >/dev/null || skip "there is no spatch"
	# shellcheck disable=SC2016 # sh expands it
	printf '%s\n' "$KSRC"/scripts/coccinelle/{api,free,iterators,locks,misc,null,tests}/*.cocci |
		xargs grep -L '@.*script:ocaml' | grep -v '/minmax\.cocci$' |
		xargs -P "$(nproc)" -I {} sh -c '
			spatch -D report --no-show-diff --very-quiet --macro-file scripts/spatch.macros \
				--cocci-file {} $(sed -n "s/.*Options: *//p" {}) \
				-I kmod -I kmod/include -I kmod/include/uapi --dir kmod 2>"$0.$(basename {})" ||
				cat "$0.$(basename {})"' "$work/log.spatch" >"$work/spatch"
	cat "$work/spatch"
	[ ! -s "$work/spatch" ]
}

# Allowed are compiler symbols, mem*, str* and what guards these.  Anything else might
# lock, allocate, sleep, log or read a clock.
check_purity() {
	local allowed='mem(cpy|set|move|cmp|chr)|str(len|nlen|cmp|ncmp|chr|rchr|scpy)|sized_strscpy'

	allowed+='|__fentry__|__x86_return_thunk|__x86_indirect_thunk_[a-z0-9]+|__stack_chk_fail'
	allowed+='|__ubsan_[a-z_]+|(__)?fortify_(panic|report)|__warn_printk|rvm_[a-z0-9_]+'
	find "$work/module/kmod/lib" -name '*.o' -exec nm -A -u {} + | { none grep -vE " U ($allowed)\$"; }
}

# The compiler and its options for a file outside the kernel.  Tests use the system's
# headers, the core and the tool use stand-ins for the kernel's headers.
compile() {
	local compiler=$1 file=$2 flags

	shift 2
	flags="-std=gnu11 -D_GNU_SOURCE= -DRVM_BASE_DIR=\"\" -Wall -Wextra -Werror -fshort-wchar"
	flags+=" -Ikmod/include/uapi -Ibpf/build $(pkg-config --cflags "${libs[@]}")"
	case $file in
	user/* | kmod/* | selftests/tools/*)
		flags+=" -iquote user/lib -iquote user/rvmctl -Iuser/lib/shim -iquote kmod -funsigned-char"
		;;
	# These go by the core of the module.
	selftests/verb_test.c | selftests/history_test.c | selftests/recorder_test.c)
		flags+=" -iquote selftests -Iuser/lib/shim -iquote kmod -I$KSRC/tools/testing/selftests"
		;;
	*) flags+=" -iquote selftests -Iselftests/bench/build -I$KSRC/tools/testing/selftests" ;;
	esac
	# shellcheck disable=SC2086 # a list of options
	"$compiler" $flags -Wno-unused-parameter -Wno-sign-compare \
		-Wno-missing-field-initializers "$@" "$file"
}

check_compilers() {
	local file compiler status=0

	for file in $(files 'user/*.c' 'kmod/lib/*.c' 'selftests/*.c'); do
		# These are built with their own options, as errors, by `make unit` and bpf/;
		# those of coverage/ are for the kernel.
		[[ $file != selftests/@(unit|fuzz|proof|bench|coverage)/* && $file != *.bpf.c ]] || continue
		for compiler in gcc clang; do
			compile "$compiler" "$file" -fsyntax-only || status=1
		done
	done
	return "$status"
}

# Not the tests: they exit from anywhere, so a leak there is not a finding.
check_analyzer() {
	local file found status=0
	local leak='error: (Potential (memory leak|leak of memory)|Opened stream never closed)'

	# The analyzer does not know variables that free themselves at the end of their
	# scope, so leaks are ignored; use after free and double free are not.  A call with
	# descriptor -1 is ignored too: it fails with EBADF.  getcwd(NULL) is GNU's.
	leak+='|\[unix\.StdCLibraryFunctions\]'
	for file in $(files 'user/*.c' 'kmod/lib/*.c'); do
		if found=$(compile clang "$file" --analyze --analyzer-output text \
			-Xclang -analyzer-werror -o /dev/null 2>&1); then
			continue
		fi
		if grep -E ': (fatal )?error: ' <<<"$found" | grep -qvE "$leak" ||
			! grep -qE "$leak" <<<"$found"; then
			echo "$found"
			status=1
		fi
	done
	return "$status"
}

check_netlink() {
	scripts/nl-regen.sh --check
}

check_hooks() {
	scripts/hook-table.sh --check
}

check_rows() {
	scripts/rows.py --check
}

check_kinds() {
	scripts/kinds.py --check
}

check_verbs() {
	scripts/verbs.sh --check
}

check_mutations() {
	selftests/mutate.sh --check
}

# Without a guest: each line in the list still exists.  Only make coverage can tell
# whether the list is complete.
check_coverage() {
	selftests/coverage/report.py . selftests/coverage/uncovered.list
}

check_bounds() {
	scripts/bounds.py
}

# Lines "FILE:LINE PATH" for each file of the tree that a document, a list or the comment of
# a source names; a name in capitals stands for many, and two are of an example.
named_files() {
	local -x FILE='(^|[^A-Za-z0-9_./~$}<-])(kmod|bpf|user|selftests|scripts|Documentation)'

	FILE+='/[A-Za-z0-9_.*/-]*[A-Za-z0-9_*/]'
	git grep -nE --untracked "$FILE" -- '*.md' Documentation/man '*.list' '*.[ch]' '*.yaml' scripts \
		selftests '*Makefile' '*Kbuild' ':!selftests/data' |
		awk '
		{
			match($0, /^[^:]*:[0-9]*:/)
			place = substr($0, 1, RLENGTH - 1)
			text = substr($0, RLENGTH + 1)
		}
		place !~ /\.(md|[1-8]|list):/ && text !~ /^[ \t]*(#|\*|\/\*|\/\/)/ { next }
		text ~ /^# *include/ { next }
		{
			while (match(text, ENVIRON["FILE"])) {
				name = substr(text, RSTART, RLENGTH)
				text = substr(text, RSTART + RLENGTH)
				sub(/^[^kbusD]/, "", name)
				if (name !~ /NAME|^scripts\/(git|plain)$/)
					print place, name
			}
		}'
}

check_files() {
	local place name status=0

	while read -r place name; do
		compgen -G "$name" >/dev/null || git check-ignore -q "$name" || {
			echo "$place: there is no $name"
			status=1
		}
	done < <(named_files)
	return "$status"
}

# A file includes from its own room and from those below it.
check_rooms() {
	files '*.[ch]' | xargs scripts/rooms.py
}

check_versions() {
	none grep -nE 'LINUX_(VERSION_CODE|KERNEL_VERSION)|[^_]KERNEL_VERSION\(' -r kmod bpf user \
		--include='*.[ch]' --exclude=compat.h --exclude=compat_genl.h --exclude=compat.bpf.h --exclude=vmlinux.h \
		--exclude='*.mod.c' --exclude='*.skel.h'
}

check_kallsyms() {
	none grep -nE 'kallsyms|kprobe' -r kmod bpf --include='*.[ch]' --exclude=vmlinux.h
}

check_printk() {
	none grep -n bpf_printk -r bpf --include='*.[ch]' --exclude-dir=build
}

check_exit() {
	none grep -nE '(^|[^_[:alnum:]])exit\(' -r user --include='*.c' --exclude=rvmctl.c
}

check_shell() {
	files '*.sh' .ci/run .githooks selftests/vm/init | xargs shellcheck -x
}

check_python() {
	files '*.py' scripts/ktap-summary | xargs -r /usr/bin/python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path).read(), path)'
}

check_spelling() {
	files | grep -v '^LICENSES/' | xargs codespell -q 3 -L creat,nd,ser,som,te,ans,bu,doas,edn,iput
}

# Documents, and comments of sources for what the list says.  Not the generated pages
# and the rows of hooks.md, which have names of tests; and not the glossary, which has
# the words that are not used.
check_words() {
	# shellcheck disable=SC2016 # awk expands it
	files '*.md' 'Documentation/man/*' 'Documentation/netlink/specs/*' '*.[ch]' |
		grep -vE "^Documentation/design/(rows|escapes|kinds)\.md$|$generated" |
		xargs awk -v list=scripts/words.list '
		BEGIN {
			while ((getline line < list) > 0) {
				if (line ~ /^(#|$)/ || split(line, part, "\t") < 2)
					continue
				pattern = "(^|[^a-z0-9_@.>-])(" part[1] ")([^a-z0-9_-]|$)"
				better[pattern] = part[2]
				if (part[3] == "comments")
					everywhere[pattern] = part[2]
			}
		}
		FNR == 1 { last = ""; skip = 0; source = FILENAME ~ /\.[ch]$/ }
		/^<!-- begin rows/ || /^## Glossary/ { skip = 1 }
		/^<!-- end rows/ || /^## Layers/ { skip = 0 }
		(!source && /^    /) || skip { last = ""; next }
		source && !/^[ \t]*\*([ \/]|$)/ && !sub(/^.*\/\*/, "") { last = ""; next }
		{
			sub(/^[ \t]+/, "")
			if (source)
				sub(/^\*+[ \t]*/, "")
			text = last tolower($0)
			gsub(/`[^`]*`/, "~", text)
			open = sub(/`.*/, "", text)
			for (pattern in better)
				if ((!source || pattern in everywhere) && match(text, pattern) &&
				    RSTART + RLENGTH > length(last)) {
					found = 1
					print FILENAME ":" FNR ": \"" \
						substr(text, RSTART, RLENGTH) "\": " better[pattern]
				}
			# The last words, for what a line break cuts; or code that goes on.
			count = split(text, word, " ")
			last = open ? "`" : (count > 1 ? word[count - 1] " " : "") word[count] " "
		}
		END { exit found }'
}

check_commits() {
	scripts/commit-subjects.sh || { (($? == 4)) && exit 4; }
}

# No paths or hosts of one machine.
check_places() {
	local hosts host

	# shellcheck disable=SC2016 # apt expands it
	hosts=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | cut -d/ -f3 | sort -u)
	none git grep -nF --untracked "$root/"
	[ "$HOME" = / ] || none git grep -nF --untracked "$HOME/"
	while read -r host; do
		[ -z "$host" ] || none git grep -nF --untracked "$host" -- ':!selftests/data'
	done <<<"$hosts"
}

check_licences() {
	local file status=0

	for file in $(files '*.[ch]' '*.sh' '*.py' '*.yaml' '*Makefile' '*Kbuild' .ci/run .githooks scripts selftests/vm); do
		head -n 3 "$file" | grep 'SPDX-License-Identifier: ' >/dev/null || {
			echo "$file"
			status=1
		}
	done
	return "$status"
}

# Not a verdict: they usually hold two ideas.
list_sizes() {
	own_c | xargs wc -l | awk '$2 != "total" && $1 > 600 { print "look  " $2 ": " $1 " lines" }'
	# shellcheck disable=SC2016 # awk expands it
	own_c | xargs awk '
		FNR == 1 { start = 0 }
		/^[a-zA-Z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^\{/ { start = FNR }
		/^\}/ && start {
			if (FNR - start > 80)
				print "look  " FILENAME ": " name "() has " FNR - start " lines"
			start = 0
		}'
}

while (($#)); do
	case $1 in
	--ktap)
		ktap=$(readlink -f "$2")
		shift
		;;
	*) only+=("$1") ;;
	esac
	shift
done
cd "$root"
# shellcheck source=/dev/null
. "$cache/env"
mkdir -p "$work"
[ -z "$ktap" ] || echo "KTAP version 1" >"$ktap"

run format "clang-format -i the files"
run checkpatch "see checkpatch.pl --verbose for what each type means"
run kernel-doc "describe every member, parameter and return value"
run module "fix what sparse and W=1 say; they see what the compiler does not"
run llvm "must build with clang without a warning"
run coccinelle "see the pattern that the file and line fit: $KSRC/scripts/coccinelle"
run purity "kmod/lib gets memory, time, randomness and hashes from its caller"
run compilers "must compile without a warning with gcc and clang"
run analyzer "follow the path that the analyzer prints"
run netlink "scripts/nl-regen.sh, and commit what it changes"
run hooks "scripts/hook-table.sh, and commit what it changes"
run rows "mend Documentation/design/rows.list, run scripts/rows.py, commit what it changes"
run kinds "mend Documentation/design/kinds.list, run scripts/kinds.py, commit what it changes"
run verbs "scripts/verbs.sh, and commit what it changes"
run mutations "mend selftests/mutations.list: the guard that it removes has changed in the source"
run coverage "mend selftests/coverage/uncovered.list: what it names is no longer there"
run bounds "mend the document, or scripts/bounds.list if it says so in other words"
run files "name the file as it is now"
run rooms "include from a lower floor of scripts/rooms.list, or move what is needed down"
run versions "what differs between kernels belongs in kmod/compat.h and bpf/compat.bpf.h"
run kallsyms "use what the kernel exports"
run printk "programs print nothing"
run exit "return an error; only rvmctl.c ends the program"
run shell "see the page that shellcheck names"
run python "must be Python"
run spelling "codespell -w, or add the word to the list in scripts/check.sh"
run words "one word for one thing: see the glossary in architecture.md and scripts/words.list"
run places "no paths or hosts of one machine; ask the machine"
run licences "first line: SPDX-License-Identifier"
run commits "reword it: git rebase -i; areas are in scripts/areas.list"
((${#only[@]})) || list_sizes
[ -z "$ktap" ] || echo "1..$((passed + failed + skipped))" >>"$ktap"
echo "$passed checks passed, $failed failed, $skipped skipped"
if ((${#only[@]} > passed + failed + skipped)); then
	echo "$0: some of these are no checks: ${only[*]}" >&2
	exit 1
fi
[ "$failed" = 0 ]
