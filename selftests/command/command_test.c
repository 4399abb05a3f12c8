// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways around rules for commands, and the work that the rules are there for.
 *
 *	form --> outside, in the tree `control`:   it must have its effect
 *	     --> in a partition, in the tree `box`: it must not
 *
 * What counts is the effect, not an errno: a program that runs, a secret that is printed,
 * a file that changes.  The partition's count of denials must also show that it was
 * denied.  Legitimate forms end with 0 in both. The forms and the rule sets are in
 * data/commands.
 *
 *	command_test [-a] [-c] [-v] [-s SET] [-l LIST]
 *
 * A form that is in several sets is tried outside once.  Those marked slow are tried with
 * -a only: emulated, all together take a quarter of an hour. With -c it only looks
 * whether forms have their effect outside, for which it needs no module.  They do what
 * they say: give them mounts of their own.
 */

#include "attempt.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYPASS_MIN 250
#define LEGIT_MIN 100

static const char *root, *only_set, *only_list;
static bool all, verbose, control_only;
static struct forms forms;
static unsigned int number, failed;

/* Results of the forms of one kind. */
static struct {
	unsigned int good, bad, skipped, left;
} tally[3];

/* Time that everything took. */
static double spent_outside, spent_inside;

struct box_set {
	const struct form_set *set;
	struct box box;
	bool loaded;
};

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

	printf("# %s: status %d, effect %d, denials %ju, %.2f s\n", where, o->status, o->effect,
	       (uintmax_t)o->denials, o->seconds);
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
	if (!inside)
		return NULL;
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

/* Was it shown to have its effect, in this set or in one before? */
static bool is_real(const struct form *f)
{
	for (const struct form *g = forms.form; g < f; g++)
		if (g->real && form_is_same(f, g))
			return true;
	return false;
}

static void try_outside(struct form *f, struct place *control, struct outcome *o)
{
	if (is_real(f))
		*o = (struct outcome){ .effect = true };
	else
		attempt(f, control, o);
	f->real = o->effect;
	spent_outside += o->seconds;
}

static void try_form(struct form *f, struct place *control, struct place *inside)
{
	static struct outcome outside, boxed;
	const char *wrong;

	if (!attempt_possible(f, control)) {
		tally[f->kind].skipped++;
		printf("ok %u ", ++number);
		print_form(f);
		printf("# SKIP %s is not installed\n", f->file ? f->file : f->words[0]);
		return;
	}
	try_outside(f, control, &outside);
	if (!control_only)
		attempt(f, inside, &boxed);
	spent_inside += boxed.seconds;
	wrong = judge(f, &outside, control_only ? NULL : &boxed);
	if (wrong || verbose) {
		print_outcome("outside", &outside);
		if (!control_only)
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

static bool has_forms(const struct form_set *set)
{
	for (size_t i = 0; i < forms.count; i++)
		if (is_wanted(&forms.form[i], set))
			return true;
	return false;
}

static void run_set(const struct form_set *set, int nl, struct place *control, struct place *inside)
{
	struct box_set b = { .set = set, .box.cgroup_fd = -1 };

	if (!has_forms(set) || (!control_only && !load_set(&b, nl, inside->top)))
		return;
	place_clean(control);
	if (!control_only)
		place_clean(inside);
	inside->box = &b.box;
	for (size_t i = 0; i < forms.count; i++) {
		struct form *f = &forms.form[i];

		if (!is_wanted(f, set))
			continue;
		if (f->slow && !all)
			tally[f->kind].left++;
		else
			try_form(f, control, inside);
	}
	inside->box = NULL;
	if (!control_only && !box_remove(&b.box)) {
		printf("not ok %u partition of %s is removed\n", ++number, set->name);
		failed++;
	}
}

static bool read_lists(void)
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
			good = forms_read(&forms, path) && good;
	}
	return good && forms.count;
}

/* Each form is in a set that exists. */
static bool check_sets(void)
{
	for (size_t i = 0; i < forms.count; i++) {
		size_t j = 0;

		while (j < forms.sets && strcmp(forms.set[j].name, forms.form[i].set))
			j++;
		if (j < forms.sets)
			continue;
		printf("# %s:%u: there is no set %s\n", forms.form[i].list, forms.form[i].line,
		       forms.form[i].set);
		return false;
	}
	return true;
}

static void print_tally(void)
{
	static const char *const texts[][2] = {
		{ "bypass forms", "denied" },
		{ "known and not stopped", "as documented" },
		{ "legitimate forms", "work" },
	};

	for (int i = 0; i < 3; i++)
		printf("# %s: %u %s, %u not, %u skipped, %u left to -a\n", texts[i][0],
		       tally[i].good, texts[i][1], tally[i].bad, tally[i].skipped, tally[i].left);
	printf("# %.0f s outside, %.0f s in partitions\n", spent_outside, spent_inside);
}

/* Lists that lost their forms must not pass. */
static void check_counts(void)
{
	bool enough = tally[FORM_BYPASS].good >= BYPASS_MIN && tally[FORM_LEGIT].good >= LEGIT_MIN;

	printf("%sok %u at least %d bypass and %d legitimate forms were tried\n",
	       enough ? "" : "not ", ++number, BYPASS_MIN, LEGIT_MIN);
	failed += !enough;
}

static bool read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "acs:l:v")) > 0) {
		if (c == 's')
			only_set = optarg;
		else if (c == 'l')
			only_list = optarg;
		else if (c == 'v')
			verbose = true;
		else if (c == 'a')
			all = true;
		else if (c == 'c')
			control_only = true;
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct place control = { 0 }, inside = { 0 };
	int nl = -1;

	if (!read_options(argc, argv))
		return 2;
	printf("KTAP version 1\n");
	root = getenv("RVM_ROOT");
	attempt_root = root;
	if (!control_only)
		nl = nl_open();
	if (!root || (!control_only && (nl < 0 || !attach_hooks(nl)))) {
		printf("1..0 # SKIP no module, no hooks or no RVM_ROOT\n");
		return 4;
	}
	if (!read_lists() || !check_sets() || !place_open(&control, "control") ||
	    (!control_only && !place_open(&inside, "box"))) {
		printf("1..1\nnot ok 1 forms and trees are there\n");
		return 1;
	}
	for (size_t i = 0; i < forms.sets; i++)
		run_set(&forms.set[i], nl, &control, &inside);
	print_tally();
	if (!only_set && !only_list)
		check_counts();
	printf("1..%u\n", number);
	return !!failed;
}
