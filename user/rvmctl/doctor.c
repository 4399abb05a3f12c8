// SPDX-License-Identifier: GPL-2.0-only
/* Is everything there that enforcement needs, and does it refuse what it should? */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "cmd.h"
#include "hook/bpf.h"
#include "hook/hook.h"
#include "log/reader.h"
#include "partition/partition.h"
#include "witness/why.h"

/* What this tool was built for. */
#define ABI 1

/**
 * struct doctor - an examination
 */
struct doctor {
	struct out *out;
	struct nlc *nlc;
	/* enum exit_code: the worst so far. */
	int worst;
};

static void report(struct doctor *d, const char *what, int code, const char *fmt, ...) PRINTF(4, 5);

/* @code: EXIT_DONE for ok. */
static void report(struct doctor *d, const char *what, int code, const char *fmt, ...)
{
	const char *verdict = code ? "FAIL" : "ok";
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = vformat(fmt, ap);
	va_end(ap);
	if (code > d->worst)
		d->worst = code;
	out_row_begin(d->out);
	out_str(d->out, "verdict", verdict);
	out_str(d->out, "check", what);
	out_str(d->out, "found", text ? text : "");
	out_row_end(d->out);
}

/* Report an error with its hint, and forget it. */
static void report_err(struct doctor *d, const char *what, struct err *err)
{
	report(d, what, err->code ? err->code : EXIT_REFUSED, "%s%s%s", err->text ? err->text : "",
	       err->hint ? "; " : "", err->hint ? err->hint : "");
	err_clear(err);
}

static void check_kernel(struct doctor *d)
{
	static const unsigned int tested[][2] = { { 6, 1 }, { 6, 12 }, { 6, 17 }, { 7, 2 } };
	unsigned int major = 0, minor = 0;
	struct utsname name;
	bool known = false;

	uname(&name);
	if (sscanf(name.release, "%u.%u", &major, &minor) != 2 || major < 6 ||
	    (major == 6 && minor < 1)) {
		report(d, "kernel", EXIT_UNAVAILABLE,
		       "%s is too old; use 6.1 or newer, preferably 6.12", name.release);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tested); i++)
		known |= tested[i][0] == major && tested[i][1] == minor;
	report(d, "kernel", EXIT_DONE, "%s%s", name.release,
	       known ? "" : "; RVM is tested on 6.1, 6.12, 6.17 and 7.2");
}

static void check_lsm(struct doctor *d)
{
	struct err err = { 0 };

	if (bpf_lsm_is_active(&err))
		report_err(d, "security modules", &err);
	else
		report(d, "security modules", EXIT_DONE, "bpf is active");
}

static void check_btf(struct doctor *d)
{
	auto_kernel struct bpf_kernel *kernel = NULL;
	struct err err = { 0 };

	if (bpf_kernel_open(&kernel, &err))
		report_err(d, "type information", &err);
	else
		report(d, "type information", EXIT_DONE, "is there");
}

static void check_cgroup(struct doctor *d)
{
	auto_free char *root = NULL;
	struct err err = { 0 };

	if (cgroup_root(&root, &err)) {
		root = NULL;
		report_err(d, "cgroup2", &err);
	} else {
		report(d, "cgroup2", EXIT_DONE, "mounted at %s", root);
	}
}

static void check_core_pattern(struct doctor *d)
{
	auto_file FILE *f = fopen("/proc/sys/kernel/core_pattern", "re");
	char text[256] = "";

	if (!f || !fgets(text, sizeof(text), f))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	/* A program that the kernel starts, or since 6.16 a socket that it connects to. */
	if (text[0] == '|' || text[0] == '@')
		report(d, "core dumps", EXIT_DONE,
		       "go to a program or socket outside all partitions: \"%s\"; rvmctl run turns "
		       "them off, but a command or a container can turn its own on: sysctl "
		       "kernel.core_pattern=core sends them to no program",
		       text);
	else
		report(d, "core dumps", EXIT_DONE, "go to no program");
}

struct info {
	uint32_t abi;
	char version[32];
};

static int take_info(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct info *info = data;

	info->abi = nlc_u32(attrs[RVM_A_INFO_ABI]);
	snprintf(info->version, sizeof(info->version), "%s", nlc_str(attrs[RVM_A_INFO_VERSION]));
	return 0;
}

