// SPDX-License-Identifier: GPL-2.0-only
/* Rows of a table that give more than they seem to, or nothing. */
#include <fnmatch.h>
#include <linux/rvm.h>
#include <string.h>

#include "base/path.h"
#include "lib/model/rights.h"
#include "load/hint.h"
#include "table/describe.h"
#include "table/resolve.h"

/*
 * Sockets.
 */

struct service {
	/* Name of the socket, and where it is usually; %u is the user. */
	const char *name, *place;
	const char *what;
};

#define AS_ROOT "starts programs as root, outside the partition"
#define AS_YOU "starts programs as its user, outside the partition"
#define KEYS "uses the keys that it keeps"
#define SCREEN "types into other windows and reads them"

static const struct service services[] = {
	{ "docker.sock", "/run/docker.sock", AS_ROOT },
	{ "podman.sock", "/run/podman/podman.sock", AS_ROOT },
	{ "podman.sock", "/run/user/%u/podman/podman.sock", AS_YOU },
	{ "docker.sock", "/run/user/%u/docker.sock", AS_YOU },
	{ "containerd.sock", "/run/containerd/containerd.sock", AS_ROOT },
	{ "crio.sock", "/run/crio/crio.sock", AS_ROOT },
	{ "buildkitd.sock", "/run/buildkit/buildkitd.sock", AS_ROOT },
	{ "libvirt-sock", "/run/libvirt/libvirt-sock", AS_ROOT },
	{ "unix.socket", "/var/lib/lxd/unix.socket", AS_ROOT },
	{ "unix.socket", "/var/lib/incus/unix.socket", AS_ROOT },
	{ "snapd.socket", "/run/snapd.socket", AS_ROOT },
	{ "system_bus_socket", "/run/dbus/system_bus_socket", AS_ROOT },
	{ "bus", "/run/user/%u/bus", AS_YOU },
	{ "private", "/run/systemd/private", AS_ROOT },
	{ "private", "/run/user/%u/systemd/private", AS_YOU },
	{ "agent.*", "/tmp/ssh-x/agent.1", KEYS },
	{ "ssh", "/run/user/%u/keyring/ssh", KEYS },
	{ "ssh-agent*", "/run/user/%u/ssh-agent.socket", KEYS },
	{ "S.gpg-agent*", "/run/user/%u/gnupg/S.gpg-agent.ssh", KEYS },
	{ "X[0-9]*", "/tmp/.X11-unix/X0", SCREEN },
	{ "wayland-[0-9]*", "/run/user/%u/wayland-0", SCREEN },
};

/* Names without a file. */
static const struct service names[] = {
	{ "*dbus*", NULL, AS_YOU },
	{ "*X11-unix*", NULL, SCREEN },
	{ "*containerd*", NULL, AS_ROOT },
};

static bool covers_place(const struct plan *plan, const struct entry *e, const char *place)
{
	const struct anchor *home = plan->resolver.home;
	const char *user = strstr(place, "%u");
	struct entry as_path = *e;
	auto_free char *path = user ? format("%.*s%u%s", (int)(user - place), place,
					     home ? home->st.st_uid : 0, user + 2) :
				      strdup(place);

	as_path.scope.class = RVM_CLASS_PATH;
	return path && plan_covers(&as_path, path);
}

static const char *service_of(const struct plan *plan, const struct entry *e)
{
	const struct scope *s = &e->scope;
	bool pattern = s->pattern && strpbrk(s->pattern, "*?[");
	auto_free char *path = s->anchor ? scope_describe(s) : NULL;

	for (size_t i = 0; !s->anchor && s->pattern && i < ARRAY_SIZE(names); i++) {
		if (!fnmatch(names[i].name, s->pattern, 0))
			return names[i].what;
	}
	for (size_t i = 0; path && i < ARRAY_SIZE(services); i++) {
		if (pattern ? covers_place(plan, e, services[i].place) :
			      !fnmatch(services[i].name, path_base(path), 0) ||
				      covers_place(plan, e, services[i].place))
			return services[i].what;
	}
	return NULL;
}

/* A row may have several entries. */
static bool is_next_of_row(const struct plan *plan, size_t i)
{
	return i && plan->entries[i - 1].row == plan->entries[i].row &&
	       plan->entries[i - 1].badge == plan->entries[i].badge;
}

void hint_sockets(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];
		const char *what;

		if (e->exclusion || e->badge || e->scope.class != RVM_CLASS_NET ||
		    !e->scope.family || is_next_of_row(plan, i))
			continue;
		what = service_of(plan, e);
		if (what)
			warn_line("%s: row %zu (%.80s): a process that talks to this socket %s",
				  e->origin, e->row, e->resource, what);
	}
}

