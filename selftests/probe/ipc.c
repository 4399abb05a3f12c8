// SPDX-License-Identifier: GPL-2.0-only
/* Rows about objects of System V IPC and message queues. */

#include <fcntl.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "probe.h"

/*
 * Missing, or not ours: in its own namespace the host's objects do not exist.
 */
static int hidden(int err)
{
	return !direct && (err == ENOENT || err == EINVAL) ? EACCES : err;
}

/* A segment of our own, or that of @key, which is not. */
static int attach(key_t key, bool own)
{
	int id = shmget(own ? IPC_PRIVATE : key, own ? 4096 : 0, 0600), err;
	void *p;

	if (id < 0)
		return hidden(errno);
	p = shmat(id, NULL, 0);
	err = p == (void *)-1 ? errno : result(shmdt(p));
	if (own)
		shmctl(id, IPC_RMID, NULL);
	return err;
}

static int attach_segment(bool ok)
{
	return attach(HOST_KEY, ok);
}

/* One that the partition of the root token made. */
static int attach_foreign(bool ok)
{
	return attach(FOREIGN_KEY, ok);
}

/* By their position in the kernel's list, past the hook that sees keys used. */
static int list_segments(bool ok)
{
	struct shmid_ds info;
	int id, i, err = EINVAL;

	for (i = 0; !ok && i < 256 && err == EINVAL; i++)
		err = result(shmctl(i, SHM_STAT_ANY, &info));
	if (!ok)
		return hidden(err);
	id = shmget(IPC_PRIVATE, 4096, 0600);
	err = result(shmctl(id, IPC_STAT, &info));
	shmctl(id, IPC_RMID, NULL);
	return err;
}

static int use_semaphore(bool ok)
{
	struct sembuf up = { .sem_op = 1 };
	int id = semget(ok ? IPC_PRIVATE : HOST_KEY, ok ? 1 : 0, 0600), err;

	if (id < 0)
		return hidden(errno);
	err = result(semop(id, &up, 1));
	if (ok)
		semctl(id, 0, IPC_RMID);
	return err;
}

static int use_queue(bool ok)
{
	struct {
		long type;
		char text[4];
	} message = { .type = 1 };
	int id = msgget(ok ? IPC_PRIVATE : HOST_KEY, 0600), err;

	if (id < 0)
		return hidden(errno);
	err = result(msgsnd(id, &message, sizeof(message.text), IPC_NOWAIT));
	if (ok)
		msgctl(id, IPC_RMID, NULL);
	return err == EAGAIN ? 0 : err;
}

/* Opened through an internal mount of the kernel, so it cannot be named. */
static int open_queue(bool ok)
{
	mqd_t queue;

	if (ok)
		return close_result(epoll_create1(0));
	queue = mq_open("/rvm-new", O_CREAT | O_RDWR, 0600, NULL);
	if (queue == (mqd_t)-1)
		return errno;
	mq_close(queue);
	mq_unlink("/rvm-new");
	return 0;
}

static int remove_queue(bool ok)
{
	(void)ok;
	return hidden(result(mq_unlink(HOST_QUEUE)));
}

const struct row ipc_rows[] = {
	{ "all seven", "SysV IPC of the host", attach_segment, ROOT },
	{ "all seven", "SysV segment of another partition", attach_foreign, ROOT },
	{ "all seven", "SysV segments listed", list_segments, ROOT },
	{ "all seven", "SysV semaphores of the host", use_semaphore, ROOT },
	{ "all seven", "SysV queue of the host", use_queue, ROOT },
	{ "all seven", "mq_open", open_queue, NOBODY },
	{ "all seven", "mq_unlink", remove_queue, SEVEN },
	{},
};
