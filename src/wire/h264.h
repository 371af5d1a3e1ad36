/* H.264 in RTP (RFC 6184), packetisation modes 0 and 1: single NAL units, STAP-A and FU-A, as far
 * as a forwarder looks: where units begin, and whether a keyframe does. Any thread. */
#ifndef WIRE_H264_H
#define WIRE_H264_H

#include "base/bytes.h"
#include "base/err.h"

enum h264_type {
	H264_SLICE = 1,
	H264_IDR = 5,
	H264_SEI = 6,
	H264_SPS = 7,
	H264_PPS = 8,
	H264_AUD = 9,
	H264_STAP_A = 24,
	H264_FU_A = 28,
};

enum { H264_UNITS_MAX = 64 }; /* units in one STAP-A */

struct h264 {
	uint8_t type;  /* of the packet: a unit's own, H264_STAP_A or H264_FU_A */
	uint8_t nri;   /* importance, 0 to 3 */
	uint8_t unit;  /* type of the unit, the first in a STAP-A, the fragmented one in FU-A */
	bool start;    /* a unit begins here: not a later fragment */
	bool end;      /* a unit ends here: not an earlier fragment */
	bool has_sps;
	bool has_pps;
	bool has_idr;  /* an IDR slice, or its first fragment */
	bool keyframe; /* a decoder may start here: SPS or IDR begin */
};

/* 0; -ERR_PROTO empty, forbidden bit set, or a length goes past the end; -ERR_UNSUPP a type of
 * interleaved mode (STAP-B, MTAP, FU-B) or a reserved one; -ERR_FULL beyond H264_UNITS_MAX.
 * RFC 6184 5.2 */
NODISCARD int h264_parse(struct span payload, struct h264 *ret_h264);

#endif
