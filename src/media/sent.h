/* What a transport has sent lately, by transport-wide sequence number, until the receiver's
 * feedback says what became of it. A ring; made when the first packet is numbered. */
#ifndef MEDIA_SENT_H
#define MEDIA_SENT_H

#include "media/estimate.h"
#include "wire/twcc.h"

enum { SENT_CAP = 512 }; /* packets; a power of two: half a second of 8 Mbit/s */

struct sent_packet {
	uint32_t at;     /* usec modulo 2^32 */
	uint16_t len;    /* bytes on the wire */
	uint8_t probe;   /* number of the probe it belongs to; 0: none */
	uint8_t waits;   /* not yet reported */
};

struct sent {
	struct sent_packet *ring; /* owned; NULL: nothing numbered yet */
	uint16_t next;            /* number of the next packet */
	uint16_t count;           /* numbered since the start, at most SENT_CAP */
	bool has_arrived;
	usec arrived;             /* newest arrival on an unwrapped clock of the receiver's */
	usec arrived_raw;         /* the same, as it was told */
};

/* What a feedback says of one packet. */
struct sent_report {
	struct estimate_packet packet;
	uint8_t probe;
};

/* Numbers a packet of len bytes that leaves now. -ERR_NOMEM */
NODISCARD int sent_add(struct sent *s, unsigned len, uint8_t probe, usec now, uint16_t *ret_seq);

/* Walks a feedback: gives the next packet that was not reported before. False: no more. */
bool sent_next(struct sent *s, struct twcc *feedback, usec now, struct sent_report *ret);

void sent_done(struct sent *s);

#endif
