// SPDX-License-Identifier: GPL-2.0-only
/* The programs that ask the module: which there are, what the kernel takes, attaching them. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "hook/bpf.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include "exec.skel.h"
#include "file.skel.h"
#include "ipc.skel.h"
#include "net.skel.h"
#include "path.skel.h"
#include "sys.skel.h"
#include "task.skel.h"
#pragma GCC diagnostic pop

#define LSM_LIST "/sys/kernel/security/lsm"
#define LOG_LINES 24
#define LOG_LINE 256

/*
 * Each hook with what is open without it.  "If there": some kernels lack some,
 * and what belongs to a part of the kernel that can be left out is not needed
 * where that part is left out.
 */
/* clang-format off */
static const struct bpf_hook hooks[] = {
	{ "bprm_check_security", HOOK_REQUIRED, "any program can be started with any arguments" },
	{ "bprm_committed_creds", HOOK_REQUIRED, "it is unknown which program started a helper" },
	{ "file_open", HOOK_REQUIRED, "any file can be opened" },
	{ "file_permission", HOOK_REQUIRED, "open files outlive their tokens", RVM_NEED_RECHECK },
	{ "mmap_file", HOOK_REQUIRED, "any file can be mapped, even as code" },
	{ "file_mprotect", HOOK_REQUIRED, "memory mapped as data can become code" },
	{ "file_ioctl", HOOK_REQUIRED, "devices and files accept any command" },
	{ "file_ioctl_compat", HOOK_IF_THERE, "32-bit programs send any command to devices" },
	{ "file_fcntl", HOOK_REQUIRED, "the kernel can be made to signal any process" },
	{ "file_receive", HOOK_REQUIRED, "descriptors can be passed in from outside" },
	{ "file_truncate", HOOK_IF_THERE, "open files can be truncated" },
	{ "file_lock", HOOK_REQUIRED, "any file can be locked" },
	{ "path_mknod", HOOK_REQUIRED, "files and device nodes can be created anywhere" },
	{ "path_mkdir", HOOK_REQUIRED, "directories can be created anywhere" },
	{ "path_symlink", HOOK_REQUIRED, "symbolic links can be created anywhere" },
	{ "path_unlink", HOOK_REQUIRED, "any file can be removed" },
	{ "path_rmdir", HOOK_REQUIRED, "any empty directory can be removed" },
	{ "path_link", HOOK_REQUIRED, "a hard link gives a file a name that a token covers" },
	{ "path_rename", HOOK_REQUIRED, "a rename gives a file a name that a token covers" },
	{ "path_truncate", HOOK_REQUIRED, "any file can be truncated" },
	{ "path_chmod", HOOK_REQUIRED, "the mode of any file can be changed" },
	{ "path_chown", HOOK_REQUIRED, "the owner of any file can be changed" },
	{ "path_notify", HOOK_REQUIRED, "any directory can be watched" },
	{ "path_chroot", HOOK_REQUIRED, "the root directory can be changed" },
	{ "inode_setattr", HOOK_REQUIRED, "the times of any file can be changed" },
	{ "inode_getattr", HOOK_REQUIRED, "the flag hide-attributes has no effect", RVM_NEED_HIDE },
	{ "inode_readlink", HOOK_REQUIRED, "any symbolic link can be read" },
	{ "inode_file_getattr", HOOK_IF_THERE, "flags of any file can be read" },
	{ "inode_file_setattr", HOOK_IF_THERE, "flags of any file can be set" },
	{ "inode_getxattr", HOOK_REQUIRED, "extended attributes of any file can be read" },
	{ "inode_listxattr", HOOK_REQUIRED, "extended attributes of any file can be listed" },
	{ "inode_get_acl", HOOK_IF_THERE, "access lists of any file can be read" },
	{ "sb_statfs", HOOK_REQUIRED, "the size of any file system can be read" },
	{ "inode_setxattr", HOOK_REQUIRED, "attributes of any file can be set" },
	{ "inode_removexattr", HOOK_REQUIRED, "attributes of any file can be removed" },
	{ "inode_set_acl", HOOK_IF_THERE, "access lists of any file can be set" },
	{ "inode_remove_acl", HOOK_IF_THERE, "access lists of any file can be removed" },
	{ "inode_init_security_anon", HOOK_REQUIRED, "io_uring and userfaultfd can be used" },
	{ "socket_create", HOOK_REQUIRED, "sockets of any family can be created" },
	{ "socket_connect", HOOK_REQUIRED, "any address can be connected to" },
	{ "socket_sendmsg", HOOK_REQUIRED, "data can be sent to any address" },
	{ "socket_bind", HOOK_REQUIRED, "any address can be bound" },
	{ "socket_listen", HOOK_REQUIRED, "sockets can listen" },
	{ "socket_recvmsg", HOOK_REQUIRED, "open sockets receive after their tokens have ended", RVM_NEED_RECHECK },
	{ "socket_getsockopt", HOOK_REQUIRED, "open sockets receive by mapping what has arrived", RVM_NEED_RECHECK },
	{ "netlink_send", HOOK_REQUIRED, "the network can be configured, and other families asked" },
	{ "sctp_bind_connect", HOOK_IF_THERE, "sockets that were passed in connect anywhere" },
	{ "tun_dev_create", HOOK_IF_THERE, "network devices can be created" },
	{ "socket_setsockopt", HOOK_REQUIRED, "routing headers hide the address of a peer" },
	{ "unix_stream_connect", HOOK_REQUIRED, "the host's services can be reached by their sockets" },
	{ "unix_may_send", HOOK_REQUIRED, "the host's services can be sent messages" },
	{ "ipc_permission", HOOK_REQUIRED, "the host's System V objects can be used" },
	{ "shm_alloc_security", HOOK_REQUIRED, "it is unknown who made a segment" },
	{ "shm_free_security", HOOK_REQUIRED, "a segment is mistaken for one that is gone" },
	{ "shm_shmctl", HOOK_REQUIRED, "the host's segments can be removed" },
	{ "msg_queue_alloc_security", HOOK_REQUIRED, "it is unknown who made a queue" },
	{ "msg_queue_free_security", HOOK_REQUIRED, "a queue is mistaken for one that is gone" },
	{ "msg_queue_msgctl", HOOK_REQUIRED, "the host's queues can be removed" },
	{ "sem_alloc_security", HOOK_REQUIRED, "it is unknown who made semaphores" },
	{ "sem_free_security", HOOK_REQUIRED, "semaphores are mistaken for some that are gone" },
	{ "sem_semctl", HOOK_REQUIRED, "the host's semaphores can be removed" },
	{ "inode_create", HOOK_REQUIRED, "message queues of the host can be created" },
	{ "inode_unlink", HOOK_REQUIRED, "message queues of the host can be removed" },
	{ "key_alloc", HOOK_IF_THERE, "keys can be created" },
	{ "key_permission", HOOK_IF_THERE, "the host's keys can be used" },
	{ "task_alloc", HOOK_REQUIRED, "a task can be started in another cgroup: a way out" },
	{ "task_free", HOOK_REQUIRED, "a new process is mistaken for one that is gone" },
	{ "task_kill", HOOK_REQUIRED, "the host's processes can be killed" },
	{ "ptrace_access_check", HOOK_REQUIRED, "the host's processes can be traced: a way out" },
	{ "ptrace_traceme", HOOK_REQUIRED, "a process of the host can become a tracer" },
	{ "task_setnice", HOOK_REQUIRED, "priorities of the host's processes can be changed" },
	{ "task_setioprio", HOOK_REQUIRED, "priorities of the host's processes can be changed" },
	{ "task_setscheduler", HOOK_REQUIRED, "the host's processes can be scheduled" },
	{ "task_movememory", HOOK_REQUIRED, "memory of the host's processes can be moved" },
	{ "task_setrlimit", HOOK_REQUIRED, "limits of the host's processes can be changed" },
	{ "capable", HOOK_REQUIRED, "root in a partition has root's capabilities on the host" },
	{ "userns_create", HOOK_IF_THERE, "user namespaces can be created" },
	{ "sb_mount", HOOK_REQUIRED, "file systems can be mounted" },
	{ "sb_umount", HOOK_REQUIRED, "file systems can be unmounted" },
	{ "sb_remount", HOOK_REQUIRED, "file systems can be remounted" },
	{ "sb_pivotroot", HOOK_REQUIRED, "the root of the file systems can be changed" },
	{ "sb_kern_mount", HOOK_REQUIRED, "file systems can be mounted by the new calls" },
	{ "move_mount", HOOK_REQUIRED, "mounts can be moved" },
	{ "bpf", HOOK_IF_THERE, "BPF programs can be loaded" },
	{ "kernel_module_request", HOOK_REQUIRED, "the kernel can be made to load modules" },
	{ "kernel_load_data", HOOK_REQUIRED, "modules and kernels can be loaded" },
	{ "kernel_read_file", HOOK_REQUIRED, "modules and kernels can be loaded" },
	{ "perf_event_open", HOOK_IF_THERE, "the kernel and other processes can be measured" },
	{ "settime", HOOK_REQUIRED, "the clock can be set back, and expired tokens hold again" },
	{ "syslog", HOOK_REQUIRED, "the kernel's messages can be read" },
	{ "quotactl", HOOK_IF_THERE, "quotas can be changed" },
	{ "quota_on", HOOK_IF_THERE, "quotas can be changed" },
	{ "uring_allowed", HOOK_IF_THERE, "rings can be created" },
	{ "uring_override_creds", HOOK_IF_THERE, "rings can work as another user" },
	{ "uring_sqpoll", HOOK_IF_THERE, "rings can work outside the partition" },
	{ "uring_cmd", HOOK_IF_THERE, "rings can send commands to devices" },
};
/* clang-format on */

