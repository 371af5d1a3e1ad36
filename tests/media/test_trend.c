/* The verdict on queues: growing, draining, and neither, with jitter, losses and clocks that run
 * at other speeds. */
#include "media/trend.h"

#include "cm.h"

#define MS(x) ((usec)(x) * USEC_PER_MS)

static uint32_t seed = 20261124;

static usec noise(usec most)
{
	seed = seed * 1664525 + 1013904223;
	return most ? (usec)(seed >> 8) % most : 0;
}

/* n groups 20 ms apart, each later than the one before by `later` of what lies between. Returns in
 * how many of them it was over, and in how many under. */
static unsigned feed(struct trend *t, usec *sent, usec *delay, unsigned n, usec later, usec jitter,
					 unsigned *ret_under)
{
	unsigned over = 0, under = 0;

	for (unsigned i = 0; i < n; i++) {
		*sent += MS(20);
		*delay += later;
		if (*delay < 0)
			*delay = 0;
		usec arrived = *sent + MS(500000) + *delay + noise(jitter);
		trend_add(t, *sent, arrived);
		trend_add(t, *sent + 200, arrived + 300);
		over += t->state == TREND_OVER;
		under += t->state == TREND_UNDER;
		if (t->state == TREND_OVER)
			t->state = TREND_NORMAL;
	}
	if (ret_under)
		*ret_under = under;
	return over;
}

static void calm(void **state)
{
	static const usec jitters[] = {0, MS(2), MS(10), MS(30)};
	(void)state;

	for (unsigned i = 0; i < 4; i++) {
		struct trend t;
		usec sent = MS(1000), delay = 0;
		trend_init(&t);
		/* the threshold learns the line's jitter within seconds */
		feed(&t, &sent, &delay, 500, 0, jitters[i], NULL);
		/* a false alarm a minute is what half a picture's time of jitter may cost */
		assert_true(feed(&t, &sent, &delay, 3000, 0, jitters[i], NULL) <= (i == 3));
	}
}

static void grows_and_drains(void **state)
{
	struct trend t;
	usec sent = MS(1000), delay = 0;
	unsigned under;
	(void)state;

	trend_init(&t);
	feed(&t, &sent, &delay, 200, 0, MS(2), NULL);
	/* 1 ms later each 20 ms: 5 % too much is sent */
	assert_true(feed(&t, &sent, &delay, 40, MS(1), MS(2), NULL) >= 1);
	feed(&t, &sent, &delay, 40, -MS(1), MS(2), &under);
	assert_true(under > 5);
	feed(&t, &sent, &delay, 100, 0, MS(2), NULL);
	assert_int_equal(feed(&t, &sent, &delay, 500, 0, MS(2), NULL), 0);
}

/* 200 parts in a million fast: not a queue */
static void another_clock(void **state)
{
	struct trend t;
	usec sent = MS(1000), delay = 0;
	(void)state;

	trend_init(&t);
	assert_int_equal(feed(&t, &sent, &delay, 20000, 4, MS(1), NULL), 0);
}

static void a_clock_that_jumps(void **state)
{
	struct trend t;
	usec sent = MS(1000), delay = 0;
	(void)state;

	trend_init(&t);
	feed(&t, &sent, &delay, 200, 0, 0, NULL);
	delay += MS(10000);
	assert_int_equal(feed(&t, &sent, &delay, 200, 0, 0, NULL), 0);
	delay -= MS(9000);
	assert_int_equal(feed(&t, &sent, &delay, 200, 0, 0, NULL), 0);
	/* and it still sees */
	assert_true(feed(&t, &sent, &delay, 60, MS(2), 0, NULL) >= 1);
}

/* The same packets in any order that reordering gives: no harm */
static void out_of_order(void **state)
{
	struct trend t;
	usec sent = MS(1000);
	(void)state;

	trend_init(&t);
	for (unsigned i = 0; i < 2000; i++) {
		usec at = sent + (usec)(i ^ 1) * MS(10);
		trend_add(&t, at, at + MS(40));
		assert_int_equal(t.state, TREND_NORMAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calm),
		cmocka_unit_test(grows_and_drains),
		cmocka_unit_test(another_clock),
		cmocka_unit_test(a_clock_that_jumps),
		cmocka_unit_test(out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
