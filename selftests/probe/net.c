// SPDX-License-Identifier: GPL-2.0-only
/* Rows about sockets. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "probe.h"

static struct sockaddr_in to_port(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int connect_tcp(bool ok)
{
	struct sockaddr_in to = to_port(ok ? PORT_ALLOWED : PORT_REFUSED);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = result(connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	/* Nobody listens: the kernel got past us. */
	return err == ECONNREFUSED ? 0 : err;
}

static int connect_mapped(bool ok)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), err;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? NOT_HERE : errno;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	to.sin6_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED);
	err = result(connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

static int send_fast_open(bool ok)
{
	struct sockaddr_in to = to_port(ok ? PORT_ALLOWED : PORT_REFUSED);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err == EOPNOTSUPP ? NOT_HERE : err;
}

static int send_udp(bool ok, sa_family_t family)
{
	struct sockaddr_in to = {
		.sin_family = family,
		.sin_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	err = result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
	close(fd);
	return err;
}

static int send_datagram(bool ok)
{
	return send_udp(ok, AF_INET);
}

static int send_unspec(bool ok)
{
	return send_udp(ok, AF_UNSPEC);
}

static int bind_tcp(bool ok)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(ok ? PORT_BIND : PORT_BIND + 1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, err;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = result(bind(fd, (void *)&at, sizeof(at)));
	if (!err && ok)
		err = result(listen(fd, 1));
	close(fd);
	return err;
}

static int listen_unbound(bool ok)
{
	int fd, err;

	if (ok)
		return bind_tcp(true);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	err = result(listen(fd, 1));
	close(fd);
	return err;
}

static socklen_t unix_path(struct sockaddr_un *to, const char *path)
{
	to->sun_family = AF_UNIX;
	snprintf(to->sun_path, sizeof(to->sun_path), "%s", path);
	return sizeof(*to);
}

static socklen_t unix_abstract(struct sockaddr_un *to, bool ok)
{
	to->sun_family = AF_UNIX;
	return sprintf(to->sun_path + 1, ok ? "rvm-allowed" : "rvm-refused") + 1 +
	       offsetof(struct sockaddr_un, sun_path);
}

static int connect_to(const struct sockaddr_un *to, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	err = result(connect(fd, (void *)to, len));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

/* To an address, and by a connection. */
static int send_to(const struct sockaddr_un *to, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), err, later;

	err = result(sendto(fd, "x", 1, MSG_DONTWAIT, (void *)to, len));
	later = result(connect(fd, (void *)to, len)) ?: result(send(fd, "x", 1, MSG_DONTWAIT));
	close(fd);
	/* Nobody reads: the kernel got past us. */
	if (err == EAGAIN)
		err = 0;
	if (later == EAGAIN)
		later = 0;
	return err == later ? err : EIO;
}

static int connect_unix(bool ok)
{
	struct sockaddr_un to = {};

	return connect_to(&to, unix_path(&to, in(ok, "socket")));
}

static int connect_abstract(bool ok)
{
	struct sockaddr_un to = {};

	return connect_to(&to, unix_abstract(&to, ok));
}

static int send_unix(bool ok)
{
	struct sockaddr_un to = {};

	return send_to(&to, unix_path(&to, in(ok, "datagram")));
}

static int send_abstract(bool ok)
{
	struct sockaddr_un to = {};

	return send_to(&to, unix_abstract(&to, ok));
}

/* A truncated address has nothing that can be judged. */
static int connect_cut(bool ok)
{
	struct sockaddr_in to = to_port(PORT_ALLOWED);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = result(connect(fd, (void *)&to, ok ? sizeof(to) : 4));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

static int send_cut(bool ok)
{
	struct sockaddr_in to = to_port(PORT_ALLOWED);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	err = result(sendto(fd, "x", 1, 0, (void *)&to, ok ? sizeof(to) : 4));
	close(fd);
	return err;
}

static int bind_cut(bool ok)
{
	struct sockaddr_in at = to_port(PORT_BIND);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, err;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = result(bind(fd, (void *)&at, ok ? sizeof(at) : 4));
	close(fd);
	return err;
}

static int make_socket(bool ok)
{
	int fd = ok ? socket(AF_INET, SOCK_STREAM, 0) : socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	return close_result(fd);
}

static int make_multipath(bool ok)
{
	int err = close_result(socket(AF_INET, SOCK_STREAM, ok ? IPPROTO_TCP : 262));

	return err == EPROTONOSUPPORT ? NOT_HERE : err;
}

/* Made on the host: to a peer that a token names, and to one that none does. */
static int connection[2] = { -1, -1 };

static int connect_here(int port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int at_fd = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1, peer = -1;

	setsockopt(at_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(at_fd, (void *)&at, sizeof(at)) && !listen(at_fd, 1) &&
	    !connect(fd, (void *)&at, sizeof(at)))
		peer = accept(at_fd, NULL, NULL);
	close(at_fd);
	/* The peer stays open, with enough data sent for all rows. */
	if (peer >= 0 && write(peer, "xxxxxxxx", 8) == 8)
		return fd;
	close(fd);
	return -1;
}

void make_connections(void)
{
	connection[0] = connect_here(PORT_REFUSED);
	connection[1] = connect_here(PORT_ALLOWED);
}

static int receive(bool ok)
{
	char byte;

	return connection[ok] < 0 ? NOT_HERE : result(recv(connection[ok], &byte, 1, 0));
}

static int read_socket(bool ok)
{
	char byte;

	return connection[ok] < 0 ? NOT_HERE : result(read(connection[ok], &byte, 1));
}

static int receive_by_map(bool ok)
{
	struct tcp_zerocopy_receive zc = {};
	socklen_t len = sizeof(zc);
	int err;

	if (connection[ok] < 0)
		return NOT_HERE;
	err = result(getsockopt(connection[ok], IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zc, &len));
	/* No such map: the kernel got past us. */
	return err == EINVAL || err == EOPNOTSUPP ? 0 : err;
}

static int send_netlink(int protocol, uint16_t type)
{
	struct {
		struct nlmsghdr header;
		char body[32];
	} message = { .header = { .nlmsg_len = sizeof(message),
				  .nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST } };
	int fd = socket(AF_NETLINK, SOCK_RAW, protocol), err;

	if (fd < 0)
		return errno;
	err = result(send(fd, &message, sizeof(message), 0));
	close(fd);
	return err;
}

/* The kernel's answer does not matter: sending is judged. */
static int ask_routing(bool ok)
{
	return send_netlink(NETLINK_ROUTE, ok ? RTM_GETADDR : RTM_DELROUTE);
}

static int ask_generic(bool ok)
{
	return send_netlink(NETLINK_GENERIC, ok ? GENL_ID_CTRL : 0x7ffe);
}

static int set_option(bool ok)
{
	static const unsigned char route[] = { IPOPT_LSRR, 7, 4, 127, 0, 0, 1, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, err;

	err = ok ? result(setsockopt(fd, SOL_IP, IP_TOS, &one, sizeof(one))) :
		   result(setsockopt(fd, SOL_IP, IP_OPTIONS, route, sizeof(route)));
	close(fd);
	return err;
}

static int make_sctp(bool ok)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT_REFUSED),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, ok ? IPPROTO_TCP : IPPROTO_SCTP), err;

	if (fd < 0)
		return errno == EPROTONOSUPPORT ? NOT_HERE : errno;
	/* Several addresses at once, which no hook of all protocols sees. */
	err = ok ? 0 : result(setsockopt(fd, IPPROTO_SCTP, 110, &to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

static int make_interface(bool ok)
{
	struct ifreq request = { .ifr_name = "rvm-test", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR), err;

	(void)ok;
	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? NOT_HERE : errno;
	err = result(ioctl(fd, TUNSETIFF, &request));
	close(fd);
	return err;
}

const struct row net_rows[] = {
	{ "EXECUTE NET", "connect", connect_tcp, ROOT },
	{ "EXECUTE NET", "connect, mapped spelling", connect_mapped, ROOT },
	{ "EXECUTE NET", "TCP fast open", send_fast_open, ROOT },
	{ "EXECUTE NET", "send a datagram", send_datagram, ROOT },
	{ "EXECUTE NET", "send, family 0", send_unspec, ROOT },
	{ "EXECUTE NET", "unix socket by path", connect_unix, ROOT },
	{ "EXECUTE NET", "unix socket, abstract", connect_abstract, ROOT },
	{ "EXECUTE NET", "unix datagram by path", send_unix, ROOT },
	{ "EXECUTE NET", "unix datagram, abstract", send_abstract, ROOT },
	{ "EXECUTE NET", "connect, cut address", connect_cut, NOBODY },
	{ "EXECUTE NET", "send a datagram, cut address", send_cut, NOBODY },
	{ "WRITE NET", "bind, cut address", bind_cut, NOBODY },
	{ "EXECUTE NET", "raw socket", make_socket, ROOT },
	{ "EXECUTE NET", "MPTCP", make_multipath, ROOT },
	{ "WRITE NET", "bind and listen", bind_tcp, ROOT },
	{ "WRITE NET", "listen without bind", listen_unbound, ROOT },
	{ "EXECUTE NET", "receive", receive, ROOT },
	{ "EXECUTE NET", "read a socket", read_socket, ROOT },
	{ "EXECUTE NET", "receive by a map", receive_by_map, ROOT },
	{ "EXECUTE NET", "source route", set_option, ROOT },
	{ "EXECUTE NET", "SCTP", make_sctp, ROOT },
	{ "EXECUTE NET", "message to routing", ask_routing, ROOT },
	{ "EXECUTE NET", "message to a generic family", ask_generic, ROOT },
	{ "all seven", "network interface", make_interface, SEVEN },
	{},
};
