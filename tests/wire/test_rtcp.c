/* RTCP: packets laid out by hand from the figures of RFC 3550, RFC 4585 and RFC 5104, and read
 * back from what is written. */
#include "wire/rtcp.h"

#include "wire/support.h"

#include <stdlib.h>

static const char sr_hex[] =
	"81c8000c 11111111 e1e2e3e4 f1f2f3f4 00000100 00000200 00030000"
	"22222222 19 fffffe 0001abcd 00000030 e3e4f1f2 00010000";
static const char sdes_hex[] = "81ca0003 11111111 0104 74696e67 0000";

/* The only packet of a datagram. */
static struct rtcp only(struct span pkt)
{
	struct rtcp p;
	struct rd in = rd_init(pkt);
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_int_equal(rd_left(&in), 0);
	return p;
}

static void test_compound(void **state)
{
	char hex[512];
	struct wr w = wr_init(hex, sizeof(hex));
	wr_fmt(&w, "%s %s %s", sr_hex, sdes_hex, "80cc0001 00000000" /* APP, of no use here */);
	wr_u8(&w, 0);
	struct rd in = rd_init(unhex(hex));
	struct rtcp p;
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_true(p.type == RTCP_SR && p.count == 1 && p.body.len == 48);
	assert_int_equal(rtcp_sender(&p), 0x11111111);
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_true(p.type == RTCP_SDES && p.count == 1 && p.body.len == 12);
	assert_int_equal(rtcp_next(&in, &p), 1);
	assert_true(p.type == RTCP_APP);
	assert_int_equal(rtcp_next(&in, &p), 0);
	assert_int_equal(rtcp_next(&in, &p), 0);
}

static void test_compound_lies(void **state)
{
	static const struct {
		const char *hex;
		int rc;
		size_t body_len;
	} cases[] = {
		{"", 0, 0},
		{"80c90000", 1, 0},                    /* no room for its SSRC: the kind's parser says so */
		{"80c90001 00000001", 1, 4},
		{"80c90002 00000001", -ERR_PROTO, 0},  /* longer than there is */
		{"80c9ffff 00000001", -ERR_PROTO, 0},
		{"40c90001 00000001", -ERR_PROTO, 0},  /* version 1 */
		{"80c900", -ERR_PROTO, 0},
		{"a0c90002 00000001 00000004", 1, 4},  /* padding */
		{"a0c90002 00000001 00000001", 1, 7},  /* of one byte, as feedback has it */
		{"a0c90002 00000001 00000000", -ERR_PROTO, 0},
		{"a0c90002 00000001 00000009", -ERR_PROTO, 0},
		{"a0c90000", -ERR_PROTO, 0},
		{"a0c90002 00000001 00000004 80c90001 00000001", -ERR_PROTO, 0}, /* not in the last */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rtcp p = {0};
		struct rd in = rd_init(unhex(cases[i].hex));
		int rc = rtcp_next(&in, &p);
		if (rc != cases[i].rc || p.body.len != cases[i].body_len)
			fail_msg("case %zu: %s", i, cases[i].hex);
	}
	struct rtcp p = only(unhex("80c90000"));
	assert_int_equal(rtcp_sender(&p), 0);
}

static void test_reports(void **state)
{
	struct rtcp p = only(unhex(sr_hex));
	struct rtcp_sr sr;
	struct rtcp_block b;
	assert_int_equal(rtcp_parse_sr(&p, &sr), 0);
	assert_int_equal(sr.ssrc, 0x11111111);
	assert_true(sr.ntp == 0xe1e2e3e4f1f2f3f4);
	assert_int_equal(sr.ts, 0x100);
	assert_int_equal(sr.packets, 0x200);
	assert_int_equal(sr.octets, 0x30000);
	assert_int_equal(rtcp_parse_block(&p, 0, &b), 0);
	assert_int_equal(b.ssrc, 0x22222222);
	assert_int_equal(b.fraction_lost, 0x19);
	assert_int_equal(b.lost, -2);
	assert_int_equal(b.highest_seq, 0x1abcd);
	assert_int_equal(b.jitter, 0x30);
	assert_int_equal(b.lsr, 0xe3e4f1f2);
	assert_int_equal(b.dlsr, 0x10000);
	assert_int_equal(rtcp_parse_block(&p, 1, &b), -ERR_NOTFOUND);

	/* Written the same. */
	uint8_t buf[128];
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_sr(&w, &sr, &b, 1);
	assert_bytes(wr_span(&w), sr_hex);

	w = wr_init(buf, sizeof(buf));
	rtcp_write_rr(&w, 0x33333333, &b, 1);
	assert_bytes(wr_span(&w), "81c90007 33333333 22222222 19 fffffe 0001abcd 00000030 e3e4f1f2"
							  "00010000");
	p = only(wr_span(&w));
	assert_int_equal(rtcp_parse_sr(&p, &sr), -ERR_PROTO);
	assert_int_equal(rtcp_parse_block(&p, 0, &b), 0);
	assert_int_equal(b.lost, -2);

	/* Counts that say more than there is. */
	p.count = 2;
	assert_int_equal(rtcp_parse_block(&p, 0, &b), -ERR_PROTO);
	p = only(unhex("82c80006 11111111 e1e2e3e4 f1f2f3f4 00000100 00000200 00030000"));
	assert_int_equal(rtcp_parse_sr(&p, &sr), -ERR_PROTO);
	p = only(unhex(sdes_hex));
	assert_int_equal(rtcp_parse_block(&p, 0, &b), -ERR_PROTO);

	/* RFC 3550 A.3: the cumulative loss is clamped. */
	b = (struct rtcp_block){.lost = 0x1000000};
	w = wr_init(buf, sizeof(buf));
	rtcp_write_rr(&w, 1, &b, 1);
	assert_int_equal(get_u32(buf + 12), 0x007fffff);
	b.lost = -0x1000000;
	w = wr_init(buf, sizeof(buf));
	rtcp_write_rr(&w, 1, &b, 1);
	assert_int_equal(get_u32(buf + 12), 0x00800000);
}

