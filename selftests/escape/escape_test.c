// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways out that an agent with the powers of root would try, each beside the
 * harmless thing that looks most like it.  Only the hooks stand between: no
 * lost capabilities, no namespaces.
 *
 *   ws/  READ and WRITE, but .env and all in secrets/ and deep/inner/ are
 *        excluded, and .unreadable for reading
 *   ro/  READ
 *   drop/ WRITE
 *   names/ READ of the directory alone
 *   out/ nothing
 *
 * An attack must fail, leave a denial behind, and change nothing; its twin
 * must work.  The attacks are in escape_THEME.c.
 *
 *	escape_test [NAME...]    only these
 */

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "escape.h"

pid_t victim;

const char *ws(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "ws/%s", name);
	return in_dir(path);
}

const char *out(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "out/%s", name);
	return in_dir(path);
}

static bool load_rules(struct box *box)
{
	const uint32_t both = RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, both, in_dir("ws"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ro"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, ws("prog"), "prog go" },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK,
		  .port = PORT_ALLOWED },
		{ RVM_CLASS_NET, RVM_RIGHT_WRITE, .address = INADDR_LOOPBACK, .port = PORT_BIND },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address6 = "::1", .port = PORT_V6 },
		{ RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("drop"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("drop"), "opened/in/**" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("names"), "", RVM_SCOPE_FLAG_ALONE },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/proc", "**", RVM_SCOPE_FLAG_PROC_OWN },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, ws("patched"), "patched go" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, ws("rooted"), "rooted go" },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, in_dir("ws"), "allowed-socket",
		  .family = AF_UNIX },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), ".env", .excludes = true },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ws"), ".unreadable", .excludes = true },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), "deep/inner/**", .excludes = true },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), "secrets/**", .excludes = true },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), "**/hooks/run", .excludes = true },
	};

	return !box_load(box, rules, ARRAY_LEN(rules));
}

