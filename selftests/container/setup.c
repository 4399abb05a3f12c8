// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container from system calls alone: layers, volumes, namespaces, a root of
 * its own.  Its first process does what the test tells it.
 *
 *   /job  READ and WRITE, but /job/secret is denied; on the layers
 *   /ro    READ; on the layers
 *   /vol   a volume: READ and WRITE in /vol/in, nothing in /vol/out
 *   /upper the upper layer, mounted by mistake
 *   /run   sockets of the host; a connection is allowed to one of them
 *   /bin/prog with the word "go"
 */

#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "container.h"

struct given given;

static char said[65536];
/* Each container has its own directory. */
static char place[32];

const char *on_host(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", place, name);
	return in_dir(path);
}

/* What the test tells its first process. */
struct order {
	container_act act;
	bool evil;
	/* Go on, do not wait for it. */
	bool leave;
};

#define ROW(resource, rights) \
	"{ \"resource\": \"" resource "\", \"rights\": [" rights "], \"expires_at\": 0 }"

static const char table[] = "[" ROW("path:./**", "\"READ\", \"WRITE\"") "," ROW("path://ro/**", "\"READ\"") "," ROW(
	"path://vol/in/**",
	"\"READ\", \"WRITE\"") "," ROW("unix:/run/allowed",
				       "\"EXECUTE\"") "," ROW("net:*:7100",
							      "\"EXECUTE\"") "," ROW("Bash(prog go)",
										     "\"EXECUTE\"") "," ROW("Bash(second go)",
													    "\"EXECUTE\"") "]";

static const char spec[] = "{ \"permissions\": { \"deny\": [\"Read(./secret)\"] } }";

static bool make_files(void)
{
	static const char *const folders[] = {
		"",
		"lower",
		"lower/bin",
		"lower/job",
		"lower/job/sub",
		"lower/ro",
		"lower/etc",
		"lower/usr",
		"lower/proc",
		"lower/sys",
		"lower/dev",
		"lower/tmp",
		"lower/vol",
		"lower/run",
		"lower/upper",
		"lower/old",
		"upper",
		"upper/job",
		"workdir",
		"root",
		"upper/ro",
		"lower/job/place",
		"volume/in/one",
		"volume",
		"volume/in",
		"volume/out",
		"run",
		"table",
	};
	static const char *const files[] = {
		"lower/job/file",  "lower/job/copied", "lower/job/sub/file", "lower/job/secret",
		"lower/ro/file",   "lower/ro/other",   "lower/etc/shadow",   "volume/in/file",
		"volume/out/file", "lower/dev/null",   "upper/job/own",	     "host",
	};
	char command[4 * PATH_MAX];
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		mkdir(on_host(folders[i]), 0755);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		good &= write_file(on_host(files[i]), "text\n");
	good &= write_file(on_host("table/capability-table.json"), table);
	good &= write_file(on_host("table/spec.json"), spec);
	symlink("usr/lib", on_host("lower/lib"));
	symlink("usr/lib64", on_host("lower/lib64"));
	snprintf(command, sizeof(command), "cp /bin/true %s; cp /bin/true %s; ln %s %s",
		 on_host("lower/bin/prog"), on_host("lower/bin/second"),
		 on_host("lower/bin/second"), on_host("lower/bin/third"));
	return good && !system(command);
}

static bool listen_at(const char *name, bool abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path + abstract, sizeof(at.sun_path) - abstract, "%s", name);
	return fd >= 0 &&
	       !bind(fd, (void *)&at,
		     offsetof(struct sockaddr_un, sun_path) + abstract + strlen(name)) &&
	       !listen(fd, 100);
}

/* Sockets by short names: those of paths have room for 108 bytes. */
static bool make_sockets(void)
{
	bool good;

	if (chdir(on_host("run")))
		return false;
	good = listen_at("docker", false) && listen_at("allowed", false);
	/* From an earlier container in the same process there is one. */
	(void)listen_at("rvm-container-host", true);
	return good && !chdir("/");
}

