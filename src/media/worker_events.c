/* A list behind a queue that may be full. */
#include "media/worker_events.h"

#include <stdlib.h>

void events_init(struct events *e, struct post *to)
{
	*e = (struct events){.to = to, .retry = USEC_NEVER};
}

void events_done(struct events *e)
{
	free(e->waiting);
	*e = (struct events){.retry = USEC_NEVER};
}

void events_put(struct events *e, const struct media_event *ev)
{
	if (e->count == 0 && post_send(e->to, ev) == 0)
		return;
	if (e->count == e->cap) {
		size_t cap = e->cap ? e->cap * 2 : 64;
		struct media_event *waiting =
			cap <= EVENTS_WAIT_MAX ? realloc(e->waiting, cap * sizeof *waiting) : NULL;
		if (!waiting)
			return;
		e->waiting = waiting;
		e->cap = cap;
	}
	e->waiting[e->count++] = *ev;
	e->retry = 0; /* the flush at the end of this turn */
}

void events_flush(struct events *e, usec now)
{
	if (e->count == 0)
		return;
	size_t sent = 0;
	while (sent < e->count && post_send(e->to, &e->waiting[sent]) == 0)
		sent++;
	e->count -= sent;
	memmove(e->waiting, e->waiting + sent, e->count * sizeof *e->waiting);
	e->retry = e->count ? now + EVENTS_RETRY_MS * USEC_PER_MS : USEC_NEVER;
}

usec events_deadline(const struct events *e)
{
	return e->retry;
}
