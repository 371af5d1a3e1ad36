/* RFC 4571: packets in a TCP stream, each behind a length of two bytes, as ICE-TCP (RFC 6544)
 * carries STUN, DTLS and SRTP.
 *
 * The deframer is fed what came from the stream, in whatever pieces, and gives whole packets. A
 * packet that lies whole in a piece is a span into it; one that is cut is gathered in a buffer
 * that the owner lends. No clock, no heap.
 *
 *     struct rd in = rd_init(piece);
 *     while ((rc = frame4571_recv(&f, &in, &pkt)) > 0)
 *         take(pkt);
 *     if (rc < 0)
 *         close the connection: its framing can't be found again
 */
#ifndef WIRE_FRAME4571_H
#define WIRE_FRAME4571_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	FRAME4571_HEAD_LEN = 2,
	FRAME4571_LEN_MAX = 65535,
};

struct frame4571 {
	/* borrowed */
	uint8_t *buf; /* for one cut packet */
	size_t cap;

	/* state */
	uint8_t head[FRAME4571_HEAD_LEN];
	uint8_t head_len; /* bytes of the length that have come */
	size_t want;      /* of the packet being gathered, once its length is known */
	size_t have;      /* bytes of it in buf */
	bool broken;
};

/* buf lives as long as f does. cap is also the longest packet that is taken. */
void frame4571_init(struct frame4571 *f, void *buf, size_t cap);

/* Takes bytes from `in` until a packet is whole or `in` is empty. Packets of length 0 are passed
 * over (RFC 4571 2 allows them).
 * 1 and ret_pkt: valid until the next call, and while the piece behind `in` is; 0 nothing more in
 * this piece; -ERR_PROTO a packet longer than cap: the stream is of no use any more, every later
 * call says so again */
NODISCARD int frame4571_recv(struct frame4571 *f, struct rd *in, struct span *ret_pkt);

/* The two bytes that go before a packet of len bytes; len at most FRAME4571_LEN_MAX. */
void frame4571_write_head(uint8_t dst[FRAME4571_HEAD_LEN], size_t len);

#endif
