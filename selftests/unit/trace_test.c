// SPDX-License-Identifier: GPL-2.0-only
/* RVM's own traces of its capability manager, replayed. */
#include "manager.h"
#include "lib/token/prove.h"
#include "unit.h"
#include "vectors.h"

static struct manager m;
static size_t classes[LINE_CLASSES], compared, left_out;
/* RVM's tree is wrong from here on. */
static bool diverged;

static void begin(const json_t *line)
{
	manager_begin(&m, member_u64(line, "n"), member_u64(line, "max_depth"),
		      member_bool(line, "track"), member_u64(line, "epoch"));
	diverged = false;
}

static void replay(const json_t *line)
{
	enum line_class class;

	compared++;
	if (!EXPECT(manager_replay(&m, line, &class))) {
		char *text = json_dumps(line, 0);

		NOTE("%.200s", text);
		free(text);
	}
	classes[class]++;
}

static void trace_line(const json_t *line)
{
	if (json_object_get(line, "begin")) {
		begin(line);
		return;
	}
	diverged |= json_object_get(line, "quirk") != NULL;
	if (diverged)
		left_out++;
	else
		replay(line);
}

static void replay_file(const char *name)
{
	size_t count;

	compared = 0;
	left_out = 0;
	count = vectors_each(name, trace_line);
	manager_end(&m);
	if (!count)
		SKIP("no such file in VECTORS");
	printf("# %s: %zu lines read, %zu compared, %zu left out\n", name, count, compared,
	       left_out);
	EXPECT(compared > 0);
}

static void traces_are_as_in_rvm(void)
{
	replay_file("cap_traces.jsonl");
}

static void traces_are_as_in_rvm_up_to_its_first_fault(void)
{
	replay_file("cap_quirk_traces.jsonl");
}

/* The ideal where there is one; else what RVM says, unless that comes of its fault. */
static void bug_line(const json_t *line)
{
	const json_t *op;
	size_t i;

	begin(line);
	json_array_foreach(member(line, "ops"), i, op) {
		enum line_class class;
		bool fine = manager_replay(&m, op, &class);

		compared++;
		if (!fine && diverged && !json_object_get(op, "ideal"))
			class = BROKEN_NODE;
		else if (!EXPECT(fine))
			NOTE("%s: %s, number %zu", member_str(line, "bug"), member_str(op, "op"),
			     i);
		diverged |= json_object_get(op, "quirk") != NULL;
		classes[class]++;
	}
}

static void faults_of_rvm_are_not_repeated(void)
{
	size_t count;

	compared = 0;
	count = vectors_each("cap_bugs.jsonl", bug_line);
	manager_end(&m);
	if (!count)
		SKIP("no such file in VECTORS");
	printf("# cap_bugs.jsonl: %zu lines read, %zu operations compared\n", count, compared);
}

static void each_class_of_lines_occurs(void)
{
	static const enum line_class occurs[] = { HOST,	       STALE_SOURCE, ONCE_KEPT,
						  DEPTH_LIMIT, OTHER_EPOCH,  CONTEXT,
						  REPLAY,      UNTRACKED,    BROKEN_NODE };
	size_t i;

	if (!compared)
		SKIP("no traces");
	classes_print(classes);
	for (i = 0; i < ARRAY_SIZE(occurs); i++)
		EXPECT(classes[occurs[i]] > 0);
}

int main(void)
{
	rvm_seal_init(unit_random());
	RUN(traces_are_as_in_rvm);
	RUN(traces_are_as_in_rvm_up_to_its_first_fault);
	RUN(faults_of_rvm_are_not_repeated);
	RUN(each_class_of_lines_occurs);
	return unit_done();
}
