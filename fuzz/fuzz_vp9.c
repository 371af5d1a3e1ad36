/* The VP9 descriptor: parse, rewrite to the same and to others. */
#include "wire/vp9.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t copy[65536];
	struct span payload = span_of(data, len);
	struct vp9 v, again;
	if (len > sizeof(copy) || vp9_parse(payload, &v) < 0)
		return 0;
	MUST(v.desc_len + v.data.len == len && v.data.len > 0);
	MUST(v.ref_count <= VP9_REFS_MAX && v.spatial_count <= VP9_SPATIAL_MAX);
	memcpy(copy, data, len);
	vp9_rewrite(&v, copy, v.picture_id, v.tl0picidx);
	MUST(memcmp(copy, data, len) == 0);
	vp9_rewrite(&v, copy, 0x5555, 0xaa);
	MUST(vp9_parse(span_of(copy, len), &again) == 0);
	MUST(again.desc_len == v.desc_len && again.keyframe == v.keyframe && again.sid == v.sid);
	if (v.has_picture_id)
		MUST(again.picture_id == (v.picture_id_long ? 0x5555 : 0x55));
	return 0;
}
