/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ENVIRON_H
#define _RVM_ENVIRON_H

#include <linux/types.h>

/**
 * RVM_ENVIRON_BYTES - bytes of a variable that have to be seen
 *
 * More than any name that matters with its "=", what is compared of a value, and most
 * directory names.
 */
#define RVM_ENVIRON_BYTES 256
/* Bytes of its name that are recorded, with a NUL. */
#define RVM_ENVIRON_NAME_BYTES 32

/**
 * enum rvm_environ - which programs an environment can turn, from fewest to most
 * @RVM_ENVIRON_NONE: None.
 * @RVM_ENVIRON_MAKE: make, gmake and the like, which pass such variables on.
 * @RVM_ENVIRON_ANY: Any.
 */
enum rvm_environ {
	RVM_ENVIRON_NONE,
	RVM_ENVIRON_MAKE,
	RVM_ENVIRON_ANY,
};

/**
 * rvm_environ_matters() - can one of those below say yes
 * @text: "NAME=VALUE", or as much of it as there is
 * @len: bytes in @text
 *
 * Return: false if neither can, by the first letters alone.
 */
bool rvm_environ_matters(const char *text, size_t len);

/**
 * rvm_environ_turns() - can this variable turn the program that receives it
 * @text: "NAME=VALUE", or its first RVM_ENVIRON_BYTES bytes
 * @len: bytes in @text
 *
 * A variable turns a program if it makes an interpreter run code, or take arguments, that
 * the command line does not name.  One that only names a program to start (PAGER,
 * GIT_SSH_COMMAND) does not count: that start has its own question.
 *
 * Context: Any.
 * Return: Which programs.
 */
enum rvm_environ rvm_environ_turns(const char *text, size_t len);

/**
 * rvm_environ_folder() - does this variable name directories that code is taken from
 * @text: as above
 * @len: likewise
 *
 * HOME and the like: each program has them, and interpreters run code from there without
 * being told to.  So they turn a program if they name other directories than the
 * partition was entered with.
 *
 * Context: Any.
 * Return: Its name with the "=", or NULL.
 */
const char *rvm_environ_folder(const char *text, size_t len);

/**
 * rvm_environ_turns_program() - can an environment turn this program
 * @environ: the most programs that one of its variables can turn
 * @name: base name of the program
 * @len: bytes in @name
 *
 * Context: Any.
 * Return: True if it can.
 */
bool rvm_environ_turns_program(enum rvm_environ environ, const char *name, size_t len);

#endif /* _RVM_ENVIRON_H */
