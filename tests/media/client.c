/* In the order of a call: the answer, receiving, time, sending. The offer is in client_offer.c. */
#include "media/client.h"

#include "wire/ext.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/sdp.h"
#include "wire/sdp_value.h"
#include "wire/vp8.h"

#include <stdlib.h>

struct client *client_new(const struct client_conf *conf)
{
	struct client *c = calloc(1, sizeof *c);
	BUG_IF(!c);
	BUG_IF(conf->audio_slots + conf->camera_slots > CLIENT_SLOTS_MAX);
	c->conf = *conf;
	return c;
}

void client_free(struct client **ref)
{
	struct client *c = *ref;
	*ref = NULL;
	if (!c)
		return;
	ice_client_free(&c->ice);
	dtls_free(&c->dtls);
	srtp_rx_free(&c->rx);
	srtp_tx_free(&c->tx);
	for (int i = 0; i < c->stream_count; i++)
		free(c->streams[i]);
	free(c);
}

/* ── The answer ── */

static bool wants(const struct client *c, const struct sdp_candidate *cand)
{
	bool tcp = c->conf.way == CLIENT_TCP4 || c->conf.way == CLIENT_TCP6;
	bool v6 = c->conf.way == CLIENT_UDP6 || c->conf.way == CLIENT_TCP6;
	return cand->tcp == tcp && cand->addr.family == (v6 ? 6 : 4);
}

static int find_server(struct client *c, struct span body)
{
	struct sdp_attrs it = sdp_attrs(body);
	struct sdp_attr attr;
	struct sdp_candidate cand;
	if (!addr_is_none(&c->conf.server)) {
		c->server = c->conf.server;
		return 0;
	}
	while (sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, "candidate") || sdp_candidate_parse(attr.value, &cand) < 0
			|| !wants(c, &cand))
			continue;
		c->server = cand.addr;
		c->server.tcp = cand.tcp;
		return 0;
	}
	return -ERR_NOTFOUND;
}

/* SSRCs of a slot: the first is the stream's, the second that of its repairs. */
static void take_slot(struct client *c, const struct sdp_media *m, struct span mid)
{
	struct sdp_attrs it = sdp_attrs(m->body);
	struct sdp_attr attr;
	struct sdp_ssrc ssrc;
	for (int i = 0; i < c->slot_count; i++) {
		struct client_slot *s = &c->slots[i];
		if (!span_is(mid, s->mid))
			continue;
		s->ssrc = s->rtx_ssrc = 0;
		while (sdp_attr_next(&it, &attr)) {
			if (!span_is(attr.name, "ssrc") || sdp_ssrc_parse(attr.value, &ssrc) < 0)
				continue;
			if (!s->ssrc)
				s->ssrc = ssrc.ssrc;
			else if (ssrc.ssrc != s->ssrc)
				s->rtx_ssrc = ssrc.ssrc;
		}
	}
}

static int take_transport(struct client *c, const struct sdp *sdp, const struct sdp_media *m,
						  usec now)
{
	struct span ufrag, pwd, print;
	struct dtls_fingerprint fp;
	char ufrag_text[ICE_UFRAG_MAX + 1] = "";
	char pwd_text[ICE_PWD_MAX + 1] = "";
	if (!sdp_attr_find_both(sdp, m, "ice-ufrag", &ufrag) || ufrag.len > ICE_UFRAG_MAX
		|| !sdp_attr_find_both(sdp, m, "ice-pwd", &pwd) || pwd.len > ICE_PWD_MAX
		|| !sdp_attr_find_both(sdp, m, "fingerprint", &print)
		|| dtls_fingerprint_parse(print, &fp) < 0)
		return -ERR_PROTO;
	int err = find_server(c, m->body);
	if (err < 0)
		return err;
	memcpy(ufrag_text, ufrag.ptr, ufrag.len);
	memcpy(pwd_text, pwd.ptr, pwd.len);
	struct ice_client_conf ice = {
		.local_ufrag = c->ufrag,
		.remote_ufrag = ufrag_text,
		.remote_pwd = pwd_text,
		.server = c->server,
	};
	err = c->ice ? ice_client_restart(c->ice, &ice, now) : ice_client_new(&ice, now, &c->ice);
	if (err == 0 && !c->dtls)
		err = dtls_new(c->conf.dtls, DTLS_CLIENT, &fp, &c->dtls);
	return err;
}

int client_answer(struct client *c, struct span text, usec now)
{
	struct sdp sdp;
	struct span mid;
	if (sdp_parse(text, &sdp) < 0)
		return -ERR_PROTO;
	const struct sdp_media *first = NULL;
	for (unsigned i = 0; i < sdp.media_count; i++) {
		const struct sdp_media *m = &sdp.media[i];
		if (m->port == 0 || !sdp_attr_find(m->body, "mid", &mid))
			continue;
		if (!first)
			first = m;
		take_slot(c, m, mid);
	}
	return first ? take_transport(c, &sdp, first, now) : -ERR_PROTO;
}

