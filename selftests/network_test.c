// SPDX-License-Identifier: GPL-2.0-only
/*
 * A partition's own network namespace: servers and clients in it find each other without
 * a token, and get nothing else by that.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define BROKEN 250
#define PORT 4711

static struct request r;
static struct reply reply;

FIXTURE(network)
{
	int nl;
	struct counters start;
	struct box box;
	struct box other;
};

FIXTURE_SETUP(network)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	ASSERT_TRUE(box_make(&self->box, self->nl, "network"));
	ASSERT_TRUE(group_make(&self->other, "network/other"));
	ASSERT_TRUE(box_register(&self->other, self->nl, "network-other"));
}

FIXTURE_TEARDOWN(network)
{
	EXPECT_TRUE(box_remove(&self->other));
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* What the tasks inside do: 0, or the errno of the first call that fails. */

struct place {
	int family;
	const char *bind;
	const char *connect;
};

static socklen_t address_of(struct sockaddr_storage *to, int family, const char *text, int port)
{
	struct sockaddr_in6 *v6 = (void *)to;
	struct sockaddr_in *v4 = (void *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET6) {
		v6->sin6_port = htons(port);
		inet_pton(family, text, &v6->sin6_addr);
		return sizeof(*v6);
	}
	v4->sin_port = htons(port);
	inet_pton(family, text, &v4->sin_addr);
	return sizeof(*v4);
}

static int call_server(void *arg)
{
	const struct place *place = arg;
	struct sockaddr_storage at;
	socklen_t len;
	int server = socket(place->family, SOCK_STREAM, 0);
	int client = socket(place->family, SOCK_STREAM, 0);
	int peer;
	char c;

	len = address_of(&at, place->family, place->bind, PORT);
	if (server < 0 || client < 0 || bind(server, (void *)&at, len) || listen(server, 1))
		return errno;
	len = address_of(&at, place->family, place->connect, PORT);
	if (connect(client, (void *)&at, len))
		return errno;
	peer = accept(server, NULL, NULL);
	if (peer < 0 || write(client, "x", 1) != 1 || read(peer, &c, 1) != 1)
		return errno;
	return 0;
}

static int send_datagrams(void *arg)
{
	const struct place *place = arg;
	struct sockaddr_storage at;
	socklen_t len;
	int server = socket(place->family, SOCK_DGRAM, 0);
	int client = socket(place->family, SOCK_DGRAM, 0);
	char c;

	len = address_of(&at, place->family, place->bind, PORT);
	if (server < 0 || client < 0 || bind(server, (void *)&at, len))
		return errno;
	len = address_of(&at, place->family, place->connect, PORT);
	if (sendto(client, "x", 1, 0, (void *)&at, len) != 1 || recv(server, &c, 1, 0) != 1)
		return errno;
	return 0;
}

static int connect_to(void *arg)
{
	struct sockaddr_storage to;
	socklen_t len = address_of(&to, AF_INET, arg, PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (void *)&to, len) ? errno : 0;
}

/* On a socket that was made elsewhere. */
static int connect_old(void *arg)
{
	struct sockaddr_storage to;
	socklen_t len = address_of(&to, AF_INET, "127.0.0.1", PORT);

	return connect(*(int *)arg, (void *)&to, len) ? errno : 0;
}

/* A network namespace with two tasks: a helper outside, and one in the box. */

struct stay {
	const struct box *box;
	int (*act)(void *arg);
	void *arg;
	/* Ours: read end of what it says, write end of what it waits for. */
	int from, to;
	pid_t helper, task;
};

static int act_when_told(void *arg)
{
	struct stay *stay = arg;
	pid_t pid = getpid();
	char c;

	if (write(stay->to, &pid, sizeof(pid)) != sizeof(pid) || read(stay->from, &c, 1) != 1)
		return BROKEN;
	return stay->act(stay->arg);
}

static bool make_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, err;

	if (unshare(CLONE_NEWNET))
		return false;
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	err = ioctl(fd, SIOCSIFFLAGS, &lo);
	/* A socket counts as a user of the namespace. */
	close(fd);
	return !err;
}

static bool stay_begin(struct stay *stay, bool own)
{
	int up[2], down[2];

	if (pipe(up) || pipe(down))
		return false;
	stay->helper = fork();
	if (!stay->helper) {
		close(up[0]);
		close(down[1]);
		stay->from = down[0];
		stay->to = up[1];
		_exit(own && !make_network() ? BROKEN : box_do(stay->box, act_when_told, stay));
	}
	close(up[1]);
	close(down[0]);
	stay->from = up[0];
	stay->to = down[1];
	return read(stay->from, &stay->task, sizeof(stay->task)) == sizeof(stay->task);
}

