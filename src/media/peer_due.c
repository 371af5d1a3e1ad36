/* What a peer does as time goes by: feedback and repairs asked for when they are due, a look at
 * its caches, layers and arrivals now and then, reports and rates once a second. */
#include "media/forward_state.h"
#include "media/group.h"
#include "media/peer_state.h"
#include "media/report.h"

enum {
	GOOD_LOSS_PERMILLE = 30,
	FAIR_LOSS_PERMILLE = 100,
};

#define GOOD_RTT (300 * USEC_PER_MS)
#define FAIR_RTT (600 * USEC_PER_MS)
#define STEADY_LOOKS 6  /* of eight */
#define SIGNS_OF_LIFE 2 /* one may be lost */
#define LOST_AFTER (5 * USEC_PER_SEC)
#define LOSS_AGE (5 * USEC_PER_SEC)  /* a receiver's report is believed for so long */
#define LEAST_TURN (1 * USEC_PER_MS) /* between two turns */

void peer_sooner(struct peer *p, usec at)
{
	if (at != USEC_NEVER)
		agenda_sooner(&p->fw->agenda, &p->entry, at);
}

/* When something is to be asked of one of its streams. */
static usec streams_deadline(const struct peer *p)
{
	usec at = USEC_NEVER;

	for (unsigned i = 0; i < p->line_count; i++) {
		for (unsigned k = 0; k < LAYER_MAX; k++) {
			const struct uplink *u = p->lines[i]->uplinks[k];
			if (!u || !source_is_open(u->source) || !u->ssrc)
				continue;
			at = usec_min(at, uplink_nack_deadline(u));
			at = usec_min(at, keyframe_deadline(&u->keyframe));
		}
	}
	return at;
}

/* ── House ── */

/* Whether it has fallen silent just now: eight looks of which most had packets, then three that
 * had none. Packets of silence come each 400 ms, in every other look. */
static void mind_silence(struct peer *p)
{
	bool came = p->stats.packets_in != p->packets_in_then;

	p->packets_in_then = p->stats.packets_in;
	p->came = (uint16_t)(p->came << 1 | came);
	if ((p->came & 0xf) == 0x8 && __builtin_popcount(p->came >> 3 & 0xff) >= STEADY_LOOKS)
		p->fw->ops->on_quiet(p->fw->arg, p->transport);
}

static void keep_house(struct peer *p, usec now)
{
	mind_silence(p);
	for (unsigned i = 0; i < p->line_count; i++) {
		struct line *line = p->lines[i];

		for (unsigned k = 0; k < LAYER_MAX; k++) {
			if (line->uplinks[k])
				cache_expire(&line->uplinks[k]->cache, now);
		}
		if (line->source)
			source_tell(line->source, now);
		if (line->slot && line->slot->source && !p->waits)
			downlink_choose(line->slot, now);
	}
}

/* ── Rates and quality ── */

static uint32_t rate(uint64_t bytes, usec time)
{
	uint64_t bps = bytes * 8 * USEC_PER_SEC / (uint64_t)time;

	return bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bps;
}

static uint16_t mean_permille(unsigned sum, unsigned n)
{
	return n ? (uint16_t)(sum * 1000 / 256 / n) : 0;
}

static void measure(struct peer *p, usec now)
{
	unsigned up = 0, up_n = 0, down = 0, down_n = 0;
	usec time = now - p->rates_at;

	for (unsigned i = 0; i < p->line_count; i++) {
		const struct line *line = p->lines[i];
		const struct downlink *d = line->slot;

		for (unsigned k = 0; k < LAYER_MAX; k++) {
			const struct uplink *u = line->uplinks[k];
			if (!u || !uplink_is_arriving(u, 2 * PEER_REPORT, now))
				continue;
			up += u->fraction_lost;
			up_n++;
			if (u->format.clock)
				p->stats.jitter_us =
					(uint32_t)((uint64_t)(u->jitter >> 4) * USEC_PER_SEC / u->format.clock);
		}
		if (d && d->loss_at && now - d->loss_at < LOSS_AGE && downlink_is_active(d, now)) {
			down += d->fraction_lost;
			down_n++;
		}
	}
	p->stats.up_loss_permille = mean_permille(up, up_n);
	p->stats.down_loss_permille = mean_permille(down, down_n);
	p->stats.rtt_us = (uint32_t)p->rtt;
	if (time <= 0)
		return;
	p->stats.up_bps = rate(p->bytes_in - p->bytes_in_then, time);
	p->stats.down_bps = rate(p->bytes_out - p->bytes_out_then, time);
	p->bytes_in_then = p->bytes_in;
	p->bytes_out_then = p->bytes_out;
	p->rates_at = now;
}

static int judge(const struct peer *p, usec now)
{
	unsigned loss = p->stats.up_loss_permille;

	if (p->stats.down_loss_permille > loss)
		loss = p->stats.down_loss_permille;
	if (now - p->came_at > LOST_AFTER)
		return 0;
	if (loss < GOOD_LOSS_PERMILLE && p->rtt < GOOD_RTT)
		return 3;
	return loss < FAIR_LOSS_PERMILLE && p->rtt < FAIR_RTT ? 2 : 1;
}

/* Told when it has been so for two reports. */
static void tell_quality(struct peer *p, usec now)
{
	int quality;

	if (!p->came_at)
		return;
	quality = judge(p, now);
	if (quality == p->quality_next && quality != p->quality) {
		p->quality = quality;
		p->fw->ops->on_quality(p->fw->arg, p->transport, quality);
	}
	p->quality_next = quality;
}

void peer_stats(const struct peer *p, usec now, struct media_stats *ret)
{
	*ret = p->stats;
	ret->quiet_ms = p->came_at ? (uint32_t)((now - p->came_at) / USEC_PER_MS) : UINT32_MAX;
}

void peer_show_life(const struct peer *p)
{
	for (int i = 0; i < SIGNS_OF_LIFE; i++)
		report_life(p);
}

/* ── Its turn ── */

void peer_due(void *peer, usec now)
{
	struct peer *p = peer;
	usec next;

	if (p->feedback && feedback_deadline(p->feedback) <= now)
		report_feedback(p);
	if (now >= p->house_at) {
		keep_house(p, now);
		p->house_at = now + PEER_HOUSE;
	}
	if (now >= p->report_at) {
		report_all(p, now);
		measure(p, now);
		tell_quality(p, now);
		p->report_at = now + PEER_REPORT;
	}
	if (streams_deadline(p) <= now)
		report_missing(p, now);
	next = usec_min(p->house_at, p->report_at);
	next = usec_min(next, streams_deadline(p));
	if (p->feedback)
		next = usec_min(next, feedback_deadline(p->feedback));
	agenda_set(&p->fw->agenda, &p->entry, usec_max(next, now + LEAST_TURN));
}
