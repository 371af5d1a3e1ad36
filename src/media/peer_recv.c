/* A packet's way in. Read peer_recv_rtp: parse, bind, unwrap a repair, count, look at the
 * picture or the level, keep, and hand on to all who receive it. */
#include "media/fanout.h"
#include "media/forward_state.h"
#include "media/frame.h"
#include "media/group.h"
#include "media/peer_bind.h"
#include "media/peer_state.h"

#include <stdlib.h>

static void note_arrival(struct peer *p, const struct packet *pkt, uint16_t number)
{
	if (!p->feedback) {
		p->feedback = malloc(sizeof(*p->feedback));
		if (!p->feedback)
			return;
		feedback_init(p->feedback, p->ssrc);
	}
	feedback_add(p->feedback, number, pkt->rtp.ssrc, pkt->arrived);
	peer_sooner(p, feedback_deadline(p->feedback));
}

/* Makes of a retransmission the packet it repeats. RFC 4588 4. -ERR_PROTO: it repeats none, as
 * those that only probe the line */
static int unwrap(struct packet *pkt, const struct uplink *u, const struct codec_format *f)
{
	struct rtp *r = &pkt->rtp;

	if (r->payload.len <= 2)
		return -ERR_PROTO;
	r->seq = get_u16(r->payload.ptr);
	r->payload = span_sub(r->payload, 2, r->payload.len);
	r->pt = f->pt;
	r->ssrc = u->ssrc;
	return 0;
}

/* The stream's format is f from this packet on. */
static void note_format(struct uplink *u, const struct codec_format *f)
{
	if (u->format.pt == f->pt && u->format.codec == f->codec)
		return;
	u->format = *f;
	cache_clear(&u->cache);
}

static void forward_sound(struct uplink *u, struct packet *pkt, usec now)
{
	struct source *s = u->source;

	if (source_kind(s) == MEDIA_MIC && pkt->rtp.payload.len > 0)
		group_hear(s->group, s, pkt, now);
	fanout(s, u->layer, pkt, now);
}

/* A packet of an open or closed source that has not come before. */
static void take(struct peer *p, struct uplink *u, struct packet *pkt, usec now)
{
	struct source *s = u->source;
	bool padding = pkt->rtp.payload.len == 0;

	pkt->codec = (uint8_t)u->format.codec;
	pkt->key = false;
	pkt->height = 0;
	if (!padding && frame_look(pkt) < 0) {
		p->fw->counts.malformed++;
		return;
	}
	uplink_keep(u, pkt, s->open);
	if (!s->open) {
		p->fw->counts.gated++;
		return;
	}
	if (u->video)
		fanout(s, u->layer, pkt, now);
	else
		forward_sound(u, pkt, now);
}

void peer_recv_rtp(struct peer *p, struct packet *pkt, usec now)
{
	struct forward *fw = p->fw;
	const struct codec_format *f;
	struct peer_marks marks;
	struct binding *b;
	struct uplink *u;
	bool rtx, comes;
	int news;

	fw->now = now;
	fw->counts.packets_in++;
	p->stats.packets_in++;
	p->bytes_in += pkt->len;
	p->came_at = now;
	if (rtp_parse(span_of(pkt->buf, pkt->len), &pkt->rtp) < 0) {
		fw->counts.malformed++;
		return;
	}
	peer_read_marks(p, pkt, &marks);
	if (marks.has_twcc)
		note_arrival(p, pkt, marks.twcc);
	b = peer_bind(p, pkt, &marks, now);
	if (!b) {
		fw->counts.unbound++;
		return;
	}
	u = b->line->uplinks[b->layer];
	f = peer_format(b->line, pkt->rtp.pt, &rtx);
	if (rtx && unwrap(pkt, u, f) < 0)
		return;
	comes = !uplink_is_arriving(u, UPLINK_ARRIVING, now);
	news = uplink_recv(u, pkt, rtx, f->clock);
	if (news < 0) {
		fw->counts.late++;
		return;
	}
	fw->counts.repaired += rtx;
	note_format(u, f);
	if (news == UPLINK_RESTART)
		source_restart(u->source, u->layer, now);
	take(p, u, pkt, now);
	if (comes)
		source_choose(u->source, now);
	if (source_is_open(u->source))
		peer_sooner(p, usec_min(uplink_nack_deadline(u), keyframe_deadline(&u->keyframe)));
}
