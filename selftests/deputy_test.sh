#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tools of the user other than git, outside and after the agent: none of them runs what an
# agent with workspace-rw left.
# shellcheck disable=SC1091,SC2016,SC2028,SC2119,SC2120,SC2154 # texts of scripts
set -euo pipefail

# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=lib/deputy.sh
. "$(dirname "$0")/lib/deputy.sh"

make_before() { printf 'all:\n\t@true\n-include *.mk\n' >Makefile; }
make_plant() { echo 'printf "all:\n\ttouch $mark\n" >GNUmakefile'; }
make_use() { make; }

make_included_before() { make_before; }
make_included_plant() { echo 'echo "x := \$(shell touch $mark)" >a.mk'; }
make_included_use() { make; }

# By its built-in rules, make remakes its own makefile.
make_remade_before() { make_before; }
make_remade_plant() { echo 'printf "all:\n\ttouch $mark\n" >Makefile.sh'; }
make_remade_use() { make; }

make_link_before() {
	mkdir mk
	printf 'all:\n\t@true\n' >mk/real
	ln -s mk/real Makefile
}
make_link_plant() { echo 'printf "all:\n\ttouch $mark\n" >mk/real'; }
make_link_use() { make; }

npm_needs() { command -v npm; }
npm_script_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "true"}}' >package.json; }
npm_script_plant() { echo 'echo "{\"scripts\": {\"test\": \"touch $mark\"}}" >p; mv -f p package.json'; }
npm_script_use() { npm test; }
npm_script_needs() { npm_needs; }

npm_shell_before() { npm_script_before; }
npm_shell_plant() { echo 'hook s; echo "script-shell=$PWD/s" >.npmrc'; }
npm_shell_use() { npm ls; npm test; }
npm_shell_needs() { npm_needs; }

npm_options_before() { npm_script_before; }
npm_options_plant() { echo 'echo "require(\"fs\").writeFileSync(\"$mark\", \"\")" >x.js; echo "node-options=--require $PWD/x.js" >.npmrc; echo "{}" >package-lock.json'; }
npm_options_use() { npm exec --offline -c 'node -e 0'; }
npm_options_needs() { npm_needs; }

# The directory itself is moved into place.
npm_bin_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "tool"}}' >package.json; }
npm_bin_plant() { echo 'mkdir -p x/.bin; hook x/.bin/tool; mv -T x node_modules || cp -r x node_modules'; }
npm_bin_use() { npm test; }
npm_bin_needs() { npm_needs; }

python_venv_before() { python3 -m venv --without-pip .venv; }
python_venv_plant() { echo 'for d in .venv/lib/python3*/site-packages; do echo "import os; os.system(\"touch $mark\")" >$d/a.pth; done'; }
python_venv_use() { .venv/bin/python -c pass; }
python_venv_needs() { python3 -c 'import venv, ensurepip'; }

python_activate_before() { python_venv_before; }
python_activate_plant() { echo 'for f in .venv/bin/activate .venv/bin/python3; do echo "touch $mark" >x; chmod +x x; mv -f x $f; done'; }
python_activate_use() { . .venv/bin/activate; python3 -c pass; }
python_activate_needs() { python_venv_needs; }

# A file that says which directory the library is in, and the whole directory.
python_venv_config_before() { python_venv_before; }
python_venv_config_plant() {
	cat <<-'SH'
		v=$(sed -n 's/^version = \([0-9]*[.][0-9]*\).*/\1/p' .venv/pyvenv.cfg)
		mkdir -p evil/bin evil/lib/python$v/site-packages; cp .venv/pyvenv.cfg evil; cp -d .venv/bin/python* evil/bin
		echo "import os; os.system(\"touch $mark\")" >evil/lib/python$v/site-packages/a.pth
		rm -rf .venv; mv .venv old; mv -T evil .venv || ln -s evil .venv
	SH
}
python_venv_config_use() { .venv/bin/python3 -c pass; }
python_venv_config_needs() { python_venv_needs; }

