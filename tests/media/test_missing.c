/* What is asked for, when, and how often. */
#include "media/missing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS(x) ((x) * USEC_PER_MS)
#define T0 (5 * USEC_PER_SEC)

static struct missing m;

static unsigned due(usec rtt, uint16_t top, usec now, uint16_t *seqs)
{
	bool lost;

	return missing_due(&m, rtt, top, now, seqs, 256, &lost);
}

/* A little later, as it may only be out of order; then once a round trip. */
static void test_times(void **state)
{
	uint16_t seqs[256];

	missing_init(&m);
	assert_true(m.deadline == USEC_NEVER);
	assert_int_equal(missing_gap(&m, 10, 12, T0), 0);
	assert_true(m.deadline == T0 + MISSING_WAIT);
	assert_int_equal(due(0, 12, T0 + MS(11), seqs), 0);
	assert_int_equal(due(0, 12, T0 + MS(12), seqs), 1);
	assert_int_equal(seqs[0], 11);
	assert_true(m.deadline == T0 + MS(12) + MISSING_RTT);
	assert_int_equal(due(0, 12, T0 + MS(100), seqs), 0);
	assert_int_equal(due(0, 12, T0 + MS(112), seqs), 1);
	assert_int_equal(due(MS(50), 12, T0 + MS(162), seqs), 1);
	assert_int_equal(due(MS(1), 12, T0 + MS(181), seqs), 0);
	assert_int_equal(due(MS(1), 12, T0 + MS(182), seqs), 1);
	assert_true(missing_found(&m, 11));
	assert_false(missing_found(&m, 11));
	assert_true(m.deadline == USEC_NEVER);
}

/* Overtaken by three it is lost, and asked for at once. */
static void test_overtaken(void **state)
{
	uint16_t seqs[256];

	missing_init(&m);
	assert_int_equal(missing_gap(&m, 65534, 0, T0), 0); /* 65535 is missing */
	assert_int_equal(missing_gap(&m, 0, 1, T0 + 1), 0);
	assert_true(m.deadline == T0 + MISSING_WAIT);
	assert_int_equal(due(0, 1, T0 + 1, seqs), 0);
	assert_int_equal(missing_gap(&m, 1, 2, T0 + 2), 0);
	assert_true(m.deadline == T0 + 2);
	assert_int_equal(due(0, 2, T0 + 2, seqs), 1);
	assert_int_equal(seqs[0], 65535);
}

static void test_given_up(void **state)
{
	uint16_t seqs[256];
	bool lost = false;
	unsigned asked = 0;

	missing_init(&m);
	assert_int_equal(missing_gap(&m, 10, 12, T0), 0);
	for (usec t = T0; t < T0 + MS(5000) && !lost; t += MS(1))
		asked += missing_due(&m, 0, 12, t, seqs, 256, &lost);
	assert_true(lost);
	assert_int_equal(asked, MISSING_TRIES);
	assert_int_equal(m.count, 0);
	assert_true(m.deadline == USEC_NEVER);
}

static void test_bounds(void **state)
{
	uint16_t seqs[256];
	bool lost;

	missing_init(&m);
	assert_int_equal(missing_gap(&m, 0, MISSING_MAX + 1, T0), 0);
	assert_int_equal(m.count, MISSING_MAX);
	/* little room to say it: the rest follows */
	assert_int_equal(missing_due(&m, 0, MISSING_MAX + 1, T0 + MS(20), seqs, 100, &lost), 100);
	assert_int_equal(seqs[0], 1);
	assert_true(m.deadline <= T0 + MS(20));
	assert_int_equal(missing_due(&m, 0, MISSING_MAX + 1, T0 + MS(20), seqs, 100, &lost), 100);
	assert_int_equal(seqs[0], 101);
	assert_int_equal(missing_gap(&m, MISSING_MAX + 1, MISSING_MAX + 3, T0), -ERR_FULL);
	assert_int_equal(m.count, 0);
	assert_int_equal(missing_gap(&m, 0, 60000, T0), -ERR_FULL);
}

static void test_forget(void **state)
{
	missing_init(&m);
	assert_int_equal(missing_gap(&m, 65530, 10, T0), 0);
	assert_int_equal(m.count, 15);
	missing_forget_before(&m, 5);
	assert_int_equal(m.count, 5);
	assert_false(missing_found(&m, 4));
	assert_true(missing_found(&m, 5) && missing_found(&m, 9) && missing_found(&m, 7));
	missing_forget_before(&m, 10);
	assert_int_equal(m.count, 0);
	assert_true(m.deadline == USEC_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_forget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
