// SPDX-License-Identifier: GPL-2.0-only

#include "common.h"

#include <arpa/inet.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

struct counters get_counters(int nl)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_INFO);
	if (nl_call(nl, &r, &reply))
		return (struct counters){ .partitions = UINT32_MAX };
	return (struct counters){
		.partitions = reply_u32(&reply, RVM_A_INFO_PARTITIONS),
		.tokens = reply_u32(&reply, RVM_A_INFO_TOKENS),
		.exclusions = reply_u32(&reply, RVM_A_INFO_EXCLUSIONS),
		.anchors = reply_u32(&reply, RVM_A_INFO_ANCHORS),
		.tables = reply_u32(&reply, RVM_A_INFO_TABLES),
		.entries = reply_u32(&reply, RVM_A_INFO_ENTRIES),
		.hooks = reply_u32(&reply, RVM_A_INFO_HOOKS),
	};
}

bool same_counters(const struct counters *a, const struct counters *b)
{
	return !memcmp(a, b, sizeof(*a));
}

unsigned int patience(void)
{
	const char *text = getenv("RVM_PATIENCE");

	return text && atoi(text) > 0 ? atoi(text) : 1;
}

/* The harness ends a test by an alarm: the linker uses this function in its place. */
unsigned int __wrap_alarm(unsigned int seconds)
{
	return __real_alarm(seconds * patience());
}

bool pause_before(struct deadline *deadline)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 }, now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = now.tv_sec + now.tv_nsec / 1e9;
	if (!deadline->end)
		deadline->end = seconds + 20 * patience();
	nanosleep(&pause, NULL);
	return seconds < deadline->end;
}

static bool counters_are(int nl, const struct counters *expected)
{
	struct counters now = get_counters(nl);

	return same_counters(&now, expected);
}

bool counters_return(int nl, const struct counters *expected)
{
	struct counters now;

	if (wait_until(counters_are(nl, expected)))
		return true;
	now = get_counters(nl);
	printf("# partitions %u tokens %u exclusions %u anchors %u tables %u entries %u hooks %u\n",
	       now.partitions, now.tokens, now.exclusions, now.anchors, now.tables, now.entries,
	       now.hooks);
	return false;
}

bool group_make(struct box *box, const char *name)
{
	snprintf(box->name, sizeof(box->name), "%s", name);
	snprintf(box->cgroup, sizeof(box->cgroup), CGROUP_ROOT "/test-%s", name);
	if (mkdir(box->cgroup, 0755) && errno != EEXIST)
		return false;
	box->cgroup_fd = open(box->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return box->cgroup_fd >= 0;
}

static void end_tasks(const struct box *box)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cgroup.kill", box->cgroup);
	write_file(path, "1");
}

void group_remove(struct box *box)
{
	if (box->cgroup_fd >= 0)
		close(box->cgroup_fd);
	end_tasks(box);
	wait_until(!rmdir(box->cgroup) || errno != EBUSY);
}

static bool box_register_with(struct box *box, int nl, const char *name, uint32_t flags)
{
	static struct request r;
	static struct reply reply;

	box->nl = nl;
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, box->cgroup_fd);
	if (flags)
		put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	if (nl_call(nl, &r, &reply)) {
		printf("# partition %s: %s: %s\n", name, strerror(reply.error), reply.text);
		group_remove(box);
		return false;
	}
	box->id = reply_u32(&reply, RVM_A_PARTITION_ID);
	return true;
}

bool box_register(struct box *box, int nl, const char *name)
{
	return box_register_with(box, nl, name, 0);
}

bool box_make(struct box *box, int nl, const char *name)
{
	return box_make_with(box, nl, name, 0);
}

bool box_make_with(struct box *box, int nl, const char *name, uint32_t flags)
{
	return group_make(box, name) && box_register_with(box, nl, name, flags);
}

static int ask_to_delete(const struct box *box)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_DEL);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	return nl_call(box->nl, &r, &reply);
}

bool box_remove(struct box *box)
{
	int err;

	end_tasks(box);
	wait_until((err = ask_to_delete(box)) != EBUSY);
	group_remove(box);
	return !err;
}

