// SPDX-License-Identifier: GPL-2.0-only
#include "lib/model/state.h"
#include "lib/model/text.h"
#include "unit.h"
#include "vectors.h"

#define STATES 5

static u32 state_of(const char *name)
{
	u32 state;

	for (state = 0; state < STATES; state++) {
		/* RVM writes them with a capital. */
		if (!strcasecmp(rvm_state_name(state), name))
			return state;
	}
	EXPECT(!"a state of this name");
	NOTE("%s", name);
	return STATES;
}

static bool seen[STATES][STATES];

static void check_transition(const json_t *line)
{
	u32 from = state_of(member_str(line, "from"));
	u32 to = state_of(member_str(line, "to"));

	if (from == STATES || to == STATES)
		return;
	seen[from][to] = true;
	if (!EXPECT_EQ(rvm_state_may(from, to), member_bool(line, "valid")))
		NOTE("%s -> %s", rvm_state_name(from), rvm_state_name(to));
}

static void all_25_transitions_are_those_of_rvm(void)
{
	u32 from, to;

	EXPECT_EQ(vectors_each("partition_transitions.jsonl", check_transition), STATES * STATES);
	for (from = 0; from < STATES; from++) {
		for (to = 0; to < STATES; to++)
			EXPECT(seen[from][to]);
	}
}

static void numbers_that_are_no_state_lead_nowhere(void)
{
	static const u32 none[] = { STATES, STATES + 1, 31, 32, 33, 64, U32_MAX };
	u32 state;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		EXPECT_STR(rvm_state_name(none[i]), "unknown");
		for (state = 0; state < STATES; state++) {
			EXPECT(!rvm_state_may(state, none[i]));
			EXPECT(!rvm_state_may(none[i], state));
		}
		for (k = 0; k < ARRAY_SIZE(none); k++)
			EXPECT(!rvm_state_may(none[i], none[k]));
	}
}

static void a_destroyed_partition_stays_destroyed(void)
{
	u32 state;

	for (state = 0; state < STATES; state++) {
		EXPECT(!rvm_state_may(RVM_STATE_DESTROYED, state));
		EXPECT_EQ(rvm_state_may(state, RVM_STATE_DESTROYED), state != RVM_STATE_DESTROYED);
	}
}

int main(void)
{
	RUN(all_25_transitions_are_those_of_rvm);
	RUN(numbers_that_are_no_state_lead_nowhere);
	RUN(a_destroyed_partition_stays_destroyed);
	return unit_done();
}
