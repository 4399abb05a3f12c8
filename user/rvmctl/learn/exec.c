// SPDX-License-Identifier: GPL-2.0-only
/* Commands: the program and its words, exact or with what at least three had in common. */
#include <string.h>

#include "base/path.h"
#include "learn/learn.h"
#include "table/program.h"

#define CUT_WORD "(cut)"

/* Words know no wildcard but the star: one for all that is random in the name. */
static char *star_word(const char *word, const char *base, const char *pattern)
{
	const char *last_wild = pattern;

	for (const char *p = pattern; *p; p++)
		last_wild = strchr("?*]", *p) ? p : last_wild;
	return format("%.*s%.*s*%s", (int)(base - word), word, (int)strcspn(pattern, "?["), pattern,
		      last_wild + 1);
}

/* Of git, by SHA-1 or SHA-256. */
static bool is_object_id(const char *word)
{
	size_t len = strlen(word);

	return (len == 40 || len == 64) && strspn(word, "0123456789abcdef") == len;
}

/* Of "-fresolution=/tmp/ccAbC123.res" the path counts. */
char *word_temporary(const char *word, const char *pid)
{
	const char *base = path_base(word), *path = strchr(word, '/');
	auto_free char *pattern = NULL;
	bool temporary = path && base > path && name_is_temporary_folder(path, base - 1 - path);

	/* Arguments do not know an escape.  What is no path is no file. */
	if (!path || strpbrk(base, "\\*?["))
		return NULL;
	pattern = name_temporary(base, pid, temporary);
	if (!pattern)
		return NULL;
	return star_word(word, base, pattern);
}

/* Something that is another each time, as a pattern of a word; NULL if it is none. */
static char *vary_word(const char *word, const char *pid)
{
	return is_object_id(word) ? strdup("*") : word_temporary(word, pid);
}

static void put_word(struct learn *l, struct node **node, const char *word, const char *pid)
{
	auto_free char *pattern = vary_word(word, pid);
	struct node *next = *node ? node_child(l, *node, pattern ? pattern : word) : NULL;

	if (next && pattern)
		next->flags |= NODE_PATTERN;
	if (next && !(next->flags & NODE_ODD)) {
		next->why = word_fault(word);
		next->flags |= next->why ? NODE_ODD : 0;
	}
	*node = next;
}

static void put_end(struct learn *l, struct node *node, const struct event *event,
		    const char *object)
{
	if (!node->example)
		node->example = strdup(object);
	l->no_memory |= !node->example;
	node->flags |= NODE_END;
	node->rights |= RVM_RIGHT_EXECUTE;
	seen_add(&node->seen, event->rec.sequence);
}

static void leave(struct learn *l, const struct event *event, const char *object, const char *why)
{
	struct seen seen = { 0 };

	seen_add(&seen, event->rec.sequence);
	learn_leave(l, object, why, &seen);
}

/* Without the words that the kernel made: the script is the one it was started for. */
static void put_interpreter(struct learn *l, const struct event *event, struct node *node,
			    const char *object)
{
	const char *pid = event->detail.pid;

	if (l->script && pid && strtoull(pid, NULL, 10) == l->script_pid && !word_fault(l->script))
		put_word(l, &node, l->script, pid);
	if (node)
		put_end(l, node, event, object);
}

void learn_command(struct learn *l, const struct event *event)
{
	const struct detail *d = &event->detail;
	auto_free char *object = event_object(event);
	auto_free char *program = NULL;
	auto_free char *typed = NULL;
	struct node *node = &l->commands;
	char *const *words = d->words;
	size_t n = d->n_words;

	if (!d->path || !object || d->path[0] != '/') {
		leave(l, event, object ? object : "?",
		      "the log does not have the path of the program");
		return;
	}
	if (d->turned) {
		leave(l, event, object, LEARN_WHY_TURNED);
		return;
	}
	if (event->payload.operation == RVM_OP_INTERP && l->script && d->pid &&
	    strtoull(d->pid, NULL, 10) == l->script_pid)
		typed = script_interpreter(l->script);
	program = program_word(l->workspace, d->path, d->as, n ? words[0] : typed);
	if (!program || (n && strcmp(path_base(words[0]), path_base(program)))) {
		leave(l, event, object,
		      "the program was called by another name than its own, which a row cannot "
		      "express");
		return;
	}
	put_word(l, &node, program, NULL);
	if (event->payload.operation == RVM_OP_INTERP && node && !n) {
		put_interpreter(l, event, node, object);
		return;
	}
	for (size_t i = 1; i < n && node; i++)
		put_word(l, &node, words[i], d->pid);
	if (d->cut && node)
		put_word(l, &node, CUT_WORD, NULL);
	if (d->cut && node) {
		node->flags |= NODE_ODD;
		node->why = "the log does not have all of its arguments";
	}
	if (!node)
		leave(l, event, program, "more different arguments were used than are kept");
	else
		put_end(l, node, event, object);
}

/* A command under construction: words down the tree. */
struct command {
	char text[RVM_GLOB_BYTES_MAX];
	size_t len;
	bool odd;
	const char *why;
	const char *note;
};

static size_t alternatives(const struct node *node)
{
	return node->children + !!(node->flags & NODE_END);
}

static void sum_below(const struct node *node, struct seen *seen, const char **example)
{
	if (node->flags & NODE_END && (!seen->count || node->seen.first < seen->first))
		*example = node->example;
	seen_merge(seen, &node->seen);
	for (const struct node *n = node->child; n; n = n->next)
		sum_below(n, seen, example);
}

