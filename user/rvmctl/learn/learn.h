/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_LEARN_H
#define RVMCTL_LEARN_H

#include "lib/pattern/glob.h"
#include "log/event.h"
#include "table/base.h"
#include "table/table.h"

/*
 * What a partition would have been refused, grouped, and lines of a table that
 * would allow it.  All of it comes from who is to be limited: every list here
 * has an end, and no line covers much more than what was used.
 */

/* Names and words that are kept in all, and below one directory or behind one word. */
#define LEARN_NODES_MAX 65536
#define LEARN_CHILDREN_MAX 1024
/* Siblings that make a pattern; lines for one directory or program; lines in all. */
#define LEARN_SIBLINGS 3
#define LEARN_FOLDER_LINES 64
#define LEARN_LINES_MAX 512
/* What is left out, told one by one. */
#define LEARN_LEFT_MAX 256
#define LEARN_PAIRS_MAX 4096

#define LEARN_WHY_TURNED                                                        \
	"a variable such as BASH_ENV or PYTHONPATH was set, which no row with " \
	"arguments allows: unset it, or allow the program with any arguments"

/**
 * struct seen - evidence
 */
struct seen {
	uint64_t count;
	/* Sequences in the log. */
	uint64_t first;
	uint64_t last;
};

enum node_flag {
	/* It is a directory: something is below it, it was made as one or is one. */
	NODE_FOLDER = 1,
	/* The partition made the directory itself, or removed it. */
	NODE_MADE = 2,
	/* A name or word that no pattern can say; see @why. */
	NODE_ODD = 4,
	/* A command ends here. */
	NODE_END = 8,
	/* The name holds wildcards. */
	NODE_PATTERN = 16,
	/* More names below it than are kept. */
	NODE_CROWDED = 32,
	/* WRITE is there only for a file that may not have existed. */
	NODE_MAYBE = 64,
	/* The partition created it; it removed it. */
	NODE_CREATED = 128,
	NODE_REMOVED = 256,
};

/**
 * struct node - a name of a path, or a word of a command
 */
struct node {
	/* As a segment of a pattern: escaped; words are as they are. */
	char *name;
	struct node *up;
	struct node *child;
	struct node *next;
	size_t children;
	unsigned int flags;
	/* Rights used here, not below. */
	uint8_t rights;
	struct seen seen;
	/* What it looked like first, if the name is a pattern; NULL else. */
	char *example;
	/* NODE_ODD, or NULL. */
	const char *why;
	/* What it was renamed to last; NULL for nothing. */
	const struct node *moved;
};

/**
 * struct line - a proposed line of a table
 */
struct line {
	uint8_t rights;
	char *resource;
	struct seen seen;
	char *example;
	/* NULL or a constant. */
	const char *note;
};

/**
 * struct left - something that is not proposed
 */
struct left {
	char *object;
	/* A constant. */
	const char *why;
	struct seen seen;
};

/* A rename: the old name needs at least the rights of the new one. */
struct pair {
	struct node *from;
	struct node *to;
};

/* A line of deputy.list below the workspace. */
struct deputy {
	char *text;
	struct rvm_glob glob;
	bool alone;
};

struct learn {
	/* Without a slash at the end. */
	const char *workspace;
	struct list list;
	/* One for each of its lines. */
	struct deputy *deputies;
	struct list programs;
	struct node paths;
	struct node commands;
	struct node peers;
	size_t nodes;
	struct pair *pairs;
	size_t n_pairs;
	/* The rename before, to find what belongs together. */
	struct node *renamed;
	uint64_t renamed_at;
	/* The program that was started last, whose interpreter may follow. */
	char *script;
	uint64_t script_pid;
	struct line lines[LEARN_LINES_MAX];
	size_t n_lines;
	struct left left[LEARN_LEFT_MAX];
	size_t n_left;
	/* Left out and not in @left either. */
	uint64_t more_left;
	/* Records of would-be refusals; those whose detail was gone. */
	uint64_t records;
	uint64_t blind;
	bool no_memory;
};

int learn_open(struct learn *l, const char *workspace, struct err *err);
void learn_close(struct learn *l);

/* Take in a record of the partition; any of them. */
void learn_event(struct learn *l, const struct event *event);
/* Make lines of all that was taken in; once. */
void learn_propose(struct learn *l);

/* node.c */
void seen_add(struct seen *seen, uint64_t sequence);
void seen_merge(struct seen *seen, const struct seen *more);
/* The child of this name, made if need be; NULL if there are too many (noted). */
struct node *node_child(struct learn *l, struct node *up, const char *name);
void node_free(struct node *node);
/* Rights that are used below. */
uint8_t node_rights_below(const struct node *node);
/* The node of an absolute path, if it was used by this very name; NULL if not. */
struct node *node_find(struct node *root, const char *path);
/* Is it a directory where anybody makes names? */
bool node_is_temporary(const struct node *dir);
/* Say that something is not proposed; @why is a constant. */
void learn_leave(struct learn *l, const char *object, const char *why, const struct seen *seen);
/* Propose a line; takes @resource and @example. */
void learn_add(struct learn *l, uint8_t rights, char *resource, const struct seen *seen,
	       char *example, const char *note);

/* name.c */
/* A name that differs each time, as a pattern, or NULL.  @temporary: in a directory for such. */
char *name_temporary(const char *name, const char *pid, bool temporary);
/* Is the directory, given by its first @len bytes, for such names: /tmp, or what TMPDIR names? */
bool name_is_temporary_folder(const char *path, size_t len);
/* The pattern of two names of random parts; NULL if they are not.  free() it. */
char *name_merge(const char *a, const char *b);
/*
 * A name, escaped, of a file that was made and is gone, with its random letters as a
 * pattern; NULL if it has none.  @target: what it was moved to, or NULL.  free() it.
 */
char *name_short_lived(const char *name, const char *target);
/* The pattern of a file that was made and is gone; NULL if it is none.  free() it. */
char *node_short_lived(const struct node *n);
/* Can it stand in a table? */
const char *name_fault(const char *name);

/* exec.c */
/* An argument with a name that differs each time: that part as a "*"; NULL if none.  free() it. */
char *word_temporary(const char *word, const char *pid);

/* path.c */
void learn_path(struct learn *l, const struct event *event);
/* Before anything is proposed. */
void learn_join_renamed(struct learn *l);

/* merge.c */
/* Siblings with names that are others each time; @temporary: anybody makes names there. */
void learn_merge(struct learn *l, struct node *dir, bool temporary);

/* fold.c */
int learn_open_deputies(struct learn *l, struct err *err);
void learn_close_deputies(struct learn *l);
void learn_propose_paths(struct learn *l);

/* exec.c */
void learn_command(struct learn *l, const struct event *event);
void learn_propose_commands(struct learn *l);

#endif