/* Result of what it did. */
static int stay_end(struct stay *stay)
{
	bool told = write(stay->to, "x", 1) == 1;

	close(stay->to);
	close(stay->from);
	return wait_for(stay->helper) | !told;
}

static int claim(int nl, const struct box *box, pid_t task)
{
	char *words[] = { "true", NULL };
	int fd, err;

	request_begin(&r, RVM_CMD_PARTITION_ENTER);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_PID, task);
	put_flag(&r, RVM_A_PARTITION_OWN_NET);
	fd = put_program(&r, "/bin/true", words);
	err = nl_call(nl, &r, &reply);
	close(fd);
	return err;
}

/* In a network that was claimed before. */
static int do_claimed(const struct box *box, int (*act)(void *), const void *arg)
{
	struct stay stay = { .box = box, .act = act, .arg = (void *)arg };

	if (!stay_begin(&stay, true) || claim(box->nl, box, stay.task))
		return BROKEN;
	return stay_end(&stay);
}

static int do_unclaimed(const struct box *box, int (*act)(void *), const void *arg)
{
	struct stay stay = { .box = box, .act = act, .arg = (void *)arg };

	return stay_begin(&stay, true) ? stay_end(&stay) : BROKEN;
}

/* A further task, which the network namespace of the first is given to. */
static int do_beside(pid_t task, const struct box *box, int (*act)(void *), const void *arg)
{
	char path[64];
	pid_t helper = fork();

	if (helper)
		return wait_for(helper);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", task);
	if (setns(open(path, O_RDONLY | O_CLOEXEC), CLONE_NEWNET))
		_exit(BROKEN);
	_exit(box_do(box, act, (void *)arg));
}

static const struct place loopback = { AF_INET, "127.0.0.1", "127.0.0.1" };
static const struct place loopback6 = { AF_INET6, "::1", "::1" };
static const struct place everywhere = { AF_INET, "0.0.0.0", "127.0.0.1" };
static const struct place everywhere6 = { AF_INET6, "::", "::ffff:127.0.0.1" };
static const struct place nobody = { AF_INET, "127.0.0.1", "0.0.0.0" };

TEST_F(network, its_servers_take_no_token)
{
	EXPECT_EQ(0, do_claimed(&self->box, call_server, &loopback));
	EXPECT_EQ(0, do_claimed(&self->box, call_server, &loopback6));
	EXPECT_EQ(0, do_claimed(&self->box, call_server, &everywhere));
	EXPECT_EQ(0, do_claimed(&self->box, call_server, &everywhere6));
	EXPECT_EQ(0, do_claimed(&self->box, call_server, &nobody));
	EXPECT_EQ(0, do_claimed(&self->box, send_datagrams, &loopback));
	EXPECT_EQ(0, do_claimed(&self->box, send_datagrams, &everywhere6));
}

TEST_F(network, servers_of_an_unclaimed_one_take_a_token)
{
	EXPECT_EQ(EACCES, do_unclaimed(&self->box, call_server, &loopback));
	EXPECT_EQ(EACCES, do_unclaimed(&self->box, call_server, &loopback6));
	EXPECT_EQ(EACCES, do_unclaimed(&self->box, send_datagrams, &loopback));
}

/* Nobody listens where the first one connects. */
TEST_F(network, what_leaves_it_takes_a_token)
{
	EXPECT_EQ(ECONNREFUSED, do_claimed(&self->box, connect_to, "127.0.0.1"));
	EXPECT_EQ(EACCES, do_claimed(&self->box, connect_to, "192.0.2.1"));
	EXPECT_EQ(EACCES, do_claimed(&self->box, connect_to, "169.254.169.254"));
}

TEST_F(network, an_exclusion_holds_in_it)
{
	struct rule rule = { RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK,
			     .port = PORT, .excludes = true };

	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	EXPECT_EQ(EACCES, do_claimed(&self->box, connect_to, "127.0.0.1"));
	rule.port++;
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	EXPECT_EQ(ECONNREFUSED, do_claimed(&self->box, connect_to, "127.0.0.1"));
}

TEST_F(network, a_socket_from_outside_is_of_its_own_network)
{
	const struct rule rule = { RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK,
				   .port = PORT };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	EXPECT_EQ(EACCES, do_claimed(&self->box, connect_old, &fd));
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	EXPECT_EQ(ECONNREFUSED, do_claimed(&self->box, connect_old, &fd));
	close(fd);
}

/* Also of a partition inside it; it has other tasks of its own there. */
TEST_F(network, a_network_is_of_one_partition)
{
	struct stay stay = { .box = &self->box, .act = send_datagrams, .arg = (void *)&loopback };

	ASSERT_TRUE(stay_begin(&stay, true));
	EXPECT_EQ(EXDEV, claim(self->nl, &self->other, stay.task));
	EXPECT_EQ(0, claim(self->nl, &self->box, stay.task));
	EXPECT_EQ(0, do_beside(stay.task, &self->box, call_server, &loopback));
	EXPECT_EQ(EACCES, do_beside(stay.task, &self->other, call_server, &loopback));
	EXPECT_EQ(0, stay_end(&stay));
	EXPECT_EQ(0, do_claimed(&self->other, call_server, &loopback));
}

