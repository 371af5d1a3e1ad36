/* RTCP: the walk over a compound, then for each kind its reader and its writer. */
#include "wire/rtcp.h"

enum {
	SR_LEN = 24, /* of the body, before its blocks */
	RR_LEN = 4,
	FB_LEN = 8,
	FIR_ENTRY_LEN = 8,
	SDES_END = 0,
	SDES_CNAME = 1,
	REMB_MANTISSA_BITS = 18,
};

/* Padding's own count need not be a multiple of four: senders of transport-wide feedback round
 * off their last word with it. */
int rtcp_next(struct rd *in, struct rtcp *ret_packet)
{
	if (in->bad)
		return -ERR_PROTO;
	if (rd_left(in) == 0)
		return 0;
	uint8_t first = rd_u8(in);
	uint8_t type = rd_u8(in);
	size_t words = rd_u16(in);
	struct span body = rd_take(in, words * 4);
	if (in->bad || first >> 6 != 2)
		return -ERR_PROTO;
	if (first >> 5 & 1) {
		if (rd_left(in) > 0 || body.len == 0)
			return -ERR_PROTO;
		size_t pad = body.ptr[body.len - 1];
		if (pad == 0 || pad > body.len)
			return -ERR_PROTO;
		body.len -= pad;
	}
	*ret_packet = (struct rtcp){.type = type, .count = first & 0x1f, .body = body};
	return 1;
}

uint32_t rtcp_sender(const struct rtcp *p)
{
	return p->body.len >= 4 ? get_u32(p->body.ptr) : 0;
}

size_t rtcp_write_begin(struct wr *w, uint8_t type, uint8_t count)
{
	size_t at = wr_len(w);
	wr_u8(w, (uint8_t)(2 << 6 | (count & 0x1f)));
	wr_u8(w, type);
	wr_u16(w, 0);
	return at;
}

void rtcp_write_end(struct wr *w, size_t at)
{
	size_t len = wr_len(w) - at;
	wr_uint(w, 0, (4 - len % 4) % 4);
	size_t words = (wr_len(w) - at) / 4 - 1;
	if (words > UINT16_MAX)
		w->bad = true;
	if (!w->bad)
		wr_patch_u16(w, at + 2, (uint16_t)words);
}

/* ── Reports ── */

/* Where the blocks of a report begin. */
static int blocks_at(const struct rtcp *p, size_t *ret_at)
{
	if (p->type != RTCP_SR && p->type != RTCP_RR)
		return -ERR_PROTO;
	size_t at = p->type == RTCP_SR ? SR_LEN : RR_LEN;
	if (p->body.len < at + (size_t)p->count * RTCP_BLOCK_LEN)
		return -ERR_PROTO;
	*ret_at = at;
	return 0;
}

int rtcp_parse_sr(const struct rtcp *p, struct rtcp_sr *ret_sr)
{
	size_t at;
	if (p->type != RTCP_SR || blocks_at(p, &at) < 0)
		return -ERR_PROTO;
	struct rd r = rd_init(p->body);
	struct rtcp_sr sr;
	sr.ssrc = rd_u32(&r);
	sr.ntp = rd_u64(&r);
	sr.ts = rd_u32(&r);
	sr.packets = rd_u32(&r);
	sr.octets = rd_u32(&r);
	*ret_sr = sr;
	return 0;
}

int rtcp_parse_block(const struct rtcp *p, unsigned i, struct rtcp_block *ret_block)
{
	size_t at;
	if (blocks_at(p, &at) < 0)
		return -ERR_PROTO;
	if (i >= p->count)
		return -ERR_NOTFOUND;
	struct rd r = rd_init(span_sub(p->body, at + (size_t)i * RTCP_BLOCK_LEN, RTCP_BLOCK_LEN));
	struct rtcp_block b;
	b.ssrc = rd_u32(&r);
	b.fraction_lost = rd_u8(&r);
	uint32_t lost = rd_u24(&r);
	b.lost = (int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0);
	b.highest_seq = rd_u32(&r);
	b.jitter = rd_u32(&r);
	b.lsr = rd_u32(&r);
	b.dlsr = rd_u32(&r);
	*ret_block = b;
	return 0;
}

static void write_blocks(struct wr *w, const struct rtcp_block *blocks, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct rtcp_block *b = &blocks[i];
		/* RFC 3550 6.4.1, A.3: clamped, not wrapped. */
		int32_t lost = b->lost;
		if (lost > 0x7fffff)
			lost = 0x7fffff;
		if (lost < -0x800000)
			lost = -0x800000;
		wr_u32(w, b->ssrc);
		wr_u8(w, b->fraction_lost);
		wr_u24(w, (uint32_t)lost & 0xffffff);
		wr_u32(w, b->highest_seq);
		wr_u32(w, b->jitter);
		wr_u32(w, b->lsr);
		wr_u32(w, b->dlsr);
	}
}

