/* Who is heard: a table of packets. Letters are microphones; capitals are loud. */
#include "media/loudest.h"

#include <ctype.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Feeds one letter a step of 100 ms and checks who is in afterwards. */
static void play(int places, const char *packets, const char *in)
{
	struct loudest l = {.places = places};
	usec t = 100 * USEC_PER_SEC;

	for (const char *c = packets; *c; c++, t += 100 * USEC_PER_MS) {
		if (*c == '.')
			continue;
		uint32_t id = (uint32_t)tolower(*c);
		bool before = loudest_has(&l, id) &&
					  (islower(*c) || t - loudest_heard_at(&l, id) < LOUDEST_SILENT);
		enum loudest_change got = loudest_hear(&l, id, isupper(*c), true, t);
		assert_int_equal(got == LOUDEST_IN, before);
		assert_int_equal(got != LOUDEST_OUT, loudest_has(&l, id));
	}
	assert_int_equal(l.count, (int)strlen(in));
	for (const char *c = in; *c; c++) {
		if (!loudest_has(&l, (uint32_t)*c))
			fail_msg("%s: %c is not heard", packets, *c);
	}
}

static void test_table(void **state)
{
	/* as long as there is room all are in, silent or not */
	play(5, "abcde", "abcde");
	/* the first loud packet is enough to get a silent one's place */
	play(2, "abC", "bc");
	play(2, "abc", "ab");
	/* who speaks is not put out, nor who has just spoken */
	play(2, "ABC", "ab");
	play(2, "AB............C", "ab");
	/* silent for 1.5 s */
	play(2, "ABBBBBBBBBBBBBBC", "bc");
	play(2, "ABBBBBBBBBBBBBBc", "ab");
	/* the one silent for longest gives way */
	play(3, "ABC..............D", "bcd");
	play(3, "ABC..............DE", "cde");
	/* and comes back when speaking again */
	play(2, "AB...............C..A", "ac");
}

/* One that does not say how loud it is takes a free place, and gives way to a voice. */
static void test_unsure(void **state)
{
	struct loudest l = {.places = 2};
	usec t = USEC_PER_SEC * 50;

	assert_int_equal(loudest_hear(&l, 1, true, false, t), LOUDEST_NEW);
	assert_int_equal(loudest_hear(&l, 2, true, true, t), LOUDEST_NEW);
	assert_int_equal(loudest_hear(&l, 3, true, false, t), LOUDEST_OUT);
	assert_int_equal(loudest_hear(&l, 4, true, true, t), LOUDEST_NEW);
	assert_false(loudest_has(&l, 1));
	assert_true(loudest_has(&l, 2));
	assert_true(loudest_del(&l, 2));
	assert_false(loudest_del(&l, 2));
	assert_int_equal(loudest_hear(&l, 1, false, false, t), LOUDEST_NEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_unsure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
