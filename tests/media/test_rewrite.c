/* The numbers of a slot: without a break over every change, and found again. */
#include "media/rewrite.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLOCK 90000
#define MS(x) ((x) * USEC_PER_MS)
#define T0 (100 * USEC_PER_SEC)

static struct rewrite r;
static const struct rewrite_out zero = {
	.seq = 65000, .ts = 0xfffff000, .picture = 0x7ffe, .tl0 = 254,
};

static int setup(void **state)
{
	rewrite_init(&r, CLOCK, &zero);
	return 0;
}

static struct rewrite_out send_one(unsigned layer, const struct rewrite_in *in, usec at)
{
	struct rewrite_out out = {0};

	rewrite_watch(&r, layer, in, at);
	assert_int_equal(rewrite_map(&r, layer, in, &out), 0);
	rewrite_sent(&r, &out, at);
	return out;
}

/* One run after another: contiguous, timestamps by the clock, picture ids one up. */
static void test_switch(void **state)
{
	struct rewrite_in a = {.seq = 100, .ts = 5000, .picture = 7, .tl0 = 3};
	struct rewrite_in b = {.seq = 65534, .ts = 99, .picture = 20000, .tl0 = 250};
	struct rewrite_out out, last = {0};

	rewrite_start(&r, 0, &a, 0, T0);
	for (int i = 0; i < 10; i++) {
		out = send_one(0, &a, T0 + MS(33 * i));
		assert_int_equal(out.seq, (uint16_t)(65000 + i));
		assert_int_equal(out.ts, (uint32_t)(0xfffff000 + T0 / 1000 * 90 + 2970 * (uint32_t)i));
		assert_int_equal(out.picture, (uint16_t)(0x7fff + i));
		assert_int_equal(out.tl0, (uint8_t)(255 + i));
		a.seq++;
		a.ts += 2970;
		a.picture++;
		a.tl0++;
		last = out;
	}
	/* another layer, 400 ms after the first began */
	rewrite_start(&r, 1, &b, 0, T0 + MS(400));
	for (int i = 0; i < 10; i++) {
		out = send_one(1, &b, T0 + MS(400 + 33 * i));
		assert_int_equal(out.seq, (uint16_t)(last.seq + 1));
		assert_int_equal(out.picture, (uint16_t)(last.picture + 1));
		assert_int_equal(out.tl0, (uint8_t)(last.tl0 + 1));
		assert_int_equal(out.ts, (uint32_t)(0xfffff000 + (T0 + MS(400)) / 1000 * 90 +
											2970 * (uint32_t)i));
		b.seq++;
		b.ts += 2970;
		b.picture++;
		b.tl0++;
		last = out;
	}
	/* what is left of the old layer does not pass */
	assert_int_equal(rewrite_map(&r, 0, &a, &out), -ERR_NOTFOUND);
}

/* Switching faster than the clock goes still moves on. */
static void test_same_moment(void **state)
{
	struct rewrite_in in = {.seq = 1, .ts = 1};
	uint32_t last;

	rewrite_start(&r, 0, &in, 0, T0);
	last = send_one(0, &in, T0).ts;
	for (int i = 0; i < 50; i++) {
		in = (struct rewrite_in){.seq = (uint16_t)(i * 900), .ts = (uint32_t)i * 123456789};
		rewrite_start(&r, (unsigned)i % 3, &in, 0, T0);
		struct rewrite_out out = send_one((unsigned)i % 3, &in, T0);
		assert_int_equal(out.ts - last, CLOCK / 1000 * REWRITE_STEP_MS);
		last = out.ts;
	}
}

/* Late packets keep their places, also in an older run; those from before a run do not pass. */
static void test_late(void **state)
{
	struct rewrite_in in = {.seq = 1000, .ts = 0}, late;
	struct rewrite_out out, again;

	rewrite_start(&r, 0, &in, 0, T0);
	for (in.seq = 1000; in.seq < 1020; in.seq++) {
		if (in.seq != 1005 && in.seq != 1010)
			send_one(0, &in, T0);
	}
	late = (struct rewrite_in){.seq = 1005};
	assert_int_equal(rewrite_map(&r, 0, &late, &out), 0);
	assert_int_equal(out.seq, 65005);
	late.seq = 999;
	assert_int_equal(rewrite_map(&r, 0, &late, &out), -ERR_NOTFOUND);

	in = (struct rewrite_in){.seq = 50};
	rewrite_start(&r, 1, &in, 0, T0);
	out = send_one(1, &in, T0);
	assert_int_equal(out.seq, 65020);
	late.seq = 1010; /* of the older run, before its end */
	assert_int_equal(rewrite_map(&r, 0, &late, &again), 0);
	assert_int_equal(again.seq, 65010);
	late.seq = 1020; /* behind it */
	assert_int_equal(rewrite_map(&r, 0, &late, &again), -ERR_NOTFOUND);
	rewrite_forget(&r);
	late.seq = 1010;
	assert_int_equal(rewrite_map(&r, 0, &late, &again), -ERR_NOTFOUND);
}

