/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SOURCE_H
#define RVMCTL_SOURCE_H

#include "log/recorder.h"
#include "wire/nl.h"

/* The kernel's log, as a source of records. */

/**
 * struct kernel_source - it
 */
struct kernel_source {
	/** @source: To be given to record_run(). */
	struct record_source source;
	/** @fd: /dev/rvm_witness; as long as it is open, the module stays. */
	int fd;
	/** @nlc: For the lines. */
	struct nlc *nlc;
};

int kernel_source_open(struct kernel_source *source, struct err *err);
void kernel_source_close(struct kernel_source *source);
#define auto_kernel_source __attribute__((cleanup(kernel_source_close)))

#endif
