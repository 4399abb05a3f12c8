// SPDX-License-Identifier: GPL-2.0-only
/* The last object of a counting rvm.ko: see coverage_begin.c. */

#include "coverage.h"

static const struct coverage_file *end __used __section(".gcov_info");
