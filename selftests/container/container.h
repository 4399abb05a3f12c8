/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_CONTAINER_H
#define _RVM_SELFTEST_CONTAINER_H

/* A container as a runtime makes one: what the parts of container_test share. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

#include "lib/common.h"

/* In place of an errno: the preparation of the attempt failed. */
#define BROKEN 201

/* Name of the partition; setup.c has the rows of its table. */
#define CONTAINER "container"

/**
 * struct container - processes with namespaces and an overlayfs root of their own
 */
struct container {
	/* Its cgroup; the partition, once there is one. */
	struct box box;
	/* Its first process, as the host sees it. */
	pid_t init;
	/* Tells it what to try, and receives the result. */
	int orders, results;
	/* It has the host's network, processes and IPC. */
	bool shared;
	/* It is in its own user namespace. */
	bool user;
};

/* 198.51.100.1, which the host has, and 203.0.113.1. */
#define HOST_ADDRESS 0xc6336401
#define OTHER_ADDRESS 0xcb007101

/* What a process in it tries; with @evil it must be denied. */
typedef int (*container_act)(bool evil);

/* Leads from the host into it, from before it was adopted. */
struct given {
	/* Directories and files of the host, its mounts, its cgroups, its disk's handle. */
	int root, file, mounts, procs;
	/* A process of the host. */
	pid_t victim;
	int victim_fd;
};
extern struct given given;

/* Files on the host, the processes; not in a partition yet. */
bool container_start(struct container *c);
/* By rvmctl, with a table; 0, or its exit status.  What it says is in container_said(). */
int container_load(struct container *c);
const char *container_said(void);
/* A process of the container does it: its value. */
int container_do(struct container *c, container_act act, bool evil);
/* Another process does it with @evil and stays; false if it did not work. */
bool container_leave(struct container *c, container_act act);
/* Its other processes, as the host sees them; and their end. */
size_t container_others(const struct container *c, pid_t *pids, size_t max);
bool container_end_others(const struct container *c);
/* End it and its partition. */
bool container_end(struct container *c);

/* Its files on the host: "upper/job/file", "volume/in/file", ... */
const char *on_host(const char *name);

/* 0, or the errno of the call that returned @ret. */
static inline int result(long ret)
{
	return ret < 0 ? errno : 0;
}

/* Likewise for a call that returned a descriptor, which is closed. */
static inline int opened(int fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* What is tried, in acts.c. */
int write_layer(bool evil), read_layer(bool evil), make_file(bool evil), rename_out(bool evil);
int rename_in(bool evil), write_volume(bool evil), write_upper(bool evil), run_program(bool evil);
int root_of_first(bool evil), host_folder(bool evil), host_file(bool evil), setting(bool evil);
int core_pattern(bool evil), trigger(bool evil), make_mount(bool evil), drop_mount(bool evil);
int swap_root(bool evil), change_root(bool evil), host_mounts(bool evil), new_user(bool evil);
int new_mounts(bool evil), by_handle(bool evil), make_disk(bool evil), join_group(bool evil);
int join_host_group(bool evil), make_group(bool evil), trace(bool evil), end_process(bool evil);
int take_descriptor(bool evil), connect_deputy(bool evil), connect_abstract(bool evil);
int read_secret(bool evil), write_moved(bool evil), link_out(bool evil);
int moved_folder(bool evil), trace_host(bool evil), hold_ring(bool evil), share_memory(bool evil);
int in_a_storm(bool evil), hold_socket(bool evil);
int connect_host(bool evil), hide_mounts(bool evil), do_nothing(bool evil), run_second(bool evil);
int new_module(bool evil), helper(bool evil), host_processes(bool evil);

#endif /* _RVM_SELFTEST_CONTAINER_H */
