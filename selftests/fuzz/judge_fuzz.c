// SPDX-License-Identifier: GPL-2.0-only
/* Each byte decides something about tables and question; see judge_model.h. */
#include "fuzz.h"
#include "lib/judge_model.h"
#include "lib/judge/exclusion.h"

const char *const fuzz_words[] = { "\x01",     "\x02\x03",     "\x10\x20",
				   "\x7f\x80", "\x05\x06\x07", "\x33",
				   "\x55\xaa", "\x0b",	       "\x04\x08\x0c\x0e",
				   NULL };

static const uint8_t *input;
static size_t left;
static uint32_t spread;

/* When the input is used up, further draws follow from what was read. */
static u32 draw(u32 n)
{
	if (left) {
		spread = spread * 31 + *input++;
		left--;
	}
	spread = spread * 1664525 + 1013904223;
	return (spread >> 8) % n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model_world world;
	struct rvm_path_object path = {};
	struct rvm_verdict got, want;
	u8 rights;

	input = data;
	left = size;
	spread = 1;
	memset(&world, 0, sizeof(world));
	model_draw(&world);
	got = rvm_judge(&world.part[0], &world.req, MODEL_NOW);
	want = model_judge(&world.part[0], &world.req);
	FUZZ_CHECK(model_agrees(&got, &want));
	FUZZ_CHECK(!(got.allow && !got.relaxed) ||
		   (world.req.class == RVM_CLASS_NET && world.req.net.own) ||
		   (got.token && rvm_rights_cover(got.token->rights, world.req.need)));
	model_object(&world, &path);
	FUZZ_CHECK(rvm_judge_path_rights(&world.part[0], &path, MODEL_NOW) ==
		   model_path_rights(&world.part[0], &path));
	rights = 1 + draw(RVM_RIGHTS_ALL);
	FUZZ_CHECK(rvm_exclusion_touches(&world.part[0], &path, rights) ==
		   model_excluded(&world.part[0], &path, rights));
	return 0;
}
