/* The VP9 payload descriptor, field by field in the order of RFC 9628 4.2. */
#include "wire/vp9.h"

static void parse_picture_id(struct rd *r, const uint8_t *start, struct vp9 *v)
{
	v->has_picture_id = true;
	v->picture_id_at = (uint8_t)(r->ptr - start);
	uint8_t first = rd_u8(r);
	v->picture_id_long = first >> 7;
	v->picture_id = first & 0x7f;
	if (v->picture_id_long)
		v->picture_id = (uint16_t)(v->picture_id << 8 | rd_u8(r));
}

static void parse_layers(struct rd *r, const uint8_t *start, struct vp9 *v)
{
	uint8_t b = rd_u8(r);
	v->has_layers = true;
	v->tid = b >> 5;
	v->switch_up = b >> 4 & 1;
	v->sid = b >> 1 & 7;
	v->inter_layer = b & 1;
	if (v->flexible)
		return;
	v->has_tl0picidx = true;
	v->tl0picidx_at = (uint8_t)(r->ptr - start);
	v->tl0picidx = rd_u8(r);
}

/* Each reference says whether one more follows; there may be three. */
static void parse_refs(struct rd *r, struct vp9 *v)
{
	uint8_t b;
	do {
		if (v->ref_count == VP9_REFS_MAX) {
			r->bad = true;
			return;
		}
		b = rd_u8(r);
		v->refs[v->ref_count++] = b >> 1;
	} while (b & 1);
}

static void parse_structure(struct rd *r, struct vp9 *v)
{
	uint8_t b = rd_u8(r);
	v->has_structure = true;
	v->spatial_count = (uint8_t)((b >> 5) + 1);
	v->has_size = b >> 4 & 1;
	for (int i = 0; v->has_size && i < v->spatial_count; i++) {
		v->width[i] = rd_u16(r);
		v->height[i] = rd_u16(r);
	}
	if (!(b & 0x08))
		return;
	v->group_len = rd_u8(r);
	for (int i = 0; i < v->group_len; i++)
		rd_skip(r, rd_u8(r) >> 2 & 3); /* one byte for each reference of the picture */
}

int vp9_parse(struct span payload, struct vp9 *ret_vp9)
{
	struct rd r = rd_init(payload);
	struct vp9 v = {0};
	uint8_t first = rd_u8(&r);
	v.inter = first >> 6 & 1;
	v.flexible = first >> 4 & 1;
	v.start = first >> 3 & 1;
	v.end = first >> 2 & 1;
	v.non_ref = first & 1;
	if (first & 0x80)
		parse_picture_id(&r, payload.ptr, &v);
	if (first & 0x20)
		parse_layers(&r, payload.ptr, &v);
	if (v.flexible && v.inter)
		parse_refs(&r, &v);
	if (first & 0x02)
		parse_structure(&r, &v);
	if (rd_left(&r) == 0)
		return -ERR_PROTO;
	v.desc_len = (uint16_t)(r.ptr - payload.ptr);
	v.data = rd_rest(&r);
	v.keyframe = v.start && !v.inter && v.sid == 0 && !v.inter_layer;
	*ret_vp9 = v;
	return 0;
}

void vp9_rewrite(const struct vp9 *v, uint8_t *payload, uint16_t picture_id, uint8_t tl0picidx)
{
	if (v->has_picture_id) {
		if (v->picture_id_long)
			put_u16(payload + v->picture_id_at, (uint16_t)(0x8000 | (picture_id & 0x7fff)));
		else
			payload[v->picture_id_at] = picture_id & 0x7f;
	}
	if (v->has_tl0picidx)
		payload[v->tl0picidx_at] = tl0picidx;
}
