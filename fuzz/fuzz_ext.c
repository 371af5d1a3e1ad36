/* Header extension payloads: each reader on the same bytes, written back where it can be. */
#include "wire/ext.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct span s = span_of(data, len);
	uint8_t dst[4];
	bool voice;
	uint8_t level;
	if (ext_parse_level(s, &voice, &level) == 0) {
		ext_write_level(dst, voice, level);
		MUST(dst[0] == data[0]);
	}
	uint32_t time;
	if (ext_parse_send_time(s, &time) == 0) {
		MUST(time <= 0xffffff && ext_send_time_diff(time, time) == 0);
		usec d = ext_send_time_diff(time, 0);
		MUST(d >= -32 * USEC_PER_SEC && d < 32 * USEC_PER_SEC);
	}
	uint16_t seq;
	if (ext_parse_twcc(s, &seq) == 0) {
		ext_write_twcc(dst, seq);
		MUST(memcmp(dst, data, 2) == 0);
	}
	struct span text;
	if (ext_parse_text(s, &text) == 0)
		MUST(inside(s, text) && text.len >= 1 && text.len <= EXT_TEXT_MAX);
	struct ext_orientation o;
	if (ext_parse_orientation(s, &o) == 0) {
		ext_write_orientation(dst, &o);
		MUST(dst[0] == (data[0] & 0x0f));
	}
	return 0;
}
