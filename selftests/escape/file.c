// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files and descriptors: names that lead elsewhere, and what descriptors may still do.
 */

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>

#include "escape.h"

static int reopen_by_descriptor(bool evil)
{
	char path[64];
	int fd = open(evil ? out("file") : ws("a"), O_PATH);

	if (fd < 0)
		return BROKEN;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return opened(open(path, O_RDONLY));
}

static int through_symlink(bool evil)
{
	unlink(ws("link"));
	if (symlink(evil ? out("file") : ws("a"), ws("link")))
		return errno;
	return opened(open(ws("link"), O_RDONLY));
}

static int through_proc_root(bool evil)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "/proc/self/root%s", evil ? out("file") : ws("a"));
	return opened(open(path, O_RDONLY));
}

static int through_dots(bool evil)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/../%s", in_dir("ws"), evil ? "out/file" : "ws/a");
	return opened(open(path, O_RDONLY));
}

static int file_of_folder_alone(bool evil)
{
	return opened(open(in_dir(evil ? "names/file" : "names"), O_RDONLY));
}

static int from_folder_descriptor(bool evil)
{
	int dir = open(in_dir(evil ? "out" : "ws"), O_PATH | O_DIRECTORY);

	return opened(openat(dir, evil ? "file" : "a", O_RDONLY));
}

const char *plain_file(void)
{
	mkdir(ws("plain"), 0755);
	close(open(ws("plain/file"), O_WRONLY | O_CREAT, 0644));
	return ws("plain/file");
}

static int link_excluded(bool evil)
{
	unlink(ws("plain/hard"));
	return result(link(evil ? ws(".env") : plain_file(), ws("plain/hard")));
}

/* The host writes it beside the excluded file, and will put it in its place. */
static int link_beside_excluded(bool evil)
{
	close(open(ws(".env.new"), O_WRONLY | O_CREAT, 0644));
	unlink(ws("plain/hard"));
	return result(link(evil ? ws(".env.new") : plain_file(), ws("plain/hard")));
}

/* The second name is where the host takes it from. */
static int link_to_beside_excluded(bool evil)
{
	unlink(ws("hard"));
	unlink(ws("plain/hard"));
	return result(link(plain_file(), ws(evil ? "hard" : "plain/hard")));
}

/* The file has a second name in the directory that it comes from. */
static int rename_to_beside_excluded(bool evil)
{
	unlink(ws("plain/hard"));
	plain_file();
	if (evil && link(ws("plain/file"), ws("plain/hard")))
		return BROKEN;
	return result(rename(ws("plain/file"), ws("moved")));
}

static int nameless_in(const char *dir, char *path, size_t size)
{
	int fd = open(dir, O_TMPFILE | O_RDWR, 0600);

	snprintf(path, size, "/proc/self/fd/%d", fd);
	return fd;
}

/* Gives a file a name without using an old one; the name that it was opened by does not count. */
static int name_twice(bool evil)
{
	char path[64];
	int fd = nameless_in(ws("plain"), path, sizeof(path)), err;

	if (fd < 0)
		return errno == EOPNOTSUPP ? SKIPPED : errno;
	unlink(ws("born"));
	unlink(ws("plain/born"));
	err = result(linkat(AT_FDCWD, path, AT_FDCWD, ws("born"), AT_SYMLINK_FOLLOW));
	if (evil && !err)
		err = result(linkat(AT_FDCWD, path, AT_FDCWD, ws("plain/born"), AT_SYMLINK_FOLLOW));
	close(fd);
	return err;
}

struct namer {
	const char *file;
	const char *name;
	pthread_barrier_t *start;
};

static void *give_name(void *arg)
{
	const struct namer *namer = arg;

	pthread_barrier_wait(namer->start);
	linkat(AT_FDCWD, namer->file, AT_FDCWD, namer->name, AT_SYMLINK_FOLLOW);
	return NULL;
}

/*
 * How many of two names does a file get at the same moment?  They are in two directories: in
 * one each call has its lock to the end.
 */
static unsigned int names_at_once(const char *first, const char *second)
{
	pthread_barrier_t start;
	struct stat st = {};
	char path[64];
	int fd = nameless_in(ws("plain"), path, sizeof(path));
	struct namer namer = { path, second, &start };
	pthread_t thread;

	unlink(first);
	unlink(second);
	pthread_barrier_init(&start, NULL, 2);
	if (fd < 0 || pthread_create(&thread, NULL, give_name, &namer))
		return 0;
	give_name(&(struct namer){ path, first, &start });
	pthread_join(thread, NULL);
	fstat(fd, &st);
	close(fd);
	return st.st_nlink;
}

