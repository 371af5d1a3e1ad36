/* When whose turn is next: a heap of times, so that a worker with thousands of peers finds those
 * that are due without asking each. Entries live inside what they stand for. */
#ifndef MEDIA_AGENDA_H
#define MEDIA_AGENDA_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>

struct agenda_entry {
	usec at;
	int place; /* in the heap, from 1; 0: not in it */
	void *of;  /* what it stands for */
	void (*due)(void *of, usec now); /* called by forward_tick; the entry is out by then */
};

struct agenda {
	struct agenda_entry **heap; /* owned; [0] is not used */
	int count, cap;
};

void agenda_done(struct agenda *a);

/* Makes room for one more entry than there are: agenda_set can't fail then. -ERR_NOMEM */
NODISCARD int agenda_reserve(struct agenda *a, int entries);

/* Puts an entry in, or moves it. USEC_NEVER takes it out. */
void agenda_set(struct agenda *a, struct agenda_entry *e, usec at);

/* As agenda_set, but never to a later time. */
void agenda_sooner(struct agenda *a, struct agenda_entry *e, usec at);

/* The earliest time; USEC_NEVER: empty. */
usec agenda_next(const struct agenda *a);

/* Takes the earliest entry out, if it is due; else NULL. */
struct agenda_entry *agenda_take(struct agenda *a, usec now);

#endif
