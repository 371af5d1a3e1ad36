/* Read from downlink_send: one packet becomes one packet. Above it is how a slot gets going, below
 * it how lost packets are repaired. */
#include "media/downlink.h"

#include "media/forward_state.h"
#include "media/peer_state.h"
#include "wire/ext.h"

#include <stdlib.h>

enum {
	CLOCK_MIN = 8000, /* Hz; slower is no codec of ours */
	/* RFC 3711 3.3.1: a receiver that misses the first packets must not miss the first round */
	FIRST_SEQ_MASK = 0x7fff,
};

#define KEY_GRACE (100 * USEC_PER_MS) /* a keyframe sent so lately is still on its way */
#define ACTIVE (5 * USEC_PER_SEC)

int downlink_new(struct peer *peer, const struct peer_line *line, struct downlink **ret_downlink)
{
	struct downlink *d = calloc(1, sizeof(*d));

	if (!d)
		return -ERR_NOMEM;
	d->current = d->target = LAYER_NONE;
	d->peer = peer;
	d->ops = peer->fw->ops;
	d->transport = peer->transport;
	d->line = line;
	d->ssrc = line->ssrc;
	d->rtx_ssrc = line->rtx_ssrc;
	*ret_downlink = d;
	return 0;
}

void downlink_free(struct downlink **d)
{
	if (!d || !*d)
		return;
	if ((*d)->source)
		source_unbind((*d)->source, *d);
	if ((*d)->live)
		free((*d)->live->repairs);
	free((*d)->live);
	free(*d);
	*d = NULL;
}

static int make_live(struct downlink *d)
{
	if (d->live)
		return 0;
	d->live = calloc(1, sizeof(*d->live));
	return d->live ? 0 : -ERR_NOMEM;
}

/* ── What it is filled from ── */

void downlink_clear(struct downlink *d)
{
	if (d->source)
		source_unbind(d->source, d);
	downlink_stop(d);
	d->target = LAYER_NONE;
}

int downlink_assign(struct downlink *d, uint32_t number, int height, usec now)
{
	struct source *s = NULL;

	d->height = height;
	if (d->source && d->source->number == number && number) {
		downlink_choose(d, now);
		return 0;
	}
	if (!number) {
		downlink_clear(d);
		return 0;
	}
	if (make_live(d) < 0 || source_get(d->peer->group, number, &s) < 0)
		return -ERR_NOMEM;
	downlink_clear(d);
	if (source_bind(s, d) < 0) {
		source_release(s);
		return -ERR_NOMEM;
	}
	downlink_choose(d, now);
	return 0;
}

void downlink_stop(struct downlink *d)
{
	d->current = LAYER_NONE;
	if (!d->live)
		return;
	rewrite_forget(&d->live->map);
	d->live->has_key = false;
}

/* The receiver's format for a stream; NULL: it can't decode it. */
static const struct codec_format *sink(const struct downlink *d, const struct codec_format *f)
{
	for (unsigned i = 0; i < d->line->codec_count; i++) {
		const struct codec_format *to = &d->line->codecs[i];
		if (codec_may_decode(f, to) && to->clock >= CLOCK_MIN)
			return to;
	}
	return NULL;
}

/* Is there a picture to begin with? */
static bool is_cached(const struct downlink *d, int layer, usec now, uint16_t *ret_from)
{
	const struct uplink *u = d->source->layers[layer];

	return u && cache_has_start(&u->cache, now, DOWNLINK_BURST, ret_from);
}

static bool start_cached(struct downlink *d, int layer, usec now)
{
	uint16_t from;

	if (!is_cached(d, layer, now, &from))
		return false;
	downlink_start(d, (unsigned)layer, from, now);
	return d->current == layer;
}

void downlink_choose(struct downlink *d, usec now)
{
	struct source *s = d->source;
	uint16_t from;
	int target;

	if (!s || !source_is_open(s))
		return;
	target = source_layer(s, d->height, now);
	d->target = (int8_t)target;
	if (target == LAYER_NONE || target == d->current || !source_is_video(s) ||
		!sink(d, &s->layers[target]->format))
		return;
	/* Who can't be sent to yet finds one in the cache then */
	if (d->peer->waits && is_cached(d, target, now, &from))
		return;
	if (d->current == LAYER_NONE && start_cached(d, target, now))
		return;
	/* Any picture now is better than the right one soon */
	for (int i = s->layer_count - 1; i >= 0 && d->current == LAYER_NONE; i--) {
		if (i != target)
			(void)start_cached(d, i, now);
	}
	source_want_key(s, (unsigned)target, now);
}

/* ── Beginning ── */

static struct rewrite_in numbers(const struct packet *p)
{
	struct rewrite_in in = {.seq = p->rtp.seq, .ts = p->rtp.ts};

	if (p->codec == CODEC_VP8 && p->rtp.payload.len > 0) {
		in.picture = p->vp8.picture_id;
		in.tl0 = p->vp8.tl0picidx;
	}
	return in;
}

