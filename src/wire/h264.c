/* H.264 payloads: by the packet's type, the units in it are noted one by one. */
#include "wire/h264.h"

enum { TYPE_MASK = 0x1f, UNIT_MAX = 23 }; /* 1 to 23 are units of the codec itself */

/* Notes that a unit begins here. */
static void note_unit(struct h264 *h, uint8_t unit)
{
	h->has_sps = h->has_sps || unit == H264_SPS;
	h->has_pps = h->has_pps || unit == H264_PPS;
	h->has_idr = h->has_idr || unit == H264_IDR;
	h->keyframe = h->has_sps || h->has_idr;
}

/* RFC 6184 5.7.1: units, each behind its length. */
static int parse_stap(struct rd *r, struct h264 *h)
{
	for (int n = 0; n == 0 || rd_left(r) > 0; n++) {
		if (n == H264_UNITS_MAX)
			return -ERR_FULL;
		struct span unit = rd_take(r, rd_u16(r));
		if (r->bad || unit.len == 0)
			return -ERR_PROTO;
		uint8_t type = unit.ptr[0] & TYPE_MASK;
		if (unit.ptr[0] & 0x80 || type == 0 || type > UNIT_MAX)
			return -ERR_PROTO;
		if (n == 0)
			h->unit = type;
		note_unit(h, type);
	}
	return 0;
}

/* RFC 6184 5.8: a fragment says by two bits whether it is the first or last. */
static int parse_fu(struct rd *r, struct h264 *h)
{
	uint8_t fu = rd_u8(r);
	h->unit = fu & TYPE_MASK;
	if (r->bad || h->unit == 0 || h->unit > UNIT_MAX)
		return -ERR_PROTO;
	h->start = fu >> 7;
	h->end = fu >> 6 & 1;
	if (h->start)
		note_unit(h, h->unit);
	return 0;
}

int h264_parse(struct span payload, struct h264 *ret_h264)
{
	struct rd r = rd_init(payload);
	uint8_t first = rd_u8(&r);
	if (r.bad || first & 0x80)
		return -ERR_PROTO;
	struct h264 h = {
		.type = first & TYPE_MASK,
		.nri = first >> 5 & 3,
		.start = true,
		.end = true,
	};
	int rc = 0;
	if (h.type == H264_STAP_A) {
		rc = parse_stap(&r, &h);
	} else if (h.type == H264_FU_A) {
		rc = parse_fu(&r, &h);
	} else if (h.type == 0 || h.type > UNIT_MAX) {
		rc = -ERR_UNSUPP;
	} else {
		h.unit = h.type;
		note_unit(&h, h.unit);
	}
	if (rc == 0)
		*ret_h264 = h;
	return rc;
}
