/* Codec parameters and what decodes what: RFC 6184's profile table, RFC 7587, the payload formats
 * of VP9 and AV1. */
#include "media/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static struct codec_format format(enum codec codec, const char *params)
{
	struct codec_format f = {.codec = codec};

	codec_fmtp_parse(&f, span_str(params));
	return f;
}

static struct codec_format h264(const char *profile_level_id, unsigned mode)
{
	struct codec_format f = {.codec = CODEC_H264, .h264_packetization_mode = (uint8_t)mode};

	f.h264_profile_level_id = (uint32_t)strtoul(profile_level_id, NULL, 16);
	return f;
}

static bool may(const char *source, unsigned source_mode, const char *sink, unsigned sink_mode)
{
	struct codec_format a = h264(source, source_mode), b = h264(sink, sink_mode);

	return codec_may_decode(&a, &b);
}

static void test_names(void **state)
{
	assert_int_equal(codec_by_name(span_str("OPUS")), CODEC_OPUS);
	assert_int_equal(codec_by_name(span_str("vp8")), CODEC_VP8);
	assert_int_equal(codec_by_name(span_str("none")), CODEC_NONE);
	assert_int_equal(codec_by_name(span_str("rtx")), CODEC_NONE);
	assert_int_equal(codec_by_name(span_of(NULL, 0)), CODEC_NONE);
	for (unsigned i = CODEC_NONE + 1; i < CODEC_COUNT; i++)
		assert_int_equal(codec_by_name(span_str(codec_name((enum codec)i))), i);
}

/* RFC 6184 8.1 table 5 */
static void test_h264_profiles(void **state)
{
	assert_int_equal(codec_h264_profile(0x42e01f), CODEC_H264_CONSTRAINED_BASELINE);
	assert_int_equal(codec_h264_profile(0x42400a), CODEC_H264_CONSTRAINED_BASELINE);
	assert_int_equal(codec_h264_profile(0x4d8014), CODEC_H264_CONSTRAINED_BASELINE);
	assert_int_equal(codec_h264_profile(0x58e00d), CODEC_H264_CONSTRAINED_BASELINE);
	assert_int_equal(codec_h264_profile(0x42001f), CODEC_H264_BASELINE);
	assert_int_equal(codec_h264_profile(0x588014), CODEC_H264_BASELINE);
	assert_int_equal(codec_h264_profile(0x4d001f), CODEC_H264_MAIN);
	assert_int_equal(codec_h264_profile(0x4d401f), CODEC_H264_MAIN);
	assert_int_equal(codec_h264_profile(0x64001f), CODEC_H264_HIGH);
	assert_int_equal(codec_h264_profile(0x640c1f), CODEC_H264_CONSTRAINED_HIGH);
	assert_int_equal(codec_h264_profile(0xf4001f), CODEC_H264_OTHER);
	assert_int_equal(codec_h264_profile(0x42011f), CODEC_H264_OTHER);
}

static void test_parameters(void **state)
{
	struct codec_format f = format(
		CODEC_H264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42E01f");

	assert_int_equal(f.h264_profile_level_id, 0x42e01f);
	assert_int_equal(f.h264_packetization_mode, 1);
	assert_true(f.h264_level_asymmetry);
	f = format(CODEC_H264, "profile-level-id=42e01;packetization-mode=3");
	assert_int_equal(f.h264_profile_level_id, 0x420010);
	assert_int_equal(f.h264_packetization_mode, 0);
	f = format(CODEC_OPUS, "minptime=10;useinbandfec=1;stereo=1");
	assert_true(f.opus_fec && f.opus_stereo && !f.opus_dtx);
	f = format(CODEC_VP9, "profile-id=2");
	assert_int_equal(f.profile, 2);
	f = format(CODEC_AV1, "");
	assert_int_equal(f.av1_level_idx, 5);
	f = format(CODEC_AV1, "profile=1;level-idx=8;tier=1");
	assert_int_equal(f.profile, 1);
	assert_int_equal(f.av1_level_idx, 8);
	assert_int_equal(f.av1_tier, 1);
}

static void test_may_decode(void **state)
{
	struct codec_format vp8 = {.codec = CODEC_VP8}, none = {.codec = CODEC_NONE};
	struct codec_format vp9 = {.codec = CODEC_VP9}, deep = {.codec = CODEC_VP9, .profile = 2};

	assert_true(codec_may_decode(&vp8, &vp8));
	assert_false(codec_may_decode(&vp8, &vp9));
	assert_false(codec_may_decode(&none, &none));
	assert_false(codec_may_decode(&deep, &vp9));
	assert_true(may("42e01f", 1, "42e034", 1));
	assert_true(may("42e01f", 1, "64001f", 1));
	assert_true(may("42e01f", 0, "42e01f", 1));
	assert_false(may("42e01f", 1, "42e01f", 0));
	assert_true(may("4d001f", 1, "64001f", 1));
	assert_true(may("640c1f", 1, "64001f", 1));
	assert_false(may("64001f", 1, "42e01f", 1));
	assert_false(may("42001f", 1, "64001f", 1));
	assert_false(may("4d001f", 1, "640c1f", 1));
	assert_false(may("f4001f", 1, "f4001f", 1));
}

static void test_rank(void **state)
{
	struct codec_format best = h264("42e01f", 1), wide = h264("64001f", 1), old = h264("42e01f", 0);
	struct codec_format interleaved = h264("42e01f", 2), strange = h264("f4001f", 1);
	struct codec_format deep = format(CODEC_VP9, "profile-id=2");

	assert_true(codec_rank(&best) >= 0);
	assert_true(codec_rank(&best) < codec_rank(&wide));
	assert_true(codec_rank(&wide) < codec_rank(&old));
	assert_true(codec_rank(&interleaved) < 0);
	assert_true(codec_rank(&strange) < 0);
	assert_true(codec_rank(&deep) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_h264_profiles),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_may_decode),
		cmocka_unit_test(test_rank),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
