/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of addresses as tables write them. */
#ifndef RVM_ADDR_PARSE_H
#define RVM_ADDR_PARSE_H

#include "lib/pattern/addr.h"

/**
 * rvm_addr_parse_range() - parse HOST:PORT of a resource
 * @text: "HOST", "HOST:PORT", "HOST:FIRST-LAST", HOST an IPv4 or [IPv6] address
 *        with an optional "/BITS", or "*"; PORT may be "*"; all ports if missing
 * @len: its bytes
 * @range: filled; protocol is left alone.  Bits behind the prefix are cleared.
 * @at: on failure, the offset of what is wrong; may be NULL
 *
 * Return: 0; -EINVAL; -ENOENT if HOST is a name (not an address), and then the
 * ports are filled.
 */
int rvm_addr_parse_range(const char *text, size_t len, struct rvm_addr_range *range, size_t *at);

#endif /* RVM_ADDR_PARSE_H */
