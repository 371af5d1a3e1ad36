/* Transport-wide feedback: the draft's example chunks, a packet that Chromium sent, and what is
 * written read back, by chance and at the edges. */
#include "wire/twcc.h"

#include "wire/support.h"

#include <stdlib.h>

static struct rtcp packet_of(struct span pkt)
{
	struct rtcp p;
	struct rd in = rd_init(pkt);
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(rd_left(&in), 0);
	return p;
}

static int parse(const char *hex, struct twcc *ret_twcc)
{
	struct rtcp p = packet_of(unhex(hex));
	return twcc_parse(&p, ret_twcc);
}

/* Captured: nine packets, small deltas, padded with one byte and the P bit. */
static void test_chromium(void **state)
{
	static const int deltas[] = {0x1c, 0x0c, 0x2c, 0x38, 0, 4, 0, 8, 0x18};
	struct twcc t;
	struct twcc_status s;
	assert_int_equal(parse("afcd0007 00000001 dd586eb6 00010009 5e911000"
						   "2009 1c0c2c380004000818 01", &t), 0);
	assert_int_equal(t.sender, 1);
	assert_int_equal(t.media, 0xdd586eb6);
	assert_int_equal(t.base_seq, 1);
	assert_int_equal(t.status_count, 9);
	assert_int_equal(t.ref, 6197520);
	assert_int_equal(t.count, 0);
	usec at = 6197520 * (usec)64000;
	for (unsigned i = 0; i < 9; i++) {
		assert_true(twcc_next(&t, &s));
		at += deltas[i] * 250;
		assert_int_equal(s.seq, i + 1);
		assert_true(s.received);
		assert_true(s.at == at);
	}
	assert_false(twcc_next(&t, &s));
}

/* Spells the statuses: '.' lost, 'x' received. */
static const char *spell(const char *hex)
{
	static char text[1024];
	struct twcc t;
	struct twcc_status s;
	size_t n = 0;
	assert_int_equal(parse(hex, &t), 0);
	while (twcc_next(&t, &s))
		text[n++] = s.received ? 'x' : '.';
	text[n] = 0;
	assert_int_equal(n, t.status_count);
	return text;
}

/* Draft 3.1.3, 3.1.4: the examples (of the last, the symbol that is now reserved is taken as
 * received with a small delta). */
static void test_examples(void **state)
{
	char lost[222];
	memset(lost, '.', 221);
	lost[221] = 0;
	assert_string_equal(spell("8fcd0005 00000001 00000002 000100dd 00000000 00dd 0000"), lost);
	assert_string_equal(spell("8fcd0007 00000001 00000002 0001000e 00000000"
							  "9f1c 0101010101010101 0000"), ".xxxxx...xxx..");
	assert_string_equal(spell("8fcd0006 00000001 00000002 00010007 00000000"
							  "c550 01010101 0000"), ".xxxx..");
	assert_string_equal(spell("8fcd0006 00000001 00000002 00010003 00000000"
							  "4003 0001 ffff 8000"), "xxx"); /* large, signed */
}

static void test_large(void **state)
{
	struct twcc t;
	struct twcc_status s;
	static const int ticks[] = {1, 0, -32768};
	assert_int_equal(parse("8fcd0006 00000001 00000002 ffff0003 00000000"
						   "4003 0001 ffff 8000", &t), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(twcc_next(&t, &s));
		assert_int_equal(s.seq, (uint16_t)(0xffff + i));
		usec want = ticks[i] * (usec)250;
		assert_true(s.at == (want < 0 ? want + TWCC_WRAP_USEC : want));
	}
	/* A reference time of -1. */
	assert_int_equal(parse("8fcd0005 00000001 00000002 00010001 ffffff07 2001 04 00", &t), 0);
	assert_int_equal(t.ref, -1);
	assert_int_equal(t.count, 7);
	assert_true(twcc_next(&t, &s));
	assert_true(s.at == TWCC_WRAP_USEC - 64000 + 1000);
	assert_true(twcc_at_diff(500, s.at) == 63500);
	assert_true(twcc_at_diff(s.at, 500) == -63500);
	assert_true(twcc_at_diff(900, 500) == 400);
}

