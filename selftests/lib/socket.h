/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SOCKET_H
#define SELFTESTS_SOCKET_H

#include <netinet/in.h>
#include <stdint.h>

/* Pass a descriptor over a unix socket: 0 or the errno. */
int send_fd(int from, int fd);
/* Take it there; -1 if it was held back. */
int receive_fd(int from);

/* 127.0.0.1 with a port. */
struct sockaddr_in loopback(uint16_t port);
/* A datagram socket there, or one that is connected to it; -1 with errno. */
int bound_at(uint16_t port);
int connected_to(uint16_t port);

#endif