/* One more address on the loopback device. */
static bool make_address(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(HOST_ADDRESS) };
	struct ifreq request = { .ifr_name = "lo:rvm" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good;

	memcpy(&request.ifr_addr, &at, sizeof(at));
	good = fd >= 0 && !ioctl(fd, SIOCSIFADDR, &request);
	close(fd);
	return good;
}

static bool make_victim(void)
{
	given.victim = fork();
	if (!given.victim) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	given.victim_fd = syscall(SYS_pidfd_open, given.victim, 0);
	given.root = open("/", O_PATH | O_DIRECTORY);
	given.file = open(on_host("host"), O_RDWR);
	given.mounts = open("/proc/self/ns/mnt", O_RDONLY);
	given.procs = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
	return given.victim > 0 && given.victim_fd >= 0 && given.root >= 0 && given.file >= 0 &&
	       given.mounts >= 0 && given.procs >= 0;
}

static bool bind_to(const char *from, const char *to)
{
	return !mount(from, on_host(to), NULL, MS_BIND, NULL);
}

static bool mount_root(void)
{
	char options[4 * PATH_MAX];

	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", on_host("lower"),
		 on_host("upper"), on_host("workdir"));
	return !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("overlay", on_host("root"), "overlay", 0, options) &&
	       bind_to("/usr", "root/usr") &&
	       !mount(NULL, on_host("root/usr"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) &&
	       bind_to(on_host("volume"), "root/vol") && bind_to(on_host("upper"), "root/upper") &&
	       bind_to(on_host("run"), "root/run") && bind_to("/dev/null", "root/dev/null") &&
	       !mount("tmpfs", on_host("root/tmp"), "tmpfs", 0, NULL) &&
	       !mount("proc", on_host("root/proc"), "proc", 0, NULL) &&
	       !mount("sysfs", on_host("root/sys"), "sysfs", 0, NULL) &&
	       !mount("cgroup", on_host("root/sys/fs/cgroup"), "cgroup2", 0, NULL);
}

static bool enter_root(const struct container *c)
{
	if (!mount_root() || syscall(SYS_pivot_root, on_host("root"), on_host("root/old")) ||
	    chdir("/") || umount2("/old", MNT_DETACH))
		return false;
	if (!c->user)
		return true;
	return !unshare(CLONE_NEWUSER) && write_file("/proc/self/setgroups", "deny") &&
	       write_file("/proc/self/uid_map", "0 0 1") &&
	       write_file("/proc/self/gid_map", "0 0 1");
}

/* What it made stays until it is ended. */
static void stay(const struct container *c, container_act act)
{
	int value = -act(true);

	if (write(c->results, &value, sizeof(value)) == sizeof(value) && !value)
		for (;;)
			pause();
	_exit(1);
}

static void obey(const struct container *c)
{
	struct order order;
	int value, status;
	pid_t pid;

	while (read(c->orders, &order, sizeof(order)) == sizeof(order)) {
		value = 255;
		pid = fork();
		if (!pid && order.leave)
			stay(c, order.act);
		if (!pid)
			_exit(order.act(order.evil));
		if (order.leave)
			continue;
		if (waitpid(pid, &status, 0) == pid && WIFEXITED(status))
			value = WEXITSTATUS(status);
		if (write(c->results, &value, sizeof(value)) != sizeof(value))
			return;
	}
}

/* What a careless runtime leaves open, and no more. */
static void close_others(const struct container *c)
{
	const int kept[] = { c->orders,	   c->results,	given.root,	given.file,
			     given.mounts, given.procs, given.victim_fd };
	int null = open("/dev/null", O_RDONLY);
	bool keep;

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 256; fd++) {
		keep = false;
		for (size_t i = 0; i < ARRAY_LEN(kept); i++)
			keep |= fd == kept[i];
		if (!keep)
			close(fd);
	}
}