/*
 * Servers.
 */

static bool listens(const struct entry *e)
{
	return !e->exclusion && e->scope.class == RVM_CLASS_NET && !e->scope.family &&
	       e->rights & RVM_RIGHT_WRITE;
}

/* All addresses, "0.0.0.0", or "[::]". */
static bool is_everywhere(const struct rvm_addr_range *range)
{
	static const uint8_t v4[16] = { [10] = 0xff, 0xff };
	static const uint8_t v6[16];

	return !range->prefix_len || !memcmp(range->bytes, v4, 16) || !memcmp(range->bytes, v6, 16);
}

static bool hears_loopback(const struct plan *plan, const struct rvm_addr_range *range)
{
	static const uint8_t v4[13] = { [10] = 0xff, 0xff, 127 };

	for (size_t i = 0; i < plan->n; i++) {
		const struct rvm_addr_range *other = &plan->entries[i].scope.range;

		if (listens(&plan->entries[i]) && other->prefix_len >= 104 &&
		    !memcmp(other->bytes, v4, sizeof(v4)) &&
		    other->port_first <= range->port_first && other->port_last >= range->port_first)
			return true;
	}
	return false;
}

void hint_servers(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];
		const struct rvm_addr_range *range = &e->scope.range;

		if (!listens(e) || e->badge || !is_everywhere(range) ||
		    range->port_first != range->port_last || hears_loopback(plan, range))
			continue;
		warn_line("%s: row %zu (%.80s): a server there is reached by an address of this "
			  "host only with a row for that address, such as "
			  "{\"rights\":[\"WRITE\"],\"resource\":\"tcp:127.0.0.1:%u\",\"proof_"
			  "tier\":\"P2\",\"expires_at\":0}",
			  e->origin, e->row, e->resource, range->port_first);
	}
}

/*
 * What an exclusion takes away.
 */

/* What lifts it, or who said so. */
static char *lifted_by(const struct entry *denial)
{
	const char *line = denial->resource ? denial->resource + strlen("Edit(") : "";
	size_t len = strlen(line);

	if (!strcmp(denial->origin, "built-in"))
		return format("RVM protects it");
	if (strcmp(denial->origin, "deputy.list") != 0)
		return format("%s denies it (%.80s)", denial->origin, denial->resource);
	if (!strncmp(line, "//", 2) || !len)
		return format("tools outside obey it (%.80s)", denial->resource);
	return format("tools outside obey it; --allow-deputy '%.*s' lets it be written",
		      (int)len - 1, line);
}

/* The exclusions of a plan: there may be thousands of rows to be compared with them. */
struct denials {
	const struct entry **list;
	size_t n;
};

static bool collect_denials(struct denials *d, const struct plan *plan)
{
	d->n = 0;
	d->list = calloc(plan->n + 1, sizeof(*d->list));
	for (size_t i = 0; d->list && i < plan->n; i++) {
		if (plan->entries[i].exclusion)
			d->list[d->n++] = &plan->entries[i];
	}
	return d->list;
}

static const struct entry *find_denial(const struct denials *d, uint8_t right, const char *path)
{
	for (size_t i = 0; i < d->n; i++) {
		if (plan_takes(d->list[i], right, path))
			return d->list[i];
	}
	return NULL;
}

static void hint_row(const struct plan *plan, const struct denials *d, const struct entry *e)
{
	auto_free char *path = plan_sample(&e->scope);
	bool workspace = path && !strcmp(e->scope.pattern, "**") &&
			 e->scope.anchor == plan->resolver.workspace;

	for (uint8_t right = RVM_RIGHT_READ; path && !workspace && right <= RVM_RIGHT_WRITE;
	     right <<= 1) {
		const struct entry *denial = e->rights & right ? find_denial(d, right, path) : NULL;
		auto_free char *why = denial ? lifted_by(denial) : NULL;

		if (!why)
			continue;
		warn_line("%s: row %zu (%.80s): gives no %s: %s", e->origin, e->row, e->resource,
			  rvm_right_name(right), why);
		return;
	}
}

void hint_denied(const struct plan *plan)
{
	struct denials d;

	if (!collect_denials(&d, plan))
		return;
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (!e->exclusion && !e->badge && e->scope.class == RVM_CLASS_PATH &&
		    e->scope.anchor && !(e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN) &&
		    !is_next_of_row(plan, i))
			hint_row(plan, &d, e);
	}
	free(d.list);
}
