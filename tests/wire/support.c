/* See support.h. The HMAC is written from FIPS 180-4 6.1 and RFC 2104, to have a second opinion
 * that shares no code with the program. */
#include "wire/support.h"

#include <stdlib.h>

enum { BLOCKS = 8, BLOCK_LEN = 4096 };

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

struct span unhex(const char *hex)
{
	static uint8_t blocks[BLOCKS][BLOCK_LEN];
	static unsigned next;
	uint8_t *block = blocks[next++ % BLOCKS];
	size_t n = 0;
	for (; *hex; hex++) {
		int d = digit(*hex);
		if (d < 0)
			continue;
		assert_true(n / 2 < BLOCK_LEN);
		block[n / 2] = (uint8_t)(n % 2 ? block[n / 2] | d : d << 4);
		n++;
	}
	assert_int_equal(n % 2, 0);
	return span_of(block, n / 2);
}

void each_prefix(struct span s, void (*try)(struct span prefix))
{
	for (size_t len = 0; len <= s.len; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		assert_non_null(exact);
		if (len)
			memcpy(exact, s.ptr, len);
		try(span_of(exact, len));
		free(exact);
	}
}

void each_flip(struct span s, void (*try)(struct span flipped))
{
	static const uint8_t masks[] = {0x01, 0x0f, 0x10, 0x7f, 0x80, 0xf0, 0xff};
	uint8_t *copy = malloc(s.len);
	assert_non_null(copy);
	for (size_t i = 0; i < s.len; i++) {
		for (size_t m = 0; m < sizeof(masks); m++) {
			memcpy(copy, s.ptr, s.len);
			copy[i] ^= masks[m];
			try(span_of(copy, s.len));
		}
	}
	free(copy);
}

void assert_bytes(struct span got, const char *hex)
{
	struct span want = unhex(hex);
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.ptr, want.ptr, want.len);
}

static uint32_t rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void sha1_block(uint32_t h[5], const uint8_t *p)
{
	uint32_t w[80];
	for (int t = 0; t < 16; t++)
		w[t] = get_u32(p + t * 4);
	for (int t = 16; t < 80; t++)
		w[t] = rol(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	for (int t = 0; t < 80; t++) {
		uint32_t f, k;
		if (t < 20) {
			f = (b & c) ^ (~b & d);
			k = 0x5a827999;
		} else if (t < 40) {
			f = b ^ c ^ d;
			k = 0x6ed9eba1;
		} else if (t < 60) {
			f = (b & c) ^ (b & d) ^ (c & d);
			k = 0x8f1bbcdc;
		} else {
			f = b ^ c ^ d;
			k = 0xca62c1d6;
		}
		uint32_t next = rol(a, 5) + f + e + k + w[t];
		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

static void sha1(struct span s, uint8_t ret_digest[20])
{
	uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	size_t at = 0;
	for (; s.len - at >= 64; at += 64)
		sha1_block(h, s.ptr + at);
	uint8_t last[128] = {0};
	size_t rest = s.len - at;
	if (rest)
		memcpy(last, s.ptr + at, rest);
	last[rest] = 0x80;
	size_t len = rest < 56 ? 64 : 128;
	put_u32(last + len - 4, (uint32_t)(s.len * 8));
	for (size_t i = 0; i < len; i += 64)
		sha1_block(h, last + i);
	for (int i = 0; i < 5; i++)
		put_u32(ret_digest + i * 4, h[i]);
}

void hmac_sha1(struct span key, struct span head, struct span body, uint8_t ret_hmac[20])
{
	uint8_t buf[64 + 2048];
	uint8_t outer[64 + 20];
	assert_true(key.len <= 64 && head.len + body.len <= 2048);
	memset(buf, 0x36, 64);
	memset(outer, 0x5c, 64);
	for (size_t i = 0; i < key.len; i++) {
		buf[i] ^= key.ptr[i];
		outer[i] ^= key.ptr[i];
	}
	if (head.len)
		memcpy(buf + 64, head.ptr, head.len);
	if (body.len)
		memcpy(buf + 64 + head.len, body.ptr, body.len);
	sha1(span_of(buf, 64 + head.len + body.len), outer + 64);
	sha1(span_of(outer, sizeof(outer)), ret_hmac);
}

uint32_t chance(uint32_t *seed)
{
	/* xorshift32 */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}