static void propose_command(struct learn *l, const struct node *node, const struct command *c,
			    bool prefix)
{
	const char *example = NULL;
	struct seen seen = { 0 };
	char *resource;

	if (prefix)
		sum_below(node, &seen, &example);
	else
		seen_merge(&seen, &node->seen);
	if (!example)
		example = node->example ? node->example : c->text;
	if (!prefix && c->odd) {
		learn_leave(l, example, c->why, &seen);
		return;
	}
	/* A star at the end is none of its word: it would stand for more words only. */
	if (c->len && c->text[c->len - 1] == '*')
		prefix = true;
	resource = format("exec:%s%s", c->text, prefix ? " *" : "");
	learn_add(l, RVM_RIGHT_EXECUTE, resource, &seen, strdup(example), c->note);
}

static size_t count_ends(const struct node *node)
{
	size_t n = !!(node->flags & NODE_END);

	for (const struct node *child = node->child; child; child = child->next)
		n += count_ends(child);
	return n;
}

/* The word is a file that was made and is gone: the next one has another name. */
static char *gone_word(struct learn *l, const char *word)
{
	const char *base = path_base(word);
	auto_free char *path = word[0] == '/' ? strdup(word) : path_join(l->workspace, word);
	const struct node *file = path ? node_find(&l->paths, path) : NULL;
	auto_free char *pattern = file ? node_short_lived(file) : NULL;

	return pattern && !strpbrk(base, "\\*?[") ? star_word(word, base, pattern) : NULL;
}

#define NOTE_OPEN                                                                        \
	"an argument has characters that a row cannot express: the row ends before it, " \
	"and any argument may follow"

/* Words that no rule can say: up to them, with an open end. */
static void propose_open(struct learn *l, const struct node *node, const struct command *above)
{
	auto_free struct command *c = malloc(sizeof(*c));

	if (!c) {
		l->no_memory = true;
		return;
	}
	*c = *above;
	if (!c->note)
		c->note = NOTE_OPEN;
	propose_command(l, node, c, true);
}

static void walk_words(struct learn *l, struct node *node, const struct command *above,
		       unsigned int depth)
{
	auto_free struct command *c = malloc(sizeof(*c));
	auto_free char *gone = gone_word(l, node->name);
	const char *name = gone ? gone : node->name;
	size_t len = strlen(name);

	if (!c) {
		l->no_memory = true;
		return;
	}
	*c = *above;
	if (c->len + len + 2 > sizeof(c->text)) {
		c->odd = true;
		c->why = "the command is too long for a row";
	} else {
		c->len += snprintf(c->text + c->len, sizeof(c->text) - c->len, "%s%s",
				   c->len ? " " : "", name);
	}
	/* The program alone with whatever words is more than was seen. */
	if (node->flags & NODE_ODD && depth > 2 && !above->odd) {
		propose_open(l, node, above);
		return;
	}
	if (node->flags & NODE_ODD) {
		c->odd = true;
		c->why = node->why;
	}
	if (node->flags & NODE_PATTERN && !c->note)
		c->note = "an argument names something that differs each time; if it is the last "
			  "one, more may follow";
	/* The program and one word at least are the same; its own words go on to bind. */
	if (depth >= 2 && !c->odd && alternatives(node) >= LEARN_SIBLINGS) {
		propose_command(l, node, c, true);
		return;
	}
	if (node->flags & NODE_END)
		propose_command(l, node, c, false);
	for (struct node *n = node->child; n; n = n->next)
		walk_words(l, n, c, depth + 1);
}

/*
 * Whoever may start a program of the workspace by its words may not write it:
 * load sees to that.  One that the partition builds is named by its place.
 */
static bool propose_built(struct learn *l, const struct node *program)
{
	auto_free char *path = NULL;
	auto_free char *pattern = NULL;
	const struct node *file = NULL;
	const char *example = NULL;
	struct seen seen = { 0 };
	char *resource = NULL;

	if (program->name[0] != '.')
		return false;
	pattern = path_escape(program->name);
	path = path_join(l->workspace, program->name + 2);
	if (path)
		file = node_find(&l->paths, path);
	if (!file || !(file->rights & RVM_RIGHT_WRITE))
		return false;
	sum_below(program, &seen, &example);
	resource = pattern ? format("run:%s", pattern) : NULL;
	learn_add(l, RVM_RIGHT_EXECUTE, resource, &seen, strdup(example ? example : program->name),
		  "it writes this program itself: whatever it puts there runs, with any arguments");
	return true;
}

static void propose_program(struct learn *l, struct node *program)
{
	const char *class = program_class(&l->programs, path_base(program->name));
	struct command none = { 0 };
	const char *example = NULL;
	struct seen seen = { 0 };

	if (propose_built(l, program))
		return;
	if (strcmp(class, "interpreter") == 0)
		none.note = "runs code of whoever chooses its input: arguments do not limit it";
	else if (strcmp(class, "launcher") == 0)
		none.note = "makes services of the host work for it";
	if (program->flags & NODE_CROWDED || program->children > LEARN_FOLDER_LINES ||
	    count_ends(program) > LEARN_CHILDREN_MAX) {
		sum_below(program, &seen, &example);
		learn_leave(l, program->name,
			    "more different arguments were used than are proposed", &seen);
		return;
	}
	walk_words(l, program, &none, 1);
}

void learn_propose_commands(struct learn *l)
{
	for (struct node *n = l->commands.child; n; n = n->next)
		propose_program(l, n);
}