static void test_sdes(void **state)
{
	struct rtcp p = only(unhex(sdes_hex));
	struct rd in = rd_init(p.body);
	uint32_t ssrc;
	struct span cname;
	assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 1);
	assert_int_equal(ssrc, 0x11111111);
	assert_true(span_is(cname, "ting"));
	assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 0);

	/* Two chunks: NAME before CNAME, and one with no items at all. */
	in = rd_init(unhex("00000001 02026162 0102 6364 00 000000 00000002 00000000"));
	assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 1);
	assert_true(ssrc == 1 && span_is(cname, "cd"));
	assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 1);
	assert_true(ssrc == 2 && cname.len == 0);
	assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 0);

	static const char *const bad[] = {"000001", "00000001", "00000001 01ff6162",
									  "00000001 01026162", "00000001 0101 61 02"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		in = rd_init(unhex(bad[i]));
		assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), -ERR_PROTO);
		assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), -ERR_PROTO);
	}

	uint8_t buf[300];
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_sdes(&w, 0x11111111, span_str("ting"));
	assert_bytes(wr_span(&w), sdes_hex);
	for (size_t len = 0; len <= RTCP_CNAME_MAX; len++) {
		char name[RTCP_CNAME_MAX];
		memset(name, 'x', len);
		w = wr_init(buf, sizeof(buf));
		rtcp_write_sdes(&w, 5, span_of(name, len));
		p = only(wr_span(&w));
		in = rd_init(p.body);
		assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 1);
		assert_true(ssrc == 5 && span_eq(cname, span_of(name, len)));
		assert_int_equal(rtcp_sdes_next(&in, &ssrc, &cname), 0);
	}
}

/* Attack case 17: a reason that runs past the end */
static void test_bye(void **state)
{
	struct rtcp_bye bye;
	struct rtcp p = only(unhex("82cb0004 00000001 00000002 03627965 00000000"));
	assert_int_equal(rtcp_parse_bye(&p, &bye), 0);
	assert_int_equal(bye.count, 2);
	assert_int_equal(get_u32(bye.ssrcs.ptr + 4), 2);
	assert_true(span_is(bye.reason, "bye"));
	p = only(unhex("81cb0001 00000001"));
	assert_int_equal(rtcp_parse_bye(&p, &bye), 0);
	assert_int_equal(bye.reason.len, 0);
	p = only(unhex("80cb0000"));
	assert_int_equal(rtcp_parse_bye(&p, &bye), 0);
	p = only(unhex("81cb0002 00000001 ff627965"));
	assert_int_equal(rtcp_parse_bye(&p, &bye), -ERR_PROTO);
	p = only(unhex("9fcb0001 00000001"));
	assert_int_equal(rtcp_parse_bye(&p, &bye), -ERR_PROTO);

	uint8_t buf[64];
	static const uint32_t ssrcs[] = {1, 2};
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_bye(&w, ssrcs, 2, span_str("bye"));
	assert_bytes(wr_span(&w), "82cb0003 00000001 00000002 03627965");
	w = wr_init(buf, sizeof(buf));
	rtcp_write_bye(&w, ssrcs, 1, span_str(""));
	assert_bytes(wr_span(&w), "81cb0001 00000001");
}

