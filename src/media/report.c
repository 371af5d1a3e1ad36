/* A compound begins with a receiver report and our name, unless the peer takes reduced ones
 * (RFC 5506). What does not fit one compound goes into the next. */
#include "media/report.h"

#include "media/forward_state.h"
#include "wire/rtcp.h"

enum {
	FEEDBACK_PACKETS_MAX = 4, /* of one turn: more is nonsense */
	SR_ROOM = 28 + 12 + PEER_CNAME_MAX + 4,
};

static const char cname[] = "ting";

struct compound {
	struct wr w;
	size_t empty; /* its length before anything was said */
	uint8_t buf[FORWARD_RTCP_MAX];
};

static void open_compound(const struct peer *p, struct compound *c)
{
	c->w = wr_init(c->buf, sizeof(c->buf));
	if (!p->rsize) {
		rtcp_write_rr(&c->w, p->ssrc, NULL, 0);
		rtcp_write_sdes(&c->w, p->ssrc, span_str(cname));
	}
	c->empty = wr_len(&c->w);
}

static void send_compound(const struct peer *p, struct compound *c)
{
	struct span bytes = wr_span(&c->w);

	if (bytes.len > c->empty)
		p->fw->ops->send_rtcp(p->transport, bytes);
}

uint64_t report_ntp(const struct peer *p, usec now)
{
	return clock_ntp(now + p->fw->wall_offset);
}

/* ── Feedback ── */

static void write_key(struct peer *p, struct uplink *u, struct wr *w)
{
	p->stats.plis_out++;
	if ((u->format.fb & (CODEC_FB_PLI | CODEC_FB_FIR)) == CODEC_FB_FIR)
		rtcp_write_fir(w, p->ssrc, u->ssrc, ++u->fir_command);
	else
		rtcp_write_pli(w, p->ssrc, u->ssrc);
}

void report_key(struct peer *p, struct uplink *u)
{
	struct compound c;

	if (!u->ssrc)
		return;
	open_compound(p, &c);
	write_key(p, u, &c.w);
	send_compound(p, &c);
}

static void write_missing(struct peer *p, struct uplink *u, struct wr *w, usec now)
{
	uint16_t seqs[RTCP_NACK_MAX];
	unsigned n = 0;

	if (uplink_nack_deadline(u) <= now)
		n = uplink_nack(u, p->rtt, now, seqs);
	if (n > 0) {
		rtcp_write_nack(w, p->ssrc, u->ssrc, seqs, n);
		p->stats.nacks_out += n;
	}
	if (keyframe_due(&u->keyframe, now))
		write_key(p, u, w);
}

void report_missing(struct peer *p, usec now)
{
	struct compound c;

	for (unsigned i = 0; i < p->line_count; i++) {
		for (unsigned k = 0; k < LAYER_MAX; k++) {
			struct uplink *u = p->lines[i]->uplinks[k];
			if (!u || !source_is_open(u->source) || !u->ssrc)
				continue;
			/* A NACK fits a compound of its own, whatever is missing */
			open_compound(p, &c);
			write_missing(p, u, &c.w, now);
			send_compound(p, &c);
		}
	}
}

void report_feedback(struct peer *p)
{
	bool more = p->feedback != NULL;

	for (unsigned i = 0; more && i < FEEDBACK_PACKETS_MAX; i++) {
		struct compound c;
		open_compound(p, &c);
		more = feedback_write(p->feedback, &c.w);
		send_compound(p, &c);
	}
}

/* ── Reports ── */

/* RFC 3550 6.4.1; times are the server's own, never the sender's */
static void write_sr(struct peer *p, struct downlink *d, struct wr *w, usec now)
{
	struct rtcp_sr sr = {
		.ssrc = d->ssrc,
		.ntp = report_ntp(p, now),
		.ts = rewrite_ts_at(&d->live->map, now),
		.packets = d->packets,
		.octets = d->octets,
	};

	rtcp_write_sr(w, &sr, NULL, 0);
	rtcp_write_sdes(w, d->ssrc, span_str(d->line->cname[0] ? d->line->cname : cname));
}

static void report_slots(struct peer *p, usec now)
{
	struct compound c;

	c.w = wr_init(c.buf, sizeof(c.buf));
	c.empty = 0;
	for (unsigned i = 0; i < p->line_count; i++) {
		struct downlink *d = p->lines[i]->slot;
		if (!d || !downlink_is_active(d, now))
			continue;
		if (wr_room(&c.w) < SR_ROOM) {
			send_compound(p, &c);
			c.w = wr_init(c.buf, sizeof(c.buf));
		}
		write_sr(p, d, &c.w, now);
	}
	send_compound(p, &c);
}

static void report_streams(struct peer *p, usec now)
{
	struct rtcp_block blocks[RTCP_COUNT_MAX];
	struct compound c;
	unsigned n = 0;

	for (unsigned i = 0; i < p->line_count; i++) {
		for (unsigned k = 0; k < LAYER_MAX && n < RTCP_COUNT_MAX; k++) {
			struct uplink *u = p->lines[i]->uplinks[k];
			if (u && u->started && u->ssrc && uplink_is_arriving(u, 2 * PEER_REPORT, now))
				uplink_block(u, now, &blocks[n++]);
		}
	}
	if (n == 0)
		return;
	c.w = wr_init(c.buf, sizeof(c.buf));
	c.empty = 0;
	rtcp_write_rr(&c.w, p->ssrc, blocks, n);
	rtcp_write_sdes(&c.w, p->ssrc, span_str(cname));
	send_compound(p, &c);
}

void report_life(const struct peer *p)
{
	struct compound c;

	c.w = wr_init(c.buf, sizeof(c.buf));
	c.empty = 0;
	rtcp_write_rr(&c.w, p->ssrc, NULL, 0);
	rtcp_write_sdes(&c.w, p->ssrc, span_str(cname));
	send_compound(p, &c);
}

void report_all(struct peer *p, usec now)
{
	report_slots(p, now);
	report_streams(p, now);
}
