// SPDX-License-Identifier: GPL-2.0-only
/* Requests, dumps and events of the "rvm" family. */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/nl.h"
#include "wire/spec.h"

/* Room for a batch of rows; the module takes any size below a skb's. */
#define REQUEST_BYTES 40960

/* How long a list is read again that changes meanwhile, and how long it is left alone. */
#define AGAIN_SECONDS 10
#define AGAIN_WAIT_US 20000

#ifndef NLM_F_CAPPED
#define NLM_F_CAPPED 0x100
#endif
#ifndef NLM_F_ACK_TLVS
#define NLM_F_ACK_TLVS 0x200
#endif

struct nlc {
	struct nl_sock *sk;
	int family;
	/* Of the call under way, or the last one. */
	const struct nlmsghdr *request;
	nlc_fn fn;
	void *data;
	struct err *err;
	int error;
	int item;
	bool done;
	bool stopped;
	/* Of a dump: taken when it is known to be whole. */
	struct nl_msg **held;
	size_t n_held;
};

static void set_option(struct nlc *nlc, int option)
{
	int one = 1;

	/* Without it there is less to tell on a refusal; nothing else is lost. */
	setsockopt(nl_socket_get_fd(nlc->sk), SOL_NETLINK, option, &one, sizeof(one));
}

int nlc_open(struct nlc **nlc, struct err *err)
{
	struct nlc *n = calloc(1, sizeof(*n));
	int ret;

	*nlc = n;
	if (n)
		n->sk = nl_socket_alloc();
	if (!n || !n->sk)
		return err_errno(err, ENOMEM, "netlink");
	ret = genl_connect(n->sk);
	if (ret < 0)
		return err_make(err, EXIT_UNAVAILABLE, "netlink: %s", nl_geterror(ret));
	set_option(n, NETLINK_EXT_ACK);
	set_option(n, NETLINK_CAP_ACK);
	n->family = genl_ctrl_resolve(n->sk, RVM_FAMILY_NAME);
	if (n->family < 0) {
		err_make(err, EXIT_UNAVAILABLE, "rvm: module not loaded");
		return err_hint(err,
				"as root: modprobe rvm, or insmod kmod/rvm.ko in the source tree");
	}
	return 0;
}

void nlc_close(struct nlc *nlc)
{
	if (nlc && nlc->sk)
		nl_socket_free(nlc->sk);
	free(nlc);
}

struct nl_msg *nlc_request(struct nlc *nlc, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(REQUEST_BYTES);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nlc->family, 0, flags, cmd,
				RVM_FAMILY_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

void nlc_drop(struct nl_msg **msg)
{
	nlmsg_free(*msg);
	*msg = NULL;
}

int nlc_errno(const struct nlc *nlc)
{
	return nlc->error;
}

int nlc_error_item(const struct nlc *nlc)
{
	return nlc->item;
}

/* Find the attribute at @offset of the request; write its name, as "token.scope.fd". */
static void name_offset(struct nlc *nlc, uint32_t offset, char *out, size_t size)
{
	const struct genlmsghdr *genl = nlmsg_data(nlc->request);
	const struct spec_set *set = spec_set_of(genl->cmd);
	const char *base = (const char *)nlc->request;
	struct nlattr *at = genlmsg_attrdata(genl, 0);
	int left = genlmsg_attrlen(genl, 0);
	size_t used = 0;
	int item = 0;

	out[0] = '\0';
	while (set && nla_ok(at, left)) {
		uint32_t start = (const char *)at - base;
		const struct spec_set *below;

		if (offset >= start + NLA_ALIGN(at->nla_len)) {
			at = nla_next(at, &left);
			item++;
			continue;
		}
		if (!used)
			nlc->item = item;
		used += snprintf(out + used, size - used, "%s%s", used ? "." : "",
				 spec_attr_name(set, nla_type(at)));
		below = spec_nested(set, nla_type(at));
		if (offset <= start || !below || used >= size)
			break;
		left = nla_len(at);
		at = nla_data(at);
		set = below;
	}
}

/* The attributes of an extended ACK; @attrs is zeroed. */
static void parse_ack(const struct nlmsghdr *hdr, size_t skip, struct nlattr **attrs)
{
	skip = NLMSG_ALIGN(skip);
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS && nlmsg_datalen(hdr) > (int)skip)
		nla_parse(attrs, NLMSGERR_ATTR_MAX,
			  (struct nlattr *)((char *)nlmsg_data(hdr) + skip),
			  nlmsg_datalen(hdr) - skip, NULL);
}

