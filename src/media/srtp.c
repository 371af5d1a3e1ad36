/* SRTP: packet shapes, indices and replay. Reads downwards: the window, the map of received
 * SSRCs, opening, sealing. The ciphers themselves are behind srtp_cipher.h.
 *
 * An index is RFC 3711's: rollover counter and sequence number, 48 bits, or the 31 bits that
 * SRTCP sends along. */
#include "media/srtp.h"

#include "media/srtp_cipher.h"

#include <stdlib.h>

enum {
	RTP_HEADER_LEN = 12,
	VERSION_BITS = 0xc0, /* of the first byte; always 2 */
	VERSION_2 = 0x80,
	STREAMS_FIRST = 4, /* room for SSRCs at first; doubles */
};

#define INDEX_MAX ((1ULL << 48) - 1) /* RFC 3711 9.2: packets under one key */
#define RTCP_INDEX_MAX 0x7fffffffU
#define RTCP_ENCRYPTED 0x80000000U /* the E bit of the index word */

/* The streams of one kind. The SSRCs stand apart so that finding one reads little memory. */
struct streams {
	uint32_t ssrc[SRTP_MAX_STREAMS];
	struct srtp_stream *at;
	uint32_t count, cap;
};

struct srtp_rx {
	struct srtp_cipher rtp, rtcp;
	struct streams rtp_streams, rtcp_streams;
};

struct srtp_tx {
	struct srtp_cipher rtp, rtcp;
	uint32_t rtcp_index; /* the last one used */
};

/* ── The window ── */

/* The index that a sequence number most likely means. RFC 3711 3.3.1 and appendix A; before the
 * first rollover nothing is taken to lie before it. */
static uint64_t guess_index(const struct srtp_stream *s, uint16_t seq)
{
	if (!s || !s->started)
		return seq;
	uint64_t roc = s->top >> 16;
	const uint16_t last = (uint16_t)s->top;
	if (last < 0x8000) {
		if (seq > last && seq - last > 0x8000 && roc > 0)
			roc--;
	} else if (seq < last - 0x8000) {
		roc++;
	}
	return roc << 16 | seq;
}

static bool was_seen(const struct srtp_stream *s, uint64_t index)
{
	if (!s || !s->started || index > s->top)
		return false;
	if (s->top - index >= SRTP_WINDOW)
		return true; /* too old to tell */
	return s->seen[index % SRTP_WINDOW / 64] >> index % 64 & 1;
}

static void mark_seen(struct srtp_stream *s, uint64_t index)
{
	if (!s->started || (index > s->top && index - s->top >= SRTP_WINDOW)) {
		memset(s->seen, 0, sizeof s->seen);
		s->top = index;
		s->started = true;
	}
	while (s->top < index) {
		s->top++;
		s->seen[s->top % SRTP_WINDOW / 64] &= ~(1ULL << s->top % 64);
	}
	s->seen[index % SRTP_WINDOW / 64] |= 1ULL << index % 64;
}

/* ── Received SSRCs ── */

static struct srtp_stream *streams_find(struct streams *m, uint32_t ssrc)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->ssrc[i] == ssrc)
			return &m->at[i];
	return NULL;
}

/* Room for one more, before the work of authenticating is done. */
static int streams_reserve(struct streams *m)
{
	if (m->count < m->cap)
		return 0;
	if (m->count >= SRTP_MAX_STREAMS)
		return -ERR_FULL;
	uint32_t cap = m->cap ? m->cap * 2 : STREAMS_FIRST;
	if (cap > SRTP_MAX_STREAMS)
		cap = SRTP_MAX_STREAMS;
	struct srtp_stream *at = realloc(m->at, cap * sizeof *at);
	if (!at)
		return -ERR_NOMEM;
	m->at = at;
	m->cap = cap;
	return 0;
}

static struct srtp_stream *streams_add(struct streams *m, uint32_t ssrc)
{
	BUG_IF(m->count >= m->cap);
	struct srtp_stream *s = &m->at[m->count];
	memset(s, 0, sizeof *s);
	s->ssrc = ssrc;
	m->ssrc[m->count++] = ssrc;
	return s;
}

/* ── Life ── */

