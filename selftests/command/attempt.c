// SPDX-License-Identifier: GPL-2.0-only

#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARKER "RAN-FORBIDDEN"
#define SECRET "s3cret-of-"
#define SECONDS_MAX 60
#define WORDS_MAX 600

const char *attempt_root;

/* The trees. */

static FILE *state_file;

static int add_state(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char text[256] = "";
	ssize_t n;
	int fd;

	fprintf(state_file, "%s %o %u %ju", path, st->st_mode, st->st_uid,
		(uintmax_t)(S_ISDIR(st->st_mode) ? 0 : st->st_nlink));
	if (S_ISREG(st->st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		fprintf(state_file, " %jd %jd %.*s", (intmax_t)st->st_size, (intmax_t)st->st_mtime,
			(int)(n < 0 ? 0 : n), text);
	}
	fputc('\n', state_file);
	return 0;
}

/* Everything that no form may change. */
static char *read_state(const char *top)
{
	static const char *const watched[] = { "out", "ws/.env", "ws/secrets", "ws/protected",
					       "ws/run.sh" };
	char path[PATH_MAX], *text = NULL;
	size_t len;

	state_file = open_memstream(&text, &len);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, watched[i]);
		nftw(path, add_state, 8, FTW_PHYS);
	}
	fclose(state_file);
	return text;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

/* What no form may change: first the contents, then the times, which count too. */
static const struct watched {
	const char *path, *text;
	mode_t mode;
} watched_files[] = {
	{ "out/secret", "s3cret-of-others\n", 0600 },
	{ "out/id_rsa", "s3cret-of-others too\n", 0644 },
	{ "out/canary", "alive\n", 0600 },
	{ "ws/.env", "KEY=s3cret-of-env\n", 0644 },
	{ "ws/secrets/key", "s3cret-of-workspace\n", 0644 },
	{ "ws/protected/file", "do not edit\n", 0644 },
	{ "ws/run.sh", "#!/bin/sh\necho \"run ok $*\"\n", 0755 },
	{ "ws/spare.txt", "spare\n", 0644 },
};

static bool restore_file(const char *top, const struct watched *w)
{
	const struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, w->path);
	return write_file(path, w->text) && !chmod(path, w->mode) && !chown(path, 0, 0) &&
	       !utimensat(AT_FDCWD, path, times, 0);
}

static bool restore(const char *top)
{
	static const char *const folders[] = { "out", "out/sub", "ws", "ws/secrets",
					       "ws/protected" };
	char path[PATH_MAX];
	bool good = true;

	snprintf(path, sizeof(path), "%s/out", top);
	/* A form may have mounted something there. */
	umount2(path, MNT_DETACH);
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, folders[i]);
		if (mkdir(path, 0755) && errno != EEXIST)
			good = false;
	}
	for (size_t i = 0; i < ARRAY_LEN(watched_files); i++)
		good = restore_file(top, &watched_files[i]) && good;
	return good;
}

static bool make_tree(const char *top)
{
	char command[3 * PATH_MAX];

	snprintf(command, sizeof(command), "bash '%s/selftests/data/commands/workspace.sh' '%s'",
		 attempt_root, top);
	return !mkdir(top, 0755) && restore(top) && !system(command) && restore(top);
}

static bool is_changed(struct place *place)
{
	char *now = read_state(place->top);
	bool changed = strcmp(now, place->state);

	free(now);
	if (!changed)
		return false;
	restore(place->top);
	free(place->state);
	place->state = read_state(place->top);
	return true;
}

bool place_open(struct place *place, const char *name)
{
	place->top = strdup(in_dir(name));
	if (!make_tree(place->top))
		return false;
	place->state = read_state(place->top);
	return true;
}

void place_clean(const struct place *place)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/ws/archive", place->top);
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	mkdir(path, 0755);
}

/* Starting a form. */

struct start {
	char *file, *input;
	char *words[WORDS_MAX + 1];
	char *env[FORM_ENV_MAX + 8];
	enum form_via via;
	int fd;
};

static char *find_program(const char *word, const char *ws)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/usr/sbin" };
	char *path;

	if (strchr(word, '/')) {
		if (word[0] == '/' || asprintf(&path, "%s/%s", ws, word) < 0)
			return strdup(word);
		return path;
	}
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (asprintf(&path, "%s/%s", folders[i], word) < 0)
			break;
		if (!access(path, X_OK))
			return path;
		free(path);
	}
	return strdup(word);
}

static void fill_words(struct start *s, const struct form *f, const char *top)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		s->words[n++] = form_expand(f->words[i], top, attempt_root);
	for (unsigned int i = 0; i < f->pad && n + 1 < WORDS_MAX; i++)
		s->words[n++] = strdup("x");
	if (f->big) {
		s->words[n] = calloc(1, f->big + 1);
		memset(s->words[n++], 'y', f->big);
	}
}

static void fill_env(struct start *s, const struct form *f, const char *top)
{
	size_t n = 0;

	s->env[n++] = strdup("PATH=/usr/local/bin:/usr/bin:/usr/sbin");
	s->env[n++] = strdup("LANG=C.UTF-8");
	s->env[n++] = strdup("TERM=xterm");
	if (asprintf(&s->env[n], "HOME=%s/home", top) > 0)
		n++;
	/* Most programs use the first variable of a name, so ours come last. */
	for (size_t i = 0; f->env[i]; i++) {
		char *value = form_expand(f->env[i], top, attempt_root);
		size_t len = strcspn(value, "=") + 1, at = 0;

		while (at < n && strncmp(s->env[at], value, len))
			at++;
		s->env[at] = value;
		n += at == n;
	}
}