/* What the extended ACK behind an error says. */
static void read_ack(struct nlc *nlc, const struct nlmsghdr *hdr, size_t skip)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = { 0 };
	const struct genlmsghdr *genl = nlmsg_data(nlc->request);
	char where[128] = "";
	const char *text = NULL;

	parse_ack(hdr, skip, attrs);
	if (attrs[NLMSGERR_ATTR_MSG])
		text = nlc_str(attrs[NLMSGERR_ATTR_MSG]);
	if (attrs[NLMSGERR_ATTR_OFFS])
		name_offset(nlc, nlc_u32(attrs[NLMSGERR_ATTR_OFFS]), where, sizeof(where));
	if (attrs[NLMSGERR_ATTR_MISS_TYPE] && !where[0]) {
		snprintf(where, sizeof(where), "%s",
			 spec_attr_name(spec_set_of(genl->cmd),
					nlc_u32(attrs[NLMSGERR_ATTR_MISS_TYPE])));
		text = text ? text : "is missing";
	}
	err_make(nlc->err, EXIT_REFUSED, "%s%s%s", where, where[0] ? ": " : "",
		 text ? text : strerror(nlc->error));
	/* A token that may not be given is not root's matter. */
	if (nlc->error == EPERM && (!text || strstr(text, "CAP_")))
		err_hint(nlc->err, "run it as root");
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	struct nlc *nlc = arg;
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	size_t skip = sizeof(*e);

	nlc->done = true;
	nlc->error = -e->error;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED) && e->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	read_ack(nlc, hdr, skip);
	return NL_STOP;
}

/* It was done; a text is a warning. */
static int on_ack(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = { 0 };
	struct nlc *nlc = arg;

	nlc->done = true;
	parse_ack(nlmsg_hdr(msg), sizeof(struct nlmsgerr), attrs);
	if (attrs[NLMSGERR_ATTR_MSG])
		warn_line("%s", nlc_str(attrs[NLMSGERR_ATTR_MSG]));
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlc *nlc = arg;
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	int ret = 0;

	nlc->done = true;
	if (nlmsg_datalen(hdr) >= (int)sizeof(ret))
		memcpy(&ret, nlmsg_data(hdr), sizeof(ret));
	if (ret < 0) {
		nlc->error = -ret;
		read_ack(nlc, hdr, sizeof(ret));
	}
	return NL_STOP;
}

static int take(struct nlc *nlc, struct nl_msg *msg)
{
	struct nlattr *attrs[SPEC_ATTRS_MAX + 1] = { 0 };
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	const struct genlmsghdr *genl = nlmsg_data(hdr);
	int ret;

	if (genlmsg_parse(hdr, 0, attrs, SPEC_ATTRS_MAX, NULL) < 0)
		return NL_SKIP;
	ret = nlc->fn(attrs, genl->cmd, nlc->data, nlc->err);
	/* The rest of a dump is still read, so that the next call starts clean. */
	nlc->stopped = ret != 0;
	return NL_OK;
}

static int hold(struct nlc *nlc, struct nl_msg *msg)
{
	struct nl_msg **more;

	/* Room grows by doubling. */
	if (!(nlc->n_held & (nlc->n_held - 1))) {
		more = reallocarray(nlc->held, nlc->n_held ? 2 * nlc->n_held : 1, sizeof(*more));
		if (!more)
			return err_errno(nlc->err, ENOMEM, "netlink");
		nlc->held = more;
	}
	nlmsg_get(msg);
	nlc->held[nlc->n_held++] = msg;
	return 0;
}

static void drop_held(struct nlc *nlc)
{
	for (size_t i = 0; i < nlc->n_held; i++)
		nlmsg_free(nlc->held[i]);
	free(nlc->held);
	nlc->held = NULL;
	nlc->n_held = 0;
}

static bool is_dump(const struct nlc *nlc)
{
	return nlc->request && nlc->request->nlmsg_flags & NLM_F_DUMP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlc *nlc = arg;
	struct nlmsghdr *hdr = nlmsg_hdr(msg);

	if (hdr->nlmsg_type != nlc->family || !genlmsg_valid_hdr(hdr, 0) || !nlc->fn ||
	    nlc->stopped)
		return NL_OK;
	if (!is_dump(nlc))
		return take(nlc, msg);
	nlc->stopped = hold(nlc, msg) != 0;
	return NL_OK;
}

static int receive(struct nlc *nlc, struct nl_cb *cb)
{
	int ret;

	while (!nlc->done) {
		ret = nl_recvmsgs(nlc->sk, cb);
		if (nlc->done && nlc->error)
			break;
		if (ret == -NLE_DUMP_INTR) {
			nlc->error = EINTR;
			err_make(nlc->err, EXIT_REFUSED, "the list changed while being read");
			return err_hint(nlc->err, "run it again");
		}
		if (ret < 0 && ret != -NLE_INTR)
			return err_make(nlc->err, EXIT_REFUSED, "netlink: %s", nl_geterror(ret));
	}
	return nlc->error || nlc->err->code ? -1 : 0;
}

