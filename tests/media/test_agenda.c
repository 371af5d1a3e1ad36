/* The agenda against a plain search for the smallest. */
#include "media/agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N = 200 };

static uint32_t lcg = 1;

static unsigned dice(unsigned n)
{
	lcg = lcg * 1664525 + 1013904223;
	return (lcg >> 8) % n;
}

static void test_order(void **state)
{
	struct agenda a = {0};
	static struct agenda_entry e[N];
	usec at[N];

	assert_int_equal(agenda_reserve(&a, N), 0);
	for (int i = 0; i < N; i++) {
		at[i] = USEC_NEVER;
		e[i].of = &at[i];
	}
	for (int step = 0; step < 20000; step++) {
		unsigned i = dice(N);
		usec t = dice(10) ? (usec)dice(1000) : USEC_NEVER, least = USEC_NEVER;
		if (dice(4)) {
			agenda_set(&a, &e[i], t);
			at[i] = t;
		} else if (t != USEC_NEVER) {
			agenda_sooner(&a, &e[i], t);
			at[i] = usec_min(at[i], t);
		}
		for (int k = 0; k < N; k++)
			least = usec_min(least, at[k]);
		assert_true(agenda_next(&a) == least);
		if (dice(3))
			continue;
		struct agenda_entry *first = agenda_take(&a, 500);
		if (least > 500) {
			assert_null(first);
			continue;
		}
		assert_non_null(first);
		assert_true(*(usec *)first->of == least);
		*(usec *)first->of = USEC_NEVER;
		assert_int_equal(first->place, 0);
	}
	agenda_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
