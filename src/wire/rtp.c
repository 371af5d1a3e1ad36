/* RTP headers: rtp_parse_header is the hot one, once a packet; the extension walk and the writer
 * follow. */
#include "wire/rtp.h"

enum {
	PROFILE_ONE_BYTE = 0xbede,  /* RFC 8285 4.2 */
	PROFILE_TWO_BYTE = 0x1000,  /* RFC 8285 4.3; the lower four bits are the application's */
	ONE_BYTE_LEN_MAX = 16,
	TWO_BYTE_LEN_MAX = 255,
};

bool rtp_is(struct span pkt)
{
	return pkt.len >= 2 && pkt.ptr[0] >= 128 && pkt.ptr[0] <= 191;
}

bool rtp_is_rtcp(struct span pkt)
{
	return pkt.len >= 2 && pkt.ptr[1] >= 192 && pkt.ptr[1] <= 223;
}

int rtp_parse_header(struct span pkt, struct rtp *ret_rtp)
{
	if (pkt.len < RTP_HEADER_LEN || pkt.ptr[0] >> 6 != 2)
		return -ERR_PROTO;
	const uint8_t *p = pkt.ptr;
	struct rtp rtp = {
		.pt = p[1] & 0x7f,
		.marker = p[1] >> 7,
		.padding = p[0] >> 5 & 1,
		.seq = get_u16(p + 2),
		.ts = get_u32(p + 4),
		.ssrc = get_u32(p + 8),
		.csrc_count = p[0] & 0xf,
	};
	size_t at = RTP_HEADER_LEN;
	rtp.csrc = span_of(p + at, rtp.csrc_count * 4u);
	at += rtp.csrc.len;
	if (at > pkt.len)
		return -ERR_PROTO;
	if (p[0] >> 4 & 1) {
		if (pkt.len - at < 4)
			return -ERR_PROTO;
		rtp.ext_profile = get_u16(p + at);
		rtp.ext = span_of(p + at + 4, get_u16(p + at + 2) * 4u);
		at += 4;
		if (rtp.ext.len > pkt.len - at)
			return -ERR_PROTO;
		at += rtp.ext.len;
	}
	rtp.header_len = at;
	rtp.payload = span_of(p + at, pkt.len - at);
	*ret_rtp = rtp;
	return 0;
}

int rtp_unpad(struct rtp *rtp)
{
	if (!rtp->padding || rtp->pad_len)
		return 0;
	if (rtp->payload.len == 0)
		return -ERR_PROTO;
	size_t len = rtp->payload.ptr[rtp->payload.len - 1];
	if (len == 0 || len > rtp->payload.len)
		return -ERR_PROTO;
	rtp->pad_len = len;
	rtp->payload.len -= len;
	return 0;
}

int rtp_parse(struct span pkt, struct rtp *ret_rtp)
{
	struct rtp rtp;
	int rc = rtp_parse_header(pkt, &rtp);
	if (rc == 0)
		rc = rtp_unpad(&rtp);
	if (rc == 0)
		*ret_rtp = rtp;
	return rc;
}

uint32_t rtp_csrc(const struct rtp *rtp, unsigned i)
{
	BUG_IF(i >= rtp->csrc_count);
	return get_u32(rtp->csrc.ptr + (size_t)i * 4);
}

struct rtp_ext_iter rtp_ext_each(const struct rtp *rtp)
{
	struct rtp_ext_iter it = {.left = RTP_EXT_COUNT_MAX};
	if (rtp->ext_profile == PROFILE_ONE_BYTE) {
		it.in = rd_init(rtp->ext);
	} else if ((rtp->ext_profile & 0xfff0) == PROFILE_TWO_BYTE) {
		it.in = rd_init(rtp->ext);
		it.two_byte = true;
	}
	return it;
}

