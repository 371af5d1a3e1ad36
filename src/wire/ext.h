/* What stands inside RTP header extensions: audio level, send time, transport-wide sequence
 * number, MID and RID, video orientation. The elements themselves are found by rtp.h; which id
 * means what is negotiated. Any thread. */
#ifndef WIRE_EXT_H
#define WIRE_EXT_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

/* How each is named in SDP. */
#define EXT_URI_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define EXT_URI_SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
#define EXT_URI_TWCC                                                                               \
	"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define EXT_URI_MID "urn:ietf:params:rtp-hdrext:sdes:mid"
#define EXT_URI_RID "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define EXT_URI_REPAIRED_RID "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define EXT_URI_ORIENTATION "urn:3gpp:video-orientation"
#define EXT_URI_DEPENDENCY                                                                         \
	"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

enum {
	EXT_LEVEL_LEN = 1,
	EXT_SEND_TIME_LEN = 3,
	EXT_TWCC_LEN = 2,
	EXT_ORIENTATION_LEN = 1,
	EXT_TEXT_MAX = 16,     /* bytes of a MID or RID; browsers use a few */
	EXT_LEVEL_SILENT = 127 /* -dBov: digital silence */
};

/* Audio level of RFC 6464 4. level: 0 (loudest) to 127 dB below overload. voice: the sender
 * thinks it is speech. -ERR_PROTO: of another length. */
NODISCARD int ext_parse_level(struct span data, bool *ret_voice, uint8_t *ret_level);
void ext_write_level(uint8_t dst[EXT_LEVEL_LEN], bool voice, uint8_t level);

/* Absolute send time: 6.18 fixed point seconds, wraps every 64 s. The parser gives the 24 bits. */
NODISCARD int ext_parse_send_time(struct span data, uint32_t *ret_time);
void ext_write_send_time(uint8_t dst[EXT_SEND_TIME_LEN], usec at);

/* From an earlier to a later time of 24 bits, to within half of the 64 s. */
usec ext_send_time_diff(uint32_t later, uint32_t earlier);

/* Transport-wide sequence number. The longer form of version 2 (with a feedback request) is read
 * too; the request is not heeded. */
NODISCARD int ext_parse_twcc(struct span data, uint16_t *ret_seq);
void ext_write_twcc(uint8_t dst[EXT_TWCC_LEN], uint16_t seq);

/* MID (RFC 9143 15), RID and repaired RID (RFC 8852 3.1): 1 to EXT_TEXT_MAX characters of the
 * SDP token set. Trailing NULs, as some senders pad with, are taken off. -ERR_PROTO otherwise. */
NODISCARD int ext_parse_text(struct span data, struct span *ret_text);

/* Coordination of video orientation (3GPP TS 26.114 7.4.5). */
struct ext_orientation {
	uint16_t rotation; /* degrees the receiver turns the picture clockwise: 0, 90, 180, 270 */
	bool flip;         /* mirrored horizontally */
	bool back;         /* from a camera that faces away */
};

NODISCARD int ext_parse_orientation(struct span data, struct ext_orientation *ret_orientation);
void ext_write_orientation(uint8_t dst[EXT_ORIENTATION_LEN], const struct ext_orientation *o);

#endif
