// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/rvm_witness: the log as a file.  Record n is at offset 64 * n forever;
 * what was overwritten is a hole at the beginning, which lseek(SEEK_DATA)
 * jumps over and in which reads fail with ENODATA.  A read hashes what was
 * appended before it, then gives what is there; 0 bytes mean that there is no
 * more yet, and poll() waits for it.  One open file at a time is the recorder.  A memory
 * map has the ring as it is, with records that are not hashed yet: it tells which are
 * (struct rvm_witness_map), and nobody maps it but who could read them.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "device.h"
#include "partition/reading.h"
#include "partition/registry.h"
#include "witness/map.h"
#include "witness/recorder.h"
#include "witness/witness.h"

static int device_open(struct inode *inode, struct file *file)
{
	/* First of all, since root inside is not the host. */
	if (file->f_mode & FMODE_WRITE || !rvm_caller_may_read_log())
		return -EACCES;
	/* Inside it is the token that counts. */
	return rvm_caller_is_inside() || capable(CAP_MAC_ADMIN) ? 0 : -EPERM;
}

static ssize_t device_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	u8 raw[RVM_RECORD_BYTES];
	loff_t pos = *ppos;
	size_t done = 0;
	int err = 0;

	/* The descriptor may have been passed on, or the token taken back. */
	if (!rvm_caller_may_read_log())
		return -EACCES;

	rvm_witness_flush();
	while (done < count) {
		size_t skip = pos % RVM_RECORD_BYTES;
		size_t n = min(count - done, RVM_RECORD_BYTES - skip);

		err = rvm_witness_get_record(pos / RVM_RECORD_BYTES, raw);
		if (err)
			break;
		if (copy_to_user(buf + done, raw + skip, n)) {
			err = -EFAULT;
			break;
		}
		done += n;
		pos += n;
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	*ppos = pos;
	if (done || err == -ERANGE)
		return done;
	return err;
}

static loff_t device_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t begin, end;

	if (!rvm_caller_may_read_log())
		return -EACCES;
	rvm_witness_flush();
	begin = rvm_witness_first() * RVM_RECORD_BYTES;
	end = rvm_witness_hashed() * RVM_RECORD_BYTES;

	if (whence == SEEK_DATA && offset >= 0)
		offset = max(offset, begin);
	if (whence == SEEK_HOLE && offset >= 0 && offset < begin)
		return vfs_setpos(file, offset, MAX_LFS_FILESIZE);
	return generic_file_llseek_size(file, offset, whence, MAX_LFS_FILESIZE, end);
}

static __poll_t device_poll(struct file *file, poll_table *wait)
{
	if (!rvm_caller_may_read_log())
		return EPOLLERR;
	poll_wait(file, &rvm_witness_wait, wait);
	if (rvm_witness_hashed() > READ_ONCE(file->f_pos) / RVM_RECORD_BYTES)
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* Even with a token: what is mapped could not be taken back. */
	return rvm_caller_is_inside() ? -EACCES : rvm_map_into(vma);
}

static long attach(struct file *file, void __user *arg)
{
	struct rvm_witness_attach attach;
	int err;

	if (copy_from_user(&attach, arg, sizeof(attach)))
		return -EFAULT;
	err = rvm_recorder_attach(file, &attach);
	if (!err && copy_to_user(arg, &attach, sizeof(attach))) {
		rvm_recorder_detach(file);
		err = -EFAULT;
	}
	return err;
}

static long acknowledge(struct file *file, const u64 __user *arg)
{
	u64 sequence;

	if (get_user(sequence, arg))
		return -EFAULT;
	return rvm_recorder_acknowledge(file, sequence);
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (rvm_caller_is_inside())
		return -EACCES;
	switch (cmd) {
	case RVM_WITNESS_ATTACH:
		return attach(file, (void __user *)arg);
	case RVM_WITNESS_ACK:
		return acknowledge(file, (const u64 __user *)arg);
	default:
		return -ENOTTY;
	}
}

static int device_release(struct inode *inode, struct file *file)
{
	rvm_recorder_detach(file);
	return 0;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.read = device_read,
	.llseek = device_llseek,
	.poll = device_poll,
	.mmap = device_mmap,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = device_release,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "rvm_witness",
	.mode = 0400,
	.fops = &device_fops,
};

int rvm_device_init(void)
{
	return misc_register(&device);
}

void rvm_device_exit(void)
{
	misc_deregister(&device);
}