static void first_numbers(struct downlink *d, uint32_t clock)
{
	uint32_t a = forward_random(d->peer->fw), b = forward_random(d->peer->fw);
	struct rewrite_out first = {
		.seq = a & FIRST_SEQ_MASK,
		.ts = b,
		.picture = (uint16_t)(a >> 16),
		.tl0 = (uint8_t)(a >> 24),
	};

	rewrite_init(&d->live->map, clock, &first);
}

void downlink_start(struct downlink *d, unsigned layer, uint16_t from, usec now)
{
	const struct uplink *u = d->source->layers[layer];
	const struct packet *first = cache_find(&u->cache, from), *newest;
	const struct codec_format *to = sink(d, &u->format);
	struct rewrite_in in;
	int32_t span;

	if (!first || first->rtp.pt != u->format.pt || !to || !d->live || d->peer->waits)
		return;
	newest = cache_find(&u->cache, u->cache.top);
	span = newest ? (int32_t)(newest->rtp.ts - first->rtp.ts) : 0;
	if (d->live->map.clock == 0)
		first_numbers(d, to->clock);
	d->live->map.clock = to->clock;
	in = numbers(first);
	rewrite_start(&d->live->map, layer, &in, span > 0 ? (uint32_t)span : 0,
				  newest ? newest->arrived : now);
	d->current = (int8_t)layer;
	d->in_pt = first->rtp.pt;
	d->pt = to->pt;
	d->rtx_pt = d->rtx_ssrc ? to->rtx_pt : 0;
	d->level_id = codec_is_audio(to->codec) ? d->line->ext.audio_level : 0;
	d->begins = codec_is_audio(to->codec);
	for (uint16_t seq = from;; seq++) {
		const struct packet *p = cache_find(&u->cache, seq);
		if (p && p->rtp.pt == d->in_pt)
			downlink_send(d, p, now);
		if (seq == u->cache.top)
			break;
	}
	if (newest) {
		in = numbers(newest);
		rewrite_live(&d->live->map, &in);
	}
}

/* ── Forwarding ── */

/* What a packet goes out with, besides what it shares with all. */
struct dress {
	uint8_t pt;
	bool marker;
	uint16_t seq;
	uint32_t ssrc;
};

static size_t write_header(const struct downlink *d, const struct packet *p, const struct dress *as,
						   uint32_t ts, uint8_t header[DOWNLINK_HEADER_MAX])
{
	uint8_t level[EXT_LEVEL_LEN] = {0};
	struct rtp_ext ext = {.id = d->level_id, .data = span_of(level, sizeof(level))};
	struct rtp_head head = {
		.marker = as->marker,
		.padding = p->rtp.payload.len == 0,
		.pt = as->pt,
		.seq = as->seq,
		.ts = ts,
		.ssrc = as->ssrc,
		.csrc = &d->source->number,
		.csrc_count = 1,
		.ext = &ext,
		.ext_count = d->level_id && p->has_level,
	};
	struct wr w = wr_init(header, DOWNLINK_HEADER_MAX);

	ext_write_level(level, p->voice, p->level);
	rtp_write_header(&w, &head);
	return wr_span(&w).len;
}

/* The payload as the receiver gets it: `room` holds what is rewritten, the rest is shared. A
 * packet of padding alone stays one, so that the receiver misses nothing. */
static struct srtp_piece dress_payload(const struct packet *p, const struct rewrite_out *out,
									   struct wr *room)
{
	struct srtp_piece piece = {.b = p->rtp.payload, .pad = p->rtp.payload.len == 0};
	uint8_t desc[VP8_DESC_MAX];

	if (p->codec == CODEC_VP8 && !piece.pad) {
		size_t n = vp8_rewrite(&p->vp8, p->rtp.payload, out->picture, out->tl0, desc);
		wr_bytes(room, span_of(desc, n));
		piece.b = p->vp8.data;
	}
	piece.a = wr_span(room);
	return piece;
}

/* Of a picture whose units each look like a beginning (H.264), the first is it. */
static void note_key(struct downlink_live *l, const struct rewrite_out *out, usec at)
{
	bool same = l->has_key && l->key_ts == out->ts;

	if (l->has_key && seq_before(l->key_seq, out->seq) == same)
		return;
	l->has_key = true;
	l->key_seq = out->seq;
	l->key_ts = out->ts;
	l->key_at = at;
}

void downlink_send(struct downlink *d, const struct packet *p, usec at)
{
	struct rewrite *map = &d->live->map;
	struct rewrite_in in = numbers(p);
	struct rewrite_out out;
	uint8_t header[DOWNLINK_HEADER_MAX], desc[VP8_DESC_MAX];
	struct wr room = wr_init(desc, sizeof(desc));
	unsigned layer = (unsigned)d->current;

	rewrite_watch(map, layer, &in, at);
	if (rewrite_map(map, layer, &in, &out) < 0) {
		d->peer->fw->counts.late++;
		return;
	}
	if (p->rtp.payload.len == 0) { /* belongs to no picture */
		out.picture = map->picture;
		out.tl0 = map->tl0;
	}
	struct dress as = {d->pt, p->rtp.marker || d->begins, out.seq, d->ssrc};
	size_t len = write_header(d, p, &as, out.ts, header);
	struct srtp_piece piece = dress_payload(p, &out, &room);

	if (d->ops->send_rtp(d->transport, &d->live->srtp, span_of(header, len), &piece) < 0)
		d->peer->fw->counts.send_failures++;
	rewrite_sent(map, &out, at);
	d->begins = false;
	d->packets++;
	d->octets += (uint32_t)(piece.a.len + piece.b.len);
	d->sent_at = at;
	d->peer->stats.packets_out++;
	d->peer->bytes_out += len + piece.a.len + piece.b.len;
	d->peer->fw->counts.packets_out++;
	if (p->key)
		note_key(d->live, &out, at);
}

