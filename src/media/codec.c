/* Names, format parameters and what decodes what. A table of names, a table of H.264 profiles,
 * and three small rules over them. */
#include "media/codec.h"

#include "wire/sdp.h"
#include "wire/sdp_value.h"

static const char *const names[CODEC_COUNT] = {
	[CODEC_NONE] = "none", [CODEC_OPUS] = "opus", [CODEC_VP8] = "VP8",
	[CODEC_H264] = "H264", [CODEC_VP9] = "VP9",   [CODEC_AV1] = "AV1",
};

const char *codec_name(enum codec codec)
{
	return names[codec];
}

enum codec codec_by_name(struct span name)
{
	for (unsigned i = CODEC_NONE + 1; i < CODEC_COUNT; i++) {
		if (sdp_is(name, names[i]))
			return (enum codec)i;
	}
	return CODEC_NONE;
}

bool codec_is_audio(enum codec codec)
{
	return codec == CODEC_OPUS;
}

/* ── Parameters ── */

static bool number(struct span params, const char *key, uint8_t max, uint8_t *ret)
{
	struct span text;
	uint64_t v;

	if (!sdp_fmtp_param(params, key, &text) || sdp_number(text, max, &v) < 0)
		return false;
	*ret = (uint8_t)v;
	return true;
}

static bool flag(struct span params, const char *key)
{
	uint8_t v = 0;

	return number(params, key, 1, &v) && v == 1;
}

/* Six hexadecimal digits: profile_idc, profile-iop, level_idc. */
static bool profile_level_id(struct span params, uint32_t *ret)
{
	struct span text;
	uint32_t v = 0;

	if (!sdp_fmtp_param(params, "profile-level-id", &text) || text.len != 6)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i], letter = c | 0x20;
		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (letter >= 'a' && letter <= 'f')
			v = v << 4 | (uint32_t)(letter - 'a' + 10);
		else
			return false;
	}
	*ret = v;
	return true;
}

void codec_fmtp_parse(struct codec_format *f, struct span params)
{
	switch (f->codec) {
	case CODEC_OPUS:
		f->opus_fec = flag(params, "useinbandfec");
		f->opus_dtx = flag(params, "usedtx");
		f->opus_stereo = flag(params, "stereo");
		break;
	case CODEC_H264:
		f->h264_profile_level_id = 0x420010; /* RFC 6184 8.1: when not said, Baseline level 1 */
		f->h264_packetization_mode = 0;
		(void)profile_level_id(params, &f->h264_profile_level_id);
		(void)number(params, "packetization-mode", 2, &f->h264_packetization_mode);
		f->h264_level_asymmetry = flag(params, "level-asymmetry-allowed");
		break;
	case CODEC_VP9:
		f->profile = 0;
		(void)number(params, "profile-id", 3, &f->profile);
		break;
	case CODEC_AV1:
		f->profile = 0;
		f->av1_level_idx = 5;
		f->av1_tier = 0;
		(void)number(params, "profile", 2, &f->profile);
		(void)number(params, "level-idx", 31, &f->av1_level_idx);
		(void)number(params, "tier", 1, &f->av1_tier);
		break;
	default:
		break;
	}
}

/* ── H.264 ── */

/* RFC 6184 8.1 table 5: profile_idc and a pattern of profile-iop bits. */
static const struct {
	uint8_t idc, mask, bits;
	enum codec_h264_profile profile;
} h264_profiles[] = {
	{0x42, 0x4f, 0x40, CODEC_H264_CONSTRAINED_BASELINE}, /* x1xx0000 */
	{0x4d, 0x8f, 0x80, CODEC_H264_CONSTRAINED_BASELINE}, /* 1xxx0000 */
	{0x58, 0xcf, 0xc0, CODEC_H264_CONSTRAINED_BASELINE}, /* 11xx0000 */
	{0x42, 0x4f, 0x00, CODEC_H264_BASELINE},             /* x0xx0000 */
	{0x58, 0xcf, 0x80, CODEC_H264_BASELINE},             /* 10xx0000 */
	{0x4d, 0xaf, 0x00, CODEC_H264_MAIN},                 /* 0x0x0000 */
	{0x64, 0xff, 0x0c, CODEC_H264_CONSTRAINED_HIGH},     /* 00001100 */
	{0x64, 0xff, 0x00, CODEC_H264_HIGH},                 /* 00000000 */
};

enum codec_h264_profile codec_h264_profile(uint32_t id)
{
	uint8_t idc = (uint8_t)(id >> 16), iop = (uint8_t)(id >> 8);

	for (unsigned i = 0; i < sizeof h264_profiles / sizeof *h264_profiles; i++) {
		if (h264_profiles[i].idc == idc && (iop & h264_profiles[i].mask) == h264_profiles[i].bits)
			return h264_profiles[i].profile;
	}
	return CODEC_H264_OTHER;
}

/* Constrained baseline is within all the others, main and constrained high within high. Levels
 * are not looked at: browsers write 3.1 and decode far more. */
static bool h264_within(enum codec_h264_profile source, enum codec_h264_profile sink)
{
	if (source == CODEC_H264_OTHER || sink == CODEC_H264_OTHER)
		return false;
	if (source == sink || source == CODEC_H264_CONSTRAINED_BASELINE)
		return true;
	return sink == CODEC_H264_HIGH && source != CODEC_H264_BASELINE;
}

/* ── Rules ── */

bool codec_may_decode(const struct codec_format *source, const struct codec_format *sink)
{
	if (source->codec != sink->codec || source->codec == CODEC_NONE)
		return false;
	switch (source->codec) {
	case CODEC_H264:
		/* RFC 6184 6.3: mode 1 takes all that mode 0 has */
		return source->h264_packetization_mode <= sink->h264_packetization_mode &&
		       h264_within(codec_h264_profile(source->h264_profile_level_id),
		                   codec_h264_profile(sink->h264_profile_level_id));
	case CODEC_VP9:
	case CODEC_AV1:
		return source->profile == sink->profile;
	default:
		return true;
	}
}

int codec_rank(const struct codec_format *f)
{
	enum codec_h264_profile profile;

	switch (f->codec) {
	case CODEC_NONE:
		return -1;
	case CODEC_H264:
		profile = codec_h264_profile(f->h264_profile_level_id);
		if (profile == CODEC_H264_OTHER || f->h264_packetization_mode > 1)
			return -1;
		return (int)profile + (f->h264_packetization_mode ? 0 : 16);
	case CODEC_VP9:
	case CODEC_AV1:
		return f->profile == 0 ? 0 : -1;
	default:
		return 0;
	}
}
