// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens are passed on, taken back, proved and listed by several tasks at the same time.
 * What came of it has to be as if everything had been done one after the other: in the order
 * of the records, as each success is one.  In this order the model of the unit tests says the
 * same; what was refused is refused by it at some moment between request and answer.
 *
 *   host          two tasks
 *     giver       two tasks
 *       inner     two tasks
 *
 * $RVM_OPS is how many requests each task makes (400).
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define SLOTS 8192
#define PARTITIONS 2
#define LONG_AGO 16384

#include "lib/derive_model.h"

#define TASKS 6
#define OPS_MAX 4000
#define LISTED_MAX (64 * 1024)
/* So few that all ask for the same ones. */
#define POOL 6

enum kind { ROOT, DERIVE, REVOKE, PROVE, LIST };

struct op {
	enum kind kind;
	/* 0 for the host, 1 for giver, 2 for inner. */
	u32 caller, target;
	struct rvm_handle handle, made;
	u32 rights, count;
	int error;
	u64 id, sequence;
	/* When it was asked and answered. */
	u64 begin, end;
	/* LIST: where its ids begin in the task's own. */
	u32 first;
};

struct task {
	struct op op[OPS_MAX];
	u64 listed[LISTED_MAX];
	u32 ops, ids;
};

struct shared {
	atomic_int ready;
	/* Handles to ask for, and those that were pushed out. */
	_Atomic u64 pool[POOL], left[POOL];
	struct task task[TASKS];
};

static struct shared *shared;

static struct request r;
static struct reply reply;
static u32 partition_id[PARTITIONS + 1];
static u64 random_state;

static u32 pick(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}

/* Every other time the same one for all. */
static u32 pick_place(void)
{
	return pick(2) ? 0 : pick(POOL);
}

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static u64 pack(struct rvm_handle handle)
{
	return (u64)handle.generation << 32 | handle.index;
}

static struct rvm_handle unpack(u64 word)
{
	return (struct rvm_handle){ word, word >> 32 };
}

/*
 * The tasks.
 */

static void put_handle(struct rvm_handle handle)
{
	put_u32(&r, RVM_A_GRANT_INDEX, handle.index);
	put_u32(&r, RVM_A_GRANT_GENERATION, handle.generation);
}

static void ask_grant(const struct op *op)
{
	size_t token, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, partition_id[op->target]);
	if (op->kind == DERIVE)
		put_handle(op->handle);
	token = nest_begin(&r, RVM_A_GRANT_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, op->rights);
	if (op->kind == ROOT) {
		scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
		put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_SELF);
		nest_end(&r, scope);
	}
	nest_end(&r, token);
}

static void ask(const struct op *op)
{
	switch (op->kind) {
	case ROOT:
	case DERIVE:
		ask_grant(op);
		break;
	case REVOKE:
		request_begin(&r, RVM_CMD_TOKEN_REVOKE);
		put_handle(op->handle);
		break;
	case PROVE:
		request_begin(&r, RVM_CMD_TOKEN_PROVE);
		put_handle(op->handle);
		break;
	case LIST:
		request_begin(&r, RVM_CMD_TOKEN_GET);
		put_u32(&r, RVM_A_TABLE_PARTITION, partition_id[op->target]);
	}
}

/* Tokens of a dump, one after the other, but for those kept to explain denials; false at its end. */
static bool next_token(size_t *at, struct reply *one)
{
	uint16_t len, type;

	while (*at < reply.len) {
		memcpy(&len, reply.data + *at, 2);
		memcpy(&type, reply.data + *at + 2, 2);
		one->len = len - 4;
		memcpy(one->data, reply.data + *at + 4, one->len);
		*at += (len + 3) & ~3u;
		if ((type & 0x3fff) == RVM_A_TABLE_TOKEN &&
		    !(reply_u32(one, RVM_A_TOKEN_FLAGS) & RVM_TOKEN_FLAG_REVOKED))
			return true;
	}
	return false;
}

static void keep_listed(struct task *task, struct op *op)
{
	struct reply one;
	size_t at = 0;

	op->first = task->ids;
	while (task->ids < LISTED_MAX && next_token(&at, &one))
		task->listed[task->ids++] = reply_u64(&one, RVM_A_TOKEN_ID);
	op->count = task->ids - op->first;
}

