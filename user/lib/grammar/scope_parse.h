/* SPDX-License-Identifier: GPL-2.0-only */
/* Resource strings, before names are resolved. */
#ifndef RVM_SCOPE_PARSE_H
#define RVM_SCOPE_PARSE_H

#include <linux/rvm.h>
#include <linux/types.h>

/** RVM_RESOURCE_BYTES_MAX - longest resource string */
#define RVM_RESOURCE_BYTES_MAX 4096

/**
 * enum rvm_scope_base - from where a path pattern is resolved
 * @RVM_SCOPE_BASE_WORKSPACE: "x", "./x", "/x" in a permission pattern
 * @RVM_SCOPE_BASE_ROOT: "//x", or "/x" as a bare path
 * @RVM_SCOPE_BASE_HOME: "~/x"
 */
enum rvm_scope_base {
	RVM_SCOPE_BASE_WORKSPACE,
	RVM_SCOPE_BASE_ROOT,
	RVM_SCOPE_BASE_HOME,
};

/**
 * struct rvm_scope_spec - what a resource string says, before names are resolved
 */
struct rvm_scope_spec {
	/** @class: Never RVM_CLASS_NONE on success. */
	enum rvm_class class;
	/**
	 * @flags: enum rvm_scope_flag.  Tool words for files carry LOAD, so that an EXECUTE that
	 * came along with "Glob(x)" does not start x as a program.
	 */
	u32 flags;
	/** @base: PATH, and unix NET that is not abstract. */
	enum rvm_scope_base base;
	/**
	 * @text: PATH: the pattern below @base, no leading "./" or "/" and no trailing slash, empty
	 * for @base itself and what is below; EXEC: inside the brackets; NET: HOST:PORT, or the
	 * path of a unix socket as written, or its "@name", or the domain; TOOL, NAME: the name.
	 * Points into the parsed string, or to a constant where a bare word means a pattern.
	 */
	const char *text;
	/** @len: Bytes in @text. */
	u16 len;
	/** @family: NET: 0 for IP, 1 (AF_UNIX) for unix sockets. */
	u16 family;
	/** @protocol: NET: 6 tcp, 17 udp, 0 both. */
	u16 protocol;
	/** @domain: NET: @text is a domain name, which no hook can judge. */
	bool domain;
	/** @anywhere: PATH: a bare name matches at any depth, as in gitignore. */
	bool anywhere;
	/**
	 * @verb: READ or WRITE tool word that the pattern came with, 0 if none:
	 * the right a deny rule of this form takes away.
	 */
	u8 verb;
};

/**
 * rvm_scope_parse() - tell what a resource string means
 * @spec: filled on success
 * @text: the resource; NULL if the token has none
 * @len: its bytes
 * @rights: rights of the token; all seven and no resource is the root token
 * @at: on failure, the offset of what is wrong; may be NULL
 * @why: on failure, a sentence for people; may be NULL
 *
 * Return: 0; -EINVAL with @at and @why; -E2BIG.
 */
int rvm_scope_parse(struct rvm_scope_spec *spec, const char *text, size_t len, u8 rights,
		    size_t *at, const char **why);

#endif /* RVM_SCOPE_PARSE_H */