/* ── Receiving ── */

void client_pattern(struct wr *w, uint32_t tag, uint32_t count, size_t len)
{
	wr_u32(w, tag);
	wr_u32(w, count);
	wr_u32(w, ~tag ^ count);
	for (size_t i = 12; i < len; i++)
		wr_u8(w, (uint8_t)(tag * 31 + count * 7 + i));
}

bool client_is_pattern(struct span p, uint32_t *ret_tag, uint32_t *ret_count)
{
	struct rd r = rd_init(p);
	uint32_t tag = rd_u32(&r);
	uint32_t count = rd_u32(&r);
	if (rd_u32(&r) != (~tag ^ count) || r.bad)
		return false;
	for (size_t i = 12; i < p.len; i++) {
		if (p.ptr[i] != (uint8_t)(tag * 31 + count * 7 + i))
			return false;
	}
	*ret_tag = tag;
	*ret_count = count;
	return true;
}

struct client_stream *client_find(const struct client *c, uint32_t ssrc)
{
	for (int i = 0; i < c->stream_count; i++) {
		if (c->streams[i]->ssrc == ssrc)
			return c->streams[i];
	}
	return NULL;
}

struct client_stream *client_slot(const struct client *c, bool video, int n)
{
	for (int i = 0; i < c->slot_count; i++) {
		if (c->slots[i].video == video && n-- == 0)
			return client_find(c, c->slots[i].ssrc);
	}
	return NULL;
}

struct client_stream *client_hears(const struct client *c, uint32_t member)
{
	for (int i = 0; i < c->slot_count; i++) {
		struct client_stream *s = c->slots[i].video ? NULL : client_find(c, c->slots[i].ssrc);
		if (s && s->last.csrc == member * MEDIA_KINDS + MEDIA_MIC)
			return s;
	}
	return NULL;
}

static struct client_stream *get_stream(struct client *c, uint32_t ssrc)
{
	struct client_stream *s = client_find(c, ssrc);
	if (s || c->stream_count == CLIENT_STREAMS_MAX)
		return s;
	s = calloc(1, sizeof *s);
	BUG_IF(!s);
	s->ssrc = ssrc;
	c->streams[c->stream_count++] = s;
	return s;
}

/* What is behind the few bytes that say how it is coded. */
static bool look(const struct rtp *rtp, struct client_packet *p)
{
	struct span body = rtp->payload;
	struct vp8 vp8;
	if (rtp->pt == CLIENT_OPUS) {
		body = span_sub(body, 1, body.len);
	} else if (rtp->pt == CLIENT_VP8) {
		if (vp8_parse(body, &vp8) < 0)
			return false;
		p->key = vp8.keyframe;
		p->height = vp8.height;
		body = span_sub(vp8.data, vp8_is_start(&vp8) ? (vp8.keyframe ? 10 : 3) : 0, vp8.data.len);
	} else {
		return false;
	}
	return client_is_pattern(body, &p->tag, &p->count);
}

static void note(struct client_stream *s, const struct client_packet *p)
{
	int16_t step = (int16_t)(p->seq - s->last.seq);
	bool known = false;
	unsigned kept = s->packets < CLIENT_RECENT ? s->packets : CLIENT_RECENT;
	for (unsigned i = 0; i < kept; i++)
		known = known || s->recent[i].seq == p->seq;
	if (known)
		s->repeats++;
	else if (s->packets > 0 && step > 1)
		s->skipped += (unsigned)step - 1;
	else if (s->packets > 0 && step < 0 && s->skipped > 0)
		s->skipped--; /* it was only late */
	s->recent[s->packets++ % CLIENT_RECENT] = *p;
	s->keys += p->key;
	s->height = p->key ? p->height : s->height;
	if (s->packets == 1 || step > 0)
		s->last = *p;
}

static void recv_rtp(struct client *c, struct span pkt)
{
	struct rtp rtp;
	if (rtp_parse(pkt, &rtp) < 0) {
		c->odd++;
		return;
	}
	struct client_stream *s = get_stream(c, rtp.ssrc);
	if (!s)
		return;
	struct client_packet p = {
		.seq = rtp.seq,
		.pt = rtp.pt,
		.marker = rtp.marker,
		.ts = rtp.ts,
		.csrc = rtp.csrc_count ? rtp_csrc(&rtp, 0) : 0,
	};
	if (rtp.payload.len > 0 && !look(&rtp, &p))
		s->wrong++;
	note(s, &p);
}