static bool do_op(int nl, struct task *task, struct op *op)
{
	ask(op);
	op->begin = now_ns();
	if (op->kind == LIST)
		nl_dump(nl, &r, &reply);
	else
		nl_call(nl, &r, &reply);
	op->end = now_ns();
	op->error = reply.error;
	task->ops++;
	if (reply.error)
		return false;
	if (op->kind == LIST) {
		keep_listed(task, op);
		return true;
	}
	op->sequence = reply_u64(&reply, RVM_A_GRANT_SEQUENCE);
	if (op->kind == REVOKE)
		op->count = reply_u32(&reply, RVM_A_GRANT_COUNT);
	if (op->kind > DERIVE)
		return true;
	op->id = reply_u64(&reply, RVM_A_GRANT_ID);
	op->made.index = reply_u32(&reply, RVM_A_GRANT_INDEX);
	op->made.generation = reply_u32(&reply, RVM_A_GRANT_GENERATION);
	return true;
}

static u32 some_rights(bool root)
{
	static const u32 useful[] = {
		RVM_RIGHT_READ | RVM_RIGHT_GRANT_ONCE | RVM_RIGHT_PROVE,
		RVM_RIGHT_READ | RVM_RIGHT_GRANT_ONCE,
		RVM_RIGHT_READ | RVM_RIGHT_PROVE | RVM_RIGHT_REVOKE | RVM_RIGHT_GRANT,
		RIGHTS_ALL,
	};

	if (root)
		return useful[pick(ARRAY_LEN(useful))];
	return pick(3) ? RVM_RIGHT_READ | useful[pick(3)] : 1 + pick(RIGHTS_ALL);
}

static enum kind some_kind(u32 caller)
{
	u32 n = pick(20);

	if (n < 5 && !caller)
		return ROOT;
	return n < 14 ? DERIVE : n < 16 ? REVOKE : n < 19 ? PROVE : LIST;
}

static void choose(struct op *op, u32 caller)
{
	u64 left = 0;

	*op = (struct op){ .kind = some_kind(caller), .caller = caller };
	op->target = caller == 2 ? 2 : 1 + pick(2);
	op->rights = some_rights(op->kind == ROOT);
	if (op->kind == REVOKE && !caller)
		left = atomic_exchange(&shared->left[pick(POOL)], 0);
	op->handle = unpack(left ?: atomic_load(&shared->pool[pick_place()]));
	if (!left && !pick(16))
		op->handle.generation--;
}

/* Others may ask for it from now on. */
static void publish(struct rvm_handle made)
{
	u64 old = atomic_exchange(&shared->pool[pick_place()], pack(made));

	atomic_store(&shared->left[pick(POOL)], old);
}

static u32 wanted_ops(void)
{
	const char *text = getenv("RVM_OPS");
	u32 ops = text ? atoi(text) : 400;

	return ops < OPS_MAX ? ops : OPS_MAX;
}

static int work(void *arg)
{
	struct task *task = arg;
	u32 number = task - shared->task, ops = wanted_ops();
	int nl = nl_open();

	if (nl < 0)
		return 1;
	random_state = 0x9e3779b97f4a7c15ULL * (number + 1) ^ now_ns();
	atomic_fetch_add(&shared->ready, 1);
	while (shared->ready < TASKS)
		usleep(1000);
	while (task->ops < ops) {
		struct op *op = &task->op[task->ops];

		choose(op, number / 2);
		if (do_op(nl, task, op) && op->kind <= DERIVE)
			publish(op->made);
	}
	return 0;
}

/*
 * The history.
 */

static struct op *success[TASKS * OPS_MAX], *failure[TASKS * OPS_MAX];
static int successes, failures;
/* By number in the model: what made it, and what took it back. */
static const struct op *birth[LONG_AGO], *death[LONG_AGO];

static int by_sequence(const void *a, const void *b)
{
	const struct op *one = *(struct op *const *)a, *other = *(struct op *const *)b;

	return one->sequence < other->sequence ? -1 : one->sequence > other->sequence;
}

static void sort_history(void)
{
	for (struct task *task = shared->task; task < shared->task + TASKS; task++) {
		for (struct op *op = task->op; op < task->op + task->ops; op++) {
			if (op->kind == LIST)
				continue;
			if (op->error)
				failure[failures++] = op;
			else
				success[successes++] = op;
		}
	}
	qsort(success, successes, sizeof(success[0]), by_sequence);
}

/* Whoever was answered before another asked comes before it. */
static bool is_in_time(void)
{
	u64 least = UINT64_MAX;

	for (int i = successes; i--;) {
		if (least < success[i]->begin ||
		    (i && success[i - 1]->sequence == success[i]->sequence))
			return false;
		if (success[i]->end < least)
			least = success[i]->end;
	}
	return true;
}

