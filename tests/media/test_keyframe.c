/* Keyframe requests: a table of wishes and keyframes, and when a request leaves. */
#include "media/keyframe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS(x) ((x) * USEC_PER_MS)

enum what { WANT, SEEN, LOOK };

static const struct step {
	int at_ms;
	enum what what;
	int due; /* of LOOK */
} steps[] = {
	{1000, LOOK, 0},  /* nobody asks */
	{1000, WANT, 0},
	{1000, LOOK, 1},  /* the first at once */
	{1000, LOOK, 0},
	{1100, WANT, 0},  /* others join in */
	{1100, WANT, 0},
	{1100, LOOK, 0},
	{1299, LOOK, 0},
	{1300, LOOK, 1},  /* none came: the request may be lost */
	{1799, LOOK, 0},
	{1800, LOOK, 1},  /* again, now with patience */
	{2299, LOOK, 0},
	{2300, LOOK, 1},
	{2350, SEEN, 0},
	{2500, LOOK, 0},  /* all are served */
	{3600, WANT, 0},
	{3600, LOOK, 1},  /* long since the last: at once */
	{3650, SEEN, 0},
	{3700, WANT, 0},
	{3950, LOOK, 0},  /* too soon after one that was answered */
	{4099, LOOK, 0},
	{4100, LOOK, 1},
	{4200, WANT, 0},
	{4300, SEEN, 0},  /* one that was on its way serves this too */
	{9000, LOOK, 0},
};

static void test_steps(void **state)
{
	struct keyframe k = {.period = KEYFRAME_PERIOD_LOW};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		usec at = MS(steps[i].at_ms);
		if (steps[i].what == WANT) {
			keyframe_want(&k);
		} else if (steps[i].what == SEEN) {
			keyframe_seen(&k);
		} else {
			assert_int_equal(keyframe_deadline(&k) <= at, steps[i].due);
			assert_int_equal(keyframe_due(&k, at), steps[i].due);
		}
	}
	assert_true(keyframe_deadline(&k) == USEC_NEVER);
}

/* A storm of wishes costs the sender one keyframe a period. */
static void test_storm(void **state)
{
	struct keyframe k = {.period = KEYFRAME_PERIOD_HIGH};
	int sent = 0;

	for (usec t = MS(1); t <= MS(10000); t += MS(1)) {
		keyframe_want(&k);
		if (keyframe_due(&k, t)) {
			sent++;
			keyframe_seen(&k);
		}
	}
	assert_int_equal(sent, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_storm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
