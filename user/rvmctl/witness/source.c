// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's log, as a source of records. */
#include <errno.h>
#include <fcntl.h>
#include <linux/rvm_witness.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/auto.h"
#include "lib/log/record.h"
#include "log/reader.h"
#include "witness/source.h"

static struct kernel_source *kernel_of(struct record_source *source)
{
	return (struct kernel_source *)source;
}

static int fail(struct err *err)
{
	int errnum = errno;

	err_errno(err, errnum, "%s", WITNESS_DEVICE);
	return -errnum;
}

static void take_state(const uint8_t *bytes, uint32_t *state)
{
	for (size_t i = 0; i < RVM_SHA256_WORDS; i++, bytes += 4)
		state[i] = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static int kernel_attach(struct record_source *source, struct store_place *place,
			 const uint8_t previous[RVM_SHA256_DIGEST_BYTES], uint64_t length,
			 struct err *err)
{
	struct rvm_witness_attach attach = {
		.log = place->id,
		.next = place->next,
		.previous_length = length,
	};
	int fd = kernel_of(source)->fd;

	memcpy(attach.previous, previous, sizeof(attach.previous));
	if (ioctl(fd, RVM_WITNESS_ATTACH, &attach)) {
		int ret = fail(err);

		if (ret == -EBUSY)
			err_hint(err, "another recorder is at work: end it first");
		if (ret == -EINVAL)
			err_hint(err, "more of this log is recorded than the kernel has made");
		return ret;
	}
	*place = (struct store_place){ .id = attach.log, .next = attach.next };
	take_state(attach.state, place->state);
	memcpy(place->aux, attach.aux, sizeof(place->aux));
	return lseek(fd, attach.next * RVM_RECORD_BYTES, SEEK_SET) < 0 ? fail(err) : 0;
}

static ssize_t kernel_read(struct record_source *source, void *buf, size_t size, struct err *err)
{
	ssize_t n = read(kernel_of(source)->fd, buf, size);

	if (n < 0 && errno == EINTR)
		return 0;
	return n < 0 ? fail(err) : n - n % RVM_RECORD_BYTES;
}

struct lines {
	record_line_fn fn;
	void *data;
};

static int take_line(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	const struct lines *lines = data;
	const struct nlattr *sequence = attrs[RVM_A_WITNESS_SEQUENCE];
	const char *line = nlc_str(attrs[RVM_A_WITNESS_DETAIL]);

	if (!sequence || !line || !*line)
		return 0;
	return lines->fn(lines->data, nlc_u64(sequence), line, strlen(line)) ?
		       err_errno(err, ENOMEM, "detail lines") :
		       0;
}

static int kernel_lines(struct record_source *source, uint64_t first, uint64_t end,
			record_line_fn fn, void *data, struct err *err)
{
	struct nlc *nlc = kernel_of(source)->nlc;
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_WITNESS_GET, NLM_F_DUMP);
	struct lines lines = { .fn = fn, .data = data };

	if (msg && (nla_put_u64(msg, RVM_A_WITNESS_SEQUENCE, first) ||
		    nla_put_u64(msg, RVM_A_WITNESS_LENGTH, end)))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_line, &lines, err) ? -(nlc_errno(nlc) ?: ENOMEM) : 0;
}

static int kernel_ack(struct record_source *source, uint64_t next, struct err *err)
{
	__u64 sequence = next;

	return ioctl(kernel_of(source)->fd, RVM_WITNESS_ACK, &sequence) ? fail(err) : 0;
}

static int kernel_wait(struct record_source *source, int stop_fd, int timeout_ms, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = kernel_of(source)->fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};

	return poll(fds, ARRAY_SIZE(fds), timeout_ms) < 0 && errno != EINTR ? fail(err) : 0;
}

int kernel_source_open(struct kernel_source *source, struct err *err)
{
	*source = (struct kernel_source){
		.source = { .attach = kernel_attach,
			    .read = kernel_read,
			    .lines = kernel_lines,
			    .ack = kernel_ack,
			    .wait = kernel_wait },
		.fd = -1,
	};
	source->fd = log_open_device(err);
	return source->fd < 0 || nlc_open(&source->nlc, err) ? -1 : 0;
}

void kernel_source_close(struct kernel_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	source->fd = -1;
	nlc_close(source->nlc);
	source->nlc = NULL;
}
