/* RTCP (RFC 3550 6), feedback (RFC 4585, RFC 5104) and REMB: compound packets taken apart and
 * put together. Reduced-size packets (RFC 5506) are welcome: no packet has to be the first.
 *
 *     struct rd in = rd_init(pkt);
 *     while ((rc = rtcp_next(&in, &p)) > 0)
 *         switch (p.type) …
 *
 * Each kind then has its `rtcp_parse_…` or an iteration over `rd`; unknown kinds are passed over.
 * Transport-wide feedback (RTPFB 15) is twcc.h. Spans point into the packet. The writers append
 * one packet each to a cursor, so a compound is written by calling several. Any thread. */
#ifndef WIRE_RTCP_H
#define WIRE_RTCP_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	RTCP_HEADER_LEN = 4,
	RTCP_COMPOUND_MAX = 64, /* packets in one datagram that a caller should look at */
	RTCP_COUNT_MAX = 31,    /* blocks, chunks or sources in one packet: five bits */
	RTCP_BLOCK_LEN = 24,
	RTCP_CNAME_MAX = 255,
	RTCP_NACK_MAX = 256, /* sequence numbers taken from or put into one NACK */
	RTCP_FIR_MAX = 16,   /* entries worth taking from one FIR */
};

enum rtcp_type {
	RTCP_SR = 200,
	RTCP_RR = 201,
	RTCP_SDES = 202,
	RTCP_BYE = 203,
	RTCP_APP = 204,
	RTCP_RTPFB = 205, /* transport feedback, count is its format */
	RTCP_PSFB = 206,  /* payload-specific feedback, count is its format */
	RTCP_XR = 207,
};

enum rtcp_fmt {
	RTCP_RTPFB_NACK = 1,
	RTCP_RTPFB_TWCC = 15,
	RTCP_PSFB_PLI = 1,
	RTCP_PSFB_FIR = 4,
	RTCP_PSFB_REMB = 15, /* application layer feedback that begins with "REMB" */
};

/* One packet of a compound. */
struct rtcp {
	uint8_t type;
	uint8_t count;    /* reports, chunks, sources; of feedback the format */
	struct span body; /* behind the four bytes of the header, without padding */
};

/* 1 and the next packet; 0 the compound ended exactly; -ERR_PROTO a length or version lies, or
 * padding stands elsewhere than in the last packet. RFC 3550 6.1, 6.4.1, A.2 */
NODISCARD int rtcp_next(struct rd *in, struct rtcp *ret_packet);

/* The first SSRC of the body: who sent it. 0 when the body is shorter than that. */
uint32_t rtcp_sender(const struct rtcp *p);

/* ── Reports ── */

struct rtcp_sr {
	uint32_t ssrc;
	uint64_t ntp; /* 32.32 since 1900 */
	uint32_t ts;  /* the same moment on the RTP clock */
	uint32_t packets;
	uint32_t octets;
};

struct rtcp_block {
	uint32_t ssrc;
	uint8_t fraction_lost; /* of 256 */
	int32_t lost;          /* cumulative, 24 bits with sign */
	uint32_t highest_seq;  /* extended by cycles */
	uint32_t jitter;       /* RTP clock */
	uint32_t lsr;          /* the middle of the last SR's ntp; 0: none yet */
	uint32_t dlsr;         /* 1/65536 s */
};

/* -ERR_PROTO: not an SR, or too short for its blocks. RFC 3550 6.4.1 */
NODISCARD int rtcp_parse_sr(const struct rtcp *p, struct rtcp_sr *ret_sr);

/* Report block i of an SR or RR, i below count. -ERR_NOTFOUND: there is no such; -ERR_PROTO: not
 * a report, or too short. RFC 3550 6.4 */
NODISCARD int rtcp_parse_block(const struct rtcp *p, unsigned i, struct rtcp_block *ret_block);

/* count at most RTCP_COUNT_MAX; blocks may be NULL when 0. */
void rtcp_write_sr(struct wr *w, const struct rtcp_sr *sr, const struct rtcp_block *blocks,
				   unsigned count);
void rtcp_write_rr(struct wr *w, uint32_t ssrc, const struct rtcp_block *blocks, unsigned count);

/* ── Who, and goodbye ── */

/* Walks the chunks of an SDES. `in` starts as rd_init(p->body).
 * 1: ret_ssrc and ret_cname, empty when the chunk has none; 0 the end; -ERR_PROTO. RFC 3550 6.5 */
NODISCARD int rtcp_sdes_next(struct rd *in, uint32_t *ret_ssrc, struct span *ret_cname);
void rtcp_write_sdes(struct wr *w, uint32_t ssrc, struct span cname);

struct rtcp_bye {
	uint8_t count;
	struct span ssrcs; /* count * 4 bytes; get_u32 reads one */
	struct span reason;
};

/* -ERR_PROTO: not a BYE, or its count or reason goes past the end. RFC 3550 6.6 */
NODISCARD int rtcp_parse_bye(const struct rtcp *p, struct rtcp_bye *ret_bye);
void rtcp_write_bye(struct wr *w, const uint32_t *ssrcs, unsigned count, struct span reason);

/* ── Feedback (RFC 4585 6.1) ── */

struct rtcp_fb {
	uint32_t sender;
	uint32_t media;  /* the stream it is about; 0 in FIR and REMB */
	struct span fci; /* the feedback control information */
};

/* -ERR_PROTO: neither RTPFB nor PSFB, or shorter than two SSRCs. */
NODISCARD int rtcp_parse_fb(const struct rtcp *p, struct rtcp_fb *ret_fb);

/* The sequence numbers of a generic NACK, in its order. cap: room in seqs; the rest is dropped.
 * Returns how many, or -ERR_PROTO when fci is no run of entries. RFC 4585 6.2.1 */
NODISCARD int rtcp_parse_nack(struct span fci, uint16_t *ret_seqs, size_t cap);

/* seqs ascending by seq_before; the writer packs runs into masks. count at most RTCP_NACK_MAX,
 * none when 0. */
void rtcp_write_nack(struct wr *w, uint32_t sender, uint32_t media, const uint16_t *seqs,
					 size_t count);

/* PLI: rtcp_parse_fb says it all. RFC 4585 6.3.1 */
void rtcp_write_pli(struct wr *w, uint32_t sender, uint32_t media);

/* Walks the entries of a FIR. `in` starts as rd_init(fb.fci). 1: an entry; 0 the end;
 * -ERR_PROTO. RFC 5104 4.3.1 */
NODISCARD int rtcp_fir_next(struct rd *in, uint32_t *ret_ssrc, uint8_t *ret_command);

/* command: grows by one with each new request, stays when one is repeated. */
void rtcp_write_fir(struct wr *w, uint32_t sender, uint32_t media, uint8_t command);

struct rtcp_remb {
	uint64_t rate_bps;
	uint8_t count;
	struct span ssrcs; /* count * 4 bytes */
};

/* -ERR_UNSUPP: application feedback of another kind; -ERR_PROTO malformed, or a rate beyond 64
 * bits. draft-alvestrand-rmcat-remb-03 2.2 */
NODISCARD int rtcp_parse_remb(struct span fci, struct rtcp_remb *ret_remb);
void rtcp_write_remb(struct wr *w, uint32_t sender, uint64_t rate_bps, const uint32_t *ssrcs,
					 unsigned count);

/* ── For writers of further kinds ── */

/* Begins a packet; returns where it stands. `end` pads to four bytes with zeros and sets the
 * length. */
size_t rtcp_write_begin(struct wr *w, uint8_t type, uint8_t count);
void rtcp_write_end(struct wr *w, size_t at);

#endif