# An environment under a name that is not on the list.
python_other_venv_before() { python3 -m venv --without-pip tools/py; }
python_other_venv_plant() { echo 'for d in tools/py/lib/python3*/site-packages; do echo "import os; os.system(\"touch $mark\")" >$d/a.pth; done'; }
python_other_venv_use() { tools/py/bin/python -c pass; }
python_other_venv_needs() { python_venv_needs; }

# As a package, and beside a project without one of its own.
python_site_before() { :; }
python_site_plant() { echo 'mkdir sitecustomize; echo "import os; os.system(\"touch $mark\")" >sitecustomize/__init__.py'; }
python_site_use() { PYTHONPATH=. python3 -c pass; }
python_site_needs() { command -v python3; }

pytest_before() { echo 'def test_it(): pass' >test_it.py; }
pytest_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >conftest.py'; }
pytest_use() { python3 -m pytest -q -p no:cacheprovider; }
pytest_needs() { python3 -c 'import pytest'; }

pytest_ini_before() { pytest_before; }
pytest_ini_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >evil.py; printf "[pytest]\naddopts = -p evil\n" >pytest.ini'; }
pytest_ini_use() { pytest_use; }
pytest_ini_needs() { pytest_needs; }

vim_before() { echo 'set exrc' >"$HOME/.vimrc"; }
vim_plant() { echo 'echo "call system(\"touch $mark\")" >.exrc; cp .exrc .vimrc'; }
vim_use() { vim -T dumb --not-a-term -c q file; }
vim_needs() { vim --version | grep '+eval' >/dev/null; }

# The user's own settings, kept in the workspace.
vim_home_before() {
	mkdir dot
	echo 'set nocompatible' >dot/vimrc
	ln -sfn "$PWD/dot/vimrc" "$real_home/.vimrc"
}
vim_home_plant() { echo 'echo "call system(\"touch $mark\")" >x; cp x dot/vimrc || mv -f x dot/vimrc'; }
vim_home_use() { HOME=$real_home vim -T dumb --not-a-term -c q file; }
vim_home_needs() { vim_needs; }

gdb_before() { echo 'set auto-load safe-path /' >"$HOME/.gdbinit"; }
gdb_plant() { echo 'echo "shell touch $mark" >.gdbinit'; }
gdb_use() { gdb -batch; }
gdb_needs() { command -v gdb; }

bash_home_before() { :; }
bash_home_plant() { echo 'echo "touch $mark" >.bashrc'; }
bash_home_use() { HOME=$PWD bash -ic true; }

traps=(make make_included make_remade make_link npm_script npm_shell npm_options npm_bin python_venv
	python_activate python_venv_config python_other_venv python_site pytest pytest_ini vim vim_home gdb
	bash_home)

#
# What the guide names as open: these do run.
#

open_make_recipe_before() { printf 'all:\n\tsh check.sh\n' >Makefile; }
open_make_recipe_plant() { echo 'echo "touch $mark" >check.sh'; }
open_make_recipe_use() { make; }

open_make_depend_before() { printf 'all:\n\t@true\n-include main.d\n' >Makefile; }
open_make_depend_plant() { echo 'echo "x := \$(shell touch $mark)" >main.d'; }
open_make_depend_use() { make; }

open_npm_test_before() { echo '{"name": "w", "version": "1.0.0", "scripts": {"test": "node t.js"}}' >package.json; }
open_npm_test_plant() { echo 'echo "require(\"fs\").writeFileSync(\"$mark\", \"\")" >t.js'; }
open_npm_test_use() { npm test; }
open_npm_test_needs() { npm_needs; }

open_python_module_before() { :; }
open_python_module_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >venv.py'; }
open_python_module_use() { python3 -m venv --without-pip new; }
open_python_module_needs() { command -v python3; }

open_pytest_before() { :; }
open_pytest_plant() { echo 'printf "import os\n\ndef test_it():\n    os.system(\"touch $mark\")\n" >test_it.py'; }
open_pytest_use() { pytest_use; }
open_pytest_needs() { pytest_needs; }

