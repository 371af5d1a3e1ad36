/* Read from trend_add: groups are closed, the line gets a point, the slope is judged. */
#include "media/trend.h"

#include <math.h>

enum { DELTAS_MOST = 60 };

#define SMOOTHING 0.9
#define GAIN 4.0
#define THRESHOLD 12.5 /* ms, to begin with */
#define THRESHOLD_MIN 6.0
#define THRESHOLD_MAX 600.0
#define THRESHOLD_UP 0.0087  /* a ms */
#define THRESHOLD_DOWN 0.039
#define OUTLIER 15.0         /* ms above the threshold: not used to move it */
#define OVER_MS 10.0         /* over for so long, and for two groups: it is true */
#define STEP_MOST 100.0      /* ms: no longer time is made much of */

static double ms(usec t)
{
	return (double)t / (double)USEC_PER_MS;
}

void trend_init(struct trend *t)
{
	*t = (struct trend){.threshold = THRESHOLD, .over_ms = -1};
}

/* ── Groups ── */

static void open_group(struct trend_group *g, usec sent, usec arrived)
{
	*g = (struct trend_group){sent, sent, arrived, arrived, true};
}

static bool belongs(const struct trend_group *g, usec sent, usec arrived)
{
	usec sent_gap = sent - g->sent_last, arrived_gap = arrived - g->arrived_last;

	if (sent - g->sent <= TREND_GROUP)
		return true;
	/* Held up together and let go together: the gap says nothing of the queue */
	return arrived_gap <= TREND_GROUP && arrived_gap < sent_gap &&
		   arrived - g->arrived < TREND_BURST;
}

/* ── The line ── */

static bool fit(const struct trend *t, double *ret_slope)
{
	double mean_at = 0, mean_delay = 0, above = 0, below = 0;

	for (unsigned i = 0; i < TREND_LINE; i++) {
		mean_at += t->at[i] / TREND_LINE;
		mean_delay += t->delay[i] / TREND_LINE;
	}
	for (unsigned i = 0; i < TREND_LINE; i++) {
		above += (t->at[i] - mean_at) * (t->delay[i] - mean_delay);
		below += (t->at[i] - mean_at) * (t->at[i] - mean_at);
	}
	if (below <= 0)
		return false;
	*ret_slope = above / below;
	return true;
}

/* ── The verdict ── */

static void adapt(struct trend *t, double size, usec arrived)
{
	double step = t->judged ? fmin(ms(arrived - t->judged), STEP_MOST) : 0;
	double k = size < t->threshold ? THRESHOLD_DOWN : THRESHOLD_UP;

	t->judged = arrived;
	if (size > t->threshold + OUTLIER)
		return;
	t->threshold += k * (size - t->threshold) * fmax(step, 0);
	t->threshold = fmin(fmax(t->threshold, THRESHOLD_MIN), THRESHOLD_MAX);
}

static void judge(struct trend *t, double slope, double step_ms, usec arrived)
{
	double drift = (t->count < DELTAS_MOST ? t->count : DELTAS_MOST) * slope * GAIN;

	if (drift > t->threshold) {
		/* The first time it was not over for the whole step */
		t->over_ms = t->over_ms < 0 ? step_ms / 2 : t->over_ms + step_ms;
		t->over_count++;
		if (t->over_ms > OVER_MS && t->over_count > 1 && slope >= t->slope) {
			t->over_ms = 0;
			t->over_count = 0;
			t->state = TREND_OVER;
		}
	} else {
		t->over_ms = -1;
		t->over_count = 0;
		t->state = drift < -t->threshold ? TREND_UNDER : TREND_NORMAL;
	}
	t->slope = slope;
	adapt(t, fabs(drift), arrived);
}

/* A group is whole: how much later did it come, against the one before? */
static void take(struct trend *t, const struct trend_group *g)
{
	double sent = ms(g->sent_last - t->before.sent_last);
	double slope = t->slope;

	if (t->count == 0)
		t->origin = g->arrived_last;
	if (t->count < DELTAS_MOST)
		t->count++;
	t->sum += ms(g->arrived_last - t->before.arrived_last) - sent;
	t->smooth = SMOOTHING * t->smooth + (1 - SMOOTHING) * t->sum;
	t->at[t->next] = ms(g->arrived_last - t->origin);
	t->delay[t->next] = t->smooth;
	t->next = (t->next + 1) % TREND_LINE;
	if (t->count >= TREND_LINE)
		(void)fit(t, &slope); /* all at one time: as it was */
	judge(t, slope, sent, g->arrived_last);
}

void trend_add(struct trend *t, usec sent, usec arrived)
{
	usec late = t->now.is ? (arrived - t->now.arrived_last) - (sent - t->now.sent_last) : 0;

	if (late > TREND_LEAP || late < -TREND_LEAP) {
		double threshold = t->threshold;
		trend_init(t); /* another path, or a clock that was set */
		t->threshold = threshold;
	}
	if (!t->now.is) {
		open_group(&t->now, sent, arrived);
		return;
	}
	if (sent < t->now.sent)
		return; /* reordered: its group is closed */
	if (belongs(&t->now, sent, arrived)) {
		if (sent > t->now.sent_last)
			t->now.sent_last = sent;
		if (arrived > t->now.arrived_last)
			t->now.arrived_last = arrived;
		return;
	}
	if (t->before.is)
		take(t, &t->now);
	t->before = t->now;
	open_group(&t->now, sent, arrived);
}
