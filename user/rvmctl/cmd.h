/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CMD_H
#define RVMCTL_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/out.h"

/*
 * Nouns, verbs and their arguments are data: parsing, usage, completion and
 * the man page's synopsis come from the same tables.  Words match exactly.
 */

enum arg_type {
	/* Option without a value. */
	ARG_FLAG,
	/* Any string that is not empty. */
	ARG_STRING,
	/* Path of a file, of a directory; not looked at while parsing. */
	ARG_FILE,
	ARG_DIR,
	/* Of a partition, also of a sub-agent's. */
	ARG_NAME,
	ARG_U32,
	ARG_U64,
	ARG_S64,
	/* One of @words; the number is its index. */
	ARG_WORD,
	/* "READ,WRITE"; the number is the mask. */
	ARG_RIGHTS,
	/* "30s", "10m", "2h", "1d"; the number is in seconds. */
	ARG_DURATION,
	/* "2030-01-31 12:00", or seconds since 1970. */
	ARG_TIME,
	/* Hexadecimal digits, an even number. */
	ARG_HEX,
	/* "on" or "off". */
	ARG_ONOFF,
	/* All that is left, "--" before it optional; last positional only. */
	ARG_REST,
};

#define ARG_REQUIRED 1
/* May be given several times; args_nth() has them all. */
#define ARG_MULTI 2
/* Not in usage or completion. */
#define ARG_HIDDEN 4

/**
 * struct arg - an option ("--name", "-n") or, without a dash, a positional
 */
struct arg {
	/** @name: "--claims", "-o", or "NAME". */
	const char *name;
	/** @type: enum arg_type. */
	enum arg_type type;
	/** @flags: ARG_REQUIRED, ARG_MULTI. */
	unsigned int flags;
	/** @meta: Name of the value in usage, such as "FILE"; unused for flags and positionals. */
	const char *meta;
	/** @help: A few words. */
	const char *help;
	/** @words: ARG_WORD, ended by NULL. */
	const char *const *words;
};

struct args;

/**
 * struct ctx - what a command gets; no other state lives outside it
 */
struct ctx {
	struct out *out;
	struct err err;
};

/**
 * struct cmd - one verb; a table of them ends with an empty one
 */
struct cmd {
	/** @noun: "token"; NULL for verbs that stand alone ("load"). */
	const char *noun;
	/** @verb: "list", or "load" without a noun. */
	const char *verb;
	/**
	 * @run: Return 0 for done; -1 with ctx->err made; an enum exit_code for
	 * an answer such as deny.
	 */
	int (*run)(struct ctx *ctx, const struct args *args);
	/** @args: Ended by an empty one; NULL for none. */
	const struct arg *args;
	/** @help: A few words, lower case, no full stop. */
	const char *help;
	/** @flags: CMD_x. */
	unsigned int flags;
};

/* Reads only: takes -j and -p. */
#define CMD_READ 1
/* Not in usage or completion. */
#define CMD_HIDDEN 2

/* Values by the name in the table.  Asking for a name that is not there is a bug and aborts. */
bool args_has(const struct args *a, const char *name);
/* NULL, or @fallback, if it was not given. */
const char *args_str(const struct args *a, const char *name);
uint64_t args_u64(const struct args *a, const char *name, uint64_t fallback);
int64_t args_s64(const struct args *a, const char *name, int64_t fallback);
/* Index into words; on is 1 and off is 0. */
int args_word(const struct args *a, const char *name, int fallback);
/*
 * ARG_HEX: exactly @n bytes.  Return: 0, also if it was not given, with @bytes as they were;
 * -1 with @err.
 */
int args_hex(const struct args *a, const char *name, uint8_t *bytes, size_t n, struct err *err);
/* How often it was given, and each value. */
size_t args_count(const struct args *a, const char *name);
const char *args_nth(const struct args *a, const char *name, size_t n);
/* ARG_REST: a NULL-terminated vector, NULL if empty; and whether "--" stood right before it. */
char *const *args_rest(const struct args *a);
bool args_has_dashes(const struct args *a);

/* True for a name that a new partition may be given: [a-z][a-z0-9-]*, at most 64 bytes. */
bool name_valid(const char *name);
/* True for those as well that sub-agents' partitions have, with dots: see nest.h. */
bool name_is_partition(const char *name);

/* Dispatch; argv without the program's own name.  Return: enum exit_code or -1 with ctx->err. */
int cmd_dispatch(struct ctx *ctx, const struct cmd *const *tables, int argc, char **argv);
void cmd_usage(FILE *f, const struct cmd *const *tables);
void cmd_help(FILE *f, const struct cmd *cmd);
/* One line a command: noun, verb, arguments and types, tab-separated. */
void cmd_dump(FILE *f, const struct cmd *const *tables);

/* The tables: each .c file has its own, rvmctl.c lists them. */
extern const struct cmd partition_cmds[];
extern const struct cmd token_cmds[];
extern const struct cmd token_tree_cmds[];
extern const struct cmd token_grant_cmds[];
extern const struct cmd token_revoke_cmds[];
extern const struct cmd token_prove_cmds[];
extern const struct cmd grant_cmds[];
extern const struct cmd revoke_cmds[];
extern const struct cmd table_cmds[];
extern const struct cmd load_cmds[];
extern const struct cmd compile_cmds[];
extern const struct cmd claims_cmds[];
extern const struct cmd run_cmds[];
extern const struct cmd enter_cmds[];
extern const struct cmd check_cmds[];
extern const struct cmd why_cmds[];
extern const struct cmd doctor_cmds[];
extern const struct cmd hook_cmds[];
extern const struct cmd witness_cmds[];
extern const struct cmd export_cmds[];
extern const struct cmd record_cmds[];
extern const struct cmd proof_cmds[];
extern const struct cmd key_cmds[];
extern const struct cmd query_cmds[];
extern const struct cmd monitor_cmds[];
extern const struct cmd status_cmds[];
extern const struct cmd learn_cmds[];

#endif
