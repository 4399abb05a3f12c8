/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ERR_H
#define RVMCTL_ERR_H

#include <stdbool.h>

#include "base/format.h"

/** enum exit_code - documented in rvmctl(8) */
enum exit_code {
	/** @EXIT_DONE: Done, or allowed. */
	EXIT_DONE = 0,
	/** @EXIT_REFUSED: Refused, denied, or failed. */
	EXIT_REFUSED = 1,
	/** @EXIT_USAGE: The command line or an input file is wrong. */
	EXIT_USAGE = 2,
	/** @EXIT_UNAVAILABLE: No module, no hooks, or the kernel lacks something. */
	EXIT_UNAVAILABLE = 3,
};

/**
 * struct err - why something failed; at most one, the first that was made
 *
 * Printed once, by main, as "rvmctl: <object>: <reason>; <what to do>".
 */
struct err {
	/** @code: enum exit_code, EXIT_DONE if there is none. */
	int code;
	/** @text: "<object>: <reason>", innermost reason last. */
	char *text;
	/** @hint: What to do, or NULL. */
	char *hint;
};

/**
 * err_make() - say what went wrong
 * @err: filled unless it already holds an error
 * @code: enum exit_code
 * @fmt: "<object>: <reason>"
 *
 * Return: -1, so that a function can end with "return err_make(...)".
 */
int err_make(struct err *err, int code, const char *fmt, ...) PRINTF(3, 4);

/** err_errno() - as err_make(), with ": <strerror(errnum)>" behind it; EXIT_REFUSED */
int err_errno(struct err *err, int errnum, const char *fmt, ...) PRINTF(3, 4);

/** err_hint() - add what to do; the first hint stays.  Return: -1 */
int err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/** err_wrap() - put "<context>: " in front.  Return: -1 */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* The analyzer sees one file at a time: tell it what these return. */
#if defined(__clang_analyzer__) && !defined(ERR_DEFINES)
#define err_make(...) ((void)err_make(__VA_ARGS__), -1)
#define err_errno(...) ((void)err_errno(__VA_ARGS__), -1)
#define err_hint(...) ((void)err_hint(__VA_ARGS__), -1)
#define err_wrap(...) ((void)err_wrap(__VA_ARGS__), -1)
#endif

/** err_clear() - forget the error */
void err_clear(struct err *err);

/** err_print() - one line on stderr, control characters escaped */
void err_print(const struct err *err);

/** warn_line() - one line "rvmctl: warning: ..." on stderr, control characters escaped */
void warn_line(const char *fmt, ...) PRINTF(1, 2);

/** warn_mute() - say no warnings, or again: what is only tried makes none */
void warn_mute(bool mute);

#endif
