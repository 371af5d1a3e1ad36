/* Read estimate_turn last: it asks the three above it. */
#include "media/estimate.h"

#include <math.h>

enum {
	ACKED_KEEP = 6,          /* of 10: how much of the old the mean keeps */
	LOSS_FEW = 20,           /* packets: fewer say nothing */
	LOSS_LOW_PERMILLE = 20,  /* below: grow */
	LOSS_HIGH_PERMILLE = 100, /* above: cut */
	OWN_DECAY_PERMILLE = 5,  /* a window */
	OWN_WINDOWS = 2,         /* cut for so long … */
	OWN_LOSS = 7,            /* … and these tenths of the loss are still there */
	OWN_MOST = 500,
	PACKET_BITS = 9600,      /* grown by one a round trip near the limit */
	STEP_LEAST = 1000,       /* bit/s a second */
};

#define CUT 0.85
#define GROWTH 1.08             /* a second */
#define ABOVE_ACKED 1.5
#define ABOVE_ACKED_BPS 10000.0
#define ROOM_KEEP 0.95
#define ROOM_DEV_MIN 0.4        /* of kbit/s, normalised */
#define ROOM_DEV_MAX 2.5
#define RTT_UNKNOWN (200 * USEC_PER_MS)
#define REACTION (100 * USEC_PER_MS)
#define ACKED_WINDOW (150 * USEC_PER_MS)
#define ACKED_FIRST (500 * USEC_PER_MS)
#define ACKED_STALE (2 * USEC_PER_SEC)
#define LOSS_WINDOW (300 * USEC_PER_MS)
#define LOSS_GROWTH 1.08                /* a window */
#define QUEUE_LONG (60 * USEC_PER_MS)
#define QUEUE_STRETCH (15 * USEC_PER_SEC)

static uint32_t bounded(const struct estimate *e, double rate)
{
	if (rate < ESTIMATE_LEAST)
		return ESTIMATE_LEAST;
	return rate > e->most ? e->most : (uint32_t)rate;
}

void estimate_init(struct estimate *e, uint32_t start, uint32_t most)
{
	*e = (struct estimate){.most = most};
	trend_init(&e->trend);
	e->rate = e->delay = e->loss = bounded(e, start);
	e->loss = most;
}

/* ── What arrives ── */

static void acked(struct estimate *e, usec arrived, uint32_t len)
{
	usec window = e->acked ? ACKED_WINDOW : ACKED_FIRST;

	if (e->acked_has && (arrived - e->acked_until > ACKED_STALE || arrived < e->acked_from))
		e->acked_has = false;
	if (!e->acked_has) {
		e->acked_has = true;
		e->acked_from = e->acked_until = arrived;
		e->acked_bytes = 0;
		return; /* the first packet opens the window; its bytes came before it */
	}
	e->acked_bytes += len;
	if (arrived > e->acked_until)
		e->acked_until = arrived;
	if (e->acked_until - e->acked_from < window)
		return;
	uint64_t rate = (uint64_t)e->acked_bytes * 8 * USEC_PER_SEC /
					(uint64_t)(e->acked_until - e->acked_from);
	if (rate > ESTIMATE_MOST)
		rate = ESTIMATE_MOST;
	e->acked_new = (uint32_t)rate;
	e->acked = e->acked ? (uint32_t)((e->acked * (uint64_t)ACKED_KEEP +
									  rate * (10 - ACKED_KEEP)) / 10)
						: (uint32_t)rate;
	e->acked_from = e->acked_until;
	e->acked_bytes = 0;
}

/* How long it was on the way: the least of a while is the line, what is above it a queue. */
static void note_way(struct estimate *e, usec sent, usec arrived)
{
	usec way = arrived - sent;

	if (!e->least_at) {
		e->least[0] = e->least[1] = e->way = way;
		e->least_at = sent;
	}
	if (sent - e->least_at > QUEUE_STRETCH) {
		e->least[1] = e->least[0];
		e->least[0] = way;
		e->least_at = sent;
	}
	e->least[0] = usec_min(e->least[0], way);
	e->way += (way - e->way) / 16;
}

void estimate_add(struct estimate *e, const struct estimate_packet *p)
{
	e->seen++;
	e->sent_bytes += p->len;
	if (!p->received) {
		e->gone++;
		return;
	}
	acked(e, p->arrived, p->len);
	note_way(e, p->sent, p->arrived);
	trend_add(&e->trend, p->sent, p->arrived);
}

/* ── By delay ── */

static double room_spread(const struct estimate *e)
{
	return sqrt(e->room_dev * e->room / 1000) * 1000;
}

/* Where a cut was needed is about where the limit lies. */
static void note_room(struct estimate *e, double sample)
{
	double off;

	if (e->room > 0 && sample > e->room + 3 * room_spread(e))
		e->room = 0;
	if (e->room <= 0) {
		e->room = sample;
		e->room_dev = ROOM_DEV_MIN;
		return;
	}
	e->room = ROOM_KEEP * e->room + (1 - ROOM_KEEP) * sample;
	off = (e->room - sample) / 1000;
	e->room_dev = ROOM_KEEP * e->room_dev +
				  (1 - ROOM_KEEP) * off * off / fmax(e->room / 1000, 1);
	e->room_dev = fmin(fmax(e->room_dev, ROOM_DEV_MIN), ROOM_DEV_MAX);
}