/* The twin counts what a call by itself does. */
static int name_twice_at_once(bool evil)
{
	unsigned int names = 1;

	for (int i = 0; i < 500 && names == 1; i++)
		names = names_at_once(ws("born"), evil ? ws("plain/born") : "/nowhere/name");
	return names == 2 ? 0 : names != 1 ? BROKEN : evil ? EXDEV : 0;
}

/* The host would write below it what is excluded there, and it would end up here. */
static int symlink_on_the_way(bool evil)
{
	unlink(ws("hooked"));
	return result(symlink("plain", ws(evil ? "hooks" : "hooked")));
}

static int symlink_moved_on_the_way(bool evil)
{
	unlink(ws("elsewhere"));
	unlink(ws("pointer"));
	if (symlink("plain", ws("pointer")))
		return errno;
	return result(rename(ws("pointer"), ws(evil ? "hooks" : "elsewhere")));
}

/* The link itself, not what it leads to. */
static int symlink_linked_on_the_way(bool evil)
{
	plain_file();
	unlink(ws("plain/pointer"));
	unlink(ws("plain/elsewhere"));
	if (symlink("file", ws("plain/pointer")))
		return errno;
	return result(link(ws("plain/pointer"), ws(evil ? "hooks" : "plain/elsewhere")));
}

static int symlink_exchanged_on_the_way(bool evil)
{
	const char *folder = ws(evil ? "hooks" : "folder");

	unlink(ws("pointer"));
	rmdir(ws("pointer"));
	unlink(folder);
	rmdir(folder);
	if (symlink("plain", ws("pointer")) || mkdir(folder, 0755))
		return errno;
	return result(renameat2(AT_FDCWD, ws("pointer"), AT_FDCWD, folder, RENAME_EXCHANGE));
}

static int link_outside(bool evil)
{
	unlink(ws("plain/hard"));
	return result(link(evil ? out("file") : plain_file(), ws("plain/hard")));
}

/* It can be read; with the new name it could be written too. */
static int link_read_only(bool evil)
{
	unlink(ws("plain/hard"));
	return result(link(evil ? in_dir("ro/file") : plain_file(), ws("plain/hard")));
}

static int rename_excluded(bool evil)
{
	return result(rename(ws(evil ? ".env" : "b"), ws("renamed")));
}

static int rename_folder(bool evil)
{
	return result(rename(ws(evil ? "secrets" : "plain"), ws("renamed-folder")));
}

static int rename_onto_excluded(bool evil)
{
	close(open(ws("fresh"), O_WRONLY | O_CREAT, 0644));
	return result(rename(ws("fresh"), ws(evil ? ".env" : "landed")));
}

static int exchange(bool evil)
{
	return result(
		renameat2(AT_FDCWD, ws("a"), AT_FDCWD, ws(evil ? ".env" : "c"), RENAME_EXCHANGE));
}

static int nameless_file(bool evil)
{
	char path[64];
	int fd = nameless_in(in_dir(evil ? "out" : "ws"), path, sizeof(path)), err;

	if (fd < 0)
		return errno == EOPNOTSUPP ? SKIPPED : errno;
	unlink(ws("born"));
	err = result(linkat(AT_FDCWD, path, AT_FDCWD, ws("born"), AT_SYMLINK_FOLLOW));
	close(fd);
	return err;
}

static int truncate_by_open(bool evil)
{
	return opened(open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY | O_TRUNC));
}

static int times_by_descriptor(bool evil)
{
	struct timespec t[2] = { { 1, 0 }, { 1, 0 } };
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY);

	return fd < 0 ? BROKEN : result(futimens(fd, t));
}

static int mode_by_descriptor(bool evil)
{
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY);

	return fd < 0 ? BROKEN : result(fchmod(fd, 0644));
}

static int attribute_by_descriptor(bool evil)
{
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY), err;

	if (fd < 0)
		return BROKEN;
	err = result(fsetxattr(fd, "user.note", "x", 1, 0));
	return err == EOPNOTSUPP ? SKIPPED : err;
}

static int file_capability(bool evil)
{
	static const unsigned char all[20] = { 0, 0, 0, 2, 0xff, 0xff };
	int err = evil ? result(setxattr(ws("prog"), "security.capability", all, sizeof(all), 0)) :
			 result(setxattr(ws("a"), "user.note", "x", 1, 0));

	return err == EOPNOTSUPP ? SKIPPED : err;
}

static int set_id_bit(bool evil)
{
	return result(chmod(ws("a"), evil ? 04755 : 0755));
}