void rtcp_write_sr(struct wr *w, const struct rtcp_sr *sr, const struct rtcp_block *blocks,
				   unsigned count)
{
	BUG_IF(count > RTCP_COUNT_MAX);
	size_t at = rtcp_write_begin(w, RTCP_SR, (uint8_t)count);
	wr_u32(w, sr->ssrc);
	wr_u64(w, sr->ntp);
	wr_u32(w, sr->ts);
	wr_u32(w, sr->packets);
	wr_u32(w, sr->octets);
	write_blocks(w, blocks, count);
	rtcp_write_end(w, at);
}

void rtcp_write_rr(struct wr *w, uint32_t ssrc, const struct rtcp_block *blocks, unsigned count)
{
	BUG_IF(count > RTCP_COUNT_MAX);
	size_t at = rtcp_write_begin(w, RTCP_RR, (uint8_t)count);
	wr_u32(w, ssrc);
	write_blocks(w, blocks, count);
	rtcp_write_end(w, at);
}

/* ── Who, and goodbye ── */

int rtcp_sdes_next(struct rd *in, uint32_t *ret_ssrc, struct span *ret_cname)
{
	if (in->bad)
		return -ERR_PROTO;
	if (rd_left(in) == 0)
		return 0;
	const uint8_t *start = in->ptr;
	uint32_t ssrc = rd_u32(in);
	struct span cname = {0};
	for (;;) {
		uint8_t item = rd_u8(in);
		if (in->bad)
			return -ERR_PROTO;
		if (item == SDES_END)
			break;
		struct span text = rd_take(in, rd_u8(in));
		if (item == SDES_CNAME && cname.len == 0)
			cname = text;
	}
	/* A chunk fills whole words (RFC 3550 6.5). */
	size_t used = (size_t)(in->ptr - start);
	rd_skip(in, (4 - used % 4) % 4);
	if (in->bad)
		return -ERR_PROTO;
	*ret_ssrc = ssrc;
	*ret_cname = cname;
	return 1;
}

void rtcp_write_sdes(struct wr *w, uint32_t ssrc, struct span cname)
{
	BUG_IF(cname.len > RTCP_CNAME_MAX);
	size_t at = rtcp_write_begin(w, RTCP_SDES, 1);
	wr_u32(w, ssrc);
	wr_u8(w, SDES_CNAME);
	wr_u8(w, (uint8_t)cname.len);
	wr_bytes(w, cname);
	wr_u8(w, SDES_END);
	rtcp_write_end(w, at);
}

int rtcp_parse_bye(const struct rtcp *p, struct rtcp_bye *ret_bye)
{
	if (p->type != RTCP_BYE)
		return -ERR_PROTO;
	struct rd r = rd_init(p->body);
	struct rtcp_bye bye = {.count = p->count};
	bye.ssrcs = rd_take(&r, p->count * 4u);
	if (rd_left(&r) > 0)
		bye.reason = rd_take(&r, rd_u8(&r));
	if (r.bad)
		return -ERR_PROTO;
	*ret_bye = bye;
	return 0;
}

void rtcp_write_bye(struct wr *w, const uint32_t *ssrcs, unsigned count, struct span reason)
{
	BUG_IF(count > RTCP_COUNT_MAX || reason.len > UINT8_MAX);
	size_t at = rtcp_write_begin(w, RTCP_BYE, (uint8_t)count);
	for (unsigned i = 0; i < count; i++)
		wr_u32(w, ssrcs[i]);
	if (reason.len > 0) {
		wr_u8(w, (uint8_t)reason.len);
		wr_bytes(w, reason);
	}
	rtcp_write_end(w, at);
}

/* ── Feedback ── */

int rtcp_parse_fb(const struct rtcp *p, struct rtcp_fb *ret_fb)
{
	if ((p->type != RTCP_RTPFB && p->type != RTCP_PSFB) || p->body.len < FB_LEN)
		return -ERR_PROTO;
	*ret_fb = (struct rtcp_fb){
		.sender = get_u32(p->body.ptr),
		.media = get_u32(p->body.ptr + 4),
		.fci = span_sub(p->body, FB_LEN, p->body.len),
	};
	return 0;
}

