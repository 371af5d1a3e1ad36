/* RTP headers, and their extensions as the examples of RFC 8285 lay them out. */
#include "wire/rtp.h"

#include "wire/support.h"

/* Two CSRCs; the one-byte form with MID "0", a level, and padding between; 3 bytes of padding. */
static const char full[] =
	"b2 e0 1234 00010002 decafbad 00000007 00000009"
	"bede0002 1030 0000 20 85 0000"
	"0102030405 000003";

static void test_parse(void **state)
{
	struct rtp rtp;
	struct span pkt = unhex(full);
	assert_true(rtp_is(pkt));
	assert_int_equal(rtp_parse_header(pkt, &rtp), 0);
	assert_int_equal(rtp.pt, 0x60);
	assert_true(rtp.marker);
	assert_true(rtp.padding);
	assert_int_equal(rtp.seq, 0x1234);
	assert_int_equal(rtp.ts, 0x00010002);
	assert_int_equal(rtp.ssrc, 0xdecafbad);
	assert_int_equal(rtp.csrc_count, 2);
	assert_int_equal(rtp_csrc(&rtp, 0), 7);
	assert_int_equal(rtp_csrc(&rtp, 1), 9);
	assert_int_equal(rtp.ext_profile, 0xbede);
	assert_int_equal(rtp.header_len, 12 + 8 + 12);
	assert_bytes(rtp.payload, "0102030405000003"); /* as encrypted: padding is part of it */

	assert_int_equal(rtp_unpad(&rtp), 0);
	assert_bytes(rtp.payload, "0102030405");
	assert_int_equal(rtp.pad_len, 3);
	assert_int_equal(rtp_unpad(&rtp), 0); /* once is enough */
	assert_bytes(rtp.payload, "0102030405");

	struct span data;
	assert_true(rtp_ext_find(&rtp, 1, &data));
	assert_bytes(data, "30");
	assert_true(rtp_ext_find(&rtp, 2, &data));
	assert_bytes(data, "85");
	assert_false(rtp_ext_find(&rtp, 3, &data));
	assert_false(rtp_ext_find(&rtp, 0, &data));
}

static void test_padding(void **state)
{
	struct rtp rtp;
	assert_int_equal(rtp_parse(unhex("a060 0001 00000000 00000001 05 01"), &rtp), 0);
	assert_bytes(rtp.payload, "05");
	assert_int_equal(rtp_parse(unhex("a060 0001 00000000 00000001 05 02"), &rtp), 0);
	assert_int_equal(rtp.payload.len, 0);
	assert_int_equal(rtp_parse(unhex("a060 0001 00000000 00000001 05 03"), &rtp), -ERR_PROTO);
	assert_int_equal(rtp_parse(unhex("a060 0001 00000000 00000001 05 00"), &rtp), -ERR_PROTO);
	assert_int_equal(rtp_parse(unhex("a060 0001 00000000 00000001"), &rtp), -ERR_PROTO);
	assert_int_equal(rtp_parse(unhex("8060 0001 00000000 00000001"), &rtp), 0);
	assert_int_equal(rtp_parse(unhex("4060 0001 00000000 00000001"), &rtp), -ERR_PROTO);
}

static void test_demux(void **state)
{
	assert_false(rtp_is(unhex("80")));
	assert_false(rtp_is(unhex("7f00")));
	assert_false(rtp_is(unhex("c000")));
	assert_true(rtp_is(unhex("bfff")));
	assert_false(rtp_is_rtcp(unhex("80bf")));
	assert_true(rtp_is_rtcp(unhex("80c0")));
	assert_true(rtp_is_rtcp(unhex("80c8")));
	assert_true(rtp_is_rtcp(unhex("80df")));
	assert_false(rtp_is_rtcp(unhex("80e0"))); /* payload type 96 with marker */
	assert_false(rtp_is_rtcp(unhex("8060")));
	assert_false(rtp_is_rtcp(unhex("")));
}

static struct rtp with_ext(const char *ext)
{
	static uint8_t buf[512];
	struct rtp rtp;
	struct span head = unhex("9060 0001 00000000 00000001");
	struct span e = unhex(ext);
	memcpy(buf, head.ptr, head.len);
	memcpy(buf + head.len, e.ptr, e.len);
	assert_int_equal(rtp_parse(span_of(buf, head.len + e.len), &rtp), 0);
	return rtp;
}

/* Joins what the walk gives, as "id:hex " pairs. */
static const char *walk(const char *ext)
{
	static char text[1024];
	struct wr w = wr_init(text, sizeof(text));
	struct rtp rtp = with_ext(ext);
	struct rtp_ext_iter it = rtp_ext_each(&rtp);
	struct rtp_ext e;
	while (rtp_ext_next(&it, &e)) {
		wr_fmt(&w, "%d:", e.id);
		for (size_t i = 0; i < e.data.len; i++)
			wr_fmt(&w, "%02x", e.data.ptr[i]);
		wr_str(&w, " ");
	}
	assert_false(rtp_ext_next(&it, &e));
	wr_u8(&w, 0);
	assert_false(w.bad);
	return text;
}