static int send_once(struct nlc *nlc, struct nl_msg *msg, struct nl_cb *cb)
{
	int ret;

	nlc->error = 0;
	nlc->item = -1;
	nlc->done = false;
	nlc->stopped = false;
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	nl_complete_msg(nlc->sk, msg);
	ret = nl_send(nlc->sk, msg);
	if (ret < 0)
		return err_make(nlc->err, EXIT_REFUSED, "netlink: %s", nl_geterror(ret));
	return receive(nlc, cb);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Until a list stayed the same while it was read. */
static int send_all(struct nlc *nlc, struct nl_msg *msg, struct nl_cb *cb)
{
	time_t end = seconds() + AGAIN_SECONDS;
	int ret;

	while ((ret = send_once(nlc, msg, cb)) && nlc->error == EINTR && is_dump(nlc) &&
	       seconds() < end) {
		err_clear(nlc->err);
		drop_held(nlc);
		usleep(AGAIN_WAIT_US);
	}
	for (size_t i = 0; !ret && i < nlc->n_held && !nlc->stopped; i++)
		take(nlc, nlc->held[i]);
	drop_held(nlc);
	return ret || nlc->err->code ? -1 : 0;
}

int nlc_call(struct nlc *nlc, struct nl_msg *msg, nlc_fn fn, void *data, struct err *err)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret;

	if (!msg || !cb) {
		err_errno(err, ENOMEM, "netlink request");
		ret = -1;
		goto out;
	}
	nlc->request = nlmsg_hdr(msg);
	nlc->fn = fn;
	nlc->data = data;
	nlc->err = err;
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, nlc);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, nlc);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, nlc);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, nlc);
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_REQUEST;
	if (!is_dump(nlc))
		nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	ret = send_all(nlc, msg, cb);
	nlc->request = NULL;
out:
	nl_cb_put(cb);
	nlmsg_free(msg);
	return ret;
}

int nlc_join(struct nlc *nlc, const char *group, struct err *err)
{
	int id = genl_ctrl_resolve_grp(nlc->sk, RVM_FAMILY_NAME, group);
	int ret = id < 0 ? id : nl_socket_add_membership(nlc->sk, id);

	if (ret < 0)
		return err_make(err, EXIT_REFUSED, "events of group %s: %s", group,
				nl_geterror(ret));
	return 0;
}

static int no_sequence(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

int nlc_listen(struct nlc *nlc, nlc_fn fn, void *data, struct err *err)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret = 0;

	if (!cb)
		return err_errno(err, ENOMEM, "netlink events");
	nlc->fn = fn;
	nlc->data = data;
	nlc->err = err;
	nlc->stopped = false;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, no_sequence, NULL);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, nlc);
	while (!nlc->stopped && !ret) {
		ret = nl_recvmsgs(nlc->sk, cb);
		if (ret == -NLE_NOMEM) {
			warn_line("events came faster than they were read; some are missing");
			ret = 0;
		} else if (ret == -NLE_INTR) {
			break;
		} else if (ret < 0) {
			err_make(err, EXIT_REFUSED, "netlink events: %s", nl_geterror(ret));
		}
	}
	nl_cb_put(cb);
	return err->code ? -1 : 0;
}

int nlc_fd(const struct nlc *nlc)
{
	return nl_socket_get_fd(nlc->sk);
}

uint32_t nlc_u32(const struct nlattr *a)
{
	uint32_t v = 0;

	if (a && nla_len(a) >= (int)sizeof(v))
		memcpy(&v, nla_data(a), sizeof(v));
	return v;
}

uint64_t nlc_u64(const struct nlattr *a)
{
	uint64_t v = 0;

	if (a && nla_len(a) >= (int)sizeof(v))
		memcpy(&v, nla_data(a), sizeof(v));
	return v;
}

int64_t nlc_s64(const struct nlattr *a)
{
	return (int64_t)nlc_u64(a);
}

const char *nlc_str(const struct nlattr *a)
{
	if (!a || !memchr(nla_data(a), '\0', nla_len(a)))
		return "";
	return nla_data(a);
}

int nlc_nest(struct nlattr **attrs, int max, struct nlattr *a)
{
	memset(attrs, 0, (max + 1) * sizeof(*attrs));
	return a ? nla_parse_nested(attrs, max, a, NULL) : 0;
}
