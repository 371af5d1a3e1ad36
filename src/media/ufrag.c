/* Writing and reading our ufrags. */
#include "media/ufrag.h"

#include "base/random.h"

enum { INDEX_CHARS = 4, RANDOM_AT = 1 + INDEX_CHARS };

static const char chars[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void fill(char *dst, size_t len)
{
	uint8_t raw[UFRAG_PWD_LEN];
	random_bytes(raw, len);
	for (size_t i = 0; i < len; i++)
		dst[i] = chars[raw[i] & 63];
	dst[len] = '\0';
}

void ufrag_make(int worker, uint32_t index, char ret_ufrag[UFRAG_LEN + 1],
				char ret_pwd[UFRAG_PWD_LEN + 1])
{
	BUG_IF(worker < 0 || worker >= UFRAG_WORKERS_MAX || index >= UFRAG_INDEX_MAX);
	ret_ufrag[0] = chars[worker];
	for (int i = 0; i < INDEX_CHARS; i++)
		ret_ufrag[1 + i] = chars[index >> (6 * (INDEX_CHARS - 1 - i)) & 63];
	fill(ret_ufrag + RANDOM_AT, UFRAG_LEN - RANDOM_AT);
	fill(ret_pwd, UFRAG_PWD_LEN);
}

static int value_of(uint8_t c)
{
	const char *at = c ? strchr(chars, c) : NULL;
	return at ? (int)(at - chars) : -1;
}

int ufrag_find(struct span ufrag, int *ret_worker, uint32_t *ret_index)
{
	if (ufrag.len != UFRAG_LEN)
		return -ERR_NOTFOUND;
	uint32_t index = 0;
	for (int i = 0; i < INDEX_CHARS; i++) {
		int v = value_of(ufrag.ptr[1 + i]);
		if (v < 0)
			return -ERR_NOTFOUND;
		index = index << 6 | (uint32_t)v;
	}
	int worker = value_of(ufrag.ptr[0]);
	if (worker < 0 || index >= UFRAG_INDEX_MAX)
		return -ERR_NOTFOUND;
	*ret_worker = worker;
	*ret_index = index;
	return 0;
}
