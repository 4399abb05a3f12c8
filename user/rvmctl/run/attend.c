// SPDX-License-Identifier: GPL-2.0-only
/* Signals, stops and the end of a command that runs in a partition. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run/attend.h"
#include "table/program.h"
#include "wire/nl.h"

/* From SIGTERM on a command has so long for its end; then it is killed. */
#define GRACE_SECONDS 10
/* Who asks so often within so long will not wait. */
#define ASKED_TIMES 3
#define ASKED_MS 3000

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + 1;
}

int attend_begin(struct attend *a, struct err *err)
{
	/* The alarm is our own. */
	static const int caught[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH, SIGALRM,
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(caught); i++)
		sigaddset(&set, caught[i]);
	/* The command stops first, see stop_with_it(). */
	if (a->pty->master >= 0)
		sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return a->signals < 0 ? err_errno(err, errno, "signals") : 0;
}

void attend_end(struct attend *a)
{
	if (a->signals >= 0)
		close(a->signals);
	a->signals = -1;
}

static int next_signal(const struct attend *a)
{
	struct signalfd_siginfo info;

	return read(a->signals, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

static bool asks_to_end(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

static bool is_ending(const struct attend *a)
{
	return a->asked && now_ms() - a->asked <= GRACE_SECONDS * 1000;
}

/* What ignores it, or is stopped again and again by others inside, ends all the same. */
static void ask_to_end(struct attend *a, int number)
{
	if (!a->asked || now_ms() - a->asked > ASKED_MS)
		a->times = 0;
	if (!a->times++)
		a->asked = now_ms();
	/* The first counts: others put nothing off. */
	if (number == SIGTERM && !a->warned)
		alarm(GRACE_SECONDS);
	a->warned |= number == SIGTERM;
	if (a->times >= ASKED_TIMES)
		spawn_signal(a->spawn, SIGKILL);
}

static void pass_signal(struct attend *a)
{
	int number = next_signal(a);

	if (number == SIGWINCH)
		pty_resize(a->pty);
	/* A shell may have put us in the foreground. */
	if (number == SIGCONT)
		pty_take_keys(a->pty);
	if (!number || number == SIGWINCH || number == SIGCONT)
		return;
	if (number == SIGALRM) {
		spawn_signal(a->spawn, SIGKILL);
		return;
	}
	/* What a terminal sends goes to the whole group. */
	if (number == SIGINT || number == SIGQUIT || number == SIGHUP || number == SIGTSTP)
		spawn_signal_group(a->spawn, number);
	else
		spawn_signal(a->spawn, number);
	if (!asks_to_end(number))
		return;
	/* Who is stopped does not hear of it. */
	spawn_signal_group(a->spawn, SIGCONT);
	ask_to_end(a, number);
}

/*
 * Where no shell waits for that, the kernel lets it pass, and the command goes on at once.
 */
static void stop_self(int number)
{
	sigset_t set, before;

	raise(number);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * Stop as the command did, go on together.  In the background it stops for keys, and the
 * helper has put it in the foreground of its terminal: what is missing is ours of the user's.
 */
static void stop_with_it(struct attend *a, int number)
{
	bool keys = number == SIGTTIN || number == SIGTTOU;

	if (a->pty->master < 0 && !is_ending(a))
		return;
	if (a->pty->master >= 0 && !is_ending(a)) {
		a->pty->wanted |= keys;
		if (!keys)
			pty_restore(a->pty);
		if (!keys || !pty_in_foreground(a->pty))
			stop_self(keys ? SIGTTIN : SIGTSTP);
		pty_take_keys(a->pty);
		pty_resize(a->pty);
	}
	spawn_signal_group(a->spawn, SIGCONT);
}

static int take_event(struct attend *a, bool started, struct err *err)
{
	int value;

	switch (spawn_event(a->spawn, &value)) {
	case SPAWN_ENDED:
		a->ended = true;
		a->status = value;
		return 0;
	case SPAWN_STOPPED:
		if (started)
			stop_with_it(a, WSTOPSIG(value));
		else
			spawn_signal(a->spawn, SIGCONT);
		return 0;
	default:
		return err_make(err, EXIT_REFUSED, "%s: the helper process was killed",
				a->spawn->path);
	}
}

/* Nothing of its own runs yet: it need not be asked. */
static void end_early(struct attend *a)
{
	int number = next_signal(a);

	if (!asks_to_end(number))
		return;
	spawn_signal(a->spawn, SIGKILL);
	a->ended = true;
	a->status = number;
}

int attend_start(struct attend *a, int *errnum, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = a->signals, .events = POLLIN },
		{ .fd = a->spawn->failure, .events = POLLIN },
		{ .fd = a->spawn->events, .events = POLLIN },
	};

	*errnum = 0;
	if (spawn_release(a->spawn, err))
		return -1;
	while (!a->ended) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return err_errno(err, errno, "%s", a->spawn->path);
		}
		if (fds[1].revents)
			return spawn_result(a->spawn, errnum, err);
		if (fds[0].revents)
			end_early(a);
		else if (fds[2].revents && take_event(a, false, err))
			return -1;
	}
	return 0;
}

/* Readers may take their time, unless somebody asks for the end: then the rest is lost. */
static void drain(struct attend *a)
{
	pty_finish(a->pty);
	if (a->asked && !a->warned)
		alarm(GRACE_SECONDS);
	while (!pty_drain(a->pty, a->signals)) {
		int number = next_signal(a);

		if (!asks_to_end(number) && number != SIGALRM)
			continue;
		a->status = number == SIGALRM ? SIGTERM : number;
		return;
	}
}

int attend_run(struct attend *a, struct err *err)
{
	const int fds[2] = { a->signals, a->spawn->events };
	bool ready[2];

	if (!a->ended)
		pty_take_keys(a->pty);
	while (!a->ended) {
		if (pty_pump(a->pty, fds, ready, err))
			return -1;
		if (ready[0])
			pass_signal(a);
		if (ready[1] && take_event(a, true, err))
			return -1;
	}
	drain(a);
	pty_restore(a->pty);
	return program_status(a->status);
}