static int born_with_set_id(bool evil)
{
	unlink(ws("suid"));
	return opened(open(ws("suid"), O_WRONLY | O_CREAT | O_EXCL, evil ? 04755 : 0755));
}

static int device_node(bool evil)
{
	unlink(ws("node"));
	return result(mknod(ws("node"), evil ? S_IFBLK | 0600 : S_IFREG | 0600, evil ? 0x700 : 0));
}

static int open_by_handle(bool evil)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, at = open(in_dir("ws"), O_RDONLY | O_DIRECTORY);

	if (!evil)
		return opened(openat(at, "a", O_RDONLY));
	if (name_to_handle_at(AT_FDCWD, out("file"), &h.handle, &mount_id, 0))
		return errno == EOPNOTSUPP ? SKIPPED : errno;
	return opened(open_by_handle_at(at, &h.handle, O_RDONLY));
}

/* Descriptors that the host opened, and left open. */
static int read_given(bool evil)
{
	return read_one(given_fd[evil]);
}

static int map_given(bool evil)
{
	return mmap(NULL, 1, PROT_READ, MAP_PRIVATE, given_fd[evil], 0) == MAP_FAILED ? errno : 0;
}

static int copy_given(bool evil)
{
	int to = open(ws("copy"), O_RDWR | O_CREAT | O_TRUNC, 0644);

	lseek(given_fd[evil], 0, SEEK_SET);
	return result(sendfile(to, given_fd[evil], NULL, 4));
}

static int receive_from(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(socket, &msg, 0) < 0)
		return errno;
	return CMSG_FIRSTHDR(&msg) ? 0 : EACCES;
}

static int receive_descriptor(bool evil)
{
	return receive_from(given_socket[evil][1]);
}

/* The file may be read, but the descriptor also writes. */
static int receive_writer(bool evil)
{
	return receive_from(given_mail[evil]);
}

/* Not an attack: open asks whether it may create before it looks, and the file exists. */
static int create_what_exists(bool evil)
{
	if (evil)
		return opened(open(out("file"), O_RDONLY | O_CREAT, 0644));
	return opened(open(in_dir("ro/file"), O_RDONLY | O_CREAT, 0644));
}

/* No pattern has its own name, but one has a name below it. */
static int rename_above(bool evil)
{
	return result(rename(ws(evil ? "deep" : "deep2"), ws(evil ? "shallow" : "shallow2")));
}

/* The directory may have the name; what lies below it could be read then. */
static int rename_below_token(bool evil)
{
	return result(rename(in_dir(evil ? "drop/closed" : "drop/free"),
			     in_dir(evil ? "drop/opened" : "drop/freed")));
}

/* It would be written where that is allowed and end up where it is denied. */
static int rename_below_denial(bool evil)
{
	mkdir(ws("made"), 0755);
	close(open(ws("made/run"), O_WRONLY | O_CREAT, 0644));
	return result(rename(ws("made"), ws(evil ? "hooks" : "hooked")));
}

/* It may be written but not read; under another name it could be read. */
static int rename_unreadable(bool evil)
{
	close(open(ws("fresh"), O_WRONLY | O_CREAT, 0644));
	return result(rename(ws(evil ? ".unreadable" : "fresh"), ws("readable")));
}

static int link_write_only(bool evil)
{
	unlink(ws("plain/hard"));
	return result(link(evil ? in_dir("drop/file") : plain_file(), ws("plain/hard")));
}

/* Access mode 3, which the kernel counts neither as reading nor as writing. */
static int neither_mode(bool evil)
{
	return opened(open(evil ? in_dir("ro/file") : ws("a"), O_ACCMODE));
}

static int second_open_call(bool evil)
{
	struct open_how how = { .flags = O_RDONLY };
	int dir = open(in_dir("ws"), O_PATH | O_DIRECTORY);

	return opened(syscall(SYS_openat2, dir, evil ? "../out/file" : "a", &how, sizeof(how)));
}

/* A descriptor that the host opened for writing, mapped as it may be, then more. */
static int protect(int fd, int prot)
{
	void *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? BROKEN : result(mprotect(p, 1, PROT_READ | prot));
}

static int protect_writable(bool evil)
{
	return protect(given_writable[evil], PROT_WRITE);
}

static int protect_executable(bool evil)
{
	return protect(given_writable[false], evil ? PROT_EXEC : PROT_WRITE);
}

static int protect_layer_writable(bool evil)
{
	return given_layer[evil] < 0 ? SKIPPED : protect(given_layer[evil], PROT_WRITE);
}

static int protect_layer_executable(bool evil)
{
	return given_layer[0] < 0 ? SKIPPED :
				    protect(given_layer[false], evil ? PROT_EXEC : PROT_WRITE);
}