TEST_F(network, one_that_others_are_in_is_not_claimed)
{
	struct stay stay = { .box = &self->box, .act = call_server, .arg = (void *)&loopback };
	char path[64];
	int fd;

	/* The host's. */
	ASSERT_TRUE(stay_begin(&stay, false));
	EXPECT_EQ(EBUSY, claim(self->nl, &self->box, stay.task));
	EXPECT_EQ(EACCES, stay_end(&stay));

	/* One that somebody can enter. */
	ASSERT_TRUE(stay_begin(&stay, true));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", stay.task);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EBUSY, claim(self->nl, &self->box, stay.task));
	close(fd);
	EXPECT_EQ(EACCES, stay_end(&stay));
}

/*
 * Addresses of networks with a broadcast and an anycast address.  With a prefix of all
 * bits, the loopback does not claim the rest of 10.9.0.0/24.
 */
static bool add_addresses(void)
{
	/* As a router it takes what is sent to the first address of its networks. */
	return write_file("/proc/sys/net/ipv6/conf/all/forwarding", "1") &&
	       !system("ip addr add 10.9.0.1/32 brd 10.9.0.255 dev lo && "
		       "ip addr add fd00:9::1/64 dev lo nodad");
}

static int send_to(void *arg)
{
	const struct place *place = arg;
	struct sockaddr_storage to;
	socklen_t len = address_of(&to, place->family, place->connect, PORT);
	int fd = socket(place->family, SOCK_DGRAM, 0), one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)))
		return errno;
	/* That no route leads there comes later. */
	return sendto(fd, "x", 1, 0, (void *)&to, len) < 0 && errno == EACCES ? EACCES : 0;
}

static int send_among(const struct box *box, int family, const char *address)
{
	const struct place place = { family, NULL, address };
	pid_t helper = fork();

	if (helper)
		return wait_for(helper);
	if (!make_network() || !add_addresses())
		_exit(BROKEN);
	_exit(box_do(box, send_to, (void *)&place));
}

/* What is sent to all in a network reaches the host's sockets too. */
TEST_F(network, what_comes_to_itself_too_needs_naming)
{
	struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = 0x0a090000, .port = PORT,
		  .prefix = 96 + 16 },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address6 = "fd00:9::", .port = PORT,
		  .prefix = 48 },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address6 = "64:ff9b::", .port = PORT,
		  .prefix = 96 },
	};

	if (system("ip -V >/dev/null 2>&1"))
		SKIP(return, "no program ip");
	ASSERT_EQ(0, box_load(&self->box, rules, 3));
	EXPECT_EQ(0, send_among(&self->box, AF_INET, "10.9.0.77"));
	EXPECT_EQ(EACCES, send_among(&self->box, AF_INET, "10.9.0.1"));
	EXPECT_EQ(EACCES, send_among(&self->box, AF_INET, "10.9.0.255"));
	EXPECT_EQ(0, send_among(&self->box, AF_INET6, "fd00:9::77"));
	EXPECT_EQ(EACCES, send_among(&self->box, AF_INET6, "fd00:9::1"));
	EXPECT_EQ(EACCES, send_among(&self->box, AF_INET6, "fd00:9::"));
	/* Its own address through a translator, and another's. */
	EXPECT_EQ(EACCES, send_among(&self->box, AF_INET6, "64:ff9b::10.9.0.1"));
	EXPECT_EQ(0, send_among(&self->box, AF_INET6, "64:ff9b::10.9.0.77"));
	rules[0].address = 0x0a0900ff;
	rules[0].prefix = 0;
	ASSERT_EQ(0, box_load(&self->box, rules, 3));
	EXPECT_EQ(0, send_among(&self->box, AF_INET, "10.9.0.255"));
}

/* Two networks with the same addresses, one of them in its own routing domain. */
static bool add_domain(void)
{
	return !system(
		"ip link add blue type vrf table 10 && ip link set blue up && "
		"ip link add port type dummy && ip link set port master blue && "
		"ip link set port up && ip link add side type dummy && ip link set side up && "
		"ip addr add 10.8.0.1/24 dev port && ip addr add 10.8.0.2/24 dev side && "
		"ip addr add fd00:8::1/64 dev port nodad && "
		"ip addr add fd00:8::2/64 dev side nodad && "
		"ip route add 10.7.0.0/24 dev blue && ip route add 10.7.0.0/24 dev port table 10");
}

