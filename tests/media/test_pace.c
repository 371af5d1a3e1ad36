/* Pictures in their turn: how fast they leave, in which order, and that nothing is kept. */
#include "media/pace.h"

#include "cm.h"

#define MS(x) ((usec)(x) * USEC_PER_MS)

enum { PACKETS = 1100, LEN = 1250 }; /* 10 kbit each */

static struct packet_pool *pool;
static char slots[2];

static const struct downlink *slot(int i)
{
	return (const struct downlink *)&slots[i];
}

static int put(struct pace *p, int s, uint16_t seq, usec now)
{
	struct packet *packet = packet_new(pool);
	struct pace_entry e = {.slot = (struct downlink *)slot(s), .packet = packet,
						   .out = {.seq = seq}, .len = LEN};

	assert_non_null(packet);
	int err = pace_put(p, &e, now);
	packet_unref(packet);
	return err;
}

static unsigned take(struct pace *p, usec now, uint16_t *seq)
{
	struct pace_entry e;
	unsigned n = 0;

	while (pace_next(p, now, &e)) {
		assert_int_equal(e.out.seq, (*seq)++);
		packet_unref(e.packet);
		n++;
	}
	return n;
}

static void on_a_wide_line_nothing_waits(void **state)
{
	struct pace p = {0};
	(void)state;

	pace_set(&p, UINT32_MAX, 1000000);
	pace_left(&p, 100000, 0);
	assert_false(pace_holds(&p, 0));
	pace_set(&p, 3000000, 1000000);
	pace_left(&p, 100000, 0);
	assert_false(pace_holds(&p, 0));
	pace_set(&p, 2900000, 1000000);
	assert_false(pace_holds(&p, 0));
	pace_left(&p, 100000, 0);
	assert_true(pace_holds(&p, 0));
	/* the line is free again */
	assert_false(pace_holds(&p, MS(1000)));
	pace_done(&p);
}

/* 1 Mbit/s is one packet each 10 ms */
static void they_leave_as_fast_as_the_line(void **state)
{
	struct pace p = {0};
	uint16_t seq = 0;
	unsigned n = 0;
	usec now = MS(1000);
	(void)state;

	pace_set(&p, 1000000, 900000);
	for (uint16_t i = 0; i < 20; i++)
		assert_int_equal(put(&p, 0, i, now), 0);
	while (n < 20) {
		assert_true(pace_deadline(&p) != USEC_NEVER);
		now = pace_deadline(&p) > now ? pace_deadline(&p) : now;
		n += take(&p, now, &seq);
		/* never ahead of the line by more than a step and a packet */
		assert_true((usec)n * MS(10) <= now - MS(1000) + PACE_STEP + MS(10));
	}
	assert_in_range(now - MS(1000), MS(170), MS(200));
	assert_true(pace_deadline(&p) == USEC_NEVER);
	pace_done(&p);
}

/* However much there is and however narrow the line: none waits for ever */
static void none_waits_too_long(void **state)
{
	struct pace p = {0};
	uint16_t seq = 0;
	usec now = MS(1000);
	(void)state;

	pace_set(&p, 30000, 900000);
	for (uint16_t i = 0; i < 100; i++)
		assert_int_equal(put(&p, 0, i, now), 0);
	while (p.count) {
		now = pace_deadline(&p) > now ? pace_deadline(&p) : now;
		take(&p, now, &seq);
	}
	assert_int_equal(seq, 100);
	/* at first at 4 Mbit/s; slower as fewer wait, as each then waits less */
	assert_true(now - MS(1000) < 6 * PACE_LONGEST);
	pace_done(&p);
}

static void the_line_widens(void **state)
{
	struct pace p = {0};
	uint16_t seq = 0;
	(void)state;

	pace_set(&p, 100000, 900000);
	for (uint16_t i = 0; i < 50; i++)
		assert_int_equal(put(&p, 0, i, 0), 0);
	take(&p, 0, &seq);
	assert_true(p.count > 40);
	pace_set(&p, UINT32_MAX, 900000);
	take(&p, MS(6), &seq);
	assert_int_equal(seq, 50);
	/* and what left then does not keep the next ones waiting when it narrows again */
	pace_set(&p, 1000000, 900000);
	assert_false(pace_holds(&p, MS(30)));
	pace_done(&p);
}

static void a_slot_goes(void **state)
{
	struct pace p = {0};
	struct pace_entry e;
	(void)state;

	pace_set(&p, 1000000, 900000);
	for (uint16_t i = 0; i < 100; i++)
		assert_int_equal(put(&p, i % 2, i, 0), 0);
	pace_drop(&p, slot(0));
	assert_int_equal(p.count, 50);
	assert_int_equal(p.bytes, 50 * LEN);
	for (uint16_t i = 1; i < 100; i += 2) {
		while (!pace_next(&p, pace_deadline(&p), &e))
			;
		assert_int_equal(e.out.seq, i);
		packet_unref(e.packet);
	}
	pace_done(&p);
}

static void there_is_an_end(void **state)
{
	struct pace p = {0};
	(void)state;

	pace_set(&p, 1000000, 900000);
	for (uint16_t i = 0; i < PACE_MOST; i++)
		assert_int_equal(put(&p, 0, i, 0), 0);
	assert_int_equal(put(&p, 0, PACE_MOST, 0), -ERR_FULL);
	assert_int_equal(packet_pool_in_use(pool), PACE_MOST);
	pace_done(&p);
	assert_int_equal(packet_pool_in_use(pool), 0);
}

static int begin(void **state)
{
	(void)state;
	return packet_pool_new(PACKETS, &pool);
}

static int end(void **state)
{
	(void)state;
	packet_pool_free(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_a_wide_line_nothing_waits),
		cmocka_unit_test(they_leave_as_fast_as_the_line),
		cmocka_unit_test(none_waits_too_long),
		cmocka_unit_test(the_line_widens),
		cmocka_unit_test(a_slot_goes),
		cmocka_unit_test(there_is_an_end),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
