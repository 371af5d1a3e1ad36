/* Is a queue building up on the way to a receiver? Told from how the gaps between groups of
 * packets grow from sending to arrival, before anything is lost.
 *
 * Packets that leave within TREND_GROUP of each other, or come in a burst, are one group. The
 * delay that each group has gathered over the one before is summed and smoothed; a line is fitted
 * through the last TREND_LINE sums; its slope against a threshold that adapts to the line's own
 * jitter is the verdict. The algorithm and its constants are those of Google Congestion Control
 * (draft-ietf-rmcat-gcc-02 5, with the line in place of the Kalman filter). Pure; no heap. */
#ifndef MEDIA_TREND_H
#define MEDIA_TREND_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum { TREND_LINE = 20 };

#define TREND_GROUP (5 * USEC_PER_MS)
#define TREND_BURST (100 * USEC_PER_MS) /* a burst lasts no longer */
#define TREND_LEAP (3 * USEC_PER_SEC)   /* a clock that jumps so far begins anew */

enum trend_state {
	TREND_NORMAL,
	TREND_OVER,  /* a queue grows */
	TREND_UNDER, /* a queue drains */
};

struct trend_group {
	usec sent, sent_last;       /* first and last packet, our clock */
	usec arrived, arrived_last; /* receiver's clock */
	bool is;                    /* false: none yet */
};

struct trend {
	struct trend_group now, before;

	/* the line */
	unsigned count;   /* deltas seen, up to 60 */
	unsigned next;    /* place of the next point */
	double sum, smooth; /* ms */
	usec origin;      /* arrival of the first point */
	double at[TREND_LINE], delay[TREND_LINE]; /* ms */

	/* the verdict */
	enum trend_state state;
	double slope;     /* as last fitted, smoothed ms a ms */
	double threshold; /* ms */
	usec judged;      /* arrival at which the threshold last moved; 0: never */
	double over_ms;   /* above the threshold for so long; negative: not */
	unsigned over_count;
};

void trend_init(struct trend *t);

/* One packet that arrived, in order of arrival as far as is known.
 * sent     our clock
 * arrived  receiver's clock, any origin */
void trend_add(struct trend *t, usec sent, usec arrived);

#endif
