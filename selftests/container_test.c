// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container that ran before it was taken in by rvmctl: what it does within
 * its table works, what leads out of it is refused.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "container.h"
#include "kselftest_harness.h"

FIXTURE(container)
{
	struct counters start;
	struct container c;
};

FIXTURE_VARIANT(container)
{
	bool shared, user;
};

/* Mounts, processes, network, IPC and names of its own. */
FIXTURE_VARIANT_ADD(container, own)
{
	.shared = false,
};

/* Also in a user name space. */
FIXTURE_VARIANT_ADD(container, user)
{
	.user = true,
};

/* With the processes, the network and the IPC of the host. */
FIXTURE_VARIANT_ADD(container, shared)
{
	.shared = true,
};

FIXTURE_SETUP(container)
{
	self->c.shared = variant->shared;
	self->c.user = variant->user;
	self->c.box.nl = nl_open();
	ASSERT_LE(0, self->c.box.nl);
	ASSERT_TRUE(hooks_attached(self->c.box.nl));
	self->start = get_counters(self->c.box.nl);
	ASSERT_TRUE(container_start(&self->c));
	EXPECT_EQ(0, container_do(&self->c, read_layer, true));
}

FIXTURE_TEARDOWN(container)
{
	EXPECT_TRUE(container_end(&self->c));
	EXPECT_TRUE(counters_return(self->c.box.nl, &self->start));
}

/* The twin works; then it is refused, and a denial is recorded. */
static bool stands(struct container *c, container_act act, const char *name)
{
	int twin = container_do(c, act, false);
	uint64_t before = box_denials(&c->box);
	int err = container_do(c, act, true);
	bool refused = err == EACCES || err == EPERM || err == EXDEV;

	if (twin)
		printf("# %s: the twin got %s\n", name, strerror(twin));
	if (!refused)
		printf("# %s: got %s\n", name, err ? strerror(err) : "through");
	else if (box_denials(&c->box) == before)
		printf("# %s: no denial was recorded\n", name);
	return !twin && refused && box_denials(&c->box) > before;
}

#define EXPECT_STANDS(act) EXPECT_TRUE(stands(&self->c, act, #act))

static bool load(struct container *c)
{
	int status = container_load(c);

	if (status)
		printf("# load: %d: %s\n", status, container_said());
	return !status;
}

TEST_F(container, its_layers_are_judged_as_it_sees_them)
{
	ASSERT_TRUE(load(&self->c));
	EXPECT_STANDS(read_layer);
	EXPECT_STANDS(write_layer);
	EXPECT_STANDS(run_program);
}

TEST_HARNESS_MAIN
