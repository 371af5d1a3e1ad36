/* A worker's counters as another thread may read them: written down by the worker once a second
 * while something happens, each by itself, so a sum of them is right to within a second. */
#ifndef MEDIA_WORKER_COUNTS_H
#define MEDIA_WORKER_COUNTS_H

#include "media/forward.h"
#include "media/media.h"
#include "net/udp.h"

enum { COUNTS_FIELDS = sizeof(struct media_counts) / sizeof(uint64_t) };

#define COUNTS_EVERY USEC_PER_SEC

struct counts {
	/* both threads */
	_Atomic uint64_t field[COUNTS_FIELDS]; /* a struct media_counts */
	/* the worker's */
	usec due; /* 0: nothing has happened since the last time */
};

/* What is counted; borrowed for the call. */
struct counts_of {
	const struct udp *udp;
	const struct forward *forward;
	const struct packet_pool *pool;
};

/* At the end of each of the worker's turns: writes down what is due. */
void counts_turn(struct counts *c, const struct counts_of *of, usec now);
/* When the worker should have a turn for it; USEC_NEVER: no need. */
usec counts_deadline(const struct counts *c);

/* Adds what was written down. Any thread. */
void counts_add(struct counts *c, struct media_counts *sum);

#endif
