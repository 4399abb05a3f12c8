/* SPDX-License-Identifier: GPL-2.0-only */
/* A token with its scope in one piece, from what a person may write. */
#ifndef RVM_CONTAIN_WORLD_H
#define RVM_CONTAIN_WORLD_H

#include "judge_world.h"
#include "lib/token/contain.h"

#define LOAD RVM_SCOPE_FLAG_LOAD
#define STARTS RVM_SCOPE_FLAG_RUN
#define OWN RVM_SCOPE_FLAG_PROC_OWN
#define PREFIX RVM_SCOPE_FLAG_PREFIX
#define ALONE RVM_SCOPE_FLAG_ALONE
#define UNNAMED RVM_SCOPE_FLAG_UNNAMED
#define LOST RVM_SCOPE_FLAG_LOST
#define GONE RVM_SCOPE_FLAG_UNRESOLVED
/* All but the right that makes a token of everything. */
#define MOST (ALL & ~RVM_RIGHT_GRANT_ONCE)

static char anchors[2];

struct item {
	struct rvm_token_core core;
	struct rvm_scope scope;
	struct rvm_glob glob;
	char text[64];
};

static inline void make(struct item *item, enum rvm_class class, u32 flags, u8 rights)
{
	memset(item, 0, sizeof(*item));
	item->scope.class = class;
	item->scope.flags = flags;
	item->core.scope = &item->scope;
	item->core.rights = rights;
	item->core.epoch = 1;
	item->core.tier = 3;
}

static inline void set_text(struct item *item, const char *text, size_t len)
{
	memcpy(item->text, text, len);
	item->scope.text = item->text;
	item->scope.len = len;
}

static inline bool set_glob(struct item *item, const char *text)
{
	set_text(item, text, strlen(text));
	item->scope.anchor = &anchors[0];
	item->scope.glob = &item->glob;
	return !rvm_glob_parse(&item->glob, item->text, item->scope.len, NULL);
}

/* Words are separated by "|"; "..." at the end is the prefix flag. */
static inline void set_words(struct item *item, const char *text)
{
	size_t len = strlen(text), i;

	if (len > 3 && !strcmp(text + len - 3, "...")) {
		item->scope.flags |= PREFIX;
		len -= 3;
	}
	set_text(item, text, len);
	for (i = 0; i < len; i++)
		if (item->text[i] == '|')
			item->text[i] = '\0';
	item->scope.len = len ? len + 1 : 0;
	item->scope.anchor = len ? &anchors[0] : NULL;
	if (!len)
		item->scope.flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
}

static inline void set_range(struct item *item, const char *text)
{
	size_t len = strlen(text);

	if (len > 4 && (!strcmp(text + len - 4, "/udp") || !strcmp(text + len - 4, "/tcp"))) {
		item->scope.range.protocol = text[len - 3] == 'u' ? 17 : 6;
		len -= 4;
	}
	u16 protocol = item->scope.range.protocol;

	EXPECT_EQ(rvm_addr_parse_range(text, len, &item->scope.range, NULL), 0);
	item->scope.range.protocol = protocol;
}

/* A unix socket has a path, or a name after "@". */
static inline void set_socket(struct item *item, const char *text)
{
	item->scope.family = RVM_FAMILY_UNIX;
	if (text[0] == '@')
		set_text(item, text + 1, strlen(text + 1));
	else
		EXPECT(set_glob(item, text));
}

#endif