static void put_words(struct request *r, const char *pattern)
{
	char words[256];
	size_t len = snprintf(words, sizeof(words), "%s", pattern) + 1;

	for (size_t i = 0; i < len; i++)
		if (words[i] == ' ')
			words[i] = '\0';
	put(r, RVM_A_SCOPE_PATTERN, words, len);
}

static void put_address(struct request *r, const struct rule *rule)
{
	uint8_t address[16] = { [10] = 0xff,
				[11] = 0xff,
				[12] = rule->address >> 24,
				[13] = rule->address >> 16,
				[14] = rule->address >> 8,
				[15] = rule->address };

	if (rule->address6)
		inet_pton(AF_INET6, rule->address6, address);
	put(r, RVM_A_SCOPE_ADDRESS, address, sizeof(address));
	put_u32(r, RVM_A_SCOPE_PREFIX_LEN, rule->prefix ? rule->prefix : 128);
	put_u32(r, RVM_A_SCOPE_PORT_FIRST, rule->port);
	put_u32(r, RVM_A_SCOPE_PORT_LAST, rule->port);
}

/* The descriptor of an anchor stays open until the request is built again. */
void put_rule(struct request *r, const struct rule *rule)
{
	size_t nest = nest_begin(r, rule->excludes ? RVM_A_TABLE_EXCLUSION : RVM_A_TABLE_TOKEN);
	size_t scope;

	put_u32(r, rule->excludes ? RVM_A_EXCLUSION_RIGHTS : RVM_A_TOKEN_RIGHTS, rule->rights);
	if (rule->expires)
		put_s64(r, RVM_A_TOKEN_EXPIRES_AT, rule->expires);
	if (rule->within)
		put_str(r, RVM_A_TOKEN_WITHIN, rule->within);
	scope = nest_begin(r, rule->excludes ? RVM_A_EXCLUSION_SCOPE : RVM_A_TOKEN_SCOPE);
	put_u32(r, RVM_A_SCOPE_CLASS, rule->class);
	if (rule->flags)
		put_u32(r, RVM_A_SCOPE_FLAGS, rule->flags);
	if (rule->anchor)
		put_u32(r, RVM_A_SCOPE_FD, open(rule->anchor, O_PATH | O_CLOEXEC));
	if (rule->class == RVM_CLASS_EXEC)
		put_words(r, rule->pattern);
	else if (rule->pattern)
		put(r, RVM_A_SCOPE_PATTERN, rule->pattern, strlen(rule->pattern));
	if (rule->family)
		put_u32(r, RVM_A_SCOPE_FAMILY, rule->family);
	else if (rule->class == RVM_CLASS_NET)
		put_address(r, rule);
	nest_end(r, scope);
	nest_end(r, nest);
}

/* Descriptors that put_rule() opened. */
static void close_since(int lowest)
{
	int fd = open("/dev/null", O_RDONLY);

	for (int i = lowest; i <= fd; i++)
		close(i);
}

int box_load(struct box *box, const struct rule *rules, size_t count)
{
	static struct request r;
	static struct reply reply;
	int lowest = dup(0);

	request_begin(&r, RVM_CMD_TABLE_BEGIN);
	put_u32(&r, RVM_A_TABLE_PARTITION, box->id);
	if (!nl_call(box->nl, &r, &reply) && count) {
		request_begin(&r, RVM_CMD_TABLE_ADD);
		for (size_t i = 0; i < count; i++)
			put_rule(&r, &rules[i]);
		nl_call(box->nl, &r, &reply);
	}
	if (!reply.error) {
		request_begin(&r, RVM_CMD_TABLE_COMMIT);
		nl_call(box->nl, &r, &reply);
	}
	if (reply.error) {
		int error = reply.error;

		printf("# load: %s: %s\n", strerror(error), reply.text);
		request_begin(&r, RVM_CMD_TABLE_ABORT);
		nl_call(box->nl, &r, &reply);
		reply.error = error;
	}
	close_since(lowest);
	return reply.error;
}

