/* Read loop_turn first; below it lie the heap (loop_set, loop_unset) and the files. */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 64 };

struct loop {
	int epoll;
	bool coarse; /* the kernel lacks epoll_pwait2 (before 5.11): waits in milliseconds */

	/* Events fetched and not yet called, so that loop_del can strike one out */
	struct epoll_event events[EVENTS_MAX];
	int event_count;

	/* A binary heap, earliest first; heap[0] is not used */
	struct loop_timer **heap;
	size_t heap_len;
	size_t heap_cap;
};

int loop_new(struct loop **ret_l)
{
	struct loop *l = calloc(1, sizeof *l);
	if (!l)
		return -ERR_NOMEM;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		free(l);
		return -ERR_IO;
	}
	*ret_l = l;
	return 0;
}

void loop_free(struct loop **l)
{
	if (!*l)
		return;
	close((*l)->epoll);
	free((*l)->heap);
	free(*l);
	*l = NULL;
}

static int wait_for(struct loop *l, usec left)
{
	if (left < 0)
		left = 0;
	if (!l->coarse) {
		struct timespec ts = {left / USEC_PER_SEC, (left % USEC_PER_SEC) * 1000};
		int n = epoll_pwait2(l->epoll, l->events, EVENTS_MAX, &ts, NULL);
		if (n >= 0 || errno != ENOSYS)
			return n;
		l->coarse = true;
	}
	usec ms = (left + USEC_PER_MS - 1) / USEC_PER_MS;
	return epoll_wait(l->epoll, l->events, EVENTS_MAX, ms > 60000 ? 60000 : (int)ms);
}

usec loop_turn(struct loop *l, usec until)
{
	usec now = clock_mono();
	if (l->heap_len > 0)
		until = usec_min(until, l->heap[1]->at);
	usec left = until == USEC_NEVER ? 60 * USEC_PER_SEC : until - now;
	int n = wait_for(l, left);
	l->event_count = n > 0 ? n : 0;
	for (int i = 0; i < l->event_count; i++) {
		struct loop_io *io = l->events[i].data.ptr;
		if (io)
			io->ready(io, l->events[i].events);
	}
	l->event_count = 0;

	now = clock_mono();
	while (l->heap_len > 0 && l->heap[1]->at <= now) {
		struct loop_timer *t = l->heap[1];
		loop_unset(l, t);
		t->due(t, now);
	}
	return now;
}

int loop_add(struct loop *l, struct loop_io *io, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = io};
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, io->fd, &ev) < 0 ? -ERR_IO : 0;
}

int loop_mod(struct loop *l, struct loop_io *io, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = io};
	return epoll_ctl(l->epoll, EPOLL_CTL_MOD, io->fd, &ev) < 0 ? -ERR_IO : 0;
}

void loop_del(struct loop *l, struct loop_io *io)
{
	struct epoll_event none = {0};
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, io->fd, &none);
	for (int i = 0; i < l->event_count; i++) {
		if (l->events[i].data.ptr == io)
			l->events[i].data.ptr = NULL;
	}
}

/* ── The heap ── */

static void put(struct loop *l, size_t place, struct loop_timer *t)
{
	l->heap[place] = t;
	t->place = place;
}

static void sift_up(struct loop *l, struct loop_timer *t, size_t place)
{
	while (place > 1 && l->heap[place / 2]->at > t->at) {
		put(l, place, l->heap[place / 2]);
		place /= 2;
	}
	put(l, place, t);
}

static void sift_down(struct loop *l, struct loop_timer *t, size_t place)
{
	for (size_t child; (child = place * 2) <= l->heap_len; place = child) {
		if (child < l->heap_len && l->heap[child + 1]->at < l->heap[child]->at)
			child++;
		if (l->heap[child]->at >= t->at)
			break;
		put(l, place, l->heap[child]);
	}
	put(l, place, t);
}

static void settle(struct loop *l, struct loop_timer *t, size_t place)
{
	if (place > 1 && l->heap[place / 2]->at > t->at)
		sift_up(l, t, place);
	else
		sift_down(l, t, place);
}

int loop_reserve(struct loop *l, size_t timers)
{
	if (timers + 1 <= l->heap_cap)
		return 0;
	struct loop_timer **heap = realloc(l->heap, (timers + 1) * sizeof(struct loop_timer *));
	if (!heap)
		return -ERR_NOMEM;
	l->heap = heap;
	l->heap_cap = timers + 1;
	return 0;
}

int loop_set(struct loop *l, struct loop_timer *t, usec at)
{
	if (at == USEC_NEVER) {
		loop_unset(l, t);
		return 0;
	}
	if (t->place) {
		if (t->at != at) {
			t->at = at;
			settle(l, t, t->place);
		}
		return 0;
	}
	if (l->heap_len + 2 > l->heap_cap) {
		int err = loop_reserve(l, l->heap_cap ? l->heap_cap * 2 : 64);
		if (err < 0)
			return err;
	}
	t->at = at;
	sift_up(l, t, ++l->heap_len);
	return 0;
}

void loop_unset(struct loop *l, struct loop_timer *t)
{
	if (!t->place)
		return;
	size_t place = t->place;
	struct loop_timer *last = l->heap[l->heap_len--];
	t->place = 0;
	if (last != t)
		settle(l, last, place);
}
