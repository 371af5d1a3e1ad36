/* Redundant audio: what parses is written back byte for byte. */
#include "wire/red.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t buf[65536];
	struct span payload = span_of(data, len);
	struct red red;
	if (len > sizeof(buf) || red_parse(payload, &red) < 0)
		return 0;
	MUST(red.count >= 1 && red.count <= RED_BLOCKS_MAX);
	for (int i = 0; i < red.count; i++)
		MUST(inside(payload, red.blocks[i].data));
	struct wr w = wr_init(buf, sizeof(buf));
	red_write(&w, &red);
	MUST(span_eq(wr_span(&w), payload));
	return 0;
}
