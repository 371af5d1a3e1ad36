/* Runs of zeros are counted, all else is copied. A byte says which: up to LITERAL_MAX, so many and
 * one more bytes follow as they are; above, so many zeros more than LITERAL_MAX. */
#include "media/negotiated_pack.h"

#include <stdlib.h>

enum {
	LITERAL_MAX = 127,
	ZEROS_MAX = UINT8_MAX - LITERAL_MAX,
	ZEROS_MIN = 3, /* fewer are cheaper copied than counted between two copies */
};

struct negotiated_packed {
	size_t whole; /* bytes once unpacked */
	size_t len;
	uint8_t bytes[];
};

static size_t zeros_at(const uint8_t *in, size_t len)
{
	size_t n = 0;
	while (n < len && n < ZEROS_MAX && in[n] == 0)
		n++;
	return n;
}

/* Bytes up to the next zeros that are worth counting. */
static size_t literal_at(const uint8_t *in, size_t len)
{
	size_t n = 0;
	while (n < len && n < LITERAL_MAX + 1) {
		size_t zeros = zeros_at(in + n, len - n);
		if (zeros >= ZEROS_MIN || (zeros > 0 && n + zeros == len))
			break;
		n += zeros + 1;
	}
	return n < LITERAL_MAX + 1 ? n : LITERAL_MAX + 1;
}

/* out NULL: only counts. */
static size_t pack(const uint8_t *in, size_t len, uint8_t *out)
{
	size_t at = 0, n;
	for (size_t i = 0; i < len; i += n) {
		n = zeros_at(in + i, len - i);
		if (n >= ZEROS_MIN || (n > 0 && i + n == len)) {
			if (out)
				out[at] = (uint8_t)(LITERAL_MAX + n);
			at++;
			continue;
		}
		n = literal_at(in + i, len - i);
		if (out) {
			out[at] = (uint8_t)(n - 1);
			memcpy(out + at + 1, in + i, n);
		}
		at += n + 1;
	}
	return at;
}

int negotiated_pack(const struct negotiated *n, struct negotiated_packed **ret)
{
	const uint8_t *in = (const uint8_t *)n;
	size_t whole = sizeof *n + n->media_count * sizeof n->media[0];
	size_t len = pack(in, whole, NULL);
	struct negotiated_packed *p = malloc(sizeof *p + len);
	if (!p)
		return -ERR_NOMEM;
	p->whole = whole;
	p->len = pack(in, whole, p->bytes);
	*ret = p;
	return 0;
}

int negotiated_unpack(const struct negotiated_packed *p, struct negotiated **ret)
{
	uint8_t *out = calloc(1, p->whole), *at = out;
	if (!out)
		return -ERR_NOMEM;
	for (size_t i = 0; i < p->len;) {
		uint8_t n = p->bytes[i++];
		if (n > LITERAL_MAX) {
			at += n - LITERAL_MAX;
			continue;
		}
		memcpy(at, p->bytes + i, n + 1u);
		at += n + 1u;
		i += n + 1u;
	}
	BUG_IF(at != out + p->whole);
	*ret = (struct negotiated *)out;
	return 0;
}

void negotiated_packed_free(struct negotiated_packed **packed)
{
	free(*packed);
	*packed = NULL;
}

size_t negotiated_packed_bytes(const struct negotiated_packed *packed)
{
	return sizeof *packed + packed->len;
}
