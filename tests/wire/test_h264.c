/* H.264 payloads, by the figures of RFC 6184 5.3 to 5.8. */
#include "wire/h264.h"

#include "wire/support.h"

static void test_single(void **state)
{
	struct h264 h;
	assert_int_equal(h264_parse(unhex("65 b8"), &h), 0); /* IDR */
	assert_int_equal(h.type, H264_IDR);
	assert_int_equal(h.unit, H264_IDR);
	assert_int_equal(h.nri, 3);
	assert_true(h.start && h.end && h.has_idr && h.keyframe);
	assert_int_equal(h264_parse(unhex("41 9a"), &h), 0); /* a slice between */
	assert_int_equal(h.unit, H264_SLICE);
	assert_false(h.keyframe);
	assert_int_equal(h264_parse(unhex("67"), &h), 0);
	assert_true(h.has_sps && h.keyframe && !h.has_idr);
	assert_int_equal(h264_parse(unhex("68"), &h), 0);
	assert_true(h.has_pps && !h.keyframe);

	assert_int_equal(h264_parse(unhex(""), &h), -ERR_PROTO);
	assert_int_equal(h264_parse(unhex("e5"), &h), -ERR_PROTO); /* the forbidden bit */
	for (uint8_t type = 0; type < 32; type++) {
		bool unit = type >= 1 && type <= 23;
		if (type == H264_STAP_A || type == H264_FU_A)
			continue;
		assert_int_equal(h264_parse(span_of(&type, 1), &h), unit ? 0 : -ERR_UNSUPP);
	}
}

static void test_stap(void **state)
{
	struct h264 h;
	/* SPS, PPS, IDR as browsers begin a keyframe */
	assert_int_equal(h264_parse(unhex("78 0003 674200 0002 68ce 0002 65b8"), &h), 0);
	assert_int_equal(h.type, H264_STAP_A);
	assert_int_equal(h.unit, H264_SPS);
	assert_true(h.has_sps && h.has_pps && h.has_idr && h.keyframe && h.start && h.end);
	assert_int_equal(h264_parse(unhex("58 0001 06 0002 419a"), &h), 0);
	assert_int_equal(h.unit, H264_SEI);
	assert_false(h.keyframe);

	static const char *const bad[] = {
		"78",                   /* no unit */
		"78 00", "78 0001",     /* cut */
		"78 0000",              /* an empty unit */
		"78 0002 67",           /* longer than there is */
		"78 ffff 67",
		"78 0001 67 00",        /* a length cut */
		"78 0001 67 0000",
		"78 0001 e7",           /* the forbidden bit inside */
		"78 0001 78",           /* one in another */
		"78 0002 7c85",         /* a fragment in one */
		"78 0001 60",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (h264_parse(unhex(bad[i]), &h) != -ERR_PROTO)
			fail_msg("case %zu: %s", i, bad[i]);

	static uint8_t many[1 + (H264_UNITS_MAX + 1) * 3] = {0x78};
	for (size_t i = 0; i <= H264_UNITS_MAX; i++)
		memcpy(many + 1 + i * 3, "\0\1\x41", 3);
	assert_int_equal(h264_parse(span_of(many, sizeof(many) - 3), &h), 0);
	assert_int_equal(h264_parse(span_of(many, sizeof(many)), &h), -ERR_FULL);
}

static void test_fragments(void **state)
{
	struct h264 h;
	assert_int_equal(h264_parse(unhex("7c 85 b8"), &h), 0); /* the first of an IDR */
	assert_int_equal(h.type, H264_FU_A);
	assert_int_equal(h.unit, H264_IDR);
	assert_true(h.start && !h.end && h.has_idr && h.keyframe);
	assert_int_equal(h264_parse(unhex("7c 05 b8"), &h), 0); /* one within */
	assert_int_equal(h.unit, H264_IDR);
	assert_false(h.start || h.end || h.has_idr || h.keyframe);
	assert_int_equal(h264_parse(unhex("7c 45 b8"), &h), 0); /* the last */
	assert_true(h.end && !h.start && !h.keyframe);
	assert_int_equal(h264_parse(unhex("5c 81 9a"), &h), 0);
	assert_false(h.keyframe);
	assert_int_equal(h264_parse(unhex("7c"), &h), -ERR_PROTO);
	assert_int_equal(h264_parse(unhex("7c 80"), &h), -ERR_PROTO);
	assert_int_equal(h264_parse(unhex("7c 98"), &h), -ERR_PROTO); /* of a STAP-A */
}

static void look(struct span payload)
{
	struct h264 h;
	if (h264_parse(payload, &h) == 0)
		assert_true(h.unit >= 1 && h.unit <= 23);
}

static void test_cut(void **state)
{
	each_prefix(unhex("78 0003 674200 0002 68ce 0002 65b8"), look);
	each_flip(unhex("78 0003 674200 0002 68ce 0002 65b8"), look);
	each_flip(unhex("7c 85 b8"), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_stap),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
