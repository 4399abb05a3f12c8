// SPDX-License-Identifier: GPL-2.0-only
/* RVM's own traces of nonces, of its proof engine and of its security gate, replayed. */
#include "lib/log/record.h"
#include "lib/model/rights.h"
#include "lib/token/derive.h"
#include "lib/token/prove.h"
#include "manager.h"
#include "unit.h"
#include "vectors.h"

static struct manager m;
static size_t classes[LINE_CLASSES], compared;

static void compare(const json_t *line, bool fine, enum line_class class)
{
	char *text;

	compared++;
	classes[class]++;
	if (EXPECT(fine || class != SAME))
		return;
	text = json_dumps(line, 0);
	NOTE("%.300s", text);
	free(text);
}

static bool replay_file(const char *name, void (*test)(const json_t *line))
{
	size_t count;

	compared = 0;
	count = vectors_each(name, test);
	manager_end(&m);
	if (count)
		printf("# %s: %zu lines read, %zu answers compared\n", name, count, compared);
	return count;
}

/* What a right tracker has to refuse: the last that were accepted, naively. */
static struct {
	u64 nonce[10000];
	size_t count;
} kept;

static bool is_kept(u64 nonce)
{
	size_t i;

	for (i = kept.count; i-- && kept.count - i <= RVM_NONCES;)
		if (kept.nonce[i] == nonce)
			return true;
	return false;
}

static void nonce_line(const json_t *line)
{
	const char *at = member_str(line, "nonces"), *want = member_str(line, "res");
	size_t i, count = member_u64(line, "count");

	manager_begin(&m, 1, RVM_DEPTH_MAX, true, 0);
	kept.count = 0;
	EXPECT(count <= ARRAY_SIZE(kept.nonce) && strlen(want) == count);
	for (i = 0; i < count; i++) {
		u64 nonce = strtoull(at, (char **)&at, 16);
		bool fresh, accepted = want[i] == '1';

		m.clock++;
		fresh = manager_is_new(&m, nonce);
		compared++;
		if (!EXPECT_EQ(fresh, nonce && !is_kept(nonce)))
			NOTE("%s, number %zu", member_str(line, "kind"), i);
		if (fresh)
			manager_use(&m, nonce);
		if (fresh)
			kept.nonce[kept.count++] = nonce;
		classes[fresh == accepted ? SAME : fresh ? LOCKOUT : REPLAY]++;
	}
}

static void nonces_are_refused_if_they_are_remembered(void)
{
	if (!replay_file("cap_nonce.jsonl", nonce_line))
		SKIP("no such file in VECTORS");
}

/* Where RVM's engine has other names for what went wrong. */
static enum rvm_token_error engine_error(const json_t *line, bool p1)
{
	const char *name = member_str(member(line, "res"), "err");

	if (!name)
		return RVM_TOKEN_ERROR_NONE;
	if (!strcmp(name, "InsufficientCapability"))
		return RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS;
	if (!strcmp(name, "StaleCapability"))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	return p1 ? RVM_TOKEN_ERROR_POLICY_VIOLATION : RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
}

static u64 item(const json_t *array, size_t i)
{
	const json_t *value = json_array_get(array, i);

	return json_is_string(value) ? strtoull(json_string_value(value), NULL, 16) :
				       (u64)json_integer_value(value);
}

static void set_up(const json_t *step)
{
	const char *what = json_string_value(json_array_get(step, 0));
	enum line_class class;
	json_t *line;

	if (!strcmp(what, "create_root")) {
		EXPECT(manager_create(&m, item(step, 1), item(step, 2), item(step, 3),
				      item(step, 4), item(step, 5), item(step, 6)));
		return;
	}
	line = json_pack("{s:s,s:I,s:I,s:I,s:O,s:I,s:{s:[II]}}", "op", "grant", "idx",
			 (json_int_t)item(step, 1), "gen", (json_int_t)item(step, 2), "rights",
			 (json_int_t)item(step, 3), "badge", json_array_get(step, 4), "owner",
			 (json_int_t)item(step, 5), "res", "ok", (json_int_t)item(step, 6),
			 (json_int_t)item(step, 7));
	EXPECT(manager_replay(&m, line, &class));
	json_decref(line);
}

/* RVM tests what the caller says; of the nonce only whether it is 0, where each call is new. */
static bool is_context_good(const json_t *line)
{
	return member_u64(line, "partition") <= 4096 &&
	       member_u64(line, "base") < member_u64(line, "limit") &&
	       member_u64(line, "now") <= member_u64(line, "expiry") &&
	       member_u64(line, "maxd") <= RVM_DEPTH_MAX;
}

