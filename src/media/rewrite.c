/* Runs stand in a ring, the newest at `head`. Mapping tries the newest first, which is nearly
 * always right, and walks back otherwise; finding walks back too.
 *
 * Sequence numbers are compared within half their circle, so no run may grow old enough to be
 * mistaken: `trim` drops those out of reach, `settle` moves the beginning of a long one on. */
#include "media/rewrite.h"

enum {
	RUN_MOST = 2 * REWRITE_REACH,
	SHRINK_MOST = 10, /* pictures of 60 a second still differ by a tick */
};

static struct rewrite_run *run_at(const struct rewrite *r, unsigned back)
{
	return (struct rewrite_run *)&r->runs[(r->head - back) & (REWRITE_RUNS - 1)];
}

static uint32_t clock_ts(const struct rewrite *r, usec at)
{
	return r->ts_base + (uint32_t)(at / 1000 * (r->clock / 1000) +
								   at % 1000 * (r->clock / 1000) / 1000);
}

static uint32_t run_ts(const struct rewrite_run *run, uint32_t ts_in)
{
	return run->ts_out + (uint32_t)((int32_t)(ts_in - run->ts_in) >> run->shrink);
}

void rewrite_init(struct rewrite *r, uint32_t clock, const struct rewrite_out *first)
{
	*r = (struct rewrite){
		.clock = clock,
		.ts_base = first->ts,
		.next_seq = first->seq,
		.picture = first->picture,
		.tl0 = first->tl0,
	};
}

void rewrite_forget(struct rewrite *r)
{
	r->count = 0;
}

/* Drops runs that ended out of reach. */
static void trim(struct rewrite *r)
{
	while (r->count > 1 &&
		   (uint16_t)(r->next_seq - run_at(r, r->count - 2u)->seq_out) > REWRITE_REACH)
		r->count--;
}

static struct rewrite_run *push(struct rewrite *r, const struct rewrite_run *run)
{
	r->head = (r->head + 1) & (REWRITE_RUNS - 1);
	if (r->count < REWRITE_RUNS)
		r->count++;
	r->runs[r->head] = *run;
	trim(r);
	return &r->runs[r->head];
}

/* Where a run may begin in time: at `ts`, or behind what was sent. */
static uint32_t ts_behind(const struct rewrite *r, uint32_t ts)
{
	uint32_t least = r->last_ts + r->clock / 1000 * REWRITE_STEP_MS;

	return r->started && (int32_t)(ts - least) < 0 ? least : ts;
}

/* How a run is compressed that is to end at `at`: into a burst, and further when what was sent
 * leaves no room for one before then, or switching to and fro would outrun the clock. */
static uint8_t shrink_for(const struct rewrite *r, uint32_t span, usec at)
{
	uint32_t ms = r->clock / 1000, end = clock_ts(r, at);
	uint8_t shrink = 0;

	while (span >> shrink > ms * REWRITE_BURST_MS)
		shrink++;
	while (shrink > 0 && shrink < SHRINK_MOST &&
		   (int32_t)(ts_behind(r, end - (span >> shrink)) + (span >> shrink) - end) > 0)
		shrink++;
	return shrink;
}

void rewrite_start(struct rewrite *r, unsigned layer, const struct rewrite_in *in, uint32_t span,
				   usec at)
{
	struct rewrite_run run = {
		.ts_in = in->ts,
		.seq_out = r->next_seq,
		.seq_delta = (uint16_t)(r->next_seq - in->seq),
		.picture_delta = (uint16_t)(r->picture + 1 - in->picture),
		.tl0_delta = (uint8_t)(r->tl0 + 1 - in->tl0),
		.layer = layer & 7,
	};

	run.shrink = shrink_for(r, span, at);
	run.ts_out = ts_behind(r, clock_ts(r, at) - (span >> run.shrink));
	r->skew = (int32_t)(run.ts_out + (span >> run.shrink) - clock_ts(r, at));
	push(r, &run);
}

