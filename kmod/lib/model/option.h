/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_OPTION_H
#define _RVM_OPTION_H

#include <linux/types.h>

/**
 * DOC: options of sockets
 *
 * What may be set on a socket, and what may go with a message, is listed; all
 * else is refused.  Not listed is what chooses another way or another receiver
 * for packets than the address that is judged, sends packets of its own (groups
 * of multicast), puts a protocol on top that no hook knows, or hands the socket
 * to a program.  Neither the address nor the value of an option is seen by its
 * hook, so an option is allowed with each of its values or not at all.
 */

/**
 * rvm_option_is_allowed() - may an option be set on a socket
 * @level: as in setsockopt()
 * @option: likewise
 *
 * Context: Any.
 * Return: True if it needs no right.
 */
bool rvm_option_is_allowed(int level, int option);

/**
 * rvm_option_goes_along() - may a message of IP carry a control message
 * @level: as in struct cmsghdr
 * @type: likewise
 *
 * Context: Any.
 * Return: True if it needs no right.
 */
bool rvm_option_goes_along(int level, int type);

#endif /* _RVM_OPTION_H */
