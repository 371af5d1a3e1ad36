/* The usual case is the first loop of peer_bind: a known SSRC. All else happens once a stream. */
#include "media/peer_bind.h"

#include "wire/ext.h"

/* A stream silent for so long may come back under another SSRC */
#define STALE (1 * USEC_PER_SEC)

void peer_read_marks(const struct peer *p, struct packet *pkt, struct peer_marks *ret)
{
	struct rtp_ext_iter it = rtp_ext_each(&pkt->rtp);
	struct rtp_ext e;

	*ret = (struct peer_marks){0};
	pkt->has_level = false;
	while (rtp_ext_next(&it, &e)) {
		switch ((enum peer_ext)p->ext_of_id[e.id]) {
		case PEER_EXT_MID:
			(void)!ext_parse_text(e.data, &ret->mid);
			break;
		case PEER_EXT_RID:
			(void)!ext_parse_text(e.data, &ret->rid);
			break;
		case PEER_EXT_REPAIRED_RID:
			(void)!ext_parse_text(e.data, &ret->repaired_rid);
			break;
		case PEER_EXT_AUDIO_LEVEL:
			pkt->has_level = ext_parse_level(e.data, &pkt->voice, &pkt->level) == 0;
			break;
		case PEER_EXT_TWCC:
			ret->has_twcc = ext_parse_twcc(e.data, &ret->twcc) == 0;
			break;
		case PEER_EXT_NONE:
			break;
		}
	}
}

const struct codec_format *peer_format(const struct line *line, uint8_t pt, bool *ret_rtx)
{
	for (unsigned i = 0; i < line->conf.codec_count; i++) {
		const struct codec_format *f = &line->conf.codecs[i];
		*ret_rtx = f->rtx_pt && f->rtx_pt == pt;
		if (f->pt == pt || *ret_rtx)
			return f;
	}
	return NULL;
}

/* ── A new SSRC ── */

/* Where it might belong. */
struct guess {
	struct line *line;
	int layer; /* -1: not known */
	bool rtx;
	bool declared;
};

static int layer_by_rid(const struct line *line, struct span rid)
{
	for (unsigned i = 0; i < line->conf.layer_count; i++) {
		if (line->conf.layers[i].rid[0] && span_is(rid, line->conf.layers[i].rid))
			return (int)i;
	}
	return -1;
}

static void guess_by_ssrc(const struct peer *p, uint32_t ssrc, struct guess *g)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		const struct peer_line *conf = &p->lines[i]->conf;
		for (int k = 0; peer_role_sends(conf->role) && k < conf->layer_count; k++) {
			bool rtx = conf->layers[k].rtx_ssrc == ssrc;
			if (!rtx && conf->layers[k].ssrc != ssrc)
				continue;
			*g = (struct guess){p->lines[i], k, rtx, true};
			return;
		}
	}
}

/* The line a MID names, or the only one that a payload type leads to. */
static struct line *line_of(const struct peer *p, struct span mid, uint8_t pt)
{
	struct line *found = NULL;
	bool rtx;

	for (unsigned i = 0; i < p->line_count; i++) {
		struct line *line = p->lines[i];
		if (!peer_role_sends(line->conf.role))
			continue;
		if (mid.len) {
			if (span_is(mid, line->conf.mid))
				return line;
		} else if (peer_format(line, pt, &rtx)) {
			if (found)
				return NULL;
			found = line;
		}
	}
	return found;
}

/* An SSRC that we send with ourselves. */
static bool is_ours(const struct peer *p, uint32_t ssrc)
{
	for (unsigned i = 0; i < p->line_count; i++) {
		const struct peer_line *conf = &p->lines[i]->conf;
		if (p->lines[i]->slot && (conf->ssrc == ssrc || conf->rtx_ssrc == ssrc))
			return true;
	}
	return false;
}