static const struct family {
	const char *name;
	const void *(*bytes)(size_t *size);
} families[] = {
	{ "file", rvm_file__elf_bytes }, { "path", rvm_path__elf_bytes },
	{ "exec", rvm_exec__elf_bytes }, { "net", rvm_net__elf_bytes },
	{ "ipc", rvm_ipc__elf_bytes },	 { "task", rvm_task__elf_bytes },
	{ "sys", rvm_sys__elf_bytes },
};

/* libbpf's messages come without a context, so what was said last lives here. */
static struct {
	char line[LOG_LINES][LOG_LINE];
	size_t n;
	bool verbose;
} said;

struct bpf_kernel {
	struct btf *btf;
};

struct bpf_set {
	struct bpf_object *object[ARRAY_SIZE(families)];
	struct bpf_link *link[ARRAY_SIZE(hooks)];
	struct bpf_loaded loaded[ARRAY_SIZE(hooks)];
	size_t n;
};

const struct bpf_hook *bpf_hooks(size_t *n)
{
	*n = ARRAY_SIZE(hooks);
	return hooks;
}

static const struct bpf_hook *find_hook(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!strcmp(hooks[i].name, name))
			return &hooks[i];
	}
	return NULL;
}

int bpf_kernel_open(struct bpf_kernel **kernel, struct err *err)
{
	*kernel = calloc(1, sizeof(**kernel));
	if (!*kernel)
		return err_errno(err, ENOMEM, "type information");
	(*kernel)->btf = btf__load_vmlinux_btf();
	if (!(*kernel)->btf) {
		err_make(err, EXIT_UNAVAILABLE, "/sys/kernel/btf/vmlinux: %s", strerror(errno));
		return err_hint(err, "use a kernel with CONFIG_DEBUG_INFO_BTF");
	}
	return 0;
}

