/* What a peer's line carries, and finding out whether it carries more.
 *
 * Every packet to the peer is numbered (transport-wide) as it leaves; the peer's feedback feeds
 * the estimate. What is sent is mostly less than the line carries, so the estimate alone would
 * never learn that there is room for a better picture: when one waits for room, a *probe* fills
 * the stream up to the rate asked about for a few milliseconds with packets sent before (repairs
 * that nobody asked for), and the rate at which they arrive is the answer. A machine: no output of
 * its own but the number of bytes to fill up with. */
#ifndef MEDIA_BUDGET_H
#define MEDIA_BUDGET_H

#include "media/pace.h"
#include "media/sent.h"

enum { BUDGET_PROBE_BYTES = 7200 };          /* a probe is at least so much … */

#define BUDGET_PROBE (25 * USEC_PER_MS)       /* … lasts at least so long … */
#define BUDGET_PROBE_MOST (150 * USEC_PER_MS) /* … and no longer; it goes … */
#define BUDGET_STEP (5 * USEC_PER_MS)         /* … in steps of this */

struct budget_probe {
	uint8_t number; /* of the newest; 0: none yet */
	bool runs;
	uint32_t rate;  /* asked about, bit/s */
	usec since, step_at;
	uint64_t sent;  /* bytes since it began, whatever they were sent for */

	/* of the newest, as reported */
	unsigned packets;
	uint64_t bytes, first_bytes;
	usec sent_first, sent_last, first, last; /* our clock, receiver's clock */
	usec decide_at;      /* USEC_NEVER: decided */

	/* when to ask again */
	usec next_at, wait;
};

struct budget {
	struct sent sent;
	struct estimate estimate;
	struct budget_probe probe;
	struct pace pace;
	bool known; /* a feedback has come */
};

/* most: bit/s that an estimate may reach. */
void budget_init(struct budget *b, uint32_t most);
void budget_done(struct budget *b);

/* Numbers a packet of len bytes on the wire. -ERR_NOMEM */
NODISCARD int budget_number(struct budget *b, unsigned len, usec now, uint16_t *ret_seq);

/* A feedback has come. rtt: 0 unknown */
void budget_feedback(struct budget *b, struct twcc *feedback, usec rtt, usec now);

/* bit/s that may be sent; UINT32_MAX as long as nothing is known. */
uint32_t budget_rate(const struct budget *b);

/* There would be a use for so much, bit/s; 0: for no more. May begin a probe. */
void budget_want(struct budget *b, uint32_t rate, usec now);

/* Bytes to fill up with now; call when budget_deadline is due. 0: none */
unsigned budget_fill(struct budget *b, usec now);

/* When the next step of a probe, or its verdict, is due; USEC_NEVER. */
usec budget_deadline(const struct budget *b);

#endif
