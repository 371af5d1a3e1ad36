/* Many descriptors and deadlines behind one source of GLib's main loop.
 *
 * GLib asks each of its sources at every turn; with thousands of connections that is the cost of
 * the turn. A set is one source: an epoll descriptor, and a time. Callbacks may add and delete any
 * watch, their own too. One thread. */
#ifndef HTTP_WATCH_H
#define HTTP_WATCH_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct watch_set;

/* A member of the object that is watched. */
struct watch {
	/* ── Given ── */
	int fd;          /* borrowed; -1: only a deadline */
	uint32_t events; /* EPOLLIN, EPOLLOUT, EPOLLET…; changed by watch_want */
	/* Something of events has come (EPOLLERR and EPOLLHUP always may), or, with 0, the deadline
	 * has passed; it is then USEC_NEVER again. */
	void (*ready)(struct watch *watch, uint32_t events);

	/* ── State ── */
	usec deadline;
	struct watch_set *set; /* NULL: in none */
	struct watch *prev, *next;
};

/* Attached to GLib's default main context. */
struct watch_set *watch_set_new(void);
/* Watches still in it are let go. */
void watch_set_free(struct watch_set **set);

/* -ERR_IO: the kernel refused (errno). The watch starts without a deadline. */
NODISCARD int watch_add(struct watch_set *set, struct watch *watch);

/* Nothing when it is in no set. The descriptor must still be open. */
void watch_del(struct watch *watch);

void watch_want(struct watch *watch, uint32_t events);

/* Deadlines are kept to a few milliseconds. USEC_NEVER: none. */
void watch_deadline(struct watch *watch, usec deadline);

#endif
