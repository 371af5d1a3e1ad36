/* The numbers of a slot: one unbroken stream for the receiver, whatever it is put together from.
 *
 * Sequence number, timestamp and VP8 picture numbers of what comes in are mapped by *runs*. A run
 * is a stretch of one incoming stream that is shifted by the same amounts; a change of source,
 * layer or codec starts the next. The last REWRITE_RUNS are kept, so that a number which the
 * receiver asks for again leads back to the packet it was made from. Gaps stay gaps: a lost packet
 * can still be repaired, and then has its place.
 *
 * Timestamps follow the server's clock: a run begins where that clock stands, or just behind what
 * was sent, and goes on by the sender's. A run may be *compressed*: a picture's past, sent all at
 * once, takes a few milliseconds of the receiver's timeline instead of the time it took, as the
 * receiver would otherwise lag by that much. Pure; no heap; any thread. */
#ifndef MEDIA_REWRITE_H
#define MEDIA_REWRITE_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

enum {
	REWRITE_RUNS = 16,       /* a power of two; a switch of layer or source takes one or two */
	REWRITE_REACH = 8192,    /* sequence numbers a late packet may lie behind the newest */
	REWRITE_STEP_MS = 1,     /* least advance of the timestamp between runs */
	REWRITE_BURST_MS = 20,   /* timeline that a compressed run takes at most */
	REWRITE_LEAP_S = 10,     /* a timestamp this far from the server's clock is a leap */
};

struct rewrite_run {
	uint32_t ts_in, ts_out;  /* out = ts_out + (in - ts_in >> shrink) */
	uint16_t seq_out;        /* first packet of the run */
	uint16_t seq_delta;      /* out less in */
	uint16_t picture_delta;
	uint8_t tl0_delta;
	uint8_t layer : 3;
	uint8_t shrink : 5;
};

struct rewrite {
	/* given */
	uint32_t clock;   /* Hz */
	uint32_t ts_base; /* timestamp at time 0 of the server's clock */

	/* state */
	bool started;         /* something has been sent */
	uint16_t next_seq;    /* behind the newest sent */
	uint32_t last_ts;     /* newest timestamp sent */
	uint16_t picture;     /* newest picture id and TL0PICIDX sent */
	uint8_t tl0;
	int32_t skew;         /* smoothed: last_ts less the server's clock at that packet's arrival */
	uint8_t head, count;  /* newest run; how many */
	struct rewrite_run runs[REWRITE_RUNS];
};

/* What an incoming packet has by way of numbers. picture and tl0: 0 where it has none. */
struct rewrite_in {
	uint16_t seq;
	uint32_t ts;
	uint16_t picture;
	uint8_t tl0;
};

struct rewrite_out {
	uint16_t seq;
	uint32_t ts;
	uint16_t picture;
	uint8_t tl0;
};

/* seq, ts, picture, tl0: where to begin; random. */
void rewrite_init(struct rewrite *r, uint32_t clock, const struct rewrite_out *first);

/* The numbers of another source follow: nothing sent so far can be asked for again. */
void rewrite_forget(struct rewrite *r);

/* A run of `layer` begins with packet `in`.
 * span  RTP clock from `in` to the newest packet that is sent at once with it; 0: none is. When it
 *       is longer than REWRITE_BURST_MS the run is compressed until rewrite_live
 * at    when that newest packet arrived: where its timestamp goes, or behind what was sent */
void rewrite_start(struct rewrite *r, unsigned layer, const struct rewrite_in *in, uint32_t span,
				   usec at);

/* What comes behind `newest`, a packet of the run, passes at the sender's pace. */
void rewrite_live(struct rewrite *r, const struct rewrite_in *newest);

/* Looks at a packet ahead of rewrite_map. When it is newer than all before and its timestamp has
 * leapt, what follows is put on the server's clock again. */
void rewrite_watch(struct rewrite *r, unsigned layer, const struct rewrite_in *in, usec at);

/* The numbers a packet of `layer` goes out with.
 * -ERR_NOTFOUND: it belongs to no run: it comes from before a switch, or too late */
NODISCARD int rewrite_map(const struct rewrite *r, unsigned layer, const struct rewrite_in *in,
						  struct rewrite_out *ret_out);

/* Notes that it was sent; the newest one moves the stream on. at: its arrival */
void rewrite_sent(struct rewrite *r, const struct rewrite_out *out, usec at);

/* Which packet went out as seq. -ERR_NOTFOUND: too long ago, or never. */
NODISCARD int rewrite_find(const struct rewrite *r, uint16_t seq, unsigned *ret_layer,
						   uint16_t *ret_seq_in);

/* The timestamp that goes with time `now`, for sender reports. */
uint32_t rewrite_ts_at(const struct rewrite *r, usec now);

#endif
