// SPDX-License-Identifier: GPL-2.0-only
/* What would have to change for a refusal to be none. */
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "learn/learn.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "lib/pattern/argv.h"
#include "lib/pattern/environ.h"
#include "table/base.h"
#include "table/program.h"
#include "witness/advice.h"
#include "witness/ended.h"
#include "witness/trial.h"

/* Of "/proc/7/fd/1" what is behind the number, "/fd/1"; NULL if there is none. */
static const char *behind_pid(const char *path)
{
	const char *rest = path + strlen("/proc/");
	size_t digits;

	if (strncmp(path, "/proc/", strlen("/proc/")))
		return NULL;
	digits = strspn(rest, "0123456789");
	return digits && (!rest[digits] || rest[digits] == '/') ? rest + digits : NULL;
}

/* Eight letters of python's, a digit before one of them: nobody types that. */
static bool is_drawn(const char *name)
{
	const char *digit = strpbrk(name, "0123456789");

	return strlen(name) == 8 && digit &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == 8 &&
	       strpbrk(digit, "abcdefghijklmnopqrstuvwxyz");
}

/* As a pattern, or NULL; @temporary: in a directory for such names. */
static char *drawn_name(const char *name, bool temporary)
{
	/* mktemp and python make them in any directory. */
	temporary |= !strncmp(name, "tmp.", 4) || (!strncmp(name, "tmp", 3) && is_drawn(name + 3));
	return is_drawn(name) ? name_short_lived(name, NULL) :
				name_temporary(name, NULL, temporary);
}

/*
 * What was made for a while has another name the next time, and so has what is in it.
 * As a pattern; NULL if there is no such name on the way.
 */
static char *temporary_path(const char *path)
{
	auto_free char *out = strdup("");
	bool found = false;
	size_t len;

	for (const char *at = path + 1; out && *at; at += len + (at[len] == '/')) {
		bool temporary = name_is_temporary_folder(out, strlen(out));
		auto_free char *name = NULL;
		char *pattern, *more;

		len = strcspn(at, "/");
		name = strndup(at, len);
		pattern = name ? drawn_name(name, temporary) : NULL;
		found |= pattern != NULL;
		if (!pattern)
			pattern = name ? path_escape(name) : NULL;
		more = pattern ? format("%s/%s", out, pattern) : NULL;
		free(pattern);
		free(out);
		out = more;
	}
	return found ? take_ptr(out) : NULL;
}

/*
 * As a harness would write it; "//" begins an absolute path.  To list a directory
 * takes nothing of what is below it.
 */
static char *path_resource(const struct refusal *r, int way)
{
	auto_free char *path = NULL;
	struct stat st;

	if (!r->path || r->path[0] != '/')
		return NULL;
	path = way ? path_escape(r->path) : temporary_path(r->path);
	if (!path)
		return way ? NULL : strdup("");
	if (r->asked & RVM_RIGHT_EXECUTE)
		return format("load:/%s", path);
	if (r->asked == RVM_RIGHT_READ && !stat(r->path, &st) && S_ISDIR(st.st_mode))
		return format("LS(/%s/.)", strcmp(path, "/") ? path : "");
	return format("%s(/%s)", r->asked & RVM_RIGHT_WRITE ? "Edit" : "Read", path);
}

/*
 * A command, up to the first word that a rule cannot say, with an open end then:
 * else the rule would allow something else.
 */
static char *command(const struct refusal *r, const char *program)
{
	auto_free char *text = strdup(program);
	size_t n = 1;

	if (!r->words)
		return format("%s *", program);
	for (; r->words[0] && r->words[n] && text; n++) {
		auto_free char *pattern = word_temporary(r->words[n], NULL);
		const char *word = pattern ? pattern : r->words[n];
		char *more;

		if (word_fault(r->words[n]) || n + 1 >= RVM_ARGV_PATTERN_WORDS_MAX ||
		    strlen(text) + strlen(word) > RVM_GLOB_BYTES_MAX / 2)
			return format("%s *", text);
		more = format("%s %s", text, word);
		free(text);
		text = more;
	}
	return r->cut && text ? format("%s *", text) : take_ptr(text);
}

/* By the name, whichever file has it: "run:./out/main" in the workspace. */
static char *run_resource(const char *path, const char *workspace)
{
	auto_free char *name = path_escape(path);
	size_t len = strlen(workspace);

	if (!name)
		return NULL;
	if (path_is_below(path, workspace) && !strncmp(name, workspace, len))
		return format("run:.%s", name + len);
	return format("run:/%s", name);
}