/* The mean lags behind when more has just begun to be sent. */
static uint32_t arriving(const struct estimate *e)
{
	return e->acked > e->acked_new ? e->acked : e->acked_new;
}

static void cut(struct estimate *e, usec rtt, usec now)
{
	uint32_t arrives = arriving(e);

	/* Once a reaction time, unless half of it arrives at most */
	if (e->cut_at && now - e->cut_at < rtt + REACTION && arrives > e->delay / 2)
		return;
	e->cut_at = now;
	if (!arrives) {
		e->delay = bounded(e, e->delay / 2.0);
		return;
	}
	if (arrives * CUT < e->delay)
		e->delay = bounded(e, arrives * CUT);
	note_room(e, arrives);
}

static void grow(struct estimate *e, usec rtt, usec step)
{
	double rate = e->delay, seconds = fmin((double)step / USEC_PER_SEC, 1);
	double most = ABOVE_ACKED * e->acked + ABOVE_ACKED_BPS;

	if (e->acked && rate >= most)
		return;
	if (e->room > 0 && e->acked > e->room + 3 * room_spread(e))
		e->room = 0; /* there is more than there was */
	if (e->room > 0 && rate > e->room - 3 * room_spread(e))
		rate += fmax((double)PACKET_BITS * USEC_PER_SEC / (double)(rtt + REACTION), STEP_LEAST) *
				seconds;
	else
		rate *= pow(GROWTH, seconds);
	if (e->acked && rate > most)
		rate = most;
	e->delay = bounded(e, rate);
}

static void by_delay(struct estimate *e, usec rtt, usec now)
{
	usec step = e->grown_at ? now - e->grown_at : 0;

	e->grown_at = now;
	if (e->trend.state == TREND_OVER) {
		cut(e, rtt, now);
		e->trend.state = TREND_NORMAL; /* acted upon: the next verdict is a new one */
	} else if (e->trend.state == TREND_NORMAL)
		grow(e, rtt, step);
}

/* ── By loss ── */

/* Loss beyond the line's own. */
static uint32_t excess(const struct estimate *e)
{
	if (e->loss_permille <= e->own_permille)
		return 0;
	return (e->loss_permille - e->own_permille) * 1000 / (1000 - e->own_permille);
}

/* Less was let through for some windows, and as much is lost: that is not for us to mend. */
static void judge_own(struct estimate *e)
{
	if (!e->cut_permille || ++e->cut_windows < OWN_WINDOWS)
		return;
	if (e->loss_permille * 10 >= e->cut_permille * OWN_LOSS)
		e->own_permille = e->loss_permille < OWN_MOST ? e->loss_permille : OWN_MOST;
	e->cut_permille = 0;
}

static usec queue(const struct estimate *e)
{
	return e->way - usec_min(e->least[0], e->least[1]);
}

static void cut_loss(struct estimate *e, uint32_t loss)
{
	double from = fmin(fmin(e->loss, e->rate), e->sent);

	if (queue(e) > QUEUE_LONG) {
		e->cut_permille = 0;
		e->loss = bounded(e, fmax(from * (1 - loss / 1000.0), arriving(e)) * CUT);
		return;
	}
	if (!e->cut_permille) {
		e->cut_permille = e->loss_permille;
		e->cut_windows = 0;
	}
	e->loss = bounded(e, from * (1 - loss / 2000.0));
}

static void by_loss(struct estimate *e, usec rtt, usec now)
{
	usec step = now - e->loss_at;
	uint32_t loss;

	if (!e->loss_at) {
		e->loss_at = now;
		return;
	}
	if (step < LOSS_WINDOW + rtt || e->seen < LOSS_FEW)
		return;
	e->loss_permille = e->gone * 1000 / e->seen;
	e->sent = (uint32_t)fmin((double)e->sent_bytes * 8 * USEC_PER_SEC / (double)step,
							 ESTIMATE_MOST);
	e->seen = e->gone = 0;
	e->sent_bytes = 0;
	e->loss_at = now;
	judge_own(e);
	if (e->loss_permille + OWN_DECAY_PERMILLE < e->own_permille)
		e->own_permille -= OWN_DECAY_PERMILLE;
	loss = excess(e);
	if (loss > LOSS_HIGH_PERMILLE) {
		cut_loss(e, loss);
	} else if (loss < LOSS_LOW_PERMILLE) {
		e->cut_permille = 0;
		e->loss = bounded(e, e->loss * LOSS_GROWTH + 1000);
	}
}

/* ── All ── */

void estimate_turn(struct estimate *e, usec rtt, usec now)
{
	if (!rtt)
		rtt = RTT_UNKNOWN;
	by_delay(e, rtt, now);
	by_loss(e, rtt, now);
	e->rate = e->delay < e->loss ? e->delay : e->loss;
}

void estimate_probed(struct estimate *e, uint32_t rate, usec now)
{
	if (rate <= e->delay)
		return;
	e->delay = bounded(e, rate);
	if (e->loss < e->delay && excess(e) < LOSS_LOW_PERMILLE)
		e->loss = e->delay;
	e->grown_at = now;
	e->rate = e->delay < e->loss ? e->delay : e->loss;
}