int put_program(struct request *r, const char *path, char *const *words)
{
	static char text[1 << 16];
	int fd = open(path, O_PATH | O_CLOEXEC);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t len = 0;

	for (; *words; words++)
		len = stpcpy(text + len, *words) + 1 - text;
	SHA256((const uint8_t *)text, len, digest);
	put_u32(r, RVM_A_PARTITION_PROGRAM_FD, fd);
	put(r, RVM_A_PARTITION_WORDS, digest, sizeof(digest));
	return fd;
}

static int admit(const struct box *box, pid_t task, const char *path, char *const *words,
		 bool judged)
{
	static struct request r;
	static struct reply reply;
	int fd, err;

	request_begin(&r, RVM_CMD_PARTITION_ENTER);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_PID, task);
	if (judged)
		put_flag(&r, RVM_A_PARTITION_JUDGED);
	fd = put_program(&r, path, words);
	err = nl_call(box->nl, &r, &reply);
	close(fd);
	return err;
}

int box_admit(const struct box *box, pid_t task, const char *path, char *const *words)
{
	return admit(box, task, path, words, false);
}

int box_admit_judged(const struct box *box, pid_t task, const char *path, char *const *words)
{
	return admit(box, task, path, words, true);
}

int box_set(struct box *box, uint16_t attr, uint32_t value)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	if (attr == RVM_A_PARTITION_EPOCH_BUMP)
		put_flag(&r, attr);
	else
		put_u32(&r, attr, value);
	if (attr == RVM_A_PARTITION_FLAGS)
		put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_FENCED);
	return nl_call(box->nl, &r, &reply);
}

uint64_t box_denials(const struct box *box)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	return reply_u64(&reply, RVM_A_PARTITION_DENIALS);
}

pid_t box_start(const struct box *box, int (*act)(void *), void *arg)
{
	char path[128];
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	snprintf(path, sizeof(path), "%s/cgroup.procs", box->cgroup);
	if (!write_file(path, "0"))
		_exit(254);
	_exit(act(arg) & 0xff);
}

int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

int box_do(const struct box *box, int (*act)(void *), void *arg)
{
	return wait_for(box_start(box, act, arg));
}

/* The new name of its loader is put at the end of the file. */
bool copy_with_loader(const char *from, const char *to, const char *loader)
{
	char command[3 * PATH_MAX];
	Elf64_Ehdr head;
	Elf64_Phdr part;
	bool done = false;
	struct stat st;
	int fd;

	snprintf(command, sizeof(command), "cp %s %s && cp /lib64/ld-linux-x86-64.so.2 %s", from,
		 to, loader);
	if (system(command))
		return false;
	fd = open(to, O_RDWR);
	if (fd < 0 || fstat(fd, &st) || pread(fd, &head, sizeof(head), 0) != sizeof(head))
		return false;
	for (int i = 0; i < head.e_phnum; i++) {
		off_t at = head.e_phoff + i * sizeof(part);

		if (pread(fd, &part, sizeof(part), at) != sizeof(part) || part.p_type != PT_INTERP)
			continue;
		part.p_offset = st.st_size;
		part.p_filesz = strlen(loader) + 1;
		done = pwrite(fd, &part, sizeof(part), at) == sizeof(part) &&
		       pwrite(fd, loader, part.p_filesz, st.st_size) == (ssize_t)part.p_filesz;
	}
	close(fd);
	return done;
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	return !close(fd) && good;
}

bool set_join_after(int count)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", count);
	return write_file("/sys/module/rvm/parameters/join_after", text);
}

int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int open_often(void *path)
{
	int first = try_open(path, O_RDONLY);

	for (int i = 1; i < WARM; i++)
		if (try_open(path, O_RDONLY) != first)
			return 250;
	return first;
}

const char *test_dir(void)
{
	const char *dir = getenv("RVM_TEST_DIR");

	return dir && *dir ? dir : "/tmp";
}

const char *in_dir(const char *name)
{
	static char text[16][PATH_MAX];
	static unsigned int next;
	char *p = text[next++ % 16];

	snprintf(p, PATH_MAX, "%s/%s", test_dir(), name);
	return p;
}

bool attach_hooks(int nl)
{
	if (!get_counters(nl).hooks && system("rvmctl hook attach >/dev/null"))
		return false;
	return get_counters(nl).hooks;
}