open_vim_modeline_before() { echo 'set modeline' >"$HOME/.vimrc"; }
open_vim_modeline_plant() { echo 'echo "# vim: set ts=3 :" >file'; }
open_vim_modeline_use() { vim -T dumb --not-a-term -c "if &ts == 3 | call writefile([], '$ws/../open_vim_modeline-mark') | endif" -c q file; }
open_vim_modeline_needs() { vim_needs; }

# A source that the user has read, and python's cached copy of it.
open_python_compiled_before() { echo 'x = 1' >work.py; }
open_python_compiled_plant() { echo "compiled work.py . \"\$mark\""; }
open_python_compiled_use() { python3 -c 'import work'; }
open_python_compiled_needs() { command -v python3; }

# Beside a program that is debugged.
open_gdb_program_before() {
	gdb_before
	cp /bin/true program
}
open_gdb_program_plant() { echo 'echo "import os; os.system(\"touch $mark\")" >program-gdb.py; echo "shell touch $mark" >program-gdb.gdb'; }
open_gdb_program_use() { gdb -batch program; }
open_gdb_program_needs() { gdb_needs; }

opens=(open_make_recipe open_make_depend open_npm_test open_python_module open_pytest open_vim_modeline
	open_python_compiled open_gdb_program)

#
# What agents do all day goes on.
#

sources_work() {
	fresh && repository && load >/dev/null || return 1
	works 'mkdir -p src/objects src/logs; echo x >src/HEAD; echo x >src/config; echo x >src/main.py
		echo x >README.md; echo x >.gitignore; mv src lib; rm -rf lib/logs; echo x >lib/x.js
		echo x >requirements.txt; mkdir -p .github/ISSUE_TEMPLATE; echo x >.github/ISSUE_TEMPLATE/a.md'
}

a_lifted_line_works() {
	fresh && load --allow-deputy GNUmakefile >/dev/null || return 1
	works 'echo "all:" >GNUmakefile'
}

# However many the agent makes, and whatever they are called.
environments_are_found() {
	fresh && mkdir -p a my..env z/env && (cd a && seq 20100 | xargs touch) &&
		touch my..env/pyvenv.cfg z/env/pyvenv.cfg && load >/dev/null || return 1
	works '! touch my..env/x 2>&1 && ! touch z/env/x 2>&1 && touch z/x'
}

# Only rows that give all of the workspace count, in whatever table they are.
own_row_counts() {
	fresh || return 1
	cat >"$dir/own.json" <<-'JSON'
		[{"rights": ["EXECUTE"], "resource": "exec:*", "proof_tier": "P2", "expires_at": 0},
		 {"rights": ["READ", "WRITE"], "resource": "Edit(./**)", "proof_tier": "P2", "expires_at": 0}]
	JSON
	rvmctl load "$dir/own.json" --partition deputy --workspace "$ws" --base minimal
	works 'echo x >file; ! echo x >GNUmakefile'
}

list_is_understood() {
	fresh
	rvmctl -j load "$dir/table.json" --partition deputy --workspace "$ws" \
		--base minimal,workspace-rw --dry-run 2>/dev/null |
		python3 -c 'import json, sys
lines = [x.strip() for x in open(sys.argv[1]) if x.strip() and x[0] != "#"]
there = {row.get("resource") for row in json.load(sys.stdin)["rows"]}
missing = [x for x in lines if "Edit(" + x + ")" not in there]
print("twice:", {x for x in lines if lines.count(x) > 1}, "missing:", missing)
sys.exit(bool(missing) or len(set(lines)) != len(lines))' "$root/user/base/deputy.list"
}

begin 6
check sources_work sources_work
check a_lifted_line_works a_lifted_line_works
check environments_are_found environments_are_found
check own_row_counts own_row_counts
check list_is_understood list_is_understood
try_traps
check nothing_that_the_agent_left_is_run none_is_sprung
try_opens
ktap_finished
