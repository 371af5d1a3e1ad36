/* One GLib source over an epoll set. Deadlines are not sorted: the set remembers the earliest one
 * it was told, and looks through the list when that passes, at most every WATCH_SCAN. Most
 * deadlines are moved on long before they pass, so a heap would be kept for nothing. */
#include "http/watch.h"

#include <glib-unix.h>
#include <glib.h>
#include <unistd.h>

enum { BATCH = 64 };
#define WATCH_SCAN (5 * USEC_PER_MS)

struct watch_set {
	GSource *source; /* owned */
	int epoll_fd;    /* owned */
	struct watch *first;
	usec earliest; /* no deadline is earlier */
	usec scanned;  /* when the list was last looked through */

	/* What is being dispatched; watch_del takes its watch out of it. */
	struct epoll_event batch[BATCH];
	int batch_len;
	struct watch *cursor; /* next of the scan */
};

struct source {
	GSource base;
	struct watch_set *set;
};

static void arm(struct watch_set *set)
{
	usec when = set->earliest;
	if (when != USEC_NEVER && when < set->scanned + WATCH_SCAN)
		when = set->scanned + WATCH_SCAN;
	g_source_set_ready_time(set->source, when == USEC_NEVER ? -1 : when);
}

static void dispatch_ready(struct watch_set *set)
{
	set->batch_len = epoll_wait(set->epoll_fd, set->batch, BATCH, 0);
	for (int i = 0; i < set->batch_len; i++) {
		struct watch *watch = set->batch[i].data.ptr;
		if (watch)
			watch->ready(watch, set->batch[i].events);
	}
	set->batch_len = 0;
}

static void dispatch_deadlines(struct watch_set *set)
{
	usec now = clock_mono();
	if (now < set->earliest)
		return;
	set->scanned = now;
	set->earliest = USEC_NEVER;
	for (struct watch *watch = set->first; watch; watch = set->cursor) {
		set->cursor = watch->next;
		if (watch->deadline <= now) {
			watch->deadline = USEC_NEVER;
			watch->ready(watch, 0);
		} else {
			set->earliest = usec_min(set->earliest, watch->deadline);
		}
	}
	set->cursor = NULL;
}

static gboolean dispatch(GSource *base, GSourceFunc callback, gpointer data)
{
	struct watch_set *set = ((struct source *)base)->set;
	dispatch_ready(set);
	dispatch_deadlines(set);
	arm(set);
	return G_SOURCE_CONTINUE;
}

struct watch_set *watch_set_new(void)
{
	static GSourceFuncs funcs = {.dispatch = dispatch};
	struct watch_set *set = g_new0(struct watch_set, 1);
	set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	BUG_IF(set->epoll_fd < 0);
	set->earliest = USEC_NEVER;
	set->source = g_source_new(&funcs, sizeof(struct source));
	((struct source *)set->source)->set = set;
	g_source_set_static_name(set->source, "http");
	g_source_add_unix_fd(set->source, set->epoll_fd, G_IO_IN);
	g_source_attach(set->source, NULL);
	return set;
}

void watch_set_free(struct watch_set **set)
{
	struct watch_set *s = *set;
	if (!s)
		return;
	while (s->first)
		watch_del(s->first);
	g_source_destroy(s->source);
	g_source_unref(s->source);
	close(s->epoll_fd);
	g_free(s);
	*set = NULL;
}

int watch_add(struct watch_set *set, struct watch *watch)
{
	struct epoll_event event = {.events = watch->events, .data.ptr = watch};
	if (watch->fd >= 0 && epoll_ctl(set->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return -ERR_IO;
	watch->deadline = USEC_NEVER;
	watch->set = set;
	watch->prev = NULL;
	watch->next = set->first;
	if (set->first)
		set->first->prev = watch;
	set->first = watch;
	return 0;
}

void watch_del(struct watch *watch)
{
	struct watch_set *set = watch->set;
	if (!set)
		return;
	if (watch->fd >= 0)
		epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < set->batch_len; i++)
		if (set->batch[i].data.ptr == watch)
			set->batch[i].data.ptr = NULL;
	if (set->cursor == watch)
		set->cursor = watch->next;
	if (watch->next)
		watch->next->prev = watch->prev;
	if (watch->prev)
		watch->prev->next = watch->next;
	else
		set->first = watch->next;
	watch->set = NULL;
	watch->prev = watch->next = NULL;
}

void watch_want(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	if (!watch->set || watch->events == events)
		return;
	watch->events = events;
	if (watch->fd >= 0)
		epoll_ctl(watch->set->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void watch_deadline(struct watch *watch, usec deadline)
{
	watch->deadline = deadline;
	if (watch->set && deadline < watch->set->earliest) {
		watch->set->earliest = deadline;
		arm(watch->set);
	}
}
