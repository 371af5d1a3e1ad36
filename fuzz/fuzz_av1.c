/* AV1: the input is a row of descriptors, each behind a byte of length, all of one stream. */
#include "wire/av1.h"

#include "fuzz.h"

static void check(const struct av1_structure *s, const struct av1_dd *dd)
{
	MUST(s->template_count >= 1 && s->template_count <= AV1_TEMPLATES_MAX);
	MUST(s->target_count >= 1 && s->target_count <= AV1_TARGETS_MAX);
	MUST(s->chain_count <= s->target_count);
	MUST(s->spatial_max < AV1_SPATIAL_MAX && s->temporal_max < AV1_TEMPORAL_MAX);
	for (int i = 0; i < s->target_count; i++) {
		MUST(s->target_chain[i] < s->chain_count || s->chain_count == 0);
		MUST(s->target_sid[i] <= s->spatial_max && s->target_tid[i] <= s->temporal_max);
	}
	MUST(dd->deps.sid <= s->spatial_max && dd->deps.tid <= s->temporal_max);
	MUST(dd->deps.fdiff_count <= AV1_FDIFFS_MAX);
	for (int i = 0; i < dd->deps.fdiff_count; i++)
		MUST(dd->deps.fdiffs[i] >= 1 && dd->deps.fdiffs[i] <= 4096);
	MUST(!dd->keyframe || (dd->has_structure && dd->start));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct av1_structure structure;
	struct av1 a;
	struct rd in = rd_init(span_of(data, len));
	memset(&structure, 0, sizeof(structure));
	if (av1_parse(span_of(data, len), &a) == 0)
		MUST(inside(span_of(data, len), a.data) && a.data.len > 0);
	while (rd_left(&in) > 0) {
		struct av1_dd dd;
		struct span descriptor = rd_take(&in, rd_u8(&in));
		if (in.bad)
			break;
		if (av1_dd_parse(descriptor, &structure, &dd) == 0)
			check(&structure, &dd);
	}
	return 0;
}