struct way {
	int family;
	const char *address;
	/* The interface that the second of two messages names, or the first. */
	const char *interface;
	bool first;
	/* What the host bound the socket to. */
	const char *bound;
	int fd;
};

static void name_interface(struct msghdr *message, const struct way *way, void *control,
			   size_t size)
{
	int index = if_nametoindex(way->interface);
	struct in6_pktinfo v6 = { .ipi6_ifindex = index };
	struct in_pktinfo v4 = { .ipi_ifindex = index };
	size_t len = way->family == AF_INET ? sizeof(v4) : sizeof(v6);
	struct cmsghdr *c = control;

	memset(control, 0, size);
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(len);
	c->cmsg_level = way->family == AF_INET ? SOL_IP : SOL_IPV6;
	c->cmsg_type = way->family == AF_INET ? IP_PKTINFO : IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), way->family == AF_INET ? (void *)&v4 : &v6, len);
}

/* It does not matter if nobody answers, and a packet that is stopped late is not an error. */
static int send_by(void *arg)
{
	const struct way *way = arg;
	struct iovec iov = { (char *)"x", 1 };
	struct sockaddr_storage to;
	socklen_t len = address_of(&to, way->family, way->address, PORT);
	struct mmsghdr m[2] = {};
	char control[128] __attribute__((aligned(8)));

	for (int i = 0; i < 2; i++)
		m[i].msg_hdr = (struct msghdr){
			.msg_name = &to, .msg_namelen = len, .msg_iov = &iov, .msg_iovlen = 1
		};
	if (way->interface)
		name_interface(&m[!way->first].msg_hdr, way, control, sizeof(control));
	return sendmmsg(way->fd, m, 2, 0) < 0 ? errno : 0;
}

static int bind_to_blue(void *arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "blue", 5) ? errno : 0;
}

/* In a network namespace with domains: the result; SKIPPED if there are none. */
#define NO_DOMAINS 251

static int in_domains(const struct box *box, int (*act)(void *), struct way *way)
{
	pid_t helper = fork();

	if (helper)
		return wait_for(helper);
	if (!make_network() || !add_domain())
		_exit(NO_DOMAINS);
	way->fd = socket(way->family, SOCK_DGRAM, 0);
	if (way->bound &&
	    setsockopt(way->fd, SOL_SOCKET, SO_BINDTODEVICE, way->bound, strlen(way->bound)))
		_exit(BROKEN);
	_exit(box_do(box, act, way));
}

/* How many packets were refused; what went wrong as a number below 0. */
static int refused_by(const struct box *box, struct way way)
{
	uint64_t before = box_denials(box);
	int err = in_domains(box, send_by, &way);

	return err && err != EACCES ? -err : (int)(box_denials(box) - before);
}

/* The same address in another domain is another machine. */
TEST_F_TIMEOUT(network, what_it_sends_stays_in_the_domain_of_its_socket, 120)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = 0x0a080000, .port = PORT,
		  .prefix = 96 + 16 },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = 0x0a070000, .port = PORT,
		  .prefix = 96 + 16 },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address6 = "fd00:8::", .port = PORT,
		  .prefix = 48 },
	};
	struct box *box = &self->box;
	struct way none = { AF_INET, "10.8.0.9" };

	if (system("ip -V >/dev/null 2>&1") || in_domains(box, send_by, &none) == NO_DOMAINS)
		SKIP(return, "no program ip, or no VRF");
	ASSERT_EQ(0, box_load(box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(EACCES, in_domains(box, bind_to_blue, &none));
	EXPECT_EQ(0, refused_by(box, none));
	EXPECT_EQ(0, refused_by(box, (struct way){ AF_INET, "10.8.0.9", "side" }));
	EXPECT_EQ(1, refused_by(box, (struct way){ AF_INET, "10.8.0.9", "port" }));
	EXPECT_EQ(1, refused_by(box, (struct way){ AF_INET, "10.8.0.9", "port", true }));
	EXPECT_EQ(1, refused_by(box, (struct way){ AF_INET, "10.8.0.9", "blue" }));
	EXPECT_EQ(0, refused_by(box, (struct way){ AF_INET6, "fd00:8::9", "side" }));
	EXPECT_EQ(1, refused_by(box, (struct way){ AF_INET6, "fd00:8::9", "port" }));
	EXPECT_EQ(1, refused_by(box, (struct way){ AF_INET6, "fd00:8::9", "blue" }));
	/* Where the host led it. */
	EXPECT_EQ(0, refused_by(box, (struct way){ AF_INET, "10.8.0.9", .bound = "blue" }));
	EXPECT_EQ(0, refused_by(box, (struct way){ AF_INET6, "fd00:8::9", .bound = "blue" }));
	EXPECT_EQ(0, refused_by(box, (struct way){ AF_INET, "10.7.0.9" }));
}

TEST_HARNESS_MAIN
