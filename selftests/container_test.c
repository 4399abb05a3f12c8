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
	/* Where its powers count for nothing the kernel does not ask. */
	if (c->user)
		return !twin && refused;
	if (refused && box_denials(&c->box) == before)
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

/* Not by ASSERT: what failed would be left behind, and be in the way of the next. */
#define LOAD()                               \
	do {                                 \
		bool good = load(&self->c);  \
                                             \
		EXPECT_TRUE(good);           \
		if (!good)                   \
			return;              \
	} while (0)

TEST_F(container, its_layers_are_judged_as_it_sees_them)
{
	LOAD();
	EXPECT_STANDS(read_layer);
	EXPECT_STANDS(write_layer);
	EXPECT_STANDS(make_file);
	EXPECT_STANDS(read_secret);
	EXPECT_STANDS(rename_out);
	EXPECT_STANDS(rename_in);
	EXPECT_STANDS(link_out);
	EXPECT_STANDS(run_program);
}

TEST_F(container, its_volumes_are_judged_where_they_are_mounted)
{
	LOAD();
	EXPECT_STANDS(write_volume);
	EXPECT_STANDS(write_upper);
}

TEST_F(container, what_was_handed_in_does_not_lead_out)
{
	LOAD();
	EXPECT_STANDS(root_of_first);
	EXPECT_STANDS(host_folder);
	EXPECT_STANDS(host_file);
	EXPECT_STANDS(by_handle);
	EXPECT_STANDS(host_mounts);
}

TEST_F(container, the_kernel_is_not_set_from_inside)
{
	LOAD();
	EXPECT_STANDS(setting);
	EXPECT_STANDS(core_pattern);
	EXPECT_STANDS(helper);
	EXPECT_STANDS(trigger);
	EXPECT_STANDS(new_module);
	EXPECT_STANDS(make_disk);
}

TEST_F(container, its_tree_stays_as_it_is)
{
	LOAD();
	EXPECT_STANDS(make_mount);
	EXPECT_STANDS(drop_mount);
	EXPECT_STANDS(swap_root);
	EXPECT_STANDS(change_root);
	EXPECT_STANDS(new_user);
	EXPECT_STANDS(new_mounts);
}

TEST_F(container, it_stays_in_its_control_group)
{
	LOAD();
	EXPECT_STANDS(join_group);
	EXPECT_STANDS(join_host_group);
	EXPECT_STANDS(make_group);
}

TEST_F(container, processes_of_the_host_are_out_of_reach)
{
	LOAD();
	EXPECT_STANDS(take_descriptor);
	if (!variant->shared)
		return;
	EXPECT_STANDS(end_process);
	EXPECT_EQ(0, waitpid(given.victim, NULL, WNOHANG));
	EXPECT_STANDS(trace);
	EXPECT_STANDS(host_processes);
}

TEST_F(container, deputies_are_out_of_reach)
{
	LOAD();
	EXPECT_STANDS(connect_deputy);
	if (variant->shared)
		EXPECT_STANDS(connect_abstract);
}

TEST_HARNESS_MAIN