#define EXEC_WAYS 3

/* Ways to write a row, the plainest first; NULL behind the last. */
static char *exec_resource(const struct refusal *r, struct trial *t, int way)
{
	const char *name = r->as ? r->as : r->path ? path_base(r->path) : NULL;
	const char *workspace = t->part && t->part->workspace ? t->part->workspace : "//";
	auto_free char *program = NULL;
	auto_free char *words = NULL;

	if (way < 2 && r->path)
		program = way ? program_word(workspace, r->path, r->as,
					     r->words ? r->words[0] : NULL) :
				strdup(name);
	else if (way < 2 && r->words && r->words[0])
		program = strdup(r->words[0]);
	if (program && !word_fault(program))
		words = command(r, program);
	if (words && way < 2)
		return format(way ? "exec:%s" : "Bash(%s)", words);
	return way == 2 && r->path ? run_resource(r->path, workspace) : strdup("");
}

static char *resource_of(const struct refusal *r, struct trial *t, int way)
{
	/* What the partition builds is another file each time: a row for its name comes first. */
	if (r->class == RVM_CLASS_EXEC && way < EXEC_WAYS && trial_may_write(t, r))
		way = (way + EXEC_WAYS - 1) % EXEC_WAYS;
	else if (r->class == RVM_CLASS_EXEC && way >= EXEC_WAYS)
		return NULL;
	if (r->class == RVM_CLASS_EXEC)
		return exec_resource(r, t, way);
	if (r->class == RVM_CLASS_PATH)
		return way < 2 ? path_resource(r, way) : NULL;
	if (way)
		return NULL;
	switch (r->class) {
	case RVM_CLASS_NET:
		if (r->addr)
			return format("%s:%s", r->proto ? r->proto : "tcp", r->addr);
		return r->path ? format("unix:%s", r->path) : NULL;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return r->name ? strdup(r->name) : NULL;
	default:
		return NULL;
	}
}

static char *row_text(const char *resource, uint8_t right)
{
	auto_json json_t *rights = json_array();
	auto_json json_t *line = NULL;
	char tier[4];

	for (uint32_t bit = 1; rights && bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (right & bit)
			json_array_append_new(rights, json_string(rvm_right_name(bit)));
	}
	snprintf(tier, sizeof(tier), "P%u", rvm_rights_tier(right) % 10);
	/* NULL for a name that is not UTF-8: a table cannot hold it. */
	line = json_pack("{s:O, s:s, s:s, s:i}", "rights", rights, "resource", resource,
			 "proof_tier", tier, "expires_at", 0);
	return line ? json_dumps(line, JSON_COMPACT) : NULL;
}

/* Only what the tool can give: see grant_row_open(). */
static char *command_for(const struct refusal *r, const struct trial *t, const char *resource,
			 uint8_t rights)
{
	return t->blind || r->reason == RVM_REASON_ABOVE || r->reason == RVM_REASON_WITHIN ?
		       NULL :
		       grant_command(r->partition, resource, rights);
}

/* The first way to write it that is tried and helps; else @why may say what is the matter. */
static char *find_grant(const struct refusal *r, struct trial *t, char **command, char **why)
{
	char *resource;
	uint8_t rights;

	if (r->class == RVM_CLASS_PATH && r->path && behind_pid(r->path)) {
		*why = strdup("the name belongs to one process, and the next process has another");
		return NULL;
	}
	for (int way = 0; (resource = resource_of(r, t, way)); way++) {
		auto_free char *text = resource;
		auto_free char *fault = NULL;

		if (!*text)
			continue;
		rights = r->asked;
		/* Who makes a temporary file opens it to read it as well. */
		if (r->class == RVM_CLASS_PATH && r->op == RVM_OP_CREATE && !way)
			rights |= RVM_RIGHT_READ;
		if (trial_has(t, text, rights)) {
			free(*why);
			*why = format("the row %s is in force and does not allow it", text);
		} else if (trial_covers(t, r, text, rights, &fault)) {
			*command = command_for(r, t, text, rights);
			return row_text(text, rights);
		} else if (fault && !*why) {
			*why = take_ptr(fault);
		}
	}
	return NULL;
}

