# SPDX-License-Identifier: GPL-2.0-only
#
# RVM for Linux.  `make` builds, `make help` says what else there is.

CACHE := $(or $(RVM_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rvm)
PREFIX ?= /usr/local

# Headers: those of the running kernel if it is a 6.12, else what setup found.
-include $(CACHE)/env
running := $(wildcard /lib/modules/$(shell uname -r)/build)
ifneq ($(and $(running),$(filter 6.12.%,$(shell uname -r))),)
KDIR := $(running)
endif

MAKEFLAGS += --no-print-directory
kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)
export KDIR KSRC

all: build

help:
	@echo 'make            build the module, the BPF programs and rvmctl'
	@echo 'make setup      install what building and testing need'
	@echo 'make demo       a short story in a virtual machine: allowed, denied, explained'
	@echo 'make check      the tests, except those that take hours; ends with a count'
	@echo 'make unit       kmod/lib in userspace, under sanitizers'
	@echo 'make crash      kill recorders 1000 times, and stop a guest dead 20 times: nothing may be lost'
	@echo 'make prove      what holds of tokens for every input, up to stated sizes'
	@echo 'make lint       static checks'
	@echo 'make guest-test the tests in a virtual machine'
	@echo 'make check-kernels  the tests in a virtual machine on each kernel; downloads them'
	@echo 'make check-debug    the tests on a kernel that looks for faults in itself; compiles it'
	@echo '                    TESTS=PATTERN runs some of them, PATIENCE=N waits N times longer'
	@echo 'make coverage   which lines of the module the tests in a virtual machine execute'
	@echo 'make bench      what a check costs, how long others wait, and what many tokens take'
	@echo 'make bench-work what git, find, make, node and pip cost, counted likewise'
	@echo 'make check-outsiders   other tests of the kernel, with and without RVM'
	@echo 'make generate   the netlink code, from its specification'
	@echo 'make install    module, tool and manual pages (as root)'
	@echo 'make clean      remove what was built'
	@echo 'V=1             show the commands'
	@echo 'READY=no        install nothing: whatever is missing makes the build fail'
	@echo 'KDIR=DIR chooses other kernel headers (now: $(KDIR))'

setup:
	scripts/setup.sh

# Installs nothing when nothing is missing.  READY=no trusts that nothing is.
ready:
ifneq ($(READY),no)
	@scripts/setup.sh --quiet
endif

# The directory of the headers may have come with `ready`: read it again.
build: ready
	@$(MAKE) modules bpf user

modules:
	@[ -d '$(KDIR)' ] || { echo 'no kernel headers: KDIR=DIR names them' >&2; exit 1; }
	@$(kbuild) modules

bpf:
	@if [ -e bpf/Makefile ]; then $(MAKE) -C bpf KDIR=$(KDIR); fi

user: bpf
	@if [ -e user/Makefile ]; then $(MAKE) -C user; fi

unit:
	@$(MAKE) -C selftests unit

crash: selftests
	@KILLS=1000 selftests/store_test.sh
	@selftests/crash/run.sh

prove:
	@selftests/proof/run.sh

selftests: build
	@$(MAKE) -C selftests

guest-test: selftests
	selftests/run_all.sh guest

check:
	@selftests/run_all.sh

lint: build
	scripts/check.sh

check-outsiders:
	@selftests/outsiders/run.sh

check-kernels: selftests
	selftests/kernels.sh

check-debug: selftests
	@scripts/kernel.sh fetch debug
	selftests/kernels.sh $(if $(TESTS),-t '$(TESTS)') $(if $(PATIENCE),--patience $(PATIENCE)) debug

bench: build
	@$(MAKE) -C selftests bench

bench-work: build
	@$(MAKE) -C selftests bench-work

coverage: selftests
	@selftests/coverage/run.sh

demo: build
	@selftests/vm/run.sh --timeout 300 -- $(if $(MAKE_TERMOUT),env RVM_DEMO_COLOR=1) selftests/demo.sh

generate:
	scripts/nl-regen.sh

install:
	$(kbuild) modules_install
	@$(MAKE) -C user install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

clean:
	@[ ! -d '$(KDIR)' ] || $(kbuild) clean
	@for dir in bpf user selftests; do [ ! -e $$dir/Makefile ] || $(MAKE) -C $$dir clean; done
	rm -rf build

.PHONY: all help setup ready build modules bpf user unit prove crash selftests guest-test check check-kernels \
	check-debug check-outsiders coverage lint bench bench-work demo generate install clean
