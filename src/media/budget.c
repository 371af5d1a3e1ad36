/* Numbering, feedback, probing, in that order. */
#include "media/budget.h"

enum {
	PROBE_PACKETS = 5,     /* fewer that arrive prove nothing */
	PROBE_PERMILLE = 800,  /* of what was sent must arrive */
	PROBE_MOST_TIMES = 3,  /* of the estimate: no probe asks for more at once */
};

#define PROBE_WAIT_FIRST (500 * USEC_PER_MS)
#define PROBE_WAIT (3 * USEC_PER_SEC)       /* after one that found nothing … */
#define PROBE_WAIT_MOST (30 * USEC_PER_SEC) /* … half as long again each time, up to this */
#define PROBE_DECIDE (300 * USEC_PER_MS)    /* after its end, and a round trip */
#define PROBE_AFTER_CUT (1 * USEC_PER_SEC)

void budget_init(struct budget *b, uint32_t most)
{
	*b = (struct budget){.probe = {.decide_at = USEC_NEVER, .wait = PROBE_WAIT}};
	estimate_init(&b->estimate, ESTIMATE_START, most);
}

void budget_done(struct budget *b)
{
	sent_done(&b->sent);
	pace_done(&b->pace);
}

int budget_number(struct budget *b, unsigned len, usec now, uint16_t *ret_seq)
{
	struct budget_probe *p = &b->probe;
	int err = sent_add(&b->sent, len, p->runs ? p->number : 0, now, ret_seq);

	if (err == 0 && p->runs)
		p->sent += len;
	return err;
}

/* ── Feedback ── */

static void note_probe(struct budget_probe *p, const struct estimate_packet *packet)
{
	if (!packet->received)
		return;
	if (p->packets++ == 0) {
		p->first = packet->arrived;
		p->sent_first = packet->sent;
		p->first_bytes = packet->len;
	}
	p->bytes += packet->len;
	if (packet->arrived > p->last || p->packets == 1)
		p->last = packet->arrived;
	p->sent_last = packet->sent;
}

void budget_feedback(struct budget *b, struct twcc *feedback, usec rtt, usec now)
{
	struct sent_report report;
	bool any = false;

	while (sent_next(&b->sent, feedback, now, &report)) {
		estimate_add(&b->estimate, &report.packet);
		if (report.probe && report.probe == b->probe.number)
			note_probe(&b->probe, &report.packet);
		any = true;
	}
	if (!any)
		return;
	b->known = true;
	estimate_turn(&b->estimate, rtt, now);
}

uint32_t budget_rate(const struct budget *b)
{
	return b->known ? b->estimate.rate : UINT32_MAX;
}

/* ── Probes ── */

void budget_want(struct budget *b, uint32_t rate, usec now)
{
	struct budget_probe *p = &b->probe;
	uint64_t most = (uint64_t)b->estimate.rate * PROBE_MOST_TIMES;

	if (!b->known || !rate || rate <= b->estimate.rate || p->runs || p->decide_at != USEC_NEVER)
		return;
	if (!p->next_at)
		p->next_at = now + PROBE_WAIT_FIRST;
	if (now < p->next_at || (b->estimate.cut_at && now - b->estimate.cut_at < PROBE_AFTER_CUT))
		return;
	*p = (struct budget_probe){
		.number = p->number == UINT8_MAX ? 1 : p->number + 1,
		.runs = true,
		.rate = rate < most ? rate : (uint32_t)most,
		.since = now,
		.step_at = now,
		.decide_at = now + BUDGET_PROBE_MOST + PROBE_DECIDE,
		.next_at = p->next_at,
		.wait = p->wait,
	};
}

/* At what rate did it go through? 0: it did not */
static uint32_t passed(const struct budget_probe *p)
{
	usec sent = p->sent_last - p->sent_first, came = p->last - p->first;
	uint64_t rate;

	if (p->packets < PROBE_PACKETS || p->bytes * 1000 < p->sent * PROBE_PERMILLE)
		return 0;
	/* The first packet opens the interval: its bytes came before it */
	rate = (p->bytes - p->first_bytes) * 8 * USEC_PER_SEC / (uint64_t)usec_max(came, sent + 1);
	return rate < p->rate ? (uint32_t)rate : p->rate;
}

static void decide(struct budget *b, usec now)
{
	struct budget_probe *p = &b->probe;
	uint32_t rate = passed(p);

	p->decide_at = USEC_NEVER;
	if (rate > b->estimate.rate) {
		estimate_probed(&b->estimate, rate, now);
		p->wait = PROBE_WAIT;
		p->next_at = now;
		return;
	}
	p->next_at = now + p->wait;
	p->wait = usec_min(p->wait * 3 / 2, PROBE_WAIT_MOST);
}

static bool is_over(const struct budget_probe *p, usec now)
{
	usec since = now - p->since;

	return since >= BUDGET_PROBE_MOST || (since >= BUDGET_PROBE && p->sent >= BUDGET_PROBE_BYTES);
}

unsigned budget_fill(struct budget *b, usec now)
{
	struct budget_probe *p = &b->probe;
	uint64_t due;

	if (p->decide_at != USEC_NEVER && now >= p->decide_at)
		decide(b, now);
	if (!p->runs || now < p->step_at)
		return 0;
	/* What should have left by the end of this step */
	due = (uint64_t)p->rate * (uint64_t)(now - p->since + BUDGET_STEP) / 8 / USEC_PER_SEC;
	p->step_at = now + BUDGET_STEP;
	if (is_over(p, now))
		p->runs = false;
	return p->runs && due > p->sent ? (unsigned)(due - p->sent) : 0;
}

usec budget_deadline(const struct budget *b)
{
	return b->probe.runs ? b->probe.step_at : b->probe.decide_at;
}
