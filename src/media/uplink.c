/* Sequence numbers as in RFC 3550 A.1, without probation: every packet here is authenticated. A
 * bitmap by sequence number says which of the last UPLINK_WINDOW have come. */
#include "media/uplink.h"

#include <stdlib.h>

enum { NO_LEAP = 1 << 16 };

int uplink_init(struct uplink *u, bool video, bool nack)
{
	*u = (struct uplink){.video = video, .nack = nack, .leap_seq = NO_LEAP};
	u->keyframe.period = KEYFRAME_PERIOD_HIGH;
	return cache_init(&u->cache, video ? CACHE_VIDEO : CACHE_AUDIO);
}

static void forget_missing(struct uplink *u)
{
	free(u->missing);
	u->missing = NULL;
}

void uplink_done(struct uplink *u)
{
	cache_done(&u->cache);
	forget_missing(u);
}

/* ── Which have come ── */

static bool seen(const struct uplink *u, uint16_t seq)
{
	return u->seen[seq % UPLINK_WINDOW / 64] >> seq % 64 & 1;
}

static void see(struct uplink *u, uint16_t seq)
{
	u->seen[seq % UPLINK_WINDOW / 64] |= UINT64_C(1) << seq % 64;
}

void uplink_reset(struct uplink *u)
{
	u->started = false;
	u->cycles = 0;
	u->leap_seq = NO_LEAP;
	u->received = u->received_before = u->expected_before = 0;
	u->jitter = u->transit = 0;
	u->sr_mid = 0;
	memset(u->seen, 0, sizeof(u->seen));
	forget_missing(u);
	cache_clear(&u->cache);
}

static void restart(struct uplink *u, uint16_t seq)
{
	uplink_reset(u);
	u->started = true;
	u->top = seq;
	u->base = seq;
}

static void want_keyframe(struct uplink *u)
{
	if (u->video)
		keyframe_want(&u->keyframe);
}

/* Packets between the newest so far and seq did not come. The list is there once something has
 * been lost, and goes when a second has passed without: most lines lose nothing, and have none. */
static void miss(struct uplink *u, uint16_t seq, usec now)
{
	if (!u->missing && (uint16_t)(seq - u->top) > 1) {
		u->missing = malloc(sizeof(*u->missing));
		if (u->missing)
			missing_init(u->missing);
		else
			want_keyframe(u);
	}
	if (u->missing && missing_gap(u->missing, u->top, seq, now) < 0)
		want_keyframe(u);
}

/* The newest so far. */
static void advance(struct uplink *u, uint16_t seq, usec now)
{
	uint16_t ahead = (uint16_t)(seq - u->top);

	if (ahead >= UPLINK_WINDOW) {
		memset(u->seen, 0, sizeof(u->seen));
	} else {
		for (uint16_t s = (uint16_t)(u->top + 1); s != seq; s++)
			u->seen[s % UPLINK_WINDOW / 64] &= ~(UINT64_C(1) << s % 64);
	}
	if (u->nack)
		miss(u, seq, now);
	if (seq < u->top)
		u->cycles += 1 << 16;
	u->top = seq;
}

static void count_jitter(struct uplink *u, uint32_t ts, usec at, uint32_t clock)
{
	uint32_t transit = (uint32_t)(at / 1000 * (clock / 1000) + at % 1000 * (clock / 1000) / 1000);
	uint32_t d;

	transit -= ts;
	if (u->received > 1) {
		d = transit - u->transit;
		d = d > INT32_MAX ? -d : d;
		/* RFC 3550 A.8, in sixteenths; a sender's leap is no jitter */
		if (d < clock)
			u->jitter += d - ((u->jitter + 8) >> 4);
	}
	u->transit = transit;
}

