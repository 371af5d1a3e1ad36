/* When to ask a sender for a keyframe: wishes of many receivers merged into few requests.
 *
 * The first wish is passed on at once; while it stands, the request is repeated, the first time
 * soon, as it may have been lost; requests keep a distance, since each costs the sender a picture
 * many times the usual size. Plain value. */
#ifndef MEDIA_KEYFRAME_H
#define MEDIA_KEYFRAME_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Least time between requests. The small layers' keyframes are cheap. */
#define KEYFRAME_PERIOD_LOW (500 * USEC_PER_MS)
#define KEYFRAME_PERIOD_HIGH (1000 * USEC_PER_MS)

/* Before the first repetition of a request that nothing came of. Browsers heed none sooner. */
#define KEYFRAME_RETRY (300 * USEC_PER_MS)

struct keyframe {
	usec period;  /* given: KEYFRAME_PERIOD_… */
	usec sent_at; /* of the last request; 0: none yet */
	bool wanted;
	uint8_t unanswered; /* requests since the last keyframe */
};

/* Somebody needs one. */
void keyframe_want(struct keyframe *k);

/* One began to arrive: wishes are met. */
void keyframe_seen(struct keyframe *k);

/* Is a request due? It counts as sent when so. */
bool keyframe_due(struct keyframe *k, usec now);

/* When the next is; USEC_NEVER: none is wanted. */
usec keyframe_deadline(const struct keyframe *k);

#endif