static void test_malformed(void **state)
{
	static const char *const bad[] = {
		"8fcd0002 00000001 00000002",                              /* no fields at all */
		"8fcd0004 00000001 00000002 00010000 00000000",            /* of no packets */
		"8fcd0004 00000001 00000002 00010001 00000000",            /* no chunk */
		"8fcd0005 00000001 00000002 00010001 00000000 60010000",   /* a run of the reserved */
		"8fcd0005 00000001 00000002 00010002 00000000 cc000000",   /* one of it in a vector */
		"8fcd0005 00000001 00000002 00010001 00000000 00000000",   /* a run of none */
		"8fcd0005 00000001 00000002 00010003 00000000 20030000",   /* two deltas for three */
		"8fcd0005 00000001 00000002 00010002 00000000 40020000",   /* two bytes for four */
		"8fcd0005 00000001 00000002 0001ffff 00000000 3fff0000",   /* 65535 packets */
		"8fcd0005 00000001 00000002 0001001d 00000000 80008000",   /* 28 symbols for 29 */
		"81cd0005 00000001 00000002 00010001 00000000 20010000",   /* a NACK */
		"8fce0005 00000001 00000002 00010001 00000000 20010000",   /* for the payload */
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct twcc t;
		if (parse(bad[i], &t) != -ERR_PROTO)
			fail_msg("case %zu: %s", i, bad[i]);
	}
	/* Symbols past the count are nobody's, reserved or not. */
	assert_string_equal(spell("8fcd0005 00000001 00000002 00010001 00000000 dfff 0100"), "x");
	/* 65535 packets lost is no lie that costs: it is walked in 65535 steps of no memory. */
	struct twcc t;
	struct twcc_status s;
	assert_int_equal(parse("8fcd0008 00000001 00000002 0001ffff 00000000"
						   "1fff1fff1fff1fff 1fff1fff1fff1fff", &t), -ERR_PROTO);
	assert_int_equal(parse("8fcd0009 00000001 00000002 0001ffff 00000000"
						   "1fff1fff1fff1fff 1fff1fff1fff1fff 00080000", &t), 0);
	unsigned n = 0;
	while (twcc_next(&t, &s))
		n++;
	assert_int_equal(n, 65535);
}

static void test_write(void **state)
{
	uint8_t buf[128];
	struct twcc_out t = {.sender = 1, .media = 2, .next_seq = 0xfffe, .count = 9};
	/* 5 * 64 ms and 10 ms; then the next but one, half a second later; then one before it */
	static const struct twcc_arrival arrivals[] = {
		{0xfffd, 1}, {0xfffe, 330000}, {0xfffe, 330001}, {0x0000, 830000}, {0x0001, 829999},
	};
	struct wr w = wr_init(buf, sizeof(buf));
	assert_int_equal(twcc_write(&w, &t, arrivals, 5), 5);
	/* small, lost, large, large; 40 ticks, 2000, -1 (829999 is in the tick before) */
	assert_bytes(wr_span(&w), "8fcd0006 00000001 00000002 fffe0004 00000509"
							  "d280 28 07d0 ffff 00");
	assert_int_equal(t.next_seq, 2);
	assert_int_equal(t.count, 10);

	/* Nothing new: nothing written. */
	w = wr_init(buf, sizeof(buf));
	assert_int_equal(twcc_write(&w, &t, arrivals, 5), 5);
	assert_int_equal(twcc_write(&w, &t, arrivals, 0), 0);
	assert_int_equal(wr_len(&w), 0);
	assert_int_equal(t.count, 10);
}

static void test_write_jumps(void **state)
{
	uint8_t buf[1200];
	struct twcc r;
	struct twcc_out t = {.next_seq = 10};
	/* Too far ahead: the report begins there. */
	struct twcc_arrival far = {10 + TWCC_STATUS_MAX, 1000};
	struct wr w = wr_init(buf, sizeof(buf));
	assert_int_equal(twcc_write(&w, &t, &far, 1), 1);
	struct rtcp p = packet_of(wr_span(&w));
	assert_int_equal(twcc_parse(&p, &r), 0);
	assert_int_equal(r.base_seq, far.seq);
	assert_int_equal(r.status_count, 1);

	/* One less: all the lost ones are reported, in one run. */
	t = (struct twcc_out){.next_seq = 10};
	far.seq--;
	w = wr_init(buf, sizeof(buf));
	assert_int_equal(twcc_write(&w, &t, &far, 1), 1);
	assert_bytes(wr_span(&w), "8fcd0006 00000000 00000000 000a0800 00000000"
							  "07ff 2001 04 000000");

	/* A delta that two bytes don't hold ends the packet. */
	enum { FAR = 32767 * 250 };
	static const struct twcc_arrival slow[] = {{1, 0}, {2, FAR}, {3, 2 * FAR + 250}};
	t = (struct twcc_out){.next_seq = 1};
	w = wr_init(buf, sizeof(buf));
	assert_int_equal(twcc_write(&w, &t, slow, 3), 2);
	assert_int_equal(twcc_write(&w, &t, slow + 2, 1), 1);
	struct rd in = rd_init(wr_span(&w));
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(twcc_parse(&p, &r), 0);
	assert_int_equal(r.base_seq, 3);
	assert_int_equal(r.count, 1);

	w = wr_init(buf, 23);
	t = (struct twcc_out){.next_seq = 1};
	assert_int_equal(twcc_write(&w, &t, slow, 3), -ERR_SPACE);
	assert_int_equal(wr_len(&w), 0);
	assert_int_equal(t.next_seq, 1);
}