bool bpf_kernel_has(const struct bpf_kernel *kernel, const char *hook)
{
	char name[96];

	snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
	return btf__find_by_name_kind(kernel->btf, name, BTF_KIND_FUNC) > 0;
}

void bpf_kernel_close(struct bpf_kernel **kernel)
{
	if (*kernel)
		btf__free((*kernel)->btf);
	free(*kernel);
	*kernel = NULL;
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',') {
		if (!strncmp(p, word, len) && (p[len] == ',' || !p[len]))
			return true;
	}
	return false;
}

int bpf_lsm_is_active(struct err *err)
{
	auto_file FILE *f = fopen(LSM_LIST, "re");
	char list[512] = "";

	if (!f) {
		err_make(err, EXIT_UNAVAILABLE, "%s: %s", LSM_LIST, strerror(errno));
		return err_hint(err, "mount -t securityfs securityfs /sys/kernel/security; if that "
				     "fails, the kernel was built without security modules");
	}
	if (!fgets(list, sizeof(list), f))
		list[0] = '\0';
	list[strcspn(list, "\n")] = '\0';
	if (has_word(list, "bpf"))
		return 0;
	err_make(err, EXIT_UNAVAILABLE,
		 "%s: the kernel runs without the bpf security module (it has %s)", LSM_LIST, list);
	return err_hint(err,
			"boot with lsm=%s%sbpf on the kernel's command line; on Debian add it to "
			"GRUB_CMDLINE_LINUX in /etc/default/grub, then update-grub and reboot",
			list, list[0] ? "," : "");
}

static int take_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char text[8192];
	char *p = text, *line;

	if (level == LIBBPF_DEBUG && !said.verbose)
		return 0;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (said.verbose)
		return fputs(text, stderr);
	while ((line = strsep(&p, "\n"))) {
		if (line[0])
			snprintf(said.line[said.n++ % LOG_LINES], LOG_LINE, "%s", line);
	}
	return 0;
}

