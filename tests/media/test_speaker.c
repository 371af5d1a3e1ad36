/* Who is dominant: scenes of two or three microphones. */
#include "media/speaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MICS = 3, QUIET = 70, TALK = 20, HUM = 60 };

static struct speaker mics[MICS];
static int dominant;
static usec now;

static int setup(void **state)
{
	for (int i = 0; i < MICS; i++)
		speaker_init(&mics[i]);
	dominant = -1;
	now = 100 * USEC_PER_SEC;
	return 0;
}

static void judge(void)
{
	int best = -1;
	float most = 0, margin;

	for (int i = 0; i < MICS; i++)
		speaker_score(&mics[i], now);
	for (int i = 0; i < MICS; i++) {
		if (dominant < 0) {
			if (speaker_has_spoken(&mics[i]) && best < 0)
				best = i;
		} else if (i != dominant && speaker_beats(&mics[i], &mics[dominant], &margin) &&
				   (best < 0 || margin > most)) {
			best = i;
			most = margin;
		}
	}
	if (best >= 0)
		dominant = best;
}

/* Levels of each for so long; -1: sends nothing. */
static void scene(int ms, int a, int b, int c)
{
	int levels[MICS] = {a, b, c};

	for (int t = 0; t < ms; t += 20, now += 20 * USEC_PER_MS) {
		for (int i = 0; i < MICS; i++) {
			if (levels[i] >= 0)
				speaker_add(&mics[i], (uint8_t)levels[i], now);
		}
		if (t % 200 == 180)
			judge();
	}
}

static void test_takes_over(void **state)
{
	scene(2000, QUIET, QUIET, QUIET);
	assert_int_equal(dominant, -1); /* noise is nobody */
	scene(1000, TALK, QUIET, QUIET);
	assert_int_equal(dominant, 0);
	assert_true(speaker_is_talking(&mics[0], now));
	assert_false(speaker_is_talking(&mics[1], now));
	scene(1500, QUIET, TALK, QUIET);
	assert_int_equal(dominant, 1);
	assert_false(speaker_is_talking(&mics[0], now));
	/* who falls silent is still shown until another speaks */
	scene(5000, QUIET, QUIET, QUIET);
	assert_int_equal(dominant, 1);
	assert_false(speaker_is_talking(&mics[1], now));
	scene(1500, -1, -1, TALK);
	assert_int_equal(dominant, 2);
}

/* A cough takes nobody's place, nor does somebody who talks into another's speech. */
static void test_holds(void **state)
{
	scene(1000, QUIET, QUIET, QUIET);
	scene(3000, TALK, QUIET, QUIET);
	assert_int_equal(dominant, 0);
	scene(60, TALK, 5, QUIET);
	scene(600, TALK, QUIET, QUIET);
	assert_int_equal(dominant, 0);
	scene(3000, TALK, TALK, QUIET);
	assert_int_equal(dominant, 0);
	scene(1500, QUIET, TALK, QUIET);
	assert_int_equal(dominant, 1);
}

/* A steady hum becomes the floor of its microphone and is no speech. */
static void test_hum(void **state)
{
	scene(20000, QUIET, HUM, QUIET);
	scene(1000, TALK, HUM, QUIET);
	assert_int_equal(dominant, 0);
	scene(3000, -1, HUM, -1);
	assert_int_equal(dominant, 0);
}

/* Longer packets speak for the time they hold; a gap is silence. */
static void test_spacing(void **state)
{
	for (int i = 0; i < 20; i++, now += 60 * USEC_PER_MS)
		speaker_add(&mics[0], TALK, now);
	assert_true(speaker_is_talking(&mics[0], now));
	now += 800 * USEC_PER_MS;
	assert_false(speaker_is_talking(&mics[0], now));
	speaker_score(&mics[0], now);
	now += 60 * USEC_PER_SEC;
	speaker_score(&mics[0], now);
	assert_false(speaker_has_spoken(&mics[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_takes_over, setup),
		cmocka_unit_test_setup(test_holds, setup),
		cmocka_unit_test_setup(test_hum, setup),
		cmocka_unit_test_setup(test_spacing, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
