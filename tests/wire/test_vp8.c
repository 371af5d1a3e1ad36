/* The VP8 payload descriptor, by the figures and examples of RFC 7741 4.2 and 4.6. */
#include "wire/vp8.h"

#include "wire/support.h"

/* A keyframe's first ten bytes: shown, 640x360, no scaling (RFC 6386 9.1). */
#define KEY "f00200 9d012a 8002 6801"

static void test_plain(void **state)
{
	struct vp8 v;
	assert_int_equal(vp8_parse(unhex("10" KEY "aabb"), &v), 0);
	assert_true(v.start && vp8_is_start(&v));
	assert_int_equal(v.partition, 0);
	assert_int_equal(v.desc_len, 1);
	assert_false(v.has_picture_id || v.has_tl0picidx || v.has_tid || v.has_keyidx || v.non_ref);
	assert_true(v.keyframe);
	assert_int_equal(v.width, 640);
	assert_int_equal(v.height, 360);
	assert_int_equal(v.data.len, 12);

	assert_int_equal(vp8_parse(unhex("10 f1"), &v), 0); /* P bit: a frame between */
	assert_false(v.keyframe);
	assert_int_equal(vp8_parse(unhex("10 f0"), &v), 0); /* the size didn't fit */
	assert_true(v.keyframe);
	assert_int_equal(v.width, 0);
	assert_int_equal(vp8_parse(unhex("00" KEY), &v), 0); /* later in the partition */
	assert_false(v.keyframe || vp8_is_start(&v));
	assert_int_equal(vp8_parse(unhex("12" KEY), &v), 0); /* start of another partition */
	assert_true(v.start);
	assert_int_equal(v.partition, 2);
	assert_false(v.keyframe || vp8_is_start(&v));
	assert_int_equal(vp8_parse(unhex("10 f00200 9d012b 8002 6801"), &v), 0); /* no start code */
	assert_int_equal(v.width, 0);
	assert_int_equal(vp8_parse(unhex("10 f00200 9d012a 80c2 6841"), &v), 0); /* scaling bits */
	assert_int_equal(v.width, 640);
	assert_int_equal(v.height, 360);
}

static void test_extended(void **state)
{
	struct vp8 v;
	/* N; all four fields; 15 bits of picture id, TL0PICIDX, TID 2 with Y, KEYIDX 17 */
	assert_int_equal(vp8_parse(unhex("b0 f0 9234 56 b1 01"), &v), 0);
	assert_true(v.non_ref && v.start);
	assert_true(v.has_picture_id && v.picture_id_long);
	assert_int_equal(v.picture_id, 0x1234);
	assert_true(v.has_tl0picidx);
	assert_int_equal(v.tl0picidx, 0x56);
	assert_true(v.has_tid && v.layer_sync);
	assert_int_equal(v.tid, 2);
	assert_true(v.has_keyidx);
	assert_int_equal(v.keyidx, 17);
	assert_int_equal(v.desc_len, 6);
	assert_bytes(v.data, "01");

	assert_int_equal(vp8_parse(unhex("90 80 7f 01"), &v), 0); /* 7 bits */
	assert_true(v.has_picture_id && !v.picture_id_long);
	assert_int_equal(v.picture_id, 127);
	assert_int_equal(v.desc_len, 3);
	assert_int_equal(vp8_parse(unhex("90 20 c0 01"), &v), 0); /* TID alone */
	assert_int_equal(v.tid, 3);
	assert_false(v.has_keyidx);
	assert_int_equal(vp8_parse(unhex("90 10 e5 01"), &v), 0); /* KEYIDX alone */
	assert_int_equal(v.keyidx, 5);
	assert_false(v.has_tid || v.layer_sync);
	assert_int_equal(v.tid, 0);
	assert_int_equal(vp8_parse(unhex("90 00 01"), &v), 0); /* X, and nothing behind */
	assert_int_equal(v.desc_len, 2);
}

static void test_empty(void **state)
{
	static const char *const bad[] = {"", "10", "90", "9000", "9080 12", "9080 8012",
									  "90f0 8012 34", "90f0 8012 34 56"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct vp8 v = {.tid = 9};
		assert_int_equal(vp8_parse(unhex(bad[i]), &v), -ERR_PROTO);
		assert_int_equal(v.tid, 9); /* untouched */
	}
}

static void test_rewrite(void **state)
{
	static const struct {
		const char *hex;
		const char *want;
	} cases[] = {
		{"b0f0 9234 56 b1 01", "b0f0 8102 99 b1"},
		{"9080 7f 01", "9080 02"},        /* cut to 7 bits */
		{"9080 8001 01", "9080 8102"},    /* a long one stays long */
		{"9040 56 01", "9040 99"},
		{"9060 56 c0 01", "9060 99 c0"},
		{"9030 d1 01", "9030 d1"},
		{"10 01", "10"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct vp8 v, again;
		uint8_t dst[VP8_DESC_MAX + 1];
		struct span payload = unhex(cases[i].hex);
		assert_int_equal(vp8_parse(payload, &v), 0);
		size_t len = vp8_rewrite(&v, payload, 0x0102, 0x99, dst);
		assert_int_equal(len, v.desc_len);
		assert_bytes(span_of(dst, len), cases[i].want);
		dst[len] = 1;
		assert_int_equal(vp8_parse(span_of(dst, len + 1), &again), 0);
		assert_int_equal(again.desc_len, v.desc_len);
		assert_int_equal(again.tid, v.tid);
		assert_int_equal(again.has_tl0picidx, v.has_tl0picidx);
	}
}

static void look(struct span payload)
{
	struct vp8 v;
	uint8_t dst[VP8_DESC_MAX];
	if (vp8_parse(payload, &v) < 0)
		return;
	assert_true(v.desc_len + v.data.len == payload.len && v.data.len > 0);
	assert_int_equal(vp8_rewrite(&v, payload, v.picture_id, v.tl0picidx, dst), v.desc_len);
	assert_memory_equal(dst, payload.ptr, v.desc_len); /* the same back gives the same */
}

static void test_cut(void **state)
{
	each_prefix(unhex("b0f0 9234 56 b1" KEY), look);
	each_flip(unhex("b0f0 9234 56 b1" KEY), look);
	each_prefix(unhex("10" KEY), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_extended),
		cmocka_unit_test(test_empty), cmocka_unit_test(test_rewrite),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
