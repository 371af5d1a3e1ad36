/* The VP9 payload descriptor (RFC 9628 4.2), flexible and not, with the scalability structure.
 * Any thread. */
#ifndef WIRE_VP9_H
#define WIRE_VP9_H

#include "base/bytes.h"
#include "base/err.h"

enum {
	VP9_REFS_MAX = 3,
	VP9_SPATIAL_MAX = 8,
};

struct vp9 {
	/* descriptor */
	bool inter;    /* P: depends on an earlier picture */
	bool flexible; /* F */
	bool start;    /* B: a frame of one spatial layer begins */
	bool end;      /* E: and ends */
	bool non_ref;  /* Z: no higher spatial layer of this picture depends on it */
	bool has_picture_id;
	bool picture_id_long; /* 15 bits; else 7 */
	uint16_t picture_id;
	bool has_layers;
	uint8_t tid;
	bool switch_up; /* U: a receiver may step up to this temporal layer here */
	uint8_t sid;
	bool inter_layer; /* D: depends on the spatial layer below */
	bool has_tl0picidx; /* non-flexible with layers */
	uint8_t tl0picidx;
	uint8_t ref_count; /* flexible and inter */
	uint8_t refs[VP9_REFS_MAX]; /* how many pictures back, to 127 */

	/* scalability structure */
	bool has_structure;
	uint8_t spatial_count; /* 1 to 8; 0 without structure */
	bool has_size;
	uint16_t width[VP9_SPATIAL_MAX];
	uint16_t height[VP9_SPATIAL_MAX];
	uint8_t group_len; /* pictures in the picture group; 0: none described */

	/* places */
	uint16_t desc_len;
	uint8_t picture_id_at; /* 0: none */
	uint8_t tl0picidx_at;
	struct span data; /* never empty */

	bool keyframe; /* the lowest layer of a picture that depends on no other begins here */
};

/* 0; -ERR_PROTO cut short, a fourth reference, or no data. */
NODISCARD int vp9_parse(struct span payload, struct vp9 *ret_vp9);

/* Puts another picture id and TL0PICIDX into a copy of the payload that v was parsed from, where
 * it has them. The id is cut to as many bits as were there.
 * payload: at least v->desc_len bytes */
void vp9_rewrite(const struct vp9 *v, uint8_t *payload, uint16_t picture_id, uint8_t tl0picidx);

#endif
