/* One thread's wait for files and deadlines: epoll, and a heap of timers.
 *
 * A loop belongs to one thread; nothing here may be called from another (see net/post.h). */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* A file that is waited for. Lives in the object that owns the file. */
struct loop_io {
	int fd;
	/* events: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR. May delete itself and others. */
	void (*ready)(struct loop_io *io, uint32_t events);
};

/* A deadline. Lives in the object that owns it, zeroed at first. */
struct loop_timer {
	usec at;
	size_t place; /* in the heap, from 1; 0: not set */
	void (*due)(struct loop_timer *t, usec now);
};

NODISCARD int loop_new(struct loop **ret_l);
void loop_free(struct loop **l);

/* Waits for events (a mask of EPOLL…) on io->fd until loop_del. io: borrowed till then. -ERR_IO */
NODISCARD int loop_add(struct loop *l, struct loop_io *io, uint32_t events);
NODISCARD int loop_mod(struct loop *l, struct loop_io *io, uint32_t events);
/* io is not called again, not even for events already fetched; io may be freed. The file is not
 * closed. Does nothing when it was not added. */
void loop_del(struct loop *l, struct loop_io *io);

/* Makes room for so many timers, so that loop_set can't fail below that. -ERR_NOMEM */
NODISCARD int loop_reserve(struct loop *l, size_t timers);

/* Sets the timer to `at`, moves it, or takes it away (USEC_NEVER). -ERR_NOMEM: not set. */
NODISCARD int loop_set(struct loop *l, struct loop_timer *t, usec at);
void loop_unset(struct loop *l, struct loop_timer *t);

/* Waits once, at most until the next timer and never later than `until`, calls what is ready, then
 * the timers that are due. Returns the time after the wait. */
usec loop_turn(struct loop *l, usec until);

#endif