static int ciphers_init(const struct srtp_keys *keys, bool seal, struct srtp_cipher *rtp,
	struct srtp_cipher *rtcp)
{
	struct srtp_session session;
	int err = srtp_derive(keys, false, &session);
	if (err == 0)
		err = srtp_cipher_init(rtp, keys->profile, &session, seal);
	if (err == 0)
		err = srtp_derive(keys, true, &session);
	if (err == 0)
		err = srtp_cipher_init(rtcp, keys->profile, &session, seal);
	explicit_bzero(&session, sizeof session);
	return err;
}

int srtp_rx_new(const struct srtp_keys *keys, struct srtp_rx **ret_rx)
{
	struct srtp_rx *rx = calloc(1, sizeof *rx);
	if (!rx)
		return -ERR_NOMEM;
	int err = ciphers_init(keys, false, &rx->rtp, &rx->rtcp);
	if (err < 0)
		srtp_rx_free(&rx);
	else
		*ret_rx = rx;
	return err;
}

int srtp_tx_new(const struct srtp_keys *keys, struct srtp_tx **ret_tx)
{
	struct srtp_tx *tx = calloc(1, sizeof *tx);
	if (!tx)
		return -ERR_NOMEM;
	int err = ciphers_init(keys, true, &tx->rtp, &tx->rtcp);
	if (err < 0)
		srtp_tx_free(&tx);
	else
		*ret_tx = tx;
	return err;
}

void srtp_rx_free(struct srtp_rx **rx)
{
	if (!*rx)
		return;
	srtp_cipher_done(&(*rx)->rtp);
	srtp_cipher_done(&(*rx)->rtcp);
	free((*rx)->rtp_streams.at);
	free((*rx)->rtcp_streams.at);
	free(*rx);
	*rx = NULL;
}

void srtp_tx_free(struct srtp_tx **tx)
{
	if (!*tx)
		return;
	srtp_cipher_done(&(*tx)->rtp);
	srtp_cipher_done(&(*tx)->rtcp);
	free(*tx);
	*tx = NULL;
}

size_t srtp_rx_streams(const struct srtp_rx *rx)
{
	return (size_t)rx->rtp_streams.count + rx->rtcp_streams.count;
}

/* ── Opening ── */

/* The length of an RTP header with its CSRCs and extension, when `len` bytes hold it. */
static int rtp_header_len(const uint8_t *pkt, size_t len, size_t *ret_len)
{
	if (len < RTP_HEADER_LEN || (pkt[0] & VERSION_BITS) != VERSION_2)
		return -ERR_PROTO;
	size_t n = RTP_HEADER_LEN + 4 * (size_t)(pkt[0] & 0x0f);
	if (pkt[0] & 0x10) {
		if (len < n + 4)
			return -ERR_PROTO;
		n += 4 + 4 * (size_t)get_u16(pkt + n + 2);
	}
	if (len < n)
		return -ERR_PROTO;
	*ret_len = n;
	return 0;
}

/* Room for the SSRC, or the reason why not; stream stays NULL when it is new. */
static int find_stream(struct streams *m, uint32_t ssrc, struct srtp_stream **ret_stream)
{
	*ret_stream = streams_find(m, ssrc);
	return *ret_stream ? 0 : streams_reserve(m);
}

int srtp_open_rtp(struct srtp_rx *rx, uint8_t *pkt, size_t *len)
{
	const struct srtp_transform *t = rx->rtp.transform;
	struct srtp_stream *s;
	size_t hdr_len;
	if (*len < RTP_HEADER_LEN + t->tag_len)
		return -ERR_PROTO;
	const size_t plain_len = *len - t->tag_len;
	int err = rtp_header_len(pkt, plain_len, &hdr_len);
	if (err < 0)
		return err;

	const uint32_t ssrc = get_u32(pkt + 8);
	err = find_stream(&rx->rtp_streams, ssrc, &s);
	if (err < 0)
		return err;
	const uint64_t index = guess_index(s, get_u16(pkt + 2));
	if (was_seen(s, index))
		return -ERR_REPLAY;
	err = t->open_rtp(&rx->rtp, ssrc, index, pkt, hdr_len, plain_len);
	if (err < 0)
		return err;
	mark_seen(s ? s : streams_add(&rx->rtp_streams, ssrc), index);
	*len = plain_len;
	return 0;
}

