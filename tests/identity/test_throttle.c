/* Tries: so many at once, one more each so long, and those that were right given back. */
#include "identity/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SLOTS = 64, BURST = 3 };

#define EVERY (10 * USEC_PER_SEC)
#define START (1000 * USEC_PER_SEC)

static struct addr addr_of(const char *text)
{
	struct addr addr;
	assert_int_equal(addr_parse(text, 1, &addr), 0);
	return addr;
}

static void tries_run_out_and_come_back(void **state)
{
	struct throttle *t = throttle_new(SLOTS, BURST, EVERY);
	struct addr a = addr_of("192.0.2.1");
	for (int i = 0; i < BURST; i++)
		assert_true(throttle_try_addr(t, &a, START));
	assert_false(throttle_has_room_addr(t, &a, START));
	assert_false(throttle_try_addr(t, &a, START + EVERY - 1));
	assert_true(throttle_try_addr(t, &a, START + EVERY));
	assert_false(throttle_try_addr(t, &a, START + EVERY));
	throttle_free(&t);
	assert_null(t);
}

static void what_was_right_is_given_back(void **state)
{
	struct throttle *t = throttle_new(SLOTS, BURST, EVERY);
	struct addr a = addr_of("192.0.2.1");
	for (int i = 0; i < 100; i++) {
		assert_true(throttle_try_addr(t, &a, START));
		throttle_give_addr(t, &a, START);
	}
	for (int i = 0; i < BURST; i++)
		assert_true(throttle_try_addr(t, &a, START));
	assert_false(throttle_try_addr(t, &a, START));
	/* but never more than there was room for */
	usec later = START + 100 * EVERY;
	for (int i = 0; i < 10; i++)
		throttle_give_addr(t, &a, later);
	for (int i = 0; i < BURST; i++)
		assert_true(throttle_try_addr(t, &a, later));
	assert_false(throttle_try_addr(t, &a, later));
	throttle_free(&t);
}

static void keys_and_prefixes_are_counted_apart(void **state)
{
	struct throttle *t = throttle_new(4096, 1, EVERY);
	struct addr a = addr_of("2001:db8::1"), same = addr_of("2001:db8::2");
	assert_true(throttle_try_addr(t, &a, START));
	assert_false(throttle_try_addr(t, &same, START)); /* one /64 */
	assert_true(throttle_try(t, "asa", START));
	assert_false(throttle_has_room(t, "asa", START));
	throttle_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tries_run_out_and_come_back),
		cmocka_unit_test(what_was_right_is_given_back),
		cmocka_unit_test(keys_and_prefixes_are_counted_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