/* RFC 4585 6.2.1: the first, and a mask of the 16 behind it */
static void test_nack(void **state)
{
	uint16_t seqs[RTCP_NACK_MAX];
	struct rtcp p = only(unhex("81cd0004 00000001 00000002 fffe 8005 0064 0000"));
	struct rtcp_fb fb;
	assert_true(p.type == RTCP_RTPFB && p.count == RTCP_RTPFB_NACK);
	assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
	assert_int_equal(fb.sender, 1);
	assert_int_equal(fb.media, 2);
	assert_int_equal(rtcp_parse_nack(fb.fci, seqs, RTCP_NACK_MAX), 5);
	static const uint16_t want[] = {0xfffe, 0xffff, 0x0001, 0x000e, 0x0064};
	assert_memory_equal(seqs, want, sizeof(want));
	assert_int_equal(rtcp_parse_nack(fb.fci, seqs, 3), 3);
	assert_int_equal(rtcp_parse_nack(unhex("0001000000"), seqs, 3), -ERR_PROTO);
	assert_int_equal(rtcp_parse_nack(unhex(""), seqs, 3), 0);

	uint8_t buf[1200];
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_nack(&w, 1, 2, want, 5);
	assert_bytes(wr_span(&w), "81cd0004 00000001 00000002 fffe 8005 0064 0000");
	w = wr_init(buf, sizeof(buf));
	rtcp_write_nack(&w, 1, 2, want, 0);
	assert_int_equal(wr_len(&w), 0);

	/* By chance: what is written is what is read. */
	uint32_t seed = 7;
	for (int round = 0; round < 2000; round++) {
		uint16_t lost[RTCP_NACK_MAX];
		size_t n = 1 + chance(&seed) % RTCP_NACK_MAX;
		uint16_t seq = (uint16_t)chance(&seed);
		unsigned gap = 1 + chance(&seed) % 40;
		for (size_t i = 0; i < n; i++)
			lost[i] = seq = (uint16_t)(seq + 1 + chance(&seed) % gap);
		w = wr_init(buf, sizeof(buf));
		rtcp_write_nack(&w, 1, 2, lost, n);
		p = only(wr_span(&w));
		assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
		assert_int_equal(rtcp_parse_nack(fb.fci, seqs, RTCP_NACK_MAX), n);
		assert_memory_equal(seqs, lost, n * sizeof(*lost));
	}
}

static void test_keyframe_requests(void **state)
{
	uint8_t buf[64];
	struct rtcp_fb fb;
	struct wr w = wr_init(buf, sizeof(buf));
	rtcp_write_pli(&w, 1, 2);
	assert_bytes(wr_span(&w), "81ce0002 00000001 00000002");
	struct rtcp p = only(wr_span(&w));
	assert_true(p.type == RTCP_PSFB && p.count == RTCP_PSFB_PLI);
	assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
	assert_true(fb.sender == 1 && fb.media == 2 && fb.fci.len == 0);

	w = wr_init(buf, sizeof(buf));
	rtcp_write_fir(&w, 1, 0xabcdef01, 7);
	assert_bytes(wr_span(&w), "84ce0004 00000001 00000000 abcdef01 07000000");
	p = only(wr_span(&w));
	assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
	struct rd in = rd_init(fb.fci);
	uint32_t ssrc;
	uint8_t command;
	assert_int_equal(rtcp_fir_next(&in, &ssrc, &command), 1);
	assert_true(ssrc == 0xabcdef01 && command == 7);
	assert_int_equal(rtcp_fir_next(&in, &ssrc, &command), 0);
	in = rd_init(unhex("00000001 01"));
	assert_int_equal(rtcp_fir_next(&in, &ssrc, &command), -ERR_PROTO);
	assert_int_equal(rtcp_fir_next(&in, &ssrc, &command), -ERR_PROTO);

	p = only(unhex("81ce0001 00000001"));
	assert_int_equal(rtcp_parse_fb(&p, &fb), -ERR_PROTO);
	p = only(unhex("81c90002 00000001 00000002"));
	assert_int_equal(rtcp_parse_fb(&p, &fb), -ERR_PROTO);
}