/* What is allowed on a stacked file system works, including what that file system does below. */
static int use_layers(bool evil)
{
	struct timespec t[2] = { { 1, 0 }, { 1, 0 } };
	char path[PATH_MAX];
	int err;

	if (given_layer[0] < 0)
		return SKIPPED;
	snprintf(path, sizeof(path), "%s", in_dir(evil ? "ro/over/copied" : "ws/over/copied"));
	err = opened(open(path, O_RDWR));
	if (!err)
		err = result(chmod(path, 0600));
	if (!err)
		err = result(utimensat(AT_FDCWD, path, t, 0));
	if (!err)
		err = opened(open(in_dir("ws/over"), O_RDONLY | O_DIRECTORY));
	return err;
}

/* Writes code into its own text, past the protection of the pages. */
static int write_own_memory(bool evil)
{
	return opened(evil ? open("/proc/self/mem", O_RDWR) : open("/proc/self/maps", O_RDONLY));
}

/* On one file system this takes a snapshot of the directory; others do not know the command. */
static int command_on_folder(bool evil)
{
	int fd = open(in_dir(evil ? "ro" : "ws"), O_RDONLY | O_DIRECTORY), flags, err;

	if (fd < 0)
		return BROKEN;
	err = evil ? result(ioctl(fd, _IOW(0x94, 1, char[4096]), NULL)) :
		     result(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	return !evil && err == ENOTTY ? 0 : err;
}

const struct row file_rows[] = {
	{ "O_PATH descriptor, opened again", reopen_by_descriptor },
	{ "symlink", through_symlink },
	{ "/proc/self/root", through_proc_root },
	{ "dot dot", through_dots },
	{ "file of a folder that may be listed", file_of_folder_alone },
	{ "descriptor of a folder", from_folder_descriptor },
	{ "hard link to an excluded file", link_excluded },
	{ "hard link to what will be excluded", link_beside_excluded, .silent = true },
	{ "hard link to where it will be excluded", link_to_beside_excluded, .silent = true },
	{ "rename to there of a file with two names", rename_to_beside_excluded, .silent = true },
	{ "O_TMPFILE with two names", name_twice, .silent = true },
	{ "O_TMPFILE with two names at once", name_twice_at_once, .silent = true },
	{ "symbolic link on the way to what is excluded", symlink_on_the_way },
	{ "symbolic link moved there", symlink_moved_on_the_way },
	{ "symbolic link linked there", symlink_linked_on_the_way },
	{ "symbolic link exchanged there", symlink_exchanged_on_the_way },
	{ "hard link to a file outside", link_outside },
	{ "hard link that gives more", link_read_only },
	{ "rename of an excluded file", rename_excluded },
	{ "rename of a folder with excluded files", rename_folder },
	{ "rename onto an excluded name", rename_onto_excluded },
	{ "exchange with an excluded file", exchange },
	{ "O_TMPFILE", nameless_file },
	{ "O_RDONLY|O_TRUNC", truncate_by_open },
	{ "futimens on a read-only descriptor", times_by_descriptor },
	{ "fchmod on a read-only descriptor", mode_by_descriptor },
	{ "fsetxattr on a read-only descriptor", attribute_by_descriptor },
	{ "file capabilities", file_capability },
	{ "set-id bit", set_id_bit },
	{ "file born with a set-id bit", born_with_set_id },
	{ "device node", device_node },
	{ "open_by_handle_at", open_by_handle, .silent = true },
	{ "O_CREAT on what exists", create_what_exists },
	{ "read of an inherited descriptor", read_given },
	{ "map of an inherited descriptor", map_given },
	{ "sendfile from an inherited descriptor", copy_given },
	{ "SCM_RIGHTS", receive_descriptor },
	{ "SCM_RIGHTS, open for writing", receive_writer },
	{ "rename of a folder above excluded files", rename_above },
	{ "rename of a folder to where a token begins", rename_below_token },
	{ "rename of a folder to where a denial begins", rename_below_denial },
	{ "rename of a file that may not be read", rename_unreadable },
	{ "hard link from a place to write only", link_write_only },
	{ "open with access mode 3", neither_mode },
	{ "openat2", second_open_call },
	{ "mprotect writable", protect_writable },
	{ "mprotect executable", protect_executable },
	{ "mprotect writable on overlayfs", protect_layer_writable },
	{ "mprotect executable on overlayfs", protect_layer_executable },
	{ "copy-up on overlayfs", use_layers },
	{ "/proc/self/mem", write_own_memory },
	{ "ioctl on a folder", command_on_folder },
	{},
};
