/* The insides of RTP header extensions, one pair of functions each. */
#include "wire/ext.h"

enum { SEND_TIME_WRAP_SEC = 64, SEND_TIME_FRACTION_BITS = 18 };

int ext_parse_level(struct span data, bool *ret_voice, uint8_t *ret_level)
{
	if (data.len != EXT_LEVEL_LEN)
		return -ERR_PROTO;
	*ret_voice = data.ptr[0] >> 7;
	*ret_level = data.ptr[0] & 0x7f;
	return 0;
}

void ext_write_level(uint8_t dst[EXT_LEVEL_LEN], bool voice, uint8_t level)
{
	uint8_t v = level < EXT_LEVEL_SILENT ? level : EXT_LEVEL_SILENT;
	dst[0] = (uint8_t)(voice << 7 | v);
}

int ext_parse_send_time(struct span data, uint32_t *ret_time)
{
	if (data.len != EXT_SEND_TIME_LEN)
		return -ERR_PROTO;
	struct rd r = rd_init(data);
	*ret_time = rd_u24(&r);
	return 0;
}

void ext_write_send_time(uint8_t dst[EXT_SEND_TIME_LEN], usec at)
{
	uint64_t in_turn = (uint64_t)at % (SEND_TIME_WRAP_SEC * USEC_PER_SEC);
	uint64_t fixed = (in_turn << SEND_TIME_FRACTION_BITS) / USEC_PER_SEC;
	struct wr w = wr_init(dst, EXT_SEND_TIME_LEN);
	wr_u24(&w, (uint32_t)fixed);
}

usec ext_send_time_diff(uint32_t later, uint32_t earlier)
{
	int64_t d = (later - earlier) & 0xffffff;
	if (d >= 1 << 23)
		d -= 1 << 24;
	return d * USEC_PER_SEC / (1 << SEND_TIME_FRACTION_BITS);
}

int ext_parse_twcc(struct span data, uint16_t *ret_seq)
{
	if (data.len != EXT_TWCC_LEN && data.len != EXT_TWCC_LEN + 2)
		return -ERR_PROTO;
	*ret_seq = get_u16(data.ptr);
	return 0;
}

void ext_write_twcc(uint8_t dst[EXT_TWCC_LEN], uint16_t seq)
{
	put_u16(dst, seq);
}

/* RFC 8866 9: token-char */
static bool is_token(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]", c);
}

int ext_parse_text(struct span data, struct span *ret_text)
{
	while (data.len > 0 && data.ptr[data.len - 1] == 0)
		data.len--;
	if (data.len == 0 || data.len > EXT_TEXT_MAX)
		return -ERR_PROTO;
	for (size_t i = 0; i < data.len; i++)
		if (!is_token(data.ptr[i]))
			return -ERR_PROTO;
	*ret_text = data;
	return 0;
}

int ext_parse_orientation(struct span data, struct ext_orientation *ret_orientation)
{
	if (data.len != EXT_ORIENTATION_LEN)
		return -ERR_PROTO;
	uint8_t v = data.ptr[0];
	*ret_orientation = (struct ext_orientation){
		.rotation = (uint16_t)((v & 3) * 90),
		.flip = v >> 2 & 1,
		.back = v >> 3 & 1,
	};
	return 0;
}

void ext_write_orientation(uint8_t dst[EXT_ORIENTATION_LEN], const struct ext_orientation *o)
{
	dst[0] = (uint8_t)(o->back << 3 | o->flip << 2 | (o->rotation / 90 & 3));
}
