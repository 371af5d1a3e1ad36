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
	{1499, LOOK, 0},
	{1500, LOOK, 1},  /* none came: again */
	{1700, SEEN, 0},
	{2500, LOOK, 0},  /* all are served */
	{2600, WANT, 0},
	{2600, LOOK, 1},  /* long since the last: at once */
	{2650, SEEN, 0},
	{2700, WANT, 0},
	{2700, LOOK, 0},  /* too soon after the last */
	{3099, LOOK, 0},
	{3100, LOOK, 1},
	{3200, WANT, 0},
	{3300, SEEN, 0},  /* one that was on its way serves this too */
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
