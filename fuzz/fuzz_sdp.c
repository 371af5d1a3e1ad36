/* The frame of a description: parts, attributes, words. Every span must lie in the input. */
#include "wire/sdp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_inside(struct span s, struct span text)
{
	if (s.len && (s.ptr < text.ptr || s.ptr + s.len > text.ptr + text.len))
		abort();
}

static void walk(struct span part, struct span text)
{
	struct sdp_attrs it = sdp_attrs(part);
	struct sdp_attr attr;
	unsigned count = 0;

	check_inside(part, text);
	while (sdp_attr_next(&it, &attr)) {
		uint64_t number = 0;
		check_inside(attr.name, text);
		check_inside(attr.value, text);
		(void)sdp_is_token(attr.value, 32);
		if (sdp_number(attr.value, 1000, &number) == 0 && number > 1000)
			abort();
		for (struct span word; (word = sdp_word(&attr.value)).len;)
			check_inside(word, text);
		if (++count > SDP_ATTRS_MAX)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span text = span_of(data, len);
	struct sdp sdp;

	if (sdp_parse(text, &sdp) < 0)
		return 0;
	if (sdp.media_count > SDP_MEDIA_MAX)
		abort();
	walk(sdp.session, text);
	for (unsigned i = 0; i < sdp.media_count; i++) {
		struct sdp_media *m = &sdp.media[i];
		if (!m->kind_text.len || !m->proto.len || !m->fmts.len)
			abort();
		check_inside(m->fmts, text);
		walk(m->body, text);
		(void)sdp_dir(&sdp, m);
		(void)sdp_attr_find_both(&sdp, m, "ice-ufrag", NULL);
	}
	return 0;
}
