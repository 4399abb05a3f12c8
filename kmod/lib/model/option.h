/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_OPTION_H
#define _RVM_OPTION_H

#include <linux/types.h>

/**
 * DOC: socket options
 *
 * The options that may be set on a socket, and the control messages that may go with a
 * message, are listed; all others are denied.  An option is not listed if it sends
 * packets by another route or to another receiver than the address that is judged, sends
 * packets of its own (multicast groups), puts a protocol on top that no hook knows, or
 * hands the socket to a program.  A hook sees neither the address nor the value of an
 * option, so an option is allowed with all its values or not at all.
 */

/**
 * rvm_option_is_allowed() - may an option be set on a socket
 * @level: as in setsockopt()
 * @option: as in setsockopt()
 *
 * Context: Any.
 * Return: True if it needs no right.
 */
bool rvm_option_is_allowed(int level, int option);

/**
 * rvm_option_goes_along() - may an IP message carry a control message
 * @level: as in struct cmsghdr
 * @type: as in struct cmsghdr
 *
 * Context: Any.
 * Return: True if it needs no right.
 */
bool rvm_option_goes_along(int level, int type);

#endif /* _RVM_OPTION_H */