int uplink_recv(struct uplink *u, const struct packet *p, bool repaired, uint32_t clock)
{
	uint16_t seq = p->rtp.seq;
	uint16_t ahead = (uint16_t)(seq - u->top);
	int news = UPLINK_FRESH;

	if (!u->started) {
		restart(u, seq);
	} else if (ahead == 0) {
		return -ERR_REPLAY;
	} else if (ahead < UPLINK_LEAP) {
		u->leap_seq = NO_LEAP;
		advance(u, seq, p->arrived);
	} else if ((uint16_t)-ahead < UPLINK_WINDOW) {
		if (seen(u, seq))
			return -ERR_REPLAY;
		if (u->missing)
			(void)missing_found(u->missing, seq);
	} else if ((uint16_t)-ahead < 2 * UPLINK_LEAP) {
		return -ERR_REPLAY; /* behind the window */
	} else if (repaired || seq != u->leap_seq) {
		if (!repaired)
			u->leap_seq = (uint16_t)(seq + 1);
		return -ERR_PROTO;
	} else {
		restart(u, seq);
		news = UPLINK_RESTART;
	}
	see(u, seq);
	u->last_at = p->arrived;
	u->bytes += p->len;
	if (!repaired) {
		u->received++;
		count_jitter(u, p->rtp.ts, p->arrived, clock);
	}
	return news;
}

void uplink_keep(struct uplink *u, struct packet *p, bool keep)
{
	if (p->key) {
		keyframe_seen(&u->keyframe);
		if (p->height)
			u->height = p->height;
		/* Nothing before it is shown any more, unless it came out of order. Of H.264 the parameter
		 * sets may stand before what looks like the beginning */
		if (u->missing && p->rtp.seq == u->top && p->codec != CODEC_H264)
			missing_forget_before(u->missing, p->rtp.seq);
	}
	if (keep)
		cache_add(&u->cache, p, p->arrived);
}

/* ── What has not ── */

unsigned uplink_nack(struct uplink *u, usec rtt, usec now, uint16_t *ret_seqs)
{
	bool lost = false;
	unsigned n = 0;

	if (u->missing)
		n = missing_due(u->missing, rtt, u->top, now, ret_seqs, RTCP_NACK_MAX, &lost);
	if (lost)
		want_keyframe(u);
	return n;
}

usec uplink_nack_deadline(const struct uplink *u)
{
	return u->missing ? u->missing->deadline : USEC_NEVER;
}

bool uplink_is_arriving(const struct uplink *u, usec age, usec now)
{
	return u->last_at && now - u->last_at <= age;
}

/* ── Reports ── */

void uplink_sr(struct uplink *u, const struct rtcp_sr *sr, usec now)
{
	u->sr_mid = (uint32_t)(sr->ntp >> 16);
	u->sr_at = now;
}

void uplink_bye(struct uplink *u)
{
	u->last_at = 0;
}

void uplink_block(struct uplink *u, usec now, struct rtcp_block *ret_block)
{
	uint32_t highest = u->cycles + u->top;
	uint32_t expected = highest - u->base + 1;
	int64_t lost = (int64_t)expected - u->received;
	int64_t expected_now = (int64_t)expected - u->expected_before;
	int64_t lost_now = expected_now - (int64_t)(u->received - u->received_before);

	if (u->missing && u->missing->count == 0 && lost_now <= 0)
		forget_missing(u);
	u->expected_before = expected;
	u->received_before = u->received;
	u->fraction_lost = 0;
	if (expected_now > 0 && lost_now > 0)
		u->fraction_lost = (uint8_t)usec_min(lost_now * 256 / expected_now, 255);
	*ret_block = (struct rtcp_block){
		.ssrc = u->ssrc,
		.fraction_lost = u->fraction_lost,
		.lost = (int32_t)usec_max(usec_min(lost, 0x7fffff), -0x800000),
		.highest_seq = highest,
		.jitter = u->jitter >> 4,
		.lsr = u->sr_mid,
	};
	if (u->sr_mid)
		ret_block->dlsr = (uint32_t)((now - u->sr_at) * 65536 / USEC_PER_SEC);
}
