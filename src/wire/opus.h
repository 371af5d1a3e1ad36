/* Opus packets (RFC 6716 3): how much sound one holds. Nothing is decoded. Any thread. */
#ifndef WIRE_OPUS_H
#define WIRE_OPUS_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	OPUS_RATE = 48000,       /* the RTP clock, whatever the sampling (RFC 7587 4.1) */
	OPUS_SAMPLES_MAX = 5760, /* 120 ms, the most that a packet may hold */
};

/* Samples at 48 kHz in one packet; -ERR_PROTO: empty, no frame, or more than 120 ms.
 * RFC 6716 3.1, 3.2 */
NODISCARD int opus_samples(struct span packet);

/* Is it a packet of discontinuous transmission: one or two bytes, so no sound in it that would be
 * missed (RFC 6716 2.1.9)? */
bool opus_is_dtx(struct span packet);

/* Coded as stereo: the s bit. */
bool opus_is_stereo(struct span packet);

#endif