/* A receiver's number leads back to the packet, for as long as runs are kept. */
static void test_find(void **state)
{
	struct rewrite_in in;
	unsigned layer;
	uint16_t seq_in;
	uint16_t out0 = 65000;

	assert_int_equal(rewrite_find(&r, 65000, &layer, &seq_in), -ERR_NOTFOUND);
	for (unsigned run = 0; run < REWRITE_RUNS; run++) {
		in = (struct rewrite_in){.seq = (uint16_t)(run * 5000 + 3)};
		rewrite_start(&r, run % 3, &in, 0, T0);
		for (int i = 0; i < 10; i++, in.seq++)
			send_one(run % 3, &in, T0);
	}
	for (unsigned n = 0; n < REWRITE_RUNS * 10; n++) {
		unsigned run = n / 10;
		assert_int_equal(rewrite_find(&r, (uint16_t)(out0 + n), &layer, &seq_in), 0);
		assert_int_equal(layer, run % 3);
		assert_int_equal(seq_in, (uint16_t)(run * 5000 + 3 + n % 10));
	}
	assert_int_equal(rewrite_find(&r, (uint16_t)(out0 - 1), &layer, &seq_in), -ERR_NOTFOUND);
	assert_int_equal(rewrite_find(&r, (uint16_t)(out0 + REWRITE_RUNS * 10), &layer, &seq_in),
					 -ERR_NOTFOUND);
	/* one more run, and the first is gone */
	in = (struct rewrite_in){.seq = 9};
	rewrite_start(&r, 0, &in, 0, T0);
	send_one(0, &in, T0);
	assert_int_equal(rewrite_find(&r, out0, &layer, &seq_in), -ERR_NOTFOUND);
	assert_int_equal(rewrite_find(&r, (uint16_t)(out0 + 10), &layer, &seq_in), 0);
}

/* A run of ten hours: numbers go round many times, and are never mistaken. */
static void test_long(void **state)
{
	struct rewrite_in in = {.seq = 40000, .ts = 1}, old = {.seq = 7, .ts = 1};
	struct rewrite_out out, first;
	unsigned layer;
	uint16_t seq_in;

	rewrite_start(&r, 2, &old, 0, T0);
	send_one(2, &old, T0);
	rewrite_start(&r, 0, &in, 0, T0);
	first = send_one(0, &in, T0);
	for (int i = 1; i < 1000000; i++) {
		in.seq++;
		in.ts += 3600; /* 25 a second for eleven hours */
		out = send_one(0, &in, T0 + MS(40) * i);
		assert_int_equal(out.seq, (uint16_t)(first.seq + i));
		assert_int_equal(out.ts, (uint32_t)(first.ts + 3600u * (uint32_t)i));
		if (i % 997 == 0) {
			assert_int_equal(rewrite_find(&r, (uint16_t)(out.seq - 100), &layer, &seq_in),
							 i > 100 ? 0 : -ERR_NOTFOUND);
			assert_int_equal(layer, 0);
			assert_int_equal(seq_in, (uint16_t)(in.seq - 100));
			if (i > 40000)
				assert_int_equal(rewrite_map(&r, 2, &old, &out), -ERR_NOTFOUND);
		}
	}
}

