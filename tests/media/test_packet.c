/* The pool: a fixed number, counted references, nothing lost. */
#include "media/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_pool(void **state)
{
	struct packet_pool *pool;
	struct packet *p[4], *again;

	assert_int_equal(packet_pool_new(3, &pool), 0);
	assert_int_equal(packet_pool_count(pool), 3);
	for (int i = 0; i < 3; i++) {
		p[i] = packet_new(pool);
		assert_non_null(p[i]);
		for (int k = 0; k < i; k++)
			assert_ptr_not_equal(p[i], p[k]);
	}
	assert_null(packet_new(pool));
	assert_int_equal(packet_pool_misses(pool), 1);
	assert_int_equal(packet_pool_in_use(pool), 3);

	/* A second holder keeps it */
	packet_ref(p[1]);
	packet_unref(p[1]);
	assert_int_equal(packet_pool_in_use(pool), 3);
	assert_null(packet_new(pool));
	packet_unref(p[1]);
	assert_int_equal(packet_pool_in_use(pool), 2);
	again = packet_new(pool);
	assert_ptr_equal(again, p[1]);

	packet_unref(NULL);
	packet_unref(p[0]);
	packet_unref(again);
	packet_unref(p[2]);
	assert_int_equal(packet_pool_in_use(pool), 0);
	packet_pool_free(&pool);
	assert_null(pool);
	packet_pool_free(&pool);
}

/* A datagram fits, and a packet is within the 2 kB that the settings promise. */
static void test_size(void **state)
{
	assert_true(sizeof(struct packet) <= 2048);
	assert_true(PACKET_CAP >= 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
