// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways around rules for commands, and the work that the rules are there for.
 *
 *	form --> outside, in the tree `control`:   it must have its effect
 *	     --> in a partition, in the tree `box`: it must not
 *
 * What counts is the effect, not an errno: a program that runs, a secret that
 * is printed, a file that changes.  That it is refused must show in the
 * partition's count of denials too.  Legitimate forms end with 0 in both.
 * The forms and the rule sets are in data/commands.
 *
 *	command_test [-s SET] [-l LIST] [-v]
 */

#include "common.h"
#include "form.h"

#include <dirent.h>
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MARKER "RAN-FORBIDDEN"
#define SECRET "s3cret-of-"
#define OUTPUT_MAX (64 * 1024)
#define SECONDS_MAX 60
#define WORDS_MAX 600

static const char *root, *only_set, *only_list;
static bool verbose;
static unsigned int number, failed;

/* What became of the forms of a kind. */
static struct {
	unsigned int good, bad, skipped;
} tally[3];

struct box_set {
	const struct form_set *set;
	struct box box;
	bool loaded;
};

/* Where a form is tried: `box` without a partition is the control. */
struct place {
	const char *top;
	const struct box *box;
	/* What is_changed() compares with. */
	char *state;
};

struct outcome {
	/* Of the program; 256 and more: it did not end, or was killed. */
	int status;
	bool effect;
	uint64_t denials;
	char out[OUTPUT_MAX];
	size_t len;
};

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

/* All that no form may change. */
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

static bool make_tree(const char *what, const char *top)
{
	char command[3 * PATH_MAX];

	snprintf(command, sizeof(command), "bash '%s/selftests/data/commands/workspace.sh' %s '%s'",
		 root, what, top);
	return !system(command);
}