bool rtp_ext_next(struct rtp_ext_iter *it, struct rtp_ext *ret_ext)
{
	while (it->left > 0 && rd_left(&it->in) > 0) {
		uint8_t first = rd_u8(&it->in);
		if (first == 0)
			continue; /* a byte of padding */
		struct rtp_ext e;
		if (it->two_byte) {
			e.id = first;
			e.data = rd_take(&it->in, rd_u8(&it->in));
		} else {
			e.id = first >> 4;
			/* RFC 8285 4.2: 15 is kept for later, 0 with a length is an error: both end it. */
			if (e.id == 15 || e.id == 0)
				break;
			e.data = rd_take(&it->in, (first & 0xfu) + 1);
		}
		if (it->in.bad)
			break;
		it->left--;
		*ret_ext = e;
		return true;
	}
	it->left = 0;
	return false;
}

bool rtp_ext_find(const struct rtp *rtp, uint8_t id, struct span *ret_data)
{
	struct rtp_ext_iter it = rtp_ext_each(rtp);
	struct rtp_ext e;
	while (rtp_ext_next(&it, &e)) {
		if (e.id == id) {
			*ret_data = e.data;
			return true;
		}
	}
	return false;
}

/* ── Writing ── */

/* The bytes of all elements, and which form they need. False: one of them fits neither. */
static bool measure(const struct rtp_head *head, bool *ret_two_byte, size_t *ret_len)
{
	bool two_byte = false;
	size_t len = 0;
	for (unsigned i = 0; i < head->ext_count; i++) {
		const struct rtp_ext *e = &head->ext[i];
		if (e->id == 0 || e->data.len > TWO_BYTE_LEN_MAX)
			return false;
		if (e->id > RTP_EXT_ID_MAX || e->data.len == 0 || e->data.len > ONE_BYTE_LEN_MAX)
			two_byte = true;
		len += e->data.len;
	}
	*ret_two_byte = two_byte;
	*ret_len = len + head->ext_count * (two_byte ? 2u : 1u);
	return true;
}

static void write_exts(struct wr *w, const struct rtp_head *head, bool two_byte, size_t len)
{
	size_t words = (len + 3) / 4;
	wr_u16(w, two_byte ? PROFILE_TWO_BYTE : PROFILE_ONE_BYTE);
	wr_u16(w, (uint16_t)words);
	for (unsigned i = 0; i < head->ext_count; i++) {
		const struct rtp_ext *e = &head->ext[i];
		if (two_byte) {
			wr_u8(w, e->id);
			wr_u8(w, (uint8_t)e->data.len);
		} else {
			wr_u8(w, (uint8_t)(e->id << 4 | (e->data.len - 1)));
		}
		wr_bytes(w, e->data);
	}
	wr_uint(w, 0, words * 4 - len);
}

void rtp_write_header(struct wr *w, const struct rtp_head *head)
{
	bool two_byte = false;
	size_t ext_len = 0;
	if (head->csrc_count > RTP_CSRC_MAX || head->ext_count > RTP_EXT_COUNT_MAX ||
		!measure(head, &two_byte, &ext_len)) {
		w->bad = true;
		return;
	}
	wr_u8(w, (uint8_t)(2 << 6 | head->padding << 5 | (head->ext_count > 0) << 4 |
					   head->csrc_count));
	wr_u8(w, (uint8_t)(head->marker << 7 | (head->pt & 0x7f)));
	wr_u16(w, head->seq);
	wr_u32(w, head->ts);
	wr_u32(w, head->ssrc);
	for (unsigned i = 0; i < head->csrc_count; i++)
		wr_u32(w, head->csrc[i]);
	if (head->ext_count > 0)
		write_exts(w, head, two_byte, ext_len);
}

void rtp_write_padding(struct wr *w, uint8_t len)
{
	BUG_IF(len == 0);
	uint8_t *p = wr_take(w, len);
	if (!p)
		return;
	memset(p, 0, len);
	p[len - 1] = len;
}
