/* The VP9 payload descriptor, by the figures of RFC 9628 4.2. */
#include "wire/vp9.h"

#include "wire/support.h"

/* I, L, B, V; picture 0x1234; TID 0, SID 0; TL0PICIDX; a structure of three layers with sizes
 * and a picture group of four: (T0, R1: 4), (T2, R1: 1), (T1, R1: 2), (T2, R2: 1, 2). */
static const char keyframe[] = "aa 9234 00 07"
							   "58 00a0005a 014000b4 02800168 04 0404 4401 2402 480102"
							   "82 83";

static void test_keyframe(void **state)
{
	struct vp9 v;
	assert_int_equal(vp9_parse(unhex(keyframe), &v), 0);
	assert_true(v.start && !v.end && !v.inter && !v.flexible && !v.non_ref);
	assert_true(v.has_picture_id && v.picture_id_long);
	assert_int_equal(v.picture_id, 0x1234);
	assert_true(v.has_layers && v.has_tl0picidx);
	assert_int_equal(v.tl0picidx, 7);
	assert_true(v.has_structure && v.has_size);
	assert_int_equal(v.spatial_count, 3);
	assert_int_equal(v.width[0], 160);
	assert_int_equal(v.height[0], 90);
	assert_int_equal(v.width[2], 640);
	assert_int_equal(v.height[2], 360);
	assert_int_equal(v.group_len, 4);
	assert_bytes(v.data, "8283");
	assert_true(v.keyframe);
}

static void test_layers(void **state)
{
	struct vp9 v;
	/* upper spatial layer of a keyframe: P 0, but D */
	assert_int_equal(vp9_parse(unhex("ac 9234 03 07 01"), &v), 0);
	assert_int_equal(v.sid, 1);
	assert_true(v.inter_layer && v.start && v.end);
	assert_false(v.keyframe);
	/* D without a layer below: a liar, but no keyframe */
	assert_int_equal(vp9_parse(unhex("a8 9234 01 07 01"), &v), 0);
	assert_false(v.keyframe);
	/* TID 5, U, SID 2 */
	assert_int_equal(vp9_parse(unhex("e8 01 b4 07 01"), &v), 0);
	assert_int_equal(v.tid, 5);
	assert_true(v.switch_up && v.inter);
	assert_int_equal(v.sid, 2);
	assert_false(v.picture_id_long || v.keyframe);
	assert_int_equal(v.picture_id, 1);
	assert_int_equal(vp9_parse(unhex("80 01 01"), &v), 0); /* a later packet of a keyframe */
	assert_false(v.keyframe);
	assert_int_equal(vp9_parse(unhex("08 01"), &v), 0); /* the shortest keyframe */
	assert_true(v.keyframe);
	assert_int_equal(vp9_parse(unhex("09 01"), &v), 0);
	assert_true(v.non_ref);
}

static void test_flexible(void **state)
{
	struct vp9 v;
	/* I, P, L, F, B: no TL0PICIDX; three references */
	assert_int_equal(vp9_parse(unhex("f8 8001 20 03 05 fe 01"), &v), 0);
	assert_true(v.flexible && v.inter);
	assert_false(v.has_tl0picidx);
	assert_int_equal(v.tid, 1);
	assert_int_equal(v.ref_count, 3);
	assert_int_equal(v.refs[0], 1);
	assert_int_equal(v.refs[1], 2);
	assert_int_equal(v.refs[2], 127);
	assert_bytes(v.data, "01");
	assert_int_equal(vp9_parse(unhex("f8 8001 20 03 05 07 02 01"), &v), -ERR_PROTO); /* a fourth */
	/* F without P: no references */
	assert_int_equal(vp9_parse(unhex("b8 8001 20 01"), &v), 0);
	assert_int_equal(v.ref_count, 0);
	assert_true(v.keyframe);
}

static void test_structure(void **state)
{
	struct vp9 v;
	assert_int_equal(vp9_parse(unhex("0a 00 01"), &v), 0); /* one layer, nothing said of it */
	assert_int_equal(v.spatial_count, 1);
	assert_false(v.has_size);
	assert_int_equal(vp9_parse(unhex("0a f0 00010002 00030004 00050006 00070008 0009000a"
									 "000b000c 000d000e 000f0010 01"), &v), 0);
	assert_int_equal(v.spatial_count, 8);
	assert_int_equal(v.width[7], 15);
	assert_int_equal(v.height[7], 16);
	assert_int_equal(vp9_parse(unhex("0a 08 02 0c 010203 00 01"), &v), 0);
	assert_int_equal(v.group_len, 2);
	assert_int_equal(v.desc_len, 8);
	assert_int_equal(vp9_parse(unhex("0a 08 ff 0c 010203 00 01"), &v), -ERR_PROTO);
	assert_int_equal(vp9_parse(unhex("0a 08 00 01"), &v), 0); /* an empty group */
	assert_int_equal(v.group_len, 0);

	/* The longest descriptor there can be. */
	static uint8_t longest[1100];
	struct wr w = wr_init(longest, sizeof(longest));
	wr_bytes(&w, unhex("fa 8001 00 03 05 02 f8"));
	for (int i = 0; i < 16; i++)
		wr_u16(&w, 100);
	wr_u8(&w, 255);
	for (int i = 0; i < 255; i++)
		wr_u32(&w, 0x0c010203);
	wr_u8(&w, 1);
	assert_int_equal(vp9_parse(wr_span(&w), &v), 0);
	assert_int_equal(v.desc_len, wr_len(&w) - 1);
	assert_int_equal(v.group_len, 255);
}

static void test_rewrite(void **state)
{
	uint8_t buf[64];
	struct vp9 v;
	struct span payload = unhex(keyframe);
	assert_int_equal(vp9_parse(payload, &v), 0);
	memcpy(buf, payload.ptr, payload.len);
	vp9_rewrite(&v, buf, 0xffff, 0x99);
	assert_bytes(span_of(buf, 5), "aa ffff 00 99");
	assert_memory_equal(buf + 5, payload.ptr + 5, payload.len - 5);

	payload = unhex("e8 01 b4 07 01"); /* 7 bits stay 7 */
	assert_int_equal(vp9_parse(payload, &v), 0);
	memcpy(buf, payload.ptr, payload.len);
	vp9_rewrite(&v, buf, 0x1234, 0x99);
	assert_bytes(span_of(buf, 5), "e8 34 b4 99 01");

	payload = unhex("08 01"); /* neither is there */
	assert_int_equal(vp9_parse(payload, &v), 0);
	memcpy(buf, payload.ptr, payload.len);
	vp9_rewrite(&v, buf, 0x1234, 0x99);
	assert_bytes(span_of(buf, 2), "08 01");
}

static void look(struct span payload)
{
	struct vp9 v;
	uint8_t buf[64];
	if (vp9_parse(payload, &v) < 0)
		return;
	assert_true(v.desc_len + v.data.len == payload.len && v.data.len > 0);
	memcpy(buf, payload.ptr, payload.len);
	vp9_rewrite(&v, buf, v.picture_id, v.tl0picidx);
	assert_memory_equal(buf, payload.ptr, payload.len);
}

static void test_cut(void **state)
{
	each_prefix(unhex(keyframe), look);
	each_flip(unhex(keyframe), look);
	each_prefix(unhex("f8 8001 20 03 05 fe 01"), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyframe), cmocka_unit_test(test_layers),
		cmocka_unit_test(test_flexible), cmocka_unit_test(test_structure),
		cmocka_unit_test(test_rewrite),  cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
