/* Opus packets: table 2 of RFC 6716 3.1, and the counts of 3.2. */
#include "wire/opus.h"

#include "wire/support.h"

/* Tenths of a millisecond by configuration, as the table says. */
static const int frames[32] = {
	100, 200, 400, 600, 100, 200, 400, 600, 100, 200, 400, 600, /* SILK NB, MB, WB */
	100, 200, 100, 200,                                         /* hybrid SWB, FB */
	25,  50,  100, 200, 25,  50,  100, 200, 25,  50,  100, 200, 25, 50, 100, 200, /* CELT */
};

static void test_table(void **state)
{
	for (int config = 0; config < 32; config++) {
		for (int code = 0; code < 3; code++) {
			uint8_t packet[4] = {(uint8_t)(config << 3 | code)};
			int want = frames[config] * 48 / 10 * (code == 0 ? 1 : 2);
			assert_int_equal(opus_samples(span_of(packet, sizeof(packet))), want);
		}
		for (int count = 0; count < 64; count++) {
			uint8_t packet[4] = {(uint8_t)(config << 3 | 3), (uint8_t)(0xc0 | count)};
			int want = frames[config] * 48 / 10 * count;
			int got = opus_samples(span_of(packet, sizeof(packet)));
			assert_int_equal(got, count > 0 && want <= 5760 ? want : -ERR_PROTO);
		}
	}
}

static void test_browser(void **state)
{
	/* 20 ms of stereo, full band: what browsers send */
	struct span packet = unhex("fc fffe 00");
	assert_int_equal(opus_samples(packet), 960);
	assert_true(opus_is_stereo(packet));
	assert_false(opus_is_dtx(packet));
	assert_true(opus_is_dtx(unhex("f8 ff")));
	assert_true(opus_is_dtx(unhex("78")));
	assert_false(opus_is_stereo(unhex("78")));
}

static void test_malformed(void **state)
{
	assert_int_equal(opus_samples(unhex("")), -ERR_PROTO);
	assert_int_equal(opus_samples(unhex("fb")), -ERR_PROTO);
	assert_int_equal(opus_samples(unhex("fb00")), -ERR_PROTO);
	assert_false(opus_is_dtx(unhex("")));
	assert_false(opus_is_dtx(unhex("fb")));
	assert_false(opus_is_stereo(unhex("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_browser),
		cmocka_unit_test(test_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
