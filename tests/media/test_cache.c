/* The cache: what is held, for how long, and where a picture begins. */
#include "media/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { CAP = 64 };

static struct packet_pool *pool;

static int setup(void **state)
{
	return packet_pool_new(1000, &pool);
}

static int teardown(void **state)
{
	assert_int_equal(packet_pool_in_use(pool), 0);
	packet_pool_free(&pool);
	return 0;
}

static int add(struct cache *c, uint16_t seq, uint32_t ts, bool key, usec at)
{
	struct packet *p = packet_new(pool);

	p->rtp = (struct rtp){.seq = seq, .ts = ts};
	p->key = key;
	p->arrived = at;
	int change = cache_add(c, p, at);
	packet_unref(p);
	return change;
}

static bool has(const struct cache *c, uint16_t seq)
{
	const struct packet *p = cache_find(c, seq);

	assert_true(!p || p->rtp.seq == seq);
	return p != NULL;
}

static void test_window(void **state)
{
	struct cache c;

	assert_int_equal(cache_init(&c, CAP), 0);
	assert_true(cache_oldest(&c) == USEC_NEVER);
	/* across the end of the numbers, with a hole at 65530 */
	for (uint32_t s = 65500; s < 65536 + 40; s++) {
		if (s != 65530)
			add(&c, (uint16_t)s, s, false, s);
	}
	assert_true(has(&c, 39) && has(&c, 0) && has(&c, 65535));
	assert_true(has(&c, (uint16_t)(40 - CAP)));
	assert_false(has(&c, (uint16_t)(39 - CAP)));
	assert_false(has(&c, 40));
	assert_int_equal(c.count, CAP - 1);

	/* late ones find their place; doubles change nothing; what is too late is not kept */
	assert_int_equal(add(&c, 65530, 1, false, 1), 1);
	assert_int_equal(add(&c, 65530, 1, false, 1), 0);
	assert_int_equal(c.count, CAP);
	assert_int_equal(add(&c, (uint16_t)(39 - CAP), 1, false, 1), 0);

	/* a leap forgets what was before */
	assert_int_equal(add(&c, 5000, 1, false, 1), 1 - CAP);
	assert_false(has(&c, 39));
	assert_true(has(&c, 5000));
	cache_done(&c);
	cache_done(&c);
}

/* It is as wide as the stream turns out to need, across the end of the numbers, and not wider. */
static void test_widens(void **state)
{
	struct cache c;

	assert_int_equal(cache_init(&c, CACHE_VIDEO), 0);
	assert_int_equal(c.cap, CACHE_FIRST);
	for (unsigned i = 0; i < 1000; i++) {
		uint16_t seq = (uint16_t)(65500 + i);
		assert_int_equal(add(&c, seq, i, i == 0, i * 10 * USEC_PER_MS), 1);
		if (i >= 20)
			cache_evict(&c, 1); /* twenty wait at a time */
		assert_true(has(&c, seq));
	}
	assert_int_equal(c.cap, CACHE_FIRST);
	assert_int_equal(c.count, 20);
	for (unsigned i = 1000; i < 1150; i++)
		add(&c, (uint16_t)(65500 + i), i, false, 0);
	assert_int_equal(c.cap, 256);
	for (unsigned i = 980; i < 1150; i++)
		assert_true(has(&c, (uint16_t)(65500 + i)));
	/* a late one far back takes its place too */
	assert_int_equal(add(&c, (uint16_t)(65500 + 800), 0, false, 0), 1);
	assert_int_equal(c.cap, CACHE_VIDEO);
	assert_true(has(&c, (uint16_t)(65500 + 800)) && has(&c, (uint16_t)(65500 + 1149)));
	/* a leap needs no room for what it forgets */
	cache_done(&c);
	assert_int_equal(cache_init(&c, CACHE_VIDEO), 0);
	add(&c, 7, 0, false, 0);
	assert_int_equal(add(&c, 30000, 0, false, 0), 0);
	assert_int_equal(c.cap, CACHE_FIRST);
	assert_true(has(&c, 30000) && !has(&c, 7));
	cache_done(&c);
}

static void test_age(void **state)
{
	struct cache c;
	usec t = 100 * USEC_PER_SEC;

	assert_int_equal(cache_init(&c, CAP), 0);
	for (uint16_t s = 0; s < 30; s++)
		add(&c, s, s, s == 10, t + s * 100 * USEC_PER_MS);
	/* newest at 2.9 s; the keyframe came at 1 s. At 3 s it is worth keeping, at 3.1 s not */
	cache_expire(&c, t + 3000 * USEC_PER_MS);
	assert_false(has(&c, 9));
	assert_true(has(&c, 10) && has(&c, 29));
	cache_expire(&c, t + 3100 * USEC_PER_MS);
	assert_false(has(&c, 10) || has(&c, 20));
	assert_true(has(&c, 21));
	cache_expire(&c, t + 60 * USEC_PER_SEC);
	assert_int_equal(c.count, 0);

	/* far on in the numbers it begins anew */
	assert_int_equal(add(&c, 40000, 1, false, t), 1);
	assert_true(has(&c, 40000));
	assert_true(cache_oldest(&c) == t);
	cache_done(&c);
}

static void test_start(void **state)
{
	struct cache c;
	usec t = USEC_PER_SEC;
	uint16_t from = 0;

	assert_int_equal(cache_init(&c, CAP), 0);
	for (uint16_t s = 0; s < 10; s++)
		add(&c, s, s / 2, false, t);
	assert_false(cache_has_start(&c, t, 50, &from));
	add(&c, 11, 100, true, t);
	assert_true(cache_has_start(&c, t, 50, &from));
	assert_int_equal(from, 11);
	/* parameter sets of the same picture, late: the picture begins there */
	add(&c, 10, 100, true, t);
	assert_true(cache_has_start(&c, t, 50, &from));
	assert_int_equal(from, 10);
	/* and a slice of it that looks like a beginning too does not */
	add(&c, 12, 100, true, t);
	assert_true(cache_has_start(&c, t, 50, &from));
	assert_int_equal(from, 10);
	/* the next one does */
	add(&c, 20, 200, true, t + 1);
	assert_true(cache_has_start(&c, t, 50, &from));
	assert_int_equal(from, 20);
	/* an older one that comes late does not */
	add(&c, 18, 190, true, t + 1);
	assert_true(cache_has_start(&c, t, 50, &from));
	assert_int_equal(from, 20);

	for (uint16_t s = 21; s < 40; s++)
		add(&c, s, 200 + s, false, t + 2);
	assert_true(cache_has_start(&c, t, 20, &from));
	assert_false(cache_has_start(&c, t, 19, &from));            /* too much at once */
	assert_true(cache_has_start(&c, t + 1 + CACHE_KEY_AGE, 50, &from));
	assert_false(cache_has_start(&c, t + 2 + CACHE_KEY_AGE, 50, &from)); /* too old */

	/* gone with what it stood on */
	assert_int_equal(cache_evict(&c, 100), 34);
	assert_false(cache_has_start(&c, t, 50, &from));
	cache_done(&c);
}

static void test_evict(void **state)
{
	struct cache c;

	assert_int_equal(cache_init(&c, CAP), 0);
	for (uint16_t s = 0; s < 20; s += 2)
		add(&c, s, s, s == 2, s);
	assert_int_equal(cache_evict(&c, 3), 3);
	assert_false(has(&c, 4));
	assert_true(has(&c, 6));
	assert_false(c.has_key);
	cache_clear(&c);
	assert_int_equal(c.count, 0);
	assert_int_equal(packet_pool_in_use(pool), 0);
	cache_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_widens),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_evict),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
