/* A worker's events on their way to control: never waited for, never lost while there is memory,
 * always in order. When control's queue is full they wait here. One thread: the worker's. */
#ifndef MEDIA_WORKER_EVENTS_H
#define MEDIA_WORKER_EVENTS_H

#include "media/media.h"
#include "net/post.h"

enum {
	EVENTS_WAIT_MAX = 1 << 16, /* more than this, and control is not there any more */
	EVENTS_RETRY_MS = 5,
};

struct events {
	struct post *to; /* borrowed */
	struct media_event *waiting;
	size_t count;
	size_t cap;
	usec retry; /* USEC_NEVER: nothing waits */
};

void events_init(struct events *e, struct post *to);
void events_done(struct events *e);
void events_put(struct events *e, const struct media_event *ev);
/* Tries again with what waits. */
void events_flush(struct events *e, usec now);
usec events_deadline(const struct events *e);

#endif
