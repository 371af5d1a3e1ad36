/* H.264 payloads. */
#include "wire/h264.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct h264 h;
	if (h264_parse(span_of(data, len), &h) < 0)
		return 0;
	MUST(h.unit >= 1 && h.unit <= 23);
	MUST(h.keyframe == (h.has_sps || h.has_idr));
	MUST(h.start || !h.keyframe);
	return 0;
}