static int check_module(struct doctor *d)
{
	struct info info = { 0 };
	struct err err = { 0 };

	if (nlc_open(&d->nlc, &err) ||
	    nlc_call(d->nlc, nlc_request(d->nlc, RVM_CMD_INFO, 0), take_info, &info, &err)) {
		report_err(d, "module", &err);
		return -1;
	}
	if (info.abi != ABI) {
		report(d, "module", EXIT_UNAVAILABLE,
		       "has ABI %" PRIu32 ", this rvmctl speaks %d; "
		       "install both from one build",
		       info.abi, ABI);
		return -1;
	}
	report(d, "module", EXIT_DONE, "%s, ABI %d", info.version, ABI);
	return 0;
}

static int check_hooks(struct doctor *d)
{
	auto_hooks struct hooks hooks = { 0 };
	struct err err = { 0 };

	if (hooks_get(d->nlc, &hooks, &err) || hooks_require(&hooks, &err)) {
		report_err(d, "hooks", &err);
		return -1;
	}
	report(d, "hooks", EXIT_DONE, "%zu attached, %zu wait until they are needed, none missing",
	       hooks.n - hooks.waiting, hooks.waiting);
	report(d, "system calls", EXIT_DONE,
	       "are judged by hooks, without a filter; rvmctl run --filter also refuses old calls "
	       "and those of 32-bit programs");
	report(d, "attributes", EXIT_DONE,
	       "sizes and times of files can be seen everywhere, except in partitions with "
	       "--hide-attributes (load, partition new, partition set)");
	return 0;
}

