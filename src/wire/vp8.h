/* The VP8 payload descriptor (RFC 7741 4.2) and as much of the frame behind it as a forwarder
 * needs: is it a keyframe, and how large. Nothing is decoded. Any thread. */
#ifndef WIRE_VP8_H
#define WIRE_VP8_H

#include "base/bytes.h"
#include "base/err.h"

enum { VP8_DESC_MAX = 6 }; /* bytes of the longest descriptor */

struct vp8 {
	/* descriptor */
	bool non_ref;       /* N: the frame can be dropped without harm to others */
	bool start;         /* S: a partition begins here */
	uint8_t partition;  /* PID; a frame begins where start is set and this is 0 */
	bool has_picture_id;
	bool picture_id_long; /* 15 bits; else 7 */
	uint16_t picture_id;
	bool has_tl0picidx;
	uint8_t tl0picidx;
	bool has_tid;
	uint8_t tid; /* temporal layer 0 to 3; 0 when absent */
	bool layer_sync; /* Y: depends on layer 0 only, so a receiver may step up here */
	bool has_keyidx;
	uint8_t keyidx;

	/* places */
	uint8_t desc_len;
	uint8_t picture_id_at; /* offset of the picture id; 0: none */
	uint8_t tl0picidx_at;
	struct span data; /* behind the descriptor, never empty */

	/* the frame */
	bool keyframe;   /* this packet begins one */
	uint16_t width;  /* of a keyframe whose first 10 bytes are here; else 0 */
	uint16_t height;
};

/* Reads a payload. 0; -ERR_PROTO cut short, or no data behind the descriptor. */
NODISCARD int vp8_parse(struct span payload, struct vp8 *ret_vp8);

/* Does a frame begin with this packet? */
static inline bool vp8_is_start(const struct vp8 *v)
{
	return v->start && v->partition == 0;
}

/* Writes v's descriptor anew with another picture id and TL0PICIDX, where it has them, in the
 * same form: the id is cut to as many bits as were there, and the length stays v->desc_len.
 * payload: what v was parsed from. dst: room for VP8_DESC_MAX. Returns the length. */
size_t vp8_rewrite(const struct vp8 *v, struct span payload, uint16_t picture_id,
				   uint8_t tl0picidx, uint8_t dst[VP8_DESC_MAX]);

#endif
