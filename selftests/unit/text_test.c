// SPDX-License-Identifier: GPL-2.0-only
/* Reasons and operations in words. */
#include "lib/model/text.h"
#include "unit.h"

static void each_reason_and_operation_has_a_text_of_its_own(void)
{
	int i, j;

	for (i = 0; i <= RVM_REASON_CHAIN; i++) {
		EXPECT(strlen(rvm_reason_text(i)) > 5);
		for (j = 0; j < i; j++)
			EXPECT(strcmp(rvm_reason_text(i), rvm_reason_text(j)));
	}
	EXPECT_STR(rvm_reason_text(RVM_REASON_CHAIN + 1), "the reason is unknown");
	for (i = 0; i <= RVM_OP_PROVE; i++) {
		EXPECT(strlen(rvm_op_name(i)) > 1);
		for (j = 0; j < i; j++)
			EXPECT(strcmp(rvm_op_name(i), rvm_op_name(j)));
	}
	EXPECT_STR(rvm_op_name(RVM_OP_UNIX_CONNECT), "unix-connect");
	EXPECT_STR(rvm_op_name(RVM_OP_PROVE + 1), "unknown");
}

int main(void)
{
	RUN(each_reason_and_operation_has_a_text_of_its_own);
	return unit_done();
}
