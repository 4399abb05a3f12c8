# SPDX-License-Identifier: GPL-2.0-only
#
# One short line for each file that is made, as kbuild does; V=1 shows commands.

Q := $(if $(filter 1,$(V)),,@)
show = $(if $(Q),@printf '  %-7s %s\n' $(1) $(notdir $(CURDIR))/$@)
