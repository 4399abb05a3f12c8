// SPDX-License-Identifier: GPL-2.0-only
/* HOST:PORT, then bytes of an address. */
#include <errno.h>

#include "fuzz.h"
#include "grammar/addr_parse.h"
#include "lib/pattern/addr.h"

const char *const fuzz_words[] = { "1.2.3.4", "127.0.0.1", ":",	    "::",    "[",	    "]",
				   "fe80",    "/",	   "8",	    "10.",   "0",	    "-",
				   "443",     "*",	   "a",	    "ffff:", "example.com", "/96",
				   "[::1]",   ":80",	   "65535", NULL };

static void check_range(const struct rvm_addr_range *range, const uint8_t *data, size_t size)
{
	struct rvm_addr_range again = {};
	struct rvm_addr addr = {};
	char text[64];
	size_t len;

	FUZZ_CHECK(range->prefix_len <= 128 && range->port_first <= range->port_last);
	memcpy(addr.bytes, data, size < 16 ? size : 16);
	addr.port = size > 17 ? data[16] << 8 | data[17] : 443;
	if (rvm_addr_covers(range, &addr, 6, size & 1)) {
		FUZZ_CHECK(rvm_addr_is_within(range, &addr));
		FUZZ_CHECK(rvm_addr_covers(range, &addr, 6, false));
	}
	/* A range that covers its own first address is the same when written and parsed again. */
	memcpy(addr.bytes, range->bytes, 16);
	addr.port = range->port_first;
	FUZZ_CHECK(rvm_addr_is_within(range, &addr));
	len = rvm_addr_format(&addr, text);
	FUZZ_CHECK(len < sizeof(text) && strlen(text) == len);
	FUZZ_CHECK(!rvm_addr_parse_range(text, len, &again, NULL));
	FUZZ_CHECK(!memcmp(again.bytes, addr.bytes, 16) && again.prefix_len == 128);
	FUZZ_CHECK(rvm_addr_covers(&again, &addr, 6, true));
	if (rvm_addr_is_any(&addr)) {
		FUZZ_CHECK(rvm_addr_is_special(&addr));
		rvm_addr_set_loopback(&addr);
		FUZZ_CHECK(rvm_addr_is_special(&addr) && !rvm_addr_is_any(&addr));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rvm_addr_range range = {};
	size_t len, at = 0;
	char *text = fuzz_part(&data, &size, &len);
	int err = rvm_addr_parse_range(text, len, &range, &at);

	FUZZ_CHECK(err == 0 || err == -EINVAL || err == -ENOENT);
	if (err)
		FUZZ_CHECK(at <= len);
	else
		check_range(&range, data, size);
	free(text);
	return 0;
}
