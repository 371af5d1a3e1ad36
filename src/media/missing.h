/* The packets of an incoming stream that have not come: which to ask for, and when.
 *
 * A gap is asked for a little after it was seen, or at once when several newer packets have come
 * since (it is no reordering then); again once a round trip, a few times; then given up. */
#ifndef MEDIA_MISSING_H
#define MEDIA_MISSING_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

enum {
	MISSING_MAX = 256,  /* packets waited for; a wider gap is given up at once */
	MISSING_TRIES = 10,
	MISSING_REORDER = 2, /* newer packets that may overtake one without its being lost */
};

#define MISSING_WAIT (12 * USEC_PER_MS)     /* before the first request */
#define MISSING_RTT (100 * USEC_PER_MS)     /* between requests while the round trip is unknown */
#define MISSING_RTT_MIN (20 * USEC_PER_MS)  /* … and however short it is */

struct missing_packet {
	uint16_t seq;
	uint8_t tries;
	uint32_t at_ms; /* of the last request, or when it was missed; since `epoch` */
};

struct missing {
	unsigned count;
	usec epoch;
	usec deadline; /* of the next request; USEC_NEVER */
	struct missing_packet packets[MISSING_MAX]; /* by seq, oldest first */
};

void missing_init(struct missing *m);

/* A packet came that is newer than all before: everything between top (the newest so far) and it
 * is missing now. -ERR_FULL: too much, the list is empty now, and the stream needs a new start. */
NODISCARD int missing_gap(struct missing *m, uint16_t top, uint16_t seq, usec now);

/* One came after all. False: it was not waited for. */
bool missing_found(struct missing *m, uint16_t seq);

/* Nothing before seq is needed any more. */
void missing_forget_before(struct missing *m, uint16_t seq);

/* What to ask for now, oldest first.
 * rtt   round trip; 0: unknown
 * top   the newest packet that came
 * cap   room in seqs
 * ret_lost  whether one was given up
 * Returns how many */
unsigned missing_due(struct missing *m, usec rtt, uint16_t top, usec now, uint16_t *ret_seqs,
					 unsigned cap, bool *ret_lost);

#endif