static void test_extensions(void **state)
{
	/* RFC 8285 4.2, 4.3: the figures, with data filled in */
	assert_string_equal(walk("bede0003 10aa 21bbcc 0000 33ddeeff11 "), "1:aa 2:bbcc 3:ddeeff11 ");
	assert_string_equal(walk("10000003 0100 0201bb 00 0304ddeeff11"), "1: 2:bb 3:ddeeff11 ");
	assert_string_equal(walk("100f0001 0f02aabb"), "15:aabb "); /* application bits, id 15 */
	assert_string_equal(walk("bede0002 10aa f0bb 20cc 0000"), "1:aa ");  /* 15 ends it */
	assert_string_equal(walk("bede0002 10aa 05bb 20cc 0000"), "1:aa ");  /* 0 with a length */
	assert_string_equal(walk("bede0001 10aa 23bb"), "1:aa ");            /* past the end */
	assert_string_equal(walk("10000001 01ffaabb"), "");
	assert_string_equal(walk("10000001 000000ff"), "");
	assert_string_equal(walk("bede0000"), "");
	assert_string_equal(walk("bede0001 00000000"), "");
	assert_string_equal(walk("abac0001 10aa20bb"), ""); /* another profile */
}

/* A stranger's packet full of elements costs no more than the named count. */
static void test_extension_count(void **state)
{
	static uint8_t pkt[12 + 4 + 1024];
	struct rtp rtp;
	memcpy(pkt, unhex("9060 0001 00000000 00000001 1000 0100").ptr, 16);
	for (size_t i = 16; i < sizeof(pkt); i += 2)
		pkt[i] = 1;
	assert_int_equal(rtp_parse(span_of(pkt, sizeof(pkt)), &rtp), 0);
	struct rtp_ext_iter it = rtp_ext_each(&rtp);
	struct rtp_ext e;
	int n = 0;
	while (rtp_ext_next(&it, &e))
		n++;
	assert_int_equal(n, RTP_EXT_COUNT_MAX);
}

static void test_write(void **state)
{
	uint8_t buf[RTP_HEADER_LEN_MAX];
	static const uint32_t csrc[] = {7, 9};
	struct rtp_ext ext[] = {
		{.id = 1, .data = span_str("0")},
		{.id = 14, .data = span_str("sixteen bytes ok")},
	};
	struct rtp_head head = {
		.marker = true,
		.pt = 0x60,
		.seq = 0x1234,
		.ts = 0x00010002,
		.ssrc = 0xdecafbad,
		.csrc = csrc,
		.csrc_count = 2,
		.ext = ext,
		.ext_count = 2,
	};
	struct wr w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_bytes(wr_span(&w), "92e0 1234 00010002 decafbad 00000007 00000009"
							  "bede0005 1030 ef 7369787465656e206279746573206f6b 00");

	ext[1].id = 15; /* needs the two-byte form, and so do all */
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_bytes(wr_span(&w), "92e0 1234 00010002 decafbad 00000007 00000009"
							  "10000006 010130 0f10 7369787465656e206279746573206f6b 000000");

	head = (struct rtp_head){.pt = 111, .padding = true, .seq = 1, .ts = 2, .ssrc = 3};
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	rtp_write_padding(&w, 4);
	assert_bytes(wr_span(&w), "a06f 0001 00000002 00000003 00000004");
	struct rtp rtp;
	assert_int_equal(rtp_parse(wr_span(&w), &rtp), 0);
	assert_int_equal(rtp.pad_len, 4);
	assert_int_equal(rtp.payload.len, 0);
}

static void test_write_refuses(void **state)
{
	uint8_t buf[RTP_HEADER_LEN_MAX];
	uint32_t csrc[RTP_CSRC_MAX + 1] = {0};
	struct rtp_ext ext[RTP_EXT_COUNT_MAX + 1] = {{0}};
	struct rtp_head head = {.csrc = csrc, .csrc_count = RTP_CSRC_MAX};
	struct wr w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_false(w.bad);
	head.csrc_count++;
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_true(w.bad);

	head = (struct rtp_head){.ext = ext, .ext_count = 1};
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head); /* id 0 is padding */
	assert_true(w.bad);
	ext[0] = (struct rtp_ext){.id = 1, .data = span_of(buf, 256)};
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_true(w.bad);

	for (int i = 0; i <= RTP_EXT_COUNT_MAX; i++)
		ext[i] = (struct rtp_ext){.id = 1, .data = span_str("x")};
	head.ext_count = RTP_EXT_COUNT_MAX;
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_false(w.bad);
	size_t len = wr_len(&w);
	for (size_t cap = 0; cap < len; cap++) {
		w = wr_init(buf, cap);
		rtp_write_header(&w, &head);
		assert_true(w.bad);
	}
	head.ext_count++;
	w = wr_init(buf, sizeof(buf));
	rtp_write_header(&w, &head);
	assert_true(w.bad);
}

static void look(struct span pkt)
{
	struct rtp rtp;
	if (pkt.len < 32)
		assert_int_equal(rtp_parse_header(pkt, &rtp), -ERR_PROTO);
	if (rtp_parse(pkt, &rtp) < 0)
		return;
	assert_true(rtp.header_len + rtp.payload.len + rtp.pad_len == pkt.len);
	struct rtp_ext_iter it = rtp_ext_each(&rtp);
	struct rtp_ext e;
	while (rtp_ext_next(&it, &e))
		assert_true(e.data.len == 0 || e.data.ptr + e.data.len <= pkt.ptr + rtp.header_len);
}

static void look_flipped(struct span pkt)
{
	struct rtp rtp;
	if (rtp_parse(pkt, &rtp) == 0)
		look(pkt);
}

static void test_cut(void **state)
{
	each_prefix(unhex(full), look);
	each_flip(unhex(full), look_flipped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),      cmocka_unit_test(test_padding),
		cmocka_unit_test(test_demux),      cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_extension_count), cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_refuses),   cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
