// SPDX-License-Identifier: GPL-2.0-only
/* learn: watch a partition, or read what the log has of it, and propose a table. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "cmd.h"
#include "learn/learn.h"
#include "learn/out.h"
#include "log/verify.h"
#include "partition/partition.h"
#include "table/program.h"

#define SECONDS_DEFAULT 3600
#define SECONDS_MAX 86400
#define STEP_MS 50

/**
 * struct session - a partition that is learned from
 */
struct session {
	struct nlc *nlc;
	struct partition part;
	struct names names;
	struct learn learn;
	struct log_reader log;
	/* SIGINT and its like; -1 if they are not waited for. */
	int signals;
	/* First record that counts. */
	uint64_t from;
	/* The mode was set to learn, and is to be set back. */
	bool armed;
	/* The time was over before the command was. */
	bool timed_out;
	/* Exit status of the command, or 0. */
	int status;
};

static int set_mode(struct session *s, uint32_t mode, struct err *err)
{
	if (partition_set_mode(s->nlc, s->part.id, mode, err))
		return err_wrap(err, "partition %s", s->part.name);
	return 0;
}

/* Learning ends in enforce, however it ends: the mode opens what the table does not. */
static int disarm(struct session *s, struct err *err)
{
	if (!s->armed)
		return 0;
	s->armed = false;
	return set_mode(s, RVM_MODE_ENFORCE, err);
}

static void session_free(struct session *s)
{
	struct err err = { 0 };

	if (disarm(s, &err))
		err_print(&err);
	err_clear(&err);
	log_close(&s->log);
	if (s->signals >= 0)
		close(s->signals);
	learn_close(&s->learn);
	names_free(&s->names);
	partition_free(&s->part);
	nlc_close(s->nlc);
	free(s);
}

static inline void session_free_(struct session **s)
{
	if (*s)
		session_free(*s);
}
#define auto_session __attribute__((cleanup(session_free_)))

static struct session *session_new(struct err *err)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s)
		s->log.fd = s->signals = -1;
	else
		err_errno(err, ENOMEM, "learn");
	return s;
}

static int open_partition(struct session *s, const char *name, struct err *err)
{
	if (nlc_open(&s->nlc, err) || partition_find(s->nlc, name, &s->part, err))
		return -1;
	s->names.nlc = s->nlc;
	if (s->part.workspace)
		return learn_open(&s->learn, s->part.workspace, err);
	err_make(err, EXIT_REFUSED, "partition %s: no table, hence no workspace to learn about",
		 name);
	return err_hint(err, "load one first; an empty table, [], will do");
}

/* Of the records the module keeps; detail lines are fewer. */
static int open_log(struct session *s, uint64_t from, struct err *err)
{
	if (log_open(&s->log, WITNESS_DEVICE, err))
		return -1;
	s->from = from > s->log.first ? from : s->log.first;
	return log_seek(&s->log, s->from, err);
}

static int take_record(struct session *s, const uint8_t *raw, struct err *err)
{
	auto_event struct event event = { 0 };
	struct rvm_record rec;

	rvm_record_decode(&rec, raw);
	if (rec.actor != s->part.id)
		return 0;
	if (rec.kind < RVM_KIND_PROOF_VERIFIED_P1 || rec.kind > RVM_KIND_PROOF_REJECTED)
		return 0;
	if (rec.flags & RVM_RECORD_F_DETAIL &&
	    event_get(s->nlc, rec.sequence, &s->names, &event, err))
		/* Overwritten meanwhile: counted as one without a detail. */
		err_clear(err);
	if (!event.detail.line)
		event_fill(&event, raw, NULL, &s->names);
	learn_event(&s->learn, &event);
	return s->learn.no_memory ? err_errno(err, ENOMEM, "learn") : 0;
}

/* Return: 0 at the end of the log for now, -1. */
static int collect(struct session *s, struct err *err)
{
	const uint8_t *raw;
	int ret;

	while ((ret = log_next(&s->log, &raw, err)) > 0) {
		if (take_record(s, raw, err))
			return -1;
	}
	return ret;
}