static void check_device(struct doctor *d)
{
	int fd = open(WITNESS_DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		report(d, "log", EXIT_UNAVAILABLE, WITNESS_DEVICE ": %s%s", strerror(errno),
		       errno == ENOENT ? "; check udev or devtmpfs" : "; run it as root");
	else
		report(d, "log", EXIT_DONE, WITNESS_DEVICE " is readable");
	if (fd >= 0)
		close(fd);
}

/**
 * struct proof - a partition made for the purpose
 */
struct proof {
	char dir[64];
	char name[64];
	char table[96];
	char allowed[96];
	char refused[96];
};

static int write_file(const char *path, const char *text, struct err *err)
{
	auto_file FILE *f = fopen(path, "wxe");

	if (!f || fputs(text, f) < 0 || fflush(f) || fchmod(fileno(f), 0644))
		return err_errno(err, errno, "%s", path);
	return 0;
}

static int make_files(struct proof *p, struct err *err)
{
	char text[256];

	snprintf(p->dir, sizeof(p->dir), DOCTOR_FOLDER "XXXXXX");
	if (!mkdtemp(p->dir)) {
		err_errno(err, errno, "%s", p->dir);
		p->dir[0] = '\0';
		return -1;
	}
	if (chmod(p->dir, 0755))
		return err_errno(err, errno, "%s", p->dir);
	snprintf(p->name, sizeof(p->name), "doctor-%d", (int)getpid());
	snprintf(p->table, sizeof(p->table), "%s/table.json", p->dir);
	snprintf(p->allowed, sizeof(p->allowed), "%s/allowed", p->dir);
	snprintf(p->refused, sizeof(p->refused), "%s/refused", p->dir);
	snprintf(text, sizeof(text),
		 "[{\"rights\":[\"READ\"],\"resource\":\"Read(/%s)\","
		 "\"proof_tier\":\"P1\",\"expires_at\":0}]\n",
		 p->allowed);
	if (write_file(p->table, text, err) || write_file(p->allowed, "allowed\n", err))
		return -1;
	return write_file(p->refused, "refused\n", err);
}

/* The tool itself, as a user would call it.  Return: exit status; -1 with @err. */
static int call_self(char *const *argv, char *out, size_t size, struct err *err)
{
	size_t used = 0;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return err_errno(err, errno, "pipe");
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	close(fds[1]);
	while (pid > 0 && used + 1 < size) {
		ssize_t n = read(fds[0], out + used, size - used - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += n;
	}
	out[used] = '\0';
	close(fds[0]);
	if (pid < 0)
		return err_errno(err, errno, "fork");
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return err_errno(err, errno, "waitpid");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int read_inside(const struct proof *p, const char *file, char *out, size_t size,
		       struct err *err)
{
	char *argv[] = { "rvmctl", "run",      "--chdir",    "/", (char *)p->name,
			 "--",	   "/bin/cat", (char *)file, NULL };

	return call_self(argv, out, size, err);
}

static int load_proof(const struct proof *p, struct err *err)
{
	char *argv[] = { "rvmctl",	  "load",	 (char *)p->table, "--partition",
			 (char *)p->name, "--workspace", (char *)p->dir,   "--base",
			 "minimal",	  NULL };
	char out[2048];
	int status = call_self(argv, out, sizeof(out), err);

	if (status < 0)
		return -1;
	if (status)
		return err_make(err, EXIT_REFUSED, "cannot load a test table: %s", out);
	return 0;
}

/* Is there a record of the denial that says what was refused? */
static int find_record(struct doctor *d, const struct proof *p, uint64_t *sequence, struct err *err)
{
	auto_partition struct partition part = { 0 };
	auto_names struct names names = { .nlc = d->nlc };
	auto_event struct event event = { 0 };
	const char *path;
	int found;

	if (partition_find(d->nlc, p->name, &part, err))
		return -1;
	found = why_last(d->nlc, &names, part.id, &event, err);
	if (found <= 0)
		return found;
	*sequence = event.rec.sequence;
	path = event.detail.path;
	return event_is_denial(&event) && path && !strcmp(path, p->refused);
}

static void prove(struct doctor *d, const struct proof *p, struct err *err)
{
	char out[2048];
	uint64_t sequence = 0;
	int ret;

	if (load_proof(p, err))
		return;
	ret = read_inside(p, p->allowed, out, sizeof(out), err);
	if (ret < 0)
		return;
	if (ret || strcmp(out, "allowed\n"))
		report(d, "allows", EXIT_REFUSED, "cannot read a file that a token covers: %s",
		       out);
	else
		report(d, "allows", EXIT_DONE, "a file that a token covers was read");
	ret = read_inside(p, p->refused, out, sizeof(out), err);
	if (ret < 0)
		return;
	if (ret && strstr(out, strerror(EACCES)))
		report(d, "refuses", EXIT_DONE, "a file that no token covers was denied");
	else
		report(d, "refuses", EXIT_REFUSED,
		       "a file that no token covers was not denied: exit status %d, %s; this "
		       "machine does not enforce",
		       ret, out);
	ret = find_record(d, p, &sequence, err);
	if (ret > 0)
		report(d, "records", EXIT_DONE, "the denial is record %" PRIu64 " of the log",
		       sequence);
	else if (!ret)
		report(d, "records", EXIT_REFUSED, "the denial is not in the log");
}

static void clean_up(const struct proof *p, struct err *err)
{
	char *argv[] = { "rvmctl", "partition", "del", (char *)p->name, NULL };
	char out[1024];

	if (p->name[0])
		call_self(argv, out, sizeof(out), err);
	unlink(p->table);
	unlink(p->allowed);
	unlink(p->refused);
	if (p->dir[0])
		rmdir(p->dir);
}

static void check_enforcement(struct doctor *d)
{
	struct proof p = { 0 };
	struct err err = { 0 };

	if (geteuid()) {
		report(d, "enforcement", EXIT_REFUSED, "only root can try this; run it with sudo");
		return;
	}
	if (!make_files(&p, &err))
		prove(d, &p, &err);
	if (err.code)
		report_err(d, "enforcement", &err);
	clean_up(&p, &err);
	err_clear(&err);
}

static int doctor(struct ctx *ctx, const struct args *args)
{
	static const struct out_col cols[] = {
		{ "verdict", NULL, 0 },
		{ "check", NULL, 0 },
		{ "found", NULL, 0 },
		{},
	};
	struct doctor d = { .out = ctx->out };

	out_table_begin(ctx->out, NULL, cols);
	check_kernel(&d);
	check_lsm(&d);
	check_btf(&d);
	check_cgroup(&d);
	check_core_pattern(&d);
	if (!check_module(&d)) {
		check_device(&d);
		if (!check_hooks(&d))
			check_enforcement(&d);
	}
	out_table_end(ctx->out);
	nlc_close(d.nlc);
	return d.worst;
}

const struct cmd doctor_cmds[] = {
	{ NULL, "doctor", doctor, NULL, "check that this machine enforces, and prove it",
	  CMD_READ },
	{},
};