void end_process(int signal)
{
	_exit(0);
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	/* Its own process group: that of the first process has no number. */
	setpgid(pid, 0);
	if (!pid) {
		signal(SIGURG, end_process);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static bool has_text(const char *path, const char *text)
{
	char buffer[64] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buffer, sizeof(buffer) - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(buffer, text);
}

/* What no attack may have touched. */
static const char *check_host(void)
{
	struct stat st;

	if (waitpid(victim, NULL, WNOHANG))
		return "the victim died";
	if (!has_text(ws(".env"), "secret\n") || !has_text(ws("secrets/key"), "secret\n") ||
	    !has_text(ws("deep/inner/key"), "secret\n") || !has_text(ws(".unreadable"), "secret\n"))
		return "an excluded file was moved or changed";
	if (!has_text(in_dir("ro/file"), "text\n"))
		return "a read-only file was changed";
	if (!has_text(out("file"), "secret\n"))
		return "a file outside was changed";
	if (stat(in_dir("ro/file"), &st) || st.st_mtime < 1000)
		return "the times of a read-only file were changed";
	return NULL;
}

static unsigned int number;
static bool failed;
/* What to try; all if empty. */
static char **names;
static int names_count;

static void report(bool good, const char *side, const char *name, const char *why)
{
	printf("%s %u %s: %s%s%s\n", good ? "ok" : "not ok", ++number, name, side, why ? " # " : "",
	       why ? why : "");
	fflush(stdout);
	failed |= !good;
}

static int call(void *arg)
{
	const struct row *row = *(const struct row **)arg;

	return row->act(true);
}

static int call_twin(void *arg)
{
	const struct row *row = *(const struct row **)arg;

	return row->act(false);
}

static void try_attack(const struct box *box, const struct row *row)
{
	uint64_t before = box_denials(box);
	int err = box_do(box, call, &row);
	const char *harm = check_host();
	char why[128] = "";
	bool refused = err == EACCES || err == EPERM || err == EXDEV;

	if (err == SKIPPED) {
		report(true, "refused", row->name, "SKIP not offered here");
		return;
	}
	if (!refused)
		snprintf(why, sizeof(why), "got %s",
			 err == 255    ? "no result" :
			 err == BROKEN ? "no attempt" :
			 err	       ? strerror(err) :
					 "success");
	else if (harm)
		snprintf(why, sizeof(why), "%s", harm);
	else if (!row->silent && box_denials(box) == before)
		snprintf(why, sizeof(why), "refused, but no denial was recorded");
	report(!why[0], "refused", row->name, why[0] ? why : NULL);
	if (harm && waitpid(victim, NULL, WNOHANG))
		victim = start_victim();
}

static void try_twin(const struct box *box, const struct row *row)
{
	int err = box_do(box, call_twin, &row);
	char why[128];

	if (err == SKIPPED) {
		report(true, "twin works", row->name, "SKIP not offered here");
		return;
	}
	snprintf(why, sizeof(why), "got %s", err == 255 ? "no result" : strerror(err));
	report(!err, "twin works", row->name, err ? why : NULL);
}

static void try_host(const struct box *box, const struct host_row *row)
{
	int twin = row->act(box, false), err;
	char why[64];

	snprintf(why, sizeof(why), "got %s", twin == BROKEN ? "no attempt" : strerror(twin));
	report(!twin || twin == SKIPPED, "twin works", row->name,
	       twin == SKIPPED ? "SKIP not offered here" :
	       twin	       ? why :
				 NULL);
	err = row->act(box, true);
	snprintf(why, sizeof(why), "got %s",
		 err == BROKEN ? "no attempt" :
		 err	       ? strerror(err) :
				 "success");
	report(err == SKIPPED || err == EACCES || err == EPERM || err == EBUSY, "refused",
	       row->name,
	       err == SKIPPED				     ? "SKIP not offered here" :
	       err != EACCES && err != EPERM && err != EBUSY ? why :
							       NULL);
}

/* Is each name that was asked for the name of an attack? */
static bool wanted(const char *name)
{
	for (int i = 0; i < names_count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return !names_count;
}

static const struct row *const parts[] = { file_rows, program_rows, net_rows, task_rows,
					   verb_rows };

static unsigned int count_rows(void)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		for (const struct row *row = parts[i]; row->name; row++)
			count += wanted(row->name);
	for (const struct host_row *row = host_rows; row->name; row++)
		count += wanted(row->name);
	return count;
}

static void try_rows(const struct box *box)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (const struct row *row = parts[i]; row->name; row++) {
			if (!wanted(row->name))
				continue;
			/* First, while what it needs is still there. */
			try_twin(box, row);
			try_attack(box, row);
		}
	}
	for (const struct host_row *row = host_rows; row->name; row++)
		if (wanted(row->name))
			try_host(box, row);
}

int main(int argc, char **argv)
{
	struct box box;
	int nl;

	/* As the program that a row starts. */
	if (argc < 1 || !strstr(argv[0], "escape_test"))
		return 0;
	names = argv + 1;
	names_count = argc - 1;
	printf("TAP version 13\n");
	nl = nl_open();
	/* Tasks move into the box by hand, and bring along what an entry would look at. */
	if (nl < 0 || !attach_hooks(nl) || !make_files() ||
	    !box_make_with(&box, nl, "escape",
			   RVM_PARTITION_FLAG_HIDE_ATTRIBUTES |
				   RVM_PARTITION_FLAG_RECHECK_ALWAYS) ||
	    !load_rules(&box) || !hand_over()) {
		printf("Bail out! cannot set up: %s\n", strerror(errno));
		return 1;
	}
	printf("1..%u\n", 2 * count_rows() + 1);
	victim = start_victim();
	fcntl(given_owned[true], F_SETOWN, victim);
	try_rows(&box);
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	shmctl(segment, IPC_RMID, NULL);
	drop_files();
	report(box_remove(&box), "is deleted", "the partition", NULL);
	return failed;
}
