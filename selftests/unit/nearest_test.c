// SPDX-License-Identifier: GPL-2.0-only
/* Words that were typed wrongly. */
#include <string.h>

#include "base/nearest.h"
#include "unit.h"

static const char *const words[] = { "grant", "revoke", "run",	 "token",  "bot",
				     "Edit",  "Read",	"--for", "--once", NULL };

/* NULL: none. */
static void expect(const char *word, const char *meant)
{
	const char *is = nearest(word, strlen(word), words);

	if (meant ? !EXPECT(is && !strcmp(is, meant)) : !EXPECT(!is))
		NOTE("%s: %s", word, is ? is : "none");
}

static void one_letter_is_forgiven(void)
{
	expect("gant", "grant");
	expect("graant", "grant");
	expect("grunt", "grant");
	expect("bt", "bot");
	expect("grant", "grant");
}

static void letters_that_changed_places_are_one(void)
{
	expect("grnat", "grant");
	expect("--fro", "--for");
	expect("bto", "bot");
	expect("Eidt", "Edit");
}

static void two_in_long_words(void)
{
	expect("revoek", "revoke");
	expect("rveoek", "revoke");
	expect("tkoen", "token");
	expect("tkone", NULL);
}

static void others_are_other_words(void)
{
	expect("load", NULL);
	expect("b", NULL);
	expect("", NULL);
	expect("Search", NULL);
}

int main(void)
{
	RUN(one_letter_is_forgiven);
	RUN(letters_that_changed_places_are_one);
	RUN(two_in_long_words);
	RUN(others_are_other_words);
	return unit_done();
}