/* Kind of the record; a proof at a tier is one only if the token is proved at it. */
static u8 kind_of(enum rvm_token_error error, u8 tier)
{
	return error ? RVM_KIND_PROOF_REJECTED : RVM_KIND_PROOF_VERIFIED_P1 + tier - 1;
}

static enum rvm_token_error prove(const struct rvm_token_core *token, u8 tier, u64 nonce)
{
	enum rvm_token_error error;

	if (!token)
		return RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS;
	error = rvm_prove_p1(token, RVM_RIGHT_PROVE, m.epoch, 0);
	if (!error)
		error = rvm_prove_p2(token, 0);
	if (!error && !manager_is_new(&m, nonce))
		error = RVM_TOKEN_ERROR_POLICY_VIOLATION;
	if (!error && tier == 3)
		error = rvm_prove_p3(token, RVM_DEPTH_MAX);
	return error;
}

static enum line_class class_of_proof(const json_t *line, enum rvm_token_error error, bool bound)
{
	if (!error)
		return is_context_good(line) ? SAME : CONTEXT;
	if (error == RVM_TOKEN_ERROR_POLICY_VIOLATION && member_u64(line, "nonce"))
		return REPLAY;
	return bound ? SAME : UNBOUND;
}

static void engine_line(const json_t *line)
{
	enum rvm_token_error error, want;
	const struct rvm_token_core *token;
	enum line_class class = SAME;
	const json_t *step;
	const char *op;
	u8 raw[64], tier;
	size_t i;

	if (json_object_get(line, "begin")) {
		manager_begin(&m, 256, RVM_DEPTH_MAX, true, 0);
		json_array_foreach(member(line, "setup"), i, step)
			set_up(step);
		return;
	}
	m.clock++;
	op = member_str(line, "op");
	token = manager_find(&m, line);
	member_hex(line, "raw", raw, sizeof(raw));
	if (!strcmp(op, "verify_p3_with_cap")) {
		error = token ? rvm_prove_p3(token, member_u64(line, "maxd")) :
				RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
		compare(line, error == engine_error(line, false) && raw[16] == kind_of(error, 3),
			SAME);
		return;
	}
	/* A nonce counts in one place here, in RVM only where the right is asked for. */
	tier = strcmp(op, "verify_and_witness") ? 3 : member_u64(line, "token_tier");
	error = prove(token, tier, member_u64(line, "nonce"));
	want = engine_error(line, true);
	if (error != want)
		class = class_of_proof(line, error, !strcmp(op, "verify_and_witness"));
	compare(line, raw[16] == kind_of(error, tier) && error == want, class);
	if (!want && !strcmp(op, "verify_and_witness") && class != REPLAY)
		manager_use(&m, member_u64(line, "nonce"));
}

static void proofs_are_as_in_rvm(void)
{
	if (!replay_file("proof_engine.jsonl", engine_line))
		SKIP("no such file in VECTORS");
}

/* A token that the caller presents becomes a root here: only P1 can be compared. */
static void gate_line(const json_t *line)
{
	enum rvm_token_error want, error;
	struct rvm_token_core token = {};
	enum line_class class = SAME;
	const json_t *given;

	if (json_object_get(line, "begin"))
		return;
	given = member(line, "token");
	token.id = member_u64(given, "id");
	token.rights = member_u64(given, "rights");
	token.epoch = member_u64(given, "epoch");
	rvm_derive_root(&token);
	error = rvm_prove_p1(&token, member_u64(line, "req_rights"), token.epoch, 0);
	if (member_u64(given, "type") != member_u64(line, "req_type")) {
		EXPECT_STR(member_str(member(line, "res"), "err"), "CapabilityTypeMismatch");
		class = CALLER_TYPE;
		want = error;
	} else {
		want = error_of(member(line, "res"));
	}
	if (!error && want)
		class = CALLER_PROOF;
	compare(line, error == want, class);
}

static void the_gate_asks_for_rights_as_rvms_does(void)
{
	if (!replay_file("security_gate.jsonl", gate_line))
		SKIP("no such file in VECTORS");
}

static void each_class_of_lines_occurs(void)
{
	static const enum line_class occurs[] = { CONTEXT, REPLAY,	 LOCKOUT,
						  UNBOUND, CALLER_PROOF, CALLER_TYPE };
	size_t i;

	if (!compared)
		SKIP("no traces");
	classes_print(classes);
	for (i = 0; i < ARRAY_SIZE(occurs); i++)
		EXPECT(classes[occurs[i]] > 0);
}

int main(void)
{
	rvm_seal_init(unit_random());
	RUN(nonces_are_refused_if_they_are_remembered);
	RUN(proofs_are_as_in_rvm);
	RUN(the_gate_asks_for_rights_as_rvms_does);
	RUN(each_class_of_lines_occurs);
	return unit_done();
}