static int errno_of(enum rvm_token_error error)
{
	switch (error) {
	case RVM_TOKEN_ERROR_NONE:
		return 0;
	case RVM_TOKEN_ERROR_INVALID_HANDLE:
		return ENOENT;
	case RVM_TOKEN_ERROR_STALE_HANDLE:
		return ESTALE;
	case RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED:
		return EPERM;
	case RVM_TOKEN_ERROR_RIGHTS_ESCALATION:
		return ERANGE;
	case RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED:
		return ELOOP;
	case RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS:
		return EACCES;
	default:
		return -1;
	}
}

static struct rvm_wish wish_of(const struct op *op, int source)
{
	return (struct rvm_wish){
		.caller = op->caller,
		.owner = op->target,
		.contained = true,
		/* The second is inside the first. */
		.sponsored = !op->caller && op->target >= known[source].owner,
		.rights = op->rights,
		.tier = known[source].tier,
	};
}

/* What the model says now; @at: the token that is asked for. */
static enum rvm_token_error answer(const struct op *op, int *at)
{
	enum rvm_token_error error;
	struct rvm_wish wish;

	if (op->kind == ROOT)
		return RVM_TOKEN_ERROR_NONE;
	*at = model_find(op->handle.index, op->handle.generation, &error);
	if (error)
		return error;
	if (op->kind == REVOKE) {
		if (!op->caller || model_may_revoke(*at, op->caller))
			return error;
		return known[*at].owner == op->caller ? RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS :
							RVM_TOKEN_ERROR_INVALID_HANDLE;
	}
	if (op->caller && known[*at].owner != op->caller)
		return RVM_TOKEN_ERROR_INVALID_HANDLE;
	if (op->kind == PROVE)
		return model_p1(*at, RVM_RIGHT_PROVE);
	wish = wish_of(op, *at);
	return model_grant(*at, &wish);
}

/* The lowest free slot, and the generation after its last one, if that is known. */
static bool make(const struct op *op, int source)
{
	struct rvm_wish wish;
	int at = model_free_slot(), i = count++;

	if (!slot[at].generation)
		slot[at].generation = op->made.generation - 1;
	if (op->kind == DERIVE) {
		wish = wish_of(op, source);
		model_derive(source, i, &wish);
	} else {
		known[i] = (struct known){
			.owner = op->target, .rights = op->rights, .tier = 1, .parent = -1
		};
		model_take_slot(i);
	}
	birth[i] = op;
	return known[i].index == op->made.index && known[i].generation == op->made.generation &&
	       (!i || birth[i - 1]->id < op->id);
}

static bool take(const struct op *op, int top)
{
	u32 gone = model_revoke(top);

	for (int i = 0; i < count; i++)
		if (!known[i].live && !death[i])
			death[i] = op;
	return gone == op->count;
}

static bool replay(const struct op *op)
{
	int at = -1;

	if (answer(op, &at))
		return false;
	if (op->kind == PROVE)
		return true;
	return op->kind == REVOKE ? take(op, at) : make(op, at);
}

static void tell(const struct op *op, const char *what)
{
	static const char *const names[] = { "root", "grant", "revoke", "prove", "list" };
	int at = -1;
	enum rvm_token_error error = answer(op, &at);

	printf("# %s: record %llu, %s of %u.%u for %u with %#x by %u: answer %d, model %d\n", what,
	       (unsigned long long)op->sequence, names[op->kind], op->handle.index,
	       op->handle.generation, op->target, op->rights, op->caller, op->error,
	       errno_of(error));
}

/* The first success that was asked for after its answer. */
static int latest(const struct op *op)
{
	int i = 0;

	while (i < successes && success[i]->begin <= op->end)
		i++;
	return i;
}

/* After the last success that was answered before it was asked for. */
static int earliest(const struct op *op)
{
	int i = successes;

	while (i && success[i - 1]->end >= op->begin)
		i--;
	return i;
}

static int wrong;

/* Each that may have been refused at this point, and is not explained yet. */
static void explain(int point)
{
	static int from[TASKS * OPS_MAX], to[TASKS * OPS_MAX];
	int at;

	for (int i = 0; i < failures; i++) {
		const struct op *op = failure[i];

		if (!op)
			continue;
		if (!point) {
			from[i] = earliest(op);
			to[i] = latest(op);
		}
		if (point < from[i])
			continue;
		if (errno_of(answer(op, &at)) == op->error) {
			failure[i] = NULL;
		} else if (point == to[i]) {
			wrong++;
			tell(op, "refused otherwise");
			failure[i] = NULL;
		}
	}
}

static void replay_all(void)
{
	for (int i = 0; i < successes && wrong < 5; i++) {
		explain(i);
		if (!replay(success[i])) {
			wrong++;
			tell(success[i], "allowed otherwise");
		}
	}
	explain(successes);
}