static void show_messages(void)
{
	size_t first = said.n > LOG_LINES ? said.n - LOG_LINES : 0;

	for (size_t i = first; i < said.n; i++)
		fprintf(stderr, "  %s\n", said.line[i % LOG_LINES]);
	said.n = 0;
}

static const char *hook_of(const struct bpf_program *prog)
{
	const char *slash = strchr(bpf_program__section_name(prog), '/');

	return slash ? slash + 1 : bpf_program__section_name(prog);
}

struct attach {
	struct bpf_set *set;
	const struct bpf_kernel *kernel;
	const struct bpf_wish *wish;
	struct err *err;
};

/* Say of each program whether it is to be loaded. */
static int choose(const struct attach *a, struct bpf_object *object)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, object) {
		const struct bpf_hook *hook = find_hook(hook_of(prog));
		bool there = bpf_kernel_has(a->kernel, hook_of(prog));

		if (!hook)
			return err_make(a->err, EXIT_REFUSED, "hook %s: unknown to rvmctl",
					hook_of(prog));
		if (!there && hook->class == HOOK_REQUIRED) {
			err_make(a->err, EXIT_UNAVAILABLE,
				 "hook %s: missing in this kernel; without it %s", hook->name,
				 hook->opens);
			return err_hint(a->err, "use a kernel 6.1 or newer with CONFIG_BPF_LSM, "
						"CONFIG_SECURITY_PATH and CONFIG_SECURITY_NETWORK");
		}
		bpf_program__set_autoload(prog, there && !a->wish->held(hook->name, a->wish->data));
	}
	return 0;
}

static int attach_program(const struct attach *a, struct bpf_program *prog)
{
	const struct bpf_hook *hook = find_hook(hook_of(prog));
	bool attach = hook->need == RVM_NEED_ALWAYS || a->wish->always;
	struct bpf_link *link = attach ? bpf_program__attach_lsm(prog) : NULL;
	struct bpf_set *set = a->set;

	if (attach && !link) {
		err_make(a->err, EXIT_REFUSED, "hook %s: not attached: %s; without it %s",
			 hook->name, strerror(errno), hook->opens);
		return -1;
	}
	set->link[set->n] = link;
	set->loaded[set->n++] = (struct bpf_loaded){
		.name = hook->name,
		.class = hook->class,
		.fd = attach ? bpf_link__fd(link) : bpf_program__fd(prog),
		.attached = attach,
	};
	return 0;
}

static int attach_family(const struct attach *a, const struct family *family)
{
	struct bpf_object **object = &a->set->object[family - families];
	struct bpf_program *prog;
	const void *bytes;
	size_t size;
	int ret;

	bytes = family->bytes(&size);
	*object = bpf_object__open_mem(bytes, size, NULL);
	if (!*object)
		return err_errno(a->err, errno, "BPF programs of family %s: cannot open",
				 family->name);
	if (choose(a, *object))
		return -1;
	ret = bpf_object__load(*object);
	if (ret) {
		err_errno(a->err, -ret, "BPF programs of family %s: rejected by the kernel",
			  family->name);
		return err_hint(a->err, ret == -EPERM ? "run it as root" :
							"check that the loaded module was built "
							"with this rvmctl; -v shows more");
	}
	bpf_object__for_each_program(prog, *object) {
		if (bpf_program__autoload(prog) && attach_program(a, prog))
			return -1;
	}
	return 0;
}

int bpf_attach(struct bpf_set **set, const struct bpf_kernel *kernel, const struct bpf_wish *wish,
	       struct err *err)
{
	struct attach a = { .kernel = kernel, .wish = wish, .err = err };

	*set = calloc(1, sizeof(**set));
	if (!*set)
		return err_errno(err, ENOMEM, "BPF programs");
	a.set = *set;
	said.verbose = wish->verbose;
	said.n = 0;
	libbpf_set_print(take_message);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (attach_family(&a, &families[i])) {
			show_messages();
			return -1;
		}
	}
	return 0;
}

const struct bpf_loaded *bpf_set_programs(const struct bpf_set *set, size_t *n)
{
	*n = set->n;
	return set->loaded;
}

void bpf_set_free(struct bpf_set **set)
{
	if (!*set)
		return;
	for (size_t i = 0; i < (*set)->n; i++)
		bpf_link__destroy((*set)->link[i]);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		bpf_object__close((*set)->object[i]);
	free(*set);
	*set = NULL;
}
