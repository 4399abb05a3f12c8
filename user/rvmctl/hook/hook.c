// SPDX-License-Identifier: GPL-2.0-only
/* Hooks: attach the programs, hand them to the module, say what is missing. */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "hook/hook.h"

/* By enum rvm_need. */
static const char *const need_names[] = { "always", "recheck", "hide" };
static const char *const class_names[] = { "required", "if there", "message" };

static int hook_index(const char *name)
{
	size_t n;
	const struct bpf_hook *list = bpf_hooks(&n);

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i].name, name))
			return i;
	}
	return -1;
}

static int take_link(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *link[RVM_A_LINK_MAX + 1] = { 0 };
	struct hooks *hooks = data;
	int at;

	if (!attrs[RVM_A_HOOK_LINK] || nlc_nest(link, RVM_A_LINK_MAX, attrs[RVM_A_HOOK_LINK]))
		return 0;
	hooks->n++;
	hooks->waiting += !link[RVM_A_LINK_ATTACHED];
	at = hook_index(nlc_str(link[RVM_A_LINK_NAME]));
	if (at < 0)
		return 0;
	hooks->held[at] = true;
	hooks->attached[at] = link[RVM_A_LINK_ATTACHED];
	return 0;
}

/* Which must be there: for some the kernel's type information has to be read. */
static int count_missing(struct hooks *hooks, struct err *err)
{
	auto_kernel struct bpf_kernel *kernel = NULL;
	size_t n;
	const struct bpf_hook *list = bpf_hooks(&n);

	for (size_t i = 0; i < n; i++) {
		if (hooks->held[i] || list[i].class == HOOK_MESSAGE)
			continue;
		if (list[i].class == HOOK_IF_THERE) {
			if (!kernel && bpf_kernel_open(&kernel, err))
				return -1;
			if (!bpf_kernel_has(kernel, list[i].name))
				continue;
		}
		hooks->missing++;
		if (!hooks->first)
			hooks->first = &list[i];
	}
	return 0;
}

int hooks_get(struct nlc *nlc, struct hooks *hooks, struct err *err)
{
	size_t n;

	bpf_hooks(&n);
	*hooks = (struct hooks){ .held = calloc(n, sizeof(*hooks->held)),
				 .attached = calloc(n, sizeof(*hooks->attached)) };
	if (!hooks->held || !hooks->attached)
		return err_errno(err, ENOMEM, "hooks");
	if (nlc_call(nlc, nlc_request(nlc, RVM_CMD_HOOK_GET, NLM_F_DUMP), take_link, hooks, err))
		return err_wrap(err, "hooks");
	return count_missing(hooks, err);
}

void hooks_free(struct hooks *hooks)
{
	free(hooks->held);
	free(hooks->attached);
	hooks->held = NULL;
	hooks->attached = NULL;
}

int hooks_require(const struct hooks *hooks, struct err *err)
{
	if (!hooks->missing)
		return 0;
	if (!hooks->n)
		err_make(err, EXIT_UNAVAILABLE, "hooks: not attached; nothing is enforced");
	else
		err_make(err, EXIT_UNAVAILABLE, "hooks: %zu missing, for example %s; without it %s",
			 hooks->missing, hooks->first->name, hooks->first->opens);
	return err_hint(err, "rvmctl hook attach (as root)");
}

static bool is_held(const char *name, const void *data)
{
	const struct hooks *hooks = data;
	int at = hook_index(name);

	return at >= 0 && hooks->held[at];
}

static int put_program(struct nl_msg *msg, const struct bpf_loaded *program)
{
	struct nlattr *nest = nla_nest_start(msg, RVM_A_HOOK_LINK);
	int type = program->attached ? RVM_A_LINK_FD : RVM_A_LINK_PROGRAM;

	if (!nest || nla_put_s32(msg, type, program->fd) ||
	    nla_put_string(msg, RVM_A_LINK_NAME, program->name) ||
	    nla_put_u32(msg, RVM_A_LINK_CLASS, program->class))
		return -1;
	return nla_nest_end(msg, nest);
}

static int hand_over(struct nlc *nlc, const struct bpf_set *set, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_HOOK_SET, 0);
	const struct bpf_loaded *programs;
	size_t n;

	programs = bpf_set_programs(set, &n);
	for (size_t i = 0; msg && i < n; i++) {
		if (put_program(msg, &programs[i]))
			nlc_drop(&msg);
	}
	if (nlc_call(nlc, msg, NULL, NULL, err))
		return err_wrap(err, "hooks: not accepted by the module");
	return 0;
}

static int detach(struct nlc *nlc, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_HOOK_SET, 0);

	if (msg && nla_put_flag(msg, RVM_A_HOOK_DETACH))
		nlc_drop(&msg);
	if (nlc_call(nlc, msg, NULL, NULL, err))
		return err_wrap(err, "hooks");
	return 0;
}

