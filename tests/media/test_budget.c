/* Probes: when they are made, how large, and what is believed of them. */
#include "media/budget.h"

#include "cm.h"

#define MS(x) ((usec)(x) * USEC_PER_MS)

enum { LEN = 1000 };

static struct budget b;
static usec now;
static uint16_t reported; /* packets up to here are */

static int begin(void **state)
{
	(void)state;
	budget_init(&b, ESTIMATE_MOST);
	estimate_init(&b.estimate, 1000000, ESTIMATE_MOST);
	now = MS(10000);
	reported = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	budget_done(&b);
	return 0;
}

static uint16_t sends(void)
{
	uint16_t seq;

	assert_int_equal(budget_number(&b, LEN, now, &seq), 0);
	return seq;
}

/* All that was sent since the last report arrives, `apart` from packet to packet; every `lost`th
 * not (0: all). */
static void arrive(usec apart, unsigned lost)
{
	struct twcc_arrival arrivals[256];
	struct twcc_out out = {.sender = 1, .media = 2, .next_seq = reported};
	uint8_t room[1200];
	struct wr w = wr_init(room, sizeof room);
	struct rtcp p;
	struct twcc t;
	unsigned n = 0;

	for (uint16_t seq = reported; seq != b.sent.next; seq++) {
		if (!lost || (seq - reported + 1u) % lost)
			arrivals[n++] = (struct twcc_arrival){seq, now + apart * (seq - reported)};
	}
	reported = b.sent.next;
	assert_int_equal(twcc_write(&w, &out, arrivals, n), n);
	struct rd in = rd_init(wr_span(&w));
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(twcc_parse(&p, &t), 0);
	budget_feedback(&b, &t, MS(20), now);
}

/* A few packets that arrive, so that the line is known. */
static void get_known(void)
{
	for (unsigned i = 0; i < 3; i++) {
		sends();
		now += MS(10);
	}
	arrive(MS(10), 0);
}

/* Runs a probe to its end. Returns the bytes it was filled up with. */
static unsigned run(void)
{
	unsigned filled = 0;

	while (b.probe.runs) {
		assert_true(budget_deadline(&b) != USEC_NEVER);
		if (budget_deadline(&b) > now)
			now = budget_deadline(&b);
		unsigned want = budget_fill(&b, now);
		for (unsigned sent = 0; sent < want; sent += LEN) {
			sends();
			filled += LEN;
		}
	}
	return filled;
}

static void decide(void)
{
	assert_true(budget_deadline(&b) != USEC_NEVER);
	now = budget_deadline(&b);
	assert_int_equal(budget_fill(&b, now), 0);
	assert_true(budget_deadline(&b) == USEC_NEVER);
}

static void want(uint32_t rate)
{
	budget_want(&b, rate, now);
	now += MS(600); /* the first waits a little */
	budget_want(&b, rate, now);
}

static void nothing_is_known_at_first(void **state)
{
	(void)state;
	assert_int_equal(budget_rate(&b), UINT32_MAX);
	want(5000000);
	assert_false(b.probe.runs);
	get_known();
	assert_int_equal(budget_rate(&b), b.estimate.rate);
}

static void what_arrives_is_believed(void **state)
{
	(void)state;
	get_known();
	uint32_t before = budget_rate(&b);
	want(before / 2);
	assert_false(b.probe.runs);
	want(2000000);
	assert_true(b.probe.runs);
	unsigned bytes = run();
	assert_in_range(bytes, BUDGET_PROBE_BYTES - LEN, BUDGET_PROBE_BYTES + 2 * LEN);
	arrive(MS(4), 0); /* as sent: 2 Mbit/s */
	decide();
	assert_in_range(budget_rate(&b), 1700000, 2000000);
}

static void at_the_rate_at_which_it_arrives(void **state)
{
	(void)state;
	get_known();
	want(3000000);
	run();
	arrive(MS(6), 0); /* 1.33 Mbit/s */
	decide();
	assert_in_range(budget_rate(&b), 1250000, 1334000);
}

static void not_when_much_is_lost(void **state)
{
	(void)state;
	get_known();
	uint32_t before = budget_rate(&b);
	want(3000000);
	run();
	arrive(MS(3), 3);
	decide();
	assert_true(budget_rate(&b) <= before * 11 / 10);
	/* and asks again only after a while, longer each time */
	usec failed = now, first;
	while (!b.probe.runs) {
		now += MS(100);
		budget_want(&b, 3000000, now);
	}
	first = now - failed;
	assert_true(first >= MS(2000));
	run();
	arrive(MS(3), 3);
	decide();
	failed = now;
	while (!b.probe.runs) {
		now += MS(100);
		budget_want(&b, 3000000, now);
	}
	assert_true(now - failed > first);
}

static void nothing_comes_back(void **state)
{
	(void)state;
	get_known();
	uint32_t before = budget_rate(&b);
	want(3000000);
	run();
	decide();
	assert_int_equal(budget_rate(&b), before);
}

static void never_too_much_at_once(void **state)
{
	(void)state;
	get_known();
	uint32_t before = budget_rate(&b);
	want(40000000);
	assert_true(b.probe.runs);
	assert_in_range(b.probe.rate, before, before * 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_known_at_first, begin, end),
		cmocka_unit_test_setup_teardown(what_arrives_is_believed, begin, end),
		cmocka_unit_test_setup_teardown(at_the_rate_at_which_it_arrives, begin, end),
		cmocka_unit_test_setup_teardown(not_when_much_is_lost, begin, end),
		cmocka_unit_test_setup_teardown(nothing_comes_back, begin, end),
		cmocka_unit_test_setup_teardown(never_too_much_at_once, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