static const char *fixed_advice(uint8_t reason)
{
	switch (reason) {
	case RVM_REASON_EXPIRED:
		return "Load a table with a later expires_at.";
	case RVM_REASON_STALE:
		return "Load the table again: its tokens then have the current epoch.";
	case RVM_REASON_TIER:
		return "Give the token a higher proof_tier in the table.";
	case RVM_REASON_FLOOR:
		return "Do it outside the partition instead.";
	case RVM_REASON_GAIN:
		return "Copy the file instead of moving or linking it.";
	case RVM_REASON_UNREGISTERED:
		return "Start it with rvmctl run.";
	case RVM_REASON_ANONYMOUS:
		return "Write the code to a file that a token covers.";
	case RVM_REASON_STEERED:
		return "Start it without a tracer and without a system call filter of its own, or "
		       "allow the program with any arguments.";
	case RVM_REASON_FAMILY:
		return "Tokens can name unix sockets, TCP and UDP only.";
	case RVM_REASON_REFUSED:
		return "Do it outside the partition.";
	case RVM_REASON_NONCE:
		return "Ask again with a new nonce and the present time.";
	case RVM_REASON_CHAIN:
		return "Take it back and look for the cause: what it was made of has changed.";
	case RVM_REASON_MEMORY:
		return "Try again: the machine is short of memory.";
	default:
		return NULL;
	}
}

/*
 * Line of deputy.list that a rule was made of: as it stands there or, in a directory
 * beside the workspace, below its path.  NULL if none; free() it.
 */
static char *deputy_line(const char *rule)
{
	auto_list struct list list = { 0 };
	struct err err = { 0 };
	size_t len = strlen(rule);
	char *found = NULL;

	if (strncmp(rule, "Edit(", 5) || rule[len - 1] != ')' ||
	    list_open(&list, "deputy.list", &err))
		len = 0;
	err_clear(&err);
	for (size_t i = 0; len && i < list.n && !found; i++) {
		const char *line = list.lines[i], *name = line;
		size_t n = strlen(line);

		if (len == n + 6 && !strncmp(rule + 5, line, n))
			found = strdup(line);
		if (!strncmp(name, "**/", 3))
			name += 2;
		n = strlen(name);
		if (!found && !strncmp(rule + 5, "//", 2) && *name == '/' && len > n + 6 &&
		    !strncmp(rule + len - 1 - n, name, n))
			found = strdup(line);
	}
	return found;
}

static bool is_environment(const char *path)
{
	auto_free char *file = path_join(path, "pyvenv.cfg");

	return file && !access(file, F_OK);
}

/* Rules by a plain path are those that no table and no spec can write. */
static char *excluded_text(const struct refusal *r, struct trial *t)
{
	auto_free char *line = r->rule && r->class == RVM_CLASS_PATH ? deputy_line(r->rule) : NULL;

	if (line)
		return format("Tools outside obey this file (deputy.list): load with "
			      "--allow-deputy '%s' to allow it, unless the spec denies it too.",
			      line);
	if (r->rule && r->rule[0] == '/' && is_environment(r->rule))
		return strdup("It is a Python environment, and tools outside run its programs: "
			      "each load protects those that exist.  Name the partition's own "
			      "environment .venv and load with --allow-deputy '**/.venv' to let it "
			      "be written.");
	if (!r->rule || r->rule[0] != '/')
		return strdup("No token can override a deny rule: remove the rule from the spec to "
			      "allow it.");
	if (r->right & RVM_RIGHT_WRITE && trial_is_program(t, r))
		return strdup("A row names it as a program with arguments, and such a program must "
			      "not be written; to allow both, use run: for it.");
	return strdup("RVM protects it, and nothing overrides that.");
}

static bool may_grant(uint8_t reason)
{
	return reason == RVM_REASON_NO_TOKEN || reason == RVM_REASON_RIGHTS ||
	       reason == RVM_REASON_ARGV || reason == RVM_REASON_SPECIAL ||
	       reason == RVM_REASON_ABOVE || reason == RVM_REASON_WITHIN;
}

static char *grant_text(const struct refusal *r, const char *grant, const char *command)
{
	if (r->reason == RVM_REASON_ABOVE)
		return format("To allow it, add %s to the table of the partition around this one "
			      "and load that again.",
			      grant);
	if (r->reason == RVM_REASON_WITHIN)
		return format("Let %s start it; to allow it everywhere, add %s to the table and "
			      "load it again.",
			      r->within ? r->within : "the program", grant);
	if (command)
		return format("To allow it, add %s to the table and load it again; for a while: "
			      "%s.",
			      grant, command);
	return format("To allow it, add %s to the table and load it again.", grant);
}

