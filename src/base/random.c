/* Randomness from getrandom(2), buffered per call only: a copy of old bytes must not lie about. */
#include "base/random.h"

#include "base/err.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

void random_bytes(void *buf, size_t len)
{
	uint8_t *p = buf;
	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		BUG_IF(n <= 0);
		p += n;
		len -= (size_t)n;
	}
}

uint32_t random_u32(void)
{
	uint32_t v;
	random_bytes(&v, sizeof v);
	return v;
}

uint64_t random_u64(void)
{
	uint64_t v;
	random_bytes(&v, sizeof v);
	return v;
}

void random_code(char ret_code[RANDOM_CODE_LEN + 1])
{
	static const char letters[33] = "abcdefghjkmnpqrstuvwxyz023456789";
	uint8_t raw[RANDOM_CODE_LEN];
	random_bytes(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		ret_code[i] = letters[raw[i] & 31];
	ret_code[RANDOM_CODE_LEN] = '\0';
}

void random_token(char ret_token[RANDOM_TOKEN_LEN + 1])
{
	static const char letters[65] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t raw[RANDOM_TOKEN_LEN];
	random_bytes(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		ret_token[i] = letters[raw[i] & 63];
	ret_token[RANDOM_TOKEN_LEN] = '\0';
}
