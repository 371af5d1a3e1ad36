/* What a stream counts: RFC 3550's loss and jitter, doubles, gaps, restarts. */
#include "media/uplink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS(x) ((x) * USEC_PER_MS)
#define T0 (7 * USEC_PER_SEC)

static struct packet_pool *pool;
static struct uplink u;

static int setup(void **state)
{
	assert_int_equal(packet_pool_new(2000, &pool), 0);
	return uplink_init(&u, true, true);
}

static int teardown(void **state)
{
	uplink_done(&u);
	assert_int_equal(packet_pool_in_use(pool), 0);
	packet_pool_free(&pool);
	return 0;
}

static int recv_at(uint16_t seq, uint32_t ts, bool key, bool repaired, usec at)
{
	struct packet *p = packet_new(pool);

	p->rtp = (struct rtp){.seq = seq, .ts = ts};
	p->codec = CODEC_VP8;
	p->key = key;
	p->height = key ? 360 : 0;
	p->arrived = at;
	p->len = 100;
	int rc = uplink_recv(&u, p, repaired, 90000);
	if (rc >= 0)
		uplink_keep(&u, p, true);
	packet_unref(p);
	return rc;
}

static int recv(uint16_t seq)
{
	return recv_at(seq, 0, false, false, T0);
}

static void test_doubles(void **state)
{
	assert_int_equal(recv(65530), UPLINK_FRESH);
	assert_int_equal(recv(65530), -ERR_REPLAY);
	assert_int_equal(recv(5), UPLINK_FRESH);      /* over the end */
	assert_int_equal(recv(65533), UPLINK_FRESH);  /* late */
	assert_int_equal(recv(65533), -ERR_REPLAY);
	assert_int_equal(recv(5), -ERR_REPLAY);
	assert_int_equal(recv(65529), UPLINK_FRESH);  /* before the first, never seen */
	assert_int_equal(recv(65529), -ERR_REPLAY);
	/* every number of a whole round once */
	for (unsigned i = 6; i < 65536 * 2; i++) {
		assert_int_equal(recv((uint16_t)i), UPLINK_FRESH);
		assert_int_equal(recv((uint16_t)i), -ERR_REPLAY);
	}
	assert_int_equal(recv((uint16_t)(65535 - UPLINK_WINDOW)), -ERR_REPLAY);
}

static void test_repair(void **state)
{
	uint16_t seqs[RTCP_NACK_MAX];

	recv(10);
	recv(12);
	recv(14);
	assert_int_equal(uplink_nack(&u, 0, T0 + MS(12), seqs), 2);
	assert_int_equal(seqs[0], 11);
	assert_int_equal(seqs[1], 13);
	assert_int_equal(recv_at(11, 0, false, true, T0 + MS(40)), UPLINK_FRESH);
	assert_int_equal(recv_at(11, 0, false, true, T0 + MS(41)), -ERR_REPLAY);
	assert_int_equal(recv_at(13, 0, false, true, T0 + MS(41)), UPLINK_FRESH);
	assert_true(uplink_nack_deadline(&u) == USEC_NEVER);
	/* the tail was lost */
	assert_int_equal(recv_at(15, 0, false, true, T0 + MS(42)), UPLINK_FRESH);
	for (uint16_t s = 10; s <= 15; s++)
		assert_non_null(cache_find(&u.cache, s));

	/* a keyframe makes what is missing before it worthless */
	recv_at(20, 0, false, false, T0 + MS(50));
	assert_int_equal(u.missing->count, 4);
	recv_at(22, 90, true, false, T0 + MS(60));
	assert_int_equal(u.missing->count, 0);
	assert_int_equal(u.height, 360);
}

/* Of H.264 a keyframe's packet need not be its first: the parameter sets before it are needed. */
static void test_parameter_sets(void **state)
{
	struct packet *p = packet_new(pool);

	recv(10);
	p->rtp = (struct rtp){.seq = 12, .ts = 90};
	p->codec = CODEC_H264;
	p->key = true;
	p->arrived = T0;
	assert_int_equal(uplink_recv(&u, p, false, 90000), UPLINK_FRESH);
	uplink_keep(&u, p, true);
	packet_unref(p);
	assert_int_equal(u.missing->count, 1);
}

/* The list of what is missing is there only while something is, or was lately. */
static void test_no_loss_no_list(void **state)
{
	struct rtcp_block block;

	for (uint16_t s = 0; s < 100; s++)
		assert_int_equal(recv(s), UPLINK_FRESH);
	assert_null(u.missing);
	assert_true(uplink_nack_deadline(&u) == USEC_NEVER);
	assert_int_equal(recv(101), UPLINK_FRESH);
	assert_non_null(u.missing);
	uplink_block(&u, T0 + MS(1000), &block);
	assert_non_null(u.missing); /* 100 is still waited for */
	assert_int_equal(recv_at(100, 0, false, true, T0 + MS(1100)), UPLINK_FRESH);
	assert_true(uplink_nack_deadline(&u) == USEC_NEVER);
	uplink_block(&u, T0 + MS(2000), &block);
	assert_null(u.missing);
	assert_int_equal(recv(103), UPLINK_FRESH);
	assert_true(uplink_nack_deadline(&u) == T0 + MISSING_WAIT);
	uplink_reset(&u);
	assert_null(u.missing);
}