/* An error on the way is told, then what was learned until then. */
static int finish(struct session *s, struct ctx *ctx, const struct args *args)
{
	struct learn_report report = {
		.partition = s->part.name,
		.table = args_str(args, "-o"),
		.add = args_str(args, "--add"),
		.from = s->from,
		.to = s->log.next,
		.timed_out = s->timed_out,
	};

	learn_propose(&s->learn);
	if (s->learn.no_memory)
		return err_errno(&ctx->err, ENOMEM, "learn");
	return learn_print(ctx->out, &s->learn, &report, &ctx->err);
}

static int propose(struct ctx *ctx, const struct args *args)
{
	auto_session struct session *s = session_new(&ctx->err);

	if (!s || open_partition(s, args_str(args, "NAME"), &ctx->err) ||
	    open_log(s, args_u64(args, "--since", 0), &ctx->err) || collect(s, &ctx->err))
		return -1;
	return finish(s, ctx, args) ? -1 : EXIT_DONE;
}

static int arm(struct session *s, struct err *err)
{
	uint64_t length;

	if (open_log(s, 0, err) || log_length(&s->log, &length, err) ||
	    log_seek(&s->log, length, err))
		return -1;
	s->from = length;
	if (set_mode(s, RVM_MODE_LEARN, err))
		return -1;
	s->armed = true;
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Before the mode is changed: from then on nothing ends this process but itself. */
static int catch_signals(struct session *s, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? err_errno(err, errno, "signals") : 0;
}

/* Number of a signal that came within a step; 0 for none. */
static int wait_for_signal(const struct session *s)
{
	struct pollfd fd = { .fd = s->signals, .events = POLLIN };
	struct signalfd_siginfo info;

	if (poll(&fd, 1, STEP_MS) <= 0 || read(s->signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	return info.ssi_signo;
}

static int end_in_time(struct session *s, struct err *err)
{
	s->timed_out = true;
	warn_line("partition %s: time is up, mode enforce from now on", s->part.name);
	return disarm(s, err);
}

/* Until the command ends (0: there is none), a signal comes, or the time is over. */
static int watch(struct session *s, pid_t command, uint64_t seconds, struct err *err)
{
	int64_t end = now_ms() + (int64_t)seconds * 1000;
	int status = 0, number;
	bool ended = false;

	while (!ended) {
		number = wait_for_signal(s);
		/* The command ends as it likes; what it does then is learned, too. */
		if (command && number) {
			kill(command, number);
			/* It stops when its command does, and then hears of nothing. */
			kill(command, SIGCONT);
		}
		ended = command ? waitpid(command, &status, WNOHANG) == command : number;
		if (!ended && s->armed && now_ms() >= end) {
			if (end_in_time(s, err))
				return -1;
			ended = !command;
		}
		if (collect(s, err))
			return -1;
	}
	s->status = command ? program_status(status) : 0;
	return disarm(s, err) || collect(s, err) ? -1 : 0;
}

/* "rvmctl run" with the options that were given. */
static char **run_words(const struct args *args, struct err *err)
{
	static const char *const options[] = { "--user", "--chdir" };
	static const char *const flags[] = { "--host-net", "--keep-caps", "--filter" };
	char *const *rest = args_rest(args);
	size_t n = 0, most = 16 + 2 * args_count(args, "--env");
	char **words;

	for (char *const *word = rest; *word; word++)
		most++;
	words = calloc(most, sizeof(*words));
	if (!words) {
		err_errno(err, ENOMEM, "run");
		return NULL;
	}
	words[n++] = "rvmctl";
	words[n++] = "run";
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!args_has(args, options[i]))
			continue;
		words[n++] = (char *)options[i];
		words[n++] = (char *)args_str(args, options[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (args_has(args, flags[i]))
			words[n++] = (char *)flags[i];
	}
	for (size_t i = 0; i < args_count(args, "--env"); i++) {
		words[n++] = "--env";
		words[n++] = (char *)args_nth(args, "--env", i);
	}
	words[n++] = (char *)args_str(args, "NAME");
	words[n++] = "--";
	while (*rest)
		words[n++] = *rest++;
	return words;
}

static pid_t start(const struct args *args, struct err *err)
{
	auto_free char **words = run_words(args, err);
	pid_t pid;

	if (!words)
		return -1;
	pid = fork();
	if (!pid) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* Standard output is for what was learned. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		signal(SIGPIPE, SIG_DFL);
		execv("/proc/self/exe", words);
		_exit(127);
	}
	if (pid < 0)
		err_errno(err, errno, "rvmctl run");
	return pid;
}

static int check_seconds(const struct args *args, uint64_t *seconds, struct err *err)
{
	*seconds = args_u64(args, "--for", SECONDS_DEFAULT);
	if (*seconds && *seconds <= SECONDS_MAX)
		return 0;
	err_make(err, EXIT_USAGE, "--for: not between 1 and %d seconds", SECONDS_MAX);
	return err_hint(err, "mode learn allows nearly everything: use several short runs");
}

static int learn_run(struct ctx *ctx, const struct args *args)
{
	auto_session struct session *s = session_new(&ctx->err);
	uint64_t seconds;
	pid_t pid;

	if (!s || check_seconds(args, &seconds, &ctx->err) ||
	    open_partition(s, args_str(args, "NAME"), &ctx->err) || catch_signals(s, &ctx->err) ||
	    arm(s, &ctx->err))
		return -1;
	pid = start(args, &ctx->err);
	if (pid < 0 || watch(s, pid, seconds, &ctx->err) || finish(s, ctx, args))
		return -1;
	return s->status;
}

static int learn_watch(struct ctx *ctx, const struct args *args)
{
	auto_session struct session *s = session_new(&ctx->err);
	uint64_t seconds;

	if (!s || check_seconds(args, &seconds, &ctx->err) ||
	    open_partition(s, args_str(args, "NAME"), &ctx->err) || catch_signals(s, &ctx->err) ||
	    arm(s, &ctx->err) || watch(s, 0, seconds, &ctx->err))
		return -1;
	return finish(s, ctx, args) ? -1 : EXIT_DONE;
}

static const struct arg run_args[] = {
	{ "--for", ARG_U64, 0, "SECONDS", "return to enforce after SECONDS; default: an hour",
	  NULL },
	{ "-o", ARG_FILE, 0, "FILE", "write the proposed table to FILE", NULL },
	{ "--add", ARG_FILE, 0, "TABLE", "put the rows of TABLE in front", NULL },
	{ "--user", ARG_STRING, 0, "USER", "as of run", NULL },
	{ "--env", ARG_STRING, ARG_MULTI, "NAME[=VALUE]", "as of run", NULL },
	{ "--chdir", ARG_DIR, 0, "DIR", "as of run", NULL },
	{ "--host-net", ARG_FLAG, 0, NULL, "as of run; without it there is no network to learn",
	  NULL },
	{ "--keep-caps", ARG_FLAG, 0, NULL, "as of run", NULL },
	{ "--filter", ARG_FLAG, 0, NULL, "as of run", NULL },
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{ "COMMAND", ARG_REST, ARG_REQUIRED, NULL, "the command, with its arguments", NULL },
	{},
};

static const struct arg watch_args[] = {
	{ "--for", ARG_U64, 0, "SECONDS", "return to enforce after SECONDS; default: an hour",
	  NULL },
	{ "-o", ARG_FILE, 0, "FILE", "write the proposed table to FILE", NULL },
	{ "--add", ARG_FILE, 0, "TABLE", "put the rows of TABLE in front", NULL },
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{},
};

static const struct arg propose_args[] = {
	{ "--since", ARG_U64, 0, "SEQ", "the first record to use; default: all", NULL },
	{ "-o", ARG_FILE, 0, "FILE", "write the proposed table to FILE", NULL },
	{ "--add", ARG_FILE, 0, "TABLE", "put the rows of TABLE in front", NULL },
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{},
};

const struct cmd learn_cmds[] = {
	{ "learn", "run", learn_run, run_args, "run a command in mode learn, and propose a table",
	  CMD_READ },
	{ "learn", "watch", learn_watch, watch_args, "learn from processes already running",
	  CMD_READ },
	{ "learn", "propose", propose, propose_args, "propose a table from the log so far",
	  CMD_READ },
	{},
};