void rewrite_live(struct rewrite *r, const struct rewrite_in *newest)
{
	struct rewrite_run run;

	if (r->count == 0 || run_at(r, 0)->shrink == 0)
		return;
	run = *run_at(r, 0);
	run.ts_out = run_ts(&run, newest->ts);
	run.ts_in = newest->ts;
	run.seq_out = (uint16_t)(newest->seq + run.seq_delta + 1);
	run.shrink = 0;
	push(r, &run);
}

/* Keeps the numbers of a long run comparable. */
static void settle(struct rewrite *r, struct rewrite_run *run, uint32_t ts_in)
{
	if ((uint16_t)(r->next_seq - run->seq_out) > RUN_MOST) {
		run->seq_out = (uint16_t)(r->next_seq - REWRITE_REACH);
		r->count = 1;
	}
	if (ts_in - run->ts_in > UINT32_C(1) << 30 && (int32_t)(ts_in - run->ts_in) > 0) {
		run->ts_out += ts_in - run->ts_in;
		run->ts_in = ts_in;
	}
}

void rewrite_watch(struct rewrite *r, unsigned layer, const struct rewrite_in *in, usec at)
{
	struct rewrite_run *run = run_at(r, 0), next;
	int64_t ahead, most = (int64_t)r->clock * REWRITE_LEAP_S;

	if (r->count == 0 || run->shrink != 0 || run->layer != layer ||
		seq_before((uint16_t)(in->seq + run->seq_delta), r->next_seq))
		return;
	settle(r, run, in->ts);
	ahead = (int64_t)(int32_t)(run_ts(run, in->ts) - clock_ts(r, at)) - r->skew;
	if (ahead < most && ahead > -most)
		return;
	next = *run;
	next.seq_out = (uint16_t)(in->seq + run->seq_delta);
	next.ts_in = in->ts;
	next.ts_out = ts_behind(r, clock_ts(r, at));
	r->skew = (int32_t)(next.ts_out - clock_ts(r, at));
	push(r, &next);
}

int rewrite_map(const struct rewrite *r, unsigned layer, const struct rewrite_in *in,
				struct rewrite_out *ret_out)
{
	for (unsigned back = 0; back < r->count; back++) {
		const struct rewrite_run *run = run_at(r, back);
		uint16_t seq = (uint16_t)(in->seq + run->seq_delta);

		if (run->layer != layer || seq_before(seq, run->seq_out))
			continue;
		if (back > 0 && !seq_before(seq, run_at(r, back - 1)->seq_out))
			continue;
		if (seq_before(seq, (uint16_t)(r->next_seq - REWRITE_REACH)))
			break;
		*ret_out = (struct rewrite_out){
			.seq = seq,
			.ts = run_ts(run, in->ts),
			.picture = (uint16_t)(in->picture + run->picture_delta),
			.tl0 = (uint8_t)(in->tl0 + run->tl0_delta),
		};
		return 0;
	}
	return -ERR_NOTFOUND;
}

void rewrite_sent(struct rewrite *r, const struct rewrite_out *out, usec at)
{
	bool first = !r->started;
	int64_t skew;

	if (!first && seq_before(out->seq, r->next_seq))
		return;
	r->started = true;
	r->next_seq = (uint16_t)(out->seq + 1);
	r->picture = out->picture;
	r->tl0 = out->tl0;
	if (!first && (int32_t)(out->ts - r->last_ts) <= 0)
		return;
	r->last_ts = out->ts;
	skew = (int32_t)(out->ts - clock_ts(r, at));
	r->skew += (int32_t)((skew - r->skew) / 64);
}

int rewrite_find(const struct rewrite *r, uint16_t seq, unsigned *ret_layer, uint16_t *ret_seq_in)
{
	uint16_t back = (uint16_t)(r->next_seq - seq);

	if (back == 0 || back > REWRITE_REACH)
		return -ERR_NOTFOUND;
	for (unsigned i = 0; i < r->count; i++) {
		const struct rewrite_run *run = run_at(r, i);
		if (seq_before(seq, run->seq_out))
			continue;
		*ret_layer = run->layer;
		*ret_seq_in = (uint16_t)(seq - run->seq_delta);
		return 0;
	}
	return -ERR_NOTFOUND;
}

uint32_t rewrite_ts_at(const struct rewrite *r, usec now)
{
	return clock_ts(r, now) + (uint32_t)r->skew;
}
