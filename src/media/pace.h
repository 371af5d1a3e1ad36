/* Packets of pictures that wait for their turn to a peer whose line is narrow.
 *
 * A keyframe is many times a picture's usual size. Sent at once it fills the queue before a
 * narrow line, delays the sound that comes behind it, and looks to the estimator like congestion.
 * So while the line is not much wider than what is sent, pictures leave as fast as it carries
 * them, in steps of PACE_STEP, and sound passes by. On a wide line nothing waits, and runs
 * of equal packets stay together. Bounded in time: what waits leaves within PACE_LONGEST, however
 * narrow the line. */
#ifndef MEDIA_PACE_H
#define MEDIA_PACE_H

#include "media/packet.h"
#include "media/rewrite.h"

enum {
	PACE_MOST = 1024,      /* packets that wait */
	PACE_WIDE_TIMES = 3,   /* an estimate so many times the rate sent: nothing waits */
};

#define PACE_STEP (5 * USEC_PER_MS)
#define PACE_LONGEST (250 * USEC_PER_MS)

struct downlink;

/* A packet with the numbers that it goes out with. */
struct pace_entry {
	struct downlink *slot; /* borrowed; pace_drop before it goes */
	struct packet *packet; /* a reference */
	uint32_t source;       /* number, its CSRC */
	struct rewrite_out out;
	uint16_t len;          /* bytes on the wire, about */
	uint8_t pt;
	bool marker;
};

struct pace {
	struct pace_entry *ring; /* owned; NULL: nothing has waited yet */
	unsigned cap, first, count; /* cap: a power of two */
	uint64_t bytes;          /* that wait */
	uint32_t rate;           /* bit/s; 0: nothing waits */
	usec free_at;            /* the line is busy until then with what has left */
	usec step_at;            /* when the next may leave */
};

/* What the line carries and what is sent over it, bit/s; carries UINT32_MAX: not known. */
void pace_set(struct pace *p, uint32_t carries, uint32_t sent);

/* Must a picture's packet wait now? */
bool pace_holds(const struct pace *p, usec now);

/* Takes the entry with a reference of its own. -ERR_FULL, -ERR_NOMEM: send it now */
NODISCARD int pace_put(struct pace *p, const struct pace_entry *e, usec now);

/* Something has left, whatever it was. */
void pace_left(struct pace *p, unsigned len, usec now);

/* Gives the next that may leave now, and its reference. False: none. */
bool pace_next(struct pace *p, usec now, struct pace_entry *ret);

/* When pace_next has something; USEC_NEVER. */
usec pace_deadline(const struct pace *p);

/* A slot goes: what waits in it is forgotten. */
void pace_drop(struct pace *p, const struct downlink *slot);
void pace_done(struct pace *p);

#endif