static bool is_listed(const struct task *task, const struct op *op, u64 id)
{
	for (u32 i = 0; i < op->count; i++)
		if (task->listed[op->first + i] == id)
			return true;
	return false;
}

/* What was there all the time is listed; what was not at any time is not. */
static bool lists_agree(const struct task *task, const struct op *op)
{
	u32 seen = 0;

	for (int i = 0; i < count; i++) {
		bool listed = is_listed(task, op, birth[i]->id);
		bool there = birth[i]->end < op->begin && (!death[i] || death[i]->begin > op->end);
		bool never = birth[i]->begin > op->end || (death[i] && death[i]->end < op->begin);

		seen += listed;
		if (known[i].owner != op->target ? listed : listed ? never : there)
			return false;
	}
	return seen == op->count;
}

static int lists(void)
{
	int n = 0;

	for (struct task *task = shared->task; task < shared->task + TASKS; task++) {
		for (struct op *op = task->op; op < task->op + task->ops; op++) {
			if (op->kind != LIST || op->error)
				continue;
			n++;
			if (!lists_agree(task, op)) {
				wrong++;
				tell(op, "listed otherwise");
			}
		}
	}
	return n;
}

FIXTURE(history)
{
	int nl;
	struct counters start;
	struct box giver, inner;
};

FIXTURE_SETUP(history)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	self->start = get_counters(self->nl);
	/* Slots are the lowest free ones. */
	ASSERT_EQ(0, self->start.tokens);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_TRUE(box_make(&self->giver, self->nl, "history"));
	ASSERT_TRUE(group_make(&self->inner, "history/inner"));
	ASSERT_TRUE(box_register(&self->inner, self->nl, "history-inner"));
	partition_id[1] = self->giver.id;
	partition_id[2] = self->inner.id;
}

FIXTURE_TEARDOWN(history)
{
	EXPECT_TRUE(box_remove(&self->inner));
	EXPECT_TRUE(box_remove(&self->giver));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

static pid_t start(struct box *box, struct task *task)
{
	pid_t pid;

	if (box)
		return box_start(box, work, task);
	pid = fork();
	if (!pid)
		_exit(work(task));
	return pid;
}

/* The kernel and the model have the same in the end. */
static bool same_tokens(int nl, u32 owner)
{
	struct op op = { .kind = LIST, .target = owner };
	struct reply one;
	size_t at = 0;
	int i = 0;

	ask(&op);
	if (nl_dump(nl, &r, &reply))
		return false;
	for (;; i++) {
		while (i < count && (!known[i].live || known[i].owner != owner))
			i++;
		if (!next_token(&at, &one))
			return i == count;
		if (i == count || reply_u64(&one, RVM_A_TOKEN_ID) != birth[i]->id ||
		    reply_u32(&one, RVM_A_TOKEN_INDEX) != known[i].index ||
		    reply_u32(&one, RVM_A_TOKEN_RIGHTS) != known[i].rights ||
		    reply_u32(&one, RVM_A_TOKEN_DEPTH) != known[i].depth)
			return false;
	}
}

TEST_F_TIMEOUT(history, what_is_done_at_once_is_done_in_the_order_of_the_records, 300)
{
	struct box *boxes[] = { NULL, &self->giver, &self->inner };
	pid_t pid[TASKS];
	int kinds[2][LIST + 1] = {}, listed;

	for (int i = 0; i < TASKS; i++)
		pid[i] = start(boxes[i / 2], &shared->task[i]);
	for (int i = 0; i < TASKS; i++)
		EXPECT_EQ(0, wait_for(pid[i]));
	sort_history();
	for (int i = 0; i < successes; i++)
		kinds[0][success[i]->kind]++;
	for (int i = 0; i < failures; i++)
		kinds[1][failure[i]->kind]++;
	model_begin();
	EXPECT_TRUE(is_in_time());
	replay_all();
	listed = lists();
	EXPECT_EQ(0, wrong);
	EXPECT_TRUE(same_tokens(self->nl, 1));
	EXPECT_TRUE(same_tokens(self->nl, 2));
	printf("# %d roots, %d grants, %d revocations, %d proofs, %d lists; refused: %d grants, %d revocations, %d proofs\n",
	       kinds[0][ROOT], kinds[0][DERIVE], kinds[0][REVOKE], kinds[0][PROVE], listed,
	       kinds[1][DERIVE], kinds[1][REVOKE], kinds[1][PROVE]);
	for (enum kind kind = DERIVE; kind <= PROVE; kind++)
		EXPECT_TRUE(kinds[0][kind] && kinds[1][kind]);
}

TEST_HARNESS_MAIN