/* The past of a picture, sent at once, takes little time, and the present follows seamlessly. */
static void test_compressed(void **state)
{
	struct rewrite_in in = {.seq = 10, .ts = 1000, .picture = 5};
	struct rewrite_out out, last = {0};
	uint32_t begin = 0, clock = (uint32_t)(0xfffff000 + T0 / 1000 * 90);
	unsigned layer;
	uint16_t seq_in;

	/* 60 frames of two packets, 33 ms apart */
	rewrite_start(&r, 0, &in, 59 * 3000, T0);
	for (int i = 0; i < 120; i++) {
		in.seq = (uint16_t)(10 + i);
		in.ts = 1000 + 3000 * (uint32_t)(i / 2);
		in.picture = (uint16_t)(5 + i / 2);
		out = send_one(0, &in, T0);
		if (i == 0)
			begin = out.ts;
		else if (i % 2)
			assert_int_equal(out.ts, last.ts);
		else
			assert_true((int32_t)(out.ts - last.ts) > 0);
		last = out;
	}
	assert_true(last.ts - begin <= CLOCK / 1000 * REWRITE_BURST_MS);
	assert_int_equal(last.ts, clock); /* ends now */
	rewrite_live(&r, &in);
	/* a third packet of the last frame has its timestamp */
	in.seq++;
	out = send_one(0, &in, T0 + MS(1));
	assert_int_equal(out.ts, last.ts);
	assert_int_equal(out.seq, (uint16_t)(last.seq + 1));
	in.seq++;
	in.ts += 3000;
	in.picture++;
	out = send_one(0, &in, T0 + MS(33));
	assert_int_equal(out.ts, last.ts + 3000);
	assert_int_equal(out.picture, (uint16_t)(last.picture + 1));
	/* a repair of the past has the numbers it would have had */
	assert_int_equal(rewrite_find(&r, (uint16_t)(65000 + 20), &layer, &seq_in), 0);
	assert_int_equal(seq_in, 30);
	in = (struct rewrite_in){.seq = 30, .ts = 1000 + 3000 * 10, .picture = 15};
	assert_int_equal(rewrite_map(&r, 0, &in, &out), 0);
	assert_int_equal(out.seq, 65020);
	assert_true((int32_t)(out.ts - begin) > 0 && (int32_t)(last.ts - out.ts) > 0);
}

/* A sender whose timestamps leap is put on the clock again; what came before stays. */
static void test_leap(void **state)
{
	struct rewrite_in in = {.seq = 1, .ts = 1000};
	struct rewrite_out a, b;

	rewrite_start(&r, 0, &in, 0, T0);
	a = send_one(0, &in, T0);
	in.seq++;
	in.ts += 0x30000000;
	b = send_one(0, &in, T0 + MS(20));
	assert_int_equal(b.seq, (uint16_t)(a.seq + 1));
	assert_int_equal(b.ts - a.ts, 1800);
	in.seq++;
	in.ts -= 0x50000000;
	b = send_one(0, &in, T0 + MS(40));
	assert_int_equal(b.ts - a.ts, 3600);
	/* a pause that both clocks agree on is none */
	in.seq++;
	in.ts += 60 * CLOCK;
	b = send_one(0, &in, T0 + MS(60040));
	assert_int_equal(b.ts - a.ts, 3600 + 60 * CLOCK);
}

/* For sender reports: the clock, corrected by how the packets lie to it. */
static void test_ts_at(void **state)
{
	struct rewrite_in in = {.seq = 1, .ts = 1000};
	uint32_t ts = 0;

	rewrite_start(&r, 0, &in, 0, T0);
	/* a sender whose clock goes 1 % too fast */
	for (int i = 0; i < 2000; i++) {
		ts = send_one(0, &in, T0 + MS(20) * i).ts;
		in.seq++;
		in.ts += 1818;
	}
	int32_t off = (int32_t)(rewrite_ts_at(&r, T0 + MS(20) * 1999) - ts);
	assert_true(off > -1800 && off < 1800);
}

/* A sender may write any timestamp: nothing overflows, and the numbers stay one stream. */
static void test_any_times(void **state)
{
	struct rewrite_in in = {.seq = 7};
	uint64_t seed = 1;
	uint16_t next = zero.seq;

	for (int i = 0; i < 20000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		in.ts = seed >> 40 & 1 ? (uint32_t)(seed >> 33) << (seed >> 60) : in.ts + 0x80000000;
		usec at = T0 + MS(10) * i;
		if (i % 50 == 0)
			rewrite_start(&r, i / 50 % 3, &in, seed >> 50 & 1 ? (uint32_t)(seed >> 35) : 0, at);
		assert_int_equal(send_one(i / 50 % 3, &in, at).seq, next++);
		if (i % 50 == 10)
			rewrite_live(&r, &in);
		in.seq++;
	}
	(void)rewrite_ts_at(&r, T0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_switch, setup),
		cmocka_unit_test_setup(test_same_moment, setup),
		cmocka_unit_test_setup(test_late, setup),
		cmocka_unit_test_setup(test_find, setup),
		cmocka_unit_test_setup(test_long, setup),
		cmocka_unit_test_setup(test_compressed, setup),
		cmocka_unit_test_setup(test_leap, setup),
		cmocka_unit_test_setup(test_ts_at, setup),
		cmocka_unit_test_setup(test_any_times, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
