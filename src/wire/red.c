/* Redundant audio: all headers first, then all blocks. */
#include "wire/red.h"

int red_parse(struct span payload, struct red *ret_red)
{
	struct rd r = rd_init(payload);
	struct red red = {0};
	size_t lens[RED_BLOCKS_MAX];
	for (;;) {
		if (red.count == RED_BLOCKS_MAX)
			return -ERR_FULL;
		struct red_block *b = &red.blocks[red.count];
		uint8_t first = rd_u8(&r);
		b->pt = first & 0x7f;
		if (!(first & 0x80))
			break;
		uint32_t both = rd_u24(&r);
		b->ts_offset = (uint16_t)(both >> 10);
		lens[red.count++] = both & RED_LEN_MAX;
	}
	for (int i = 0; i < red.count; i++)
		red.blocks[i].data = rd_take(&r, lens[i]);
	if (rd_left(&r) == 0) /* or cut anywhere before: rd is bad then */
		return -ERR_PROTO;
	red.blocks[red.count++].data = rd_rest(&r);
	*ret_red = red;
	return 0;
}

void red_write(struct wr *w, const struct red *red)
{
	if (red->count == 0 || red->count > RED_BLOCKS_MAX) {
		w->bad = true;
		return;
	}
	int last = red->count - 1;
	for (int i = 0; i < last; i++) {
		const struct red_block *b = &red->blocks[i];
		if (b->ts_offset > RED_OFFSET_MAX || b->data.len > RED_LEN_MAX)
			w->bad = true;
		wr_u8(w, 0x80 | b->pt);
		wr_u24(w, (uint32_t)b->ts_offset << 10 | (uint32_t)b->data.len);
	}
	wr_u8(w, red->blocks[last].pt & 0x7f);
	for (int i = 0; i <= last; i++)
		wr_bytes(w, red->blocks[i].data);
}
