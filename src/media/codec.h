/* The codecs we forward, and what of their parameters matters when one end's stream is to be
 * decoded by another's. Nothing here looks into media. Plain values, safe from any thread. */
#ifndef MEDIA_CODEC_H
#define MEDIA_CODEC_H

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum codec {
	CODEC_NONE,
	CODEC_OPUS,
	CODEC_VP8,
	CODEC_H264,
	CODEC_VP9,
	CODEC_AV1,
	CODEC_COUNT,
};

/* Feedback a format takes part in: what both ends know. */
enum codec_fb {
	CODEC_FB_NACK = 1 << 0, /* generic NACK, RFC 4585 6.2.1 */
	CODEC_FB_PLI = 1 << 1,  /* RFC 4585 6.3.1 */
	CODEC_FB_FIR = 1 << 2,  /* RFC 5104 4.3.1 */
	CODEC_FB_TWCC = 1 << 3, /* transport-wide congestion control */
};

/* Profiles of H.264 that matter (RFC 6184 8.1 by profile_idc and profile-iop). */
enum codec_h264_profile {
	CODEC_H264_OTHER,
	CODEC_H264_CONSTRAINED_BASELINE,
	CODEC_H264_BASELINE,
	CODEC_H264_MAIN,
	CODEC_H264_CONSTRAINED_HIGH,
	CODEC_H264_HIGH,
};

/* One payload type of one m-line. A payload type of 0 means there is none. */
struct codec_format {
	enum codec codec;
	uint32_t clock; /* Hz */
	uint8_t channels;
	uint8_t pt;
	uint8_t rtx_pt; /* retransmissions of pt (RFC 4588), or 0 */
	uint8_t red_pt; /* redundant audio around pt (RFC 2198), or 0 */
	uint8_t fb;     /* enum codec_fb bits */
	/* H.264 */
	uint32_t h264_profile_level_id; /* 24 bits, 0x42e01f */
	uint8_t h264_packetization_mode;
	bool h264_level_asymmetry;
	/* VP9 profile-id; AV1 profile, level-idx, tier */
	uint8_t profile;
	uint8_t av1_level_idx;
	uint8_t av1_tier;
	/* Opus: what the offering side said it likes to receive */
	bool opus_fec;
	bool opus_dtx;
	bool opus_stereo;
};

/* "opus", "VP8", "H264", "VP9", "AV1", as SDP writes them; "none". Static. */
const char *codec_name(enum codec codec);

/* CODEC_NONE: not one of ours. The letters' case does not matter. */
enum codec codec_by_name(struct span name);

bool codec_is_audio(enum codec codec);

/* Reads the parameters of one a=fmtp line into f, whose codec is set. Unknown ones are passed
 * over; a missing one takes the default of its RFC (6184 8.1, 9628 6, 7587 6.1). */
void codec_fmtp_parse(struct codec_format *f, struct span params);

enum codec_h264_profile codec_h264_profile(uint32_t profile_level_id);

/* May a stream of `source` be given to a decoder that offered `sink`? Same codec, and for H.264
 * a profile and packetization mode that the sink takes, for VP9 and AV1 the same profile. */
bool codec_may_decode(const struct codec_format *source, const struct codec_format *sink);

/* Among formats of one codec the better has the smaller rank: H.264 constrained baseline in mode
 * 1 first, profile 0 of VP9 and AV1. Negative: a variant we do not take. */
int codec_rank(const struct codec_format *f);

#endif