/* ── Repairs ── */

/* The packet that went out as seq, and its numbers then. NULL: gone, or no use any more. */
static const struct packet *sent_as(const struct downlink *d, uint16_t seq,
									struct rewrite_out *ret_out)
{
	unsigned layer;
	uint16_t seq_in;
	const struct packet *p;
	struct rewrite_in in;

	if (!d->source || rewrite_find(&d->live->map, seq, &layer, &seq_in) < 0)
		return NULL;
	/* Nothing before the newest keyframe is shown any more */
	if (d->live->has_key && seq_before(seq, d->live->key_seq))
		return NULL;
	if (layer >= LAYER_MAX || !d->source->layers[layer])
		return NULL;
	p = cache_find(&d->source->layers[layer]->cache, seq_in);
	if (!p || p->rtp.pt != d->in_pt || p->rtp.payload.len == 0)
		return NULL;
	in = numbers(p);
	return rewrite_map(&d->live->map, layer, &in, ret_out) == 0 && ret_out->seq == seq ? p : NULL;
}

/* It stays for as long as the slot: its stream's numbers are used up. */
static struct downlink_repairs *repairs(struct downlink *d)
{
	struct downlink_live *l = d->live;

	if (l->repairs)
		return l->repairs;
	l->repairs = calloc(1, sizeof(*l->repairs));
	if (l->repairs)
		l->repairs->seq = forward_random(d->peer->fw) & FIRST_SEQ_MASK;
	return l->repairs;
}

/* May this one be repaired now? Once a round trip, and not for ever. */
static bool may_resend(struct downlink_repairs *past, uint16_t seq, usec rtt, usec now)
{
	struct downlink_resent *r = &past->resent[seq % DOWNLINK_RESENT];
	uint32_t now_ms = (uint32_t)(now / USEC_PER_MS);
	usec since = (usec)(uint32_t)(now_ms - r->at_ms) * USEC_PER_MS;

	if (r->times == 0 || r->seq != seq)
		*r = (struct downlink_resent){.seq = seq};
	else if (r->times >= DOWNLINK_RESENT_MAX || since < usec_max(rtt, MISSING_RTT_MIN))
		return false;
	r->times++;
	r->at_ms = now_ms;
	return true;
}

/* RFC 4588 4: the original's number, then the original. */
static void resend(struct downlink *d, struct downlink_repairs *past, const struct packet *p,
				   const struct rewrite_out *out)
{
	uint8_t header[DOWNLINK_HEADER_MAX], front[2 + VP8_DESC_MAX];
	struct wr room = wr_init(front, sizeof(front));
	struct dress as = {d->rtx_pt, p->rtp.marker, past->seq++, d->rtx_ssrc};
	size_t len = write_header(d, p, &as, out->ts, header);

	wr_u16(&room, out->seq);
	struct srtp_piece piece = dress_payload(p, out, &room);
	if (d->ops->send_rtp(d->transport, &past->srtp, span_of(header, len), &piece) < 0)
		d->peer->fw->counts.send_failures++;
	d->peer->bytes_out += len + piece.a.len + piece.b.len;
}

unsigned downlink_nack(struct downlink *d, const uint16_t *seqs, unsigned count, usec rtt,
					   usec now, unsigned budget)
{
	unsigned sent = 0;

	/* Without a stream of its own a repair would be sealed under a number used before */
	for (unsigned i = 0; d->live && d->rtx_pt && i < count && sent < budget; i++) {
		struct rewrite_out out;
		const struct packet *p = sent_as(d, seqs[i], &out);
		struct downlink_repairs *past = p ? repairs(d) : NULL;
		if (!past || !may_resend(past, seqs[i], rtt, now))
			continue;
		resend(d, past, p, &out);
		sent++;
	}
	return sent;
}

void downlink_pli(struct downlink *d, usec now)
{
	int layer = d->current != LAYER_NONE ? d->current : d->target;

	if (!d->source || !source_is_open(d->source) || !source_is_video(d->source) ||
		layer == LAYER_NONE)
		return;
	if (d->live->has_key && now - d->live->key_at < usec_max(d->peer->rtt, KEY_GRACE))
		return;
	source_want_key(d->source, (unsigned)layer, now);
}

bool downlink_is_active(const struct downlink *d, usec now)
{
	return d->live && d->live->map.started && d->current != LAYER_NONE &&
		   now - d->sent_at < ACTIVE;
}
