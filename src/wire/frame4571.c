/* RFC 4571 framing: one loop that takes the length, then the packet, from whatever has come. */
#include "wire/frame4571.h"

void frame4571_init(struct frame4571 *f, void *buf, size_t cap)
{
	*f = (struct frame4571){.buf = buf, .cap = cap};
}

/* The length, which may itself be cut in two. False: not whole yet. */
static bool take_head(struct frame4571 *f, struct rd *in)
{
	while (f->head_len < FRAME4571_HEAD_LEN) {
		if (rd_left(in) == 0)
			return false;
		f->head[f->head_len++] = rd_u8(in);
	}
	return true;
}

static int give(struct frame4571 *f, struct span pkt, struct span *ret_pkt)
{
	f->head_len = 0;
	f->have = 0;
	*ret_pkt = pkt;
	return 1;
}

int frame4571_recv(struct frame4571 *f, struct rd *in, struct span *ret_pkt)
{
	while (!f->broken && take_head(f, in)) {
		f->want = get_u16(f->head);
		if (f->want > f->cap) {
			f->broken = true;
			break;
		}
		if (f->want == 0) {
			f->head_len = 0;
			continue;
		}
		size_t left = rd_left(in);
		if (f->have == 0 && left >= f->want)
			return give(f, rd_take(in, f->want), ret_pkt);
		struct span part = rd_take(in, f->want - f->have < left ? f->want - f->have : left);
		if (part.len)
			memcpy(f->buf + f->have, part.ptr, part.len);
		f->have += part.len;
		if (f->have < f->want)
			return 0;
		return give(f, span_of(f->buf, f->want), ret_pkt);
	}
	return f->broken ? -ERR_PROTO : 0;
}

void frame4571_write_head(uint8_t dst[FRAME4571_HEAD_LEN], size_t len)
{
	BUG_IF(len > FRAME4571_LEN_MAX);
	put_u16(dst, (uint16_t)len);
}