int srtp_open_rtcp(struct srtp_rx *rx, uint8_t *pkt, size_t *len)
{
	const struct srtp_transform *t = rx->rtcp.transform;
	struct srtp_stream *s;
	if (*len < SRTP_RTCP_HEADER_LEN + SRTP_INDEX_LEN + t->tag_len)
		return -ERR_PROTO;
	if ((pkt[0] & VERSION_BITS) != VERSION_2)
		return -ERR_PROTO;
	const size_t plain_len = *len - SRTP_INDEX_LEN - t->tag_len;
	const uint32_t index_word = get_u32(pkt + plain_len + t->index_at);
	if (!(index_word & RTCP_ENCRYPTED))
		return -ERR_DENIED;

	const uint32_t ssrc = get_u32(pkt + 4);
	const uint32_t index = index_word & RTCP_INDEX_MAX;
	int err = find_stream(&rx->rtcp_streams, ssrc, &s);
	if (err < 0)
		return err;
	if (was_seen(s, index))
		return -ERR_REPLAY;
	err = t->open_rtcp(&rx->rtcp, ssrc, index_word, pkt, plain_len);
	if (err < 0)
		return err;
	mark_seen(s ? s : streams_add(&rx->rtcp_streams, ssrc), index);
	*len = plain_len;
	return 0;
}

/* ── Sealing ── */

/* Takes the index a packet will have, so that nothing can be sealed under it again, whatever
 * happens next. */
static int take_index(struct srtp_stream *s, uint32_t ssrc, uint16_t seq, uint64_t *ret_index)
{
	if (!s->started)
		s->ssrc = ssrc;
	else if (s->ssrc != ssrc)
		return -ERR_INVALID;
	const uint64_t index = guess_index(s, seq);
	if (index > INDEX_MAX)
		return -ERR_FULL;
	if (was_seen(s, index))
		return -ERR_REPLAY;
	mark_seen(s, index);
	*ret_index = index;
	return 0;
}

int srtp_seal_rtp(struct srtp_tx *tx, struct srtp_stream *stream, struct span hdr,
	const struct srtp_piece *payload, uint8_t *dst, size_t cap, size_t *ret_len)
{
	const struct srtp_transform *t = tx->rtp.transform;
	uint8_t pad[UINT8_MAX];
	if (hdr.len < RTP_HEADER_LEN)
		return -ERR_INVALID;
	if (payload->pad > 0) {
		memset(pad, 0, payload->pad);
		pad[payload->pad - 1] = payload->pad;
	}
	const struct span texts[3] = {payload->a, payload->b, span_of(pad, payload->pad)};
	const size_t len = hdr.len + texts[0].len + texts[1].len + texts[2].len;
	if (cap < t->tag_len || len > cap - t->tag_len)
		return -ERR_SPACE;

	uint64_t index;
	const uint32_t ssrc = get_u32(hdr.ptr + 8);
	int err = take_index(stream, ssrc, get_u16(hdr.ptr + 2), &index);
	if (err == 0)
		err = t->seal_rtp(&tx->rtp, ssrc, index, hdr, texts, dst);
	if (err == 0)
		*ret_len = len + t->tag_len;
	return err;
}

int srtp_seal_rtcp(struct srtp_tx *tx, struct span rtcp, uint8_t *dst, size_t cap, size_t *ret_len)
{
	const struct srtp_transform *t = tx->rtcp.transform;
	if (rtcp.len < SRTP_RTCP_HEADER_LEN)
		return -ERR_INVALID;
	const size_t more = SRTP_INDEX_LEN + t->tag_len;
	if (cap < more || rtcp.len > cap - more)
		return -ERR_SPACE;
	if (tx->rtcp_index >= RTCP_INDEX_MAX)
		return -ERR_FULL;
	tx->rtcp_index++;
	int err = t->seal_rtcp(
		&tx->rtcp, get_u32(rtcp.ptr + 4), tx->rtcp_index | RTCP_ENCRYPTED, rtcp, dst);
	if (err == 0)
		*ret_len = rtcp.len + more;
	return err;
}