/* Reads all packets of a cursor and compares them with the arrivals they were written from. */
static void compare(struct span pkt, uint16_t next, const struct twcc_arrival *a, size_t count)
{
	struct rd in = rd_init(pkt);
	struct rtcp p;
	size_t i = 0;
	while (rtcp_next(&in, &p) > 0) {
		struct twcc r;
		struct twcc_status s;
		assert_int_equal(twcc_parse(&p, &r), 0);
		assert_int_equal(r.base_seq, next);
		while (twcc_next(&r, &s)) {
			assert_int_equal(s.seq, next);
			bool came = i < count && a[i].seq == s.seq;
			assert_int_equal(s.received, came);
			if (came) {
				usec want = (a[i].at / 250 * 250) % TWCC_WRAP_USEC;
				assert_true(s.at == want);
				i++;
			}
			next++;
		}
		assert_false(r.chunks.bad || r.deltas.bad);
	}
	assert_int_equal(i, count);
}

static void test_round_trip(void **state)
{
	static struct twcc_arrival a[600];
	static uint8_t buf[16384];
	uint32_t seed = 1;
	for (int round = 0; round < 3000; round++) {
		size_t count = 1 + chance(&seed) % 600;
		unsigned loss = chance(&seed) % 100;
		unsigned spread = 1 + chance(&seed) % 200000;
		uint16_t seq = (uint16_t)chance(&seed);
		uint16_t first = seq;
		usec at = (usec)chance(&seed) * 1000;
		for (size_t i = 0; i < count; i++) {
			while (chance(&seed) % 100 < loss)
				seq++;
			at += chance(&seed) % spread;
			usec back = chance(&seed) % 8 == 0 ? chance(&seed) % 50000 : 0;
			a[i] = (struct twcc_arrival){seq++, at > back ? at - back : at};
		}
		struct twcc_out t = {.sender = 1, .media = 2, .next_seq = first};
		struct wr w = wr_init(buf, sizeof(buf));
		size_t room = 64 + chance(&seed) % 1200;
		for (size_t done = 0; done < count;) {
			struct wr one = w;
			if (one.end - one.ptr > (ptrdiff_t)room)
				one.end = one.ptr + room;
			int n = twcc_write(&one, &t, a + done, count - done);
			if (n == -ERR_SPACE) { /* a long gap, and little room */
				room += 64;
				continue;
			}
			assert_true(n > 0);
			assert_false(one.bad);
			done += (size_t)n;
			w.ptr = one.ptr;
		}
		compare(wr_span(&w), first, a, count);
	}
}

static void look(struct span pkt)
{
	struct rd in = rd_init(pkt);
	struct rtcp p;
	while (rtcp_next(&in, &p) > 0) {
		struct twcc t;
		struct twcc_status s;
		if (twcc_parse(&p, &t) < 0)
			continue;
		unsigned n = 0;
		while (twcc_next(&t, &s))
			n++;
		assert_int_equal(n, t.status_count);
		assert_false(t.chunks.bad || t.deltas.bad);
	}
}

static void test_cut(void **state)
{
	static const char *const packets[] = {
		"afcd0007 00000001 dd586eb6 00010009 5e911000 2009 1c0c2c38000400081801",
		"8fcd0006 00000001 00000002 00010007 00000000 c550 01010101 0000",
		"8fcd0007 00000001 00000002 0001000e 00000000 9f1c 0101010101010101 0000",
	};
	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		each_prefix(unhex(packets[i]), look);
		each_flip(unhex(packets[i]), look);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chromium),  cmocka_unit_test(test_examples),
		cmocka_unit_test(test_large),     cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_write),     cmocka_unit_test(test_write_jumps),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
