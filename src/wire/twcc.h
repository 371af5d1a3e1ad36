/* Transport-wide congestion control feedback: which packets of a transport came, and when.
 * RTPFB format 15, draft-holmer-rmcat-transport-wide-cc-extensions-01 3.1.
 *
 * Writing: the arrivals of the last 50 to 100 ms in order of sequence number; what doesn't fit
 * one packet goes into the next. Reading: checked as a whole first, then walked, packet by
 * packet. Both are bounded by the bytes at hand. Any thread. */
#ifndef WIRE_TWCC_H
#define WIRE_TWCC_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "wire/rtcp.h"

enum {
	TWCC_STATUS_MAX = 2048, /* packets reported in one feedback that we write */
	TWCC_TICK_USEC = 250,
	TWCC_REF_USEC = 64000,
};

/* The receiver's reference time has 24 bits: it comes round after this long (12 days). */
#define TWCC_WRAP_USEC ((usec)TWCC_REF_USEC << 24)

struct twcc_arrival {
	uint16_t seq; /* transport-wide */
	usec at;      /* any monotonic clock that is not negative */
};

/* One stream of feedback that we send. */
struct twcc_out {
	/* given */
	uint32_t sender; /* our SSRC in RTCP */
	uint32_t media;  /* an SSRC of the stream reported; receivers ignore it */

	/* state */
	uint16_t next_seq; /* the next packet to report; set it to the first that came */
	uint8_t count;     /* of feedback packets, to find lost ones */
};

/* Appends one feedback packet on packets next_seq to the last arrival that fits, and moves
 * next_seq behind it. What is missing in between is reported lost.
 * arrivals  in order of seq (seq_before); those before next_seq, and doubles, are passed over.
 *           When the first lies more than TWCC_STATUS_MAX ahead, the report begins there
 * Returns how many arrivals are dealt with: call again with the rest when it is fewer than
 * count. 0 for none given, and nothing is written; nothing is written either when all were
 * passed over. -ERR_SPACE: not even one fits */
NODISCARD int twcc_write(struct wr *w, struct twcc_out *t, const struct twcc_arrival *arrivals,
						 size_t count);

/* One feedback that came. */
struct twcc {
	uint32_t sender;
	uint32_t media;
	uint16_t base_seq;
	uint16_t status_count; /* packets reported, 1 or more */
	uint8_t count;         /* the sender's count of feedbacks */
	int32_t ref;           /* reference time in 64 ms, 24 bits with sign */

	/* state of the walk */
	struct rd chunks;
	struct rd deltas;
	uint16_t left;      /* packets not yet given */
	uint16_t seq;       /* of the next */
	uint16_t chunk_left; /* symbols left in the chunk */
	uint16_t chunk;
	int64_t ticks;      /* since the reference time */
};

/* p: RTPFB with format RTCP_RTPFB_TWCC. Every chunk and delta is checked here.
 * 0; -ERR_PROTO malformed, a reserved symbol, or fewer deltas than packets received */
NODISCARD int twcc_parse(const struct rtcp *p, struct twcc *ret_twcc);

struct twcc_status {
	uint16_t seq;
	bool received;
	usec at; /* on the receiver's clock modulo TWCC_WRAP_USEC, in steps of 250; if received */
};

/* Gives the packets one by one. False: no more. */
bool twcc_next(struct twcc *t, struct twcc_status *ret_status);

/* From an earlier to a later `at`, also across the wrap. */
usec twcc_at_diff(usec later, usec earlier);

#endif