/* A row is there, but what it names is not what it was. */
static char *replaced_text(const struct refusal *r, const char *row)
{
	return format("The table has a row for it, %s, but that was loaded for another file or "
		      "directory of this name, which has been removed or replaced since: load the "
		      "table again.%s",
		      row,
		      r->class == RVM_CLASS_PATH ? "  To go by the name, whichever directory has "
						   "it, write a backslash in front of it, as in "
						   "./\\dist/**." :
						   "");
}

static char *expired_text(const char *row)
{
	return format("The table has a row for it, %s, which has expired: load a table with a "
		      "later expires_at.",
		      row);
}

static char *no_grant_text(const struct refusal *r, const char *why)
{
	if (why)
		return format("No row can be offered: %s.", why);
	if (r->class == RVM_CLASS_EXEC && r->as && r->path)
		return format("It was called by the name '%s': a row must name a path that ends "
			      "with it and leads to %s.",
			      r->as, r->path);
	return NULL;
}

/* A row that is there and does not help any more comes before one that is not there. */
static void advise_row(const struct refusal *r, struct trial *t, struct advice *advice)
{
	bool expired = false;
	auto_free char *row = r->reason == RVM_REASON_ABOVE ? NULL : trial_find(t, r, &expired);
	auto_free char *why = NULL;

	if (row && expired) {
		advice->text = expired_text(row);
		return;
	}
	if (row && r->reason != RVM_REASON_WITHIN) {
		advice->text = replaced_text(r, row);
		return;
	}
	advice->grant = find_grant(r, t, &advice->command, &why);
	advice->text = advice->grant ? grant_text(r, advice->grant, advice->command) :
				       no_grant_text(r, why);
}

/* HOME and its like are there always, and may stay what they were. */
static char *environ_text(const struct refusal *r)
{
	static const char names[] = "variables such as BASH_ENV, PYTHONPATH, NODE_OPTIONS";
	auto_free char *variable = r->turner ? format("%s=", r->turner) : NULL;

	if (variable && rvm_environ_folder(variable, strlen(variable)))
		return format("Start it with the %s that the partition was entered with, or allow "
			      "the program with any arguments.",
			      r->turner);
	return format("Start it without %s, or allow the program with any arguments.",
		      variable && *r->turner != '?' ? r->turner : names);
}

/* bubblewrap reads these before it makes its user namespace, and nothing else does. */
static bool is_inner_sandbox(const struct refusal *r)
{
	return (r->op == RVM_OP_USERNS && r->reason == RVM_REASON_FLOOR) ||
	       (r->class == RVM_CLASS_PATH && r->path &&
		(!strcmp(r->path, "/proc/sys/kernel/overflowuid") ||
		 !strcmp(r->path, "/proc/sys/kernel/overflowgid")));
}

static bool may_have_ended(uint8_t reason)
{
	return reason == RVM_REASON_REVOKED || reason == RVM_REASON_EXPIRED ||
	       (may_grant(reason) && reason != RVM_REASON_ABOVE);
}

/* What was there and has ended comes before a row that would be new. */
static void advise_ended(const struct refusal *r, const struct trial *t, struct advice *advice)
{
	char *text = ended_text(t, r);

	if (!text)
		return;
	free(advice->text);
	advice->text = text;
}

void refusal_advise(const struct refusal *r, struct trial *t, struct advice *advice)
{
	const char *fixed = fixed_advice(r->reason);

	*advice = (struct advice){ 0 };
	if (is_inner_sandbox(r)) {
		advice->text = strdup("No row helps: a sandbox inside, such as bubblewrap, needs a "
				      "user namespace, which is refused in every mode.  Switch the "
				      "agent's own sandbox off, and let the table say what it may "
				      "do.");
		return;
	}
	if (may_grant(r->reason))
		advise_row(r, t, advice);
	if (may_have_ended(r->reason))
		advise_ended(r, t, advice);
	if (advice->text || may_grant(r->reason))
		return;
	if (r->reason == RVM_REASON_EXCLUDED)
		advice->text = excluded_text(r, t);
	else if (r->reason == RVM_REASON_STATE)
		advice->text = format("rvmctl partition show %s prints its state.", r->partition);
	else if (r->reason == RVM_REASON_FENCED)
		advice->text =
			format("rvmctl partition set %s --unfence lifts the fence.", r->partition);
	else if (r->reason == RVM_REASON_ENVIRON)
		advice->text = environ_text(r);
	else if (fixed)
		advice->text = strdup(fixed);
}

void advice_free(struct advice *advice)
{
	free(advice->text);
	free(advice->grant);
	free(advice->command);
}
