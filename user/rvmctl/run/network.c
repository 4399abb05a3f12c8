// SPDX-License-Identifier: GPL-2.0-only
/* The network of a command: the host's, or one that only its partition has. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/network.h"

/* How often a list is read that changes meanwhile. */
#define NETWORK_TRIES 100
#define NETWORK_WAIT_US 50000

/* Does a token reach the network?  Of unix sockets only names without a file live there. */
static bool is_net_scope(struct nlattr **scope, uint32_t rights)
{
	uint32_t class = nlc_u32(scope[RVM_A_SCOPE_CLASS]);

	if (class == RVM_CLASS_ANY)
		return rights & RVM_RIGHT_EXECUTE;
	if (class != RVM_CLASS_NET)
		return false;
	return nlc_u32(scope[RVM_A_SCOPE_FAMILY]) != AF_UNIX ||
	       !nlc_str(scope[RVM_A_SCOPE_ANCHOR])[0];
}

static int look_for_net(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token[RVM_A_TOKEN_MAX + 1] = { 0 };
	struct nlattr *scope[RVM_A_SCOPE_MAX + 1] = { 0 };
	bool *found = data;

	if (attrs[RVM_A_TABLE_TOKEN] &&
	    !nlc_nest(token, RVM_A_TOKEN_MAX, attrs[RVM_A_TABLE_TOKEN]) &&
	    token[RVM_A_TOKEN_SCOPE] &&
	    !nlc_nest(scope, RVM_A_SCOPE_MAX, token[RVM_A_TOKEN_SCOPE]) &&
	    is_net_scope(scope, nlc_u32(token[RVM_A_TOKEN_RIGHTS])))
		*found = true;
	return 0;
}

static int ask_for_net(struct nlc *nlc, uint32_t partition, bool *found, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_TOKEN_GET, NLM_F_DUMP);

	*found = false;
	if (msg && nla_put_u32(msg, RVM_A_TABLE_PARTITION, partition))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, look_for_net, found, err);
}

/* Others pass tokens on meanwhile. */
int network_has_token(uint32_t partition, bool *found, struct err *err)
{
	for (int tries = 0;; tries++) {
		auto_nlc struct nlc *nlc = NULL;

		if (nlc_open(&nlc, err))
			return -1;
		if (!ask_for_net(nlc, partition, found, err))
			return 0;
		if (nlc_errno(nlc) != EINTR || tries == NETWORK_TRIES)
			return -1;
		err_clear(err);
		usleep(NETWORK_WAIT_US);
	}
}

/* Another network than ours: an open descriptor, or -1. */
static int open_other_network(pid_t pid)
{
	struct stat own, its;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && !fstat(fd, &its) && !stat("/proc/self/ns/net", &own) &&
	    its.st_ino != own.st_ino)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int network_find(int cgroup)
{
	int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC), net = -1;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	pid_t pid;

	if (!f) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (net < 0 && fscanf(f, "%d", &pid) == 1)
		net = open_other_network(pid);
	fclose(f);
	return net;
}
