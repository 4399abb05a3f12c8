/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PACKET_H
#define _RVM_PACKET_H

/** rvm_packet_init() - look at the packets that leave each network namespace; 0 or an errno */
int rvm_packet_init(void);
/** rvm_packet_exit() - no longer; what looks now has ended when it returns; may sleep */
void rvm_packet_exit(void);

#endif /* _RVM_PACKET_H */
