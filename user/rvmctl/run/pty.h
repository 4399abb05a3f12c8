/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PTY_H
#define RVMCTL_PTY_H

#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

#include "base/err.h"
#include "run/relay.h"

/*
 * What stands between a command and the user's descriptors.  A command gets
 * pipes as they are.  For a terminal it gets one of its own, so that it can
 * neither read nor type what is the user's; for files, devices and sockets it
 * gets a pipe, since these would be judged by its tokens.
 *
 * Keys are the command's at once if standard input and output are the terminal that
 * rvmctl is in the foreground of.  Else others, such as a pager behind a pipe, may read
 * them as well: the command begins in the background of its terminal, where the kernel
 * stops it when it wants to read or to set it up; then it gets keys.
 */

/**
 * struct pty - the user's side
 */
struct pty {
	/** @master: Our end of the command's terminal, or -1. */
	int master;
	/**
	 * @remote: There are no rights to make a terminal here.  Another rvmctl makes it, and
	 * @master and the command's end are a pair of sockets that leads there.
	 */
	bool remote;
	/** @first: How that one is to be set, and its size. */
	struct termios first;
	struct winsize size;
	/** @user: The user's terminal, or -1.  It is locked while its settings are ours. */
	int user;
	/** @whole: Input and output are the terminal, and nobody else uses it. */
	bool whole;
	/** @wanted: The command takes keys. */
	bool wanted;
	/** @keys: What brings them, or NULL. */
	struct relay *keys;
	/** @raw: The user's terminal passes keys at once; @saved is how it was. */
	bool raw;
	struct termios saved;
	/** @input: From a file, or NULL. */
	struct relay *input;
	/** @unread: The command's end of that pipe, to see what it leaves; or -1. */
	int unread;
	struct relays relays;
};

#define PTY_INIT ((struct pty){ .master = -1, .user = -1, .unread = -1 })

/* Open what is closed of 0, 1 and 2, before anything else takes its number. */
int pty_fill_gaps(struct err *err);

/* Is one of 0, 1 and 2 /dev/null? */
bool pty_has_null(void);

/**
 * pty_open() - make what the command gets as 0, 1 and 2
 * @uid: who will own the terminal
 * @null: the command may use /dev/null: no pipe in its place
 * @stdio: filled, all above 2
 * @tty: filled with what becomes its controlling terminal, or -1
 */
int pty_open(struct pty *pty, uid_t uid, bool null, int stdio[3], int *tty, struct err *err);

/**
 * pty_serve() - make a terminal for a command whose user is at another rvmctl
 * @user: socket that leads there; stays open
 * @termios: how it is to be set
 * @tty: filled with what becomes its controlling terminal
 */
int pty_serve(struct pty *pty, uid_t uid, int user, const struct termios *termios,
	      const struct winsize *size, int *tty, struct err *err);

/* What a command may be given as it is: a pipe without a name; /dev/null. */
bool pty_is_pipe(int fd);
bool pty_is_null(int fd);

/* Is rvmctl in the foreground of the user's terminal? */
bool pty_in_foreground(const struct pty *pty);
/* From now on keys go to the command, if it wants them and they are ours; and back. */
void pty_take_keys(struct pty *pty);
void pty_restore(struct pty *pty);
/* The user's window has another size. */
void pty_resize(struct pty *pty);

/**
 * pty_pump() - move bytes until one of @fds can be read
 * @fds: two more descriptors to watch
 * @ready: filled, which of them can be read
 */
int pty_pump(struct pty *pty, const int fds[2], bool ready[2], struct err *err);

/* The command ended: what it did not read goes back to the file that it came from. */
void pty_finish(struct pty *pty);

/* Then pass on what it wrote before.  Return: false if @signals can be read. */
bool pty_drain(struct pty *pty, int signals);

/* Restore the terminal and close. */
void pty_close(struct pty *pty);

#endif