static size_t write_fb(struct wr *w, uint8_t type, uint8_t fmt, uint32_t sender, uint32_t media)
{
	size_t at = rtcp_write_begin(w, type, fmt);
	wr_u32(w, sender);
	wr_u32(w, media);
	return at;
}

int rtcp_parse_nack(struct span fci, uint16_t *ret_seqs, size_t cap)
{
	if (fci.len % 4 != 0)
		return -ERR_PROTO;
	size_t n = 0;
	for (size_t at = 0; at < fci.len && n < cap; at += 4) {
		uint16_t pid = get_u16(fci.ptr + at);
		uint32_t mask = (uint32_t)get_u16(fci.ptr + at + 2) << 1 | 1;
		for (unsigned bit = 0; bit <= 16 && n < cap; bit++)
			if (mask >> bit & 1)
				ret_seqs[n++] = (uint16_t)(pid + bit);
	}
	return (int)n;
}

void rtcp_write_nack(struct wr *w, uint32_t sender, uint32_t media, const uint16_t *seqs,
					 size_t count)
{
	BUG_IF(count > RTCP_NACK_MAX);
	if (count == 0)
		return;
	size_t at = write_fb(w, RTCP_RTPFB, RTCP_RTPFB_NACK, sender, media);
	for (size_t i = 0; i < count;) {
		uint16_t pid = seqs[i++];
		uint16_t mask = 0;
		for (; i < count; i++) {
			uint16_t ahead = (uint16_t)(seqs[i] - pid);
			if (ahead > 16)
				break;
			if (ahead > 0)
				mask |= (uint16_t)(1u << (ahead - 1));
		}
		wr_u16(w, pid);
		wr_u16(w, mask);
	}
	rtcp_write_end(w, at);
}

void rtcp_write_pli(struct wr *w, uint32_t sender, uint32_t media)
{
	rtcp_write_end(w, write_fb(w, RTCP_PSFB, RTCP_PSFB_PLI, sender, media));
}

int rtcp_fir_next(struct rd *in, uint32_t *ret_ssrc, uint8_t *ret_command)
{
	if (in->bad)
		return -ERR_PROTO;
	if (rd_left(in) == 0)
		return 0;
	struct span entry = rd_take(in, FIR_ENTRY_LEN);
	if (in->bad)
		return -ERR_PROTO;
	*ret_ssrc = get_u32(entry.ptr);
	*ret_command = entry.ptr[4];
	return 1;
}

/* RFC 5104 4.3.1.2: the media field of the header is 0, the entry names the stream. */
void rtcp_write_fir(struct wr *w, uint32_t sender, uint32_t media, uint8_t command)
{
	size_t at = write_fb(w, RTCP_PSFB, RTCP_PSFB_FIR, sender, 0);
	wr_u32(w, media);
	wr_u8(w, command);
	wr_u24(w, 0);
	rtcp_write_end(w, at);
}

int rtcp_parse_remb(struct span fci, struct rtcp_remb *ret_remb)
{
	if (fci.len < 4)
		return -ERR_PROTO;
	if (!span_is(span_sub(fci, 0, 4), "REMB"))
		return -ERR_UNSUPP;
	struct rd r = rd_init(span_sub(fci, 4, fci.len));
	struct rtcp_remb remb = {.count = rd_u8(&r)};
	uint32_t rate = rd_u24(&r);
	unsigned exponent = rate >> REMB_MANTISSA_BITS;
	uint64_t mantissa = rate & ((1u << REMB_MANTISSA_BITS) - 1);
	remb.rate_bps = mantissa << exponent;
	remb.ssrcs = rd_take(&r, remb.count * 4u);
	if (r.bad || remb.rate_bps >> exponent != mantissa)
		return -ERR_PROTO;
	*ret_remb = remb;
	return 0;
}

void rtcp_write_remb(struct wr *w, uint32_t sender, uint64_t rate_bps, const uint32_t *ssrcs,
					 unsigned count)
{
	BUG_IF(count > UINT8_MAX);
	unsigned exponent = 0;
	while (rate_bps >> exponent >= 1u << REMB_MANTISSA_BITS)
		exponent++;
	size_t at = write_fb(w, RTCP_PSFB, RTCP_PSFB_REMB, sender, 0);
	wr_str(w, "REMB");
	wr_u8(w, (uint8_t)count);
	wr_u24(w, (uint32_t)(exponent << REMB_MANTISSA_BITS | rate_bps >> exponent));
	for (unsigned i = 0; i < count; i++)
		wr_u32(w, ssrcs[i]);
	rtcp_write_end(w, at);
}
