/* RTP headers (RFC 3550 5.1) and their extensions (RFC 8285): read in one pass, written anew.
 *
 * A packet is parsed once on its way in; what it is forwarded with is a fresh header, as CSRC,
 * sequence number, timestamp and extension ids are the receiver's. The payload is never copied
 * here. Spans point into the packet. Safe from any thread. */
#ifndef WIRE_RTP_H
#define WIRE_RTP_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	RTP_HEADER_LEN = 12,
	RTP_CSRC_MAX = 15,
	RTP_EXT_COUNT_MAX = 32,  /* elements looked at in one packet */
	RTP_EXT_ID_MAX = 14,     /* in the one-byte form; 255 in the two-byte form */
	RTP_HEADER_LEN_MAX = 512, /* of what rtp_write_header makes of sensible input */
};

struct rtp {
	uint8_t pt; /* 0 to 127 */
	bool marker;
	bool padding; /* the P bit */
	uint16_t seq;
	uint32_t ts;
	uint32_t ssrc;

	uint8_t csrc_count;
	struct span csrc; /* csrc_count * 4 bytes; rtp_csrc reads one */

	uint16_t ext_profile; /* 0: no extension */
	struct span ext;      /* its elements, behind profile and length */

	size_t header_len;   /* with CSRCs and extension */
	size_t pad_len;      /* bytes of padding at the end, 0 before rtp_unpad */
	struct span payload; /* without padding, once rtp_unpad has run */
};

/* A first look by RFC 7983 7: may this be RTP or RTCP (first byte 128 to 191)? */
bool rtp_is(struct span pkt);

/* And of the two, is it RTCP (RFC 5761 4: second byte 192 to 223)? */
bool rtp_is_rtcp(struct span pkt);

/* Reads the header of a packet that is still encrypted: everything that SRTP leaves in the clear.
 * payload is all that follows, padding and authentication tag with it.
 * 0; -ERR_PROTO malformed */
NODISCARD int rtp_parse_header(struct span pkt, struct rtp *ret_rtp);

/* Takes the padding off the payload, which is in the clear and exact by now.
 * 0; -ERR_PROTO the count of padding is 0 or more than there is. RFC 3550 5.1 */
NODISCARD int rtp_unpad(struct rtp *rtp);

/* Both, for a packet in the clear. */
NODISCARD int rtp_parse(struct span pkt, struct rtp *ret_rtp);

/* CSRC number i, below csrc_count. */
uint32_t rtp_csrc(const struct rtp *rtp, unsigned i);

/* One element of a header extension. */
struct rtp_ext {
	uint8_t id;
	struct span data;
};

/* Walks the elements; a malformed rest ends the walk, as does id 15 in the one-byte form
 * (RFC 8285 4.2). Other profiles than the two of RFC 8285 have no elements. */
struct rtp_ext_iter {
	struct rd in;
	bool two_byte;
	uint8_t left; /* of RTP_EXT_COUNT_MAX */
};

struct rtp_ext_iter rtp_ext_each(const struct rtp *rtp);
bool rtp_ext_next(struct rtp_ext_iter *it, struct rtp_ext *ret_ext);

/* The first element with this id. False: none. */
bool rtp_ext_find(const struct rtp *rtp, uint8_t id, struct span *ret_data);

/* What a header is written from. All borrowed. */
struct rtp_head {
	bool marker;
	bool padding; /* set the P bit; the caller appends the padding */
	uint8_t pt;
	uint16_t seq;
	uint32_t ts;
	uint32_t ssrc;
	const uint32_t *csrc;
	unsigned csrc_count; /* at most RTP_CSRC_MAX */
	const struct rtp_ext *ext;
	unsigned ext_count; /* at most RTP_EXT_COUNT_MAX */
};

/* Appends a header. Extensions take the one-byte form unless one of them has an id above 14, no
 * data or more than 16 bytes; then all take the two-byte form, which must have been negotiated.
 * The cursor is bad when there is no room, or an id is 0, or a count or length too large. */
void rtp_write_header(struct wr *w, const struct rtp_head *head);

/* Appends padding: len - 1 zeros and len itself. 1 to 255. RFC 3550 5.1 */
void rtp_write_padding(struct wr *w, uint8_t len);

#endif