static void test_given_up(void **state)
{
	uint16_t seqs[RTCP_NACK_MAX];

	recv(10);
	recv(12);
	assert_false(u.keyframe.wanted);
	for (usec t = T0; t < T0 + MS(3000); t += MS(5))
		(void)uplink_nack(&u, 0, t, seqs);
	assert_true(u.keyframe.wanted);
	recv_at(13, 90, true, false, T0 + MS(3000));
	assert_false(u.keyframe.wanted);
	/* too much at once: not asked for at all */
	recv((uint16_t)(13 + 2 + MISSING_MAX));
	assert_true(u.keyframe.wanted);
	assert_int_equal(u.missing->count, 0);
}

/* RFC 3550 A.1: a leap counts when it is confirmed. */
static void test_leap(void **state)
{
	recv(10);
	assert_int_equal(recv(30000), -ERR_PROTO);
	assert_int_equal(recv(11), UPLINK_FRESH);
	assert_int_equal(recv(30001), -ERR_PROTO); /* the one between took it back */
	assert_int_equal(recv(30002), UPLINK_RESTART);
	assert_int_equal(recv(30003), UPLINK_FRESH);
	assert_null(cache_find(&u.cache, 11));
	assert_int_equal(u.cache.count, 2);
	struct rtcp_block b;
	uplink_block(&u, T0, &b);
	assert_int_equal(b.highest_seq, 30003);
	assert_int_equal(b.lost, 0);
}

static void test_block(void **state)
{
	struct rtcp_block b;
	struct rtcp_sr sr = {.ntp = UINT64_C(0x1122334455667788)};

	u.ssrc = 77;
	for (unsigned s = 65000; s < 65000 + 1000; s++) {
		if (s % 10 != 5)
			recv_at((uint16_t)s, s * 900, false, false, T0 + MS(10) * (s - 65000));
	}
	uplink_block(&u, T0 + MS(10000), &b);
	assert_int_equal(b.ssrc, 77);
	assert_int_equal(b.highest_seq, 65999);
	assert_int_equal(b.lost, 100);
	assert_int_equal(b.fraction_lost, 25); /* 10 % of 256 */
	assert_int_equal(b.jitter, 0);
	assert_int_equal(b.lsr, 0);
	assert_int_equal(b.dlsr, 0);
	/* nothing lost since; a report came meanwhile; half a second ago */
	uplink_sr(&u, &sr, T0 + MS(10000));
	for (unsigned s = 66000; s < 66100; s++)
		recv_at((uint16_t)s, s * 900, false, false, T0 + MS(10) * (s - 65000));
	uplink_block(&u, T0 + MS(10500), &b);
	assert_int_equal(b.highest_seq, 66099);
	assert_int_equal(b.lost, 100);
	assert_int_equal(b.fraction_lost, 0);
	assert_int_equal(b.lsr, 0x33445566);
	assert_int_equal(b.dlsr, 32768);
	/* a retransmission does not count as received */
	assert_int_equal(recv_at((uint16_t)65995, 0, false, true, T0 + MS(10500)), UPLINK_FRESH);
	uplink_block(&u, T0 + MS(10500), &b);
	assert_int_equal(b.lost, 100);
}

/* A.8: packets alternately 8 ms early and late tend to a jitter of 16 ms. */
static void test_jitter(void **state)
{
	struct rtcp_block b;

	for (unsigned s = 0; s < 1000; s++)
		recv_at((uint16_t)s, s * 1800, false, false, T0 + MS(20) * s + MS(s % 2 ? 16 : 0));
	uplink_block(&u, T0, &b);
	assert_in_range(b.jitter, 1420, 1440);
	/* half a circle forward is no jitter, and no overflow */
	recv_at(1000, 1800 * 1000, false, false, T0 + MS(20) * 1000);
	recv_at(1001, 1800 * 1001 + 0x80000000, false, false, T0 + MS(20) * 1001);
	uplink_block(&u, T0, &b);
	assert_in_range(b.jitter, 1300, 1440);
}

static void test_arriving(void **state)
{
	assert_false(uplink_is_arriving(&u, MS(1000), T0));
	recv(1);
	assert_true(uplink_is_arriving(&u, MS(1000), T0 + MS(1000)));
	assert_false(uplink_is_arriving(&u, MS(1000), T0 + MS(1001)));
	uplink_bye(&u);
	assert_false(uplink_is_arriving(&u, MS(1000), T0));
	recv(2);
	assert_true(uplink_is_arriving(&u, MS(1000), T0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_doubles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_repair, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parameter_sets, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_loss_no_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_jitter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_arriving, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
