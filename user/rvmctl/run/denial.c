// SPDX-License-Identifier: GPL-2.0-only
/* Denials while a command runs. */
#include "run/denial.h"
#include "witness/why.h"

char *denial_newest(struct nlc *nlc, const struct partition *before, uint64_t *count)
{
	auto_partition struct partition now = { 0 };
	auto_names struct names names = { .nlc = nlc };
	auto_event struct event event = { 0 };
	struct err err = { 0 };
	auto_advice struct advice advice = { 0 };
	char *text = NULL;

	*count = 0;
	if (partition_lookup(nlc, before->name, &now, &err) == 1 && now.denials > before->denials &&
	    why_last(nlc, &names, before->id, &event, &err) == 1) {
		*count = now.denials - before->denials;
		text = why_text(nlc, &event, &advice);
	}
	err_clear(&err);
	return text;
}
