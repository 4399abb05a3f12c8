// SPDX-License-Identifier: GPL-2.0-only
/* Refusals: what a record says of one, and why it was one. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "log/refusal.h"

/* As the kernel gives them out by itself, unless it is told otherwise. */
#define EPHEMERAL_MIN 32768

/* Port behind the last colon of an address; 0 if there is none. */
unsigned long refusal_port(const char *addr)
{
	const char *colon = addr ? strrchr(addr, ':') : NULL;

	return colon ? strtoul(colon + 1, NULL, 10) : 0;
}

/*
 * A message on a connection that the peer made: then the row to write is one to
 * listen at the local address.  Who connects has a port that is none of a service.
 */
static bool came_to_us(const struct event *event)
{
	unsigned long local = refusal_port(event->detail.local),
		      peer = refusal_port(event->detail.addr);

	return local && peer && local < peer && peer >= EPHEMERAL_MIN && local < EPHEMERAL_MIN;
}

/* The row that lacks is one to listen there. */
void refusal_take_local(struct refusal *r, const struct event *event)
{
	r->addr = event->detail.local;
	r->right = RVM_RIGHT_WRITE;
	r->asked = RVM_RIGHT_WRITE;
	r->came = true;
}

/* "READ,WRITE"; what is not known counts for nothing. */
static uint8_t parse_rights(const char *text)
{
	uint8_t rights = 0;

	for (size_t len; text && *text; text += len + (text[len] == ',')) {
		int right;

		len = strcspn(text, ",");
		right = rvm_right_parse(text, len);
		rights |= right > 0 ? right : 0;
	}
	return rights;
}

/* Strings are those of the event. */
void refusal_fill(struct refusal *r, const struct event *event)
{
	const struct detail *d = &event->detail;

	*r = (struct refusal){
		.reason = event->payload.reason,
		.class = event->payload.class,
		.right = event->payload.right,
		.asked = event->payload.right | parse_rights(d->asked),
		.op = event->payload.operation,
		.partition = event->partition,
		.path = d->path,
		.argv = d->argv,
		.addr = d->addr,
		.name = d->name,
		.rule = d->rule,
		.within = d->within,
		.turner = d->turned,
		.proto = d->proto ? d->proto : "tcp",
		.words = d->words,
		.as = d->as,
		.cut = d->cut,
		.token = d->token ? strtoull(d->token, NULL, 10) : 0,
	};
	if (came_to_us(event))
		refusal_take_local(r, event);
}

char *refusal_reason(const struct refusal *r)
{
	const char *text = rvm_reason_text(r->reason);

	if (r->reason == RVM_REASON_WITHIN && r->within)
		return format("a token allows it, but only within %s (token %" PRIu64 ", %s)",
			      r->within, r->token, r->rule ? r->rule : "no resource");
	if (r->rule && r->token)
		return format("%s (token %" PRIu64 ", %s)", text, r->token, r->rule);
	if (r->rule)
		return format("%s (%s)", text, r->rule);
	if (r->token)
		return format("%s (token %" PRIu64 ")", text, r->token);
	return strdup(text);
}
