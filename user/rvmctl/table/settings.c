// SPDX-License-Identifier: GPL-2.0-only
/* What a harness spec or a settings file says, and RVM does not do. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "table/settings.h"

static const char *const known_keys[] = { "name", "claims", "permissions", NULL };

static const char *const known_permissions[] = {
	"allow",
	"deny",
	"ask",
	"defaultMode",
	"additionalDirectories",
	"disableBypassPermissionsMode",
	NULL,
};

bool key_is_one_of(const char *key, const char *const *list)
{
	for (; *list; list++) {
		if (!strcmp(key, *list))
			return true;
	}
	return false;
}

/* One letter more, less or another, or two that changed places, in whatever case. */
static bool is_nearly(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b), head = 0, tail = 0, rest_a, rest_b;

	while (a[head] && tolower((unsigned char)a[head]) == tolower((unsigned char)b[head]))
		head++;
	while (tail < len_a - head && tail < len_b - head &&
	       tolower((unsigned char)a[len_a - 1 - tail]) ==
		       tolower((unsigned char)b[len_b - 1 - tail]))
		tail++;
	rest_a = len_a - head - tail;
	rest_b = len_b - head - tail;
	return (rest_a <= 1 && rest_b <= 1) ||
	       (rest_a == 2 && rest_b == 2 && a[head] == b[head + 1] && a[head + 1] == b[head]);
}

const char *key_nearly(const char *key, const char *const *list)
{
	if (key_is_one_of(key, list))
		return NULL;
	for (; *list; list++) {
		/* Short words are near to many others, but for their case. */
		if (!strcasecmp(key, *list) || (strlen(*list) > 3 && is_nearly(key, *list)))
			return *list;
	}
	return NULL;
}

/* What may have been meant to take something away, and would not. */
static int check_keys(const struct doc *doc, json_t *object, const char *at,
		      const char *const *known, struct err *err)
{
	const char *key, *near;
	char where[256];
	json_t *value;

	json_object_foreach(object, key, value) {
		near = key_nearly(key, known);
		if (!near)
			continue;
		snprintf(where, sizeof(where), "%s%s%s", at, *at ? "/" : "", key);
		doc_error(doc, err, where, "unknown key '%.80s'", key);
		return err_hint(err, "write '%s', or remove it", near);
	}
	return 0;
}

/* Other programs have keys of their own here. */
static void warn_of_keys(const struct doc *doc)
{
	const char *key;
	json_t *value;

	json_object_foreach(doc->root, key, value) {
		if (key_is_one_of(key, known_permissions) && json_is_array(value))
			warn_line("%s: unknown key '%s' does nothing; it belongs into "
				  "'permissions'",
				  doc->path, key);
	}
}

static void warn_of_permissions(const struct doc *doc, json_t *permissions)
{
	size_t ask = json_array_size(json_object_get(permissions, "ask"));
	size_t folders = json_array_size(json_object_get(permissions, "additionalDirectories"));
	const char *mode = json_string_value(json_object_get(permissions, "defaultMode"));
	const char *key;
	json_t *value;

	json_object_foreach(permissions, key, value) {
		if (!key_is_one_of(key, known_permissions))
			warn_line("%s: permissions: unknown key '%s' does nothing", doc->path, key);
	}
	if (folders)
		warn_line("%s: permissions.additionalDirectories is ignored: %zu director%s no "
			  "right here; write rows such as Read(//directory/**) and "
			  "Edit(//directory/**)",
			  doc->path, folders, folders == 1 ? "y gives" : "ies give");
	if (mode && strcmp(mode, "default") != 0)
		warn_line("%s: permissions.defaultMode '%.40s' is ignored: what no row allows is "
			  "denied, and nobody is asked about what a row allows",
			  doc->path, mode);
	if (ask)
		warn_line("%s: permissions.ask is ignored: %zu rule%s nothing here, nobody is "
			  "asked; what a rule of allow covers too is allowed, unless a deny rule "
			  "covers it",
			  doc->path, ask, ask == 1 ? " does" : "s do");
}

static void warn_of_sandbox(const struct doc *doc)
{
	static const char *const keys[] = { "denyRead", "denyWrite" };
	const json_t *files = json_object_get(json_object_get(doc->root, "sandbox"), "filesystem");

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		size_t n = json_array_size(json_object_get(files, keys[i]));

		if (n)
			warn_line("%s: sandbox.filesystem.%s is ignored: %zu rule%s nothing here; "
				  "write them into permissions.deny",
				  doc->path, keys[i], n, n == 1 ? " does" : "s do");
	}
}

int settings_look(const struct doc *doc, struct err *err)
{
	bool found = false;

	if (!json_is_object(doc->root))
		return doc_want(doc, err, "", "a spec or settings, an object", doc->root);
	if (check_keys(doc, doc->root, "", known_keys, err) ||
	    check_keys(doc, json_object_get(doc->root, "permissions"), "permissions",
		       known_permissions, err))
		return -1;
	warn_of_keys(doc);
	warn_of_permissions(doc, json_object_get(doc->root, "permissions"));
	warn_of_sandbox(doc);
	for (size_t i = 0; known_keys[i]; i++)
		found |= json_object_get(doc->root, known_keys[i]) != NULL;
	if (found)
		return 0;
	doc_error(doc, err, "", "no permissions, no claims and no name");
	return err_hint(err, "give a harness spec, or a settings file with permissions");
}