static int attach_missing(struct nlc *nlc, const struct hooks *hooks, const struct args *args,
			  struct err *err)
{
	const struct bpf_wish wish = {
		.held = is_held,
		.data = hooks,
		.always = args_has(args, "--always"),
		.verbose = args_has(args, "-v"),
	};
	auto_kernel struct bpf_kernel *kernel = NULL;
	auto_set struct bpf_set *set = NULL;
	struct err ignored = { 0 };
	size_t n;

	if (bpf_kernel_open(&kernel, err) || bpf_attach(&set, kernel, &wish, err))
		return -1;
	bpf_set_programs(set, &n);
	if (!n || !hand_over(nlc, set, err))
		return 0;
	/* All or nothing, if there was nothing before. */
	if (!hooks->n) {
		detach(nlc, &ignored);
		err_clear(&ignored);
	}
	return -1;
}

/* How many there are, and which of them wait. */
static int tell(struct ctx *ctx, struct nlc *nlc, const char *when)
{
	auto_hooks struct hooks hooks = { 0 };

	if (hooks_get(nlc, &hooks, &ctx->err))
		return -1;
	if (hooks.waiting)
		out_line(ctx->out, "%zu hooks are attached%s, %zu more when they are needed",
			 hooks.n - hooks.waiting, when, hooks.waiting);
	else
		out_line(ctx->out, "%zu hooks are attached%s", hooks.n, when);
	return EXIT_DONE;
}

static int hook_attach(struct ctx *ctx, const struct args *args)
{
	auto_hooks struct hooks hooks = { 0 };
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || bpf_lsm_is_active(&ctx->err) ||
	    hooks_get(nlc, &hooks, &ctx->err))
		return -1;
	if (!hooks.missing)
		return tell(ctx, nlc, " already");
	if (attach_missing(nlc, &hooks, args, &ctx->err))
		return -1;
	return tell(ctx, nlc, hooks.n ? ", some of them before this" : "");
}

static int hook_detach(struct ctx *ctx, const struct args *args)
{
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || detach(nlc, &ctx->err))
		return -1;
	out_line(ctx->out, "hooks are detached: nothing is enforced");
	return EXIT_DONE;
}

static const char *state_of(const struct hooks *hooks, const struct bpf_kernel *kernel, size_t at)
{
	const struct bpf_hook *hook = bpf_hooks(&(size_t){ 0 }) + at;

	if (hooks->held[at])
		return hooks->attached[at] ? "attached" : "waiting";
	return bpf_kernel_has(kernel, hook->name) ? "missing" : "not in this kernel";
}

static int hook_status(struct ctx *ctx, const struct args *args)
{
	static const struct out_col cols[] = {
		{ "name", NULL, 0 },
		{ "class", NULL, 0 },
		{ "state", NULL, 0 },
		{ "need", NULL, 0 },
		{ "opens", "WITHOUT IT", OUT_COL_TRUNC },
		{},
	};
	auto_kernel struct bpf_kernel *kernel = NULL;
	auto_hooks struct hooks hooks = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	const struct bpf_hook *list;
	size_t n;

	if (nlc_open(&nlc, &ctx->err) || hooks_get(nlc, &hooks, &ctx->err) ||
	    bpf_kernel_open(&kernel, &ctx->err))
		return -1;
	list = bpf_hooks(&n);
	out_table_begin(ctx->out, NULL, cols);
	for (size_t i = 0; i < n; i++) {
		out_row_begin(ctx->out);
		out_str(ctx->out, "name", list[i].name);
		out_str(ctx->out, "class", class_names[list[i].class]);
		out_str(ctx->out, "state", state_of(&hooks, kernel, i));
		out_str(ctx->out, "need", need_names[list[i].need]);
		out_str(ctx->out, "opens", list[i].opens);
		out_row_end(ctx->out);
	}
	out_table_end(ctx->out);
	if (hooks.waiting)
		out_line(ctx->out,
			 "those that wait are attached when they are needed, and let go again a "
			 "minute after the need has ended (module parameter need_msecs)");
	if (!hooks.missing)
		return EXIT_DONE;
	return hooks_require(&hooks, &ctx->err);
}

static const struct arg attach_args[] = {
	{ "--always", ARG_FLAG, 0, NULL, "for good, also those that are needed at times only",
	  NULL },
	{ "-v", ARG_FLAG, 0, NULL, "show the messages of the BPF loader", NULL },
	{},
};

const struct cmd hook_cmds[] = {
	{ "hook", "attach", hook_attach, attach_args,
	  "start enforcing: attach the BPF programs that ask the module", 0 },
	{ "hook", "detach", hook_detach, NULL,
	  "stop enforcing; refused while a partition other than the pen exists", 0 },
	{ "hook", "status", hook_status, NULL, "list the hooks, and what each one closes",
	  CMD_READ },
	{},
};
