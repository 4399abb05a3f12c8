// SPDX-License-Identifier: GPL-2.0-only
/* The allowed socket options: each row, and nothing else. */
#include <linux/string.h>

#include "lib/model/option.h"
#include "unit.h"

#define SOCKET 1
#define IP 0
#define TCP 6
#define UDP 17
#define IPV6 41
#define NETLINK 270

/* Numbers, so that a header that differs from the kernel's is noticed. */
static const struct want {
	int level;
	int number;
} options[] = {
	{ SOCKET, 2 },	 { SOCKET, 6 },	  { SOCKET, 7 },   { SOCKET, 8 },   { SOCKET, 9 },
	{ SOCKET, 10 },	 { SOCKET, 12 },  { SOCKET, 13 },  { SOCKET, 15 },  { SOCKET, 16 },
	{ SOCKET, 18 },	 { SOCKET, 19 },  { SOCKET, 20 },  { SOCKET, 21 },  { SOCKET, 26 },
	{ SOCKET, 27 },	 { SOCKET, 29 },  { SOCKET, 34 },  { SOCKET, 35 },  { SOCKET, 37 },
	{ SOCKET, 40 },	 { SOCKET, 42 },  { SOCKET, 44 },  { SOCKET, 45 },  { SOCKET, 47 },
	{ SOCKET, 49 },	 { SOCKET, 51 },  { SOCKET, 53 },  { SOCKET, 60 },  { SOCKET, 61 },
	{ SOCKET, 63 },	 { SOCKET, 64 },  { SOCKET, 65 },  { SOCKET, 66 },  { SOCKET, 67 },
	{ SOCKET, 68 },	 { SOCKET, 72 },  { SOCKET, 74 },  { SOCKET, 76 },  { SOCKET, 82 },
	{ SOCKET, 83 },	 { IP, 1 },	  { IP, 2 },	   { IP, 6 },	    { IP, 8 },
	{ IP, 10 },	 { IP, 11 },	  { IP, 12 },	   { IP, 13 },	    { IP, 15 },
	{ IP, 18 },	 { IP, 20 },	  { IP, 21 },	   { IP, 23 },	    { IP, 24 },
	{ IP, 25 },	 { IP, 26 },	  { IP, 32 },	   { IP, 33 },	    { IP, 34 },
	{ IP, 49 },	 { IP, 51 },	  { IPV6, 2 },	   { IPV6, 8 },	    { IPV6, 11 },
	{ IPV6, 16 },	 { IPV6, 17 },	  { IPV6, 18 },	   { IPV6, 19 },    { IPV6, 23 },
	{ IPV6, 24 },	 { IPV6, 25 },	  { IPV6, 26 },	   { IPV6, 29 },    { IPV6, 31 },
	{ IPV6, 49 },	 { IPV6, 50 },	  { IPV6, 51 },	   { IPV6, 53 },    { IPV6, 56 },
	{ IPV6, 58 },	 { IPV6, 60 },	  { IPV6, 62 },	   { IPV6, 66 },    { IPV6, 67 },
	{ IPV6, 70 },	 { IPV6, 72 },	  { IPV6, 73 },	   { IPV6, 74 },    { IPV6, 77 },
	{ IPV6, 78 },	 { TCP, 1 },	  { TCP, 2 },	   { TCP, 3 },	    { TCP, 4 },
	{ TCP, 5 },	 { TCP, 6 },	  { TCP, 7 },	   { TCP, 8 },	    { TCP, 9 },
	{ TCP, 10 },	 { TCP, 12 },	  { TCP, 13 },	   { TCP, 16 },	    { TCP, 17 },
	{ TCP, 18 },	 { TCP, 23 },	  { TCP, 24 },	   { TCP, 25 },	    { TCP, 27 },
	{ TCP, 30 },	 { TCP, 34 },	  { TCP, 36 },	   { TCP, 37 },	    { TCP, 44 },
	{ TCP, 45 },	 { TCP, 46 },	  { UDP, 103 },    { UDP, 104 },
	{ NETLINK, 1 },	 { NETLINK, 2 },  { NETLINK, 3 },  { NETLINK, 4 },  { NETLINK, 5 },
	{ NETLINK, 10 }, { NETLINK, 11 }, { NETLINK, 12 },
}, messages[] = {
	{ SOCKET, 12 }, { SOCKET, 37 }, { SOCKET, 61 }, { SOCKET, 65 }, { SOCKET, 81 },
	{ IP, 1 },	{ IP, 2 },	{ IP, 8 },	{ IPV6, 2 },	{ IPV6, 8 },
	{ IPV6, 50 },	{ IPV6, 52 },	{ IPV6, 62 },	{ IPV6, 67 },	{ UDP, 103 },
};

static bool is_wanted(const struct want *want, size_t count, int level, int number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (want[i].level == level && want[i].number == number)
			return true;
	return false;
}

static void check(bool (*ask)(int level, int number), const struct want *want, size_t count)
{
	int level, number;

	for (level = -1; level < 400; level++)
		for (number = -1; number < 400; number++)
			if (!EXPECT_EQ(ask(level, number), is_wanted(want, count, level, number)))
				NOTE("level %d, number %d", level, number);
}

static void only_what_is_listed_is_allowed(void)
{
	check(rvm_option_is_allowed, options, ARRAY_SIZE(options));
	check(rvm_option_goes_along, messages, ARRAY_SIZE(messages));
}

static void what_turns_packets_elsewhere_is_not(void)
{
	/* IP_OPTIONS, IP_RETOPTS, SO_MARK, SO_BINDTODEVICE, TCP_ULP, groups. */
	EXPECT(!rvm_option_is_allowed(IP, 4));
	EXPECT(!rvm_option_goes_along(IP, 7));
	EXPECT(!rvm_option_is_allowed(SOCKET, 36));
	EXPECT(!rvm_option_goes_along(SOCKET, 36));
	EXPECT(!rvm_option_is_allowed(SOCKET, 25));
	EXPECT(!rvm_option_is_allowed(TCP, 31));
	EXPECT(!rvm_option_is_allowed(IP, 35));
	EXPECT(!rvm_option_is_allowed(IPV6, 42));
	/* IPV6_RTHDR, and the options that hold one. */
	EXPECT(!rvm_option_goes_along(IPV6, 57));
	EXPECT(!rvm_option_is_allowed(IPV6, 57));
	EXPECT(!rvm_option_is_allowed(IPV6, 6));
	EXPECT(!rvm_option_is_allowed(IPV6, 32));
	EXPECT(!rvm_option_is_allowed(IPV6, 1));
}

int main(void)
{
	RUN(only_what_is_listed_is_allowed);
	RUN(what_turns_packets_elsewhere_is_not);
	return unit_done();
}