static void asked_for_key(struct client *c, uint32_t ssrc)
{
	for (int i = 0; i < c->layer_count; i++) {
		if (c->camera[i].ssrc == ssrc)
			c->camera[i].want_key = true;
	}
}

static void recv_feedback(struct client *c, const struct rtcp *p)
{
	struct rtcp_fb fb;
	uint16_t seqs[RTCP_NACK_MAX];
	if (rtcp_parse_fb(p, &fb) < 0)
		return;
	if (p->type == RTCP_RTPFB && p->count == RTCP_RTPFB_TWCC)
		c->twccs++;
	int n = p->type == RTCP_RTPFB && p->count == RTCP_RTPFB_NACK
				? rtcp_parse_nack(fb.fci, seqs, RTCP_NACK_MAX)
				: 0;
	if (n > 0) {
		c->nacks++;
		c->nack_seq = seqs[n - 1];
	}
	if (p->type == RTCP_PSFB && p->count == RTCP_PSFB_PLI) {
		c->plis++;
		asked_for_key(c, fb.media);
	}
	if (p->type == RTCP_PSFB && p->count == RTCP_PSFB_FIR) {
		struct rd in = rd_init(fb.fci);
		uint32_t ssrc;
		uint8_t number;
		c->firs++;
		while (rtcp_fir_next(&in, &ssrc, &number) > 0)
			asked_for_key(c, ssrc);
	}
}

static void recv_rtcp(struct client *c, struct span pkt)
{
	struct rd in = rd_init(pkt);
	struct rtcp p;
	while (rtcp_next(&in, &p) > 0) {
		c->srs += p.type == RTCP_SR;
		c->rrs += p.type == RTCP_RR;
		c->byes += p.type == RTCP_BYE;
		recv_feedback(c, &p);
	}
}

static void recv_media(struct client *c, struct span datagram)
{
	uint8_t buf[OUT_MAX];
	size_t len = datagram.len;
	if (!c->rx) {
		c->early++;
		return;
	}
	if (len > sizeof buf) {
		c->odd++;
		return;
	}
	memcpy(buf, datagram.ptr, len);
	bool rtcp = rtp_is_rtcp(datagram);
	int err = rtcp ? srtp_open_rtcp(c->rx, buf, &len) : srtp_open_rtp(c->rx, buf, &len);
	if (err < 0)
		c->unopened++;
	else if (rtcp)
		recv_rtcp(c, span_of(buf, len));
	else
		recv_rtp(c, span_of(buf, len));
}

static void take_keys(struct client *c, usec now)
{
	struct srtp_keys rx, tx;
	if (c->rx || !c->dtls || dtls_export(c->dtls, &rx, &tx) < 0)
		return;
	BUG_IF(srtp_rx_new(&rx, &c->rx) < 0 || srtp_tx_new(&tx, &c->tx) < 0);
	dtls_shed(c->dtls, now);
}

void client_recv(struct client *c, struct span datagram, usec now, struct out *out)
{
	uint8_t first = datagram.len ? datagram.ptr[0] : 255;
	int err = 0;
	c->datagrams_in++;
	c->bytes_in += datagram.len;
	if (first <= 3) /* a second answer, to a check repeated in haste, is no harm */
		err = ice_client_recv(c->ice, datagram, &c->server, now) == -ERR_AUTH ? -ERR_AUTH : 0;
	else if (first >= 20 && first <= 63)
		err = dtls_recv(c->dtls, datagram, &c->server, now, out);
	else if (first >= 128 && first <= 191)
		recv_media(c, datagram);
	else
		err = -ERR_PROTO;
	c->odd += err == -ERR_PROTO || err == -ERR_AUTH;
	take_keys(c, now);
}

/* ── Time ── */

static bool has_path(const struct client *c)
{
	return c->ice && ice_client_state(c->ice) != ICE_NEW && ice_client_state(c->ice) != ICE_FAILED;
}

void client_tick(struct client *c, usec now, struct out *out)
{
	if (!c->ice)
		return;
	ice_client_tick(c->ice, now, out);
	if (has_path(c))
		dtls_tick(c->dtls, &c->server, now, out);
	take_keys(c, now);
}

usec client_deadline(const struct client *c)
{
	if (!c->ice)
		return USEC_NEVER;
	return usec_min(ice_client_deadline(c->ice), has_path(c) ? dtls_deadline(c->dtls) : USEC_NEVER);
}

bool client_is_connected(const struct client *c)
{
	return c->tx && has_path(c) && dtls_state(c->dtls) == DTLS_CONNECTED;
}

/* ── Sending ── */

struct outgoing {
	struct client_sender *s;
	bool marker, start, key;
	bool has_level;
	uint8_t level;
};

