// SPDX-License-Identifier: GPL-2.0-only
/* Taking in records of the log: what each is about, and what is never proposed. */
#include <string.h>

#include "learn/learn.h"
#include "lib/model/text.h"

#define PEERS_MAX 64

int learn_open(struct learn *l, const char *workspace, struct err *err)
{
	*l = (struct learn){ .workspace = workspace };
	return learn_open_deputies(l, err) || list_open(&l->programs, "programs.list", err) ? -1 :
											      0;
}

void learn_close(struct learn *l)
{
	learn_close_deputies(l);
	list_close(&l->programs);
	node_free(&l->paths);
	node_free(&l->commands);
	node_free(&l->peers);
	free(l->pairs);
	free(l->script);
	for (size_t i = 0; i < l->n_lines; i++) {
		free(l->lines[i].resource);
		free(l->lines[i].example);
	}
	for (size_t i = 0; i < l->n_left; i++)
		free(l->left[i].object);
}

static const char *refused_why(const struct event *event)
{
	switch (event->payload.reason) {
	case RVM_REASON_EXCLUDED:
		return "a deny rule or a built-in exclusion covers it";
	case RVM_REASON_EXPIRED:
		return "a token for it has expired: renew it if it is still wanted";
	case RVM_REASON_STALE:
		return "a token for it is of an older epoch: load the table again";
	case RVM_REASON_TIER:
		return "a token for it does not reach the tier: change that token";
	case RVM_REASON_ABOVE:
		return "the partition around this one may not do it either: widen that one first";
	case RVM_REASON_STEERED:
	case RVM_REASON_ENVIRON:
		return LEARN_WHY_TURNED;
	case RVM_REASON_SPECIAL:
		return "it is of the floor: name devices, sockets of the host and loopback by hand";
	default:
		return "it is of the floor, which no mode relaxes";
	}
}

/* Refused for good, or for something that no new line should change: NULL if not. */
static const char *never_why(const struct event *event)
{
	uint8_t class = event->payload.class;

	if (!(event->rec.flags & RVM_RECORD_F_PERMISSIVE))
		return refused_why(event);
	switch (event->payload.reason) {
	case RVM_REASON_NO_TOKEN:
	case RVM_REASON_RIGHTS:
	case RVM_REASON_ARGV:
	case RVM_REASON_GAIN:
	case RVM_REASON_WITHIN:
		break;
	case RVM_REASON_ANONYMOUS:
		return "its code is in a file that has no path (a memfd, for example)";
	default:
		return refused_why(event);
	}
	if (class != RVM_CLASS_PATH && class != RVM_CLASS_EXEC && class != RVM_CLASS_NET)
		return refused_why(event);
	return NULL;
}

static void leave_event(struct learn *l, const struct event *event, const char *why)
{
	auto_free char *object = event_object(event);
	auto_free char *text = NULL;
	struct seen seen = { 0 };

	seen_add(&seen, event->rec.sequence);
	text = format("%s %s", rvm_op_name(event->payload.operation), object ? object : "?");
	if (!text) {
		l->no_memory = true;
		return;
	}
	learn_leave(l, text, why, &seen);
}

static void take_peer(struct learn *l, const struct event *event)
{
	const char *addr = event->detail.addr, *proto = event->detail.proto;
	auto_free char *resource = NULL;
	struct node *node;

	if (!addr || !proto || (strcmp(proto, "tcp") && strcmp(proto, "udp"))) {
		leave_event(l, event, "rows can name addresses of TCP and UDP only");
		return;
	}
	resource = format("%s:%s", proto, addr);
	if (!resource) {
		l->no_memory = true;
		return;
	}
	node = l->peers.children < PEERS_MAX ? node_child(l, &l->peers, resource) : NULL;
	for (struct node *n = node ? NULL : l->peers.child; n; n = n->next) {
		if (!strcmp(n->name, resource))
			node = n;
	}
	if (!node) {
		leave_event(l, event, "more addresses were used than are proposed");
		return;
	}
	node->rights |= event->payload.right;
	seen_add(&node->seen, event->rec.sequence);
}

static void propose_peers(struct learn *l)
{
	for (struct node *n = l->peers.child; n; n = n->next)
		learn_add(l, n->rights, strdup(n->name), &n->seen, strdup(n->name), NULL);
}

/* An allowed one, or any: the next round may be that of its interpreter. */
static void note_program(struct learn *l, const struct event *event)
{
	const char *path = event->detail.path, *pid = event->detail.pid;

	if (event->payload.operation != RVM_OP_EXEC)
		return;
	free(l->script);
	l->script = path ? strdup(path) : NULL;
	l->script_pid = pid ? strtoull(pid, NULL, 10) : 0;
}

void learn_event(struct learn *l, const struct event *event)
{
	const char *why;

	if (!event_is_judged(event))
		return;
	if (!event_is_denial(event)) {
		note_program(l, event);
		return;
	}
	l->records++;
	if (!event->detail.line) {
		l->blind++;
		return;
	}
	why = never_why(event);
	if (why)
		leave_event(l, event, why);
	else if (event->payload.class == RVM_CLASS_NET)
		take_peer(l, event);
	else if (event->payload.class == RVM_CLASS_EXEC)
		learn_command(l, event);
	else
		learn_path(l, event);
	note_program(l, event);
}

void learn_propose(struct learn *l)
{
	learn_join_renamed(l);
	/* Before folding takes rights away from the names. */
	learn_propose_commands(l);
	learn_propose_paths(l);
	propose_peers(l);
}