static bool guess_stream(const struct peer *p, const struct packet *pkt,
						 const struct peer_marks *m, struct guess *g)
{
	struct span rid = m->repaired_rid.len ? m->repaired_rid : m->rid;
	bool rtx;

	*g = (struct guess){.layer = -1};
	guess_by_ssrc(p, pkt->rtp.ssrc, g);
	if (!g->line || (m->mid.len && !span_is(m->mid, g->line->conf.mid)))
		*g = (struct guess){.line = line_of(p, m->mid, pkt->rtp.pt), .layer = -1};
	if (!g->line || !g->line->source || !peer_format(g->line, pkt->rtp.pt, &rtx))
		return false;
	/* A declared SSRC's place among the layers is a guess of the order in which they stand: what
	 * the packet says counts more */
	if (g->declared && g->rtx != rtx)
		return false;
	g->rtx = rtx;
	if (rid.len && g->line->conf.layers[0].rid[0])
		g->layer = layer_by_rid(g->line, rid);
	else if (g->layer < 0 && g->line->conf.layer_count == 1)
		g->layer = 0;
	if (m->repaired_rid.len && !rtx)
		return false;
	return g->layer >= 0;
}

static struct binding *add_binding(struct peer *p, const struct guess *g, uint32_t ssrc, usec now)
{
	struct uplink *u = g->line->uplinks[g->layer];
	unsigned i = 0;

	/* Retransmissions of what never came are only a probe of the line */
	if (g->rtx && !u)
		return NULL;
	while (i < p->binding_count && !(p->bindings[i].line == g->line &&
									 p->bindings[i].layer == g->layer &&
									 p->bindings[i].rtx == g->rtx))
		i++;
	if (i < p->binding_count && now - p->bindings[i].last_at <= STALE)
		return NULL;
	if (i == PEER_BINDINGS_MAX)
		return NULL;
	if (!g->rtx && !u && peer_add_uplink(g->line, (unsigned)g->layer) < 0)
		return NULL;
	if (i == p->binding_count)
		p->binding_count++;
	p->ssrcs[i] = ssrc;
	p->bindings[i] = (struct binding){g->line, (uint8_t)g->layer, g->rtx, now};
	if (!g->rtx) {
		g->line->uplinks[g->layer]->ssrc = ssrc;
		if (u) {
			uplink_reset(u);
			source_restart(g->line->source, (unsigned)g->layer, now);
		}
	}
	return &p->bindings[i];
}

/* ── Known or new ── */

struct binding *peer_binding(struct peer *p, uint32_t ssrc)
{
	for (unsigned i = 0; i < p->binding_count; i++) {
		if (p->ssrcs[i] == ssrc)
			return &p->bindings[i];
	}
	return NULL;
}

static bool agrees(const struct binding *b, const struct packet *pkt, const struct peer_marks *m)
{
	const struct peer_line *conf = &b->line->conf;
	const char *rid = conf->layers[b->layer].rid;
	struct span said = b->rtx && m->repaired_rid.len ? m->repaired_rid : m->rid;
	bool rtx;

	if (!b->line->source || !peer_format(b->line, pkt->rtp.pt, &rtx) || rtx != b->rtx)
		return false;
	if (m->mid.len && !span_is(m->mid, conf->mid))
		return false;
	if (!b->rtx && m->repaired_rid.len)
		return false;
	return !said.len || !rid[0] || span_is(said, rid);
}

struct binding *peer_bind(struct peer *p, const struct packet *pkt, const struct peer_marks *marks,
						  usec now)
{
	struct binding *b = peer_binding(p, pkt->rtp.ssrc);
	struct guess g;

	if (!b) {
		if (is_ours(p, pkt->rtp.ssrc) || !guess_stream(p, pkt, marks, &g))
			return NULL;
		return add_binding(p, &g, pkt->rtp.ssrc, now);
	}
	if (!agrees(b, pkt, marks))
		return NULL;
	b->last_at = now;
	return b;
}