static void fill_start(struct start *s, const struct form *f, const char *top)
{
	char ws[PATH_MAX];
	char *word = form_expand(f->file ? f->file : f->words[0], top, attempt_root);

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->via = f->via;
	snprintf(ws, sizeof(ws), "%s/ws", top);
	s->file = find_program(word, ws);
	s->input = f->input ? form_expand(f->input, top, attempt_root) : NULL;
	fill_words(s, f, top);
	fill_env(s, f, top);
	free(word);
}

static void free_start(struct start *s)
{
	for (size_t i = 0; s->words[i]; i++)
		free(s->words[i]);
	for (size_t i = 0; s->env[i]; i++)
		free(s->env[i]);
	free(s->file);
	free(s->input);
}

static int copy_to_memory(const char *file)
{
	int from = open(file, O_RDONLY | O_CLOEXEC), to = memfd_create("x", 0);
	char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, n) != n)
			return -1;
	close(from);
	return to;
}

static void execute(const struct start *s)
{
	static char *const nothing[] = { NULL };
	char link[48];

	switch (s->via) {
	case VIA_MEMFD:
	case VIA_DESCRIPTOR:
		syscall(SYS_execveat, s->fd, "", s->words, s->env, AT_EMPTY_PATH);
		break;
	case VIA_PROC:
		snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
		execve(link, s->words, s->env);
		break;
	case VIA_NO_WORDS:
		execve(s->file, nothing, s->env);
		break;
	default:
		execve(s->file, s->words, s->env);
	}
	dprintf(2, "exec of %s: %s\n", s->file, strerror(errno));
}

/* Before the box is entered: the descriptor itself is not what is tested. */
static void open_program(struct start *s)
{
	if (s->via == VIA_MEMFD)
		s->fd = copy_to_memory(s->file);
	else if (s->via == VIA_DESCRIPTOR || s->via == VIA_PROC)
		s->fd = open(s->file, O_PATH);
}

static _Noreturn void run_child(struct start *s, const struct place *place, int in, int out)
{
	char path[PATH_MAX];

	setsid();
	alarm(2 * SECONDS_MAX);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	snprintf(path, sizeof(path), "%s/ws", place->top);
	if (chdir(path))
		_exit(254);
	syscall(SYS_close_range, 3U, ~0U, 0);
	open_program(s);
	if (place->box) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", place->box->cgroup);
		if (!write_file(path, "0"))
			_exit(254);
	}
	execute(s);
	_exit(126);
}

/* Its output, and its end.  Processes that it left may write a little longer. */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void collect(struct outcome *o, pid_t pid, int fd)
{
	double end = seconds() + SECONDS_MAX * patience();
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	bool ended = false, closed = false;
	int status = 0;

	while (seconds() < end && !(ended && closed)) {
		if (closed)
			usleep(1000);
		else if (poll(&poll_fd, 1, 100) > 0) {
			char spill[4096];
			bool room = o->len + 1 < sizeof(o->out);
			ssize_t n = read(fd, room ? o->out + o->len : spill,
					 room ? sizeof(o->out) - 1 - o->len : sizeof(spill));

			closed = n <= 0;
			o->len += room && n > 0 ? n : 0;
		}
		if (!ended && waitpid(pid, &status, WNOHANG) == pid) {
			ended = true;
			end = seconds() + 1;
		}
	}
	kill(-pid, SIGKILL);
	while (!ended && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	o->status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
	o->out[o->len] = '\0';
}

static void end_all(const struct box *box)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cgroup.kill", box->cgroup);
	write_file(path, "1");
}

static bool has_effect(const struct form *f, struct place *place, const struct outcome *o)
{
	bool changed = is_changed(place);

	switch (f->effect) {
	case EFFECT_RUNS:
		return memmem(o->out, o->len, MARKER, strlen(MARKER));
	case EFFECT_READS:
		return memmem(o->out, o->len, SECRET, strlen(SECRET));
	case EFFECT_CHANGES:
		return changed;
	default:
		return !changed && !o->status && memmem(o->out, o->len, f->says, strlen(f->says));
	}
}

/* What the form has as standard input and output, and our ends. */
struct ends {
	int in, out;
	int ours;
};

static void open_terminal(struct ends *e)
{
	e->ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->ours < 0 || grantpt(e->ours) || unlockpt(e->ours))
		exit(1);
	e->in = open(ptsname(e->ours), O_RDWR | O_NOCTTY | O_CLOEXEC);
	e->out = dup(e->in);
}

static void open_pipes(struct ends *e, const char *input)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		exit(1);
	if (input && write(in[1], input, strlen(input)) < 0)
		exit(1);
	close(in[1]);
	*e = (struct ends){ .in = in[0], .out = out[1], .ours = out[0] };
}

void attempt(const struct form *f, struct place *place, struct outcome *o)
{
	struct start s;
	struct ends e;
	uint64_t before = place->box ? box_denials(place->box) : 0;
	double begin = seconds();
	pid_t pid;

	memset(o, 0, sizeof(*o));
	fill_start(&s, f, place->top);
	if (f->tty)
		open_terminal(&e);
	else
		open_pipes(&e, s.input);
	fflush(stdout);
	pid = fork();
	if (!pid)
		run_child(&s, place, e.in, e.out);
	close(e.in);
	close(e.out);
	collect(o, pid, e.ours);
	close(e.ours);
	if (place->box) {
		end_all(place->box);
		o->denials = box_denials(place->box) - before;
	}
	o->effect = has_effect(f, place, o);
	o->seconds = seconds() - begin;
	free_start(&s);
}

bool attempt_possible(const struct form *f, const struct place *place)
{
	struct start s;
	bool there;

	fill_start(&s, f, place->top);
	/* Paths that depend on the asking process cannot be looked up here. */
	there = !strncmp(s.file, "/proc/self/", 11) || !access(s.file, F_OK);
	free_start(&s);
	return there;
}
