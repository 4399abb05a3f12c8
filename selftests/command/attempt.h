/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_ATTEMPT_H
#define _RVM_SELFTEST_ATTEMPT_H

/* Try a form in a place, and see its result. */

#include "lib/common.h"
#include "form.h"

#define OUTPUT_MAX (64 * 1024)

/* Where a form is tried: `box` without a partition is the control. */
struct place {
	const char *top;
	const struct box *box;
	/* What is_changed() compares with. */
	char *state;
};

struct outcome {
	/* Exit status of the program; 256 and more: it did not end, or was killed. */
	int status;
	bool effect;
	uint64_t denials;
	/* How long it took. */
	double seconds;
	char out[OUTPUT_MAX];
	size_t len;
};

/* Root of the repository, where data and programs are found. */
extern const char *attempt_root;

/* Make the tree below $RVM_TEST_DIR. */
bool place_open(struct place *place, const char *name);

/* Empty the directory that forms may fill. */
void place_clean(const struct place *place);

/* Does the program that the form starts exist? */
bool attempt_possible(const struct form *f, const struct place *place);

/* Run it to its end; what it changed is put back. */
void attempt(const struct form *f, struct place *place, struct outcome *o);

#endif