static void be_first(struct container *c, int orders[2], int results[2])
{
	int ready;

	c->orders = orders[0];
	c->results = results[1];
	close_others(c);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ready = enter_root(c) ? 0 : errno ?: 255;
	if (write(c->results, &ready, sizeof(ready)) == sizeof(ready) && !ready)
		obey(c);
	_exit(0);
}

static int hear(struct container *c)
{
	int value;

	return read(c->results, &value, sizeof(value)) == sizeof(value) ? value : 255;
}

static bool start_first(struct container *c)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = c->box.cgroup_fd,
	};
	int orders[2], results[2], ready;

	if (!c->shared)
		args.flags |= CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC;
	if (pipe2(orders, O_CLOEXEC) || pipe2(results, O_CLOEXEC))
		return false;
	fflush(stdout);
	c->init = syscall(SYS_clone3, &args, sizeof(args));
	if (!c->init)
		be_first(c, orders, results);
	close(orders[0]);
	close(results[1]);
	c->orders = orders[1];
	c->results = results[0];
	ready = c->init < 0 ? errno : hear(c);
	if (ready)
		printf("# the container does not start: %s\n", strerror(ready));
	return !ready;
}

bool container_start(struct container *c)
{
	snprintf(place, sizeof(place), "container-%d", getpid());
	return make_files() && make_sockets() && make_address() && make_victim() &&
	       group_make(&c->box, CONTAINER) && start_first(c);
}

static void read_said(void)
{
	int fd = open(on_host("said"), O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, said, sizeof(said) - 1);

	said[n > 0 ? n : 0] = '\0';
	close(fd);
}

const char *container_said(void)
{
	return said;
}

static uint32_t find_id(int nl)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_str(&r, RVM_A_PARTITION_NAME, CONTAINER);
	return nl_call(nl, &r, &reply) ? 0 : reply_u32(&reply, RVM_A_PARTITION_ID);
}

int container_load(struct container *c)
{
	char command[4 * PATH_MAX];
	int status;

	snprintf(command, sizeof(command),
		 "rvmctl load %s --spec %s --partition " CONTAINER
		 " --cgroup %s --workspace /job >%s 2>&1",
		 on_host("table/capability-table.json"), on_host("table/spec.json"), c->box.cgroup,
		 on_host("said"));
	status = system(command);
	read_said();
	if (!c->box.id)
		c->box.id = find_id(c->box.nl);
	return status ? WEXITSTATUS(status) : 0;
}

static int order(struct container *c, container_act act, bool evil, bool leave)
{
	const struct order order = { act, evil, leave };

	if (write(c->orders, &order, sizeof(order)) != sizeof(order))
		return 255;
	return hear(c);
}

int container_do(struct container *c, container_act act, bool evil)
{
	return order(c, act, evil, false);
}

bool container_leave(struct container *c, container_act act)
{
	return !order(c, act, true, true);
}

size_t container_others(const struct container *c, pid_t *pids, size_t max)
{
	char path[128];
	size_t n = 0;
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "%s/cgroup.procs", c->box.cgroup);
	f = fopen(path, "r");
	while (f && n < max && fscanf(f, "%d", &pid) == 1)
		if (pid != c->init)
			pids[n++] = pid;
	if (f)
		fclose(f);
	return n;
}

/* Those that are there now. */
static size_t kill_others(const struct container *c)
{
	pid_t pids[8];
	size_t n = container_others(c, pids, ARRAY_LEN(pids));

	for (size_t i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	return n;
}

bool container_end_others(const struct container *c)
{
	return wait_until(!kill_others(c));
}

bool container_end(struct container *c)
{
	bool good = true;

	close(c->orders);
	close(c->results);
	if (c->box.id)
		good = box_remove(&c->box);
	else
		group_remove(&c->box);
	waitpid(c->init, NULL, 0);
	kill(given.victim, SIGKILL);
	waitpid(given.victim, NULL, 0);
	close(given.victim_fd);
	close(given.root);
	close(given.file);
	close(given.mounts);
	close(given.procs);
	return good;
}
