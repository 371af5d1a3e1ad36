/* The VP8 descriptor: parse, rewrite to the same and to others. */
#include "wire/vp8.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span payload = span_of(data, len);
	struct vp8 v, again;
	uint8_t dst[VP8_DESC_MAX + 1];
	if (vp8_parse(payload, &v) < 0)
		return 0;
	MUST(v.desc_len + v.data.len == len && v.data.len > 0 && v.desc_len <= VP8_DESC_MAX);
	MUST(vp8_rewrite(&v, payload, v.picture_id, v.tl0picidx, dst) == v.desc_len);
	MUST(memcmp(dst, data, v.desc_len) == 0);
	size_t n = vp8_rewrite(&v, payload, 0x5555, 0xaa, dst);
	dst[n] = 1;
	MUST(vp8_parse(span_of(dst, n + 1), &again) == 0);
	MUST(again.desc_len == v.desc_len && again.tid == v.tid && again.keyidx == v.keyidx);
	if (v.has_picture_id)
		MUST(again.picture_id == (v.picture_id_long ? 0x5555 : 0x55));
	if (v.has_tl0picidx)
		MUST(again.tl0picidx == 0xaa);
	return 0;
}
