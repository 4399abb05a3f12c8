// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first object of a counting rvm.ko.  In the section .gcov_info each object
 * has a pointer to what is counted in it; the first and the last have NULL.
 * A parameter is what another module can find without help of this one.
 */
#include <linux/moduleparam.h>

#include "coverage.h"

void __gcov_merge_add(s64 *values, unsigned int number);

static const struct coverage_file *begin __used __section(".gcov_info");

static const struct kernel_param_ops no_ops;

module_param_cb(coverage, &no_ops, &begin, 0);

/* The compiler refers to it to say that these counters are added; it is never called. */
void __gcov_merge_add(s64 *values, unsigned int number)
{
}