static void test_remb(void **state)
{
	struct rtcp_remb remb;
	/* 0x1aa85 << 3 */
	assert_int_equal(rtcp_parse_remb(unhex("52454d42 02 0daa85 00000001 00000002"), &remb), 0);
	assert_int_equal(remb.rate_bps, 0x1aa85 << 3);
	assert_int_equal(remb.count, 2);
	assert_int_equal(get_u32(remb.ssrcs.ptr + 4), 2);
	assert_int_equal(rtcp_parse_remb(unhex("52454d42 00 ffffff"), &remb), -ERR_PROTO);
	assert_int_equal(rtcp_parse_remb(unhex("52454d42 00 bbffff"), &remb), 0); /* 46 bits up */
	assert_true(remb.rate_bps == UINT64_C(0x3ffff) << 46);
	assert_int_equal(rtcp_parse_remb(unhex("52454d42 03 0daa85 00000001 00000002"), &remb),
					 -ERR_PROTO);
	assert_int_equal(rtcp_parse_remb(unhex("52454d43 00 000000"), &remb), -ERR_UNSUPP);
	assert_int_equal(rtcp_parse_remb(unhex("5245"), &remb), -ERR_PROTO);

	static const uint64_t rates[] = {0, 1, 262143, 262144, 2500000, UINT64_C(1) << 40, UINT64_MAX};
	static const uint32_t ssrc = 9;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		uint8_t buf[64];
		struct rtcp_fb fb;
		struct wr w = wr_init(buf, sizeof(buf));
		rtcp_write_remb(&w, 1, rates[i], &ssrc, 1);
		struct rtcp p = only(wr_span(&w));
		assert_true(p.type == RTCP_PSFB && p.count == RTCP_PSFB_REMB);
		assert_int_equal(rtcp_parse_fb(&p, &fb), 0);
		assert_int_equal(rtcp_parse_remb(fb.fci, &remb), 0);
		assert_true(remb.rate_bps <= rates[i] && rates[i] - remb.rate_bps <= rates[i] >> 17);
	}
}

/* With too little room at any size a writer leaves a bad cursor and nothing past the end. */
static void test_room(void **state)
{
	static const uint16_t seqs[] = {1, 2, 40};
	static const uint32_t ssrcs[] = {1, 2};
	struct rtcp_sr sr = {0};
	struct rtcp_block blocks[2] = {{0}};
	for (size_t cap = 0; cap < 400; cap++) {
		uint8_t *buf = malloc(cap ? cap : 1);
		assert_non_null(buf);
		struct wr w = wr_init(buf, cap);
		rtcp_write_sr(&w, &sr, blocks, 2);
		rtcp_write_rr(&w, 1, blocks, 2);
		rtcp_write_sdes(&w, 1, span_str("canonical"));
		rtcp_write_nack(&w, 1, 2, seqs, 3);
		rtcp_write_pli(&w, 1, 2);
		rtcp_write_fir(&w, 1, 2, 3);
		rtcp_write_remb(&w, 1, 1000000, ssrcs, 2);
		rtcp_write_bye(&w, ssrcs, 2, span_str("reason"));
		assert_true(w.bad == (cap < 76 + 56 + 20 + 20 + 12 + 20 + 28 + 20));
		free(buf);
	}
}

/* Every reader on every packet, whatever its type says. */
static void look(struct span pkt)
{
	struct rd in = rd_init(pkt);
	struct rtcp p;
	while (rtcp_next(&in, &p) > 0) {
		struct rtcp_sr sr;
		struct rtcp_block b;
		struct rtcp_bye bye;
		struct rtcp_fb fb;
		struct rtcp_remb remb;
		uint16_t seqs[8];
		uint32_t ssrc;
		uint8_t command;
		struct span cname;
		(void)rtcp_sender(&p);
		if (rtcp_parse_sr(&p, &sr) == 0)
			assert_true(p.type == RTCP_SR);
		for (unsigned i = 0; rtcp_parse_block(&p, i, &b) == 0; i++)
			assert_true(i < p.count);
		if (rtcp_parse_bye(&p, &bye) == 0 && bye.count)
			(void)get_u32(bye.ssrcs.ptr + (bye.count - 1) * 4);
		struct rd chunks = rd_init(p.body);
		while (rtcp_sdes_next(&chunks, &ssrc, &cname) > 0)
			;
		if (rtcp_parse_fb(&p, &fb) < 0)
			continue;
		assert_true(rtcp_parse_nack(fb.fci, seqs, 8) <= 8);
		struct rd entries = rd_init(fb.fci);
		while (rtcp_fir_next(&entries, &ssrc, &command) > 0)
			;
		if (rtcp_parse_remb(fb.fci, &remb) == 0 && remb.count)
			(void)get_u32(remb.ssrcs.ptr + (remb.count - 1) * 4);
	}
}

static void test_cut(void **state)
{
	static const char *const packets[] = {
		sr_hex,
		sdes_hex,
		"82cb0004 00000001 00000002 03627965 00000000",
		"81cd0004 00000001 00000002 fffe 8005 0064 0000",
		"84ce0004 00000001 00000000 abcdef01 07000000",
		"8fce0006 00000001 00000000 52454d42 020daa85 00000001 00000002",
	};
	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		each_prefix(unhex(packets[i]), look);
		each_flip(unhex(packets[i]), look);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compound), cmocka_unit_test(test_compound_lies),
		cmocka_unit_test(test_reports),  cmocka_unit_test(test_sdes),
		cmocka_unit_test(test_bye),      cmocka_unit_test(test_nack),
		cmocka_unit_test(test_keyframe_requests), cmocka_unit_test(test_remb),
		cmocka_unit_test(test_room),     cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
