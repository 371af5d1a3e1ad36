/* The VP8 payload descriptor. */
#include "wire/vp8.h"

/* RFC 7741 4.2: the optional fields, in their order behind the extension byte. */
static void parse_extended(struct rd *r, const uint8_t *start, struct vp8 *v)
{
	uint8_t x = rd_u8(r);
	if (x & 0x80) {
		v->has_picture_id = true;
		v->picture_id_at = (uint8_t)(r->ptr - start);
		uint8_t first = rd_u8(r);
		v->picture_id_long = first >> 7;
		v->picture_id = first & 0x7f;
		if (v->picture_id_long)
			v->picture_id = (uint16_t)(v->picture_id << 8 | rd_u8(r));
	}
	if (x & 0x40) {
		v->has_tl0picidx = true;
		v->tl0picidx_at = (uint8_t)(r->ptr - start);
		v->tl0picidx = rd_u8(r);
	}
	if (x & 0x30) { /* one byte shared by both */
		uint8_t both = rd_u8(r);
		v->has_tid = x >> 5 & 1;
		v->has_keyidx = x >> 4 & 1;
		if (v->has_tid) {
			v->tid = both >> 6;
			v->layer_sync = both >> 5 & 1;
		}
		if (v->has_keyidx)
			v->keyidx = both & 0x1f;
	}
}

/* RFC 6386 9.1: the frame tag, and of a keyframe the start code and the size. */
static void parse_frame(struct vp8 *v)
{
	const uint8_t *p = v->data.ptr;
	v->keyframe = (p[0] & 1) == 0;
	if (!v->keyframe || v->data.len < 10)
		return;
	if (p[3] != 0x9d || p[4] != 0x01 || p[5] != 0x2a)
		return;
	v->width = (uint16_t)((p[7] << 8 | p[6]) & 0x3fff);
	v->height = (uint16_t)((p[9] << 8 | p[8]) & 0x3fff);
}

int vp8_parse(struct span payload, struct vp8 *ret_vp8)
{
	struct rd r = rd_init(payload);
	struct vp8 v = {0};
	uint8_t first = rd_u8(&r);
	v.non_ref = first >> 5 & 1;
	v.start = first >> 4 & 1;
	v.partition = first & 7;
	if (first & 0x80)
		parse_extended(&r, payload.ptr, &v);
	if (rd_left(&r) == 0)
		return -ERR_PROTO;
	v.desc_len = (uint8_t)(r.ptr - payload.ptr);
	v.data = rd_rest(&r);
	if (vp8_is_start(&v))
		parse_frame(&v);
	*ret_vp8 = v;
	return 0;
}

size_t vp8_rewrite(const struct vp8 *v, struct span payload, uint16_t picture_id,
				   uint8_t tl0picidx, uint8_t dst[VP8_DESC_MAX])
{
	BUG_IF(v->desc_len > VP8_DESC_MAX || v->desc_len > payload.len);
	memcpy(dst, payload.ptr, v->desc_len);
	if (v->has_picture_id) {
		if (v->picture_id_long)
			put_u16(dst + v->picture_id_at, (uint16_t)(0x8000 | (picture_id & 0x7fff)));
		else
			dst[v->picture_id_at] = picture_id & 0x7f;
	}
	if (v->has_tl0picidx)
		dst[v->tl0picidx_at] = tl0picidx;
	return v->desc_len;
}
