/* Transport-wide feedback to a sender: when each of its packets came (wire/twcc.h).
 *
 * Without it a browser's estimate of its line stays where it starts. One space of numbers for the
 * whole transport, all streams together. A feedback leaves every 50 ms while much comes, every
 * 100 ms otherwise, and at once when the list is half full. */
#ifndef MEDIA_FEEDBACK_H
#define MEDIA_FEEDBACK_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "wire/twcc.h"

enum {
	FEEDBACK_MAX = 128,  /* arrivals that wait */
	FEEDBACK_FULL = 64,  /* as many are sent at once: a batch still has room behind them */
	FEEDBACK_MANY = 16,  /* as many are worth a feedback of their own after the short time */
	FEEDBACK_JUMP = 1024, /* a number this far from the newest begins anew */
};

#define FEEDBACK_SHORT (50 * USEC_PER_MS)
#define FEEDBACK_LONG (100 * USEC_PER_MS)

struct feedback {
	struct twcc_out out;
	bool started;
	uint16_t top; /* newest number that came */
	unsigned count;
	usec since; /* arrival of the first that waits */
	struct twcc_arrival arrivals[FEEDBACK_MAX]; /* by number */
};

/* sender: our SSRC in RTCP. */
void feedback_init(struct feedback *f, uint32_t sender);

/* A packet with transport-wide number seq came. media: its SSRC. */
void feedback_add(struct feedback *f, uint16_t seq, uint32_t media, usec at);

/* When a feedback is due; 0: at once, enough wait; USEC_NEVER: nothing does. */
usec feedback_deadline(const struct feedback *f);

/* Appends one feedback packet. True: more waits, call again with fresh room. */
bool feedback_write(struct feedback *f, struct wr *w);

#endif
