/* What a peer says by RTCP: of the streams it sends, and of the slots it receives. One case a
 * packet type; whatever is malformed or about streams of others is counted and passed over. */
#include "media/forward_state.h"
#include "media/peer_bind.h"
#include "media/peer_state.h"
#include "media/report.h"
#include "wire/rtcp.h"

/* A round trip measured below or above is a mistake or a lie */
#define RTT_MAX (10 * USEC_PER_SEC)

static struct downlink *slot_of(const struct peer *p, uint32_t ssrc)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		if (p->lines[i]->slot && p->lines[i]->conf.ssrc == ssrc)
			return p->lines[i]->slot;
	}
	return NULL;
}

static struct uplink *stream_of(struct peer *p, uint32_t ssrc)
{
	const struct binding *b = peer_binding(p, ssrc);

	return b && !b->rtx ? b->line->uplinks[b->layer] : NULL;
}

/* ── Reports ── */

/* RFC 3550 6.4.1: now, less when our report left, less how long it was kept. */
static void measure_rtt(struct peer *p, const struct rtcp_block *b, usec now)
{
	uint32_t mid = (uint32_t)(report_ntp(p, now) >> 16);
	int32_t trip = (int32_t)(mid - b->lsr - b->dlsr);
	usec rtt = (usec)trip * USEC_PER_SEC / 65536;

	if (!b->lsr || trip < 0 || rtt > RTT_MAX)
		return;
	rtt = usec_max(rtt, 1);
	p->rtt = p->rtt ? (p->rtt * 7 + rtt) / 8 : rtt;
}

static void recv_blocks(struct peer *p, const struct rtcp *r, usec now)
{
	struct rtcp_block b;

	for (unsigned i = 0; i < r->count; i++) {
		struct downlink *d;
		if (rtcp_parse_block(r, i, &b) < 0) {
			p->fw->counts.malformed++;
			return;
		}
		d = slot_of(p, b.ssrc);
		if (!d)
			continue;
		d->fraction_lost = b.fraction_lost;
		d->loss_at = now;
		measure_rtt(p, &b, now);
	}
}

static void recv_sr(struct peer *p, const struct rtcp *r, usec now)
{
	struct rtcp_sr sr;
	struct uplink *u;

	if (rtcp_parse_sr(r, &sr) < 0) {
		p->fw->counts.malformed++;
		return;
	}
	u = stream_of(p, sr.ssrc);
	if (u)
		uplink_sr(u, &sr, now);
	recv_blocks(p, r, now);
}

static void recv_bye(struct peer *p, const struct rtcp *r, usec now)
{
	struct rtcp_bye bye;

	if (rtcp_parse_bye(r, &bye) < 0) {
		p->fw->counts.malformed++;
		return;
	}
	for (unsigned i = 0; i < bye.count; i++) {
		struct uplink *u = stream_of(p, get_u32(bye.ssrcs.ptr + i * 4u));
		if (!u)
			continue;
		uplink_bye(u);
		source_choose(u->source, now);
	}
}

/* ── Feedback ── */

/* Repairs are limited over the whole transport: a storm of requests costs its sender more than
 * us. */
static unsigned repair_budget(struct peer *p, usec now)
{
	usec earned = (now - p->repair_at) * PEER_REPAIR_RATE / USEC_PER_SEC;

	if (earned > 0) {
		usec left = usec_min(p->repair_left + earned, PEER_REPAIR_BURST);
		p->repair_left = (unsigned)left;
		p->repair_at = now;
	}
	return p->repair_left;
}

static void recv_nack(struct peer *p, const struct rtcp_fb *fb, usec now)
{
	uint16_t seqs[RTCP_NACK_MAX];
	struct downlink *d = slot_of(p, fb->media);
	int n = rtcp_parse_nack(fb->fci, seqs, RTCP_NACK_MAX);
	unsigned sent;

	if (n < 0) {
		p->fw->counts.malformed++;
		return;
	}
	if (!d)
		return;
	sent = downlink_nack(d, seqs, (unsigned)n, p->rtt, now, repair_budget(p, now));
	p->repair_left -= sent;
	p->stats.nacks_in += (unsigned)n;
	p->stats.rtx_out += sent;
	p->fw->counts.resent += sent;
	p->fw->counts.nacks_refused += (unsigned)n - sent;
}

static void want_picture(struct peer *p, uint32_t ssrc, usec now)
{
	struct downlink *d = slot_of(p, ssrc);

	if (!d)
		return;
	p->stats.plis_in++;
	downlink_pli(d, now);
}

static void recv_fir(struct peer *p, const struct rtcp_fb *fb, usec now)
{
	struct rd in = rd_init(fb->fci);
	uint32_t ssrc;
	uint8_t command;

	for (unsigned i = 0; i < RTCP_FIR_MAX && rtcp_fir_next(&in, &ssrc, &command) > 0; i++)
		want_picture(p, ssrc, now);
}

/* Estimates of the line (transport-wide feedback, REMB) go to the estimator from here. */
static void recv_feedback(struct peer *p, const struct rtcp *r, usec now)
{
	struct rtcp_fb fb;

	if (rtcp_parse_fb(r, &fb) < 0) {
		p->fw->counts.malformed++;
		return;
	}
	if (r->type == RTCP_RTPFB && r->count == RTCP_RTPFB_NACK)
		recv_nack(p, &fb, now);
	else if (r->type == RTCP_PSFB && r->count == RTCP_PSFB_PLI)
		want_picture(p, fb.media, now);
	else if (r->type == RTCP_PSFB && r->count == RTCP_PSFB_FIR)
		recv_fir(p, &fb, now);
}

void peer_recv_rtcp(struct peer *p, struct span compound, usec now)
{
	struct rd in = rd_init(compound);
	struct rtcp r;
	int rc = 0;

	p->fw->now = now;
	p->came_at = now;
	for (unsigned i = 0; i < RTCP_COMPOUND_MAX && (rc = rtcp_next(&in, &r)) > 0; i++) {
		switch (r.type) {
		case RTCP_SR:
			recv_sr(p, &r, now);
			break;
		case RTCP_RR:
			recv_blocks(p, &r, now);
			break;
		case RTCP_BYE:
			recv_bye(p, &r, now);
			break;
		case RTCP_RTPFB:
		case RTCP_PSFB:
			recv_feedback(p, &r, now);
			break;
		default:
			break;
		}
	}
	if (rc < 0)
		p->fw->counts.malformed++;
}
