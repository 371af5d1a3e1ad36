/* The insides of header extensions, from the figures of their specifications. */
#include "wire/ext.h"

#include "wire/support.h"

static void test_level(void **state)
{
	bool voice = true;
	uint8_t level = 0;
	assert_int_equal(ext_parse_level(unhex("7f"), &voice, &level), 0);
	assert_false(voice);
	assert_int_equal(level, EXT_LEVEL_SILENT);
	assert_int_equal(ext_parse_level(unhex("9e"), &voice, &level), 0);
	assert_true(voice);
	assert_int_equal(level, 30);
	assert_int_equal(ext_parse_level(unhex(""), &voice, &level), -ERR_PROTO);
	assert_int_equal(ext_parse_level(unhex("9e00"), &voice, &level), -ERR_PROTO);

	uint8_t dst[EXT_LEVEL_LEN];
	ext_write_level(dst, true, 30);
	assert_bytes(span_of(dst, sizeof(dst)), "9e");
	ext_write_level(dst, false, 200);
	assert_bytes(span_of(dst, sizeof(dst)), "7f");
}

static void test_send_time(void **state)
{
	uint8_t dst[EXT_SEND_TIME_LEN];
	uint32_t time;
	ext_write_send_time(dst, 1 * USEC_PER_SEC); /* 6.18: one second is 1 << 18 */
	assert_bytes(span_of(dst, sizeof(dst)), "040000");
	ext_write_send_time(dst, 63 * USEC_PER_SEC + 500000);
	assert_bytes(span_of(dst, sizeof(dst)), "fe0000");
	ext_write_send_time(dst, 64 * USEC_PER_SEC);
	assert_bytes(span_of(dst, sizeof(dst)), "000000");
	assert_int_equal(ext_parse_send_time(unhex("fe0000"), &time), 0);
	assert_int_equal(time, 0xfe0000);
	assert_int_equal(ext_parse_send_time(unhex("fe00"), &time), -ERR_PROTO);
	assert_int_equal(ext_parse_send_time(unhex("fe000000"), &time), -ERR_PROTO);

	assert_int_equal(ext_send_time_diff(0x080000, 0x040000), USEC_PER_SEC);
	assert_int_equal(ext_send_time_diff(0x040000, 0x080000), -USEC_PER_SEC);
	assert_int_equal(ext_send_time_diff(0x040000, 0xfc0000), 2 * USEC_PER_SEC); /* over the wrap */
	assert_int_equal(ext_send_time_diff(0xfc0000, 0x040000), -2 * USEC_PER_SEC);
}

static void test_twcc(void **state)
{
	uint8_t dst[EXT_TWCC_LEN];
	uint16_t seq;
	ext_write_twcc(dst, 0xbeef);
	assert_int_equal(ext_parse_twcc(span_of(dst, sizeof(dst)), &seq), 0);
	assert_int_equal(seq, 0xbeef);
	assert_int_equal(ext_parse_twcc(unhex("12348001"), &seq), 0);
	assert_int_equal(seq, 0x1234);
	assert_int_equal(ext_parse_twcc(unhex("12"), &seq), -ERR_PROTO);
	assert_int_equal(ext_parse_twcc(unhex("123456"), &seq), -ERR_PROTO);
}

static void test_text(void **state)
{
	struct span text;
	assert_int_equal(ext_parse_text(span_str("0"), &text), 0);
	assert_true(span_is(text, "0"));
	assert_int_equal(ext_parse_text(span_of("hi\0\0", 4), &text), 0);
	assert_true(span_is(text, "hi"));
	assert_int_equal(ext_parse_text(span_str("video-1_a.b~"), &text), 0);
	assert_int_equal(ext_parse_text(span_str("sixteen-letters!"), &text), 0);
	assert_int_equal(ext_parse_text(span_str("seventeen-letters"), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_str(""), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_of("\0\0", 2), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_of("a\0b", 3), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_str("a b"), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_str("a\nb"), &text), -ERR_PROTO);
	assert_int_equal(ext_parse_text(span_str("\xc3\xa5"), &text), -ERR_PROTO);
	for (const char *c = "\"(),/:;<=>?@[\\]\x7f"; *c; c++)
		assert_int_equal(ext_parse_text(span_of(c, 1), &text), -ERR_PROTO);
}

/* TS 26.114 7.4.5: C, F, then two bits of rotation */
static void test_orientation(void **state)
{
	struct ext_orientation o;
	uint8_t dst[EXT_ORIENTATION_LEN];
	assert_int_equal(ext_parse_orientation(unhex("00"), &o), 0);
	assert_true(o.rotation == 0 && !o.flip && !o.back);
	assert_int_equal(ext_parse_orientation(unhex("0b"), &o), 0);
	assert_true(o.rotation == 270 && !o.flip && o.back);
	assert_int_equal(ext_parse_orientation(unhex("05"), &o), 0);
	assert_true(o.rotation == 90 && o.flip && !o.back);
	assert_int_equal(ext_parse_orientation(unhex("0000"), &o), -ERR_PROTO);
	for (uint8_t v = 0; v < 16; v++) {
		assert_int_equal(ext_parse_orientation(span_of(&v, 1), &o), 0);
		ext_write_orientation(dst, &o);
		assert_int_equal(dst[0], v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level), cmocka_unit_test(test_send_time),
		cmocka_unit_test(test_twcc),  cmocka_unit_test(test_text),
		cmocka_unit_test(test_orientation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