static void write_header(struct client *c, const struct outgoing *o, struct wr *w)
{
	struct rtp_ext ext[4];
	uint8_t twcc[EXT_TWCC_LEN];
	unsigned n = 0;
	ext_write_twcc(twcc, c->twcc++);
	ext[n++] = (struct rtp_ext){CLIENT_EXT_MID, span_str(o->s->mid)};
	ext[n++] = (struct rtp_ext){CLIENT_EXT_TWCC, span_of(twcc, sizeof twcc)};
	if (o->s->rid[0])
		ext[n++] = (struct rtp_ext){CLIENT_EXT_RID, span_str(o->s->rid)};
	if (o->has_level)
		ext[n++] = (struct rtp_ext){CLIENT_EXT_LEVEL, span_of(&o->level, 1)};
	struct rtp_head head = {
		.marker = o->marker,
		.pt = o->s->pt,
		.seq = o->s->seq++,
		.ts = o->s->ts,
		.ssrc = o->s->ssrc,
		.ext = ext,
		.ext_count = n,
	};
	rtp_write_header(w, &head);
}

/* RFC 7741 4.2, and the first bytes of a frame of RFC 6386 9.1. */
static void write_picture(const struct outgoing *o, struct wr *w)
{
	const struct client_sender *s = o->s;
	wr_u8(w, o->start ? 0x90 : 0x80);
	wr_u8(w, 0xe0);
	wr_u16(w, 0x8000 | s->picture_id);
	wr_u8(w, s->tl0picidx);
	wr_u8(w, 0);
	if (!o->start)
		return;
	wr_u24(w, o->key ? 0x100000 : 0x110000);
	if (!o->key)
		return;
	wr_u24(w, 0x9d012a);
	wr_u8(w, (uint8_t)s->width);
	wr_u8(w, (uint8_t)(s->width >> 8));
	wr_u8(w, (uint8_t)s->height);
	wr_u8(w, (uint8_t)(s->height >> 8));
}

static size_t seal(struct client *c, const struct outgoing *o, uint8_t *dst)
{
	uint8_t header[RTP_HEADER_LEN_MAX];
	uint8_t body[OUT_MAX];
	struct wr h = wr_init(header, sizeof header);
	struct wr b = wr_init(body, sizeof body);
	bool sound = o->s->pt == CLIENT_OPUS;
	size_t len = 0;
	write_header(c, o, &h);
	if (sound)
		wr_u8(&b, 0xfc); /* RFC 6716 3.1: CELT, 20 ms, one frame */
	else
		write_picture(o, &b);
	client_pattern(&b, c->conf.tag, o->s->count++, sound ? CLIENT_SOUND_LEN : CLIENT_PICTURE_LEN);
	struct srtp_piece piece = {.b = wr_span(&b)};
	int err = srtp_seal_rtp(c->tx, &o->s->stream, wr_span(&h), &piece, dst, OUT_MAX, &len);
	BUG_IF(err < 0 || len == 0);
	return len;
}

static void send(struct client *c, const struct outgoing *o, struct out *out)
{
	uint8_t *room = out_room(out);
	if (room)
		out_commit(out, &c->server, seal(c, o, room));
}

void client_sound(struct client *c, uint8_t level, bool voice, struct out *out)
{
	BUG_IF(!c->tx || !c->conf.mic);
	send(c,
		 &(struct outgoing){.s = &c->mic,
							.has_level = true,
							.level = (uint8_t)(level | (voice ? 0x80 : 0))},
		 out);
	c->mic.ts += 960;
}

void client_frame(struct client *c, int layer, int packets, struct out *out)
{
	struct client_sender *s = &c->camera[layer];
	BUG_IF(!c->tx || layer >= c->layer_count);
	bool key = s->want_key;
	s->want_key = false;
	for (int i = 0; i < packets; i++)
		send(c,
			 &(struct outgoing){.s = s, .marker = i == packets - 1, .start = i == 0, .key = key},
			 out);
	s->ts += 90 * CLIENT_FRAME_MS;
	s->picture_id = (s->picture_id + 1) & 0x7fff;
	s->tl0picidx++;
}

size_t client_seal(struct client *c, struct client_sender *s, uint8_t dst[OUT_MAX])
{
	struct outgoing o = {.s = s, .marker = true, .start = true, .key = s->want_key};
	return seal(c, &o, dst);
}

void client_rtcp(struct client *c, struct span compound, struct out *out)
{
	size_t len = 0;
	uint8_t *room = out_room(out);
	if (!room)
		return;
	BUG_IF(srtp_seal_rtcp(c->tx, compound, room, OUT_MAX, &len) < 0);
	out_commit(out, &c->server, len);
}
