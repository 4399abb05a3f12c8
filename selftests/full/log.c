// SPDX-License-Identifier: GPL-2.0-only
/* The log, which a recorder that says little keeps full. */
#include <linux/rvm_witness.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "full/full.h"

/* Enough for what a row prepares, and for what is kept of it. */
#define ROOM 24
#define TIMES 2048

int recorder;
uint64_t safe;
struct box filler, box, other;
uint64_t filler_token, box_token, granted;
pid_t task;
struct request r;
struct reply reply;

static unsigned int number;
static bool failed;

void report(bool good, const char *row, const char *what)
{
	printf("%s %u %s%s%s\n", good ? "ok" : "not ok", ++number, row, *what ? ": " : "", what);
	if (!good)
		printf("# errno %d: %s\n", reply.error, reply.text);
	failed |= !good;
}

bool has_failed(void)
{
	return failed;
}

uint64_t length(void)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(filler.nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

bool make_room(void)
{
	uint64_t end = length();

	safe = safe + ROOM < end ? safe + ROOM : end;
	return !ioctl(recorder, RVM_WITNESS_ACK, &safe);
}

bool make_all_room(void)
{
	safe = length();
	return !ioctl(recorder, RVM_WITNESS_ACK, &safe);
}

int ask_proof_of(int nl, uint64_t token, uint32_t tier, uint32_t rights)
{
	static uint64_t nonce;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	request_begin(&r, RVM_CMD_TOKEN_PROVE);
	put_u64(&r, RVM_A_GRANT_ID, token);
	put_u32(&r, RVM_A_GRANT_TIER, tier);
	put_u32(&r, RVM_A_GRANT_RIGHTS, rights);
	put_u64(&r, RVM_A_GRANT_NONCE, ++nonce);
	put_u64(&r, RVM_A_GRANT_ISSUED, now.tv_sec * 1000000000ULL + now.tv_nsec);
	return nl_call(nl, &r, &reply);
}

int ask_proof(int nl, uint64_t token, uint32_t tier)
{
	return ask_proof_of(nl, token, tier, RVM_RIGHT_READ);
}

/* Until not even one record can be made. */
bool fill(void)
{
	int i;

	for (i = 0; i < TIMES && !ask_proof(filler.nl, filler_token, 1); i++)
		;
	for (; i < TIMES && !box_set(&filler, RVM_A_PARTITION_MODE,
				     i % 2 ? RVM_MODE_LEARN : RVM_MODE_PERMISSIVE);
	     i++)
		;
	return i < TIMES;
}

static bool is_of(const struct row *row, const struct rvm_record *record)
{
	if (record->kind != row->kind || (row->op != ANY && record->payload[3] != row->op))
		return false;
	return record->actor == (row->inside ? box.id : 0) &&
	       (row->target ? record->target == row->target() : record->target) &&
	       !record->capability_hash == !row->token;
}

/* Is there such a record from @from on? */
bool is_recorded(const struct row *row, uint64_t from)
{
	uint64_t end = length();
	struct rvm_record record;

	for (; from < end; from++)
		if (pread(recorder, &record, sizeof(record), from * sizeof(record)) ==
			    sizeof(record) &&
		    is_of(row, &record))
			return true;
	return false;
}