static bool is_changed(struct place *place)
{
	char *now = read_state(place->top);
	bool changed = strcmp(now, place->state);

	free(now);
	if (!changed)
		return false;
	make_tree("restore", place->top);
	free(place->state);
	place->state = read_state(place->top);
	return true;
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
		s->words[n++] = form_expand(f->words[i], top, root);
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
	/* The first of a name counts for most; ours give way. */
	for (size_t i = 0; f->env[i]; i++) {
		char *value = form_expand(f->env[i], top, root);
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
	char *word = form_expand(f->file ? f->file : f->words[0], top, root);

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->via = f->via;
	snprintf(ws, sizeof(ws), "%s/ws", top);
	s->file = find_program(word, ws);
	s->input = f->input ? form_expand(f->input, top, root) : NULL;
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

/* Before the box is entered: what the descriptor is of is not the question. */
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

/* Its output, and its end.  What it left behind may write for a moment more. */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void collect(struct outcome *o, pid_t pid, int fd)
{
	double end = seconds() + SECONDS_MAX;
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

static void run_form(const struct form *f, struct place *place, struct outcome *o)
{
	struct start s;
	int in[2], out[2];
	uint64_t before = place->box ? box_denials(place->box) : 0;
	pid_t pid;

	memset(o, 0, sizeof(*o));
	fill_start(&s, f, place->top);
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		exit(1);
	if (s.input && write(in[1], s.input, strlen(s.input)) < 0)
		exit(1);
	close(in[1]);
	fflush(stdout);
	pid = fork();
	if (!pid)
		run_child(&s, place, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	collect(o, pid, out[0]);
	close(out[0]);
	if (place->box) {
		end_all(place->box);
		o->denials = box_denials(place->box) - before;
	}
	o->effect = has_effect(f, place, o);
	free_start(&s);
}

/* Telling. */

static void print_safe(const char *text, size_t max)
{
	for (; *text && max; text++, max--)
		putchar(*text < ' ' || *text > '~' || *text == '#' ? '.' : *text);
}

static void print_form(const struct form *f)
{
	static const char *const kinds[] = { "bypass", "open", "legit" };

	printf("%s %s %s:%u ", kinds[f->kind], f->set, f->list, f->line);
	for (size_t i = 0; f->env[i]; i++) {
		print_safe(f->env[i], 40);
		putchar(' ');
	}
	for (size_t i = 0; i < f->count && i < 8; i++) {
		print_safe(f->words[i], 60);
		putchar(' ');
	}
}

static void print_outcome(const char *where, const struct outcome *o)
{
	const char *at = o->out;

	printf("# %s: status %d, effect %d, denials %ju\n", where, o->status, o->effect,
	       (uintmax_t)o->denials);
	for (int lines = 0; *at && lines < 6; lines++) {
		size_t len = strcspn(at, "\n");

		printf("#   ");
		print_safe(at, len < 150 ? len : 150);
		putchar('\n');
		at += len + (at[len] == '\n');
	}
}

static const char *judge(const struct form *f, const struct outcome *control,
			 const struct outcome *inside)
{
	if (!control->effect)
		return f->kind == FORM_LEGIT ? "does not work outside either" :
					       "has no effect outside: not a real form";
	switch (f->kind) {
	case FORM_BYPASS:
		if (inside->effect)
			return "has the effect";
		if (!inside->denials && !f->quiet)
			return "has no effect, but nothing was refused";
		return NULL;
	case FORM_OPEN:
		return inside->effect ? NULL : "is refused by now: make it a bypass form";
	default:
		return inside->effect ? NULL : "does not work in the partition";
	}
}

static bool is_installed(const struct form *f, const char *top)
{
	struct start s;
	bool there;

	fill_start(&s, f, top);
	there = !access(s.file, F_OK);
	free_start(&s);
	return there;
}

static void try_form(const struct form *f, struct place *control, struct place *inside)
{
	static struct outcome outside, boxed;
	const char *wrong;

	if (!is_installed(f, control->top)) {
		tally[f->kind].skipped++;
		printf("ok %u ", ++number);
		print_form(f);
		printf("# SKIP %s is not installed\n", f->file ? f->file : f->words[0]);
		return;
	}
	run_form(f, control, &outside);
	run_form(f, inside, &boxed);
	wrong = judge(f, &outside, &boxed);
	if (wrong || verbose) {
		print_outcome("outside", &outside);
		print_outcome("inside", &boxed);
	}
	if (wrong)
		printf("# it %s\n", wrong);
	printf("%sok %u ", wrong ? "not " : "", ++number);
	print_form(f);
	putchar('\n');
	failed += wrong != NULL;
	tally[f->kind].bad += wrong != NULL;
	tally[f->kind].good += !wrong;
}

/* Rule sets. */

static uint32_t partition_id(const char *name)
{
	char command[128], *text = NULL, *at;
	uint32_t id = 0;
	size_t room = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "rvmctl -j partition show %s", name);
	pipe = popen(command, "re");
	if (pipe && getdelim(&text, &room, '\0', pipe) > 0) {
		at = strstr(text, "\"id\":");
		id = at ? strtoul(at + 5, NULL, 10) : 0;
	}
	if (pipe)
		pclose(pipe);
	free(text);
	return id;
}

static bool load_set(struct box_set *b, int nl, const char *top)
{
	const struct form_set *set = b->set;
	char *spec = form_expand(set->spec ? set->spec : "", top, root);
	char *table = form_expand(set->table ? set->table : "", top, root);
	char *command = NULL;
	bool good;

	snprintf(b->box.name, sizeof(b->box.name), "command-%s", set->name);
	snprintf(b->box.cgroup, sizeof(b->box.cgroup), "/sys/fs/cgroup/rvm/%s", b->box.name);
	b->box.nl = nl;
	if (asprintf(&command,
		     "{ table='%s' spec='%s'; "
		     "[ -n \"$table\" ] || { table='%s/%s.json' &&"
		     " rvmctl compile --spec \"$spec\" -o \"$table\"; } &&"
		     " rvmctl load \"$table\" ${spec:+--spec \"$spec\"} --partition %s"
		     " --workspace '%s/ws' --base %s; } 2>&1 | sed 's/^/# /'; "
		     "test -d %s",
		     table, spec, top, set->name, b->box.name, top, set->base, b->box.cgroup) < 0)
		return false;
	fflush(stdout);
	good = !system(command);
	free(command);
	free(table);
	free(spec);
	b->box.id = good ? partition_id(b->box.name) : 0;
	b->loaded = b->box.id;
	printf("%sok %u rules of %s are loaded\n", b->loaded ? "" : "not ", ++number, set->name);
	failed += !b->loaded;
	return b->loaded;
}

static bool is_wanted(const struct form *f, const struct form_set *set)
{
	return !strcmp(f->set, set->name) && (!only_set || !strcmp(only_set, f->set)) &&
	       (!only_list || strstr(f->list, only_list));
}

static void run_set(const struct forms *forms, const struct form_set *set, int nl,
		    struct place *control, struct place *inside)
{
	struct box_set b = { .set = set };
	size_t i = 0;

	while (i < forms->count && !is_wanted(&forms->form[i], set))
		i++;
	if (i == forms->count || !load_set(&b, nl, inside->top))
		return;
	inside->box = &b.box;
	for (; i < forms->count; i++)
		if (is_wanted(&forms->form[i], set))
			try_form(&forms->form[i], control, inside);
	inside->box = NULL;
	if (!box_remove(&b.box)) {
		printf("not ok %u partition of %s is removed\n", ++number, set->name);
		failed++;
	}
}

static bool read_lists(struct forms *forms)
{
	char path[PATH_MAX];
	struct dirent **names;
	bool good = true;
	int count;

	snprintf(path, sizeof(path), "%s/selftests/data/commands", root);
	count = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *end = strrchr(names[i]->d_name, '.');

		snprintf(path, sizeof(path), "%s/selftests/data/commands/%s", root,
			 names[i]->d_name);
		if (end && !strcmp(end, ".list"))
			good = forms_read(forms, path) && good;
	}
	return good && forms->count;
}

/* Each form is in a set that exists. */
static bool check_sets(const struct forms *forms)
{
	for (size_t i = 0; i < forms->count; i++) {
		size_t j = 0;

		while (j < forms->sets && strcmp(forms->set[j].name, forms->form[i].set))
			j++;
		if (j < forms->sets)
			continue;
		printf("# %s:%u: there is no set %s\n", forms->form[i].list, forms->form[i].line,
		       forms->form[i].set);
		return false;
	}
	return true;
}

static bool open_place(struct place *place, const char *name)
{
	place->top = strdup(in_dir(name));
	if (!make_tree("make", place->top))
		return false;
	place->state = read_state(place->top);
	return true;
}

static void print_tally(void)
{
	printf("# bypass forms: %u denied, %u not, %u skipped\n", tally[FORM_BYPASS].good,
	       tally[FORM_BYPASS].bad, tally[FORM_BYPASS].skipped);
	printf("# forms that the rules let be: %u as documented, %u not, %u skipped\n",
	       tally[FORM_OPEN].good, tally[FORM_OPEN].bad, tally[FORM_OPEN].skipped);
	printf("# legitimate forms: %u work, %u do not, %u skipped\n", tally[FORM_LEGIT].good,
	       tally[FORM_LEGIT].bad, tally[FORM_LEGIT].skipped);
}

int main(int argc, char **argv)
{
	struct place control = { 0 }, inside = { 0 };
	struct forms forms = { 0 };
	int nl, c;

	while ((c = getopt(argc, argv, "s:l:v")) > 0) {
		if (c == 's')
			only_set = optarg;
		else if (c == 'l')
			only_list = optarg;
		else if (c == 'v')
			verbose = true;
		else
			return 2;
	}
	printf("KTAP version 1\n");
	root = getenv("RVM_ROOT");
	nl = nl_open();
	if (nl < 0 || !root || !hooks_attached(nl)) {
		printf("1..0 # SKIP no module, no hooks or no RVM_ROOT\n");
		return 4;
	}
	if (!read_lists(&forms) || !check_sets(&forms) || !open_place(&control, "control") ||
	    !open_place(&inside, "box")) {
		printf("1..1\nnot ok 1 forms and trees are there\n");
		return 1;
	}
	for (size_t i = 0; i < forms.sets; i++)
		run_set(&forms, &forms.set[i], nl, &control, &inside);
	print_tally();
	printf("1..%u\n", number);
	return failed || !tally[FORM_BYPASS].good || !tally[FORM_LEGIT].good;
}
